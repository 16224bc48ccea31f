/* From wire bytes to a message: merges as protobuf does (the last scalar wins, messages merge,
 * lists grow), takes packed and unpacked alike, keeps what it does not know. */
#include "core/cel/dynamic_message.h"

#include "core/cel/utf8.h"
#include "core/cel/wire.h"

struct dynamic_decoder {
    struct cel_run *run;
    const struct cel_schema *schema;
};

static bool dynamic_decode_fields(struct dynamic_decoder *decoder, struct cel_dynamic *message,
                                  struct str *rest, uint32_t group, unsigned depth);

static bool dynamic_corrupt(struct dynamic_decoder *decoder, const struct cel_message_type *type)
{
    return cel_fail(decoder->run, "expected a serialized '%.*s'", STR_ARG(type->name));
}

static enum cel_wire_type dynamic_wire_type(enum cel_proto_type type)
{
    static const uint8_t types[] = {
        [CEL_PROTO_DOUBLE] = CEL_WIRE_FIXED64,   [CEL_PROTO_FLOAT] = CEL_WIRE_FIXED32,
        [CEL_PROTO_FIXED64] = CEL_WIRE_FIXED64,  [CEL_PROTO_FIXED32] = CEL_WIRE_FIXED32,
        [CEL_PROTO_SFIXED64] = CEL_WIRE_FIXED64, [CEL_PROTO_SFIXED32] = CEL_WIRE_FIXED32,
        [CEL_PROTO_STRING] = CEL_WIRE_BYTES,     [CEL_PROTO_BYTES] = CEL_WIRE_BYTES,
        [CEL_PROTO_MESSAGE] = CEL_WIRE_BYTES,    [CEL_PROTO_GROUP] = CEL_WIRE_GROUP,
        [CEL_PROTO_SINT64] = CEL_WIRE_VARINT,
    };
    return (enum cel_wire_type)types[type];
}

static struct cel_value dynamic_varint(const struct cel_proto_field *field, uint64_t wide)
{
    switch (field->type) {
    case CEL_PROTO_BOOL:
        return cel_bool(wide != 0);
    case CEL_PROTO_INT32:
        return cel_int((int32_t)(uint32_t)wide);
    case CEL_PROTO_ENUM:
        return field->null ? cel_null() : cel_int((int32_t)(uint32_t)wide);
    case CEL_PROTO_UINT32:
        return cel_uint((uint32_t)wide);
    case CEL_PROTO_UINT64:
        return cel_uint(wide);
    case CEL_PROTO_SINT32:
        return cel_int(cel_wire_zigzag((uint32_t)wide));
    case CEL_PROTO_SINT64:
        return cel_int(cel_wire_zigzag(wide));
    case CEL_PROTO_INT64:
    case CEL_PROTO_DOUBLE:
    case CEL_PROTO_FLOAT:
    case CEL_PROTO_FIXED64:
    case CEL_PROTO_FIXED32:
    case CEL_PROTO_SFIXED32:
    case CEL_PROTO_SFIXED64:
    case CEL_PROTO_STRING:
    case CEL_PROTO_GROUP:
    case CEL_PROTO_MESSAGE:
    case CEL_PROTO_BYTES:
        break;
    }
    return cel_int((int64_t)wide);
}

static bool dynamic_fixed(const struct cel_proto_field *field, struct str *rest,
                          struct cel_value *raw)
{
    uint64_t wide;
    uint32_t narrow = 0;
    double number;
    float single;
    bool is_wide = dynamic_wire_type(field->type) == CEL_WIRE_FIXED64;
    if (is_wide ? !cel_wire_fixed64(rest, &wide) : !cel_wire_fixed32(rest, &narrow)) {
        return false;
    }
    if (field->type == CEL_PROTO_DOUBLE) {
        memcpy(&number, &wide, sizeof number);
        *raw = cel_double(number);
    } else if (field->type == CEL_PROTO_FLOAT) {
        memcpy(&single, &narrow, sizeof single);
        *raw = cel_double((double)single);
    } else if (field->type == CEL_PROTO_FIXED64 || field->type == CEL_PROTO_FIXED32) {
        *raw = cel_uint(is_wide ? wide : narrow);
    } else {
        *raw = cel_int(is_wide ? (int64_t)wide : (int32_t)narrow);
    }
    return true;
}

