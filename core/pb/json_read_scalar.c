/* Scalars of proto3 JSON. Whole numbers are read from their digits, never through a double, so that
 * all 64 bits are exact; 1e3 and 5.0 are whole, too. */
#include <math.h>
#include <stdlib.h>

#include "core/base/base64.h"
#include "core/pb/json_reader.h"
#include "google/protobuf/struct.pb-c.h"

enum {
    PB_READ_DIGITS_MAX = 20,     /* of a whole number of 64 bits */
    PB_READ_EXPONENT_MAX = 1000, /* larger ones are out of range of everything */
    PB_READ_DOUBLE_MAX = 64,     /* longer texts of numbers are copied to the arena */
    PB_READ_EXPECTED_MAX = 120,  /* bytes of a message that name the values of an enum */
};

/* The text of a number, in quotes or not; empty if it is neither. */
static bool pb_read_number_text(struct pb_reader *reader, struct str *text)
{
    enum json_kind kind = pb_read_kind(reader);
    *text = (struct str){ 0 };
    if (kind == JSON_NUMBER) {
        return json_number(&reader->scan, text);
    }
    return kind != JSON_STRING || json_string(&reader->scan, text);
}

/* The exponent at the end of a JSON number, and the number without it. */
static long pb_read_exponent(struct str *text)
{
    for (size_t i = 0; i < text->size; i++) {
        if (text->data[i] == 'e' || text->data[i] == 'E') {
            bool negative = text->data[i + 1] == '-';
            long exponent = 0;
            for (size_t j = i + 1; j < text->size && exponent < PB_READ_EXPONENT_MAX; j++) {
                char c = text->data[j];
                exponent = c >= '0' && c <= '9' ? exponent * 10 + (c - '0') : exponent;
            }
            text->size = i;
            return negative ? -exponent : exponent;
        }
    }
    return 0;
}

static bool pb_read_times10(uint64_t *magnitude, uint64_t digit)
{
    return !__builtin_mul_overflow(*magnitude, 10, magnitude) &&
           !__builtin_add_overflow(*magnitude, digit, magnitude);
}

/* A JSON number as sign and magnitude; false if it is not whole or needs more than 64 bits. Zeros
 * are held back until a digit follows, so that 1.50e1 and 1e2 come out even. */
static bool pb_read_whole(struct str text, bool *negative, uint64_t *magnitude)
{
    if (text.size == 0 || json_number_size(text) != text.size) {
        return false;
    }
    *negative = text.data[0] == '-';
    *magnitude = 0;
    long exponent = pb_read_exponent(&text);
    long zeros = 0;
    bool fraction = false;
    for (size_t i = *negative; i < text.size; i++) {
        char c = text.data[i];
        fraction |= c == '.';
        exponent -= fraction && c != '.';
        if (c == '0') {
            zeros++;
        } else if (c != '.') {
            for (; zeros > 0; zeros--) {
                if (!pb_read_times10(magnitude, 0)) {
                    return false;
                }
            }
            if (!pb_read_times10(magnitude, (uint64_t)(c - '0'))) {
                return false;
            }
        }
    }
    if (*magnitude == 0) {
        return true;
    }
    exponent += zeros;
    if (exponent < 0 || exponent > PB_READ_DIGITS_MAX) {
        return false;
    }
    for (; exponent > 0; exponent--) {
        if (!pb_read_times10(magnitude, 0)) {
            return false;
        }
    }
    return true;
}

struct pb_read_range {
    uint64_t negative_max; /* the magnitude of the smallest */
    uint64_t positive_max;
    const char *expected;
};

static const struct pb_read_range pb_read_i32 = { UINT64_C(1) << 31, INT32_MAX,
                                                  "a whole number of 32 bits" };
static const struct pb_read_range pb_read_i64 = { UINT64_C(1) << 63, INT64_MAX,
                                                  "a whole number of 64 bits" };
static const struct pb_read_range pb_read_u32 = { 0, UINT32_MAX,
                                                  "a whole number from 0 to 4294967295" };
static const struct pb_read_range pb_read_u64 = { 0, UINT64_MAX,
                                                  "a whole number from 0 to 18446744073709551615" };

