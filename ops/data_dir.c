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

#include "core/base/limits.h"
#include "core/base/random.h"
#include "ops/folder_conf.h"
#include "ops/small_file.h"

enum { CLUSTER_KEY_SIZE = 32 };

static struct status data_dir_path(char out[DATA_DIR_PATH_MAX], const char *path, const char *name)
{
    int size = snprintf(out, DATA_DIR_PATH_MAX, "%s/%s", path, name);
    /* Room for what is put behind it: "/p0999", "/123-4". */
    if (size < 0 || size > DATA_DIR_PATH_MAX - 64) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected a shorter path of the data folder: '%.100s...'", path);
    }
    return status_ok();
}

static struct status data_dir_system(const char *what, const char *path)
{
    return status_error(STATUS_UNAVAILABLE, "expected to %s '%s': %s", what, path, strerror(errno));
}

static struct status data_dir_make(const char *path)
{
    return mkdir(path, 0700) == 0 || errno == EEXIST ? status_ok()
                                                     : data_dir_system("make the folder", path);
}

/* ---- the cluster key ---- */

/* Writes the file unless there is one. */
static struct status data_dir_write_key(const char *path, const char key[CLUSTER_KEY_SIZE])
{
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) {
        return errno == EEXIST ? status_ok() : data_dir_system("write", path);
    }
    bool written = write(file, key, CLUSTER_KEY_SIZE) == CLUSTER_KEY_SIZE && fsync(file) == 0;
    struct status st = written ? status_ok() : data_dir_system("write", path);
    close(file);
    return st;
}

static struct status data_dir_make_key(const char *path)
{
    char key[CLUSTER_KEY_SIZE];
    random_bytes(key, sizeof key);
    return data_dir_write_key(path, key);
}

/* Empty where this user may not read it. NOT_FOUND. */
static struct status data_dir_read_key(struct arena *arena, const char *path, struct str *out)
{
    char *key;
    *out = STR("");
    ARENA_TRY(arena, key, arena_alloc(arena, CLUSTER_KEY_SIZE + 1));
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0 && errno == ENOENT) {
        return status_error(STATUS_NOT_FOUND, "expected a cluster key at '%s'", path);
    }
    if (file < 0) {
        return errno == EACCES ? status_ok() : data_dir_system("read", path);
    }
    ssize_t size = read(file, key, CLUSTER_KEY_SIZE + 1);
    struct status st = size < 0 ? data_dir_system("read", path) : small_file_secret(file, path);
    close(file);
    if (size >= 0 && st.code == STATUS_OK && size != CLUSTER_KEY_SIZE) {
        st = status_error(STATUS_DATA_LOSS, "expected a cluster key of %d bytes in '%s', but %s",
                          CLUSTER_KEY_SIZE, path,
                          size < CLUSTER_KEY_SIZE ? "there are fewer" : "there are more");
    }
    *out = (struct str){ key, CLUSTER_KEY_SIZE };
    return st;
}

/* The key of another folder of the same log. */
static struct status data_dir_given_key(struct arena *arena, const char *from, struct str *given)
{
    struct status st = data_dir_read_key(arena, from, given);
    if (st.code == STATUS_DATA_LOSS) {
        st.code = STATUS_INVALID_ARGUMENT; /* not damaged: no key at all */
    }
    TRY(st);
    return given->size > 0 ? st
                           : status_error(STATUS_PERMISSION_DENIED, "expected to read '%s'", from);
}

static struct status data_dir_take_key(struct arena *arena, const char *path, const char *from)
{
    struct str given, own;
    TRY(data_dir_given_key(arena, from, &given));
    TRY(data_dir_write_key(path, given.data));
    TRY(data_dir_read_key(arena, path, &own));
    return str_eq(given, own)
               ? status_ok()
               : status_error(STATUS_FAILED_PRECONDITION,
                              "expected '%s' to be the key '%s', but it is another", path, from);
}

/* ---- the folder ---- */

