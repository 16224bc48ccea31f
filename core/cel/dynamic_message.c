/* A message is a list of its set fields by number: messages of rules are small, and types may have
 * hundreds of fields of which few are set. */
#include "core/cel/dynamic_message.h"

bool dynamic_new(struct cel_run *run, const struct cel_message_type *type,
                 struct cel_dynamic **message)
{
    *message = cel_alloc(run, sizeof **message);
    if (*message == NULL) {
        return false;
    }
    **message = (struct cel_dynamic){ .type = type };
    return true;
}

const struct dynamic_slot *dynamic_find(const struct cel_dynamic *message,
                                        const struct cel_proto_field *field)
{
    const struct dynamic_slot *slot = message == NULL ? NULL : message->slots;
    while (slot != NULL && slot->field != field) {
        slot = slot->next;
    }
    return slot;
}

void dynamic_unset(struct cel_dynamic *message, const struct cel_proto_field *field)
{
    for (struct dynamic_slot **at = &message->slots; *at != NULL; at = &(*at)->next) {
        if ((*at)->field == field) {
            *at = (*at)->next;
            return;
        }
    }
}

/* A oneof has one member. */
static void dynamic_choose(struct cel_dynamic *message, const struct cel_proto_field *field)
{
    struct dynamic_slot **at = &message->slots;
    while (field->oneof >= 0 && *at != NULL) {
        const struct cel_proto_field *other = (*at)->field;
        if (other != field && other->oneof == field->oneof && other->extended == NULL) {
            *at = (*at)->next;
        } else {
            at = &(*at)->next;
        }
    }
}

/* The field's slot, made where there is none. */
static bool dynamic_slot_of(struct cel_run *run, struct cel_dynamic *message,
                            const struct cel_proto_field *field, struct dynamic_slot **slot)
{
    struct dynamic_slot **at = &message->slots;
    dynamic_choose(message, field);
    while (*at != NULL && (*at)->field->number < field->number) {
        at = &(*at)->next;
    }
    if (*at == NULL || (*at)->field != field) {
        struct dynamic_slot *made = cel_alloc(run, sizeof *made);
        if (made == NULL) {
            return false;
        }
        *made = (struct dynamic_slot){ .field = field, .next = *at };
        *at = made;
    }
    *slot = *at;
    return true;
}

/* Room for `more` items. */
static bool dynamic_reserve(struct cel_run *run, struct dynamic_slot *slot, uint32_t more)
{
    if (slot->max - slot->count >= more) {
        return true;
    }
    uint32_t max = slot->max == 0 ? more : slot->max * 2 + more;
    struct cel_value *items = cel_alloc(run, max * sizeof *items);
    if (items == NULL) {
        return false;
    }
    if (slot->count > 0) {
        memcpy(items, slot->items, slot->count * sizeof *items);
    }
    slot->items = items;
    slot->max = max;
    return true;
}

/* Whether a scalar is what an unset field of that kind reads as. */
static bool dynamic_is_zero(struct cel_value raw)
{
    switch ((enum cel_kind)raw.kind) {
    case CEL_NULL:
        return true;
    case CEL_STRING:
    case CEL_BYTES:
        return raw.size == 0;
    case CEL_BOOL:
        return !raw.boolean;
    case CEL_INT:
    case CEL_UINT:
    case CEL_DOUBLE: /* by bits: -0.0 is a value */
        return raw.integer == 0;
    case CEL_TIMESTAMP:
    case CEL_DURATION:
    case CEL_LIST:
    case CEL_MAP:
    case CEL_MESSAGE:
    case CEL_TYPE:
    case CEL_OPTIONAL:
    case CEL_IP:
    case CEL_CIDR:
    case CEL_ERROR:
    case CEL_DYN:
    case CEL_WRAPPER:
    case CEL_ANY:
    case CEL_PARAM:
        return false;
    }
    return false;
}

bool dynamic_put(struct cel_run *run, struct cel_dynamic *message,
                 const struct cel_proto_field *field, struct cel_value raw)
{
    struct dynamic_slot *slot;
    if (!field->presence && dynamic_is_zero(raw)) {
        dynamic_unset(message, field);
        return true;
    }
    if (!dynamic_slot_of(run, message, field, &slot)) {
        return false;
    }
    slot->count = 0;
    if (!dynamic_reserve(run, slot, 1)) {
        return false;
    }
    slot->items[slot->count++] = raw;
    return true;
}

bool dynamic_add(struct cel_run *run, struct cel_dynamic *message,
                 const struct cel_proto_field *field, struct cel_value raw)
{
    struct dynamic_slot *slot;
    if (!dynamic_slot_of(run, message, field, &slot) || !dynamic_reserve(run, slot, 1)) {
        return false;
    }
    slot->items[slot->count++] = raw;
    return true;
}

/* Keys of one field are of one kind. */
static bool dynamic_same_key(struct cel_value a, struct cel_value b)
{
    return a.kind == CEL_STRING ? str_eq(cel_str(a), cel_str(b)) : a.integer == b.integer;
}

bool dynamic_add_entry(struct cel_run *run, struct cel_dynamic *message,
                       const struct cel_proto_field *field, struct cel_value key,
                       struct cel_value raw)
{
    struct dynamic_slot *slot;
    if (!dynamic_slot_of(run, message, field, &slot) || !dynamic_reserve(run, slot, 2) ||
        !cel_charge(run, 1 + slot->count / 16)) {
        return false;
    }
    for (uint32_t i = 0; i < slot->count; i += 2) {
        if (dynamic_same_key(slot->items[i], key)) {
            slot->items[i + 1] = raw;
            return true;
        }
    }
    slot->items[slot->count++] = key;
    slot->items[slot->count++] = raw;
    return true;
}

const struct cel_proto_field *dynamic_field(const struct cel_message_type *type, uint32_t number)
{
    const struct cel_proto_field *field = type->fields;
    while (field != NULL && field->number != number) {
        field = field->next;
    }
    return field;
}

struct cel_value dynamic_value(const struct cel_dynamic *message, uint32_t number)
{
    const struct cel_proto_field *field = dynamic_field(message->type, number);
    const struct dynamic_slot *slot = dynamic_find(message, field);
    return slot == NULL || slot->count == 0 ? field->zero : slot->items[slot->count - 1];
}
