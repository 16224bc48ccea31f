/* Base64 (RFC 4648), both alphabets. */
#ifndef CORE_BASE_BASE64_H
#define CORE_BASE_BASE64_H

#include "core/base/buf.h"

/* The bytes of the text of so many bytes. */
static inline size_t base64_encoded_size(size_t size)
{
    return (size + 2) / 3 * 4;
}

/* Writes the standard form with padding into `out` (of the size above), or appends it. */
void base64_write(struct str bytes, char *out);
void base64_encode(struct str bytes, struct buf *out);
/* Appends that of the alphabet for URLs, without padding: nothing in it has to be escaped there. */
void base64url_encode(struct str bytes, struct buf *out);
/* The most bytes that a text of this size can decode to. */
size_t base64_decoded_size_max(size_t text_size);
/* Decodes either alphabet, with or without padding, into `out` (of the size above); false when it
 * is not base64. Bits that belong to no byte may be anything, as protobuf's own readers have it. */
bool base64_decode(struct str text, char *out, size_t *out_size);
/* The same for what is signed or compared (RFC 7515, section 2): only the alphabet for URLs,
 * without padding, and bits that belong to no byte are 0, so that no two texts stand for the same
 * bytes. */
bool base64url_decode(struct str text, char *out, size_t *out_size);

#endif
