#include "ops/data_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/limits.h"
#include "core/base/random.h"
#include "core/evlog/evlog_local.h"

enum { CLUSTER_KEY_SIZE = 32, REMOVE_DESCRIPTORS_MAX = 16 };

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

static struct status data_dir_write_key(const char *path)
{
    unsigned char key[CLUSTER_KEY_SIZE];
    random_bytes(key, sizeof key);
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) {
        return errno == EEXIST ? status_ok() : data_dir_system("write", path);
    }
    bool written = write(file, key, sizeof key) == (ssize_t)sizeof key && fsync(file) == 0;
    struct status st = written ? status_ok() : data_dir_system("write", path);
    close(file);
    return st;
}

static struct status data_dir_read_key(struct data_dir *dir, struct arena *arena, const char *path)
{
    char *key;
    ARENA_TRY(arena, key, arena_alloc(arena, CLUSTER_KEY_SIZE));
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return errno == EACCES ? status_ok() : data_dir_system("read", path);
    }
    ssize_t size = read(file, key, CLUSTER_KEY_SIZE);
    close(file);
    dir->cluster_key = (struct str){ key, CLUSTER_KEY_SIZE };
    return size == CLUSTER_KEY_SIZE ? status_ok()
                                    : status_error(STATUS_DATA_LOSS, "expected %d bytes in '%s'",
                                                   CLUSTER_KEY_SIZE, path);
}

/* ---- the folder ---- */

static struct status data_dir_create(struct data_dir *dir, const char *path, const char *key)
{
    TRY(data_dir_make(path));
    TRY(data_dir_write_key(key));
    struct evlog_identity identity = { .partitions_count = PARTITIONS_DEFAULT };
    random_bytes(&identity.history_id, sizeof identity.history_id);
    random_bytes(&identity.log_id, sizeof identity.log_id);
    random_bytes(&identity.commands_log_id, sizeof identity.commands_log_id);
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

struct status data_dir_open(struct data_dir *dir, struct arena *arena, const char *path,
                            bool create)
{
    char key[DATA_DIR_PATH_MAX];
    TRY(data_dir_path(dir->log, path, "log"));
    TRY(data_dir_path(dir->stores, path, "stores"));
    TRY(data_dir_path(dir->readers, path, "readers"));
    TRY(data_dir_path(key, path, "cluster.key"));
    TRY(data_dir_check(path, create));
    if (create) {
        TRY(data_dir_create(dir, path, key));
    } else if (access(dir->log, F_OK) != 0) {
        return status_error(STATUS_NOT_FOUND, "expected a data folder, but there is no log in '%s'",
                            path);
    }
    return data_dir_read_key(dir, arena, key);
}

void data_dir_store(const struct data_dir *dir, uint32_t partition, char out[DATA_DIR_PATH_MAX])
{
    int size = snprintf(out, DATA_DIR_PATH_MAX, "%s/p%02" PRIu32, dir->stores, partition);
    assert(size > 0 && size < DATA_DIR_PATH_MAX);
}

struct status data_dir_open_log(const struct data_dir *dir, bool read_only, struct evlog **log)
{
    struct evlog_local_options options = { .read_only = read_only };
    return evlog_local_open(dir->log, &options, log);
}

static int data_dir_remove_one(const char *path, const struct stat *found, int kind,
                               struct FTW *where)
{
    (void)found;
    (void)kind;
    (void)where;
    return remove(path);
}

struct status data_dir_remove(const char *path)
{
    if (nftw(path, data_dir_remove_one, REMOVE_DESCRIPTORS_MAX, FTW_DEPTH | FTW_PHYS) == 0 ||
        errno == ENOENT) {
        return status_ok();
    }
    return data_dir_system("remove", path);
}
