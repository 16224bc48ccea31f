#include "ops/telemetry/readiness.h"

#include <inttypes.h>
#include <stdatomic.h>

void readiness_init(struct readiness *readiness, struct clock clock)
{
    readiness->clock = clock;
    readiness->why = status_error(STATUS_UNAVAILABLE, "starting");
    pthread_mutex_init(&readiness->lock, NULL);
    atomic_store(&readiness->heard_us, 0);
    atomic_store(&readiness->awaited, false);
}

void readiness_release(struct readiness *readiness)
{
    pthread_mutex_destroy(&readiness->lock);
}

void readiness_set(struct readiness *readiness, struct status why)
{
    pthread_mutex_lock(&readiness->lock);
    readiness->why = why;
    pthread_mutex_unlock(&readiness->lock);
}

void readiness_beat(struct readiness *readiness)
{
    atomic_store_explicit(&readiness->heard_us, clock_monotonic_us(&readiness->clock),
                          memory_order_relaxed);
}

void readiness_await(struct readiness *readiness)
{
    atomic_store(&readiness->awaited, true);
}

struct status readiness_get(struct readiness *readiness)
{
    pthread_mutex_lock(&readiness->lock);
    struct status why = readiness->why;
    pthread_mutex_unlock(&readiness->lock);
    if (why.code != STATUS_OK) {
        return status_error(STATUS_UNAVAILABLE, "%s", why.msg);
    }
    int64_t heard_us = atomic_load_explicit(&readiness->heard_us, memory_order_relaxed);
    int64_t silent_us = clock_monotonic_us(&readiness->clock) - heard_us;
    if (!atomic_load(&readiness->awaited)) {
        return status_ok();
    }
    if (heard_us == 0) {
        return status_error(STATUS_UNAVAILABLE, "the stores are being opened");
    }
    if (silent_us > READINESS_SILENCE_US) {
        return status_error(STATUS_UNAVAILABLE,
                            "the stores' thread has been busy for %" PRId64
                            " s: it rebuilds one, or waits for a disk",
                            silent_us / 1000000);
    }
    return status_ok();
}
