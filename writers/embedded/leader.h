/* A partition that this process owns: the state behind the log, the decider on top of it, and what
 * is between them. One thread. */
#ifndef WRITERS_EMBEDDED_LEADER_H
#define WRITERS_EMBEDDED_LEADER_H

#include "core/base/clock.h"
#include "core/model/partition.h"
#include "writers/decider.h"
#include "writers/poison.h"
#include "writers/timers.h"

struct leader_options {
    const char *store; /* folder of the partition's store */
    struct evlog *log; /* with nothing pending; borrowed */
    uint32_t number;   /* of the partition */
    struct clock clock;
    int64_t now_us;                   /* the decider's clock, */
    bool accept_clock;                /* for which a person vouches */
    bool timed;                       /* decides what is due also without commands: leader_elapse */
    struct str configuration;         /* a DecidingConfiguration, packed, for the new EPOCH */
    struct poison *poison;            /* notes what is judged; borrowed; NULL: nothing does */
    int64_t *rejections;              /* counts to go on with; NULL: anew. Borrowed */
    struct shelf *shelf;              /* where the store is shown to other threads; NULL: nowhere */
    const struct writer_watch *watch; /* NULL: nobody */
    uint64_t process;                 /* as of struct writer_options */
};

struct leader {
    struct evlog *log;
    uint32_t number;
    struct partition *partition; /* up to the last confirmed record */
    struct decider decider;      /* up to the last decided one */
    struct timers timers;        /* of a timed one */
    bool timed;
    int64_t
        mute_us; /* boottime: until then it decides nothing, for its clock may be wrong; 0: no */
    uint64_t commands_end;  /* the offset that the next command gets */
    uint64_t decisions_end; /* the offset that the next record gets */
    const struct writer_watch *watch;
    uint64_t opened_at; /* the offset from which it was folded when it was opened, */
    int64_t opened_us;  /* monotonic: and when */
};

/* Folds what the log has and begins a new epoch: from then on this process decides. Gives it.
 * Statuses of partition_open; UNAVAILABLE if the log refuses. */
MUST_USE struct status leader_open(const struct leader_options *options, struct leader **leader);
/* Writes nothing more. NULL is fine. */
void leader_close(struct leader *leader);

/* What a command became: its answer, and the record to append (empty: none), valid until the next
 * call. Statuses of term_decide. */
MUST_USE struct status leader_decide(struct leader *leader, struct str command, int64_t now_us,
                                     struct submit_answer *answer, struct str *record);
/* The next turn of what is due, as term_elapse has it. */
MUST_USE struct status leader_elapse(struct leader *leader, int64_t now_us, bool *due,
                                     struct str *record);
/* UNAVAILABLE: it decides nothing yet. The clock is the machine's. */
MUST_USE struct status leader_check_clock(struct leader *leader, const struct clock *clock);
/* The next TICK record, with the newest state root there is; valid until the next call. */
MUST_USE struct status leader_tick(struct leader *leader, int64_t now_us, struct str *record);
/* A record of the decider, whose chain had `head` with it, is durable at this offset. DATA_LOSS if
 * it is not where it must be. */
MUST_USE struct status leader_confirm(struct leader *leader, uint64_t offset, struct str value,
                                      const struct hash *head);

/* How far it is on its way to the log's end. */
struct pace leader_pace(const struct leader *leader);

/* True when no more may be decided before all is confirmed and written: a batch is full, or a
 * boundary was reached. */
bool leader_full(const struct leader *leader);
/* True when the store lacks something that is confirmed. */
bool leader_dirty(const struct leader *leader);
/* True when all that was decided is confirmed. */
bool leader_settled(const struct leader *leader);

#endif
