/* Commands of a partition that were read and wait to be decided: a bounded ring. One thread. */
#ifndef WRITERS_INBOX_H
#define WRITERS_INBOX_H

#include <stdint.h>

#include "core/base/str.h"

/* More than a reader gives at once. */
enum { INBOX_MAX = 2048 };

struct inbox_command {
    uint64_t offset;
    struct str key;   /* the org, as the sender says */
    struct str value; /* a CommandRecord, or what is none */
};

struct inbox {
    struct inbox_command *items;
    uint64_t begin;
    uint64_t end;
    size_t size; /* bytes of keys and values */
};

void inbox_init(struct inbox *inbox);
/* A zeroed one is fine. */
void inbox_release(struct inbox *inbox);

static inline size_t inbox_count(const struct inbox *inbox)
{
    return (size_t)(inbox->end - inbox->begin);
}

/* Copies the command; there must be room. */
void inbox_push(struct inbox *inbox, const struct inbox_command *command);
/* The one that came first, valid until it is popped. */
const struct inbox_command *inbox_first(const struct inbox *inbox);
void inbox_pop(struct inbox *inbox);
void inbox_empty(struct inbox *inbox);

#endif
