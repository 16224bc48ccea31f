#include "projectors/outbox.h"

#include "core/base/memory.h"

/* Bytes that are worth a flush; one record more always fits into the arena. */
static const size_t OUTBOX_SIZE = (size_t)1 << 20;
static const size_t OUTBOX_ARENA_MAX = (size_t)8 << 20;

void outbox_init(struct outbox *outbox)
{
    *outbox = (struct outbox){ 0 };
    arena_init(&outbox->arena, OUTBOX_ARENA_MAX);
}

void outbox_release(struct outbox *outbox)
{
    arena_release(&outbox->arena);
    mem_free(outbox->items);
    *outbox = (struct outbox){ 0 };
}

void outbox_clear(struct outbox *outbox)
{
    arena_reset(&outbox->arena);
    outbox->begin = 0;
    outbox->end = 0;
}

bool outbox_is_full(const struct outbox *outbox)
{
    return outbox->end == OUTBOX_MAX || outbox->arena.used >= OUTBOX_SIZE;
}

/* Gives the place behind the copy. */
static char *outbox_copy(char *to, struct str *bytes)
{
    if (bytes->size > 0) {
        memcpy(to, bytes->data, bytes->size);
    }
    bytes->data = to;
    return to + bytes->size;
}

struct status outbox_put(struct outbox *outbox, const struct evlog_item *item)
{
    assert(!outbox_is_full(outbox));
    if (outbox->items == NULL) {
        outbox->items = mem_zalloc(OUTBOX_MAX, sizeof *outbox->items);
    }
    size_t headers_size = item->headers_count * sizeof *item->headers;
    size_t size = headers_size + item->key.size + item->value.size;
    for (size_t i = 0; i < item->headers_count; i++) {
        size += item->headers[i].value.size;
    }
    struct evlog_item *kept = &outbox->items[outbox->end];
    struct evlog_header *headers;
    ARENA_TRY(&outbox->arena, headers, arena_alloc(&outbox->arena, size));
    *kept = *item;
    char *to = outbox_copy((char *)headers + headers_size, &kept->key);
    to = outbox_copy(to, &kept->value);
    for (size_t i = 0; i < item->headers_count; i++) {
        headers[i] = item->headers[i];
        to = outbox_copy(to, &headers[i].value);
    }
    kept->headers = headers;
    outbox->end++;
    return status_ok();
}

struct status outbox_flush(struct outbox *outbox, struct evlog *log)
{
    for (; outbox->begin < outbox->end; outbox->begin++) {
        TRY(evlog_append(log, &outbox->items[outbox->begin], 1));
    }
    outbox_clear(outbox);
    return status_ok();
}
