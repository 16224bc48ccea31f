/* Records that wait for the end of a step, to be offered to the log in one go: its client makes
 * larger requests of them than of records that come one by one, as they are made. One thread. */
#ifndef PROJECTORS_OUTBOX_H
#define PROJECTORS_OUTBOX_H

#include "core/base/arena.h"
#include "core/evlog/evlog.h"

enum { OUTBOX_MAX = 512 };

struct outbox {
    struct arena arena;       /* what the items borrow */
    struct evlog_item *items; /* NULL before the first one */
    size_t begin;             /* those before it were offered */
    size_t end;
};

void outbox_init(struct outbox *outbox);
void outbox_release(struct outbox *outbox);
/* Forgets all. */
void outbox_clear(struct outbox *outbox);

/* Records that wait. */
static inline size_t outbox_count(const struct outbox *outbox)
{
    return outbox->end - outbox->begin;
}

/* No room for one more: it must be flushed. */
bool outbox_is_full(const struct outbox *outbox);
/* Copies a record, but for the names of its headers; there must be room. RESOURCE_EXHAUSTED: it is
 * larger than any record. */
MUST_USE struct status outbox_put(struct outbox *outbox, const struct evlog_item *item);
/* Offers all to the log, one after the other, as evlog_append does; what it does not take, and all
 * behind that, stays here. */
MUST_USE struct status outbox_flush(struct outbox *outbox, struct evlog *log);

#endif
