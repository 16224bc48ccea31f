/* Which field says what is the table below, by names alone ("grantee.id" goes down one message), so
 * that a field with another number or in another message is still found, and one that is renamed
 * ends the program instead of hiding what it says. */
#include "tests/attack/plain_org.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/domain/kernel/fields.h"
#include "core/pb/field.h"

/* Entities of one org that this looks at. */
enum { PLAIN_MAX = 8192 };

static const struct {
    enum entity_kind kind;
    enum plain_text text;
    const char *path;
} plain_texts[] = {
    { ENTITY_GROUP, PLAIN_PARENT, "parent_group_id" },
    { ENTITY_GROUP, PLAIN_JOB_SPACE, "job_space_id" },
    { ENTITY_ASSET, PLAIN_PARENT, "parent_asset_id" },
    { ENTITY_ASSET, PLAIN_TYPE, "type" },
    { ENTITY_ROLE_TYPE, PLAIN_TYPE, "role_type" },
    { ENTITY_ROLE_TYPE, PLAIN_JOB_SPACE, "job_space_id" },
    { ENTITY_ROLE_TYPE, PLAIN_CONDITION, "condition" },
    { ENTITY_ROLE, PLAIN_TYPE, "role_type" },
    { ENTITY_ROLE, PLAIN_JOB_SPACE, "job_space_id" },
    { ENTITY_ASSIGNMENT, PLAIN_ROLE, "role_id" },
    { ENTITY_ASSIGNMENT, PLAIN_SUBJECT, "subject_id" },
    { ENTITY_CAPABILITY, PLAIN_SUBJECT, "subject_id" },
    { ENTITY_CREDENTIAL, PLAIN_SUBJECT, "subject_id" },
    { ENTITY_CREDENTIAL, PLAIN_IDENTITY, "identity_hash" },
    { ENTITY_GRANT, PLAIN_PERMISSION, "permission" },
    { ENTITY_GRANT, PLAIN_GRANTEE, "grantee.id" },
    { ENTITY_GRANT, PLAIN_ON, "on.id" },
    { ENTITY_GRANT, PLAIN_CONDITION, "condition" },
    { ENTITY_CONFIG, PLAIN_ON, "entity_id" },
    { ENTITY_SCHEDULE, PLAIN_SUBJECT, "acts_as" },
};

static const struct {
    enum entity_kind kind;
    enum plain_number number;
    const char *path;
} plain_numbers[] = {
    { ENTITY_ORG, PLAIN_ACCESS_MODE, "access_mode" },
    { ENTITY_ROLE_TYPE, PLAIN_NO_MEMBERSHIP, "no_membership" },
    { ENTITY_ROLE_TYPE, PLAIN_ASSIGNMENT_MODE, "assignment" },
    { ENTITY_ROLE_TYPE, PLAIN_HOLDERS_MAX, "holders_max" },
    { ENTITY_CREDENTIAL, PLAIN_CREDENTIAL_KIND, "kind" },
    { ENTITY_GRANT, PLAIN_GRANTEE_KIND, "grantee.kind" },
    { ENTITY_GRANT, PLAIN_ON_KIND, "on.kind" },
    { ENTITY_CONFIG, PLAIN_ON_KIND, "kind" },
};

static const struct {
    enum entity_kind kind;
    const char *path;
} plain_lists_of[] = {
    { ENTITY_SUBJECT, "parent_subject_ids" },
    { ENTITY_GROUP, "included_group_ids" },
    { ENTITY_PERMISSION, "implied_by" },
    { ENTITY_ROLE_TYPE, "permissions" },
    { ENTITY_ROLE, "group_ids" },
    { ENTITY_GRANT, "grantee.role_types" },
};

/* ---- fields by their names ---- */

