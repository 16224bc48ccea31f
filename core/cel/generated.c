/* Messages of protobuf-c. Types are found through a closure of the roots, sorted by name; fields
 * whose C value lies at a fixed place are read by the machine itself (enum cel_direct). */
#include "core/cel/generated_message.h"

#include <stdlib.h>

#include "core/pb/field.h"

static struct status cel_generated_add(struct cel_generated *g,
                                       const ProtobufCMessageDescriptor *type);

static struct status cel_generated_grow(struct arena *arena, const void *more_of, size_t count,
                                        size_t *max, void *array)
{
    (void)more_of;
    const void **old, **larger;
    if (count < *max) {
        return status_ok();
    }
    *max = *max == 0 ? 64 : *max * 2;
    ARENA_TRY(arena, larger, arena_alloc(arena, *max * sizeof(const void *)));
    memcpy(&old, array, sizeof(void *));
    if (count > 0) {
        memcpy(larger, old, count * sizeof(const void *));
    }
    memcpy(array, &larger, sizeof(void *));
    return status_ok();
}

static struct status cel_generated_add_enum(struct cel_generated *g,
                                            const ProtobufCEnumDescriptor *type)
{
    for (size_t i = 0; i < g->enum_count; i++) {
        if (g->enums[i] == type) {
            return status_ok();
        }
    }
    TRY(cel_generated_grow(g->arena, type, g->enum_count, &g->enum_max, &g->enums));
    g->enums[g->enum_count++] = type;
    return status_ok();
}

/* The list is its own queue of what is still to be looked into. */
static struct status cel_generated_close(struct cel_generated *g)
{
    for (size_t i = 0; i < g->message_count; i++) {
        const ProtobufCMessageDescriptor *type = g->messages[i];
        for (unsigned j = 0; j < type->n_fields; j++) {
            const ProtobufCFieldDescriptor *field = &type->fields[j];
            if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
                TRY(cel_generated_add(g, pb_field_type(field)));
            } else if (field->type == PROTOBUF_C_TYPE_ENUM) {
                TRY(cel_generated_add_enum(g, field->descriptor));
            }
        }
    }
    return status_ok();
}

static struct status cel_generated_add(struct cel_generated *g,
                                       const ProtobufCMessageDescriptor *type)
{
    for (size_t i = 0; i < g->message_count; i++) {
        if (g->messages[i] == type) {
            return status_ok();
        }
    }
    TRY(cel_generated_grow(g->arena, type, g->message_count, &g->message_max, &g->messages));
    g->messages[g->message_count++] = type;
    return status_ok();
}

static int cel_generated_order(const void *a, const void *b)
{
    const ProtobufCMessageDescriptor *const *first = a, *const *second = b;
    return strcmp((*first)->name, (*second)->name);
}

static const ProtobufCMessageDescriptor *cel_generated_find(const struct cel_generated *g,
                                                            struct str name)
{
    size_t low = 0, high = g->message_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = str_cmp(str_z(g->messages[middle]->name), name);
        if (order == 0) {
            return g->messages[middle];
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

/* The port hands types as its own incomplete struct. */
static const struct cel_message_type *cel_generated_type_out(const ProtobufCMessageDescriptor *type)
{
    return (const struct cel_message_type *)(const void *)type;
}

static const struct cel_message_type *cel_generated_find_message(void *self, struct str name)
{
    return cel_generated_type_out(cel_generated_find(self, name));
}

static bool cel_generated_find_enum(void *self, struct str name, int64_t *number)
{
    const struct cel_generated *g = self;
    const char *dot = name.size == 0 ? NULL : memrchr(name.data, '.', name.size);
    if (dot == NULL) {
        return false;
    }
    struct str type = str_make(name.data, (size_t)(dot - name.data));
    struct str value = str_from(name, type.size + 1);
    for (size_t i = 0; i < g->enum_count; i++) {
        if (!str_eq(type, str_z(g->enums[i]->name))) {
            continue;
        }
        for (unsigned j = 0; j < g->enums[i]->n_value_names; j++) {
            if (str_eq(value, str_z(g->enums[i]->values_by_name[j].name))) {
                *number = g->enums[i]->values[g->enums[i]->values_by_name[j].index].value;
                return true;
            }
        }
    }
    return false;
}

static const struct cel_type *cel_generated_item_type(const ProtobufCFieldDescriptor *field,
                                                      struct arena *arena)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_BOOL:
        return &cel_type_bool;
    case PROTOBUF_C_TYPE_FLOAT:
    case PROTOBUF_C_TYPE_DOUBLE:
        return &cel_type_double;
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        return &cel_type_uint;
    case PROTOBUF_C_TYPE_STRING:
        return &cel_type_string;
    case PROTOBUF_C_TYPE_BYTES:
        return &cel_type_bytes;
    case PROTOBUF_C_TYPE_MESSAGE:;
        struct str name = str_z(pb_field_type(field)->name);
        const struct cel_type *known = cel_type_well_known(name);
        return known != NULL ? known : cel_type_message(arena, name);
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
        break;
    case PROTOBUF_C_TYPE_ENUM:
        return generated_is_null(field) ? &cel_type_dyn : &cel_type_int;
    }
    return &cel_type_int;
}

