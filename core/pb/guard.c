/* One pass over the wire form, without memory; recursion is counted before it happens.
 *
 * Refused everywhere: truncated or overlong varints, numbers and wire types that do not exist,
 * groups, wire types that do not fit the field, text that is not UTF-8 or holds a NUL, a singular
 * message that occurs twice, more levels than allowed. From outside also unknown fields and unknown
 * numbers of enums: nothing that a client set is silently ignored.
 * Accepted as the specification demands: a scalar that occurs again (the last wins), the members of
 * a oneof one after the other (the last wins), packed and plain lists in place of each other.
 *
 * Inside, a failure is a static text (NULL = fine), which costs less than a status per field; the
 * frames say where it happened. */
#include "core/pb/guard.h"

#include <stdio.h>

#include "core/base/utf8.h"
#include "core/pb/field.h"
#include "google/protobuf/struct.pb-c.h"

enum { PB_GUARD_FIELDS_MAX = 1024, PB_GUARD_PATH_MAX = 160 };

enum pb_wire {
    PB_WIRE_VARINT = 0,
    PB_WIRE_FIXED64 = 1,
    PB_WIRE_LENGTH = 2,
    PB_WIRE_GROUP_START = 3,
    PB_WIRE_GROUP_END = 4,
    PB_WIRE_FIXED32 = 5,
};

struct pb_guard_frame {
    const ProtobufCMessageDescriptor *descriptor;
    const ProtobufCFieldDescriptor *field; /* the one being read; NULL: none, or an unknown one */
    struct str key; /* of an entry of a Struct: its own; of a Struct: that of its last entry */
    size_t entries; /* of a Struct: so far */
    uint64_t seen[PB_GUARD_FIELDS_MAX / 64]; /* bits of the message fields that occurred */
};

struct pb_guard {
    enum pb_origin origin;
    bool sorted;
    uint32_t depth_max;
    uint32_t depth;
    uint32_t unknown_number; /* of the field that is refused as unknown */
    struct pb_guard_frame frames[PB_STORED_DEPTH_MAX];
};

struct pb_guard_input {
    const uint8_t *at;
    const uint8_t *end;
};

static const char pb_guard_unknown[] = "expected a field of this message, but there is none";

static size_t pb_guard_left(const struct pb_guard_input *input)
{
    return (size_t)(input->end - input->at);
}

static const char *pb_guard_varint(struct pb_guard_input *input, size_t size_max, uint64_t *value)
{
    if (input->at < input->end && *input->at < 0x80) {
        *value = *input->at++;
        return NULL;
    }
    *value = 0;
    for (size_t i = 0; i < size_max; i++) {
        if (input->at == input->end) {
            return "expected a whole number, but the bytes end in it";
        }
        uint8_t byte = *input->at++;
        if (i == 9 && byte > 1) {
            break;
        }
        *value |= (uint64_t)(byte & 0x7F) << (7 * i);
        if (byte < 0x80) {
            return NULL;
        }
    }
    return "expected a number of at most 64 bits, but it is longer";
}

static const char *pb_guard_skip(struct pb_guard_input *input, size_t size)
{
    if (pb_guard_left(input) < size) {
        return "expected a whole value, but the bytes end in it";
    }
    input->at += size;
    return NULL;
}

static const char *pb_guard_length(struct pb_guard_input *input, struct pb_guard_input *value)
{
    uint64_t size;
    const char *problem = pb_guard_varint(input, 5, &size);
    if (problem != NULL) {
        return problem;
    }
    if (size > pb_guard_left(input)) {
        return "expected as many bytes as its length says, but there are fewer";
    }
    *value = (struct pb_guard_input){ input->at, input->at + size };
    input->at += size;
    return NULL;
}

