/* When a standby of a publisher publishes: pure, told what it finds when it looks at what was
 * published last. */
#ifndef PROJECTORS_STANDBY_H
#define PROJECTORS_STANDBY_H

#include "projectors/checkpoint.h"

struct standby {
    int64_t election_timeout_us; /* T; 0: it never publishes */
    uint32_t rank;               /* each waits for T longer */
    uint64_t publisher;          /* who it is itself */
    bool has_looked;             /* since standby_begin */
    uint64_t end;                /* of outcomes and events, when it looked last */
    int64_t quiet_us;            /* monotonic: it is so since */
    uint64_t begun_end;          /* of the same, when it began to publish */
};

/* It waits anew. */
static inline void standby_begin(struct standby *standby)
{
    standby->has_looked = false;
}

/* Nobody has published anything for T(1+rank): it should see whether there is something. */
static inline bool standby_is_due(struct standby *standby, const struct checkpoint *found,
                                  int64_t now_us)
{
    if (!standby->has_looked || found->end != standby->end) {
        standby->has_looked = true;
        standby->end = found->end;
        standby->quiet_us = now_us;
    }
    return now_us - standby->quiet_us >=
           standby->election_timeout_us * (1 + (int64_t)standby->rank);
}

/* While it publishes: somebody else does. */
static inline bool standby_should_yield(const struct standby *standby,
                                        const struct checkpoint *found)
{
    return found->end > standby->begun_end && found->publisher != standby->publisher;
}

#endif
