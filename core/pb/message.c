#include "core/pb/message.h"

#include <stdlib.h>

#include "core/pb/field.h"
#include "google/protobuf/struct.pb-c.h"

/* protobuf-c takes a NULL of its allocator for "out of memory" and fails cleanly. */
struct pb_memory {
    struct arena *arena;
    bool full;
};

static void *pb_memory_alloc(void *data, size_t size)
{
    struct pb_memory *memory = data;
    void *block = arena_alloc(memory->arena, size);
    memory->full |= block == NULL;
    return block;
}

static void pb_memory_free(void *data, void *block)
{
    (void)data;
    (void)block; /* freed with the arena */
}

struct status pb_new(struct arena *arena, const ProtobufCMessageDescriptor *descriptor,
                     void *message)
{
    ProtobufCMessage *made;
    ARENA_TRY(arena, made, arena_alloc(arena, descriptor->sizeof_message));
    protobuf_c_message_init(descriptor, made);
    memcpy(message, &made, sizeof made);
    return status_ok();
}

static struct status pb_decode(struct arena *arena, const ProtobufCMessageDescriptor *descriptor,
                               struct str bytes, ProtobufCMessage **message)
{
    struct pb_memory memory = { .arena = arena };
    ProtobufCAllocator allocator = { pb_memory_alloc, pb_memory_free, &memory };
    const uint8_t *data = bytes.size == 0 ? (const uint8_t *)"" : (const uint8_t *)bytes.data;
    *message = protobuf_c_message_unpack(descriptor, &allocator, bytes.size, data);
    if (*message != NULL) {
        return status_ok();
    }
    if (memory.full) {
        return arena_full(arena);
    }
    return status_error(STATUS_INTERNAL, "expected what the guard lets pass to decode as '%s'",
                        descriptor->name);
}

struct status pb_unpack(struct arena *arena, const ProtobufCMessageDescriptor *descriptor,
                        struct str bytes, enum pb_origin origin, void *message)
{
    ProtobufCMessage *decoded;
    bool sorted;
    TRY(pb_guard(descriptor, bytes, origin, &sorted));
    TRY(pb_decode(arena, descriptor, bytes, &decoded));
    if (!sorted && origin == PB_OUTSIDE) {
        TRY(pb_sort_structs(arena, decoded));
    }
    memcpy(message, &decoded, sizeof decoded);
    return status_ok();
}

size_t pb_packed_size(const ProtobufCMessage *message)
{
    return protobuf_c_message_get_packed_size(message);
}

struct status pb_pack(struct arena *arena, const ProtobufCMessage *message, struct str *bytes)
{
    size_t size = pb_packed_size(message);
    uint8_t *data;
    ARENA_TRY(arena, data, arena_alloc(arena, size));
    size_t packed = protobuf_c_message_pack(message, data);
    assert(packed == size);
    *bytes = str_make(data, size);
    return status_ok();
}

void pb_pack_buf(const ProtobufCMessage *message, struct buf *out)
{
    size_t size = pb_packed_size(message);
    size_t packed = protobuf_c_message_pack(message, (uint8_t *)buf_reserve(out, size));
    assert(packed == size);
    out->size += size;
}

/* Copying fails only for want of memory, so inside a bool says it all. */
static ProtobufCMessage *pb_copy_message(struct arena *arena, const ProtobufCMessage *message);

static bool pb_copy_bytes(struct arena *arena, ProtobufCBinaryData *bytes)
{
    struct str copy = arena_copy(arena, str_make(bytes->data, bytes->len));
    bytes->data = (uint8_t *)(uintptr_t)copy.data;
    return copy.data != NULL;
}

/* Replaces what one C value points to by a copy. */
static bool pb_copy_value(struct arena *arena, ProtobufCType type, void *value)
{
    if (type == PROTOBUF_C_TYPE_STRING) {
        struct str copy = arena_copy(arena, str_z(*(char **)value));
        *(char **)value = (char *)(uintptr_t)copy.data;
        return copy.data != NULL;
    }
    if (type == PROTOBUF_C_TYPE_MESSAGE) {
        ProtobufCMessage *copy = pb_copy_message(arena, pb_field_message(value));
        memcpy(value, &copy, sizeof copy);
        return copy != NULL;
    }
    return pb_copy_bytes(arena, value);
}

static bool pb_points(ProtobufCType type)
{
    return type == PROTOBUF_C_TYPE_STRING || type == PROTOBUF_C_TYPE_BYTES ||
           type == PROTOBUF_C_TYPE_MESSAGE;
}

static bool pb_copy_items(struct arena *arena, ProtobufCMessage *copy,
                          const ProtobufCFieldDescriptor *field)
{
    size_t count = pb_field_count(copy, field), size = pb_field_size(field);
    unsigned char *items = arena_alloc(arena, count * size);
    if (items == NULL) {
        return false;
    }
    memcpy(items, pb_field_item(copy, field, 0), count * size);
    pb_field_set_items(copy, field, items, count);
    for (size_t i = 0; pb_points(field->type) && i < count; i++) {
        if (!pb_copy_value(arena, field->type, items + i * size)) {
            return false;
        }
    }
    return true;
}