static const struct cel_type *cel_generated_map_type(const ProtobufCFieldDescriptor *field,
                                                     struct arena *arena)
{
    const ProtobufCFieldDescriptor *fields = pb_field_type(field)->fields;
    const struct cel_type *key = cel_generated_item_type(&fields[0], arena);
    const struct cel_type *value = cel_generated_item_type(&fields[1], arena);
    return key == NULL || value == NULL ? NULL : cel_type_map_of(arena, key, value);
}

/* NULL when the arena is full. */
static const struct cel_type *cel_generated_field_type(const ProtobufCFieldDescriptor *field,
                                                       struct arena *arena)
{
    if (pb_field_is_map(field)) {
        return cel_generated_map_type(field, arena);
    }
    const struct cel_type *item = cel_generated_item_type(field, arena);
    return item == NULL || !pb_field_repeated(field) ? item : cel_type_list_of(arena, item);
}

static enum cel_direct cel_generated_direct(const ProtobufCFieldDescriptor *field)
{
    static const uint8_t direct[] = {
        [PROTOBUF_C_TYPE_INT32] = CEL_DIRECT_INT32,
        [PROTOBUF_C_TYPE_SINT32] = CEL_DIRECT_INT32,
        [PROTOBUF_C_TYPE_SFIXED32] = CEL_DIRECT_INT32,
        [PROTOBUF_C_TYPE_INT64] = CEL_DIRECT_INT64,
        [PROTOBUF_C_TYPE_SINT64] = CEL_DIRECT_INT64,
        [PROTOBUF_C_TYPE_SFIXED64] = CEL_DIRECT_INT64,
        [PROTOBUF_C_TYPE_UINT32] = CEL_DIRECT_UINT32,
        [PROTOBUF_C_TYPE_FIXED32] = CEL_DIRECT_UINT32,
        [PROTOBUF_C_TYPE_UINT64] = CEL_DIRECT_UINT64,
        [PROTOBUF_C_TYPE_FIXED64] = CEL_DIRECT_UINT64,
        [PROTOBUF_C_TYPE_FLOAT] = CEL_DIRECT_FLOAT,
        [PROTOBUF_C_TYPE_DOUBLE] = CEL_DIRECT_DOUBLE,
        [PROTOBUF_C_TYPE_BOOL] = CEL_DIRECT_BOOL,
        [PROTOBUF_C_TYPE_ENUM] = CEL_DIRECT_INT32,
        [PROTOBUF_C_TYPE_STRING] = CEL_DIRECT_CSTRING,
        [PROTOBUF_C_TYPE_BYTES] = CEL_DIRECT_NONE,
        [PROTOBUF_C_TYPE_MESSAGE] = CEL_DIRECT_MESSAGE,
    };
    bool plain = field->label == PROTOBUF_C_LABEL_NONE ||
                 (field->type == PROTOBUF_C_TYPE_MESSAGE && !pb_field_repeated(field));
    if (!plain || pb_field_in_oneof(field) || generated_is_null(field) ||
        (field->type == PROTOBUF_C_TYPE_MESSAGE &&
         cel_type_well_known(str_z(pb_field_type(field)->name)) != NULL)) {
        return CEL_DIRECT_NONE;
    }
    return direct[field->type];
}

/* Whether the field is one message that holds values inside each other. */
static bool generated_is_data(const ProtobufCFieldDescriptor *field)
{
    if (field->type != PROTOBUF_C_TYPE_MESSAGE || pb_field_repeated(field)) {
        return false;
    }
    enum cel_known known = generated_known(pb_field_type(field));
    return known == CEL_KNOWN_STRUCT || known == CEL_KNOWN_VALUE || known == CEL_KNOWN_LIST ||
           known == CEL_KNOWN_ANY;
}

static bool cel_generated_hides(const struct cel_generated *g,
                                const ProtobufCFieldDescriptor *field)
{
    return g->limit != NULL && g->limit(field).hidden;
}

static bool cel_generated_find_field(void *self, const struct cel_message_type *type,
                                     struct str name, struct arena *arena, struct cel_field *out)
{
    const ProtobufCFieldDescriptor *field = pb_field_find(generated_type_in(type), name);
    const struct cel_generated *g = self;
    if (field == NULL || !str_eq(str_z(field->name), name) || cel_generated_hides(g, field)) {
        return false;
    }
    struct cel_field_limit limit = { 0 };
    bool data = generated_is_data(field);
    if (g->limit != NULL) {
        limit = g->limit(field);
    }
    *out = (struct cel_field){
        .name = str_z(field->name),
        .type = cel_generated_field_type(field, arena),
        .handle = field,
        .direct = cel_generated_direct(field),
        .offset = field->offset,
        .size_max = data ? 0 : limit.size_max,
        .data_max = data ? limit.size_max : 0,
        .item_max = limit.item_max,
    };
    return out->type != NULL;
}

