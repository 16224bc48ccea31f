/* Reads descriptor.proto's messages by hand (its wire numbers do not change) into types that link
 * to each other: first all names, then what fields refer to.
 *
 * Left out: options other than packed and map_entry, services, editions (proto2 and proto3 only).
 */
#include "core/cel/schema.h"

#include "core/cel/number.h"
#include "core/cel/schema_known.h"
#include "core/cel/wire.h"

enum { SCHEMA_DEPTH_MAX = 32 };

struct schema_reader {
    struct arena *arena;
    struct cel_schema *schema;
    bool proto3; /* the file */
};

/* One field of a descriptor's message. */
struct schema_item {
    uint32_t number;
    uint64_t integer;
    struct str bytes;
};

static struct status schema_corrupt(void)
{
    return status_error(STATUS_INVALID_ARGUMENT, "expected a serialized FileDescriptorSet");
}

/* The next field; false at the end or when broken (then *rest is not empty). */
static bool schema_next(struct str *rest, struct schema_item *item)
{
    enum cel_wire_type type;
    struct str left = *rest;
    *item = (struct schema_item){ 0 };
    if (left.size == 0 || !cel_wire_tag(&left, &item->number, &type)) {
        return false;
    }
    bool good = type == CEL_WIRE_VARINT  ? cel_wire_varint(&left, &item->integer)
                : type == CEL_WIRE_BYTES ? cel_wire_bytes(&left, &item->bytes)
                                         : cel_wire_skip(&left, item->number, type, 0);
    if (good) {
        *rest = left;
    }
    return good;
}

/* The bytes of the last field with that number. */
static struct str schema_bytes(struct str message, uint32_t number)
{
    struct schema_item item;
    struct str found = { 0 };
    while (schema_next(&message, &item)) {
        if (item.number == number) {
            found = item.bytes;
        }
    }
    return found;
}

static uint64_t schema_integer(struct str message, uint32_t number, uint64_t otherwise)
{
    struct schema_item item;
    while (schema_next(&message, &item)) {
        if (item.number == number) {
            otherwise = item.integer;
        }
    }
    return otherwise;
}

/* "scope.name", or the name alone in the empty scope. */
static struct str schema_join(struct arena *arena, struct str scope, struct str name)
{
    if (scope.size == 0) {
        return name;
    }
    return arena_printf(arena, "%.*s.%.*s", STR_ARG(scope), STR_ARG(name));
}

/* FieldDescriptorProto */
static struct status schema_field(struct schema_reader *reader, struct str bytes, struct str scope,
                                  struct cel_proto_field **made)
{
    struct cel_proto_field *field;
    ARENA_TRY(reader->arena, field, arena_zalloc(reader->arena, sizeof *field));
    field->name = schema_bytes(bytes, 1);
    field->number = (uint32_t)schema_integer(bytes, 3, 0);
    field->repeated = schema_integer(bytes, 4, 1) == 3;
    field->type = (enum cel_proto_type)schema_integer(bytes, 5, 0);
    field->type_name = schema_bytes(bytes, 6);
    field->default_text = schema_bytes(bytes, 7);
    field->oneof = (int32_t)(int64_t)schema_integer(bytes, 9, UINT64_MAX);
    if (field->type < CEL_PROTO_DOUBLE || field->type > CEL_PROTO_SINT64 || field->number == 0) {
        return schema_corrupt();
    }
    bool message = field->type == CEL_PROTO_MESSAGE || field->type == CEL_PROTO_GROUP;
    field->presence = !field->repeated && (!reader->proto3 || message || field->oneof >= 0);
    field->packed = field->repeated && schema_integer(schema_bytes(bytes, 8), 2, reader->proto3);
    field->null = str_eq(field->type_name, STR(".google.protobuf.NullValue"));
    if (schema_bytes(bytes, 2).size > 0) {
        field->name = schema_join(reader->arena, scope, field->name);
        field->presence = !field->repeated;
    }
    *made = field;
    return status_ok();
}

