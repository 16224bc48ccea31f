/* UTF-8 (RFC 3629) as it comes from outside: no overlong forms, surrogates or values above
 * U+10FFFF. */
#ifndef CORE_BASE_UTF8_H
#define CORE_BASE_UTF8_H

#include <stdarg.h>

#include "core/base/buf.h"
#include "core/base/str.h"

enum { UTF8_SIZE_MAX = 4 };

bool utf8_valid(struct str text);
/* As utf8_valid, and without a NUL inside: what a C string can hold. */
bool utf8_valid_text(struct str text);
/* As utf8_valid, not empty, and without control characters. */
bool utf8_printable(struct str text);
/* Decodes the character at the start of `text` (not empty): its size in bytes, or 0 if it is not
 * valid. */
size_t utf8_decode(struct str text, uint32_t *code_point);
/* Writes a valid code point (no surrogate); gives its size in bytes. */
size_t utf8_encode(uint32_t code_point, char out[UTF8_SIZE_MAX]);

/* vsnprintf, but what does not fit is cut between characters. */
void utf8_print(char *out, size_t size, const char *format, va_list args);
/* Whether a screen acts upon the character instead of showing it (control characters, those that
 * turn the direction of writing), or does not show it at all (of no width, or ignored). */
bool utf8_unseen(uint32_t code_point);
/* Appends what others wrote for a person's screen: what is not seen as '\x1b', '\u200b' and
 * '\U000e0001', bytes that are no text as '\xff'. */
void utf8_show(struct str text, struct buf *out);
/* The text's first bytes, at most so many, cut between characters. */
struct str utf8_cut(struct str text, size_t size_max);

#endif
