#include "core/domain/kernel/rules.h"

#include <stdlib.h>

#include "core/base/limits.h"
#include "core/domain/kernel/fields.h"
#include "core/domain/kernel/limit.h"
#include "core/pb/field.h"
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

/* ---- texts and lists ---- */

static struct status rules_check_size(struct decide *d, const ProtobufCFieldDescriptor *field,
                                      size_t size)
{
    size_t size_max = limit_size_max(field);
    if (size_max > 0 && size > size_max) {
        return decide_reject(d, STATUS_INVALID_ARGUMENT,
                             "expected %s of at most %zu bytes, but it has %zu", field->name,
                             size_max, size);
    }
    return status_ok();
}

/* A text, or a message of which data has a limit. */
static struct status rules_check_item(struct decide *d, const ProtobufCFieldDescriptor *field,
                                      const void *at)
{
    if (field->type == PROTOBUF_C_TYPE_STRING) {
        return rules_check_size(d, field, strlen(*(char *const *)at));
    }
    const ProtobufCMessage *message = pb_field_message(at);
    return message == NULL ? status_ok() : rules_check_size(d, field, pb_packed_size(message));
}

/* A number that the schema does not name: the wire guard refuses it, too, but who decides does not
 * rely on that. */
static struct status rules_check_enum(struct decide *d, const ProtobufCFieldDescriptor *field,
                                      int value)
{
    if (protobuf_c_enum_descriptor_get_value(field->descriptor, value) == NULL) {
        return decide_reject(d, STATUS_INVALID_ARGUMENT,
                             "expected %s to be a number that has a name, but it is %d",
                             field->name, value);
    }
    return status_ok();
}

static struct status rules_check_field(struct decide *d, const ProtobufCMessage *message,
                                       const ProtobufCFieldDescriptor *field)
{
    if (field->type == PROTOBUF_C_TYPE_ENUM) {
        return rules_check_enum(d, field, *(int *)pb_field_at(message, field));
    }
    if (limit_size_max(field) == 0) {
        return status_ok();
    }
    if (!pb_field_repeated(field)) {
        return rules_check_item(d, field, pb_field_at(message, field));
    }
    for (size_t i = 0; i < pb_field_count(message, field); i++) {
        TRY_ACCEPTED(d, rules_check_item(d, field, pb_field_item(message, field, i)));
    }
    return status_ok();
}

static struct status rules_check_flat(struct decide *d, const ProtobufCMessage *message)
{
    struct status lists = fields_check_lists(message);
    if (lists.code != STATUS_OK) {
        return decide_reject(d, STATUS_INVALID_ARGUMENT, "%s", lists.msg);
    }
    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        if (!pb_field_in_oneof(field)) {
            TRY_ACCEPTED(d, rules_check_field(d, message, field));
        }
    }
    return status_ok();
}

/* Messages of ours in a command have none in them (tests/unit/domain/test_registry.c): one level is
 * all.
 */
struct status rules_check_fields(struct decide *d, const ProtobufCMessage *command)
{
    TRY_ACCEPTED(d, rules_check_flat(d, command));
    for (unsigned i = 0; i < command->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &command->descriptor->fields[i];
        if (field->type != PROTOBUF_C_TYPE_MESSAGE || pb_field_repeated(field) ||
            strcmp(pb_field_type(field)->package_name, command->descriptor->package_name) != 0) {
            continue;
        }
        const ProtobufCMessage *inner = pb_field_message(pb_field_at(command, field));
        if (inner != NULL) {
            TRY_ACCEPTED(d, rules_check_flat(d, inner));
        }
    }
    return status_ok();
}

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

struct status rules_scan(struct decide *d, enum index_number index, const struct str *parts,
                         size_t parts_count, struct str **ids, size_t *ids_count)
{
    TRY(view_ids(d->view, d->arena, index, parts, parts_count, RULES_SCAN_MAX + 1, ids, ids_count));
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

/* Tries the mask on a message that is thrown away. */
static struct status rules_check_mask(struct decide *d, const ProtobufCMessage *command,
                                      const Google__Protobuf__FieldMask *mask,
                                      const ProtobufCMessageDescriptor *descriptor)
{
    ProtobufCMessage *scratch;
    ARENA_TRY(d->arena, scratch, arena_alloc(d->arena, descriptor->sizeof_message));
    descriptor->message_init(scratch);
    struct status valid = fields_copy_masked(command, mask, scratch);
    return valid.code == STATUS_OK ? valid : decide_reject(d, valid.code, "%s", valid.msg);
}

static bool rules_mask_has(const Google__Protobuf__FieldMask *mask, const char *path)
{
    for (size_t i = 0; i < mask->n_paths; i++) {
        if (strcmp(mask->paths[i], path) == 0) {
            return true;
        }
    }
    return false;
}

/* The paths of a valid mask whose fields differ, each once. */
static struct status rules_mask_changed(struct arena *arena, const ProtobufCMessage *entity,
                                        const ProtobufCMessage *command,
                                        const Google__Protobuf__FieldMask *mask,
                                        Google__Protobuf__FieldMask *changed)
{
    google__protobuf__field_mask__init(changed);
    ARENA_TRY(arena, changed->paths, arena_alloc(arena, mask->n_paths * sizeof(char *)));
    for (size_t i = 0; i < mask->n_paths; i++) {
        Google__Protobuf__FieldMask one = GOOGLE__PROTOBUF__FIELD_MASK__INIT;
        one.n_paths = 1;
        one.paths = &mask->paths[i];
        bool equal;
        TRY(fields_equal_masked(arena, command, &one, entity, &equal));
        if (!equal && !rules_mask_has(changed, mask->paths[i])) {
            changed->paths[changed->n_paths++] = mask->paths[i];
        }
    }
    return status_ok();
}

static struct status rules_check_new_name(struct decide *d, const ProtobufCMessage *command,
                                          const Google__Protobuf__FieldMask *changed)
{
    enum entity_kind kind = registry_command((unsigned)d->command->payload_case)->entity;
    struct str id;
    if (!rules_mask_has(changed, "name")) {
        return status_ok();
    }
    TRY(evolve_entity_id(d->arena, kind, command, &id));
    return rules_check_name(d, kind, id.data, fields_string(command, "name").data);
}

struct status rules_update(struct decide *d, const ProtobufCMessage *entity,
                           const ProtobufCMessage *command, const Google__Protobuf__FieldMask *mask,
                           ProtobufCMessage *event, Google__Protobuf__FieldMask **changed)
{
    assert(*changed == NULL);
    Google__Protobuf__FieldMask *differing;
    TRY_ACCEPTED(d, rules_check_mask(d, command, mask, entity->descriptor));
    ARENA_TRY(d->arena, differing, arena_alloc(d->arena, sizeof *differing));
    TRY(rules_mask_changed(d->arena, entity, command, mask, differing));
    TRY_ACCEPTED(d, rules_check_new_name(d, command, differing));
    if (differing->n_paths == 0) {
        return status_ok();
    }
    *changed = differing;
    return fields_copy_masked(command, differing, event);
}
