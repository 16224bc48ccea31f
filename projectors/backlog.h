/* Records of one partition that were read but not yet published, oldest first. One thread. */
#ifndef PROJECTORS_BACKLOG_H
#define PROJECTORS_BACKLOG_H

#include "core/base/buf.h"

struct backlog {
    struct buf bytes; /* offset, size and value of each */
    size_t begin;     /* bytes before it are gone */
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
void backlog_add(struct backlog *backlog, uint64_t offset, struct str value);
/* The oldest one; the value is borrowed until the next change. There must be one. */
void backlog_first(const struct backlog *backlog, uint64_t *offset, struct str *value);
void backlog_drop_first(struct backlog *backlog);

#endif
