#include "ops/ctl/copy_target.h"

#include "core/base/random.h"
#include "core/base/small_file.h"
#include "core/evlog/evlog_local.h"
#include "ops/data_dir_impl.h"

/* ---- keys ---- */

/* A run before this one may have written the file; then it must be the same. */
static struct status copy_target_keep(struct arena *arena, const char *path, const char *name,
                                      struct str bytes)
{
    char file[DATA_DIR_PATH_MAX];
    struct str there;
    TRY(data_dir_path(file, path, name));
    struct status st = small_file_create(file, bytes);
    if (st.code != STATUS_ALREADY_EXISTS) {
        return st;
    }
    TRY(small_file_read(file, arena, &there));
    return str_eq(there, bytes)
               ? status_ok()
               : status_error(STATUS_FAILED_PRECONDITION,
                              "expected the source's keys in '%s', but they are others", file);
}

/* Identities in the log are hidden under the cluster key: without it nobody could be recognised. */
static struct status copy_target_keys(const struct copy_target_options *options,
                                      struct arena *arena, const char *path)
{
    char seals[DATA_DIR_PATH_MAX];
    struct str bytes;
    if (options->cluster_key.size == 0) {
        return status_error(STATUS_PERMISSION_DENIED, "expected to read '%s/cluster.key'",
                            options->from);
    }
    TRY(copy_target_keep(arena, path, "cluster.key", options->cluster_key));
    TRY(data_dir_path(seals, options->from, "seal.keys"));
    struct status st = small_file_read_secret(seals, arena, &bytes);
    if (st.code == STATUS_NOT_FOUND) {
        return status_ok();
    }
    TRY(st);
    return copy_target_keep(arena, path, "seal.keys", bytes);
}

/* Who is an operator there; whoever makes the copy may have changed it since. */
static struct status copy_target_conf(const struct copy_target_options *options,
                                      struct arena *arena, const char *path)
{
    char from[DATA_DIR_PATH_MAX], to[DATA_DIR_PATH_MAX];
    struct str bytes;
    TRY(data_dir_path(from, options->from, "agency.conf"));
    TRY(data_dir_path(to, path, "agency.conf"));
    struct status st = small_file_read(from, arena, &bytes);
    if (st.code == STATUS_OK) {
        st = small_file_create(to, bytes);
    }
    return st.code == STATUS_NOT_FOUND || st.code == STATUS_ALREADY_EXISTS ? status_ok() : st;
}

/* ---- the log ---- */

static struct evlog_identity copy_target_identity(const struct evlog_identity *source)
{
    struct evlog_identity identity = *source;
    random_bytes(&identity.log_id, sizeof identity.log_id);
    random_bytes(&identity.commands_log_id, sizeof identity.commands_log_id);
    return identity;
}

static struct status copy_target_check(const struct evlog *log, const struct evlog_identity *source)
{
    if (evlog_id_eq(log->identity.log_id, source->log_id)) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected to copy the log to another, but it is the same");
    }
    if (!evlog_id_eq(log->identity.history_id, source->history_id)) {
        return status_error(STATUS_FAILED_PRECONDITION,
                            "expected no log, or an unfinished copy of this one, in the target, "
                            "but there is another");
    }
    return status_ok();
}

static struct status copy_target_local(const struct evlog_identity *identity, const char *path,
                                       struct evlog **log)
{
    struct evlog_local_options options = { .draft = true };
    struct status st = evlog_local_create_draft(path, identity);
    return st.code == STATUS_OK || st.code == STATUS_ALREADY_EXISTS
               ? evlog_local_open(path, &options, log)
               : st;
}

/* kafka.conf is written when it is known that the log there is ours. */
static struct status copy_target_shared(const struct copy_target_options *options,
                                        struct arena *arena, const char *conf, struct evlog **log)
{
    struct evlog_kafka_options kafka;
    struct evlog_identity identity = copy_target_identity(options->source);
    TRY(kafka_conf_options(options->kafka, arena, &kafka));
    kafka.replicas = options->replicas;
    kafka.retention_ms = options->retention_ms;
    kafka.timeout_ms = options->timeout_ms;
    kafka.draft = true;
    struct status st = evlog_kafka_create(&kafka, &identity);
    if (st.code == STATUS_OK || st.code == STATUS_ALREADY_EXISTS) {
        st = evlog_kafka_open(&kafka, log);
    }
    TRY(st);
    TRY(copy_target_check(*log, options->source));
    return kafka_conf_write(conf, options->kafka);
}

static struct status copy_target_log(const struct copy_target_options *options, struct arena *arena,
                                     const char *path, struct evlog **log)
{
    char local[DATA_DIR_PATH_MAX], conf[DATA_DIR_PATH_MAX];
    struct evlog_identity identity = copy_target_identity(options->source);
    TRY(data_dir_path(local, path, "log"));
    TRY(data_dir_path(conf, path, "kafka.conf"));
    bool shared = options->kafka->brokers.size > 0;
    if (data_dir_has(path, shared ? "log" : "kafka.conf")) {
        return status_error(STATUS_FAILED_PRECONDITION, "expected no other log in '%s', but %s",
                            path,
                            shared ? "it has an embedded one"
                                   : "its kafka.conf names one: give "
                                     "--brokers to go on with that");
    }
    return shared ? copy_target_shared(options, arena, conf, log)
                  : copy_target_local(&identity, local, log);
}

struct status copy_target_open(const struct copy_target_options *options, struct arena *arena,
                               const char *path, struct data_dir *dir, struct evlog **log)
{
    *log = NULL;
    TRY(data_dir_begin(path));
    TRY(copy_target_keys(options, arena, path));
    TRY(copy_target_conf(options, arena, path));
    struct status st = copy_target_log(options, arena, path, log);
    if (st.code == STATUS_OK) {
        st = copy_target_check(*log, options->source);
    }
    if (st.code == STATUS_OK) {
        st = data_dir_end(path); /* from here on the draft says that it is not whole */
    }
    if (st.code == STATUS_OK) {
        st = data_dir_open(dir, arena, path, false);
    }
    if (st.code != STATUS_OK) {
        evlog_close(*log);
        *log = NULL;
    }
    return st;
}
