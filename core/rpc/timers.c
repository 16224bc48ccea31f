/* A binary heap; each timer knows its place, so that unsetting one needs no search. Most are unset
 * before they fire (calls end before their deadline). */
#include "core/rpc/timers.h"

#include <assert.h>

#include "core/base/memory.h"

enum { TIMERS_ROOM_MIN = 64 };

void rpc_timers_release(struct rpc_timers *timers)
{
    mem_free(timers->heap);
    *timers = (struct rpc_timers){ 0 };
}

static void timers_place(struct rpc_timers *timers, size_t place, struct rpc_timer *timer)
{
    timers->heap[place - 1] = timer;
    timer->place = place;
}

static struct rpc_timer *timers_at(const struct rpc_timers *timers, size_t place)
{
    return timers->heap[place - 1];
}

static void timers_rise(struct rpc_timers *timers, struct rpc_timer *timer)
{
    size_t place = timer->place;
    while (place > 1 && timers_at(timers, place / 2)->at_us > timer->at_us) {
        timers_place(timers, place, timers_at(timers, place / 2));
        place /= 2;
    }
    timers_place(timers, place, timer);
}

static void timers_sink(struct rpc_timers *timers, struct rpc_timer *timer)
{
    size_t place = timer->place;
    for (size_t child = place * 2; child <= timers->count; child = place * 2) {
        if (child < timers->count &&
            timers_at(timers, child + 1)->at_us < timers_at(timers, child)->at_us) {
            child++;
        }
        if (timers_at(timers, child)->at_us >= timer->at_us) {
            break;
        }
        timers_place(timers, place, timers_at(timers, child));
        place = child;
    }
    timers_place(timers, place, timer);
}

void rpc_timer_set(struct rpc_timers *timers, struct rpc_timer *timer, int64_t at_us)
{
    timer->at_us = at_us;
    if (timer->place == 0) {
        if (timers->count == timers->room) {
            timers->room = timers->room == 0 ? TIMERS_ROOM_MIN : timers->room * 2;
            timers->heap = mem_realloc(timers->heap, timers->room * sizeof *timers->heap);
        }
        timers_place(timers, ++timers->count, timer);
    }
    timers_rise(timers, timer);
    timers_sink(timers, timer);
}

void rpc_timer_unset(struct rpc_timers *timers, struct rpc_timer *timer)
{
    if (timer->place == 0) {
        return;
    }
    assert(timers_at(timers, timer->place) == timer);
    struct rpc_timer *last = timers_at(timers, timers->count--);
    if (last != timer) {
        timers_place(timers, timer->place, last);
        timers_rise(timers, last);
        timers_sink(timers, last);
    }
    timer->place = 0;
}

void rpc_timers_fire(struct rpc_timers *timers, int64_t now_us)
{
    while (timers->count > 0 && timers->heap[0]->at_us <= now_us) {
        struct rpc_timer *timer = timers->heap[0];
        rpc_timer_unset(timers, timer);
        timer->fire(timer, now_us);
    }
}

int64_t rpc_timers_next_us(const struct rpc_timers *timers)
{
    return timers->count == 0 ? INT64_MAX : timers->heap[0]->at_us;
}
