/* A bounded queue of jobs between threads, by value: any number of producers, one consumer, first
 * in, first out. The consumer waits either here or in an event loop, on the queue's descriptor. */
#ifndef CORE_BASE_QUEUE_H
#define CORE_BASE_QUEUE_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/status.h"

struct queue;

/* A queue of at most `items_max` (at least 1) items of `item_size` bytes each. */
struct queue *queue_open(uint32_t items_max, size_t item_size);
/* Frees it; NULL is fine. No other thread may use it any more; items left in it are lost. */
void queue_close(struct queue *queue);

/* Copies the item in. False when the queue is full or stopped: the caller answers
 * RESOURCE_EXHAUSTED or UNAVAILABLE. Any thread. */
bool queue_push(struct queue *queue, const void *item);
/* The same, but waits for room up to `timeout_us` (-1: for ever). */
bool queue_push_wait(struct queue *queue, const void *item, int64_t timeout_us);

/* Takes up to `items_max` items, in order; gives how many. The consumer's thread only. */
uint32_t queue_pop(struct queue *queue, void *items, uint32_t items_max);
/* The same, but waits for the first one up to `timeout_us` (-1: for ever). Gives 0 after the
 * time-out, or when the queue is stopped and empty. */
uint32_t queue_pop_wait(struct queue *queue, void *items, uint32_t items_max, int64_t timeout_us);

/* Refuses new items from now on and wakes everybody; what is queued can still be taken. */
void queue_stop(struct queue *queue);
bool queue_stopped(struct queue *queue);
uint32_t queue_count(struct queue *queue);

/* A descriptor that is readable while there are items or the queue is stopped; for poll only, valid
 * until close. UNAVAILABLE when the process has no descriptor left. Made at the first call, so that
 * queues that nobody polls cost no system call. */
MUST_USE struct status queue_descriptor(struct queue *queue, int *descriptor);

#endif
