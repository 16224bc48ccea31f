/* From a message to wire bytes. The same walk counts (no place to write to) and writes; what has a
 * length before it is counted first, so the cost is bytes times depth. Messages may share parts, so
 * that they are larger than the memory they take: every visit is charged. */
#include "core/cel/dynamic_message.h"
#include "core/cel/wire.h"

struct dynamic_out {
    struct cel_run *run;
    char *data; /* NULL: only count */
    size_t size;
    bool failed; /* run->error says why; nothing is written any more */
};

static void dynamic_write_message(struct dynamic_out *out, const struct cel_dynamic *message);

static void dynamic_write_byte(struct dynamic_out *out, uint8_t byte)
{
    if (out->data != NULL) {
        out->data[out->size] = (char)byte;
    }
    out->size++;
}

static void dynamic_write_varint(struct dynamic_out *out, uint64_t value)
{
    for (; value >= 0x80; value >>= 7) {
        dynamic_write_byte(out, (uint8_t)(value | 0x80));
    }
    dynamic_write_byte(out, (uint8_t)value);
}

static void dynamic_write_fixed(struct dynamic_out *out, uint64_t value, unsigned size)
{
    for (unsigned i = 0; i < size; i++) {
        dynamic_write_byte(out, (uint8_t)(value >> (8 * i)));
    }
}

static void dynamic_write_bytes(struct dynamic_out *out, struct str bytes)
{
    dynamic_write_varint(out, bytes.size);
    if (out->data != NULL && bytes.size > 0) {
        memcpy(out->data + out->size, bytes.data, bytes.size);
    }
    out->size += bytes.size;
}

static void dynamic_write_tag(struct dynamic_out *out, uint32_t number, enum cel_wire_type type)
{
    dynamic_write_varint(out, (uint64_t)number << 3 | (uint64_t)type);
}

static uint64_t dynamic_bits(const struct cel_proto_field *field, struct cel_value raw)
{
    uint64_t bits;
    uint32_t narrow;
    float single;
    if (field->type == CEL_PROTO_FLOAT) {
        single = (float)raw.number;
        memcpy(&narrow, &single, sizeof narrow);
        return narrow;
    }
    if (field->type == CEL_PROTO_DOUBLE) {
        memcpy(&bits, &raw.number, sizeof bits);
        return bits;
    }
    if (field->type == CEL_PROTO_SINT32 || field->type == CEL_PROTO_SINT64) {
        return (uint64_t)raw.integer << 1 ^ (raw.integer < 0 ? UINT64_MAX : 0);
    }
    return raw.kind == CEL_BOOL ? raw.boolean : raw.kind == CEL_NULL ? 0 : raw.unsigned_integer;
}

/* How the field's type lies on the wire; groups and messages apart. */
static enum cel_wire_type dynamic_scalar_wire(enum cel_proto_type type)
{
    if (type == CEL_PROTO_STRING || type == CEL_PROTO_BYTES) {
        return CEL_WIRE_BYTES;
    }
    if (type == CEL_PROTO_DOUBLE || type == CEL_PROTO_FIXED64 || type == CEL_PROTO_SFIXED64) {
        return CEL_WIRE_FIXED64;
    }
    bool narrow =
        type == CEL_PROTO_FLOAT || type == CEL_PROTO_FIXED32 || type == CEL_PROTO_SFIXED32;
    return narrow ? CEL_WIRE_FIXED32 : CEL_WIRE_VARINT;
}

static void dynamic_write_payload(struct dynamic_out *out, const struct cel_proto_field *field,
                                  struct cel_value raw)
{
    enum cel_wire_type type = dynamic_scalar_wire(field->type);
    if (type == CEL_WIRE_BYTES) {
        dynamic_write_bytes(out, cel_str(raw));
    } else if (type == CEL_WIRE_VARINT) {
        dynamic_write_varint(out, dynamic_bits(field, raw));
    } else {
        dynamic_write_fixed(out, dynamic_bits(field, raw), type == CEL_WIRE_FIXED64 ? 8 : 4);
    }
}