/* The message that holds the last name of a path, and that field; NULL where a message is unset. */
static const ProtobufCMessage *plain_at(const ProtobufCMessage *message, const char *path,
                                        const ProtobufCFieldDescriptor **field)
{
    for (;;) {
        size_t size = strcspn(path, ".");
        *field = pb_field_find(message->descriptor, str_make(path, size));
        if (*field == NULL) {
            fprintf(stderr, "expected a field '%s' in %s: tests/attack/plain_org.c must know it\n",
                    path, message->descriptor->short_name);
            abort();
        }
        if (path[size] == '\0') {
            return message;
        }
        message = pb_field_message(pb_field_at(message, *field));
        if (message == NULL) {
            return NULL;
        }
        path += size + 1;
    }
}

static struct str plain_string_at(const ProtobufCMessage *entity, const char *path)
{
    const ProtobufCFieldDescriptor *field;
    const ProtobufCMessage *message = plain_at(entity, path, &field);
    return message == NULL ? STR("") : str_z(*(char **)pb_field_at(message, field));
}

static unsigned plain_number_at(const ProtobufCMessage *entity, const char *path)
{
    const ProtobufCFieldDescriptor *field;
    const ProtobufCMessage *message = plain_at(entity, path, &field);
    return message == NULL ? 0 : *(unsigned *)pb_field_at(message, field);
}

static void plain_read_list(struct plain *item, const char *path)
{
    const ProtobufCFieldDescriptor *field;
    const ProtobufCMessage *message = plain_at(item->entity, path, &field);
    item->list_count = message == NULL ? 0 : pb_field_count(message, field);
    item->list = item->list_count == 0 ? NULL : pb_field_item(message, field, 0);
}

/* ---- one entity ---- */

/* The field that says when it begins, or has its next turn. */
static struct str plain_begin(const ProtobufCMessage *entity)
{
    return entity->descriptor == &agency__v1__schedule__descriptor ? STR("next_at")
                                                                   : STR("starts_at");
}

static int64_t plain_time_us(const ProtobufCMessage *entity, struct str name, int64_t unset_us)
{
    const ProtobufCFieldDescriptor *field = pb_field_find(entity->descriptor, name);
    const void *time = field == NULL ? NULL : pb_field_message(pb_field_at(entity, field));
    return time == NULL ? unset_us : fields_time_us(time);
}

static enum entity_kind plain_kind(const ProtobufCMessage *entity)
{
    for (unsigned kind = 1; kind < ENTITY_KINDS_END; kind++) {
        const struct entity_type *type = registry_entity(kind);
        if (type != NULL && type->descriptor == entity->descriptor) {
            return (enum entity_kind)kind;
        }
    }
    fprintf(stderr, "expected a kind of the registry, not %s\n", entity->descriptor->short_name);
    abort();
}

/* The parts of an entity's key, joined as they are in ids that people read. */
static struct str plain_id(struct arena *arena, enum entity_kind kind,
                           const ProtobufCMessage *entity)
{
    const ProtobufCFieldDescriptor *fields = entity->descriptor->fields;
    struct str id = STR("");
    for (size_t part = 0; part < registry_entity((unsigned)kind)->key_parts; part++) {
        const void *value = pb_field_at(entity, &fields[part]);
        const char *between = part == 0 ? "" : "~";
        id = fields[part].type == PROTOBUF_C_TYPE_STRING
                 ? arena_printf(arena, "%.*s%s%s", STR_ARG(id), between, *(char *const *)value)
                 : arena_printf(arena, "%.*s%s%u", STR_ARG(id), between, *(const unsigned *)value);
    }
    return id;
}

/* What was erased was removed, and more. */
static unsigned plain_status(const ProtobufCMessage *entity)
{
    unsigned status = fields_status(entity);
    return status == LIFE_ERASED ? LIFE_REMOVED : status;
}

