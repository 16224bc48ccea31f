/* Messages of protobuf-c. Types are found through a closure of the roots, sorted by name; fields
 * whose C value lies at a fixed place are read by the machine itself (enum cel_direct). */
#include "core/cel/generated.h"

#include <stdlib.h>

#include "core/pb/field.h"
#include "core/pb/message.h"

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

static const ProtobufCMessageDescriptor *cel_generated_type_in(const struct cel_message_type *type)
{
    return (const ProtobufCMessageDescriptor *)(const void *)type;
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
    case PROTOBUF_C_TYPE_ENUM:
        break;
    }
    return &cel_type_int;
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
    if (!plain || pb_field_in_oneof(field) ||
        (field->type == PROTOBUF_C_TYPE_MESSAGE &&
         cel_type_well_known(str_z(pb_field_type(field)->name)) != NULL)) {
        return CEL_DIRECT_NONE;
    }
    return direct[field->type];
}

static bool cel_generated_find_field(void *self, const struct cel_message_type *type,
                                     struct str name, struct arena *arena, struct cel_field *out)
{
    const ProtobufCFieldDescriptor *field = pb_field_find(cel_generated_type_in(type), name);
    if (field == NULL || !str_eq(str_z(field->name), name)) {
        return false;
    }
    const struct cel_type *item = cel_generated_item_type(field, arena);
    *out = (struct cel_field){
        .name = str_z(field->name),
        .type = item == NULL || !pb_field_repeated(field) ? item : cel_type_list_of(arena, item),
        .handle = field,
        .direct = cel_generated_direct(field),
        .offset = field->offset,
    };
    const struct cel_generated *g = self;
    out->size_max = pb_field_repeated(field) ? g->items_max : g->text_max;
    out->item_max = g->text_max;
    return out->type != NULL;
}

static struct str cel_generated_field_name(void *self, const struct cel_message_type *type,
                                           uint32_t i)
{
    (void)self;
    const ProtobufCMessageDescriptor *descriptor = cel_generated_type_in(type);
    return i < descriptor->n_fields ? str_z(descriptor->fields[i].name) : (struct str){ 0 };
}

static struct str cel_generated_type_name(void *self, const struct cel_message_type *type)
{
    (void)self;
    return str_z(cel_generated_type_in(type)->name);
}

static const struct cel_message_type *cel_generated_type_of(void *self, const void *message)
{
    (void)self;
    return cel_generated_type_out(((const ProtobufCMessage *)message)->descriptor);
}

static bool cel_generated_make(void *self, struct cel_run *run, const struct cel_message_type *type,
                               void **message)
{
    (void)self;
    const ProtobufCMessageDescriptor *descriptor = cel_generated_type_in(type);
    *message = cel_alloc(run, descriptor->sizeof_message);
    if (*message == NULL) {
        return false;
    }
    protobuf_c_message_init(descriptor, *message);
    return true;
}

static bool cel_generated_adapt(void *self, struct cel_run *run, const void *message,
                                struct cel_value *result)
{
    bool known;
    if (!cel_known_read(self, run, message, &known, result)) {
        return false;
    }
    if (!known) {
        *result = cel_message(message);
    }
    return true;
}

/* The value of one C value of the field's type. */
static bool cel_generated_item(void *self, struct cel_run *run,
                               const ProtobufCFieldDescriptor *field, const void *at,
                               struct cel_value *result)
{
    if (field->type != PROTOBUF_C_TYPE_MESSAGE) {
        *result = cel_scalar_read(field, at);
        return true;
    }
    const ProtobufCMessage *message = pb_field_message(at);
    if (message != NULL) {
        return cel_generated_adapt(self, run, message, result);
    }
    bool known;
    *result = cel_known_absent(pb_field_type(field), &known);
    if (known) {
        return true;
    }
    void *empty;
    if (!cel_generated_make(self, run, cel_generated_type_out(pb_field_type(field)), &empty)) {
        return false;
    }
    *result = cel_message(empty);
    return true;
}

static bool cel_generated_list(void *self, struct cel_run *run, const ProtobufCMessage *message,
                               const ProtobufCFieldDescriptor *field, struct cel_value *result)
{
    size_t count = pb_field_count(message, field);
    struct cel_value *items;
    if (count > UINT32_MAX || !cel_list_new(run, (uint32_t)count, &items, result)) {
        return count > UINT32_MAX ? cel_fail_memory(run) : false;
    }
    for (size_t i = 0; i < count; i++) {
        if (!cel_generated_item(self, run, field, pb_field_item(message, field, i), &items[i])) {
            return false;
        }
    }
    return true;
}

