/* UTF-8 by code points. CEL counts code points and stores UTF-8; positions in its functions are
 * code points, positions in here are bytes. */
#ifndef CORE_CEL_UTF8_H
#define CORE_CEL_UTF8_H

#include "core/base/utf8.h"

enum { CEL_RUNE_MAX = 0x10FFFF, CEL_RUNE_ERROR = 0xFFFD };

/* The code point that starts at byte `at` (below size), and how many bytes it takes in `*width`.
 * A byte that starts none is CEL_RUNE_ERROR of width 1. */
uint32_t cel_utf8_decode(struct str text, size_t at, size_t *width);
/* Code points in the text; an invalid byte counts as one. */
size_t cel_utf8_count(struct str text);
/* The byte where code point number `index` starts, or the size when index is the count. False, and
 * nothing set, when it lies beyond. */
bool cel_utf8_offset(struct str text, uint64_t index, size_t *offset);

#endif
