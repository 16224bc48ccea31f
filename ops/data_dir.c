#include "ops/data_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/random.h"
#include "core/base/small_file.h"
#include "core/keyring/keyring_file.h"
#include "ops/cluster_key.h"
#include "ops/data_dir_impl.h"

struct status data_dir_path(char out[DATA_DIR_PATH_MAX], const char *path, const char *name)
{
    int size = snprintf(out, DATA_DIR_PATH_MAX, "%s/%s", path, name);
    /* Room for what is put behind it: "/p0999", "/123-4". */
    if (size < 0 || size > DATA_DIR_PATH_MAX - 64) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected a shorter path of the data folder: '%.100s...'", path);
    }
    return status_ok();
}

struct status data_dir_system(const char *what, const char *path)
{
    return status_error(STATUS_UNAVAILABLE, "expected to %s '%s': %s", what, path, strerror(errno));
}

/* ---- the folder ---- */

static struct status data_dir_check(const char *path, bool writes)
{
    struct stat found;
    if (stat(path, &found) != 0) {
        return status_error(errno == ENOENT ? STATUS_NOT_FOUND : STATUS_UNAVAILABLE,
                            "expected a data folder at '%s': %s; agencyctl init makes one, log "
                            "create and log join make those of a log on Kafka",
                            path, strerror(errno));
    }
    if (!S_ISDIR(found.st_mode)) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected '%s' to be a folder", path);
    }
    if (writes && found.st_uid != geteuid()) {
        return status_error(STATUS_PERMISSION_DENIED,
                            "expected '%s' to belong to you: only its owner may write", path);
    }
    return status_ok();
}

/* Finds out where the log of the folder is. */
static struct status data_dir_find_log(struct data_dir *dir, struct arena *arena, const char *conf)
{
    struct kafka_conf *kafka;
    ARENA_TRY(arena, kafka, arena_alloc(arena, sizeof *kafka));
    struct status st = kafka_conf_read(conf, arena, kafka);
    dir->shared = st.code == STATUS_OK;
    if (dir->shared) {
        return kafka_conf_options(kafka, arena, &dir->kafka);
    }
    return st.code == STATUS_NOT_FOUND ? status_ok() : st;
}

static struct status data_dir_paths(struct data_dir *dir, const char *path)
{
    TRY(data_dir_path(dir->log, path, "log"));
    TRY(data_dir_path(dir->stores, path, "stores"));
    TRY(data_dir_path(dir->readers, path, "readers"));
    TRY(data_dir_path(dir->process, path, "process"));
    TRY(data_dir_path(dir->keyring, path, "keyring"));
    TRY(data_dir_path(dir->conf, path, "agency.conf"));
    return data_dir_path(dir->lock, path, "lock");
}

static struct status data_dir_read_moved(struct data_dir *dir, struct arena *arena,
                                         const char *path)
{
    char moved[DATA_DIR_PATH_MAX];
    TRY(data_dir_path(moved, path, "moved"));
    struct status st = small_file_read(moved, arena, &dir->moved);
    bool unknown = st.code == STATUS_NOT_FOUND || st.code == STATUS_PERMISSION_DENIED;
    return unknown ? status_ok() : st;
}

struct status data_dir_goes_on(const struct data_dir *dir)
{
    return dir->moved.size == 0
               ? status_ok()
               : status_error(
                     STATUS_FAILED_PRECONDITION,
                     "expected an open log, but this one was closed when it was copied: go "
                     "on in %.*s",
                     STR_ARG(dir->moved));
}

struct status data_dir_move(const char *path, const char *to)
{
    char moved[DATA_DIR_PATH_MAX], whole[PATH_MAX];
    TRY(data_dir_path(moved, path, "moved"));
    if (realpath(to, whole) == NULL) {
        return data_dir_system("find", to);
    }
    struct status st = small_file_create(moved, str_z(whole));
    return st.code == STATUS_ALREADY_EXISTS ? status_ok() : st;
}

/* ---- what is missing ---- */

bool data_dir_has(const char *path, const char *name)
{
    char file[DATA_DIR_PATH_MAX];
    return data_dir_path(file, path, name).code == STATUS_OK && access(file, F_OK) == 0;
}

/* Of a folder that has neither a log nor a kafka.conf: was it ever a data folder? What is left of
 * one says so; a new log in it would be another history under the same name. */
static struct status data_dir_without_log(const char *path)
{
    static const char *const others[] = { "stores", "cluster.key", "moved" };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (data_dir_has(path, others[i])) {
            return status_error(STATUS_DATA_LOSS,
                                "expected '%s/log' (or kafka.conf, of a log on Kafka), but it is "
                                "gone, though %s is there: put it back from a backup; nothing else "
                                "has what was decided",
                                path, others[i]);
        }
    }
    return status_error(STATUS_NOT_FOUND,
                        "expected a data folder, but '%s' has no log, and no kafka.conf that says "
                        "where it is: is it the right one? agencyctl init makes a new one",
                        path);
}

static struct status data_dir_without_key(const char *path)
{
    return status_error(STATUS_DATA_LOSS,
                        "expected '%s/cluster.key', but it is gone: put it back from a backup; "
                        "another key recognises nobody who is bound by an API key, token or "
                        "certificate (README: when the key is lost)",
                        path);
}