static void plain_read(struct arena *arena, struct plain *item, const ProtobufCMessage *entity)
{
    *item = (struct plain){ .entity = entity,
                            .kind = plain_kind(entity),
                            .status = plain_status(entity),
                            .starts_us = plain_time_us(entity, plain_begin(entity), INT64_MIN),
                            .expires_us = plain_time_us(entity, STR("expires_at"), INT64_MAX) };
    item->id = plain_id(arena, item->kind, entity);
    for (size_t i = 0; i < sizeof plain_texts / sizeof plain_texts[0]; i++) {
        if (plain_texts[i].kind == item->kind) {
            item->texts[plain_texts[i].text] = plain_string_at(entity, plain_texts[i].path);
        }
    }
    for (size_t i = 0; i < sizeof plain_numbers / sizeof plain_numbers[0]; i++) {
        if (plain_numbers[i].kind == item->kind) {
            item->numbers[plain_numbers[i].number] = plain_number_at(entity, plain_numbers[i].path);
        }
    }
    for (size_t i = 0; i < sizeof plain_lists_of / sizeof plain_lists_of[0]; i++) {
        if (plain_lists_of[i].kind == item->kind) {
            plain_read_list(item, plain_lists_of[i].path);
        }
    }
}

/* ---- the org ---- */

static int plain_compare(const void *a, const void *b)
{
    const struct plain *left = a, *right = b;
    int order = (left->kind > right->kind) - (left->kind < right->kind);
    return order != 0 ? order : str_cmp(left->id, right->id);
}

void plain_org_read(struct plain_org *org, struct arena *arena, const struct layer *state,
                    int64_t now_us)
{
    const struct omap_entry *entry = omap_lower_bound(&state->entities, STR(""));
    *org = (struct plain_org){ .now_us = now_us };
    org->items = arena_alloc(arena, state->entities.count * sizeof *org->items);
    if (org->items == NULL || state->entities.count > PLAIN_MAX) {
        fprintf(stderr, "expected at most %d entities\n", PLAIN_MAX);
        abort();
    }
    for (; entry != NULL; entry = omap_next(entry)) {
        plain_read(arena, &org->items[org->count++], layer_entity(entry));
    }
    qsort(org->items, org->count, sizeof *org->items, plain_compare);
}

/* The first item that is not below (kind, id). */
static const struct plain *plain_bound(const struct plain_org *org, enum entity_kind kind,
                                       struct str id)
{
    size_t low = 0, high = org->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct plain *item = &org->items[middle];
        if (item->kind < kind || (item->kind == kind && str_cmp(item->id, id) < 0)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return &org->items[low];
}

const struct plain *plain_first(const struct plain_org *org, enum entity_kind kind)
{
    return plain_bound(org, kind, STR(""));
}

const struct plain *plain_end(const struct plain_org *org, enum entity_kind kind)
{
    return plain_bound(org, (enum entity_kind)(kind + 1), STR(""));
}

const struct plain *plain_find(const struct plain_org *org, enum entity_kind kind, struct str id)
{
    const struct plain *item = plain_bound(org, kind, id);
    bool found =
        id.size > 0 && item < &org->items[org->count] && item->kind == kind && str_eq(item->id, id);
    return found ? item : NULL;
}

const struct plain *plain_same(const struct plain_org *org, const struct plain *item)
{
    return plain_find(org, item->kind, item->id);
}

bool plain_live(const struct plain_org *org, const struct plain *item)
{
    bool begun = item->status == LIFE_ACTIVE || (org->ahead && item->status == LIFE_SCHEDULED);
    return begun && item->expires_us > org->now_us;
}

bool plain_waits(const struct plain_org *org)
{
    bool waits = false;
    for (size_t i = 0; i < org->count && !waits; i++) {
        waits = org->items[i].status == LIFE_SCHEDULED;
    }
    return waits;
}

bool plain_lists(const struct plain *item, struct str id)
{
    for (size_t i = 0; i < item->list_count; i++) {
        if (str_eq(str_z(item->list[i]), id)) {
            return true;
        }
    }
    return false;
}
