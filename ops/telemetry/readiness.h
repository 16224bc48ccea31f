/* Whether the process can do its work now: what a balancer asks at /readyz. Said by those who know,
 * asked by any thread. */
#ifndef OPS_TELEMETRY_READINESS_H
#define OPS_TELEMETRY_READINESS_H

#include <pthread.h>

#include "core/base/clock.h"
#include "core/base/status.h"

/* The thread that has the stores shows itself once a second; when it is silent for so long it
 * rebuilds one, or waits for a disk. */
enum { READINESS_SILENCE_US = 5 * 1000000 };

struct readiness {
    struct clock clock;
    pthread_mutex_t lock;
    struct status why; /* OK: ready */
    _Atomic int64_t heard_us;
    _Atomic bool awaited; /* such a thread is there */
};

/* Not ready, as it just starts. */
void readiness_init(struct readiness *readiness, struct clock clock);
void readiness_release(struct readiness *readiness);

/* OK, or what is waited for. */
void readiness_set(struct readiness *readiness, struct status why);
/* There is a thread that has stores: the process is not ready before it goes on. */
void readiness_await(struct readiness *readiness);
/* It goes on. */
void readiness_beat(struct readiness *readiness);
/* OK, or UNAVAILABLE: why not. */
MUST_USE struct status readiness_get(struct readiness *readiness);

#endif
