#include "core/base/queue.h"

#include <poll.h>
#include <pthread.h>

#include "tests/lib/test.h"

enum { PRODUCERS = 3, ITEMS_EACH = 20000 };

static bool readable(int descriptor)
{
    struct pollfd poll_descriptor = { .fd = descriptor, .events = POLLIN };
    return poll(&poll_descriptor, 1, 0) == 1;
}

TEST(queue, is_bounded_and_in_order)
{
    struct queue *queue = queue_open(2, sizeof(int));
    int items[4] = { 10, 11, 12 };
    assert_true(queue_push(queue, &items[0]));
    assert_true(queue_push(queue, &items[1]));
    assert_false(queue_push(queue, &items[2]));
    assert_int_equal(queue_pop(queue, items, 1), 1);
    assert_int_equal(items[0], 10);
    assert_true(queue_push(queue, &items[2]));
    assert_int_equal(queue_pop(queue, items, 4), 2);
    assert_int_equal(items[0], 11);
    assert_int_equal(items[1], 12);
    queue_close(queue);
}

TEST(queue, the_descriptor_tells_whether_there_are_items)
{
    struct queue *queue = queue_open(4, sizeof(int));
    int descriptor, item = 1;
    assert_true(queue_push(queue, &item));
    assert_ok(queue_descriptor(queue, &descriptor));
    assert_true(readable(descriptor));
    assert_true(queue_push(queue, &item));
    assert_int_equal(queue_pop(queue, &item, 1), 1);
    assert_true(readable(descriptor));
    assert_int_equal(queue_pop(queue, &item, 1), 1);
    assert_false(readable(descriptor));
    queue_stop(queue);
    assert_true(readable(descriptor));
    queue_close(queue);
}

TEST(queue, waiting_ends_at_the_time_out)
{
    struct queue *queue = queue_open(1, sizeof(int));
    int item = 1;
    assert_int_equal(queue_pop_wait(queue, &item, 1, 1000), 0);
    assert_true(queue_push_wait(queue, &item, 1000));
    assert_false(queue_push_wait(queue, &item, 1000));
    queue_close(queue);
}

TEST(queue, a_stopped_one_gives_what_is_left)
{
    struct queue *queue = queue_open(2, sizeof(int));
    int item = 7;
    assert_true(queue_push(queue, &item));
    queue_stop(queue);
    assert_true(queue_stopped(queue));
    assert_false(queue_push(queue, &item));
    assert_false(queue_push_wait(queue, &item, -1));
    assert_int_equal(queue_count(queue), 1);
    assert_int_equal(queue_pop_wait(queue, &item, 1, -1), 1);
    assert_int_equal(queue_pop_wait(queue, &item, 1, -1), 0);
    queue_close(queue);
}

struct producer {
    struct queue *queue;
    int number;
};

static void *produce(void *argument)
{
    const struct producer *producer = argument;
    for (int i = 0; i < ITEMS_EACH; i++) {
        int item = producer->number * ITEMS_EACH + i;
        if (!queue_push_wait(producer->queue, &item, -1)) {
            return NULL;
        }
    }
    return NULL;
}

TEST(queue, many_producers_lose_and_repeat_nothing)
{
    struct queue *queue = queue_open(64, sizeof(int));
    struct producer producers[PRODUCERS];
    pthread_t threads[PRODUCERS];
    int next[PRODUCERS] = { 0 }, items[16];
    for (int i = 0; i < PRODUCERS; i++) {
        producers[i] = (struct producer){ queue, i };
        assert_int_equal(pthread_create(&threads[i], NULL, produce, &producers[i]), 0);
    }
    for (uint32_t seen = 0; seen < PRODUCERS * ITEMS_EACH;) {
        uint32_t count = queue_pop_wait(queue, items, 16, -1);
        for (uint32_t i = 0; i < count; i++) {
            assert_int_equal(items[i] % ITEMS_EACH, next[items[i] / ITEMS_EACH]++);
        }
        seen += count;
    }
    for (int i = 0; i < PRODUCERS; i++) {
        pthread_join(threads[i], NULL);
    }
    queue_close(queue);
}
