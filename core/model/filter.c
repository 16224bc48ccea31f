#include "core/model/filter.h"

#include <inttypes.h>

#include "core/base/nearest.h"
#include "core/domain/kernel/limit.h"
#include "core/model/key.h"
#include "core/pb/field.h"

/* --- the field --- */

static struct status filter_unknown(const ProtobufCMessageDescriptor *descriptor, struct str name)
{
    struct nearest nearest;
    nearest_init(&nearest, name);
    for (unsigned i = 0; i < descriptor->n_fields; i++) {
        if (!limit_hides(&descriptor->fields[i])) {
            nearest_offer(&nearest, str_z(descriptor->fields[i].name));
        }
    }
    return status_error(STATUS_INVALID_ARGUMENT, "expected a field of %s, but there is no '%.*s'%s",
                        descriptor->short_name, STR_ARG(name), nearest_hint(&nearest));
}

static struct status filter_find(const ProtobufCMessageDescriptor *descriptor, struct str path,
                                 struct filter *filter)
{
    const char *dot = path.size == 0 ? NULL : memchr(path.data, '.', path.size);
    struct str name = dot == NULL ? path : str_make(path.data, (size_t)(dot - path.data));
    const ProtobufCFieldDescriptor *field = pb_field_find(descriptor, name);
    if (field == NULL || limit_hides(field)) {
        return filter_unknown(descriptor, name);
    }
    filter->field = field;
    if (dot == NULL) {
        return status_ok();
    }
    if (field->type != PROTOBUF_C_TYPE_MESSAGE || pb_field_repeated(field)) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected a message before '.', but '%.*s' is none", STR_ARG(name));
    }
    struct str rest = str_from(path, name.size + 1);
    filter->outer = field;
    filter->field = pb_field_find(pb_field_type(field), rest);
    return filter->field == NULL ? filter_unknown(pb_field_type(field), rest) : status_ok();
}

/* --- the value --- */

static bool filter_ends(struct str whole, struct str end)
{
    return whole.size >= end.size && str_eq(str_from(whole, whole.size - end.size), end);
}

/* The number of an enum's value by its name; a name may leave out what all begin with. */
static struct status filter_enum(const ProtobufCEnumDescriptor *descriptor, struct filter *filter)
{
    struct nearest nearest;
    nearest_init(&nearest, filter->value);
    for (unsigned i = 0; i < descriptor->n_values; i++) {
        struct str name = str_z(descriptor->values[i].name);
        size_t before = name.size - filter->value.size;
        bool whole = name.size == filter->value.size ||
                     (name.size > filter->value.size && name.data[before - 1] == '_');
        if (whole && filter->value.size > 0 && filter_ends(name, filter->value)) {
            filter->number = descriptor->values[i].value;
            return status_ok();
        }
        nearest_offer(&nearest, name);
    }
    return status_error(STATUS_INVALID_ARGUMENT, "expected a value of %s, but '%.*s' is none%s",
                        descriptor->short_name, STR_ARG(filter->value), nearest_hint(&nearest));
}

static struct status filter_bool(struct filter *filter)
{
    filter->number = str_eq(filter->value, STR("true"));
    if (filter->number == 1 || str_eq(filter->value, STR("false"))) {
        return status_ok();
    }
    return status_error(STATUS_INVALID_ARGUMENT, "expected true or false, but it is '%.*s'",
                        STR_ARG(filter->value));
}

static struct status filter_integer(struct filter *filter)
{
    assert(filter->number == 0);
    bool good = filter->value.size > 0 && filter->value.size <= 18;
    for (size_t i = 0; good && i < filter->value.size; i++) {
        good = filter->value.data[i] >= '0' && filter->value.data[i] <= '9';
        filter->number = filter->number * 10 + (filter->value.data[i] - '0');
    }
    return good ? status_ok()
                : status_error(STATUS_INVALID_ARGUMENT,
                               "expected a number of at most 18 digits, but it is '%.*s'",
                               STR_ARG(filter->value));
}

static bool filter_is_external(const struct filter *filter)
{
    return filter->field->descriptor == &agency__v1__external_id__descriptor &&
           pb_field_repeated(filter->field);
}

