/* Order and framing in one: a text ends with 00 00, and a 00 within it is 00 FF, so that keys
 * compare as their parts do and none is the beginning of another. Numbers are big endian for the
 * same reason. */
#include "core/store/key.h"

#include "core/base/num.h"

enum { KEY_ZERO = 0x00, KEY_ESCAPED = 0xFF };

void key_put_str(struct buf *key, struct str part)
{
    const char *zero;
    while (part.size > 0 && (zero = memchr(part.data, KEY_ZERO, part.size)) != NULL) {
        size_t upto = (size_t)(zero - part.data) + 1;
        buf_append(key, str_make(part.data, upto));
        buf_byte(key, KEY_ESCAPED);
        part = str_from(part, upto);
    }
    char *end = buf_reserve(key, part.size + 2);
    if (part.size > 0) {
        memcpy(end, part.data, part.size);
    }
    memset(end + part.size, KEY_ZERO, 2);
    key->size += part.size + 2;
}

void key_put_u8(struct buf *key, uint8_t part)
{
    buf_byte(key, part);
}

void key_put_u64(struct buf *key, uint64_t part)
{
    char bytes[8];
    num_put_u64be(bytes, part);
    buf_append(key, str_make(bytes, sizeof bytes));
}

/* Finds the end of the text part that `key` begins with: its size as written, without the end, and
 * how many bytes of it are escapes. */
static struct status key_measure(struct str key, size_t *size, size_t *escapes)
{
    const char *at = key.data, *end = key.size == 0 ? at : at + key.size;
    for (*escapes = 0; at < end; ++*escapes, at += 2) {
        at = memchr(at, KEY_ZERO, (size_t)(end - at));
        if (at == NULL || end - at < 2) {
            break;
        }
        if (at[1] == KEY_ZERO) {
            *size = (size_t)(at - key.data);
            return status_ok();
        }
        if ((uint8_t)at[1] != KEY_ESCAPED) {
            return status_error(STATUS_DATA_LOSS, "expected 00 or FF after 00 in a key");
        }
    }
    return status_error(STATUS_DATA_LOSS, "expected 00 00 at the end of a key's text");
}

struct status key_get_str(struct str *key, struct arena *arena, struct str *part)
{
    size_t size = 0, escapes = 0;
    TRY(key_measure(*key, &size, &escapes));
    struct str written = { key->data, size };
    *key = str_from(*key, size + 2);
    if (escapes == 0) {
        *part = written;
        return status_ok();
    }
    char *text;
    assert(size >= escapes);
    ARENA_TRY(arena, text, arena_alloc(arena, size - escapes));
    size_t used = 0;
    for (size_t at = 0; at < written.size; at++) {
        text[used++] = written.data[at];
        at += written.data[at] == KEY_ZERO;
    }
    assert(used == size - escapes);
    *part = str_make(text, used);
    return status_ok();
}

struct status key_skip_str(struct str *key)
{
    size_t size = 0, escapes = 0;
    TRY(key_measure(*key, &size, &escapes));
    *key = str_from(*key, size + 2);
    return status_ok();
}

/* Every part ends with 00 00 and has 00 as 00 FF; so the nearest 00 before the end closes the part
 * before, unless FF follows it. */
size_t key_size_before_last_plain(struct str key)
{
    if (key.size < 4 || key.data[key.size - 1] != 0 || key.data[key.size - 2] != 0) {
        return 0;
    }
    const char *end = key.data + key.size - 2;
    const char *zero = memrchr(key.data, 0, (size_t)(end - key.data));
    bool plain = zero != NULL && zero > key.data && zero[-1] == 0 && zero + 1 != end &&
                 (unsigned char)zero[1] != KEY_ESCAPED;
    return plain ? (size_t)(zero + 1 - key.data) : 0;
}

size_t key_size_before_last(struct str key)
{
    struct str rest = key;
    uint8_t byte;
    size_t before = key_size_before_last_plain(key);
    if (before > 0 || key_skip_str(&rest).code != STATUS_OK ||
        key_get_u8(&rest, &byte).code != STATUS_OK) {
        return before;
    }
    while (rest.size > 0) {
        before = key.size - rest.size;
        assert(before < key.size);
        if (key_skip_str(&rest).code != STATUS_OK) {
            return 0;
        }
    }
    return before;
}

struct status key_get_u8(struct str *key, uint8_t *part)
{
    if (key->size < 1) {
        return status_error(STATUS_DATA_LOSS, "expected one more byte in a key");
    }
    *part = (uint8_t)key->data[0];
    *key = str_from(*key, 1);
    return status_ok();
}

struct status key_get_u64(struct str *key, uint64_t *part)
{
    if (key->size < 8) {
        return status_error(STATUS_DATA_LOSS, "expected 8 more bytes in a key, but there are '%zu'",
                            key->size);
    }
    *part = num_get_u64be(key->data);
    *key = str_from(*key, 8);
    return status_ok();
}
