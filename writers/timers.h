/* Which orgs of a partition wait for a time, and whose turn it is when times have come. An org has
 * one decision a turn, then come the others: one in which much is due holds up none. Kept in memory
 * by who leads: the heads of the orgs say it all. One thread. */
#ifndef WRITERS_TIMERS_H
#define WRITERS_TIMERS_H

#include "core/base/hmap.h"
#include "core/model/partition.h"

struct timer;

struct timers {
    struct hmap orgs;    /* by id: struct timer, of each that ever waited for something */
    struct timer **heap; /* by time, the first on top: those whose time has not come */
    size_t heap_count;
    size_t heap_cap;
    struct timer *first; /* those whose time has come, in the order of their turns */
    struct timer *last;
};

/* Nobody waits. */
void timers_init(struct timers *timers);
/* A zeroed one is fine. */
void timers_release(struct timers *timers);
/* Notes all orgs of a partition whose store has all of it. Statuses of reading it. */
MUST_USE struct status timers_scan(struct timers *timers, const struct partition *partition);

/* The first time that the org waits for (INT64_MAX: none), as its head has it now. */
void timers_note(struct timers *timers, struct str org_id, int64_t due_us);
/* Up to when things are decided in an org that takes imports, for one of them waits for that. */
void timers_note_until(struct timers *timers, struct str org_id, int64_t until_us);

/* An org whose turn it is. */
struct timer_turn {
    struct str org_id; /* valid until it is noted again */
    int64_t until_us;  /* as timers_note_until had it; else INT64_MIN */
};
/* The next turn at a time, which is then over: the org is to be noted again. False: nobody's. */
bool timers_take(struct timers *timers, int64_t now_us, struct timer_turn *turn);
/* When it is somebody's turn next; INT64_MIN: now, INT64_MAX: never. */
int64_t timers_next_us(const struct timers *timers);
/* Until then: microseconds, at most so many. */
int64_t timers_left_us(const struct timers *timers, int64_t now_us, int64_t most_us);

#endif