/* A scalar's payload. */
static bool dynamic_scalar(const struct cel_proto_field *field, struct str *rest,
                           struct cel_value *raw)
{
    uint64_t wide;
    struct str bytes;
    if (field->type == CEL_PROTO_STRING || field->type == CEL_PROTO_BYTES) {
        bool good = cel_wire_bytes(rest, &bytes) && bytes.size <= UINT32_MAX &&
                    (field->type == CEL_PROTO_BYTES || utf8_valid(bytes));
        if (good) {
            *raw = field->type == CEL_PROTO_BYTES ? cel_bytes(bytes) : cel_string(bytes);
        }
        return good;
    }
    if (dynamic_wire_type(field->type) != CEL_WIRE_VARINT) {
        return dynamic_fixed(field, rest, raw);
    }
    if (!cel_wire_varint(rest, &wide)) {
        return false;
    }
    *raw = dynamic_varint(field, wide);
    return true;
}

/* The message that a singular field has already, or a new one. */
static bool dynamic_inner(struct dynamic_decoder *decoder, struct cel_dynamic *message,
                          const struct cel_proto_field *field, struct cel_dynamic **inner)
{
    const struct dynamic_slot *slot = field->repeated ? NULL : dynamic_find(message, field);
    if (slot != NULL) {
        union {
            const void *read;
            struct cel_dynamic *write;
        } found = { slot->items[0].message };
        *inner = found.write;
        return true;
    }
    return dynamic_new(decoder->run, field->message, inner) &&
           (field->repeated ? dynamic_add : dynamic_put)(decoder->run, message, field,
                                                         cel_message(*inner));
}

static bool dynamic_decode_message(struct dynamic_decoder *decoder, struct cel_dynamic *message,
                                   const struct cel_proto_field *field, struct str *rest,
                                   unsigned depth)
{
    struct cel_dynamic *inner;
    struct str bytes;
    if (field->type == CEL_PROTO_GROUP) {
        return dynamic_inner(decoder, message, field, &inner) &&
               dynamic_decode_fields(decoder, inner, rest, field->number, depth + 1);
    }
    return (cel_wire_bytes(rest, &bytes) || dynamic_corrupt(decoder, message->type)) &&
           dynamic_inner(decoder, message, field, &inner) &&
           dynamic_decode_fields(decoder, inner, &bytes, 0, depth + 1);
}

static bool dynamic_decode_entry(struct dynamic_decoder *decoder, struct cel_dynamic *message,
                                 const struct cel_proto_field *field, struct str *rest,
                                 unsigned depth)
{
    struct cel_dynamic *entry;
    struct str bytes;
    if (!cel_wire_bytes(rest, &bytes)) {
        return dynamic_corrupt(decoder, message->type);
    }
    if (!dynamic_new(decoder->run, field->message, &entry) ||
        !dynamic_decode_fields(decoder, entry, &bytes, 0, depth + 1)) {
        return false;
    }
    struct cel_value value = dynamic_value(entry, 2);
    const struct cel_proto_field *value_field = dynamic_value_field(field);
    if (value_field->message != NULL && dynamic_find(entry, value_field) == NULL) {
        struct cel_dynamic *empty;
        if (!dynamic_new(decoder->run, value_field->message, &empty)) {
            return false;
        }
        value = cel_message(empty);
    }
    return dynamic_add_entry(decoder->run, message, field, dynamic_value(entry, 1), value);
}

