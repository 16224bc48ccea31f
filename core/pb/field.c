/* protobuf-c describes a message as offsets into its C struct. All casts from an offset to a type
 * are here.
 *
 * The schema is proto3, which protobuf-c knows without `optional`: a singular field is a plain
 * scalar (no presence), a pointer to a message (NULL = absent) or a member of a oneof (the case
 * enum holds its number). LABEL_REQUIRED and LABEL_OPTIONAL do not occur. */
#include "core/pb/field.h"

#include <ctype.h>

void *pb_field_at(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    return (unsigned char *)(uintptr_t)message + field->offset;
}

static void *pb_field_quantifier(const ProtobufCMessage *message,
                                 const ProtobufCFieldDescriptor *field)
{
    return (unsigned char *)(uintptr_t)message + field->quantifier_offset;
}

/* The generated case enums are as wide as an int (they carry an IS_INT_SIZE member). */
uint32_t pb_field_case(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    uint32_t number;
    memcpy(&number, pb_field_quantifier(message, field), sizeof number);
    return number;
}

static void pb_field_set_case(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
                              uint32_t number)
{
    memcpy(pb_field_quantifier(message, field), &number, sizeof number);
}

size_t pb_field_size(const ProtobufCFieldDescriptor *field)
{
    static const uint8_t sizes[] = {
        [PROTOBUF_C_TYPE_INT32] = 4,
        [PROTOBUF_C_TYPE_SINT32] = 4,
        [PROTOBUF_C_TYPE_SFIXED32] = 4,
        [PROTOBUF_C_TYPE_INT64] = 8,
        [PROTOBUF_C_TYPE_SINT64] = 8,
        [PROTOBUF_C_TYPE_SFIXED64] = 8,
        [PROTOBUF_C_TYPE_UINT32] = 4,
        [PROTOBUF_C_TYPE_FIXED32] = 4,
        [PROTOBUF_C_TYPE_UINT64] = 8,
        [PROTOBUF_C_TYPE_FIXED64] = 8,
        [PROTOBUF_C_TYPE_FLOAT] = sizeof(float),
        [PROTOBUF_C_TYPE_DOUBLE] = sizeof(double),
        [PROTOBUF_C_TYPE_BOOL] = sizeof(protobuf_c_boolean),
        [PROTOBUF_C_TYPE_ENUM] = sizeof(int),
        [PROTOBUF_C_TYPE_STRING] = sizeof(char *),
        [PROTOBUF_C_TYPE_BYTES] = sizeof(ProtobufCBinaryData),
        [PROTOBUF_C_TYPE_MESSAGE] = sizeof(ProtobufCMessage *),
    };
    return sizes[field->type];
}

ProtobufCMessage *pb_field_message(const void *value)
{
    ProtobufCMessage *message;
    memcpy(&message, value, sizeof message);
    return message;
}

size_t pb_field_count(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    assert(pb_field_repeated(field));
    size_t count;
    memcpy(&count, pb_field_quantifier(message, field), sizeof count);
    return count;
}

void *pb_field_item(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
                    size_t index)
{
    assert(index < pb_field_count(message, field));
    unsigned char *items;
    memcpy(&items, pb_field_at(message, field), sizeof items);
    return items + index * pb_field_size(field);
}

static bool pb_field_zero(const void *value, size_t size)
{
    static const unsigned char zeros[sizeof(ProtobufCBinaryData)];
    return memcmp(value, zeros, size) == 0;
}

bool pb_field_has(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    if (pb_field_repeated(field)) {
        return pb_field_count(message, field) > 0;
    }
    if (pb_field_in_oneof(field)) {
        return pb_field_case(message, field) == field->id;
    }
    const void *value = pb_field_at(message, field);
    if (field->type == PROTOBUF_C_TYPE_STRING) {
        const char *text;
        memcpy(&text, value, sizeof text);
        return text != NULL && text[0] != '\0';
    }
    if (field->type == PROTOBUF_C_TYPE_BYTES) {
        return ((const ProtobufCBinaryData *)value)->len > 0;
    }
    return !pb_field_zero(value, pb_field_size(field));
}

void pb_field_clear(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    if (pb_field_in_oneof(field)) {
        if (pb_field_case(message, field) != field->id) {
            return;
        }
        pb_field_set_case(message, field, 0);
    }
    if (pb_field_repeated(field)) {
        pb_field_set_items(message, field, NULL, 0);
        return;
    }
    memset(pb_field_at(message, field), 0, pb_field_size(field));
    if (field->type == PROTOBUF_C_TYPE_STRING) {
        const char *empty = protobuf_c_empty_string;
        memcpy(pb_field_at(message, field), &empty, sizeof empty);
    }
}

void pb_field_set(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
                  const void *value)
{
    assert(!pb_field_repeated(field));
    if (pb_field_in_oneof(field)) {
        pb_field_set_case(message, field, field->id);
    }
    memcpy(pb_field_at(message, field), value, pb_field_size(field));
}

void pb_field_set_items(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
                        void *items, size_t count)
{
    assert(pb_field_repeated(field));
    memcpy(pb_field_quantifier(message, field), &count, sizeof count);
    memcpy(pb_field_at(message, field), &items, sizeof items);
}

