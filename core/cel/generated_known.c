/* Well-known types of protobuf-c: what their messages stand for. */
#include "core/cel/generated_message.h"
#include "core/cel/time.h"
#include "core/pb/field.h"
#include "core/pb/message.h"
#include "google/protobuf/any.pb-c.h"
#include "google/protobuf/duration.pb-c.h"
#include "google/protobuf/empty.pb-c.h"
#include "google/protobuf/field_mask.pb-c.h"
#include "google/protobuf/struct.pb-c.h"
#include "google/protobuf/timestamp.pb-c.h"
#include "google/protobuf/wrappers.pb-c.h"

const ProtobufCMessageDescriptor *const generated_known_types[GENERATED_KNOWN_TYPES + 1] = {
    &google__protobuf__any__descriptor,          &google__protobuf__duration__descriptor,
    &google__protobuf__timestamp__descriptor,    &google__protobuf__struct__descriptor,
    &google__protobuf__value__descriptor,        &google__protobuf__list_value__descriptor,
    &google__protobuf__empty__descriptor,        &google__protobuf__field_mask__descriptor,
    &google__protobuf__bool_value__descriptor,   &google__protobuf__int32_value__descriptor,
    &google__protobuf__int64_value__descriptor,  &google__protobuf__uint32_value__descriptor,
    &google__protobuf__uint64_value__descriptor, &google__protobuf__float_value__descriptor,
    &google__protobuf__double_value__descriptor, &google__protobuf__string_value__descriptor,
    &google__protobuf__bytes_value__descriptor,
};

static bool known_value(struct cel_run *run, const Google__Protobuf__Value *value,
                        struct cel_value *result);

static bool known_list(struct cel_run *run, const Google__Protobuf__ListValue *list,
                       struct cel_value *result)
{
    struct cel_value *items;
    if (list->n_values > UINT32_MAX) {
        return cel_fail_memory(run);
    }
    if (!cel_list_new(run, (uint32_t)list->n_values, &items, result)) {
        return false;
    }
    for (size_t i = 0; i < list->n_values; i++) {
        if (!known_value(run, list->values[i], &items[i])) {
            return false;
        }
    }
    return true;
}

static bool known_struct(struct cel_run *run, const Google__Protobuf__Struct *of,
                         struct cel_value *result)
{
    if (of->n_fields > UINT32_MAX) {
        return cel_fail_memory(run);
    }
    struct cel_entry *entries = cel_alloc(run, of->n_fields * sizeof *entries);
    if (entries == NULL) {
        return false;
    }
    for (size_t i = 0; i < of->n_fields; i++) {
        entries[i].key = cel_string(str_z(of->fields[i]->key));
        if (!known_value(run, of->fields[i]->value, &entries[i].value)) {
            return false;
        }
    }
    return cel_map_of_last(run, entries, (uint32_t)of->n_fields, result);
}

static bool known_value_inside(struct cel_run *run, const Google__Protobuf__Value *value,
                               struct cel_value *result)
{
    int kind = value == NULL ? GOOGLE__PROTOBUF__VALUE__KIND__NOT_SET : (int)value->kind_case;
    *result = cel_null();
    if (kind == GOOGLE__PROTOBUF__VALUE__KIND_NUMBER_VALUE) {
        *result = cel_double(value->number_value);
    } else if (kind == GOOGLE__PROTOBUF__VALUE__KIND_STRING_VALUE) {
        *result = cel_string(str_z(value->string_value));
    } else if (kind == GOOGLE__PROTOBUF__VALUE__KIND_BOOL_VALUE) {
        *result = cel_bool(value->bool_value != 0);
    } else if (kind == GOOGLE__PROTOBUF__VALUE__KIND_STRUCT_VALUE) {
        return known_struct(run, value->struct_value, result);
    } else if (kind == GOOGLE__PROTOBUF__VALUE__KIND_LIST_VALUE) {
        return known_list(run, value->list_value, result);
    }
    return true;
}

