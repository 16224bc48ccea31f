/* google.protobuf.Any: a message with its type beside its fields, or beside a "value" where its
 * JSON is not that of its fields. */
#include "core/pb/json_known.h"
#include "core/pb/json_writer.h"
#include "core/pb/message.h"
#include "google/protobuf/any.pb-c.h"

/* What bytes decode to is at most some 400 times as large as they are. */
enum { PB_ANY_FACTOR = 400, PB_ANY_MEMORY_MIN = 4096, PB_ANY_MEMORY_MAX = 64 * 1024 * 1024 };

static bool pb_any_write_known(struct pb_writer *writer, const char *url,
                               const ProtobufCMessage *message)
{
    pb_write_open(writer, '{');
    pb_write_type(writer, url);
    pb_write_separate(writer, false);
    buf_append(writer->out, STR("\"value\""));
    pb_write_colon(writer);
    if (!pb_write_message(writer, message)) {
        return false;
    }
    pb_write_close(writer, '}', false);
    return true;
}

static size_t pb_any_memory(size_t size)
{
    return size > PB_ANY_MEMORY_MAX / PB_ANY_FACTOR ? PB_ANY_MEMORY_MAX
                                                    : PB_ANY_MEMORY_MIN + size * PB_ANY_FACTOR;
}

static bool pb_any_write(struct pb_writer *writer, const Google__Protobuf__Any *any,
                         const ProtobufCMessageDescriptor *descriptor)
{
    struct arena arena;
    ProtobufCMessage *message;
    bool written = false;
    arena_init(&arena, pb_any_memory(any->value.len));
    struct status st = pb_unpack(&arena, descriptor, str_make(any->value.data, any->value.len),
                                 PB_STORED, &message);
    if (st.code != STATUS_OK) {
        pb_write_problem(writer, st.code, st.msg);
    } else if (pb_known(descriptor) != PB_KNOWN_NOT || pb_known_is_empty(descriptor)) {
        written = pb_any_write_known(writer, any->type_url, message);
    } else {
        written = pb_write_object(writer, message, any->type_url);
    }
    arena_release(&arena);
    return written;
}

bool pb_write_any(struct pb_writer *writer, const ProtobufCMessage *message)
{
    const Google__Protobuf__Any *any = (const Google__Protobuf__Any *)message;
    const ProtobufCMessageDescriptor *descriptor =
        pb_types_find(writer->options.types, str_z(any->type_url));
    if (writer->options.types != NULL && any->type_url[0] == '\0' && any->value.len == 0) {
        buf_append(writer->out, STR("{}"));
        return true;
    }
    if (descriptor == NULL) {
        return pb_write_problem(writer, STATUS_UNIMPLEMENTED,
                                "expected a google.protobuf.Any of a type that is known here");
    }
    return pb_any_write(writer, any, descriptor);
}