/* The wire type of one value of a type. */
static enum pb_wire pb_guard_wire(ProtobufCType type)
{
    static const uint8_t wires[] = {
        [PROTOBUF_C_TYPE_INT32] = PB_WIRE_VARINT,     [PROTOBUF_C_TYPE_SINT32] = PB_WIRE_VARINT,
        [PROTOBUF_C_TYPE_SFIXED32] = PB_WIRE_FIXED32, [PROTOBUF_C_TYPE_INT64] = PB_WIRE_VARINT,
        [PROTOBUF_C_TYPE_SINT64] = PB_WIRE_VARINT,    [PROTOBUF_C_TYPE_SFIXED64] = PB_WIRE_FIXED64,
        [PROTOBUF_C_TYPE_UINT32] = PB_WIRE_VARINT,    [PROTOBUF_C_TYPE_FIXED32] = PB_WIRE_FIXED32,
        [PROTOBUF_C_TYPE_UINT64] = PB_WIRE_VARINT,    [PROTOBUF_C_TYPE_FIXED64] = PB_WIRE_FIXED64,
        [PROTOBUF_C_TYPE_FLOAT] = PB_WIRE_FIXED32,    [PROTOBUF_C_TYPE_DOUBLE] = PB_WIRE_FIXED64,
        [PROTOBUF_C_TYPE_BOOL] = PB_WIRE_VARINT,      [PROTOBUF_C_TYPE_ENUM] = PB_WIRE_VARINT,
        [PROTOBUF_C_TYPE_STRING] = PB_WIRE_LENGTH,    [PROTOBUF_C_TYPE_BYTES] = PB_WIRE_LENGTH,
        [PROTOBUF_C_TYPE_MESSAGE] = PB_WIRE_LENGTH,
    };
    return wires[type];
}

static const char *pb_guard_number(const struct pb_guard *guard,
                                   const ProtobufCFieldDescriptor *field,
                                   struct pb_guard_input *input)
{
    uint64_t value;
    const char *problem = pb_guard_varint(input, 10, &value);
    if (problem == NULL && field->type == PROTOBUF_C_TYPE_ENUM && guard->origin == PB_OUTSIDE &&
        protobuf_c_enum_descriptor_get_value(field->descriptor, (int)(uint32_t)value) == NULL) {
        return "expected a number of its enum";
    }
    return problem;
}

static const char *pb_guard_packed(const struct pb_guard *guard,
                                   const ProtobufCFieldDescriptor *field,
                                   struct pb_guard_input input)
{
    enum pb_wire wire = pb_guard_wire(field->type);
    if (wire != PB_WIRE_VARINT) {
        size_t size = wire == PB_WIRE_FIXED32 ? 4 : 8;
        return pb_guard_left(&input) % size == 0 ? NULL : "expected whole items in a packed list";
    }
    while (input.at < input.end) {
        if (field->type == PROTOBUF_C_TYPE_BOOL && *input.at > 1) {
            return "expected 0 or 1 in a packed list of bool"; /* so does protobuf-c */
        }
        const char *problem = pb_guard_number(guard, field, &input);
        if (problem != NULL) {
            return problem;
        }
    }
    return NULL;
}

static const char *pb_guard_message(struct pb_guard *guard,
                                    const ProtobufCMessageDescriptor *descriptor,
                                    struct pb_guard_input input);

/* A singular message may occur once: protobuf-c's merging differs from the specification's. */
static const char *pb_guard_sub(struct pb_guard *guard, struct pb_guard_frame *frame,
                                const ProtobufCFieldDescriptor *field, struct pb_guard_input value)
{
    size_t index = (size_t)(field - frame->descriptor->fields);
    uint64_t bit = UINT64_C(1) << (index % 64);
    if (!pb_field_repeated(field) && (frame->seen[index / 64] & bit) != 0) {
        return "expected this message once, but it is there again";
    }
    frame->seen[index / 64] |= bit;
    frame->entries++;
    return pb_guard_message(guard, pb_field_type(field), value);
}

