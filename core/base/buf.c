#include "core/base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void buf_release(struct buf *buf)
{
    if (!buf->lent) {
        free(buf->data);
    }
    *buf = (struct buf){ 0 };
}

void buf_clear(struct buf *buf)
{
    if (buf->size > 0) {
        explicit_bzero(buf->data, buf->size);
        buf->size = 0;
    }
}

void buf_drop(struct buf *buf, size_t size)
{
    assert(size <= buf->size);
    size_t left = buf->size - size;
    if (size > 0) {
        memmove(buf->data, buf->data + size, left);
        explicit_bzero(buf->data + left, size);
        buf->size = left;
    }
}

char *buf_grow(struct buf *buf, size_t more)
{
    if (more > SIZE_MAX / 4 - buf->size) {
        abort();
    }
    size_t cap = buf->cap * 2 < buf->size + more ? buf->size + more : buf->cap * 2;
    cap = cap < 64 ? 64 : cap;
    char *data = malloc(cap);
    if (data == NULL) {
        abort();
    }
    if (buf->size > 0) {
        memcpy(data, buf->data, buf->size);
    }
    if (!buf->lent) {
        free(buf->data); /* wiped (agencyd.c), as what realloc moves away from is not */
    }
    buf->data = data;
    buf->cap = cap;
    buf->lent = false;
    return buf->data + buf->size;
}

void buf_printf(struct buf *buf, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    assert(length >= 0);
    vsnprintf(buf_reserve(buf, (size_t)length + 1), (size_t)length + 1, format, again);
    va_end(again);
    buf->size += (size_t)length;
}
