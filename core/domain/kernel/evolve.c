/* Finds the entity, changes a copy as the registry's row of the event says, stamps it, and puts it
 * with the differences of its index rows.
 *
 * Invariants: (1) an entity's version is the org_sequence of the decision that last changed it; (2)
 * the rows of the indexes are exactly index_rows of the present entities; (3) nothing is put when
 * anything fails before. */
#include "core/domain/kernel/evolve.h"

#include <stdlib.h>

#include "core/domain/kernel/due.h"
#include "core/domain/kernel/fields.h"

struct rows {
    struct arena *arena;
    struct index_row *items;
    size_t count;
    size_t cap;
};

static struct status rows_add(void *self, const struct index_row *row)
{
    struct rows *rows = self;
    ARENA_TRY(rows->arena, rows->items,
              arena_grow(rows->arena, rows->items, rows->count, sizeof *rows->items, &rows->cap));
    assert(rows->count < rows->cap);
    assert(row->parts_count == index_type(row->index)->parts_count);
    rows->items[rows->count++] = *row;
    return status_ok();
}

static int rows_compare(const void *a, const void *b)
{
    const struct index_row *left = a, *right = b;
    int order = (left->index > right->index) - (left->index < right->index);
    for (size_t i = 0; order == 0 && i < left->parts_count; i++) {
        order = str_cmp(left->parts[i], right->parts[i]);
    }
    return order;
}

static void rows_sort(struct rows *rows)
{
    if (rows->count > 1) {
        qsort(rows->items, rows->count, sizeof *rows->items, rows_compare);
    }
}

/* Deletes the old rows that are not among the new ones, and puts the new ones that are not among
 * the old. Only where there are both do they need an order. */
static struct status rows_exchange(const struct evolve *evolve, struct rows *old, struct rows *new,
                                   struct str id, size_t *rows_count)
{
    size_t o = 0, n = 0;
    if (old->count > 0 && new->count > 0) {
        rows_sort(old);
        rows_sort(new);
    }
    while (o < old->count || n < new->count) {
        int order = o == old->count   ? 1
                    : n == new->count ? -1
                                      : rows_compare(&old->items[o], &new->items[n]);
        if (order < 0) {
            TRY(evolve->changes->delete_row(evolve->changes_self, &old->items[o], id));
        } else if (order > 0) {
            TRY(evolve->changes->put_row(evolve->changes_self, &new->items[n], id));
        }
        *rows_count += order != 0;
        o += order <= 0;
        n += order >= 0;
    }
    assert(o == old->count && n == new->count);
    return status_ok();
}

static struct status evolve_rows(const struct evolve *evolve, enum entity_kind kind, struct str id,
                                 const ProtobufCMessage *before, const ProtobufCMessage *after,
                                 size_t *rows_count)
{
    struct rows old = { .arena = evolve->arena }, new = { .arena = evolve->arena };
    assert(after != before); /* a state is never changed where it stands */
    if (before != NULL) {
        TRY(index_rows(kind, before, &(struct index_sink){ rows_add, &old, evolve->arena }));
    }
    TRY(index_rows(kind, after, &(struct index_sink){ rows_add, &new, evolve->arena }));
    *rows_count = 0;
    return rows_exchange(evolve, &old, &new, id, rows_count);
}

static struct str evolve_key_part(const ProtobufCMessage *message, unsigned number)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field(message->descriptor, number);
    assert(field != NULL);
    const void *value = (const char *)message + field->offset;
    if (field->type == PROTOBUF_C_TYPE_ENUM) {
        unsigned kind;
        memcpy(&kind, value, sizeof kind);
        const struct entity_type *type = registry_entity(kind);
        return type == NULL ? (struct str){ 0 } : str_z(type->name);
    }
    assert(field->type == PROTOBUF_C_TYPE_STRING);
    const char *text;
    memcpy(&text, value, sizeof text);
    return str_z(text);
}