/* EnumDescriptorProto: its values by full name. */
static struct status schema_enum(struct schema_reader *reader, struct str bytes, struct str scope)
{
    struct str name = schema_join(reader->arena, scope, schema_bytes(bytes, 1));
    struct schema_item item;
    while (schema_next(&bytes, &item)) {
        struct cel_proto_enum_value *value;
        if (item.number != 2) {
            continue;
        }
        ARENA_TRY(reader->arena, value, arena_alloc(reader->arena, sizeof *value));
        value->name = schema_join(reader->arena, name, schema_bytes(item.bytes, 1));
        value->number = (int32_t)(int64_t)schema_integer(item.bytes, 2, 0);
        value->next = reader->schema->enum_values;
        reader->schema->enum_values = value;
    }
    return bytes.size == 0 ? status_ok() : schema_corrupt();
}

static struct status schema_extension(struct schema_reader *reader, struct str bytes,
                                      struct str scope)
{
    struct cel_proto_field *field;
    TRY(schema_field(reader, bytes, scope, &field));
    /* Until all names are known, the name of what is extended stands in for it. */
    struct cel_message_type *extended;
    ARENA_TRY(reader->arena, extended, arena_zalloc(reader->arena, sizeof *extended));
    extended->name = schema_bytes(bytes, 2);
    field->extended = extended;
    field->next = reader->schema->extensions;
    reader->schema->extensions = field;
    return status_ok();
}

static struct status schema_message(struct schema_reader *reader, struct str bytes,
                                    struct str scope, unsigned depth);

/* One field of DescriptorProto. */
static struct status schema_message_item(struct schema_reader *reader, struct schema_item item,
                                         struct cel_message_type *type,
                                         struct cel_proto_field ***last, unsigned depth)
{
    if (item.number == 2) {
        TRY(schema_field(reader, item.bytes, type->name, *last));
        *last = &(**last)->next;
    } else if (item.number == 3) {
        return schema_message(reader, item.bytes, type->name, depth + 1);
    } else if (item.number == 4) {
        return schema_enum(reader, item.bytes, type->name);
    } else if (item.number == 6) {
        return schema_extension(reader, item.bytes, type->name);
    } else if (item.number == 7) {
        type->map_entry = schema_integer(item.bytes, 7, 0) != 0;
    }
    return status_ok();
}

/* DescriptorProto */
static struct status schema_message(struct schema_reader *reader, struct str bytes,
                                    struct str scope, unsigned depth)
{
    struct cel_message_type *type;
    struct schema_item item;
    if (depth > SCHEMA_DEPTH_MAX) {
        return schema_corrupt();
    }
    ARENA_TRY(reader->arena, type, arena_zalloc(reader->arena, sizeof *type));
    type->name = schema_join(reader->arena, scope, schema_bytes(bytes, 1));
    type->known = cel_schema_known(type->name);
    type->next = reader->schema->messages;
    reader->schema->messages = type;
    reader->schema->count++;
    struct cel_proto_field **last = &type->fields;
    while (schema_next(&bytes, &item)) {
        TRY(schema_message_item(reader, item, type, &last, depth));
    }
    return bytes.size == 0 ? status_ok() : schema_corrupt();
}

/* FileDescriptorProto */
static struct status schema_file(struct schema_reader *reader, struct str bytes)
{
    struct str package = schema_bytes(bytes, 2);
    struct schema_item item;
    reader->proto3 = str_eq(schema_bytes(bytes, 12), STR("proto3"));
    while (schema_next(&bytes, &item)) {
        if (item.number == 4) {
            TRY(schema_message(reader, item.bytes, package, 0));
        } else if (item.number == 5) {
            TRY(schema_enum(reader, item.bytes, package));
        } else if (item.number == 7) {
            TRY(schema_extension(reader, item.bytes, package));
        }
    }
    return bytes.size == 0 ? status_ok() : schema_corrupt();
}

