/* The provider port on dynamic messages. */
#include "core/cel/dynamic.h"

#include "core/cel/dynamic_message.h"

static const struct cel_schema *dynamic_schema(void *self)
{
    return self;
}

static const struct cel_message_type *dynamic_find_message(void *self, struct str full_name)
{
    return cel_schema_message(dynamic_schema(self), full_name);
}

static bool dynamic_find_enum_value(void *self, struct str full_name, int64_t *number)
{
    const struct cel_proto_enum_value *value = dynamic_schema(self)->enum_values;
    while (value != NULL && !str_eq(value->name, full_name)) {
        value = value->next;
    }
    if (value != NULL) {
        *number = value->number;
    }
    return value != NULL;
}

/* The type of one item; NULL when the arena is full. */
static const struct cel_type *dynamic_item_type(const struct cel_proto_field *field,
                                                struct arena *arena)
{
    static const struct cel_type *const scalars[] = {
        [CEL_NULL] = &cel_type_dyn, /* NullValue: null and its number */
        [CEL_BOOL] = &cel_type_bool,     [CEL_INT] = &cel_type_int,
        [CEL_UINT] = &cel_type_uint,     [CEL_DOUBLE] = &cel_type_double,
        [CEL_STRING] = &cel_type_string, [CEL_BYTES] = &cel_type_bytes,
    };
    if (field->message == NULL) {
        return scalars[field->zero.kind];
    }
    const struct cel_type *known = cel_type_well_known(field->message->name);
    return known != NULL ? known : cel_type_message(arena, field->message->name);
}

static const struct cel_type *dynamic_field_type(const struct cel_proto_field *field,
                                                 struct arena *arena)
{
    if (field->map) {
        const struct cel_type *key = dynamic_item_type(dynamic_key_field(field), arena);
        const struct cel_type *value = dynamic_item_type(dynamic_value_field(field), arena);
        return key == NULL || value == NULL ? NULL : cel_type_map_of(arena, key, value);
    }
    const struct cel_type *item = dynamic_item_type(field, arena);
    return item == NULL || !field->repeated ? item : cel_type_list_of(arena, item);
}

static bool dynamic_find_field(void *self, const struct cel_message_type *type, struct str name,
                               struct arena *arena, struct cel_field *field)
{
    const struct cel_proto_field *found = cel_schema_field(dynamic_schema(self), type, name);
    if (found == NULL) {
        return false;
    }
    *field = (struct cel_field){ .name = found->name,
                                 .type = dynamic_field_type(found, arena),
                                 .handle = found };
    return field->type != NULL;
}

static struct str dynamic_field_name(void *self, const struct cel_message_type *type, uint32_t i)
{
    const struct cel_proto_field *field = type->fields;
    (void)self;
    for (; field != NULL && i > 0; i--) {
        field = field->next;
    }
    return field == NULL ? (struct str){ 0 } : field->name;
}

static struct str dynamic_type_name(void *self, const struct cel_message_type *type)
{
    (void)self;
    return type->name;
}

static const struct cel_message_type *dynamic_type_of(void *self, const void *message)
{
    const struct cel_dynamic *dynamic = message;
    (void)self;
    return dynamic->type;
}

static bool dynamic_get(void *self, struct cel_run *run, const void *message,
                        const struct cel_field *field, struct cel_value *result)
{
    return cel_charge(run, 1) &&
           dynamic_adapt_field(dynamic_schema(self), run, message, field->handle, result);
}

static bool dynamic_has(void *self, const void *message, const struct cel_field *field)
{
    const struct dynamic_slot *slot = dynamic_find(message, field->handle);
    (void)self;
    return slot != NULL && slot->count > 0;
}

static bool dynamic_make(void *self, struct cel_run *run, const struct cel_message_type *type,
                         void **message)
{
    struct cel_dynamic *made;
    (void)self;
    if (!dynamic_new(run, type, &made)) {
        return false;
    }
    *message = made;
    return true;
}

/* Items that are null where that unsets are left out. */
static bool dynamic_set_list(const struct cel_schema *schema, struct cel_run *run,
                             struct cel_dynamic *message, const struct cel_proto_field *field,
                             const struct cel_list *list)
{
    struct cel_value raw;
    bool unset;
    for (uint32_t i = 0; i < list->count; i++) {
        if (!cel_charge(run, 1) ||
            !dynamic_store(schema, run, field, list->items[i], &raw, &unset)) {
            return false;
        }
        if (!unset && !dynamic_add(run, message, field, raw)) {
            return false;
        }
    }
    return true;
}

static bool dynamic_set_map(const struct cel_schema *schema, struct cel_run *run,
                            struct cel_dynamic *message, const struct cel_proto_field *field,
                            const struct cel_map *map)
{
    struct cel_value key, raw;
    bool unset;
    for (uint32_t i = 0; i < map->count; i++) {
        if (!dynamic_store(schema, run, dynamic_key_field(field), map->entries[i].key, &key,
                           &unset) ||
            !dynamic_store(schema, run, dynamic_value_field(field), map->entries[i].value, &raw,
                           &unset)) {
            return false;
        }
        if (!unset && !dynamic_add_entry(run, message, field, key, raw)) {
            return false;
        }
    }
    return true;
}

static bool dynamic_set(void *self, struct cel_run *run, void *message,
                        const struct cel_field *field, struct cel_value value)
{
    const struct cel_schema *schema = dynamic_schema(self);
    const struct cel_proto_field *proto = field->handle;
    struct cel_value raw;
    bool unset;
    uint32_t wanted = proto->map ? CEL_MAP : CEL_LIST;
    dynamic_unset(message, proto);
    if (proto->repeated && value.kind != wanted) {
        return cel_fail(run, "expected a %s for the field '%.*s'", proto->map ? "map" : "list",
                        STR_ARG(proto->name));
    }
    if (proto->map) {
        return dynamic_set_map(schema, run, message, proto, value.map);
    }
    if (proto->repeated) {
        return dynamic_set_list(schema, run, message, proto, value.list);
    }
    return dynamic_store(schema, run, proto, value, &raw, &unset) &&
           (unset || dynamic_put(run, message, proto, raw));
}

static bool dynamic_adapt_any(void *self, struct cel_run *run, const void *message,
                              struct cel_value *result)
{
    const struct cel_dynamic *dynamic = message;
    return dynamic_adapt(dynamic_schema(self), run, dynamic->type, dynamic, result);
}

static bool dynamic_equals(void *self, struct cel_run *run, const void *a, const void *b,
                           bool *equal)
{
    return dynamic_equal(dynamic_schema(self), run, a, b, equal);
}

struct cel_provider cel_dynamic_provider(const struct cel_schema *schema)
{
    union {
        const struct cel_schema *read;
        void *self; /* the port's type; nothing writes through it */
    } held = { schema };
    return (struct cel_provider){
        .self = held.self,
        .find_message = dynamic_find_message,
        .find_enum_value = dynamic_find_enum_value,
        .find_field = dynamic_find_field,
        .field_name = dynamic_field_name,
        .type_name = dynamic_type_name,
        .type_of = dynamic_type_of,
        .get = dynamic_get,
        .has = dynamic_has,
        .make = dynamic_make,
        .set = dynamic_set,
        .adapt = dynamic_adapt_any,
        .equal = dynamic_equals,
    };
}
