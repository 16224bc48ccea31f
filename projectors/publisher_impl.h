/* What the files of the publisher share: its inside. */
#ifndef PROJECTORS_PUBLISHER_IMPL_H
#define PROJECTORS_PUBLISHER_IMPL_H

#include "core/base/fsm.h"
#include "projectors/checkpoint_finder.h"
#include "projectors/publisher.h"
#include "projectors/publisher_partition.h"
#include "projectors/standby.h"

enum {
    PUBLISHER_RECORDS = 512,                        /* of one read */
    PUBLISHER_COMPLETIONS = 512,                    /* of one poll */
    PUBLISHER_BACKLOG_MAX = 8 << 20,                /* bytes, per partition */
    PUBLISHER_UNDER_WAY_MAX = EVLOG_PENDING_MAX / 2 /* records */
};

#define PUBLISHER_RETRY_US INT64_C(1000000)
/* After a contradiction: a person may have mended the log meanwhile. */
#define PUBLISHER_STOPPED_US INT64_C(60000000)

enum publisher_state {
    PUBLISHER_IDLE,
    PUBLISHER_SEEKING,
    PUBLISHER_PUBLISHING,
    PUBLISHER_STOPPED,
    PUBLISHER_STATES
};

struct publisher_slot {
    struct fsm fsm;
    struct publisher_partition partition;
    bool asked;              /* the finder; its answer is still to come */
    bool serving;            /* as the last step said */
    bool due;                /* something came for it since its last step */
    bool followed;           /* by the reader; not while the backlog is full */
    uint64_t read_offset;    /* behind the last record of the backlog */
    int64_t ask_us;          /* monotonic: do not ask the finder before */
    struct checkpoint begun; /* where publishing began */
    struct standby standby;
    struct status trouble;
};

struct publisher {
    struct publisher_options options;
    struct checkpoint_finder *finder;
    struct evlog *log; /* NULL: not open */
    struct evlog_reader *reader;
    bool log_asked;
    int64_t log_ask_us;
    int epoll;
    int bell;           /* rung while slots are due */
    uint32_t due_count; /* slots */
    uint32_t due_steps; /* since the last one became due */
    bool starved;       /* a partition waits for room */
    size_t room;        /* records that may still be put under way */
    uint64_t published; /* by partitions that were begun again since */
    struct publisher_slot *slots;
    struct status trouble; /* of the log */
    struct evlog_record records[PUBLISHER_RECORDS];
};

/* The slot has something to do: its partition should be stepped. And: it is being stepped. */
void publisher_make_due(struct publisher *publisher, struct publisher_slot *slot);
void publisher_done(struct publisher *publisher, struct publisher_slot *slot);

/* Watches a descriptor along, until it is closed. */
void publisher_watch(struct publisher *publisher, int descriptor);
int64_t publisher_now(const struct publisher *publisher);

/* Tells a change of what is `known` of a partition (or of all). */
void publisher_report(struct publisher *publisher, uint32_t partition, struct status *known,
                      struct status what);
/* The reader does not follow the partition any more. */
void publisher_unfollow(struct publisher *publisher, struct publisher_slot *slot);
/* The slot publishes nothing, and forgets what was under way. */
void publisher_idle(struct publisher *publisher, struct publisher_slot *slot);
/* The same, for a minute. */
void publisher_stop(struct publisher *publisher, struct publisher_slot *slot, struct status why);
/* Publishes from a checkpoint on; or only looks whether there is something above `probe_above`. */
void publisher_begin(struct publisher *publisher, struct publisher_slot *slot,
                     const struct checkpoint *checkpoint, uint64_t probe_above);
/* Takes what has come, if anything has. */
void publisher_collect(struct publisher *publisher);

#endif
