#include "core/domain/kernel/rules.h"

#include <stdlib.h>

#include "core/base/limits.h"
#include "core/domain/kernel/external.h"
#include "core/domain/kernel/fields.h"
#include "core/domain/kernel/ids.h"
#include "core/pb/message.h"

struct status rules_get(const struct view *view, enum entity_kind kind, struct str id,
                        const ProtobufCMessage **entity)
{
    TRY(view_get(view, kind, id, entity));
    if (*entity == NULL) {
        char noun[LIFE_NOUN_SIZE];
        return status_error(STATUS_DATA_LOSS, "expected %s '%.*s', which others name, to be there",
                            life_noun(kind, noun), STR_ARG(id));
    }
    return status_ok();
}

/* ---- lists ---- */

static int rules_compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

struct status rules_sort(struct arena *arena, char *const *items, size_t items_count,
                         char ***sorted)
{
    ARENA_TRY(arena, *sorted, arena_alloc(arena, items_count * sizeof(char *)));
    if (items_count > 0) {
        memcpy(*sorted, items, items_count * sizeof(char *));
        qsort(*sorted, items_count, sizeof(char *), rules_compare);
    }
    return status_ok();
}

struct status rules_check_distinct(struct decide *d, const char *field, char *const *items,
                                   size_t items_count)
{
    char **sorted;
    TRY(rules_sort(d->arena, items, items_count, &sorted));
    for (size_t i = 0; i < items_count; i++) {
        if (sorted[i][0] == '\0') {
            return decide_reject(d, STATUS_INVALID_ARGUMENT,
                                 "expected no empty items in %s, but there is one", field);
        }
        if (i > 0 && strcmp(sorted[i - 1], sorted[i]) == 0) {
            return decide_reject(d, STATUS_INVALID_ARGUMENT,
                                 "expected each item of %s once, but '%s' is there twice", field,
                                 sorted[i]);
        }
    }
    return status_ok();
}

/* ---- names, times, rows ---- */

struct status rules_check_name(struct decide *d, enum entity_kind kind, const char *id,
                               const char *name)
{
    if (name[0] == '\0') {
        return status_ok();
    }
    const struct str parts[] = { index_kind((unsigned)kind), str_z(name) };
    struct str *ids;
    size_t ids_count;
    TRY(view_ids(d->view, d->arena, INDEX_NAME, parts, 2, 1, &ids, &ids_count));
    if (ids_count > 0 && !str_eq(ids[0], str_z(id))) {
        char noun[LIFE_NOUN_SIZE];
        return decide_reject(d, STATUS_ALREADY_EXISTS,
                             "expected a name that is free, but '%s' is the name of %s '%.*s'",
                             name, life_noun(kind, noun), STR_ARG(ids[0]));
    }
    return status_ok();
}

struct status rules_check_expiry(struct decide *d, const Google__Protobuf__Timestamp *expires_at)
{
    if (decide_expired(d, expires_at)) {
        return decide_reject(d, STATUS_INVALID_ARGUMENT,
                             "expected expires_at after the time of the decision, but it is not");
    }
    return status_ok();
}

bool rules_begins_later(const struct decide *d, const Google__Protobuf__Timestamp *starts_at)
{
    return starts_at != NULL && !decide_expired(d, starts_at);
}

struct status rules_check_span(struct decide *d, const Google__Protobuf__Timestamp *starts_at,
                               const Google__Protobuf__Timestamp *expires_at)
{
    TRY_ACCEPTED(d, rules_check_expiry(d, expires_at));
    bool never = starts_at != NULL && expires_at != NULL &&
                 fields_time_us(starts_at) >= fields_time_us(expires_at);
    return never ? decide_reject(d, STATUS_INVALID_ARGUMENT,
                                 "expected starts_at before expires_at, but it is not")
                 : status_ok();
}

struct status rules_scan(struct decide *d, enum index_number index, const struct str *parts,
                         size_t parts_count, struct str **ids, size_t *ids_count)
{
    assert(parts_count >= index_type(index)->parts_asked);
    TRY(view_ids(d->view, d->arena, index, parts, parts_count, RULES_SCAN_MAX + 1, ids, ids_count));
    d->rows_read += *ids_count;
    if (*ids_count > RULES_SCAN_MAX) {
        return decide_reject(d, STATUS_RESOURCE_EXHAUSTED,
                             "expected at most %d entities that this rule must read, but there are "
                             "more",
                             RULES_SCAN_MAX);
    }
    return status_ok();
}