static const char *pb_guard_text(struct pb_guard_frame *frame, struct str text)
{
    if (!utf8_valid_text(text)) {
        return "expected UTF-8 text without NUL";
    }
    frame->key = text; /* the only text in an entry is its key */
    return NULL;
}

static const char *pb_guard_bytes(struct pb_guard *guard, struct pb_guard_frame *frame,
                                  const ProtobufCFieldDescriptor *field,
                                  struct pb_guard_input *input)
{
    struct pb_guard_input value;
    const char *problem = pb_guard_length(input, &value);
    if (problem != NULL || field->type == PROTOBUF_C_TYPE_BYTES) {
        return problem;
    }
    if (field->type == PROTOBUF_C_TYPE_STRING) {
        return pb_guard_text(frame, str_make(value.at, pb_guard_left(&value)));
    }
    if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
        return pb_guard_sub(guard, frame, field, value);
    }
    return pb_guard_packed(guard, field, value);
}

static const char *pb_guard_known(struct pb_guard *guard, struct pb_guard_frame *frame,
                                  const ProtobufCFieldDescriptor *field, enum pb_wire wire,
                                  struct pb_guard_input *input)
{
    enum pb_wire expected = pb_guard_wire(field->type);
    bool packed = pb_field_repeated(field) && wire == PB_WIRE_LENGTH;
    if (wire != expected && !packed) {
        return "expected the wire type of its field";
    }
    switch (wire) {
    case PB_WIRE_VARINT:
        return pb_guard_number(guard, field, input);
    case PB_WIRE_FIXED64:
        return pb_guard_skip(input, 8);
    case PB_WIRE_FIXED32:
        return pb_guard_skip(input, 4);
    case PB_WIRE_LENGTH:
        return pb_guard_bytes(guard, frame, field, input);
    case PB_WIRE_GROUP_START:
    case PB_WIRE_GROUP_END:
        break;
    }
    return "expected no group";
}

static const char *pb_guard_foreign(struct pb_guard *guard, uint32_t number, enum pb_wire wire,
                                    struct pb_guard_input *input)
{
    struct pb_guard_input value;
    uint64_t varint;
    if (guard->origin == PB_OUTSIDE) {
        guard->unknown_number = number;
        return pb_guard_unknown;
    }
    switch (wire) {
    case PB_WIRE_VARINT:
        return pb_guard_varint(input, 10, &varint);
    case PB_WIRE_FIXED64:
        return pb_guard_skip(input, 8);
    case PB_WIRE_FIXED32:
        return pb_guard_skip(input, 4);
    case PB_WIRE_LENGTH:
        return pb_guard_length(input, &value);
    case PB_WIRE_GROUP_START:
    case PB_WIRE_GROUP_END:
        break;
    }
    return "expected no group";
}

enum { PB_GUARD_NEAR = 8 };

/* Fields mostly come in the order of the schema, so those after the last are tried first. */
static const ProtobufCFieldDescriptor *pb_guard_find(const struct pb_guard_frame *frame,
                                                     const ProtobufCFieldDescriptor *last,
                                                     uint32_t number)
{
    const ProtobufCMessageDescriptor *descriptor = frame->descriptor;
    const ProtobufCFieldDescriptor *end = descriptor->fields + descriptor->n_fields;
    const ProtobufCFieldDescriptor *next = last == NULL ? descriptor->fields : last;
    for (int i = 0; i < PB_GUARD_NEAR && next < end && next->id <= number; i++, next++) {
        if (next->id == number) {
            return next;
        }
    }
    return protobuf_c_message_descriptor_get_field(descriptor, number);
}

