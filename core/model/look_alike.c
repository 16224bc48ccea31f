/* Reads the index of names: no entity is decoded. */
#include "core/model/look_alike.h"

#include "core/base/look.h"
#include "core/model/key.h"
#include "core/store/key.h"

struct look_alike {
    struct arena scratch; /* of one row */
    struct str name;
    struct str look;
    size_t prefix_size;
};

/* A row of the index: behind the prefix stand the name and the id. */
static struct status look_alike_row(struct look_alike *look, struct str key, struct str *name,
                                    struct str *id, bool *alike)
{
    assert(key.size > look->prefix_size);
    struct str left = str_from(key, look->prefix_size);
    struct buf own = { 0 };
    arena_reset(&look->scratch);
    TRY(key_get_str(&left, &look->scratch, name));
    TRY(key_get_str(&left, &look->scratch, id));
    look_of(*name, &own);
    *alike = str_eq(buf_str(&own), look->look) && !str_eq(*name, look->name);
    buf_release(&own);
    return status_ok();
}

static struct status look_alike_scan(struct look_alike *look, struct arena *arena,
                                     struct store_scan *scan, struct str *found, struct str *id)
{
    for (size_t i = 0; i < LOOK_ALIKE_NAMES_MAX; i++) {
        struct store_row row;
        struct str name, owner;
        bool alike;
        TRY(store_scan_next(scan, &row));
        if (!row.found) {
            break;
        }
        TRY(look_alike_row(look, row.key, &name, &owner, &alike));
        if (alike) {
            *found = arena_copy(arena, name);
            *id = arena_copy(arena, owner);
            return found->data == NULL || id->data == NULL ? arena_full(arena) : status_ok();
        }
    }
    return status_ok();
}

struct status look_alike_find(struct store_reader *reader, struct arena *arena, struct str org_id,
                              enum entity_kind kind, const struct moment *moment, struct str name,
                              struct str *found, struct str *id)
{
    const struct str part = index_kind((unsigned)kind);
    struct look_alike look = { .name = name };
    struct buf key = { 0 }, shown = { 0 };
    struct str prefix;
    struct store_scan *scan;
    *found = *id = (struct str){ 0 };
    TRY(key_parts(arena, &part, 1, &prefix));
    key_index(&key, org_id, INDEX_NAME, prefix);
    look_of(name, &shown);
    look.look = buf_str(&shown);
    look.prefix_size = key.size;
    arena_init(&look.scratch, KEY_ROOM * 8);
    struct store_range range = { .prefix = buf_str(&key), .as_of = moment_as_of(moment) };
    struct status st = store_scan_open(reader, STORE_INDEX, &range, &scan);
    if (st.code == STATUS_OK) {
        st = look_alike_scan(&look, arena, scan, found, id);
        store_scan_close(scan);
    }
    arena_release(&look.scratch);
    buf_release(&key);
    buf_release(&shown);
    return st;
}
