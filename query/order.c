/* A key: whether there is a value, the value (a text as store/key.h has it, a number by 8 bytes,
 * its sign turned), both with all bits turned where the order is descending; then the id. */
#include "query/order.h"

#include "core/domain/kernel/fields.h"
#include "core/pb/field.h"
#include "core/store/key.h"

static bool order_is_time(const ProtobufCFieldDescriptor *field)
{
    return field->type == PROTOBUF_C_TYPE_MESSAGE &&
           field->descriptor == &google__protobuf__timestamp__descriptor;
}

static bool order_is_ordered(const ProtobufCFieldDescriptor *field)
{
    static const unsigned types = BIT(PROTOBUF_C_TYPE_STRING) | BIT(PROTOBUF_C_TYPE_ENUM) |
                                  BIT(PROTOBUF_C_TYPE_BOOL) | BIT(PROTOBUF_C_TYPE_UINT32) |
                                  BIT(PROTOBUF_C_TYPE_UINT64) | BIT(PROTOBUF_C_TYPE_INT32) |
                                  BIT(PROTOBUF_C_TYPE_INT64);
    return !pb_field_repeated(field) &&
           (order_is_time(field) || (types & BIT((unsigned)field->type)) != 0);
}

/* The field of "name", "-name" and "name desc", the last as AIP-132 writes it. */
static struct str order_path(struct str text, bool *descending)
{
    const struct str word = STR(" desc");
    const size_t size = text.size > word.size ? text.size - word.size : text.size;
    const bool said = str_eq(str_from(text, size), word);
    *descending = said || str_starts(text, STR("-"));
    return said ? str_make(text.data, size) : *descending ? str_from(text, 1) : text;
}

struct status order_parse(enum entity_kind kind, struct str text, struct order *order)
{
    struct str path = order_path(text, &order->descending);
    TRY(status_prefix(filter_field(&order->field, kind, path), "order"));
    return order_is_ordered(order->field.field)
               ? status_ok()
               : status_error(STATUS_INVALID_ARGUMENT,
                              "order: expected a field with one text, number, name or time, but "
                              "'%.*s' has none",
                              STR_ARG(path));
}

/* ---- the value ---- */

/* Any of these is ordered by its number; int32 and enums are signed. */
static int64_t order_number(const ProtobufCFieldDescriptor *field, const void *at)
{
    int64_t wide;
    int32_t narrow;
    switch ((unsigned)field->type) {
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_INT64:
        memcpy(&wide, at, sizeof wide);
        return wide;
    case PROTOBUF_C_TYPE_UINT32:
        return *(const uint32_t *)at;
    }
    memcpy(&narrow, at, sizeof narrow);
    return narrow;
}

static void order_put_number(int64_t number, bool is_unsigned, struct buf *key)
{
    key_put_u8(key, 1);
    key_put_u64(key, (uint64_t)number ^ (is_unsigned ? 0 : UINT64_C(1) << 63));
}

static void order_put_value(const ProtobufCFieldDescriptor *field, const void *at, struct buf *key)
{
    if (field->type == PROTOBUF_C_TYPE_STRING) {
        const char *text;
        memcpy(&text, at, sizeof text);
        struct str value = str_z(text);
        value.size = value.size < ORDER_TEXT_MAX ? value.size : ORDER_TEXT_MAX;
        key_put_u8(key, 1);
        key_put_str(key, value);
        return;
    }
    if (!order_is_time(field)) {
        order_put_number(order_number(field, at), field->type == PROTOBUF_C_TYPE_UINT64, key);
        return;
    }
    const void *time = pb_field_message(at);
    if (time == NULL) {
        key_put_u8(key, 0);
    } else {
        order_put_number(fields_time_us(time), false, key);
    }
}

/* ---- the key ---- */

static void order_turn(char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        bytes[i] = (char)~bytes[i];
    }
}

void order_key(const struct order *order, const ProtobufCMessage *entity, struct str id,
               struct buf *key)
{
    const struct filter *by = &order->field;
    const size_t begin = key->size;
    if (by->outer != NULL) {
        entity = pb_field_message(pb_field_at(entity, by->outer));
    }
    if (entity == NULL) {
        key_put_u8(key, 0);
    } else {
        order_put_value(by->field, pb_field_at(entity, by->field), key);
    }
    if (order->descending) {
        order_turn(key->data + begin, key->size - begin);
    }
    key_put_str(key, id);
}

struct status order_key_id(const struct order *order, struct arena *arena, struct str key,
                           struct str *id)
{
    const bool text = order->field.field->type == PROTOBUF_C_TYPE_STRING;
    struct str rest = arena_copy(arena, key);
    uint64_t number;
    uint8_t there;
    if (rest.data == NULL) {
        return arena_full(arena);
    }
    if (order->descending) {
        order_turn((char *)(uintptr_t)rest.data, rest.size);
    }
    TRY(key_get_u8(&rest, &there));
    if (there != 0) {
        TRY(text ? key_skip_str(&rest) : key_get_u64(&rest, &number));
    }
    rest = str_from(key, key.size - rest.size);
    return key_get_str(&rest, arena, id);
}
