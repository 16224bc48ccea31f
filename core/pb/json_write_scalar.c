/* Scalars of proto3 JSON. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/base64.h"
#include "core/pb/json_writer.h"

enum { PB_WRITE_NUMBER_MAX = 40 };

void pb_write_string(struct pb_writer *writer, struct str text)
{
    static const char short_escapes[0x20] = {
        ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't',
    };
    struct buf *out = writer->out;
    size_t done = 0;
    buf_byte(out, '"');
    for (size_t i = 0; i < text.size; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c >= 0x20 && c != '"' && c != '\\') {
            continue;
        }
        buf_append(out, str_make(text.data + done, i - done));
        done = i + 1;
        char letter = c < 0x20 ? short_escapes[c] : (char)c;
        if (letter != 0) {
            buf_byte(out, '\\');
            buf_byte(out, (uint8_t)letter);
        } else {
            buf_printf(out, "\\u%04x", c);
        }
    }
    buf_append(out, str_from(text, done));
    buf_byte(out, '"');
}

static void pb_write_number(struct buf *out, bool negative, uint64_t magnitude)
{
    char digits[PB_WRITE_NUMBER_MAX], *at = digits + sizeof digits;
    do {
        *--at = (char)('0' + magnitude % 10);
        magnitude /= 10;
    } while (magnitude > 0);
    if (negative) {
        *--at = '-';
    }
    buf_append(out, str_make(at, (size_t)(digits + sizeof digits - at)));
}

static void pb_write_signed(struct buf *out, int64_t value)
{
    pb_write_number(out, value < 0, value < 0 ? -(uint64_t)value : (uint64_t)value);
}

/* The fewest digits that read back as the same number: 15 (of a float 6) always survive in text, so
 * the search begins there, but for subnormal numbers, which have fewer. */
static void pb_write_shortest(struct buf *out, double value, bool narrow)
{
    char text[PB_WRITE_NUMBER_MAX];
    bool subnormal = fabs(value) < (narrow ? (double)FLT_MIN : DBL_MIN);
    int digits_max = narrow ? 9 : 17;
    for (int digits = subnormal ? 1 : narrow ? 6 : 15; digits <= digits_max; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        double again = narrow ? (double)strtof(text, NULL) : strtod(text, NULL);
        if (again >= value && again <= value) {
            break;
        }
    }
    buf_append(out, str_z(text));
}

static void pb_write_double(struct buf *out, double value, bool narrow)
{
    if (isnan(value)) {
        buf_append(out, STR("\"NaN\""));
    } else if (isinf(value)) {
        buf_append(out, value < 0 ? STR("\"-Infinity\"") : STR("\"Infinity\""));
    } else if (fabs(value) < 1e15 && fabs(value) >= 1 && floor(value) >= value) {
        pb_write_signed(out, (int64_t)value); /* most numbers are whole */
    } else if (fpclassify(value) == FP_ZERO) {
        buf_append(out, signbit(value) ? STR("-0.0") : STR("0")); /* many readers take -0 for 0 */
    } else {
        pb_write_shortest(out, value, narrow);
    }
}

static void pb_write_bytes(struct buf *out, const ProtobufCBinaryData *bytes)
{
    buf_byte(out, '"');
    base64_encode(str_make(bytes->data, bytes->len), out);
    buf_byte(out, '"');
}

static void pb_write_enum(struct buf *out, const ProtobufCEnumDescriptor *descriptor, int number)
{
    const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(descriptor, number);
    if (strcmp(descriptor->name, "google.protobuf.NullValue") == 0) {
        buf_append(out, STR("null"));
    } else if (value == NULL) { /* from a newer program */
        pb_write_signed(out, number);
    } else {
        buf_byte(out, '"');
        buf_append(out, str_z(value->name));
        buf_byte(out, '"');
    }
}

/* JavaScript's numbers do not hold 64 bits, so these are strings. */
static void pb_write_64(struct buf *out, bool negative, uint64_t magnitude)
{
    buf_byte(out, '"');
    pb_write_number(out, negative, magnitude);
    buf_byte(out, '"');
}

void pb_write_scalar(struct pb_writer *writer, const ProtobufCFieldDescriptor *field,
                     const void *value)
{
    struct buf *out = writer->out;
    assert(field->type != PROTOBUF_C_TYPE_MESSAGE);
    switch (field->type) {
    case PROTOBUF_C_TYPE_INT32:
    case PROTOBUF_C_TYPE_SINT32:
    case PROTOBUF_C_TYPE_SFIXED32:
        pb_write_signed(out, *(const int32_t *)value);
        break;
    case PROTOBUF_C_TYPE_INT64:
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_SFIXED64: {
        int64_t number = *(const int64_t *)value;
        pb_write_64(out, number < 0, number < 0 ? -(uint64_t)number : (uint64_t)number);
        break;
    }
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
        pb_write_number(out, false, *(const uint32_t *)value);
        break;
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
        pb_write_64(out, false, *(const uint64_t *)value);
        break;
    case PROTOBUF_C_TYPE_FLOAT:
        pb_write_double(out, (double)*(const float *)value, true);
        break;
    case PROTOBUF_C_TYPE_DOUBLE:
        pb_write_double(out, *(const double *)value, false);
        break;
    case PROTOBUF_C_TYPE_BOOL:
        buf_append(out, *(const protobuf_c_boolean *)value ? STR("true") : STR("false"));
        break;
    case PROTOBUF_C_TYPE_ENUM:
        pb_write_enum(out, field->descriptor, *(const int *)value);
        break;
    case PROTOBUF_C_TYPE_STRING:
        pb_write_string(writer, str_z(*(char *const *)value));
        break;
    case PROTOBUF_C_TYPE_BYTES:
        pb_write_bytes(out, value);
        break;
    case PROTOBUF_C_TYPE_MESSAGE:
        break;
    }
}
