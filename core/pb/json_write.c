/* Messages as JSON: objects, lists and their layout. */
#include "core/pb/json_known.h"
#include "core/pb/json_writer.h"

bool pb_write_problem(struct pb_writer *writer, enum status_code code, const char *problem)
{
    struct buf path = { 0 };
    for (uint32_t i = 0; i < writer->depth; i++) {
        if (writer->path[i] != NULL) {
            buf_append(&path, path.size > 0 ? STR(".") : STR(""));
            pb_field_json_name(writer->path[i]->name, &path);
        }
    }
    buf_append(&path, path.size > 0 ? STR(": ") : STR(""));
    writer->status = status_error(code, "%.*s%s", STR_ARG(buf_str(&path)), problem);
    buf_release(&path);
    return false;
}

static void pb_write_line(struct pb_writer *writer)
{
    if (writer->options.indent > 0) {
        size_t spaces = (size_t)writer->options.indent * writer->level;
        char *line = buf_reserve(writer->out, spaces + 1);
        line[0] = '\n';
        memset(line + 1, ' ', spaces);
        writer->out->size += spaces + 1;
    }
}

void pb_write_open(struct pb_writer *writer, char bracket)
{
    buf_byte(writer->out, (uint8_t)bracket);
    writer->level++;
}

void pb_write_close(struct pb_writer *writer, char bracket, bool empty)
{
    writer->level--;
    if (!empty) {
        pb_write_line(writer);
    }
    buf_byte(writer->out, (uint8_t)bracket);
}

void pb_write_separate(struct pb_writer *writer, bool first)
{
    if (!first) {
        buf_byte(writer->out, ',');
    }
    pb_write_line(writer);
}

void pb_write_colon(struct pb_writer *writer)
{
    buf_append(writer->out, writer->options.indent > 0 ? STR(": ") : STR(":"));
}

bool pb_write_value(struct pb_writer *writer, const ProtobufCFieldDescriptor *field,
                    const void *value)
{
    if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
        return pb_write_message(writer, pb_field_message(value));
    }
    pb_write_scalar(writer, field, value);
    return true;
}

bool pb_write_list(struct pb_writer *writer, const ProtobufCMessage *message,
                   const ProtobufCFieldDescriptor *field)
{
    size_t count = pb_field_count(message, field);
    pb_write_open(writer, '[');
    for (size_t i = 0; i < count; i++) {
        pb_write_separate(writer, i == 0);
        if (!pb_write_value(writer, field, pb_field_item(message, field, i))) {
            return false;
        }
    }
    pb_write_close(writer, ']', count == 0);
    return true;
}

static bool pb_write_field(struct pb_writer *writer, const ProtobufCMessage *message,
                           const ProtobufCFieldDescriptor *field, bool first)
{
    writer->path[writer->depth - 1] = field;
    pb_write_separate(writer, first);
    buf_byte(writer->out, '"');
    pb_field_json_name(field->name, writer->out);
    buf_byte(writer->out, '"');
    pb_write_colon(writer);
    if (pb_field_is_map(field)) {
        return pb_write_map(writer, message, field);
    }
    return pb_field_repeated(field) ? pb_write_list(writer, message, field)
                                    : pb_write_value(writer, field, pb_field_at(message, field));
}

static bool pb_write_shows(const struct pb_writer *writer, const ProtobufCMessage *message,
                           const ProtobufCFieldDescriptor *field)
{
    bool optional = pb_field_in_oneof(field) ||
                    (field->type == PROTOBUF_C_TYPE_MESSAGE && !pb_field_repeated(field));
    return pb_field_has(message, field) || (writer->options.defaults && !optional);
}

void pb_write_type(struct pb_writer *writer, const char *url)
{
    pb_write_separate(writer, true);
    buf_append(writer->out, STR("\"@type\""));
    pb_write_colon(writer);
    pb_write_string(writer, str_z(url));
}

bool pb_write_object(struct pb_writer *writer, const ProtobufCMessage *message, const char *url)
{
    const ProtobufCMessageDescriptor *descriptor = message->descriptor;
    bool first = url == NULL;
    pb_write_open(writer, '{');
    if (url != NULL) {
        pb_write_type(writer, url);
    }
    for (unsigned i = 0; i < descriptor->n_fields; i++) {
        if (pb_write_shows(writer, message, &descriptor->fields[i])) {
            if (!pb_write_field(writer, message, &descriptor->fields[i], first)) {
                return false;
            }
            first = false;
        }
    }
    pb_write_close(writer, '}', first);
    return true;
}

bool pb_write_message(struct pb_writer *writer, const ProtobufCMessage *message)
{
    if (writer->depth == PB_STORED_DEPTH_MAX) {
        return pb_write_problem(writer, STATUS_INVALID_ARGUMENT, "expected fewer levels");
    }
    writer->path[writer->depth++] = NULL;
    bool known = pb_known(message->descriptor) != PB_KNOWN_NOT;
    bool written = known ? pb_write_known(writer, message) : pb_write_object(writer, message, NULL);
    if (written) {
        writer->depth--; /* otherwise the path still says where it failed */
    }
    return written;
}

struct status pb_to_json(const ProtobufCMessage *message, struct pb_json_options options,
                         struct buf *out)
{
    struct pb_writer writer;
    size_t size = out->size;
    writer.out = out;
    writer.options = options;
    writer.level = 0;
    writer.depth = 0;
    if (!pb_write_message(&writer, message)) {
        out->size = size;
        return writer.status;
    }
    return status_ok();
}
