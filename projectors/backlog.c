#include "projectors/backlog.h"

#include <assert.h>

#include "core/base/num.h"

enum { BACKLOG_HEADER_SIZE = 16 };

void backlog_release(struct backlog *backlog)
{
    buf_release(&backlog->bytes);
    backlog->begin = 0;
}

void backlog_clear(struct backlog *backlog)
{
    backlog->bytes.size = 0;
    backlog->begin = 0;
}

/* Moves what waits to the front once most is gone, so that each byte is moved once on average. */
static void backlog_shift(struct backlog *backlog)
{
    size_t left = backlog_size(backlog);
    if (backlog->begin >= left && backlog->begin > 0) {
        memmove(backlog->bytes.data, backlog->bytes.data + backlog->begin, left);
        backlog->bytes.size = left;
        backlog->begin = 0;
    }
}

void backlog_add(struct backlog *backlog, uint64_t offset, struct str value)
{
    backlog_shift(backlog);
    char *header = buf_reserve(&backlog->bytes, BACKLOG_HEADER_SIZE);
    num_put_u64be(header, offset);
    num_put_u64be(header + 8, value.size);
    backlog->bytes.size += BACKLOG_HEADER_SIZE;
    buf_append(&backlog->bytes, value);
}

void backlog_first(const struct backlog *backlog, uint64_t *offset, struct str *value)
{
    assert(!backlog_is_empty(backlog));
    const char *header = backlog->bytes.data + backlog->begin;
    *offset = num_get_u64be(header);
    *value = str_make(header + BACKLOG_HEADER_SIZE, num_get_u64be(header + 8));
}

void backlog_drop_first(struct backlog *backlog)
{
    uint64_t offset;
    struct str value;
    backlog_first(backlog, &offset, &value);
    backlog->begin += BACKLOG_HEADER_SIZE + value.size;
}
