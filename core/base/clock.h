/* The clock port: what time it is, as a value that tests can choose. Only shells hold a clock;
 * what decides gets times as values. */
#ifndef CORE_BASE_CLOCK_H
#define CORE_BASE_CLOCK_H

#include <stdint.h>

struct clock {
    int64_t (*now_us)(void *self);       /* microseconds since 1970-01-01T00:00:00Z; may jump */
    int64_t (*monotonic_us)(void *self); /* since some moment; never goes back: for time-outs */
    int64_t (*boottime_us)(void *self);  /* the same, and goes on while the machine sleeps */
    void *self;
};

/* The machine's clock; thread-safe. */
struct clock clock_real(void);

/* A clock that stands still until a test moves it. Both times are plain fields; boottime is the
 * monotonic one. */
struct clock_fake {
    int64_t now_us;
    int64_t monotonic_us;
};

/* Borrows `fake`. */
struct clock clock_from_fake(struct clock_fake *fake);
/* Moves both times. */
void clock_fake_advance(struct clock_fake *fake, int64_t us);

static inline int64_t clock_now_us(const struct clock *clock)
{
    return clock->now_us(clock->self);
}

static inline int64_t clock_monotonic_us(const struct clock *clock)
{
    return clock->monotonic_us(clock->self);
}

static inline int64_t clock_boottime_us(const struct clock *clock)
{
    return clock->boottime_us(clock->self);
}

#endif