static struct str cel_generated_field_name(void *self, const struct cel_message_type *type,
                                           uint32_t i)
{
    const struct cel_generated *g = self;
    const ProtobufCMessageDescriptor *descriptor = generated_type_in(type);
    uint32_t at = 0;
    while (at < descriptor->n_fields &&
           (i > 0 || cel_generated_hides(g, &descriptor->fields[at]))) {
        i -= !cel_generated_hides(g, &descriptor->fields[at++]);
    }
    return at < descriptor->n_fields ? str_z(descriptor->fields[at].name) : (struct str){ 0 };
}

static struct str cel_generated_type_name(void *self, const struct cel_message_type *type)
{
    (void)self;
    return str_z(generated_type_in(type)->name);
}

static const struct cel_message_type *cel_generated_type_of(void *self, const void *message)
{
    (void)self;
    return cel_generated_type_out(((const ProtobufCMessage *)message)->descriptor);
}

static const struct cel_generated *cel_generated_self(void *self)
{
    return self;
}

static bool cel_generated_make(void *self, struct cel_run *run, const struct cel_message_type *type,
                               void **message)
{
    (void)self;
    ProtobufCMessage *made;
    if (!generated_new(run, generated_type_in(type), &made)) {
        return false;
    }
    *message = made;
    return true;
}

static bool cel_generated_adapt(void *self, struct cel_run *run, const void *message,
                                struct cel_value *result)
{
    return generated_adapt(cel_generated_self(self), run, message, result);
}

static bool cel_generated_get(void *self, struct cel_run *run, const void *message,
                              const struct cel_field *field, struct cel_value *result)
{
    return generated_get(cel_generated_self(self), run, message, field->handle, result);
}

static bool cel_generated_has(void *self, const void *message, const struct cel_field *field)
{
    (void)self;
    return pb_field_has(message, field->handle);
}

static bool cel_generated_set(void *self, struct cel_run *run, void *message,
                              const struct cel_field *field, struct cel_value value)
{
    (void)self;
    return generated_set(run, message, field->handle, value);
}

static bool cel_generated_equal_field(const struct cel_generated *g, struct cel_run *run,
                                      const ProtobufCMessage *a, const ProtobufCMessage *b,
                                      const ProtobufCFieldDescriptor *field, bool *equal)
{
    struct cel_value first, second;
    *equal = pb_field_has(a, field) == pb_field_has(b, field);
    if (!*equal || !pb_field_has(a, field)) {
        return cel_charge(run, 1);
    }
    return generated_get(g, run, a, field, &first) && generated_get(g, run, b, field, &second) &&
           cel_equal(run, first, second, equal);
}

static bool cel_generated_equal(void *self, struct cel_run *run, const void *a, const void *b,
                                bool *equal)
{
    const ProtobufCMessage *first = a, *second = b;
    *equal = first->descriptor == second->descriptor;
    for (unsigned i = 0; *equal && i < first->descriptor->n_fields; i++) {
        if (!cel_generated_equal_field(cel_generated_self(self), run, first, second,
                                       &first->descriptor->fields[i], equal)) {
            return false;
        }
    }
    return true;
}

bool cel_generated_message(struct cel_run *run, const ProtobufCMessageDescriptor *type,
                           struct cel_value value, ProtobufCMessage **message)
{
    return generated_make(run, type, value, message);
}

struct status cel_generated_init(struct cel_generated *generated, struct arena *arena,
                                 const ProtobufCMessageDescriptor *const *roots, size_t root_count)
{
    *generated = (struct cel_generated){
        .provider = { .self = generated,
                      .find_message = cel_generated_find_message,
                      .find_enum_value = cel_generated_find_enum,
                      .find_field = cel_generated_find_field,
                      .field_name = cel_generated_field_name,
                      .type_name = cel_generated_type_name,
                      .type_of = cel_generated_type_of,
                      .get = cel_generated_get,
                      .has = cel_generated_has,
                      .make = cel_generated_make,
                      .set = cel_generated_set,
                      .adapt = cel_generated_adapt,
                      .equal = cel_generated_equal },
        .arena = arena,
    };
    for (size_t i = 0; i < root_count; i++) {
        TRY(cel_generated_add(generated, roots[i]));
    }
    for (size_t i = 0; i < GENERATED_KNOWN_TYPES; i++) {
        TRY(cel_generated_add(generated, generated_known_types[i]));
    }
    TRY(cel_generated_close(generated));
    qsort(generated->messages, generated->message_count, sizeof(void *), cel_generated_order);
    return status_ok();
}
