/* Fields of protobuf-c messages as values, and the other way: lists, maps, and what unset ones
 * give.
 */
#include "core/cel/generated_message.h"

#include "core/pb/field.h"

/* The value of one C value of the field's type. */
static bool generated_item(const struct cel_generated *g, struct cel_run *run,
                           const ProtobufCFieldDescriptor *field, const void *at,
                           struct cel_value *result)
{
    if (field->type != PROTOBUF_C_TYPE_MESSAGE) {
        *result = generated_scalar_read(field, at);
        return true;
    }
    const ProtobufCMessage *message = pb_field_message(at);
    return message != NULL ? generated_adapt(g, run, message, result)
                           : generated_adapt_unset(run, pb_field_type(field), result);
}

static bool generated_list(const struct cel_generated *g, struct cel_run *run,
                           const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
                           struct cel_value *result)
{
    size_t count = pb_field_count(message, field);
    struct cel_value *items;
    if (count > UINT32_MAX) {
        return cel_fail_memory(run);
    }
    if (!cel_list_new(run, (uint32_t)count, &items, result)) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!generated_item(g, run, field, pb_field_item(message, field, i), &items[i])) {
            return false;
        }
    }
    return true;
}

static bool generated_map(const struct cel_generated *g, struct cel_run *run,
                          const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
                          struct cel_value *result)
{
    size_t count = pb_field_count(message, field);
    if (count > UINT32_MAX) {
        return cel_fail_memory(run);
    }
    struct cel_entry *entries = cel_alloc(run, count * sizeof *entries);
    if (entries == NULL) {
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        const ProtobufCMessage *entry = pb_field_message(pb_field_item(message, field, i));
        const ProtobufCFieldDescriptor *fields = entry->descriptor->fields;
        if (!generated_get(g, run, entry, &fields[0], &entries[i].key) ||
            !generated_get(g, run, entry, &fields[1], &entries[i].value)) {
            return false;
        }
    }
    return cel_map_of_last(run, entries, (uint32_t)count, result);
}

bool generated_get(const struct cel_generated *g, struct cel_run *run,
                   const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
                   struct cel_value *result)
{
    static const uint64_t unset[2];
    static const char *const empty = "";
    if (pb_field_is_map(field)) {
        return generated_map(g, run, message, field, result);
    }
    if (pb_field_repeated(field)) {
        return generated_list(g, run, message, field, result);
    }
    const void *at = pb_field_at(message, field);
    if (pb_field_in_oneof(field) && pb_field_case(message, field) != field->id) {
        at = field->type == PROTOBUF_C_TYPE_STRING ? (const void *)&empty : unset;
    }
    return generated_item(g, run, field, at, result);
}

/* Null means unset, but for an Any or a Value, which hold it; a Struct or a list cannot be null,
 * and neither can an item that stands for itself. */
static bool generated_null_unsets(const ProtobufCFieldDescriptor *field)
{
    if (field->type != PROTOBUF_C_TYPE_MESSAGE) {
        return false;
    }
    enum cel_known known = generated_known(pb_field_type(field));
    if (known == CEL_KNOWN_NOT || known == CEL_KNOWN_EMPTY || known == CEL_KNOWN_MASK) {
        return !pb_field_repeated(field);
    }
    return known == CEL_KNOWN_WRAPPER || known == CEL_KNOWN_TIMESTAMP ||
           known == CEL_KNOWN_DURATION;
}

/* The C value of one item; *unset: null, where that unsets. */
static bool generated_store(struct cel_run *run, const ProtobufCFieldDescriptor *field,
                            struct cel_value value, void *at, bool *unset)
{
    *unset = value.kind == CEL_NULL && generated_null_unsets(field);
    if (*unset) {
        return true;
    }
    if (field->type != PROTOBUF_C_TYPE_MESSAGE) {
        return generated_scalar_write(run, field, value, at);
    }
    ProtobufCMessage *message;
    if (!generated_make(run, pb_field_type(field), value, &message)) {
        return false;
    }
    memcpy(at, &message, sizeof message);
    return true;
}

static bool generated_set_one(struct cel_run *run, ProtobufCMessage *message,
                              const ProtobufCFieldDescriptor *field, struct cel_value value)
{
    uint64_t room[2];
    bool unset;
    if (!generated_store(run, field, value, room, &unset)) {
        return false;
    }
    if (unset) {
        pb_field_clear(message, field);
    } else {
        pb_field_set(message, field, room);
    }
    return true;
}

/* Items that are null where that unsets are left out. */
static bool generated_set_list(struct cel_run *run, ProtobufCMessage *message,
                               const ProtobufCFieldDescriptor *field, const struct cel_list *list)
{
    size_t size = pb_field_size(field), count = 0;
    char *items = cel_alloc(run, list->count * size);
    if (items == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < list->count; i++) {
        bool unset;
        if (!generated_store(run, field, list->items[i], items + count * size, &unset)) {
            return false;
        }
        count += !unset;
    }
    pb_field_set_items(message, field, items, count);
    return true;
}

static bool generated_set_map(struct cel_run *run, ProtobufCMessage *message,
                              const ProtobufCFieldDescriptor *field, const struct cel_map *map)
{
    const ProtobufCFieldDescriptor *fields = pb_field_type(field)->fields;
    ProtobufCMessage **items = cel_alloc(run, map->count * sizeof *items);
    size_t count = 0;
    if (items == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < map->count; i++) {
        const struct cel_entry *entry = &map->entries[i];
        if (entry->value.kind == CEL_NULL && generated_null_unsets(&fields[1])) {
            continue;
        }
        if (!generated_new(run, pb_field_type(field), &items[count]) ||
            !generated_set_one(run, items[count], &fields[0], entry->key) ||
            !generated_set_one(run, items[count], &fields[1], entry->value)) {
            return false;
        }
        count++;
    }
    pb_field_set_items(message, field, items, count);
    return true;
}

bool generated_set(struct cel_run *run, ProtobufCMessage *message,
                   const ProtobufCFieldDescriptor *field, struct cel_value value)
{
    if (!pb_field_repeated(field)) {
        return generated_set_one(run, message, field, value);
    }
    bool map = pb_field_is_map(field);
    if (value.kind != (map ? CEL_MAP : CEL_LIST)) {
        return cel_fail(run, "expected a %s for the field '%s'", map ? "map" : "list", field->name);
    }
    return map ? generated_set_map(run, message, field, value.map)
               : generated_set_list(run, message, field, value.list);
}
