/* What is to happen when: a heap of moments. A timer is part of what it is about; times are values,
 * so that tests choose them. Not thread-safe. */
#ifndef CORE_RPC_TIMERS_H
#define CORE_RPC_TIMERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rpc_timer {
    int64_t at_us;
    size_t place; /* in the heap, from 1; 0: not set */
    void (*fire)(struct rpc_timer *timer, int64_t now_us);
};

struct rpc_timers {
    struct rpc_timer **heap;
    size_t count;
    size_t room;
};

void rpc_timers_release(struct rpc_timers *timers);
/* Sets or moves a timer, which must live until it fires or is unset. */
void rpc_timer_set(struct rpc_timers *timers, struct rpc_timer *timer, int64_t at_us);
void rpc_timer_unset(struct rpc_timers *timers, struct rpc_timer *timer);
/* Fires all that are due; each is unset first and may set itself again. */
void rpc_timers_fire(struct rpc_timers *timers, int64_t now_us);
/* When the next one is due; INT64_MAX if there is none. */
int64_t rpc_timers_next_us(const struct rpc_timers *timers);

#endif