/* SYSTEM:VALUE, where it is not empty: a system has no ':'. */
static struct status filter_external(struct filter *filter)
{
    struct str value = filter->value;
    const char *colon = value.size == 0 ? NULL : memchr(value.data, ':', value.size);
    filter->system_size = colon == NULL ? 0 : (size_t)(colon - value.data);
    if (value.size == 0 || (filter->system_size > 0 && filter->system_size + 1 < value.size)) {
        return status_ok();
    }
    return status_error(STATUS_INVALID_ARGUMENT,
                        "expected SYSTEM:VALUE, such as github:ada, but it is '%.*s'",
                        STR_ARG(filter->value));
}

static struct status filter_value(struct filter *filter)
{
    const ProtobufCFieldDescriptor *field = filter->field;
    assert(field != NULL); /* filter_find */
    if (filter_is_external(filter)) {
        return filter_external(filter);
    }
    switch (field->type) {
    case PROTOBUF_C_TYPE_STRING:
        return status_ok();
    case PROTOBUF_C_TYPE_ENUM:
        return filter_enum(field->descriptor, filter);
    case PROTOBUF_C_TYPE_BOOL:
        return filter_bool(filter);
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_INT64:
        return filter_integer(filter);
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_FIXED32:
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_FLOAT:
    case PROTOBUF_C_TYPE_DOUBLE:
    case PROTOBUF_C_TYPE_BYTES:
    case PROTOBUF_C_TYPE_MESSAGE:
        break;
    }
    return status_error(
        STATUS_INVALID_ARGUMENT,
        "expected a field with text, a number or a name as value, but '%s' has none", field->name);
}

struct status filter_field(struct filter *filter, enum entity_kind kind, struct str path)
{
    *filter = (struct filter){ 0 };
    return filter_find(registry_entity(kind)->descriptor, path, filter);
}

struct status filter_init(struct filter *filter, enum entity_kind kind,
                          const struct list_filter *asked)
{
    *filter = (struct filter){ .value = asked->value };
    TRY(filter_find(registry_entity(kind)->descriptor, asked->field, filter));
    return status_prefix(filter_value(filter), "filter '%.*s'", STR_ARG(asked->field));
}

/* The two halves of SYSTEM:VALUE. */
static struct str filter_system(const struct filter *filter)
{
    return str_make(filter->value.data, filter->system_size);
}

static struct str filter_system_value(const struct filter *filter)
{
    return str_from(filter->value, filter->system_size + 1);
}

static bool filter_equals_external(const struct filter *filter, const ProtobufCMessage *message)
{
    const Agency__V1__ExternalId *id = (const Agency__V1__ExternalId *)(const void *)message;
    return filter->value.size > 0 && str_eq(str_z(id->system), filter_system(filter)) &&
           str_eq(str_z(id->value), filter_system_value(filter));
}

static bool filter_equals(const struct filter *filter, const void *value)
{
    const ProtobufCFieldDescriptor *field = filter->field;
    if (filter_is_external(filter)) {
        return filter_equals_external(filter, pb_field_message(value));
    }
    if (field->type == PROTOBUF_C_TYPE_STRING) {
        const char *text;
        memcpy(&text, value, sizeof text);
        return str_eq(str_z(text), filter->value);
    }
    assert(pb_field_size(field) <= sizeof(uint64_t));
    uint64_t number = 0; /* little endian: a narrow value fills the low bytes */
    memcpy(&number, value, pb_field_size(field));
    return number == (uint64_t)filter->number;
}

bool filter_matches(const struct filter *filter, const ProtobufCMessage *entity)
{
    const ProtobufCFieldDescriptor *field = filter->field;
    if (filter->outer != NULL) {
        entity = pb_field_message(pb_field_at(entity, filter->outer));
        if (entity == NULL) {
            return false;
        }
    }
    if (!pb_field_repeated(field)) {
        return filter_equals(filter, pb_field_at(entity, field));
    }
    size_t count = pb_field_count(entity, field);
    for (size_t i = 0; i < count; i++) {
        if (filter_equals(filter, pb_field_item(entity, field, i))) {
            return true;
        }
    }
    bool text = field->type == PROTOBUF_C_TYPE_STRING || filter_is_external(filter);
    return count == 0 && text && filter->value.size == 0;
}

/* --- indexes --- */

