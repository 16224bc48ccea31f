/* What the files of the feed share: its inside. */
#ifndef PROJECTORS_FEED_IMPL_H
#define PROJECTORS_FEED_IMPL_H

#include "core/base/fsm.h"
#include "projectors/feed.h"
#include "projectors/lane.h"
#include "projectors/scout.h"
#include "projectors/standby.h"

enum {
    FEED_RECORDS = 512,                        /* of one read */
    FEED_COMPLETIONS = 512,                    /* of one poll */
    FEED_BACKLOG_MAX = 8 << 20,                /* bytes, per partition */
    FEED_UNDER_WAY_MAX = EVLOG_PENDING_MAX / 2 /* records */
};

#define FEED_RETRY_US INT64_C(1000000)
/* After a contradiction: a person may have mended the log meanwhile. */
#define FEED_STOPPED_US INT64_C(60000000)

enum feed_state { FEED_IDLE, FEED_SEEKING, FEED_PUBLISHING, FEED_STOPPED, FEED_STATES };

struct feed_slot {
    struct fsm fsm;
    struct lane lane;
    bool asked;            /* the scout; its answer is still to come */
    bool serving;          /* as the last step said */
    bool due;              /* something came for it since its last step */
    bool followed;         /* by the reader; not while the backlog is full */
    uint64_t read_offset;  /* behind the last record of the backlog */
    int64_t ask_us;        /* monotonic: do not ask the scout before */
    struct bookmark begun; /* where publishing began */
    struct standby standby;
    struct status trouble;
};

struct feed {
    struct feed_options options;
    struct scout *scout;
    struct evlog *log; /* NULL: not open */
    struct evlog_reader *reader;
    bool log_asked;
    int64_t log_ask_us;
    int epoll;
    int bell;           /* rung while slots are due */
    uint32_t due_count; /* slots */
    uint32_t due_steps; /* since the last one became due */
    bool starved;       /* a lane waits for room */
    size_t room;        /* records that may still be put under way */
    uint64_t published; /* by lanes that were begun again since */
    struct feed_slot *slots;
    struct status trouble; /* of the log */
    struct evlog_record records[FEED_RECORDS];
};

/* The slot has something to do: its partition should be stepped. And: it is being stepped. */
void feed_make_due(struct feed *feed, struct feed_slot *slot);
void feed_done(struct feed *feed, struct feed_slot *slot);

/* Watches a descriptor along, until it is closed. */
void feed_watch(struct feed *feed, int descriptor);
int64_t feed_now(const struct feed *feed);

/* Tells a change of what is `known` of a partition (or of all). */
void feed_report(struct feed *feed, uint32_t partition, struct status *known, struct status what);
/* The reader does not follow the partition any more. */
void feed_unfollow(struct feed *feed, struct feed_slot *slot);
/* The slot publishes nothing, and forgets what was under way. */
void feed_idle(struct feed *feed, struct feed_slot *slot);
/* The same, for a minute. */
void feed_stop(struct feed *feed, struct feed_slot *slot, struct status why);
/* Publishes from a bookmark on; or only looks whether there is something above `probe_above`. */
void feed_begin(struct feed *feed, struct feed_slot *slot, const struct bookmark *bookmark,
                uint64_t probe_above);
/* Takes what has come, if anything has. */
void feed_collect(struct feed *feed);

#endif
