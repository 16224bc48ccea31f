/* Making data folders: an embedded log's by init, those of a log on Kafka by log create and log
 * join. Each can be killed at any moment and run again.
 *
 * A folder with an embedded log is there when its file `unfinished` is gone: the first thing that
 * is made in it, removed when all else is on the disk. So a key without a log is either an init
 * that goes on, or a folder that has lost its log, and never taken for the other. On Kafka
 * kafka.conf comes last. */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/limits.h"
#include "core/base/random.h"
#include "core/base/small_file.h"
#include "core/keyring/keyring_file.h"
#include "ops/cluster_key.h"
#include "ops/data_dir_impl.h"
#include "ops/folder_conf.h"

static struct status data_dir_make_folder(const char *path)
{
    struct stat found;
    if (mkdir(path, 0700) != 0 && errno != EEXIST) {
        return data_dir_system("make the folder", path);
    }
    if (stat(path, &found) != 0 || !S_ISDIR(found.st_mode)) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected '%s' to be a folder", path);
    }
    return found.st_uid == geteuid()
               ? status_ok()
               : status_error(STATUS_PERMISSION_DENIED,
                              "expected '%s' to belong to you: only its owner may write", path);
}

static struct evlog_identity data_dir_identity(uint32_t partitions_count)
{
    struct evlog_identity identity = { .partitions_count = partitions_count };
    random_bytes(&identity.history_id, sizeof identity.history_id);
    random_bytes(&identity.log_id, sizeof identity.log_id);
    random_bytes(&identity.commands_log_id, sizeof identity.commands_log_id);
    return identity;
}

static struct status data_dir_make_key(struct arena *arena, const char *key, const char *from)
{
    return from == NULL ? cluster_key_make(key) : cluster_key_copy(arena, key, from);
}

static struct status data_dir_make_keyring(const char *path)
{
    char keyring[DATA_DIR_PATH_MAX];
    TRY(data_dir_path(keyring, path, "keyring"));
    return keyring_file_make(keyring);
}

struct status data_dir_begin(const char *path)
{
    char unfinished[DATA_DIR_PATH_MAX];
    TRY(data_dir_path(unfinished, path, DATA_DIR_UNFINISHED));
    TRY(data_dir_make_folder(path));
    if (data_dir_has(path, "log") || data_dir_has(path, "kafka.conf")) {
        return status_ok();
    }
    struct status st = small_file_create(unfinished, STR(""));
    return st.code == STATUS_ALREADY_EXISTS ? status_ok() : st;
}

struct status data_dir_end(const char *path)
{
    char unfinished[DATA_DIR_PATH_MAX];
    TRY(data_dir_path(unfinished, path, DATA_DIR_UNFINISHED));
    TRY(small_file_sync_folder(path)); /* all that is in it comes first */
    if (unlink(unfinished) != 0 && errno != ENOENT) {
        return data_dir_system("remove", unfinished);
    }
    return small_file_sync_folder(path);
}

/* ---- with an embedded log ---- */

/* An agency.conf may have been laid there before, and a key if it is the one that is asked for. */
static struct status data_dir_check_new(const char *path, const char *key_file)
{
    static const char *const parts[] = { "log", "stores", "kafka.conf", "moved", "cluster.key" };
    size_t count = sizeof parts / sizeof parts[0] - (key_file != NULL);
    for (size_t i = 0; i < count; i++) {
        if (data_dir_has(path, parts[i])) {
            return status_error(STATUS_ALREADY_EXISTS,
                                "expected a new folder, but '%s' has %s already: init changes "
                                "nothing that is there",
                                path, parts[i]);
        }
    }
    return status_ok();
}

static struct status data_dir_make_parts(struct arena *arena, const char *path,
                                         const char *key_file)
{
    char key[DATA_DIR_PATH_MAX], conf[DATA_DIR_PATH_MAX];
    char log[DATA_DIR_PATH_MAX], stores[DATA_DIR_PATH_MAX];
    struct evlog_identity identity = data_dir_identity(PARTITIONS_DEFAULT);
    TRY(data_dir_path(key, path, "cluster.key"));
    TRY(data_dir_path(conf, path, "agency.conf"));
    TRY(data_dir_path(log, path, "log"));
    TRY(data_dir_path(stores, path, "stores"));
    TRY(data_dir_make_key(arena, key, key_file));
    TRY(data_dir_make_keyring(path));
    TRY(folder_conf_make(conf));
    TRY(data_dir_make_folder(stores));
    struct status st = evlog_local_create(log, &identity);
    return st.code == STATUS_ALREADY_EXISTS ? status_ok() : st;
}

struct status data_dir_make(struct arena *arena, const char *path, const char *key_file)
{
    struct str given;
    TRY(key_file == NULL ? status_ok() : cluster_key_read_given(arena, key_file, &given));
    TRY(data_dir_has(path, DATA_DIR_UNFINISHED) ? status_ok() : data_dir_check_new(path, key_file));
    TRY(data_dir_begin(path));
    TRY(data_dir_make_parts(arena, path, key_file));
    return data_dir_end(path);
}

/* ---- with a log on Kafka ---- */

static struct status data_dir_ready(const char *path, char key[DATA_DIR_PATH_MAX],
                                    char conf[DATA_DIR_PATH_MAX])
{
    char own[DATA_DIR_PATH_MAX];
    TRY(data_dir_path(own, path, "agency.conf"));
    TRY(data_dir_path(key, path, "cluster.key"));
    TRY(data_dir_path(conf, path, "kafka.conf"));
    if (data_dir_has(path, "log")) {
        return status_error(STATUS_ALREADY_EXISTS,
                            "expected a folder without a log, but '%s' has an embedded one", path);
    }
    TRY(data_dir_begin(path));
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
        TRY(cluster_key_read_given(arena, made->key_file, &given));
    }
    struct status found = data_dir_probe(&options);
    if (found.code != STATUS_NOT_FOUND) {
        return found.code == STATUS_OK ? evlog_kafka_create(&options, &identity) : found;
    }
    TRY(data_dir_ready(path, key, conf));
    TRY(data_dir_make_key(arena, key, made->key_file));
    TRY(data_dir_make_keyring(path));
    /* Before the log: should that fail, nobody takes the folder for one of an embedded log. */
    TRY(kafka_conf_claim(conf, arena, made->kafka));
    TRY(data_dir_end(path));
    return evlog_kafka_create(&options, &identity);
}

struct status data_dir_join_shared(struct arena *arena, const char *path,
                                   const struct data_dir_new *made)
{
    char key[DATA_DIR_PATH_MAX], conf[DATA_DIR_PATH_MAX];
    struct evlog_kafka_options options;
    TRY(kafka_conf_options(made->kafka, arena, &options));
    options.timeout_ms = made->timeout_ms;
    TRY(data_dir_probe(&options));
    TRY(data_dir_ready(path, key, conf));
    if (made->key_file != NULL) {
        TRY(cluster_key_copy(arena, key, made->key_file));
    }
    TRY(kafka_conf_write(conf, made->kafka));
    return data_dir_end(path);
}