static bool filter_is(const struct filter *filter, const char *path)
{
    const char *dot = strchr(path, '.');
    if (dot == NULL) {
        return filter->outer == NULL && strcmp(filter->field->name, path) == 0;
    }
    struct str outer = str_make(path, (size_t)(dot - path));
    return filter->outer != NULL && str_eq(str_z(filter->outer->name), outer) &&
           strcmp(filter->field->name, dot + 1) == 0;
}

/* The part of an index key that a filter on this field asks for; false if there is no such filter.
 * An empty text has rows in some indexes only, so it is never a part. */
static bool filter_part(const struct filter *filters, size_t filters_count, const char *path,
                        struct str *part)
{
    assert(path != NULL);
    for (size_t i = 0; i < filters_count; i++) {
        const struct filter *filter = &filters[i];
        if (!filter_is(filter, path)) {
            continue;
        }
        bool is_enum = filter->field->type == PROTOBUF_C_TYPE_ENUM;
        *part = is_enum ? index_kind((unsigned)filter->number) : filter->value;
        return part->size > 0;
    }
    return false;
}

/* The parts that every question to an index gives; false if there is no filter on one of them. */
static bool filter_parts(const struct index_type *type, const struct filter *filters,
                         size_t filters_count, struct str parts[INDEX_PARTS_MAX])
{
    assert(type->parts_asked > 0 && type->parts_asked <= type->parts_count);
    for (size_t i = 0; i < type->parts_asked; i++) {
        const char *path = type->parts[i].path;
        if (path == NULL || !filter_part(filters, filters_count, path, &parts[i])) {
            return false;
        }
    }
    return true;
}

/* The parts of EXTERNAL_ID that a filter asks for; false if there is no such filter. */
static bool filter_external_parts(enum entity_kind kind, const struct filter *filters,
                                  size_t filters_count, struct str parts[INDEX_PARTS_MAX])
{
    for (size_t i = 0; i < filters_count; i++) {
        if (filter_is_external(&filters[i]) && filters[i].value.size > 0) {
            parts[0] = index_kind((unsigned)kind);
            parts[1] = filter_system(&filters[i]);
            parts[2] = STR("");
            parts[3] = filter_system_value(&filters[i]);
            return true;
        }
    }
    return false;
}

/* The first index of a kind that fits the filters, and holds what waits or does not. */
static struct status filter_fitting(struct arena *arena, enum entity_kind kind,
                                    const struct filter *filters, size_t filters_count,
                                    enum index_waiting not_of, struct filter_scan *scan)
{
    struct str parts[INDEX_PARTS_MAX];
    size_t count;
    const struct index_type *types = index_types(&count);
    for (size_t i = 0; i < count; i++) {
        if (types[i].kind == kind && index_waiting(&types[i]) != not_of &&
            filter_parts(&types[i], filters, filters_count, parts)) {
            scan->index = index_number(&types[i]);
            return key_parts(arena, parts, types[i].parts_asked, &scan->parts);
        }
    }
    return status_ok();
}

struct status filter_index(struct arena *arena, enum entity_kind kind, const struct filter *filters,
                           size_t filters_count, struct filter_scan *scan)
{
    struct str parts[INDEX_PARTS_MAX];
    assert(filters_count <= LIST_FILTERS_MAX);
    *scan = (struct filter_scan){ 0 };
    if (registry_entity(kind)->named && filter_part(filters, filters_count, "name", &parts[1])) {
        parts[0] = index_kind(kind);
        scan->index = INDEX_NAME;
        return key_parts(arena, parts, 2, &scan->parts);
    }
    if (filter_external_parts(kind, filters, filters_count, parts)) {
        scan->index = INDEX_EXTERNAL_ID;
        return key_parts(arena, parts, 4, &scan->parts);
    }
    return filter_fitting(arena, kind, filters, filters_count, INDEX_WAITING_ALONE, scan);
}

struct status filter_waiting(struct arena *arena, enum entity_kind kind,
                             const struct filter *filters, size_t filters_count,
                             struct filter_scan *scan)
{
    size_t count;
    const struct index_type *types = index_types(&count);
    *scan = (struct filter_scan){ 0 };
    TRY(filter_fitting(arena, kind, filters, filters_count, INDEX_WAITING_NEVER, scan));
    for (size_t i = 0; i < count && scan->index == 0; i++) {
        if (types[i].kind == kind && index_waiting(&types[i]) == INDEX_WAITING_ALONE) {
            scan->index = index_number(&types[i]); /* all that wait */
        }
    }
    return status_ok();
}