static struct status data_dir_whole(const struct data_dir *dir, const char *path)
{
    if (data_dir_has(path, DATA_DIR_UNFINISHED)) {
        return status_error(
            STATUS_FAILED_PRECONDITION,
            "expected a whole data folder, but '%s' was not finished: run again what "
            "was to make it (agencyctl init, log create, log join or log copy)",
            path);
    }
    if (!dir->shared && !data_dir_has(path, "log")) {
        return data_dir_without_log(path);
    }
    if (!dir->shared && !data_dir_has(path, "cluster.key")) {
        return data_dir_without_key(path);
    }
    if (access(dir->conf, F_OK) != 0 && errno == ENOENT) {
        return status_error(STATUS_FAILED_PRECONDITION,
                            "expected '%s', which says who is an operator, but it is gone: put it "
                            "back from a backup, or write a line such as operators = admin",
                            dir->conf);
    }
    return status_ok();
}

/* ---- opening ---- */

struct status data_dir_open(struct data_dir *dir, struct arena *arena, const char *path,
                            bool writes)
{
    char key[DATA_DIR_PATH_MAX], conf[DATA_DIR_PATH_MAX], seals[DATA_DIR_PATH_MAX];
    *dir = (struct data_dir){ 0 };
    TRY(data_dir_paths(dir, path));
    TRY(data_dir_path(key, path, "cluster.key"));
    TRY(data_dir_path(conf, path, "kafka.conf"));
    TRY(data_dir_path(seals, path, "seal.keys"));
    TRY(data_dir_check(path, writes));
    TRY(data_dir_find_log(dir, arena, conf));
    TRY(data_dir_whole(dir, path));
    struct status st = cluster_key_read(arena, key, &dir->cluster_key);
    if (dir->shared && st.code == STATUS_NOT_FOUND) {
        st = status_ok(); /* of somebody who is not to have it: he signs with a key of his own */
    }
    TRY(st);
    TRY(data_dir_read_moved(dir, arena, path));
    return seal_keys_read(arena, seals, dir->cluster_key, &dir->seals);
}

/* ---- who has it ---- */

static struct status data_dir_held(int lock)
{
    char text[64] = { 0 };
    ssize_t size = pread(lock, text, sizeof text - 1, 0);
    return status_error(STATUS_FAILED_PRECONDITION,
                        "expected nobody to hold the stores of this folder, but %s does",
                        size > 0 ? text : "another process");
}

struct status data_dir_hold(const struct data_dir *dir, int *lock)
{
    char text[64];
    *lock = open(dir->lock, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (*lock < 0) {
        return data_dir_system("open", dir->lock);
    }
    if (flock(*lock, LOCK_EX | LOCK_NB) != 0) {
        struct status st = data_dir_held(*lock);
        close(*lock);
        *lock = -1;
        return st;
    }
    int size = snprintf(text, sizeof text, "%s (process %ld)", program_invocation_short_name,
                        (long)getpid());
    ssize_t written = ftruncate(*lock, 0) == 0 ? pwrite(*lock, text, (size_t)size, 0) : 0;
    (void)written; /* the text is a help for people only: the lock itself is the kernel's */
    return status_ok();
}

/* The number, and which file it stands in: who copies a folder does not copy its number. */
static int data_dir_process_text(uint64_t process, const struct stat *file, char text[64])
{
    return snprintf(text, 64, "%016" PRIx64 " %ju\n", process, (uintmax_t)file->st_ino);
}

struct status data_dir_process(const struct data_dir *dir, uint64_t *process)
{
    char text[64] = { 0 }, own[64];
    struct stat found;
    int file = open(dir->process, O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    if (file < 0) {
        return data_dir_system("open", dir->process);
    }
    int failed = fstat(file, &found);
    assert(failed == 0);
    ssize_t size = read(file, text, sizeof text - 1);
    *process = strtoull(text, NULL, 16);
    int own_size = data_dir_process_text(*process, &found, own);
    bool done = size == own_size && memcmp(text, own, (size_t)own_size) == 0;
    if (!done) {
        random_bytes(process, sizeof *process);
        own_size = data_dir_process_text(*process, &found, own);
        done = ftruncate(file, 0) == 0 && pwrite(file, own, (size_t)own_size, 0) == own_size;
    }
    struct status st = done ? status_ok() : data_dir_system("write", dir->process);
    close(file);
    return st;
}

/* ---- what is in it ---- */

void data_dir_store(const struct data_dir *dir, uint32_t partition, char out[DATA_DIR_PATH_MAX])
{
    int size = snprintf(out, DATA_DIR_PATH_MAX, "%s/p%02" PRIu32, dir->stores, partition);
    assert(size > 0 && size < DATA_DIR_PATH_MAX);
}

struct status data_dir_open_keyring(const struct data_dir *dir, struct keyring *keyring)
{
    struct status st = keyring_file_open(dir->keyring, keyring);
    bool none = st.code == STATUS_NOT_FOUND || st.code == STATUS_PERMISSION_DENIED;
    return none ? status_ok() : st;
}

struct status data_dir_open_log(const struct data_dir *dir, bool read_only, struct evlog **log)
{
    if (dir->shared) {
        struct evlog_kafka_options kafka = dir->kafka;
        kafka.read_only = read_only;
        return evlog_kafka_open(&kafka, log);
    }
    struct evlog_local_options options = { .read_only = read_only };
    struct status st = evlog_local_open(dir->log, &options, log);
    bool gone = st.code == STATUS_NOT_FOUND && !data_dir_has(dir->log, "draft");
    return gone ? status_error(STATUS_DATA_LOSS,
                               "expected the files of a log in '%s', but they are gone: put them "
                               "back from a backup; nothing else has what was decided",
                               dir->log)
                : st;
}

struct status data_dir_open_cut_log(const struct data_dir *dir, evlog_local_lost_fn *give_up,
                                    void *context, struct evlog **log)
{
    assert(!dir->shared);
    struct evlog_local_options options = { .give_up = give_up, .give_up_context = context };
    return evlog_local_open(dir->log, &options, log);
}
