/* The data folder that a log is copied to: made by the first run, found again by those that go on.
 */
#ifndef OPS_CTL_COPY_TARGET_H
#define OPS_CTL_COPY_TARGET_H

#include "ops/data_dir.h"

struct copy_target_options {
    const char *from;                    /* the source's data folder, */
    struct str cluster_key;              /* its key, */
    const struct evlog_identity *source; /* and who its log is */
    const struct kafka_conf *kafka;      /* no brokers: the target's log lies in its folder */
    const int64_t *retention_ms;         /* of a log on Kafka, see evlog_kafka.h */
    uint32_t replicas;                   /* of a log on Kafka; 0: as the brokers say */
    int timeout_ms;                      /* to wait for the brokers */
};

/* Makes the folder at `path` with the source's keys and the draft of a log of its history, or opens
 * what an earlier run has made. Gives the log, which is no draft any more if the copy was finished;
 * `dir` must outlive it. INVALID_ARGUMENT: the source itself is there. FAILED_PRECONDITION: another
 * log, or the key of another cluster, is there. PERMISSION_DENIED: the source's keys cannot be
 * read. UNAVAILABLE. */
MUST_USE struct status copy_target_open(const struct copy_target_options *options,
                                        struct arena *arena, const char *path, struct data_dir *dir,
                                        struct evlog **log);

#endif
