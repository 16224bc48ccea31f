#include "ops/seal_keys.h"

#include "core/base/hash.h"
#include "ops/small_file.h"

static struct status seal_keys_add(struct arena *arena, struct str line, struct seal_keys *keys)
{
    struct hash key;
    if (!hash_from_hex(line, &key)) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected a key of 64 lower-case hexadecimal digits");
    }
    if (keys->count == SEAL_KEYS_MAX) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected at most %d keys", SEAL_KEYS_MAX);
    }
    struct str bytes = arena_copy(arena, hash_str(&key));
    if (bytes.data == NULL) {
        return arena_full(arena);
    }
    keys->keys[keys->count++] = command_signature_key_make(bytes);
    return status_ok();
}

struct status seal_keys_parse(struct arena *arena, struct str text, struct seal_keys *keys)
{
    *keys = (struct seal_keys){ 0 };
    for (int number = 1; text.size > 0; number++) {
        const char *end = memchr(text.data, '\n', text.size);
        struct str line = { text.data, end == NULL ? text.size : (size_t)(end - text.data) };
        text = str_from(text, line.size + (end != NULL));
        if (line.size > 0 && line.data[0] != '#') {
            TRY(status_prefix(seal_keys_add(arena, line, keys), "line %d", number));
        }
    }
    return keys->count > 0 ? status_ok()
                           : status_error(STATUS_INVALID_ARGUMENT, "expected at least one key");
}

struct status seal_keys_read(struct arena *arena, const char *path, struct str cluster_key,
                             struct seal_keys *keys)
{
    struct str text;
    struct status st = small_file_read_secret(path, arena, &text);
    *keys = (struct seal_keys){ 0 };
    if (st.code == STATUS_PERMISSION_DENIED) {
        return status_ok();
    }
    if (st.code == STATUS_NOT_FOUND) {
        keys->keys[0] = command_signature_key_make(cluster_key);
        keys->count = cluster_key.size > 0;
        return status_ok();
    }
    TRY(st);
    return status_prefix(seal_keys_parse(arena, text, keys), "%s", path);
}