static bool known_value(struct cel_run *run, const Google__Protobuf__Value *value,
                        struct cel_value *result)
{
    if (!cel_enter(run)) {
        return false;
    }
    bool done = known_value_inside(run, value, result);
    cel_leave(run);
    return done;
}

/* The message in an Any; charged before, as decoding is not metered. */
static bool known_unpack(const struct cel_generated *g, struct cel_run *run,
                         const Google__Protobuf__Any *any, const ProtobufCMessage **content)
{
    struct str url = str_z(any->type_url);
    const char *slash = url.size == 0 ? NULL : memrchr(url.data, '/', url.size);
    struct str name = slash == NULL ? url : str_from(url, (size_t)(slash - url.data) + 1);
    const struct cel_message_type *type = g->provider.find_message(g->provider.self, name);
    ProtobufCMessage *message;
    if (type == NULL) {
        return cel_fail(run, "expected an Any of a known type, not of '%.*s'", STR_ARG(url));
    }
    if (!cel_charge_bytes(run, any->value.len * 4)) {
        return false;
    }
    struct status status =
        pb_unpack(run->arena, generated_type_in(type), str_make(any->value.data, any->value.len),
                  PB_STORED, &message);
    if (status.code == STATUS_RESOURCE_EXHAUSTED) {
        return cel_fail_memory(run);
    }
    *content = message;
    return status.code == STATUS_OK || cel_fail(run, "%s", status.msg);
}

bool generated_adapt(const struct cel_generated *g, struct cel_run *run,
                     const ProtobufCMessage *message, struct cel_value *result)
{
    while (generated_known(message->descriptor) == CEL_KNOWN_ANY) {
        const void *any = message;
        if (!known_unpack(g, run, any, &message)) {
            return false;
        }
    }
    const void *of = message;
    const Google__Protobuf__Timestamp *timestamp = of;
    const Google__Protobuf__Duration *duration = of;
    switch (generated_known(message->descriptor)) {
    case CEL_KNOWN_TIMESTAMP:
        return cel_time_read(run, CEL_TIMESTAMP, timestamp->seconds, timestamp->nanos, result);
    case CEL_KNOWN_DURATION:
        return cel_time_read(run, CEL_DURATION, duration->seconds, duration->nanos, result);
    case CEL_KNOWN_STRUCT:
        return known_struct(run, of, result);
    case CEL_KNOWN_VALUE:
        return known_value(run, of, result);
    case CEL_KNOWN_LIST:
        return known_list(run, of, result);
    case CEL_KNOWN_WRAPPER:
        return generated_get(g, run, message, message->descriptor->fields, result);
    case CEL_KNOWN_NOT:
    case CEL_KNOWN_ANY:
    case CEL_KNOWN_EMPTY:
    case CEL_KNOWN_MASK:
        break;
    }
    *result = cel_message(message);
    return true;
}

bool generated_adapt_unset(struct cel_run *run, const ProtobufCMessageDescriptor *type,
                           struct cel_value *result)
{
    static const struct cel_map no_entries;
    static const struct cel_list no_items;
    ProtobufCMessage *empty;
    switch (generated_known(type)) {
    case CEL_KNOWN_ANY:
    case CEL_KNOWN_VALUE:
    case CEL_KNOWN_WRAPPER:
        *result = cel_null();
        return true;
    case CEL_KNOWN_TIMESTAMP:
        *result = cel_timestamp(0, 0);
        return true;
    case CEL_KNOWN_DURATION:
        *result = cel_duration(0, 0);
        return true;
    case CEL_KNOWN_STRUCT:
        *result = cel_map_value(&no_entries);
        return true;
    case CEL_KNOWN_LIST:
        *result = cel_list_value(&no_items);
        return true;
    case CEL_KNOWN_NOT:
    case CEL_KNOWN_EMPTY:
    case CEL_KNOWN_MASK:
        break;
    }
    if (!generated_new(run, type, &empty)) {
        return false;
    }
    *result = cel_message(empty);
    return true;
}