static bool cel_generated_get(void *self, struct cel_run *run, const void *of,
                              const struct cel_field *cel_field, struct cel_value *result)
{
    const ProtobufCMessage *message = of;
    const ProtobufCFieldDescriptor *field = cel_field->handle;
    static const uint64_t unset[2];
    static const char *const empty = "";
    if (pb_field_repeated(field)) {
        return cel_generated_list(self, run, message, field, result);
    }
    const void *at = pb_field_at(message, field);
    if (pb_field_in_oneof(field) && pb_field_case(message, field) != field->id) {
        at = field->type == PROTOBUF_C_TYPE_STRING ? (const void *)&empty : unset;
    }
    return cel_generated_item(self, run, field, at, result);
}

static bool cel_generated_has(void *self, const void *message, const struct cel_field *field)
{
    (void)self;
    return pb_field_has(message, field->handle);
}

static bool cel_generated_value_of(struct cel_run *run, const ProtobufCFieldDescriptor *field,
                                   struct cel_value value, void *at)
{
    if (field->type != PROTOBUF_C_TYPE_MESSAGE) {
        return cel_scalar_write(run, field, value, at);
    }
    ProtobufCMessage *message = NULL;
    if (value.kind == CEL_MESSAGE) {
        memcpy(&message, &value.message, sizeof message);
        if (message->descriptor != pb_field_type(field)) {
            return cel_fail(run, "expected a %s, but found a %s", pb_field_type(field)->name,
                            message->descriptor->name);
        }
    } else if (value.kind != CEL_NULL &&
               !cel_known_make(run, pb_field_type(field), value, &message)) {
        return false;
    }
    memcpy(at, &message, sizeof message);
    return true;
}

static bool cel_generated_set_list(struct cel_run *run, ProtobufCMessage *message,
                                   const ProtobufCFieldDescriptor *field, struct cel_value value)
{
    if (value.kind != CEL_LIST) {
        return cel_fail(run, "expected a list for '%s'", field->name);
    }
    size_t size = pb_field_size(field);
    char *items = cel_alloc(run, value.list->count * size);
    if (items == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < value.list->count; i++) {
        if (!cel_generated_value_of(run, field, value.list->items[i], items + i * size)) {
            return false;
        }
    }
    pb_field_set_items(message, field, items, value.list->count);
    return true;
}

static bool cel_generated_set(void *self, struct cel_run *run, void *message,
                              const struct cel_field *cel_field, struct cel_value value)
{
    (void)self;
    const ProtobufCFieldDescriptor *field = cel_field->handle;
    uint64_t room[2];
    if (pb_field_repeated(field)) {
        return cel_generated_set_list(run, message, field, value);
    }
    if (field->type == PROTOBUF_C_TYPE_MESSAGE && value.kind == CEL_NULL) {
        return true;
    }
    if (!cel_generated_value_of(run, field, value, room)) {
        return false;
    }
    pb_field_set(message, field, room);
    return true;
}

static bool cel_generated_equal_field(void *self, struct cel_run *run, const ProtobufCMessage *a,
                                      const ProtobufCMessage *b,
                                      const ProtobufCFieldDescriptor *descriptor, bool *equal)
{
    struct cel_field field = { .handle = descriptor };
    *equal = pb_field_has(a, descriptor) == pb_field_has(b, descriptor);
    if (!*equal || !pb_field_has(a, descriptor)) {
        return cel_charge(run, 1);
    }
    struct cel_value first, second;
    return cel_generated_get(self, run, a, &field, &first) &&
           cel_generated_get(self, run, b, &field, &second) && cel_equal(run, first, second, equal);
}

static bool cel_generated_equal(void *self, struct cel_run *run, const void *a, const void *b,
                                bool *equal)
{
    const ProtobufCMessage *first = a, *second = b;
    *equal = first->descriptor == second->descriptor;
    for (unsigned i = 0; *equal && i < first->descriptor->n_fields; i++) {
        if (!cel_generated_equal_field(self, run, first, second, &first->descriptor->fields[i],
                                       equal)) {
            return false;
        }
    }
    return true;
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
    TRY(cel_generated_close(generated));
    qsort(generated->messages, generated->message_count, sizeof(void *), cel_generated_order);
    return status_ok();
}
