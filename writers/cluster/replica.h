/* A partition of a log that others may write, too, as one process has it: folded, perhaps taken,
 * then served. One thread.
 *
 * What is read and what is completed is handed in; replica_step does what time brings. A failure of
 * the log is the session's (see session->failure); any other is dealt with here, and told: the
 * partition is closed and opened again, or stops for good. */
#ifndef WRITERS_CLUSTER_REPLICA_H
#define WRITERS_CLUSTER_REPLICA_H

#include "core/evlog/leadership.h"
#include "writers/cluster/command_queue.h"
#include "writers/cluster/flusher.h"
#include "writers/cluster/options.h"
#include "writers/cluster/session.h"
#include "writers/decider.h"
#include "writers/poison.h"
#include "writers/timers.h"

/* What all replicas of a process have in common. */
struct replica_common {
    const struct server_options *options;
    struct session *session;
    struct poison *poison;   /* NULL: deaths are not counted */
    int64_t *rejections;     /* by principal, see rejections.h; NULL: each leader counts anew */
    struct flusher *flusher; /* NULL: stores are in memory */
    uint32_t replicas_count;
};

/* A time, as both clocks say it. */
struct replica_time {
    int64_t now_us; /* the decider's clock: decider_clock.h */
    int64_t monotonic_us;
};

/* What is known of who led it when it began to follow, or lost: how long to wait for him. */
enum replica_race {
    REPLICA_RACE_NONE,  /* nothing: he is waited for */
    REPLICA_RACE_FRESH, /* nobody was heard yet: he may be an earlier life of this process */
    REPLICA_RACE_LOST,  /* another took over before this one: let him be heard */
};

/* The TICK that tells a root. */
enum replica_tick {
    REPLICA_TICK_NONE,
    REPLICA_TICK_WANTED,    /* a boundary has a root that nobody was told */
    REPLICA_TICK_UNDER_WAY, /* the batch ends with it */
};

struct replica {
    const struct replica_common *common;
    uint32_t number;
    uint32_t rank;
    struct fsm fsm;                /* enum replica_state; the picture is in replica.c */
    uint32_t generation;           /* of what is under way: the session tells of older ones, too */
    struct partition *partition;   /* up to the last accepted record; NULL: not open */
    struct leadership leadership;  /* while it is open; has what is under way */
    struct decider decider;        /* in LEADER: up to the last record decided */
    struct timers timers;          /* in LEADER: who waits for what is due */
    struct command_queue commands; /* in LEADER: read, not decided */
    struct flusher_job job;
    bool storing; /* the job is under way */
    bool reads;   /* the decisions: always, but for a leader that is not disturbed */
    bool news;    /* the observer has not been called since it took something */
    enum replica_race race;
    enum replica_tick tick;
    uint64_t next_command;         /* the offset of the first command that nothing was done about */
    uint32_t dead_letters_pending; /* dead letters under way */
    uint64_t begin;                /* where it was when it was opened, */
    int64_t begin_us;              /* monotonic: and when */
    uint64_t end;                  /* of the log then: below it the past is read */
    uint64_t epoch_asked;          /* the last epoch that we wanted to begin */
    uint32_t elections;            /* how often the jitter was made anew */
    struct replica_time asked;     /* when our EPOCH was appended */
    int64_t moved_us;              /* monotonic: when what is under way began, or moved on */
    int64_t not_before_us;         /* monotonic: until then it is not taken over, */
    int64_t open_us;               /* nor opened */
    int64_t dirty_us;              /* when the first record came that the store lacks; 0: none */
    int64_t flushed_us;
    uint64_t decided, repeated, dead_letters;
    struct status trouble; /* as it was told last */
};

void replica_init(struct replica *replica, const struct replica_common *common,
                  const struct server_partition *which);
/* Writes nothing; flushes what is written. */
void replica_release(struct replica *replica);

/* The log was opened, or opened again. */
void replica_connect(struct replica *replica, const struct replica_time *time);
/* The log is to be closed: whatever is under way is unknown. */
void replica_disconnect(struct replica *replica);

/* Judges and takes the next record of the decisions. */
void replica_take(struct replica *replica, const struct evlog_record *record,
                  const struct replica_time *time);
/* The decisions cannot be read on. */
void replica_miss_decisions(struct replica *replica, struct status why,
                            const struct replica_time *time);
/* The commands cannot be read on: one is damaged, or they are no longer there. */
void replica_miss_commands(struct replica *replica, struct status why,
                           const struct replica_time *time);
/* A record that it has appended is durable. */
void replica_done(struct replica *replica, const struct session_done *done,
                  const struct replica_time *time);
/* Takes over, ticks, writes, opens: whatever is due. `idle`: there is nothing to read. */
void replica_step(struct replica *replica, bool idle, const struct replica_time *time);

static inline enum replica_state replica_state(const struct replica *replica)
{
    return (enum replica_state)replica->fsm.state;
}

/* Whether it decides, and so wants commands. */
static inline bool replica_leads(const struct replica *replica)
{
    return replica_state(replica) == REPLICA_LEADER;
}

/* Keeps a command until it can be decided; there must be room. */
void replica_queue(struct replica *replica, const struct evlog_record *record);
/* Decides up to `max` commands of those that wait; gives how many. */
uint32_t replica_decide(struct replica *replica, uint32_t max, const struct replica_time *time);
/* Takes the next turn of what is due; false if nothing is, or nothing can be decided now. */
bool replica_elapse(struct replica *replica, const struct replica_time *time);

/* Nothing is under way, and the store has all. */
bool replica_settled(const struct replica *replica);
/* Appends a TICK, if it serves and is settled. */
void replica_tick(struct replica *replica, const struct replica_time *time);
/* Makes what is written survive a crash. */
void replica_flush(struct replica *replica, const struct replica_time *time);

void replica_status(const struct replica *replica, struct replica_status *out);

#endif
