/* A ring under one mutex.
 *
 * Invariants, whenever the mutex is free:
 *   (1) count <= items_max, and the items are ring[first], ring[first + 1] ... modulo items_max;
 *   (2) the descriptor, if made, is readable exactly if count > 0 or stopped.
 * Cost: a push is a lock and a copy; the descriptor is written only when the queue stops being
 * empty and read only when it becomes so. Left out: a lock-free ring; a thousand-fold batch of
 * decisions needs a few hundred thousand hand-overs a second, which a mutex carries. */
#include "core/base/queue.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/memory.h"

struct queue {
    pthread_mutex_t mutex;
    pthread_cond_t has_items;
    pthread_cond_t has_room;
    unsigned char *ring;
    size_t item_size;
    uint32_t items_max;
    uint32_t first;
    uint32_t count;
    bool stopped;
    int descriptor; /* -1 until asked for */
};

static void queue_cond_init(pthread_cond_t *cond)
{
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(cond, &attr);
    pthread_condattr_destroy(&attr);
}

struct queue *queue_open(uint32_t items_max, size_t item_size)
{
    assert(items_max > 0);
    assert(item_size > 0);
    struct queue *queue = mem_zalloc(1, sizeof *queue);
    pthread_mutex_init(&queue->mutex, NULL);
    queue_cond_init(&queue->has_items);
    queue_cond_init(&queue->has_room);
    queue->ring = mem_zalloc(items_max, item_size);
    queue->item_size = item_size;
    queue->items_max = items_max;
    queue->descriptor = -1;
    return queue;
}

void queue_close(struct queue *queue)
{
    if (queue == NULL) {
        return;
    }
    if (queue->descriptor >= 0) {
        close(queue->descriptor);
    }
    pthread_cond_destroy(&queue->has_items);
    pthread_cond_destroy(&queue->has_room);
    pthread_mutex_destroy(&queue->mutex);
    mem_free(queue->ring);
    mem_free(queue);
}

/* Makes the descriptor readable. An eventfd takes 2^64 - 2 of these, so it cannot block. */
static void queue_raise(const struct queue *queue)
{
    if (queue->descriptor >= 0) {
        uint64_t one = 1;
        ssize_t written = write(queue->descriptor, &one, sizeof one);
        assert(written == sizeof one);
    }
}

static void queue_lower(const struct queue *queue)
{
    if (queue->descriptor >= 0) {
        uint64_t seen;
        ssize_t got = read(queue->descriptor, &seen, sizeof seen);
        assert(got == sizeof seen || errno == EAGAIN);
    }
}

static struct timespec queue_deadline(int64_t timeout_us)
{
    struct clock clock = clock_real(); /* the one that the condition variables use */
    int64_t deadline_us = clock_monotonic_us(&clock) + timeout_us;
    return (struct timespec){ .tv_sec = deadline_us / 1000000,
                              .tv_nsec = deadline_us % 1000000 * 1000 };
}

/* Waits once; false at the deadline. */
static bool queue_wait(struct queue *queue, pthread_cond_t *cond, int64_t timeout_us,
                       const struct timespec *deadline)
{
    if (timeout_us < 0) {
        pthread_cond_wait(cond, &queue->mutex);
        return true;
    }
    return pthread_cond_timedwait(cond, &queue->mutex, deadline) == 0;
}

static bool queue_put(struct queue *queue, const void *item)
{
    if (queue->stopped || queue->count == queue->items_max) {
        return false;
    }
    uint32_t at = (uint32_t)(((uint64_t)queue->first + queue->count) % queue->items_max);
    memcpy(queue->ring + at * queue->item_size, item, queue->item_size);
    queue->count++;
    if (queue->count == 1) {
        queue_raise(queue);
        pthread_cond_signal(&queue->has_items);
    }
    return true;
}

static uint32_t queue_take(struct queue *queue, unsigned char *items, uint32_t items_max)
{
    uint32_t taken = queue->count < items_max ? queue->count : items_max;
    for (uint32_t i = 0; i < taken; i++) {
        memcpy(items + i * queue->item_size, queue->ring + queue->first * queue->item_size,
               queue->item_size);
        queue->first = (queue->first + 1) % queue->items_max;
    }
    queue->count -= taken;
    if (taken > 0 && queue->count == 0 && !queue->stopped) {
        queue_lower(queue);
    }
    if (taken > 0) {
        pthread_cond_broadcast(&queue->has_room);
    }
    return taken;
}

bool queue_push(struct queue *queue, const void *item)
{
    pthread_mutex_lock(&queue->mutex);
    bool pushed = queue_put(queue, item);
    pthread_mutex_unlock(&queue->mutex);
    return pushed;
}

bool queue_push_wait(struct queue *queue, const void *item, int64_t timeout_us)
{
    struct timespec deadline = queue_deadline(timeout_us < 0 ? 0 : timeout_us);
    pthread_mutex_lock(&queue->mutex);
    bool in_time = true;
    while (queue->count == queue->items_max && !queue->stopped && in_time) {
        in_time = queue_wait(queue, &queue->has_room, timeout_us, &deadline);
    }
    bool pushed = queue_put(queue, item);
    pthread_mutex_unlock(&queue->mutex);
    return pushed;
}

uint32_t queue_pop(struct queue *queue, void *items, uint32_t items_max)
{
    pthread_mutex_lock(&queue->mutex);
    uint32_t taken = queue_take(queue, items, items_max);
    pthread_mutex_unlock(&queue->mutex);
    return taken;
}

uint32_t queue_pop_wait(struct queue *queue, void *items, uint32_t items_max, int64_t timeout_us)
{
    struct timespec deadline = queue_deadline(timeout_us < 0 ? 0 : timeout_us);
    pthread_mutex_lock(&queue->mutex);
    bool in_time = true;
    while (queue->count == 0 && !queue->stopped && in_time) {
        in_time = queue_wait(queue, &queue->has_items, timeout_us, &deadline);
    }
    uint32_t taken = queue_take(queue, items, items_max);
    pthread_mutex_unlock(&queue->mutex);
    return taken;
}

void queue_stop(struct queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    if (!queue->stopped) {
        queue->stopped = true;
        queue_raise(queue);
        pthread_cond_broadcast(&queue->has_items);
        pthread_cond_broadcast(&queue->has_room);
    }
    pthread_mutex_unlock(&queue->mutex);
}

bool queue_stopped(struct queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    bool stopped = queue->stopped;
    pthread_mutex_unlock(&queue->mutex);
    return stopped;
}

uint32_t queue_count(struct queue *queue)
{
    pthread_mutex_lock(&queue->mutex);
    uint32_t count = queue->count;
    pthread_mutex_unlock(&queue->mutex);
    return count;
}

struct status queue_descriptor(struct queue *queue, int *descriptor)
{
    pthread_mutex_lock(&queue->mutex);
    if (queue->descriptor < 0) {
        queue->descriptor = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
        if (queue->count > 0 || queue->stopped) {
            queue_raise(queue);
        }
    }
    *descriptor = queue->descriptor;
    pthread_mutex_unlock(&queue->mutex);
    if (*descriptor < 0) {
        return status_error(STATUS_UNAVAILABLE, "expected a free file descriptor for a queue");
    }
    return status_ok();
}
