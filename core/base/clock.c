#include "core/base/clock.h"

#include <stddef.h>
#include <time.h>

static int64_t clock_read_us(clockid_t id)
{
    struct timespec ts;
    clock_gettime(id, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static int64_t clock_real_now_us(void *self)
{
    (void)self;
    return clock_read_us(CLOCK_REALTIME);
}

static int64_t clock_real_monotonic_us(void *self)
{
    (void)self;
    return clock_read_us(CLOCK_MONOTONIC);
}

static int64_t clock_real_boottime_us(void *self)
{
    (void)self;
    return clock_read_us(CLOCK_BOOTTIME);
}

struct clock clock_real(void)
{
    return (struct clock){ clock_real_now_us, clock_real_monotonic_us, clock_real_boottime_us,
                           NULL };
}

static int64_t clock_fake_now_us(void *self)
{
    return ((struct clock_fake *)self)->now_us;
}

static int64_t clock_fake_monotonic_us(void *self)
{
    return ((struct clock_fake *)self)->monotonic_us;
}

struct clock clock_from_fake(struct clock_fake *fake)
{
    return (struct clock){ clock_fake_now_us, clock_fake_monotonic_us, clock_fake_monotonic_us,
                           fake };
}

void clock_fake_advance(struct clock_fake *fake, int64_t us)
{
    fake->now_us += us;
    fake->monotonic_us += us;
}
