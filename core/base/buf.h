/* A growable heap buffer of bytes. Failure of the heap aborts. Not thread-safe. */
#ifndef CORE_BASE_BUF_H
#define CORE_BASE_BUF_H

#include "core/base/status.h"
#include "core/base/str.h"

struct buf {
    char *data;
    size_t size;
    size_t cap;
};

/* Frees the memory; a zeroed buffer is fine. The buffer is empty and usable afterwards. */
void buf_release(struct buf *buf);
/* Makes room for `more` bytes behind the end and gives it (uninitialised, size unchanged). */
char *buf_reserve(struct buf *buf, size_t more);
void buf_append(struct buf *buf, struct str s);
void buf_byte(struct buf *buf, uint8_t byte);
void buf_printf(struct buf *buf, const char *format, ...) PRINTF_LIKE(2, 3);

/* The bytes so far; valid until the next change. */
static inline struct str buf_str(const struct buf *buf)
{
    return (struct str){ buf->data, buf->size };
}

#endif
