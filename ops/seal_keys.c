#include "ops/seal_keys.h"

#include "core/base/key_lines.h"
#include "core/base/small_file.h"

struct status seal_keys_parse(struct arena *arena, struct str text, struct seal_keys *keys)
{
    struct hash found[SEAL_KEYS_MAX];
    *keys = (struct seal_keys){ 0 };
    TRY(key_lines_parse(text, found, SEAL_KEYS_MAX, &keys->count));
    for (size_t i = 0; i < keys->count; i++) {
        struct str bytes = arena_copy(arena, hash_str(&found[i]));
        if (bytes.data == NULL) {
            return arena_full(arena);
        }
        keys->keys[i] = command_signature_key_make(bytes);
    }
    return status_ok();
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
