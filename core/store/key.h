/* Keys made of parts, whose bytewise order is the order of their parts, and of which none is the
 * beginning of another when they have the same kinds of parts. A text part is written with 00 as
 * 00 FF and ends with 00 00; numbers are big endian. */
#ifndef CORE_STORE_KEY_H
#define CORE_STORE_KEY_H

#include "core/base/arena.h"
#include "core/base/buf.h"
#include "core/base/status.h"
#include "core/base/str.h"

void key_put_str(struct buf *key, struct str part);
void key_put_u8(struct buf *key, uint8_t part);
void key_put_u64(struct buf *key, uint64_t part);

/* Takes the first part off `key`. DATA_LOSS when it is not such a part. The text is borrowed from
 * the key, or lies in the arena if it has a 00. */
MUST_USE struct status key_get_str(struct str *key, struct arena *arena, struct str *part);
/* The same, but nobody wants to know it. */
MUST_USE struct status key_skip_str(struct str *key);
/* Bytes before the last text part, where a look from behind can tell; 0 where it cannot. */
size_t key_size_before_last_plain(struct str key);
/* The same of a key of a text, a byte and texts; 0 only where it is no such key. */
size_t key_size_before_last(struct str key);
MUST_USE struct status key_get_u8(struct str *key, uint8_t *part);
MUST_USE struct status key_get_u64(struct str *key, uint64_t *part);

#endif