static struct evlog_identity data_dir_identity(uint32_t partitions_count)
{
    struct evlog_identity identity = { .partitions_count = partitions_count };
    random_bytes(&identity.history_id, sizeof identity.history_id);
    random_bytes(&identity.log_id, sizeof identity.log_id);
    random_bytes(&identity.commands_log_id, sizeof identity.commands_log_id);
    return identity;
}

static struct status data_dir_create(struct data_dir *dir, const char *path, const char *key)
{
    TRY(data_dir_make(path));
    TRY(data_dir_make_key(key));
    TRY(folder_conf_make(dir->conf));
    struct evlog_identity identity = data_dir_identity(PARTITIONS_DEFAULT);
    struct status st = evlog_local_create(dir->log, &identity);
    /* Whoever holds its lock has made it. */
    bool there = st.code == STATUS_ALREADY_EXISTS || st.code == STATUS_FAILED_PRECONDITION;
    return there ? status_ok() : st;
}

static struct status data_dir_check(const char *path, bool create)
{
    struct stat found;
    if (stat(path, &found) != 0) {
        return create && errno == ENOENT
                   ? status_ok()
                   : status_error(STATUS_NOT_FOUND, "expected a data folder at '%s': %s", path,
                                  strerror(errno));
    }
    if (!S_ISDIR(found.st_mode)) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected '%s' to be a folder", path);
    }
    if (create && found.st_uid != geteuid()) {
        return status_error(STATUS_PERMISSION_DENIED,
                            "expected '%s' to belong to you: only its owner may write", path);
    }
    return status_ok();
}

/* Finds out where the log of the folder is. NOT_FOUND: it has none. */
static struct status data_dir_find_log(struct data_dir *dir, struct arena *arena, const char *conf)
{
    struct kafka_conf *kafka;
    ARENA_TRY(arena, kafka, arena_alloc(arena, sizeof *kafka));
    struct status st = kafka_conf_read(conf, arena, kafka);
    dir->shared = st.code == STATUS_OK;
    if (dir->shared) {
        return kafka_conf_options(kafka, arena, &dir->kafka);
    }
    return st.code == STATUS_NOT_FOUND && access(dir->log, F_OK) == 0 ? status_ok() : st;
}