static const char *pb_guard_field(struct pb_guard *guard, struct pb_guard_frame *frame,
                                  struct pb_guard_input *input)
{
    uint64_t tag;
    const ProtobufCFieldDescriptor *last = frame->field;
    frame->field = NULL;
    const char *problem = pb_guard_varint(input, 5, &tag);
    if (problem != NULL) {
        return problem;
    }
    if (tag > UINT32_MAX || tag >> 3 == 0) {
        return "expected a field number from 1 to 536870911";
    }
    if ((tag & 7) > PB_WIRE_FIXED32) {
        return "expected a wire type from 0 to 5";
    }
    const ProtobufCFieldDescriptor *field = pb_guard_find(frame, last, (uint32_t)(tag >> 3));
    enum pb_wire wire = (enum pb_wire)(tag & 7);
    if (field == NULL) {
        return pb_guard_foreign(guard, (uint32_t)(tag >> 3), wire, input);
    }
    frame->field = field;
    return pb_guard_known(guard, frame, field, wire, input);
}

/* The key of an entry against that of the one before; an entry without a key has the empty one. */
static void pb_guard_entry(struct pb_guard *guard, struct pb_guard_frame *map, struct str key)
{
    guard->sorted &= map->entries == 1 || str_cmp(map->key, key) < 0;
    map->key = key;
}

static const char *pb_guard_message(struct pb_guard *guard,
                                    const ProtobufCMessageDescriptor *descriptor,
                                    struct pb_guard_input input)
{
    assert(descriptor->n_fields <= PB_GUARD_FIELDS_MAX);
    if (guard->depth == guard->depth_max) {
        return "expected fewer levels of messages";
    }
    struct pb_guard_frame *frame = &guard->frames[guard->depth++];
    frame->descriptor = descriptor;
    frame->field = NULL;
    memset(frame->seen, 0, (descriptor->n_fields + 63) / 64 * sizeof frame->seen[0]);
    frame->key = (struct str){ 0 };
    frame->entries = 0;
    while (input.at < input.end) {
        const char *problem = pb_guard_field(guard, frame, &input);
        if (problem != NULL) {
            return problem;
        }
    }
    if (descriptor == &google__protobuf__struct__fields_entry__descriptor && guard->depth > 1) {
        pb_guard_entry(guard, frame - 1, frame->key);
    }
    guard->depth--;
    return NULL;
}

/* "assignRole.roleId", or the message's name at its top; cut where it is too long. */
static void pb_guard_path(const struct pb_guard *guard, struct buf *path)
{
    for (uint32_t i = 0; i < guard->depth; i++) {
        if (guard->frames[i].field != NULL && path->size < PB_GUARD_PATH_MAX) {
            buf_append(path, i == 0 ? STR("") : STR("."));
            pb_field_json_name(guard->frames[i].field->name, path);
        }
    }
    if (path->size == 0) {
        buf_append(path, str_z(guard->frames[0].descriptor->name));
    }
    if (guard->unknown_number != 0) {
        buf_printf(path, ": field %u", guard->unknown_number);
    }
}

struct status pb_guard(const ProtobufCMessageDescriptor *descriptor, struct str bytes,
                       enum pb_origin origin, bool *sorted)
{
    struct pb_guard guard;
    guard.origin = origin;
    guard.sorted = true;
    guard.depth_max = origin == PB_OUTSIDE ? MESSAGE_DEPTH_MAX : PB_STORED_DEPTH_MAX;
    guard.depth = 0;
    guard.unknown_number = 0;
    const uint8_t *data = (const uint8_t *)bytes.data;
    struct pb_guard_input input = { data, bytes.size == 0 ? data : data + bytes.size };
    const char *problem = pb_guard_message(&guard, descriptor, input);
    *sorted = guard.sorted;
    if (problem == NULL) {
        return status_ok();
    }
    struct buf path = { 0 };
    pb_guard_path(&guard, &path);
    enum status_code code = origin == PB_OUTSIDE ? STATUS_INVALID_ARGUMENT : STATUS_DATA_LOSS;
    struct status status = status_error(code, "%.*s: %s", STR_ARG(buf_str(&path)), problem);
    buf_release(&path);
    return status;
}