static bool pb_read_integer(struct pb_reader *reader, const struct pb_read_range *range,
                            size_t size, void *value)
{
    struct str text;
    bool negative;
    uint64_t magnitude;
    if (!pb_read_number_text(reader, &text)) {
        return false;
    }
    if (!pb_read_whole(text, &negative, &magnitude) ||
        magnitude > (negative ? range->negative_max : range->positive_max)) {
        return pb_read_fail(reader, range->expected);
    }
    uint64_t bits64 = negative ? -magnitude : magnitude;
    uint32_t bits32 = (uint32_t)bits64;
    memcpy(value, size == 4 ? (const void *)&bits32 : &bits64, size);
    return true;
}

/* strtod and strtof need a NUL; a number of any length is rounded correctly. */
static bool pb_read_floating(struct pb_reader *reader, struct str text, bool narrow, double *value)
{
    char small[PB_READ_DOUBLE_MAX], *copy = small;
    if (text.size >= sizeof small) {
        copy = arena_alloc(reader->arena, text.size + 1);
    }
    if (copy == NULL) {
        return pb_read_full(reader);
    }
    memcpy(copy, text.data, text.size);
    copy[text.size] = '\0';
    *value = narrow ? (double)strtof(copy, NULL) : strtod(copy, NULL);
    return !isinf(*value) || pb_read_fail(reader, narrow ? "a number that fits into a float"
                                                         : "a number that fits into a double");
}

static bool pb_read_double(struct pb_reader *reader, bool narrow, double *value)
{
    struct str text;
    if (!pb_read_number_text(reader, &text)) {
        return false;
    }
    if (text.size > 0 && json_number_size(text) == text.size) {
        return pb_read_floating(reader, text, narrow, value);
    }
    bool nan = str_eq(text, STR("NaN")), infinity = str_eq(text, STR("Infinity"));
    if (!nan && !infinity && !str_eq(text, STR("-Infinity"))) {
        return pb_read_fail(reader, "a number");
    }
    *value = nan ? (double)NAN : infinity ? (double)INFINITY : -(double)INFINITY;
    return true;
}

static bool pb_read_float(struct pb_reader *reader, void *value)
{
    double wide;
    if (!pb_read_double(reader, true, &wide)) {
        return false;
    }
    float narrow = (float)wide;
    memcpy(value, &narrow, sizeof narrow);
    return true;
}

static bool pb_read_bool(struct pb_reader *reader, protobuf_c_boolean *value)
{
    enum json_kind kind = pb_read_kind(reader);
    if (kind != JSON_TRUE && kind != JSON_FALSE) {
        return pb_read_fail(reader, "true or false");
    }
    *value = kind == JSON_TRUE;
    return json_literal(&reader->scan, kind);
}

static bool pb_read_string(struct pb_reader *reader, char **value)
{
    struct str text;
    if (pb_read_kind(reader) != JSON_STRING) {
        return pb_read_fail(reader, "a string");
    }
    if (!json_string(&reader->scan, &text)) {
        return false;
    }
    if (text.size > 0 && memchr(text.data, '\0', text.size) != NULL) {
        return pb_read_fail(reader, "text without NUL");
    }
    struct str copy = arena_copy(reader->arena, text);
    *value = (char *)(uintptr_t)copy.data;
    return copy.data != NULL || pb_read_full(reader);
}

static bool pb_read_bytes(struct pb_reader *reader, ProtobufCBinaryData *value)
{
    struct str text;
    if (pb_read_kind(reader) != JSON_STRING) {
        return pb_read_fail(reader, "bytes in base64");
    }
    if (!json_string(&reader->scan, &text)) {
        return false;
    }
    *value = (ProtobufCBinaryData){ 0 };
    if (text.size == 0) {
        return true;
    }
    value->data = arena_alloc(reader->arena, base64_decoded_size_max(text.size));
    if (value->data == NULL) {
        return pb_read_full(reader);
    }
    return base64_decode(text, (char *)value->data, &value->len) ||
           pb_read_fail(reader, "bytes in base64");
}