/* All messages by name. An insertion sort: files list their messages nearly sorted or few. */
static struct status schema_sort(struct arena *arena, struct cel_schema *schema)
{
    ARENA_TRY(arena, schema->sorted, arena_alloc(arena, (schema->count + 1) * sizeof(void *)));
    uint32_t count = 0;
    for (const struct cel_message_type *type = schema->messages; type != NULL; type = type->next) {
        uint32_t at = count++;
        while (at > 0 && str_cmp(schema->sorted[at - 1]->name, type->name) > 0) {
            schema->sorted[at] = schema->sorted[at - 1];
            at--;
        }
        schema->sorted[at] = type;
    }
    return status_ok();
}

const struct cel_message_type *cel_schema_message(const struct cel_schema *schema, struct str name)
{
    uint32_t low = 0, high = schema->count;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        int order = str_cmp(name, schema->sorted[middle]->name);
        if (order == 0) {
            return schema->sorted[middle];
        }
        low = order > 0 ? middle + 1 : low;
        high = order < 0 ? middle : high;
    }
    return NULL;
}

/* Names in descriptors begin with a dot. */
static struct status schema_refer(const struct cel_schema *schema, struct str name,
                                  const struct cel_message_type **message)
{
    *message = name.size == 0 ? NULL : cel_schema_message(schema, str_from(name, 1));
    if (*message == NULL) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected the message '%.*s' to be in the descriptor set",
                            STR_ARG(name));
    }
    return status_ok();
}

/* The number of an enum's value named in its scope. */
static int64_t schema_enum_number(const struct cel_schema *schema,
                                  const struct cel_proto_field *field, struct str name)
{
    struct str type = str_from(field->type_name, 1);
    int64_t first = 0;
    for (const struct cel_proto_enum_value *value = schema->enum_values; value != NULL;
         value = value->next) {
        if (!str_starts(value->name, type) || value->name.data[type.size] != '.') {
            continue;
        }
        if (str_eq(str_from(value->name, type.size + 1), name)) {
            return value->number;
        }
        first = value->number; /* values are chained backwards: the first comes last */
    }
    return first;
}

/* C escapes of the default of bytes. */
static struct status schema_unescape(struct arena *arena, struct str text, struct str *bytes)
{
    static const char names[] = "abfnrtv", values[] = "\a\b\f\n\r\t\v";
    char *out;
    size_t size = 0;
    ARENA_TRY(arena, out, arena_alloc(arena, text.size + 1));
    for (size_t i = 0; i < text.size; i++) {
        char c = text.data[i];
        if (c == '\\' && i + 3 < text.size + 0 && text.data[i + 1] >= '0' &&
            text.data[i + 1] <= '3') {
            c = (char)((text.data[i + 1] - '0') * 64 + (text.data[i + 2] - '0') * 8 +
                       (text.data[i + 3] - '0'));
            i += 3;
        } else if (c == '\\' && i + 1 < text.size) {
            const char *name = memchr(names, text.data[++i], sizeof names - 1);
            c = name == NULL ? text.data[i] : values[name - names];
        }
        out[size++] = c;
    }
    *bytes = str_make(out, size);
    return status_ok();
}

