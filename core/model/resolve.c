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

bool resolve_external_parts(struct str text, struct str *system, struct str *value)
{
    const struct str mark = STR("ext:");
    if (!str_starts(text, mark)) {
        return false;
    }
    struct str rest = str_from(text, mark.size);
    const char *colon = rest.size == 0 ? NULL : memchr(rest.data, ':', rest.size);
    if (colon == NULL) {
        return false;
    }
    *system = str_make(rest.data, (size_t)(colon - rest.data));
    *value = str_from(rest, system->size + 1);
    return system->size > 0 && value->size > 0;
}

static struct status resolve_external(const struct resolve *resolve, struct str text,
                                      struct str *id)
{
    const struct entity_type *type = registry_entity(resolve->kind);
    struct str parts[] = { index_kind((unsigned)resolve->kind), STR(""), STR(""), STR("") };
    if (type->external_at == 0) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected an id, as %s has no external ids, but it is '%.*s'",
                            type->name, STR_ARG(text));
    }
    if (!resolve_external_parts(text, &parts[1], &parts[3])) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected ext:SYSTEM:VALUE, such as ext:github:ada, but it is '%.*s'",
                            STR_ARG(text));
    }
    TRY(resolve_parts(resolve, INDEX_EXTERNAL_ID, parts, 4, id));
    return id->data != NULL
               ? status_ok()
               : status_error(STATUS_NOT_FOUND,
                              "expected a live %s that '%.*s' calls '%.*s', but there is none",
                              type->name, STR_ARG(parts[1]), STR_ARG(parts[3]));
}

struct status resolve_hash(struct store_reader *reader, struct arena *arena, struct str org_id,
                           const struct moment *moment, struct str system, struct str key_id,
                           struct str hmac, struct str *id)
{
    const struct resolve resolve = { reader, arena, org_id, ENTITY_SUBJECT, moment };
    const struct str parts[] = { index_kind(ENTITY_SUBJECT), system, key_id, hmac };
    assert(key_id.size > 0 && hmac.size > 0);
    return resolve_parts(&resolve, INDEX_EXTERNAL_ID, parts, 4, id);
}

struct status resolve_id(struct store_reader *reader, struct arena *arena, struct str org_id,
                         enum entity_kind kind, const struct moment *moment, struct str text,
                         struct str *id)
{
    const struct str name = STR("name:");
    const struct resolve resolve = { reader, arena, org_id, kind, moment };
    if (text.size == 0 || str_eq(text, name)) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected an id of kind %s, or name:X, but it is empty",
                            registry_entity(kind)->name);
    }
    if (str_starts(text, name)) {
        return resolve_name(&resolve, str_from(text, name.size), id);
    }
    if (str_starts(text, STR("ext:"))) {
        return resolve_external(&resolve, text, id);
    }
    *id = text;
    return status_ok();
}