struct status rules_check_unused(struct decide *d, enum entity_kind kind, enum index_number index,
                                 const char *id, const char *what)
{
    const struct str part = str_z(id);
    assert(index_type(index)->parts_asked == 1);
    struct str *ids;
    size_t ids_count;
    TRY(view_ids(d->view, d->arena, index, &part, 1, 1, &ids, &ids_count));
    if (ids_count > 0) {
        char noun[LIFE_NOUN_SIZE];
        return decide_reject(d, STATUS_FAILED_PRECONDITION,
                             "expected no %s %s '%s', but there is '%.*s'", what,
                             life_noun(kind, noun), id, STR_ARG(ids[0]));
    }
    return status_ok();
}

/* ---- updates ---- */

static bool rules_mask_has(const Google__Protobuf__FieldMask *mask, const char *path)
{
    return ids_listed(mask->paths, mask->n_paths, str_z(path));
}

/* The client's mask, or all that the command sets where it has none; rejects one that names what no
 * update changes. */
static struct status rules_find_mask(struct decide *d, const ProtobufCMessage *given,
                                     const Google__Protobuf__FieldMask **mask)
{
    Google__Protobuf__FieldMask *implied;
    ProtobufCMessage *scratch;
    *mask = fields_mask(registry_command_payload(d->command));
    if (*mask == NULL || (*mask)->n_paths == 0) {
        TRY(fields_mask_of(d->arena, given, &implied));
        *mask = implied;
    }
    TRY(pb_new(d->arena, given->descriptor, &scratch));
    struct status valid = fields_copy_masked(given, *mask, scratch);
    return valid.code == STATUS_OK ? valid : decide_reject(d, valid.code, "%s", valid.msg);
}

/* The paths of a valid mask whose fields differ, each once. */
static struct status rules_mask_changed(struct arena *arena, const ProtobufCMessage *entity,
                                        const ProtobufCMessage *given,
                                        const Google__Protobuf__FieldMask *mask,
                                        Google__Protobuf__FieldMask **changed)
{
    TRY(pb_new(arena, &google__protobuf__field_mask__descriptor, changed));
    ARENA_TRY(arena, (*changed)->paths, arena_alloc(arena, mask->n_paths * sizeof(char *)));
    for (size_t i = 0; i < mask->n_paths; i++) {
        bool equal;
        TRY(fields_equal(
            arena, given, entity,
            protobuf_c_message_descriptor_get_field_by_name(given->descriptor, mask->paths[i]),
            &equal));
        if (!equal && !rules_mask_has(*changed, mask->paths[i])) {
            (*changed)->paths[(*changed)->n_paths++] = mask->paths[i];
        }
    }
    assert((*changed)->n_paths <= mask->n_paths);
    return status_ok();
}

/* What changes, where others may not have the same. */
static struct status rules_check_free(struct decide *d, const ProtobufCMessage *given,
                                      const Google__Protobuf__FieldMask *changed)
{
    enum entity_kind kind = decide_type(d)->entity;
    struct str id;
    TRY(evolve_entity_id(d->arena, kind, given, &id));
    if (rules_mask_has(changed, "name")) {
        TRY_ACCEPTED(d, rules_check_name(d, kind, id.data, fields_string(given, "name").data));
    }
    return rules_mask_has(changed, "external_ids") ? external_check(d, kind, id, given)
                                                   : status_ok();
}

struct status rules_update(struct decide *d, const ProtobufCMessage *entity,
                           struct rules_change *change)
{
    const ProtobufCMessage *given = registry_subject_of(registry_command_payload(d->command));
    enum entity_kind kind = decide_type(d)->entity;
    const Google__Protobuf__FieldMask *mask;
    Google__Protobuf__FieldMask *changed;
    *change = (struct rules_change){ 0 };
    assert(given->descriptor == entity->descriptor);
    TRY(pb_new(d->arena, given->descriptor, &change->entity));
    TRY_ACCEPTED(d, rules_find_mask(d, given, &mask));
    TRY(rules_mask_changed(d->arena, entity, given, mask, &changed));
    TRY_ACCEPTED(d, rules_check_free(d, given, changed));
    evolve_copy_key(kind, given, change->entity);
    if (changed->n_paths == 0) {
        return status_ok();
    }
    change->mask = changed;
    return fields_copy_masked(given, changed, change->entity);
}
