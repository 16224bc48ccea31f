/* A growable heap buffer of bytes. Failure of the heap aborts. Not thread-safe. Appending is
 * inline: keys are made of it, some twenty a decision. */
#ifndef CORE_BASE_BUF_H
#define CORE_BASE_BUF_H

#include "core/base/status.h"
#include "core/base/str.h"

struct buf {
    char *data;
    size_t size;
    size_t cap;
    bool lent; /* data is not the buffer's own */
};

/* An empty buffer that begins in memory of the caller, which must live as long, and goes on on the
 * heap. It is released as any other. */
static inline struct buf buf_in(char *memory, size_t size)
{
    return (struct buf){ .data = memory, .cap = size, .lent = true };
}

/* Frees the memory; a zeroed buffer is fine. The buffer is empty and usable afterwards. */
void buf_release(struct buf *buf);
/* Empties it, wiped, and keeps the memory. */
void buf_clear(struct buf *buf);
/* Drops the first bytes; what they held is wiped. */
void buf_drop(struct buf *buf, size_t size);
/* The slow half of buf_reserve: takes more memory. */
char *buf_grow(struct buf *buf, size_t more);

/* Makes room for `more` bytes behind the end and gives it (uninitialised, size unchanged). */
static inline char *buf_reserve(struct buf *buf, size_t more)
{
    bool room = buf->data != NULL && buf->cap - buf->size >= more;
    return room ? buf->data + buf->size : buf_grow(buf, more);
}

static inline void buf_append(struct buf *buf, struct str s)
{
    if (s.size > 0) {
        memcpy(buf_reserve(buf, s.size), s.data, s.size);
        buf->size += s.size;
    }
}

static inline void buf_byte(struct buf *buf, uint8_t byte)
{
    *buf_reserve(buf, 1) = (char)byte;
    buf->size++;
}

void buf_printf(struct buf *buf, const char *format, ...) PRINTF_LIKE(2, 3);

/* The bytes so far; valid until the next change. */
static inline struct str buf_str(const struct buf *buf)
{
    return (struct str){ buf->data, buf->size };
}

#endif