static bool pb_copy_unknown(struct arena *arena, ProtobufCMessage *copy)
{
    size_t size = copy->n_unknown_fields * sizeof *copy->unknown_fields;
    ProtobufCMessageUnknownField *fields = arena_alloc(arena, size);
    if (fields == NULL) {
        return false;
    }
    memcpy(fields, copy->unknown_fields, size);
    copy->unknown_fields = fields;
    for (unsigned i = 0; i < copy->n_unknown_fields; i++) {
        ProtobufCBinaryData data = { fields[i].len, fields[i].data };
        if (!pb_copy_bytes(arena, &data)) {
            return false;
        }
        fields[i].data = data.data;
    }
    return true;
}

static bool pb_copy_field(struct arena *arena, ProtobufCMessage *copy,
                          const ProtobufCFieldDescriptor *field)
{
    bool repeated = pb_field_repeated(field);
    if (!repeated && !pb_points(field->type)) {
        return true; /* copied with the struct */
    }
    if (!pb_field_has(copy, field)) {
        if (!repeated && !pb_field_in_oneof(field)) {
            pb_field_clear(copy, field); /* an empty text, too, lies somewhere */
        }
        return true;
    }
    return repeated ? pb_copy_items(arena, copy, field)
                    : pb_copy_value(arena, field->type, pb_field_at(copy, field));
}

/* The struct as it is, then what its fields point to. Recursion is as deep as the message, which
 * the guard has bounded where it came from outside. */
static ProtobufCMessage *pb_copy_message(struct arena *arena, const ProtobufCMessage *message)
{
    const ProtobufCMessageDescriptor *descriptor = message->descriptor;
    ProtobufCMessage *copy = arena_alloc(arena, descriptor->sizeof_message);
    if (copy == NULL) {
        return NULL;
    }
    memcpy(copy, message, descriptor->sizeof_message);
    for (unsigned i = 0; i < descriptor->n_fields; i++) {
        if (!pb_copy_field(arena, copy, &descriptor->fields[i])) {
            return NULL;
        }
    }
    return copy->n_unknown_fields == 0 || pb_copy_unknown(arena, copy) ? copy : NULL;
}

struct status pb_copy(struct arena *arena, const ProtobufCMessage *message, void *copy)
{
    ProtobufCMessage *made;
    ARENA_TRY(arena, made, pb_copy_message(arena, message));
    memcpy(copy, &made, sizeof made);
    return status_ok();
}

bool pb_equal(const ProtobufCMessage *a, const ProtobufCMessage *b)
{
    if (a->descriptor != b->descriptor) {
        return false;
    }
    struct buf a_bytes = { 0 }, b_bytes = { 0 };
    pb_pack_buf(a, &a_bytes);
    pb_pack_buf(b, &b_bytes);
    bool equal = str_eq(buf_str(&a_bytes), buf_str(&b_bytes));
    buf_release(&a_bytes);
    buf_release(&b_bytes);
    return equal;
}

struct pb_entry {
    Google__Protobuf__Struct__FieldsEntry *entry;
    size_t index; /* qsort keeps no order among equals */
};

static int pb_entry_order(const void *a, const void *b)
{
    const struct pb_entry *left = a, *right = b;
    int order = strcmp(left->entry->key, right->entry->key);
    return order != 0 ? order : (left->index > right->index) - (left->index < right->index);
}

static bool pb_struct_sorted(const Google__Protobuf__Struct *map)
{
    for (size_t i = 1; i < map->n_fields; i++) {
        if (strcmp(map->fields[i - 1]->key, map->fields[i]->key) >= 0) {
            return false;
        }
    }
    return true;
}

static struct status pb_struct_sort(struct arena *arena, Google__Protobuf__Struct *map)
{
    if (pb_struct_sorted(map)) {
        return status_ok();
    }
    struct pb_entry *entries;
    ARENA_TRY(arena, entries, arena_alloc(arena, map->n_fields * sizeof *entries));
    for (size_t i = 0; i < map->n_fields; i++) {
        entries[i] = (struct pb_entry){ map->fields[i], i };
    }
    qsort(entries, map->n_fields, sizeof *entries, pb_entry_order);
    size_t kept = 0;
    for (size_t i = 0; i < map->n_fields; i++) {
        bool again =
            i + 1 < map->n_fields && strcmp(entries[i].entry->key, entries[i + 1].entry->key) == 0;
        if (!again) {
            map->fields[kept++] = entries[i].entry;
        }
    }
    map->n_fields = kept;
    return status_ok();
}

static struct status pb_sort_field(struct arena *arena, ProtobufCMessage *message,
                                   const ProtobufCFieldDescriptor *field)
{
    if (!pb_field_repeated(field)) {
        return pb_sort_structs(arena, pb_field_message(pb_field_at(message, field)));
    }
    size_t count = pb_field_count(message, field);
    for (size_t i = 0; i < count; i++) {
        TRY(pb_sort_structs(arena, pb_field_message(pb_field_item(message, field, i))));
    }
    return status_ok();
}

/* Recursion is bounded, since the guard has bounded the message's depth. */
struct status pb_sort_structs(struct arena *arena, ProtobufCMessage *message)
{
    const ProtobufCMessageDescriptor *descriptor = message->descriptor;
    if (descriptor == &google__protobuf__struct__descriptor) {
        TRY(pb_struct_sort(arena, (Google__Protobuf__Struct *)(void *)message));
    }
    for (unsigned i = 0; i < descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &descriptor->fields[i];
        if (field->type == PROTOBUF_C_TYPE_MESSAGE && pb_field_has(message, field)) {
            TRY(pb_sort_field(arena, message, field));
        }
    }
    return status_ok();
}