static bool dynamic_decode_packed(struct dynamic_decoder *decoder, struct cel_dynamic *message,
                                  const struct cel_proto_field *field, struct str *rest)
{
    struct str bytes;
    struct cel_value raw;
    if (!cel_wire_bytes(rest, &bytes)) {
        return dynamic_corrupt(decoder, message->type);
    }
    while (bytes.size > 0) {
        if (!dynamic_scalar(field, &bytes, &raw)) {
            return dynamic_corrupt(decoder, message->type);
        }
        if (!dynamic_add(decoder->run, message, field, raw)) {
            return false;
        }
    }
    return true;
}

/* Keeps the bytes from `from` on as unknown. */
static bool dynamic_keep(struct dynamic_decoder *decoder, struct cel_dynamic *message,
                         struct str from, struct str rest)
{
    struct str more = { from.data, from.size - rest.size };
    char *kept = cel_alloc(decoder->run, message->unknown.size + more.size);
    if (kept == NULL) {
        return false;
    }
    if (message->unknown.size > 0) {
        memcpy(kept, message->unknown.data, message->unknown.size);
    }
    memcpy(kept + message->unknown.size, more.data, more.size);
    message->unknown = str_make(kept, message->unknown.size + more.size);
    return true;
}

/* One field whose tag was read from `from`. */
static bool dynamic_decode_field(struct dynamic_decoder *decoder, struct cel_dynamic *message,
                                 uint32_t number, enum cel_wire_type type, struct str from,
                                 struct str *rest, unsigned depth)
{
    const struct cel_proto_field *field = cel_schema_number(decoder->schema, message->type, number);
    struct cel_value raw;
    bool packable = field != NULL && field->repeated &&
                    dynamic_wire_type(field->type) != CEL_WIRE_BYTES && field->message == NULL;
    if (packable && type == CEL_WIRE_BYTES) {
        return dynamic_decode_packed(decoder, message, field, rest);
    }
    if (field == NULL || type != dynamic_wire_type(field->type)) {
        return (cel_wire_skip(rest, number, type, depth) ||
                dynamic_corrupt(decoder, message->type)) &&
               dynamic_keep(decoder, message, from, *rest);
    }
    if (field->map) {
        return dynamic_decode_entry(decoder, message, field, rest, depth);
    }
    if (field->message != NULL) {
        return dynamic_decode_message(decoder, message, field, rest, depth);
    }
    if (!dynamic_scalar(field, rest, &raw)) {
        return dynamic_corrupt(decoder, message->type);
    }
    return (field->repeated ? dynamic_add : dynamic_put)(decoder->run, message, field, raw);
}

/* All fields, of a group (number `group`) up to its end. */
static bool dynamic_decode_fields(struct dynamic_decoder *decoder, struct cel_dynamic *message,
                                  struct str *rest, uint32_t group, unsigned depth)
{
    uint32_t number;
    enum cel_wire_type type;
    if (depth > CEL_DYNAMIC_DEPTH_MAX) {
        return cel_fail(decoder->run, "expected at most %d messages inside each other",
                        CEL_DYNAMIC_DEPTH_MAX);
    }
    while (rest->size > 0) {
        struct str from = *rest;
        if (!cel_wire_tag(rest, &number, &type) ||
            (type == CEL_WIRE_GROUP_END && number != group)) {
            return dynamic_corrupt(decoder, message->type);
        }
        if (type == CEL_WIRE_GROUP_END) {
            return true;
        }
        if (!cel_charge(decoder->run, 1) ||
            !dynamic_decode_field(decoder, message, number, type, from, rest, depth)) {
            return false;
        }
    }
    return group == 0 || dynamic_corrupt(decoder, message->type);
}

bool cel_dynamic_decode(struct cel_run *run, const struct cel_schema *schema,
                        const struct cel_message_type *type, struct str bytes, const void **message)
{
    struct dynamic_decoder decoder = { run, schema };
    struct cel_dynamic *made;
    if (!cel_charge_bytes(run, bytes.size) || !dynamic_new(run, type, &made) ||
        !dynamic_decode_fields(&decoder, made, &bytes, 0, 0)) {
        return false;
    }
    *message = made;
    return true;
}
