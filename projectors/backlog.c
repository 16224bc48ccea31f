#include "projectors/backlog.h"

#include <assert.h>

#include "core/base/num.h"

/* Where they lie in the header of a record. */
enum { BACKLOG_AT_SIZE = 8, BACKLOG_AT_HEAD = 16, BACKLOG_AT_KNOWN = 16 + HASH_SIZE };
enum { BACKLOG_HEADER_SIZE = BACKLOG_AT_KNOWN + 1 };

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

void backlog_add(struct backlog *backlog, const struct backlog_record *record)
{
    backlog_shift(backlog);
    char *header = buf_reserve(&backlog->bytes, BACKLOG_HEADER_SIZE);
    num_put_u64be(header, record->offset);
    num_put_u64be(header + BACKLOG_AT_SIZE, record->value.size);
    header[BACKLOG_AT_KNOWN] = record->head != NULL;
    if (record->head != NULL) {
        memcpy(header + BACKLOG_AT_HEAD, record->head->bytes, HASH_SIZE);
    }
    backlog->bytes.size += BACKLOG_HEADER_SIZE;
    buf_append(&backlog->bytes, record->value);
}

struct backlog_record backlog_first(struct backlog *backlog)
{
    assert(!backlog_is_empty(backlog));
    const char *header = backlog->bytes.data + backlog->begin;
    bool known = header[BACKLOG_AT_KNOWN] != 0;
    if (known) {
        memcpy(backlog->head.bytes, header + BACKLOG_AT_HEAD, HASH_SIZE);
    }
    return (struct backlog_record){
        .offset = num_get_u64be(header),
        .value = str_make(header + BACKLOG_HEADER_SIZE, num_get_u64be(header + BACKLOG_AT_SIZE)),
        .head = known ? &backlog->head : NULL,
    };
}

void backlog_drop_first(struct backlog *backlog)
{
    backlog->begin += BACKLOG_HEADER_SIZE + backlog_first(backlog).value.size;
}
