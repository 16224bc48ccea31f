/* Records of one partition that were read but not yet published, oldest first. One thread. */
#ifndef PROJECTORS_BACKLOG_H
#define PROJECTORS_BACKLOG_H

#include "core/base/buf.h"
#include "core/base/hash.h"

struct backlog_record {
    uint64_t offset;
    struct str value;
    const struct hash *head; /* of the chain behind it, as whoever took it knows; NULL: nobody */
};

struct backlog {
    struct buf bytes; /* head, offset, size and value of each */
    size_t begin;     /* bytes before it are gone */
    struct hash head; /* what the first one's points to */
};

void backlog_release(struct backlog *backlog);
/* Forgets all. */
void backlog_clear(struct backlog *backlog);

static inline bool backlog_is_empty(const struct backlog *backlog)
{
    return backlog->begin == backlog->bytes.size;
}

/* Bytes that wait. */
static inline size_t backlog_size(const struct backlog *backlog)
{
    return backlog->bytes.size - backlog->begin;
}

/* Copies a record behind the others. */
void backlog_add(struct backlog *backlog, const struct backlog_record *record);
/* The oldest one, borrowed until the next change. There must be one. */
struct backlog_record backlog_first(struct backlog *backlog);
void backlog_drop_first(struct backlog *backlog);

#endif
