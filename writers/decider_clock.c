/* Boottime goes on while the machine sleeps and nobody can set it, so it is what time has passed;
 * the machine's clock says which time it is. Where the two part, the difference is
 *   - behind: followed at once. Nothing was ended too early by it, and what is stamped never goes
 *     back anyway (recorded_at rises);
 *   - ahead by little (NTP slewing, a leap second): followed, 10 s of it in a minute;
 *   - ahead by more: watched, and taken when it has stood for a minute, or when a log's own clock
 *     says the same. Who mends a clock that was wrong does so by a step, which stands; a clock that
 *     leaps and comes back within the minute ends nothing.
 *
 * The rule is T10 of the design, tried there against a model of leaping clocks. */
#include "writers/decider_clock.h"

enum {
    CREEP_PARTS = 60 * 1000000 / DECIDER_CLOCK_CREEP_MAX_US, /* of the time that has passed */
    STEP_SAME_US = 1000000, /* a step stands while it changes by less */
    LOG_AGREES_US = 1000000,
};

void decider_clock_init(struct decider_clock *clock, const struct clock *machine, bool accepts)
{
    int64_t boottime_us = clock_boottime_us(machine);
    *clock = (struct decider_clock){ .clock = *machine,
                                     .accepts = accepts,
                                     .offset_us = clock_now_us(machine) - boottime_us,
                                     .creep_us = DECIDER_CLOCK_CREEP_MAX_US,
                                     .creep_at_us = boottime_us };
}

/* The rest of the division stays where it is: it is asked many times a microsecond's sixth. */
static void decider_clock_earn_creep(struct decider_clock *clock, int64_t boottime_us)
{
    int64_t earned_us = (boottime_us - clock->creep_at_us) / CREEP_PARTS;
    clock->creep_at_us += earned_us * CREEP_PARTS;
    clock->creep_us += earned_us;
    if (clock->creep_us > DECIDER_CLOCK_CREEP_MAX_US) {
        clock->creep_us = DECIDER_CLOCK_CREEP_MAX_US;
    }
}

static void decider_clock_follow(struct decider_clock *clock, int64_t ahead_us)
{
    clock->offset_us += ahead_us;
    clock->step_us = 0;
    atomic_store_explicit(&clock->ahead_us, 0, memory_order_relaxed);
}

/* Whether a step has stood for long enough; one that changes is another one. */
static bool decider_clock_stands(struct decider_clock *clock, int64_t ahead_us, int64_t boottime_us)
{
    int64_t change_us = ahead_us - clock->step_us;
    if (clock->step_us == 0 || change_us > STEP_SAME_US || change_us < -STEP_SAME_US) {
        clock->step_us = ahead_us;
        clock->step_at_us = boottime_us;
    }
    return boottime_us - clock->step_at_us >= DECIDER_CLOCK_STANDS_US;
}

int64_t decider_clock_now_us(struct decider_clock *clock)
{
    int64_t boottime_us = clock_boottime_us(&clock->clock);
    int64_t ahead_us = clock_now_us(&clock->clock) - boottime_us - clock->offset_us;
    decider_clock_earn_creep(clock, boottime_us);
    if (ahead_us <= clock->creep_us) {
        clock->creep_us -= ahead_us > 0 ? ahead_us : 0;
        decider_clock_follow(clock, ahead_us);
    } else if (clock->accepts || decider_clock_stands(clock, ahead_us, boottime_us)) {
        decider_clock_follow(clock, ahead_us);
    } else {
        atomic_store_explicit(&clock->ahead_us, ahead_us, memory_order_relaxed);
    }
    return boottime_us + clock->offset_us;
}

void decider_clock_hear(struct decider_clock *clock, int64_t log_us)
{
    if (clock->step_us == 0) {
        return;
    }
    int64_t machine_us = clock_now_us(&clock->clock);
    if (log_us >= machine_us - LOG_AGREES_US) {
        decider_clock_follow(clock,
                             machine_us - clock_boottime_us(&clock->clock) - clock->offset_us);
    }
}

int64_t decider_clock_ahead_us(const struct decider_clock *clock)
{
    return atomic_load_explicit(&clock->ahead_us, memory_order_relaxed);
}
