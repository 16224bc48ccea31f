/* The clock by which a process decides: what it stamps (decisions, TICKs, its word about closed
 * times) and what it compares with times that are due. It runs with the machine's, but does not
 * follow it at once when that leaps ahead: a machine that is an hour fast for a moment must not end
 * every lease and deadline of that hour, which nobody can take back.
 *
 * One thread, but for decider_clock_ahead_us. */
#ifndef WRITERS_DECIDER_CLOCK_H
#define WRITERS_DECIDER_CLOCK_H

#include <stdatomic.h>
#include <stdbool.h>

#include "core/base/clock.h"

/* How much of the machine's clock running ahead is followed at once, in a minute; and how long a
 * larger step must have stood. */
enum {
    DECIDER_CLOCK_CREEP_MAX_US = 10 * 1000000,
    DECIDER_CLOCK_STANDS_US = 60 * 1000000,
};

/* After so long without a record, at its start, a process does not believe a clock by which
 * something has fallen due. */
#define DECIDER_CLOCK_OLD_US INT64_C(86400000000)

struct decider_clock {
    struct clock clock;  /* the machine's */
    bool accepts;        /* any step, at once: a person vouches for the machine's clock */
    int64_t offset_us;   /* what it says is boottime and this */
    int64_t creep_us;    /* may still be followed at once, */
    int64_t creep_at_us; /* as of this boottime */
    int64_t step_us;     /* a larger step that is watched, as it was first seen; 0: none, */
    int64_t step_at_us;  /* at this boottime */
    _Atomic int64_t ahead_us;
};

/* Takes the machine's clock as it is. */
void decider_clock_init(struct decider_clock *clock, const struct clock *machine, bool accepts);
/* What time it is. It may go back, as the machine's may. */
int64_t decider_clock_now_us(struct decider_clock *clock);
/* A log with a clock of its own took a record at `log_us`, which was just read: if that is no
 * earlier than what the machine's clock says, a step is as true as the log's clock. */
void decider_clock_hear(struct decider_clock *clock, int64_t log_us);
/* How far the machine's clock is ahead of it, as it was when it was last asked; 0: it follows. Any
 * thread. */
int64_t decider_clock_ahead_us(const struct decider_clock *clock);

#endif