/* `a~b`; by hand, as printf took a tenth of a decision. */
static struct status evolve_join(struct arena *arena, struct str a, struct str b,
                                 struct str *joined)
{
    char *text;
    ARENA_TRY(arena, text, arena_alloc(arena, a.size + b.size + 2));
    if (a.size > 0) {
        memcpy(text, a.data, a.size);
    }
    text[a.size] = '~';
    if (b.size > 0) {
        memcpy(text + a.size + 1, b.data, b.size);
    }
    text[a.size + b.size + 1] = '\0';
    *joined = str_make(text, a.size + b.size + 1);
    return status_ok();
}

struct status evolve_entity_id(struct arena *arena, enum entity_kind kind,
                               const ProtobufCMessage *message, struct str *id)
{
    size_t parts = registry_entity(kind)->key_parts;
    const ProtobufCMessage *subject = registry_subject_of(message);
    assert(parts > 0);
    if (subject == NULL) {
        return status_error(STATUS_DATA_LOSS, "expected %s in %s, but it is not set",
                            registry_carried(message->descriptor)->name,
                            message->descriptor->short_name);
    }
    *id = evolve_key_part(subject, 1);
    for (unsigned number = 2; number <= parts; number++) {
        TRY(evolve_join(arena, *id, evolve_key_part(subject, number), id));
    }
    return status_ok();
}

struct status evolve_event_entity(struct arena *arena, const Agency__V1__Event *event,
                                  enum entity_kind *kind, struct str *id)
{
    const ProtobufCMessage *payload = registry_event_payload(event);
    *kind = registry_event_kind(event);
    if (payload == NULL || *kind == ENTITY_ANY) {
        return status_error(STATUS_DATA_LOSS,
                            "expected an event that is known, but its number is %u",
                            (unsigned)event->payload_case);
    }
    if (registry_event((unsigned)event->payload_case)->entity == ENTITY_ANY) {
        *id = str_z(event->deadline_failed->id);
        return status_ok();
    }
    return evolve_entity_id(arena, *kind, payload, id);
}

static struct status evolve_check_presence(const struct event_type *type, struct str id,
                                           const ProtobufCMessage *entity)
{
    bool wrong = (type->presence == PRESENCE_MAKES && entity != NULL) ||
                 (type->presence == PRESENCE_CHANGES && entity == NULL);
    if (!wrong) {
        return status_ok();
    }
    return status_error(STATUS_DATA_LOSS, "expected the entity '%.*s' %s for event %s", STR_ARG(id),
                        entity == NULL ? "to be there" : "not to be there yet", type->name);
}

static void evolve_copy_key_part(const ProtobufCMessage *from, unsigned number,
                                 ProtobufCMessage *to)
{
    const ProtobufCFieldDescriptor *source =
        protobuf_c_message_descriptor_get_field(from->descriptor, number);
    const ProtobufCFieldDescriptor *target =
        protobuf_c_message_descriptor_get_field(to->descriptor, number);
    assert(source != NULL && target != NULL && source->type == target->type);
    size_t size = source->type == PROTOBUF_C_TYPE_ENUM ? 4 : sizeof(char *);
    memcpy((char *)to + target->offset, (const char *)from + source->offset, size);
}

void evolve_copy_key(enum entity_kind kind, const ProtobufCMessage *from, ProtobufCMessage *to)
{
    from = registry_subject_of(from);
    assert(from != NULL && registry_subject_of(to) == to);
    for (unsigned number = 1; number <= registry_entity(kind)->key_parts; number++) {
        evolve_copy_key_part(from, number, to);
    }
}

