/* Records that wait for the end of a step, to be offered to the log in one go: its client makes
 * larger requests of them than of records that come one by one, as they are made. One thread. */
#ifndef PROJECTORS_SEND_BATCH_H
#define PROJECTORS_SEND_BATCH_H

#include "core/base/arena.h"
#include "core/evlog/evlog.h"

enum { SEND_BATCH_MAX = 512 };

struct send_batch {
    struct arena arena;       /* what the items borrow */
    struct evlog_item *items; /* NULL before the first one */
    size_t begin;             /* those before it were offered */
    size_t end;
};

void send_batch_init(struct send_batch *batch);
void send_batch_release(struct send_batch *batch);
/* Forgets all. */
void send_batch_clear(struct send_batch *batch);

/* Records that wait. */
static inline size_t send_batch_count(const struct send_batch *batch)
{
    return batch->end - batch->begin;
}

/* No room for one more: it must be flushed. */
bool send_batch_is_full(const struct send_batch *batch);
/* Copies a record, but for the names of its headers; there must be room. RESOURCE_EXHAUSTED: it is
 * larger than any record. */
MUST_USE struct status send_batch_put(struct send_batch *batch, const struct evlog_item *item);
/* Offers all to the log, one after the other, as evlog_append does; what it does not take, and all
 * behind that, stays here. */
MUST_USE struct status send_batch_flush(struct send_batch *batch, struct evlog *log);

#endif
