/* Maps: in the order of their keys, of equal ones the last, whatever stands on the wire. */
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/pb/json_writer.h"

struct pb_map_item {
    const ProtobufCMessage *entry;
    size_t index;
};

static const ProtobufCFieldDescriptor *pb_map_key(const ProtobufCMessage *entry)
{
    return &entry->descriptor->fields[0];
}

/* Whole numbers and truths by their bytes: only equality counts, and that the order is one. */
static int pb_map_order(const void *a, const void *b)
{
    const struct pb_map_item *left = a, *right = b;
    const ProtobufCFieldDescriptor *key = pb_map_key(left->entry);
    const void *first = pb_field_at(left->entry, key), *second = pb_field_at(right->entry, key);
    int order = key->type == PROTOBUF_C_TYPE_STRING
                    ? strcmp(*(char *const *)first, *(char *const *)second)
                    : memcmp(first, second, pb_field_size(key));
    return order != 0 ? order : (left->index > right->index) - (left->index < right->index);
}

static bool pb_map_same(const struct pb_map_item *a, const struct pb_map_item *b)
{
    struct pb_map_item again = { b->entry, a->index };
    return pb_map_order(a, &again) == 0;
}

static void pb_map_write_key(struct pb_writer *writer, const ProtobufCMessage *entry)
{
    const ProtobufCFieldDescriptor *key = pb_map_key(entry);
    size_t begin = writer->out->size;
    pb_write_scalar(writer, key, pb_field_at(entry, key));
    if (writer->out->data[begin] != '"') {
        struct buf bare = { 0 };
        buf_append(&bare, str_from(buf_str(writer->out), begin));
        writer->out->size = begin;
        buf_printf(writer->out, "\"%.*s\"", STR_ARG(buf_str(&bare)));
        buf_release(&bare);
    }
}

/* A message that is not there is an empty one. */
static bool pb_map_write_value(struct pb_writer *writer, const ProtobufCMessage *entry)
{
    const ProtobufCFieldDescriptor *field = &entry->descriptor->fields[1];
    const void *value = pb_field_at(entry, field);
    if (field->type == PROTOBUF_C_TYPE_MESSAGE && pb_field_message(value) == NULL) {
        ProtobufCMessage *empty = mem_alloc(pb_field_type(field)->sizeof_message);
        protobuf_c_message_init(pb_field_type(field), empty);
        bool written = pb_write_message(writer, empty);
        mem_free(empty);
        return written;
    }
    return pb_write_value(writer, field, value);
}

static bool pb_map_write_items(struct pb_writer *writer, const struct pb_map_item *items,
                               size_t count)
{
    bool first = true;
    for (size_t i = 0; i < count; i++) {
        if (i + 1 < count && pb_map_same(&items[i], &items[i + 1])) {
            continue;
        }
        pb_write_separate(writer, first);
        first = false;
        pb_map_write_key(writer, items[i].entry);
        pb_write_colon(writer);
        if (!pb_map_write_value(writer, items[i].entry)) {
            return false;
        }
    }
    return true;
}

bool pb_write_map(struct pb_writer *writer, const ProtobufCMessage *message,
                  const ProtobufCFieldDescriptor *field)
{
    size_t count = pb_field_count(message, field);
    struct pb_map_item *items = mem_alloc(count * sizeof *items);
    for (size_t i = 0; i < count; i++) {
        items[i].entry = pb_field_message(pb_field_item(message, field, i));
        items[i].index = i;
    }
    qsort(items, count, sizeof *items, pb_map_order);
    pb_write_open(writer, '{');
    bool written = pb_map_write_items(writer, items, count);
    if (written) {
        pb_write_close(writer, '}', count == 0);
    }
    mem_free(items);
    return written;
}
