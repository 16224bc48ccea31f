/* Keys as people keep them in a file: 64 lower-case hexadecimal digits a line; '#' begins a comment
 * line, empty ones count for nothing. */
#ifndef CORE_BASE_KEY_LINES_H
#define CORE_BASE_KEY_LINES_H

#include "core/base/hash.h"
#include "core/base/status.h"

/* The keys of the text, in its order: one at least, `keys_max` at most. INVALID_ARGUMENT names the
 * line. */
MUST_USE struct status key_lines_parse(struct str text, struct hash *keys, size_t keys_max,
                                       size_t *keys_count);

#endif