void pb_field_share(const ProtobufCMessage *source, const ProtobufCFieldDescriptor *from,
                    ProtobufCMessage *target, const ProtobufCFieldDescriptor *to)
{
    assert(from->type == to->type && from->descriptor == to->descriptor);
    assert(pb_field_repeated(from) == pb_field_repeated(to));
    if (!pb_field_has(source, from)) {
        pb_field_clear(target, to);
    } else if (pb_field_repeated(from)) {
        pb_field_set_items(target, to, pb_field_item(source, from, 0),
                           pb_field_count(source, from));
    } else {
        pb_field_set(target, to, pb_field_at(source, from));
    }
}

/* protoc's name for the entries of `labels_by_id`: LabelsByIdEntry. */
static bool pb_field_names_entry(const char *field, const char *entry)
{
    bool capital = true;
    for (; *field != '\0'; field++) {
        if (*field == '_') {
            capital = true;
            continue;
        }
        if (*entry++ != (capital ? (char)toupper((unsigned char)*field) : *field)) {
            return false;
        }
        capital = false;
    }
    return strcmp(entry, "Entry") == 0;
}

bool pb_field_is_map(const ProtobufCFieldDescriptor *field)
{
    if (!pb_field_repeated(field) || field->type != PROTOBUF_C_TYPE_MESSAGE) {
        return false;
    }
    const ProtobufCMessageDescriptor *entry = pb_field_type(field);
    return entry->n_fields == 2 && entry->fields[0].id == 1 && entry->fields[1].id == 2 &&
           strcmp(entry->fields[0].name, "key") == 0 &&
           strcmp(entry->fields[1].name, "value") == 0 &&
           entry->fields[0].label == PROTOBUF_C_LABEL_NONE &&
           !pb_field_repeated(&entry->fields[1]) &&
           pb_field_names_entry(field->name, entry->short_name);
}

/* protoc's rule: underscores vanish, and the character after one is upper case. Gives the next
 * character of the JSON form, or NUL. */
static char pb_field_next_json(const char **name)
{
    bool upper = false;
    while (**name == '_') {
        upper = true;
        (*name)++;
    }
    char c = **name;
    if (c != '\0') {
        (*name)++;
    }
    return upper ? (char)toupper((unsigned char)c) : c;
}

struct str pb_enum_prefix(const ProtobufCEnumDescriptor *descriptor)
{
    const struct str zeros = STR("UNSPECIFIED");
    const ProtobufCEnumValue *zero = protobuf_c_enum_descriptor_get_value(descriptor, 0);
    struct str name = str_z(zero == NULL ? "" : zero->name);
    size_t size = name.size < zeros.size ? 0 : name.size - zeros.size;
    return str_eq(str_from(name, size), zeros) ? str_make(name.data, size) : STR("");
}

void pb_field_json_name(const char *name, struct buf *out)
{
    char *text = buf_reserve(out, strlen(name));
    size_t size = 0;
    for (char c = pb_field_next_json(&name); c != '\0'; c = pb_field_next_json(&name)) {
        text[size++] = c;
    }
    out->size += size;
}

bool pb_field_is_json_name(const ProtobufCFieldDescriptor *field, struct str name)
{
    const char *at = field->name;
    for (size_t i = 0; i < name.size; i++) {
        if (name.data[i] == '\0' || pb_field_next_json(&at) != name.data[i]) {
            return false;
        }
    }
    return pb_field_next_json(&at) == '\0';
}

/* As strcmp between a C string and a slice. */
static int pb_field_order(const char *name, struct str wanted)
{
    return str_cmp(str_z(name), wanted);
}

static const ProtobufCFieldDescriptor *
pb_field_by_name(const ProtobufCMessageDescriptor *descriptor, struct str name)
{
    unsigned low = 0, high = descriptor->n_fields;
    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        const ProtobufCFieldDescriptor *field =
            &descriptor->fields[descriptor->fields_sorted_by_name[middle]];
        int order = pb_field_order(field->name, name);
        if (order == 0) {
            return field;
        }
        if (order < 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return NULL;
}

/* "roleType" -> "role_type": the name that most likely has this JSON form. False when too long. */
static bool pb_field_guess(struct str json, char *out, size_t out_size, size_t *size)
{
    *size = 0;
    for (size_t i = 0; i < json.size; i++) {
        bool upper = isupper((unsigned char)json.data[i]);
        if (*size + 2 > out_size) {
            return false;
        }
        if (upper) {
            out[(*size)++] = '_';
        }
        out[(*size)++] = (char)tolower((unsigned char)json.data[i]);
    }
    return true;
}

const ProtobufCFieldDescriptor *pb_field_find(const ProtobufCMessageDescriptor *descriptor,
                                              struct str name)
{
    const ProtobufCFieldDescriptor *field = pb_field_by_name(descriptor, name);
    char guess[128];
    size_t size;
    if (field == NULL && pb_field_guess(name, guess, sizeof guess, &size)) {
        field = pb_field_by_name(descriptor, str_make(guess, size));
        if (field != NULL && !pb_field_is_json_name(field, name)) {
            field = NULL;
        }
    }
    for (unsigned i = 0; field == NULL && i < descriptor->n_fields; i++) {
        if (pb_field_is_json_name(&descriptor->fields[i], name)) {
            field = &descriptor->fields[i];
        }
    }
    return field;
}
