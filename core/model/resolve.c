/* Both ways are rows of an index, of which at most one is there. */
#include "core/model/resolve.h"

#include "core/model/key.h"

struct resolve {
    struct store_reader *reader;
    struct arena *arena;
    struct str org_id;
    enum entity_kind kind;
    const struct moment *moment;
};

/* The id of the first row of an open scan whose keys begin with `skip` bytes; none: no data. */
static struct status resolve_row(const struct resolve *resolve, struct store_scan *scan,
                                 size_t skip, struct str *id)
{
    struct store_row row;
    struct str found;
    TRY(store_scan_next(scan, &row));
    if (!row.found) {
        return status_ok();
    }
    TRY(key_last_part(resolve->arena, str_from(row.key, skip), &found));
    *id = arena_copy(resolve->arena, found);
    return id->data == NULL ? arena_full(resolve->arena) : status_ok();
}

/* The id of the row with these parts. */
static struct status resolve_parts(const struct resolve *resolve, enum index_number index,
                                   const struct str *parts, size_t parts_count, struct str *id)
{
    struct str prefix;
    struct buf key = { 0 };
    struct store_scan *scan;
    *id = (struct str){ 0 };
    TRY(key_parts(resolve->arena, parts, parts_count, &prefix));
    key_index(&key, resolve->org_id, index, prefix);
    struct store_range range = { .prefix = buf_str(&key), .as_of = moment_as_of(resolve->moment) };
    struct status st = store_scan_open(resolve->reader, STORE_INDEX, &range, &scan);
    if (st.code == STATUS_OK) {
        st = resolve_row(resolve, scan, key.size, id);
        store_scan_close(scan);
    }
    buf_release(&key);
    return st;
}

static struct status resolve_name(const struct resolve *resolve, struct str name, struct str *id)
{
    const struct str parts[] = { index_kind((unsigned)resolve->kind), name };
    TRY(resolve_parts(resolve, INDEX_NAME, parts, 2, id));
    return id->data != NULL ? status_ok()
                            : status_error(STATUS_NOT_FOUND,
                                           "expected a live %s named '%.*s', but there is none",
                                           registry_entity(resolve->kind)->name, STR_ARG(name));
}

/* SYSTEM:VALUE: a system has no ':', a value may have. */
static struct status resolve_external(const struct resolve *resolve, struct str text,
                                      struct str *id)
{
    const struct entity_type *type = registry_entity(resolve->kind);
    const char *colon = text.size == 0 ? NULL : memchr(text.data, ':', text.size);
    size_t system = colon == NULL ? 0 : (size_t)(colon - text.data);
    if (type->external_at == 0) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected an id, as %s has no external ids, but it is 'ext:%.*s'",
                            type->name, STR_ARG(text));
    }
    if (system == 0 || system + 1 == text.size) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected ext:SYSTEM:VALUE, such as ext:github:ada, but it is "
                            "'ext:%.*s'",
                            STR_ARG(text));
    }
    const struct str parts[] = { index_kind((unsigned)resolve->kind), str_make(text.data, system),
                                 str_from(text, system + 1) };
    TRY(resolve_parts(resolve, INDEX_EXTERNAL_ID, parts, 3, id));
    return id->data != NULL
               ? status_ok()
               : status_error(STATUS_NOT_FOUND,
                              "expected a live %s that '%.*s' calls '%.*s', but there is none",
                              type->name, STR_ARG(parts[1]), STR_ARG(parts[2]));
}

struct status resolve_id(struct store_reader *reader, struct arena *arena, struct str org_id,
                         enum entity_kind kind, const struct moment *moment, struct str text,
                         struct str *id)
{
    const struct str name = STR("name:"), external = STR("ext:");
    const struct resolve resolve = { reader, arena, org_id, kind, moment };
    if (text.size == 0 || str_eq(text, name)) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected an id of kind %s, or name:X, but it is empty",
                            registry_entity(kind)->name);
    }
    if (str_starts(text, name)) {
        return resolve_name(&resolve, str_from(text, name.size), id);
    }
    if (str_starts(text, external)) {
        return resolve_external(&resolve, str_from(text, external.size), id);
    }
    *id = text;
    return status_ok();
}