/* Whole, or as tables show it: HUMAN for SUBJECT_TYPE_HUMAN. */
static const ProtobufCEnumValue *pb_read_enum_name(const ProtobufCEnumDescriptor *descriptor,
                                                   struct str name)
{
    struct str prefix = pb_enum_prefix(descriptor);
    for (unsigned i = 0; i < descriptor->n_value_names; i++) {
        struct str whole = str_z(descriptor->values_by_name[i].name);
        struct str rest = str_starts(whole, prefix) ? str_from(whole, prefix.size) : whole;
        if (str_eq(whole, name) || str_eq(rest, name)) {
            return &descriptor->values[descriptor->values_by_name[i].index];
        }
    }
    return NULL;
}

static bool pb_read_enum_number(struct pb_reader *reader, const ProtobufCEnumDescriptor *descriptor,
                                const ProtobufCEnumValue **found)
{
    struct str text;
    bool negative;
    uint64_t magnitude;
    if (!json_number(&reader->scan, &text)) {
        return false;
    }
    if (pb_read_whole(text, &negative, &magnitude) && magnitude <= INT32_MAX) {
        int number = (int)magnitude;
        *found = protobuf_c_enum_descriptor_get_value(descriptor, negative ? -number : number);
    }
    return true;
}

/* Names what there is to choose from, as far as there is room for it. */
static bool pb_read_enum_fail(struct pb_reader *reader, const ProtobufCEnumDescriptor *descriptor)
{
    struct buf expected = { 0 };
    buf_printf(&expected, "a name of %s (", descriptor->name);
    for (unsigned i = 0; i < descriptor->n_values; i++) {
        if (expected.size > PB_READ_EXPECTED_MAX) {
            buf_append(&expected, STR("..., "));
            break;
        }
        if (descriptor->values[i].value != 0 || descriptor->n_values == 1) { /* 0: unspecified */
            buf_printf(&expected, "%s, ", descriptor->values[i].name);
        }
    }
    expected.size -= 2;
    buf_append(&expected, str_make(")", 2));
    pb_read_fail(reader, expected.data);
    buf_release(&expected);
    return false;
}

static bool pb_read_enum(struct pb_reader *reader, const ProtobufCEnumDescriptor *descriptor,
                         int *value)
{
    const ProtobufCEnumValue *found = NULL;
    enum json_kind kind = pb_read_kind(reader);
    struct str name;
    if (kind == JSON_NULL && descriptor == &google__protobuf__null_value__descriptor) {
        *value = 0;
        return json_literal(&reader->scan, kind);
    }
    if (kind == JSON_NUMBER && !pb_read_enum_number(reader, descriptor, &found)) {
        return false;
    }
    if (kind == JSON_STRING) {
        if (!json_string(&reader->scan, &name)) {
            return false;
        }
        found = pb_read_enum_name(descriptor, name);
    }
    if (found == NULL) {
        return pb_read_enum_fail(reader, descriptor);
    }
    *value = found->value;
    return true;
}

bool pb_read_scalar(struct pb_reader *reader, const ProtobufCFieldDescriptor *field, void *value)
{
    assert(field->type != PROTOBUF_C_TYPE_MESSAGE);
    switch (field->type) {
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
        return pb_read_integer(reader, &pb_read_i32, 4, value);
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64:
        return pb_read_integer(reader, &pb_read_i64, 8, value);
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
        return pb_read_integer(reader, &pb_read_u32, 4, value);
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        return pb_read_integer(reader, &pb_read_u64, 8, value);
    case PROTOBUF_C_TYPE_FLOAT:
        return pb_read_float(reader, value);
    case PROTOBUF_C_TYPE_DOUBLE:
        return pb_read_double(reader, false, value);
    case PROTOBUF_C_TYPE_BOOL:
        return pb_read_bool(reader, value);
    case PROTOBUF_C_TYPE_ENUM:
        return pb_read_enum(reader, field->descriptor, value);
    case PROTOBUF_C_TYPE_STRING:
        return pb_read_string(reader, value);
    case PROTOBUF_C_TYPE_BYTES:
        return pb_read_bytes(reader, value);
    case PROTOBUF_C_TYPE_MESSAGE:
        break;
    }
    return false;
}
