/* A data folder: the log or where it is, the stores, the cluster key.
 *
 *   DIR/log          the embedded log, or
 *   DIR/kafka.conf   where the log is on Kafka: shared by any number of such folders
 *   DIR/stores/pNN   the store of each partition: may be deleted at any time
 *   DIR/cluster.key  hides identities, seals commands: to be backed up with the log;
 *                    on Kafka whoever is not trusted with it does without, and signs
 *   DIR/keyring      the keys of personal data; backed up apart, copied by nobody; where there is
 *                    none, personal data is neither taken nor shown
 *   DIR/seal.keys    if there: seals commands in its place
 *   DIR/agency.conf  who is an operator
 *   DIR/moved        if there: where the log was copied to; this one is closed
 *   DIR/readers/...  files of readers beside an owner, removed by them
 *   DIR/lock         on Kafka: held by who owns the stores
 *   DIR/process      on Kafka: the number of this folder, which names its agencyd
 *   DIR/unfinished   if there: the folder is being made; opened by nobody
 *   DIR/api.sock     while an agencyd serves it: its API, for the owner of the folder alone
 */
#ifndef OPS_DATA_DIR_H
#define OPS_DATA_DIR_H

#include "core/base/arena.h"
#include "core/evlog/evlog_local.h"
#include "core/keyring/keyring.h"
#include "ops/kafka_conf.h"
#include "ops/seal_keys.h"

enum { DATA_DIR_PATH_MAX = 4096 };
/* The socket in the folder. */
#define DATA_DIR_SOCKET "api.sock"

struct data_dir {
    char log[DATA_DIR_PATH_MAX];
    char stores[DATA_DIR_PATH_MAX];
    char readers[DATA_DIR_PATH_MAX];
    char conf[DATA_DIR_PATH_MAX]; /* agency.conf: ops/folder_conf.h */
    char lock[DATA_DIR_PATH_MAX];
    char process[DATA_DIR_PATH_MAX];
    char keyring[DATA_DIR_PATH_MAX];
    struct str cluster_key;           /* in the arena; empty: not for this user, or not here */
    struct seal_keys seals;           /* in the arena; none: likewise */
    struct str moved;                 /* in the arena; empty: its log goes on here */
    bool shared;                      /* the log is on Kafka: others write it, too */
    struct evlog_kafka_options kafka; /* then: what opens it, in the arena */
};

/* What is made anew. */
struct data_dir_new {
    const struct kafka_conf *kafka;
    const char *key_file;        /* the cluster key; NULL: the folder's own; a new log's is made */
    uint32_t partitions_count;   /* of a new log */
    const int64_t *retention_ms; /* of a new log, see evlog_kafka.h; NULL: as usual */
    uint32_t replicas;           /* of a new log; 0: as the brokers say */
    int timeout_ms;              /* to wait for the brokers */
};

/* Opens the folder at `path`, or says what it lacks and how that comes back. Makes nothing, ever.
 * NOT_FOUND: there is no data folder. DATA_LOSS: its log or its key is gone. FAILED_PRECONDITION:
 * it was not finished, it does not say who is an operator, or others can read a key in it.
 * PERMISSION_DENIED: it belongs to somebody else, and the caller `writes`. INVALID_ARGUMENT (path
 * too long, something else there), UNAVAILABLE. */
MUST_USE struct status data_dir_open(struct data_dir *dir, struct arena *arena, const char *path,
                                     bool writes);
/* Makes the folder at `path` with an embedded log, and a key that is a copy of `key_file` or, if
 * that is NULL, new. Safe to repeat after a failure. ALREADY_EXISTS: there is something of a data
 * folder. FAILED_PRECONDITION: there is another key. Statuses of cluster_key_read_given and
 * evlog_local_create. */
MUST_USE struct status data_dir_make(struct arena *arena, const char *path, const char *key_file);
/* Whoever makes a folder begins with this, unless there is one already: until data_dir_end nobody
 * opens it. PERMISSION_DENIED, INVALID_ARGUMENT, UNAVAILABLE. */
MUST_USE struct status data_dir_begin(const char *path);
MUST_USE struct status data_dir_end(const char *path);
/* Makes a log on Kafka and the folder at `path` for it, once the brokers have said that there is
 * none. Safe to repeat after a failure.
 * ALREADY_EXISTS: the log, or a folder of another one, is there. Statuses of evlog_kafka_create. */
MUST_USE struct status data_dir_make_shared(struct arena *arena, const char *path,
                                            const struct data_dir_new *made);
/* FAILED_PRECONDITION: its log was copied, and goes on there. */
MUST_USE struct status data_dir_goes_on(const struct data_dir *dir);
/* Notes where the log of the folder at `path` goes on, for who asks here. UNAVAILABLE. */
MUST_USE struct status data_dir_move(const char *path, const char *to);
/* Makes the folder for a log that is there on Kafka. Safe to repeat. FAILED_PRECONDITION: the
 * folder has another key. ALREADY_EXISTS: it has an embedded log. Statuses of evlog_kafka_open. */
MUST_USE struct status data_dir_join_shared(struct arena *arena, const char *path,
                                            const struct data_dir_new *made);

/* The folder of a partition's store. */
void data_dir_store(const struct data_dir *dir, uint32_t partition, char out[DATA_DIR_PATH_MAX]);
/* Holds the stores of a folder on Kafka until *lock is closed. FAILED_PRECONDITION names who does.
 * UNAVAILABLE. */
MUST_USE struct status data_dir_hold(const struct data_dir *dir, int *lock);
/* The number of this folder among those of its log: random, made once, anew for a copy of the
 * folder. UNAVAILABLE. */
MUST_USE struct status data_dir_process(const struct data_dir *dir, uint64_t *process);
/* Opens its keyring; none where there is none, or not for this user. FAILED_PRECONDITION (others
 * can read it), DATA_LOSS, UNAVAILABLE. */
MUST_USE struct status data_dir_open_keyring(const struct data_dir *dir, struct keyring *keyring);
/* Opens its log. Statuses of evlog_local_open and evlog_kafka_open. `dir` must outlive it. */
MUST_USE struct status data_dir_open_log(const struct data_dir *dir, bool read_only,
                                         struct evlog **log);
/* Opens an embedded log for writing; what its end has lost is given up, and told before that. */
MUST_USE struct status data_dir_open_cut_log(const struct data_dir *dir,
                                             evlog_local_lost_fn *give_up, void *context,
                                             struct evlog **log);

#endif