static struct status schema_default(struct arena *arena, const struct cel_schema *schema,
                                    struct cel_proto_field *field)
{
    struct str text = field->default_text;
    int64_t integer = 0;
    uint64_t unsigned_integer = 0;
    double number = 0;
    switch (field->type) {
    case CEL_PROTO_DOUBLE:
    case CEL_PROTO_FLOAT:
        cel_number_double(text, &number);
        field->zero = cel_double(field->type == CEL_PROTO_FLOAT ? (double)(float)number : number);
        break;
    case CEL_PROTO_UINT64:
    case CEL_PROTO_UINT32:
    case CEL_PROTO_FIXED64:
    case CEL_PROTO_FIXED32:
        cel_number_uint(text, &unsigned_integer);
        field->zero = cel_uint(unsigned_integer);
        break;
    case CEL_PROTO_BOOL:
        field->zero = cel_bool(str_eq(text, STR("true")));
        break;
    case CEL_PROTO_STRING:
        field->zero = cel_string(text);
        break;
    case CEL_PROTO_BYTES:
        TRY(schema_unescape(arena, text, &text));
        field->zero = cel_bytes(text);
        break;
    case CEL_PROTO_ENUM:
        field->zero = field->null ? cel_null() : cel_int(schema_enum_number(schema, field, text));
        break;
    case CEL_PROTO_MESSAGE:
    case CEL_PROTO_GROUP:
        break;
    case CEL_PROTO_INT64:
    case CEL_PROTO_INT32:
    case CEL_PROTO_SFIXED32:
    case CEL_PROTO_SFIXED64:
    case CEL_PROTO_SINT32:
    case CEL_PROTO_SINT64:
        cel_number_int(text, &integer);
        field->zero = cel_int(integer);
        break;
    }
    return status_ok();
}

static struct status schema_link_field(struct arena *arena, const struct cel_schema *schema,
                                       struct cel_proto_field *field)
{
    if (field->type == CEL_PROTO_MESSAGE || field->type == CEL_PROTO_GROUP) {
        TRY(schema_refer(schema, field->type_name, &field->message));
        field->map = field->repeated && field->message->map_entry;
    }
    if (field->extended != NULL) {
        TRY(schema_refer(schema, field->extended->name, &field->extended));
    }
    return schema_default(arena, schema, field);
}

static struct status schema_link(struct arena *arena, struct cel_schema *schema)
{
    for (struct cel_message_type *type = schema->messages; type != NULL; type = type->next) {
        for (struct cel_proto_field *field = type->fields; field != NULL; field = field->next) {
            TRY(schema_link_field(arena, schema, field));
        }
    }
    for (struct cel_proto_field *field = schema->extensions; field != NULL; field = field->next) {
        TRY(schema_link_field(arena, schema, field));
    }
    for (struct cel_message_type *type = schema->messages; type != NULL; type = type->next) {
        TRY(cel_schema_known_check(type));
    }
    return status_ok();
}

struct status cel_schema_load(struct arena *arena, struct str bytes, struct cel_schema *schema)
{
    struct schema_reader reader = { .arena = arena, .schema = schema };
    struct schema_item item;
    *schema = (struct cel_schema){ 0 };
    while (schema_next(&bytes, &item)) {
        if (item.number == 1) {
            TRY(schema_file(&reader, item.bytes));
        }
    }
    if (bytes.size > 0) {
        return schema_corrupt();
    }
    TRY(schema_sort(arena, schema));
    return schema_link(arena, schema);
}

const struct cel_proto_field *cel_schema_field(const struct cel_schema *schema,
                                               const struct cel_message_type *type, struct str name)
{
    for (const struct cel_proto_field *field = type->fields; field != NULL; field = field->next) {
        if (str_eq(field->name, name)) {
            return field;
        }
    }
    for (const struct cel_proto_field *field = schema->extensions; field != NULL;
         field = field->next) {
        if (field->extended == type && str_eq(field->name, name)) {
            return field;
        }
    }
    return NULL;
}

const struct cel_proto_field *cel_schema_number(const struct cel_schema *schema,
                                                const struct cel_message_type *type,
                                                uint32_t number)
{
    for (const struct cel_proto_field *field = type->fields; field != NULL; field = field->next) {
        if (field->number == number) {
            return field;
        }
    }
    for (const struct cel_proto_field *field = schema->extensions; field != NULL;
         field = field->next) {
        if (field->extended == type && field->number == number) {
            return field;
        }
    }
    return NULL;
}
