#include "core/base/key_lines.h"

static struct status key_lines_add(struct str line, struct hash *keys, size_t keys_max,
                                   size_t *keys_count)
{
    if (*keys_count == keys_max) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected at most %zu keys", keys_max);
    }
    if (!hash_from_hex(line, &keys[*keys_count])) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected a key of 64 lower-case hexadecimal digits");
    }
    ++*keys_count;
    return status_ok();
}

struct status key_lines_parse(struct str text, struct hash *keys, size_t keys_max,
                              size_t *keys_count)
{
    *keys_count = 0;
    for (int number = 1; text.size > 0; number++) {
        struct str line = str_cut(&text, '\n');
        if (line.size > 0 && line.data[0] != '#') {
            TRY(status_prefix(key_lines_add(line, keys, keys_max, keys_count), "line %d", number));
        }
    }
    return *keys_count > 0 ? status_ok()
                           : status_error(STATUS_INVALID_ARGUMENT, "expected at least one key");
}