static void dynamic_write_item(struct dynamic_out *out, const struct cel_proto_field *field,
                               struct cel_value raw)
{
    struct dynamic_out count = { .run = out->run };
    if (field->type == CEL_PROTO_GROUP) {
        dynamic_write_tag(out, field->number, CEL_WIRE_GROUP);
        dynamic_write_message(out, dynamic_of(raw));
        dynamic_write_tag(out, field->number, CEL_WIRE_GROUP_END);
    } else if (field->message != NULL) {
        dynamic_write_tag(out, field->number, CEL_WIRE_BYTES);
        dynamic_write_message(&count, dynamic_of(raw));
        out->failed |= count.failed;
        dynamic_write_varint(out, count.size);
        if (out->data == NULL) { /* counted already: twice at each level would be 2^depth */
            out->size += count.size;
        } else {
            dynamic_write_message(out, dynamic_of(raw));
        }
    } else {
        dynamic_write_tag(out, field->number, dynamic_scalar_wire(field->type));
        dynamic_write_payload(out, field, raw);
    }
}

static void dynamic_write_packed(struct dynamic_out *out, const struct dynamic_slot *slot)
{
    struct dynamic_out count = { .run = out->run };
    dynamic_write_tag(out, slot->field->number, CEL_WIRE_BYTES);
    for (uint32_t i = 0; i < slot->count; i++) {
        dynamic_write_payload(&count, slot->field, slot->items[i]);
    }
    dynamic_write_varint(out, count.size);
    for (uint32_t i = 0; i < slot->count; i++) {
        dynamic_write_payload(out, slot->field, slot->items[i]);
    }
}

static void dynamic_write_map(struct dynamic_out *out, const struct dynamic_slot *slot)
{
    const struct cel_proto_field *key = dynamic_key_field(slot->field);
    const struct cel_proto_field *value = dynamic_value_field(slot->field);
    for (uint32_t i = 0; i < slot->count && !out->failed; i += 2) {
        struct dynamic_out count = { .run = out->run };
        dynamic_write_item(&count, key, slot->items[i]);
        dynamic_write_item(&count, value, slot->items[i + 1]);
        out->failed |= count.failed;
        dynamic_write_tag(out, slot->field->number, CEL_WIRE_BYTES);
        dynamic_write_varint(out, count.size);
        if (out->data == NULL) {
            out->size += count.size;
            continue;
        }
        dynamic_write_item(out, key, slot->items[i]);
        dynamic_write_item(out, value, slot->items[i + 1]);
    }
}

static void dynamic_write_slot(struct dynamic_out *out, const struct dynamic_slot *slot)
{
    const struct cel_proto_field *field = slot->field;
    bool packed = field->packed && field->message == NULL &&
                  dynamic_scalar_wire(field->type) != CEL_WIRE_BYTES;
    if (!cel_charge(out->run, slot->count)) {
        out->failed = true;
    } else if (field->map) {
        dynamic_write_map(out, slot);
    } else if (packed) {
        dynamic_write_packed(out, slot);
    } else {
        for (uint32_t i = 0; i < slot->count && !out->failed; i++) {
            dynamic_write_item(out, field, slot->items[i]);
        }
    }
}

static void dynamic_write_message(struct dynamic_out *out, const struct cel_dynamic *message)
{
    if (!cel_charge_bytes(out->run, message->unknown.size) || !cel_enter(out->run)) {
        out->failed = true;
        return;
    }
    for (const struct dynamic_slot *slot = message->slots; slot != NULL && !out->failed;
         slot = slot->next) {
        dynamic_write_slot(out, slot);
    }
    if (out->data != NULL && message->unknown.size > 0 && !out->failed) {
        memcpy(out->data + out->size, message->unknown.data, message->unknown.size);
    }
    out->size += message->unknown.size;
    cel_leave(out->run);
}

bool cel_dynamic_encode(struct cel_run *run, const void *message, struct str *bytes)
{
    struct dynamic_out out = { .run = run };
    dynamic_write_message(&out, message);
    if (out.failed) {
        return false;
    }
    out.data = cel_alloc(run, out.size + 1);
    out.size = 0;
    if (out.data == NULL) {
        return false;
    }
    dynamic_write_message(&out, message);
    *bytes = str_make(out.data, out.size);
    return !out.failed;
}
