/* A token bucket: so many at once, so many per second. */
#ifndef CORE_RPC_HTTP_RATE_H
#define CORE_RPC_HTTP_RATE_H

#include <stdbool.h>
#include <stdint.h>

struct rate {
    int64_t tokens_us; /* a token is worth a second's part of microseconds */
    int64_t at_us;
    int burst;
    int per_second;
};

static inline void rate_init(struct rate *rate, int burst, int per_second, int64_t now_us)
{
    *rate = (struct rate){ (int64_t)burst * 1000000, now_us, burst, per_second };
}

/* Takes a token; false when there is none. */
static inline bool rate_take(struct rate *rate, int64_t now_us)
{
    int64_t full = (int64_t)rate->burst * 1000000;
    int64_t elapsed = now_us - rate->at_us;
    int64_t gained = elapsed > full / rate->per_second ? full : elapsed * rate->per_second;
    rate->tokens_us = rate->tokens_us + gained > full ? full : rate->tokens_us + gained;
    rate->at_us = now_us;
    if (rate->tokens_us < 1000000) {
        return false;
    }
    rate->tokens_us -= 1000000;
    return true;
}

#endif
