/* Items borrow from one arena, which is emptied as a whole when all are offered. What the log did
 * not take stays, in order, and is offered first the next time: records of a partition never
 * overtake each other. */
#include "projectors/send_batch.h"

#include "core/base/memory.h"

/* Bytes that are worth a flush; one record more always fits into the arena. */
static const size_t SEND_BATCH_SIZE = (size_t)1 << 20;
static const size_t SEND_BATCH_ARENA_MAX = (size_t)8 << 20;

void send_batch_init(struct send_batch *batch)
{
    *batch = (struct send_batch){ 0 };
    arena_init(&batch->arena, SEND_BATCH_ARENA_MAX);
}

void send_batch_release(struct send_batch *batch)
{
    arena_release(&batch->arena);
    mem_free(batch->items);
    *batch = (struct send_batch){ 0 };
}

void send_batch_clear(struct send_batch *batch)
{
    arena_reset(&batch->arena);
    batch->begin = 0;
    batch->end = 0;
}

bool send_batch_is_full(const struct send_batch *batch)
{
    return batch->end == SEND_BATCH_MAX || batch->arena.used >= SEND_BATCH_SIZE;
}

/* Gives the place behind the copy. */
static char *send_batch_copy(char *to, struct str *bytes)
{
    if (bytes->size > 0) {
        memcpy(to, bytes->data, bytes->size);
    }
    bytes->data = to;
    return to + bytes->size;
}

struct status send_batch_put(struct send_batch *batch, const struct evlog_item *item)
{
    assert(!send_batch_is_full(batch));
    if (batch->items == NULL) {
        batch->items = mem_zalloc(SEND_BATCH_MAX, sizeof *batch->items);
    }
    size_t headers_size = item->headers_count * sizeof *item->headers;
    size_t size = headers_size + item->key.size + item->value.size;
    for (size_t i = 0; i < item->headers_count; i++) {
        size += item->headers[i].value.size;
    }
    struct evlog_item *kept = &batch->items[batch->end];
    struct evlog_header *headers;
    ARENA_TRY(&batch->arena, headers, arena_alloc(&batch->arena, size));
    *kept = *item;
    char *to = send_batch_copy((char *)headers + headers_size, &kept->key);
    to = send_batch_copy(to, &kept->value);
    for (size_t i = 0; i < item->headers_count; i++) {
        headers[i] = item->headers[i];
        to = send_batch_copy(to, &headers[i].value);
    }
    kept->headers = headers;
    batch->end++;
    return status_ok();
}

struct status send_batch_flush(struct send_batch *batch, struct evlog *log)
{
    for (; batch->begin < batch->end; batch->begin++) {
        TRY(evlog_append(log, &batch->items[batch->begin], 1));
    }
    send_batch_clear(batch);
    return status_ok();
}
