/* A partition of a log that others may write, too, as one process has it: folded, perhaps taken,
 * then served. One thread.
 *
 * What is read and what is completed is handed in; stake_step does what time brings. A failure of
 * the log is the wire's (see wire->failure); any other is dealt with here, and told: the partition
 * is closed and opened again, or stops for good. */
#ifndef WRITERS_STAKE_H
#define WRITERS_STAKE_H

#include "core/evlog/owner.h"
#include "writers/cowriter.h"
#include "writers/decider.h"
#include "writers/inbox.h"
#include "writers/poison.h"
#include "writers/storer.h"
#include "writers/wire.h"

/* What all stakes of a process have in common. */
struct stake_common {
    const struct cowriter_options *options;
    struct wire *wire;
    struct poison *poison; /* NULL: deaths are not counted */
    struct storer *storer; /* NULL: stores are in memory */
    uint32_t stakes_count;
};

/* A time, as both clocks say it. */
struct stake_time {
    int64_t now_us;
    int64_t monotonic_us;
};

struct stake {
    const struct stake_common *common;
    uint32_t number;
    uint32_t rank;
    uint32_t generation;         /* of what is under way: the wire tells of older ones, too */
    struct partition *partition; /* up to the last accepted record; NULL: not open */
    struct owner owner;          /* while it is open */
    struct decider decider;      /* while serving: up to the last record decided */
    bool deciding;
    struct str *records;    /* ring: those under way, as the owner's pending are */
    uint64_t records_begin; /* counts from the opening on */
    uint64_t records_end;
    struct storer_job job;
    bool storing; /* the job is under way */
    struct inbox inbox;
    uint64_t next_command;   /* the offset of the first command that nothing was done about */
    uint32_t refusals;       /* records of the rejected under way */
    bool reads;              /* the decisions: always, but for who serves and is not disturbed */
    uint64_t end;            /* of the log when it was opened: below it the past is read */
    bool fresh;              /* whoever owned it when it was opened is not known yet */
    bool lost;               /* the last to take over was another: let him be heard */
    bool news;               /* the follower has not been called since it took something */
    bool ticking;            /* a TICK is under way: the batch ends with it */
    bool tick_wanted;        /* a boundary has a root that nobody was told */
    uint64_t epoch_asked;    /* the last epoch that we wanted to begin */
    uint32_t silences;       /* how often the jitter was made anew */
    struct stake_time asked; /* when our EPOCH was appended */
    int64_t moved_us;        /* monotonic: when what is under way began, or moved on */
    int64_t not_before_us;   /* monotonic: until then it is not taken over, */
    int64_t open_us;         /* nor opened */
    int64_t dirty_us;        /* when the first record came that the store lacks; 0: none */
    int64_t flushed_us;
    uint64_t decided, repeated, refused;
    struct status trouble; /* as it was told last */
    bool stopped;
};

void stake_init(struct stake *stake, const struct stake_common *common,
                const struct cowriter_partition *which);
/* Writes nothing; flushes what is written. */
void stake_release(struct stake *stake);

/* The log was opened, or opened again. */
void stake_connect(struct stake *stake, const struct stake_time *time);
/* The log is to be closed: whatever is under way is unknown. */
void stake_disconnect(struct stake *stake);

/* Judges and takes the next record of the decisions. */
void stake_take(struct stake *stake, const struct evlog_record *record,
                const struct stake_time *time);
/* The decisions cannot be read on. */
void stake_unreadable(struct stake *stake, struct status why, const struct stake_time *time);
/* The commands cannot be read on: one is damaged, or they are no longer there. */
void stake_miss(struct stake *stake, struct status why, const struct stake_time *time);
/* A record that it has appended is durable. */
void stake_done(struct stake *stake, const struct wire_done *done, const struct stake_time *time);
/* Takes over, ticks, writes, opens: whatever is due. `idle`: there is nothing to read. */
void stake_step(struct stake *stake, bool idle, const struct stake_time *time);

/* Whether it wants commands at all. */
bool stake_serves(const struct stake *stake);
/* Keeps a command until it can be decided; there must be room. */
void stake_ask(struct stake *stake, const struct evlog_record *record);
/* Decides up to `max` commands of those that wait; gives how many. */
uint32_t stake_decide(struct stake *stake, uint32_t max, const struct stake_time *time);

/* Nothing is under way, and the store has all. */
bool stake_settled(const struct stake *stake);
/* Appends a TICK, if it serves and is settled. */
void stake_tick(struct stake *stake, const struct stake_time *time);
/* Makes what is written survive a crash. */
void stake_flush(struct stake *stake, const struct stake_time *time);

void stake_status(const struct stake *stake, struct cowriter_status *out);

#endif