static struct status data_dir_paths(struct data_dir *dir, const char *path)
{
    TRY(data_dir_path(dir->log, path, "log"));
    TRY(data_dir_path(dir->stores, path, "stores"));
    TRY(data_dir_path(dir->readers, path, "readers"));
    TRY(data_dir_path(dir->process, path, "process"));
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

struct status data_dir_open(struct data_dir *dir, struct arena *arena, const char *path,
                            bool create)
{
    char key[DATA_DIR_PATH_MAX], conf[DATA_DIR_PATH_MAX], seals[DATA_DIR_PATH_MAX];
    *dir = (struct data_dir){ 0 };
    TRY(data_dir_paths(dir, path));
    TRY(data_dir_path(key, path, "cluster.key"));
    TRY(data_dir_path(conf, path, "kafka.conf"));
    TRY(data_dir_path(seals, path, "seal.keys"));
    TRY(data_dir_check(path, create));
    struct status st = data_dir_find_log(dir, arena, conf);
    bool local = st.code == STATUS_NOT_FOUND || (st.code == STATUS_OK && !dir->shared);
    if (local && create) {
        st = data_dir_create(dir, path, key); /* goes on where one before was killed */
    } else if (st.code == STATUS_NOT_FOUND) {
        st = status_error(STATUS_NOT_FOUND,
                          "expected a data folder, but there is no log in '%s', and no kafka.conf "
                          "that says where it is",
                          path);
    }
    TRY(st);
    st = data_dir_read_key(arena, key, &dir->cluster_key);
    if (dir->shared && st.code == STATUS_NOT_FOUND) {
        st = status_ok(); /* of somebody who is not to have it: he signs with a key of his own */
    }
    TRY(st);
    TRY(data_dir_read_moved(dir, arena, path));
    return seal_keys_read(arena, seals, dir->cluster_key, &dir->seals);
}

/* ---- on Kafka ---- */

static struct status data_dir_ready(const char *path, char key[DATA_DIR_PATH_MAX],
                                    char conf[DATA_DIR_PATH_MAX])
{
    char log[DATA_DIR_PATH_MAX], own[DATA_DIR_PATH_MAX];
    TRY(data_dir_path(log, path, "log"));
    TRY(data_dir_path(own, path, "agency.conf"));
    TRY(data_dir_path(key, path, "cluster.key"));
    TRY(data_dir_path(conf, path, "kafka.conf"));
    TRY(data_dir_check(path, true));
    if (access(log, F_OK) == 0) {
        return status_error(STATUS_ALREADY_EXISTS,
                            "expected a folder without a log, but '%s' has an embedded one", path);
    }
    TRY(data_dir_make(path));
    return folder_conf_make(own);
}

/* Whether there is a log, and brokers that can tell: before a folder has the address of others, or
 * a key that is not the log's. */
static struct status data_dir_probe(const struct evlog_kafka_options *options)
{
    struct evlog_kafka_options reading = *options;
    struct evlog *log = NULL;
    reading.read_only = true;
    struct status st = evlog_kafka_open(&reading, &log);
    if (st.code == STATUS_OK) {
        evlog_close(log);
    }
    return st;
}

struct status data_dir_make_shared(struct arena *arena, const char *path,
                                   const struct data_dir_new *made)
{
    char key[DATA_DIR_PATH_MAX], conf[DATA_DIR_PATH_MAX];
    struct evlog_kafka_options options;
    struct evlog_identity identity = data_dir_identity(made->partitions_count);
    TRY(kafka_conf_options(made->kafka, arena, &options));
    options.replicas = made->replicas;
    options.retention_ms = made->retention_ms;
    options.timeout_ms = made->timeout_ms;
    if (made->key_file != NULL) {
        struct str given;
        TRY(data_dir_given_key(arena, made->key_file, &given));
    }
    struct status found = data_dir_probe(&options);
    if (found.code != STATUS_NOT_FOUND) {
        return found.code == STATUS_OK ? evlog_kafka_create(&options, &identity) : found;
    }
    TRY(data_dir_ready(path, key, conf));
    TRY(made->key_file == NULL ? data_dir_make_key(key)
                               : data_dir_take_key(arena, key, made->key_file));
    /* Before the log: should that fail, nobody takes the folder for one of an embedded log. */
    TRY(kafka_conf_claim(conf, arena, made->kafka));
    return evlog_kafka_create(&options, &identity);
}

struct status data_dir_join_shared(struct arena *arena, const char *path,
                                   const struct data_dir_new *made)
{
    char key[DATA_DIR_PATH_MAX], conf[DATA_DIR_PATH_MAX];
    struct evlog_kafka_options options;
    struct evlog *log;
    TRY(kafka_conf_options(made->kafka, arena, &options));
    options.read_only = true;
    options.timeout_ms = made->timeout_ms;
    TRY(data_dir_ready(path, key, conf));
    TRY(evlog_kafka_open(&options, &log));
    evlog_close(log);
    if (made->key_file != NULL) {
        TRY(data_dir_take_key(arena, key, made->key_file));
    }
    return kafka_conf_write(conf, made->kafka);
}

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

struct status data_dir_open_log(const struct data_dir *dir, bool read_only, struct evlog **log)
{
    if (dir->shared) {
        struct evlog_kafka_options kafka = dir->kafka;
        kafka.read_only = read_only;
        return evlog_kafka_open(&kafka, log);
    }
    struct evlog_local_options options = { .read_only = read_only };
    return evlog_local_open(dir->log, &options, log);
}

struct status data_dir_open_cut_log(const struct data_dir *dir, evlog_local_lost_fn *give_up,
                                    void *context, struct evlog **log)
{
    assert(!dir->shared);
    struct evlog_local_options options = { .give_up = give_up, .give_up_context = context };
    return evlog_local_open(dir->log, &options, log);
}
