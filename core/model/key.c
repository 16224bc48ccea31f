#include "core/model/key.h"

#include "core/store/key.h"

static struct status key_index_make(struct arena *arena, const struct str *parts,
                                    size_t parts_count, const struct str *id, struct str *key)
{
    struct buf buf = { 0 };
    for (size_t i = 0; i < parts_count; i++) {
        key_put_str(&buf, parts[i]);
    }
    if (id != NULL) {
        key_put_str(&buf, *id);
    }
    *key = arena_copy(arena, buf_str(&buf));
    buf_release(&buf);
    return key->data == NULL ? arena_full(arena) : status_ok();
}

struct status key_index_prefix(struct arena *arena, const struct str *parts, size_t parts_count,
                               struct str *prefix)
{
    return key_index_make(arena, parts, parts_count, NULL, prefix);
}

struct status key_index_row(struct arena *arena, const struct index_row *row, struct str id,
                            struct str *key)
{
    return key_index_make(arena, row->parts, row->parts_count, &id, key);
}

struct status key_index_id(struct arena *arena, struct str key, struct str *id)
{
    do {
        TRY(key_get_str(&key, arena, id));
    } while (key.size > 0);
    return status_ok();
}