/* The present state as a copy whose fields may be assigned, or a fresh one with its key. */
static struct status evolve_copy(const struct evolve *evolve, enum entity_kind kind,
                                 const ProtobufCMessage *payload, const ProtobufCMessage *before,
                                 ProtobufCMessage **after)
{
    const struct entity_type *entity = registry_entity(kind);
    ARENA_TRY(evolve->arena, *after,
              arena_alloc(evolve->arena, entity->descriptor->sizeof_message));
    if (before != NULL) {
        assert(before->descriptor == entity->descriptor);
        memcpy(*after, before, entity->descriptor->sizeof_message);
        return status_ok();
    }
    entity->descriptor->message_init(*after);
    evolve_copy_key(kind, payload, *after);
    return status_ok();
}

static struct status evolve_fields(const struct evolve *evolve, const struct event_type *type,
                                   const Agency__V1__Event *event, ProtobufCMessage *entity)
{
    const ProtobufCMessage *payload = registry_event_payload(event);
    const ProtobufCMessage *subject = registry_subject_of(payload);
    assert(subject != NULL); /* its key was read */
    switch (type->how) {
    case EVOLVE_SETS:
        (subject == payload ? fields_copy : fields_replace)(subject, entity);
        return status_ok();
    case EVOLVE_MASKS:
        TRY(fields_copy_masked(subject, fields_mask(payload), entity));
        fields_copy_profiles(subject, fields_mask(payload), entity);
        return status_ok();
    case EVOLVE_OWN:
        return evolve_own(evolve, event, entity);
    }
    return status_error(STATUS_INTERNAL, "expected a way to apply %s", type->name);
}

/* The copy as it is after the event. */
static struct status evolve_change(const struct evolve *evolve, const Agency__V1__Event *event,
                                   ProtobufCMessage *entity)
{
    const struct event_type *type = registry_event((unsigned)event->payload_case);
    struct status changed = evolve_fields(evolve, type, event, entity);
    if (changed.code == STATUS_INVALID_ARGUMENT) {
        changed.code = STATUS_DATA_LOSS; /* a mask that decide would have refused */
    }
    TRY(changed);
    if (type->to != LIFE_SAME) {
        fields_set_status(entity, type->to);
    }
    return fields_stamp(evolve->arena, entity, evolve->org_sequence, evolve->occurred_at_us);
}

/* An event names its entity, and leaves that name alone. */
static bool evolve_same_key(enum entity_kind kind, const ProtobufCMessage *a,
                            const ProtobufCMessage *b)
{
    bool same = true;
    for (unsigned number = 1; same && number <= registry_entity(kind)->key_parts; number++) {
        same = str_eq(evolve_key_part(a, number), evolve_key_part(b, number));
    }
    return same;
}

struct status evolve_apply(const struct evolve *evolve, const Agency__V1__Event *event,
                           struct evolved *evolved)
{
    enum entity_kind kind;
    struct str id;
    const ProtobufCMessage *before;
    ProtobufCMessage *after;
    TRY(evolve_event_entity(evolve->arena, event, &kind, &id));
    const struct event_type *type = registry_event((unsigned)event->payload_case);
    const ProtobufCMessage *payload = registry_event_payload(event);
    TRY(view_get(evolve->view, kind, id, &before));
    TRY(evolve_check_presence(type, id, before));
    TRY(evolve_copy(evolve, kind, payload, before, &after));
    TRY(evolve_change(evolve, event, after));
    TRY(due_stamp(evolve->arena, kind, before, after, evolve->occurred_at_us,
                  type->entity == ENTITY_ANY));
    assert(evolve_same_key(kind, type->entity == ENTITY_ANY ? before : registry_subject_of(payload),
                           after));
    const unsigned status = fields_status(after);
    assert(type->to == LIFE_SAME || status == type->to);
    if (status == LIFE_NONE) {
        return status_error(STATUS_DATA_LOSS, "expected event %s to give '%.*s' a status",
                            type->name, STR_ARG(id));
    }
    size_t rows_count;
    TRY(evolve_rows(evolve, kind, id, before, after, &rows_count));
    if (evolved != NULL) {
        *evolved = (struct evolved){ kind, id, before, after, rows_count };
    }
    return evolve->changes->put_entity(evolve->changes_self, kind, id, after);
}
