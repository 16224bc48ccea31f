/* Inside of pb_to_json: what its files share. A function that gives false has set the status. */
#ifndef CORE_PB_JSON_WRITER_H
#define CORE_PB_JSON_WRITER_H

#include "core/pb/field.h"
#include "core/pb/json.h"

struct pb_writer {
    struct buf *out;
    struct pb_json_options options;
    unsigned level; /* of indentation */
    uint32_t depth;
    const ProtobufCFieldDescriptor *path[PB_STORED_DEPTH_MAX]; /* NULL: of a well-known type */
    struct status status;
};

/* Fails with "<path>: <problem>"; gives false. */
bool pb_write_problem(struct pb_writer *writer, enum status_code code, const char *problem);

MUST_USE bool pb_write_message(struct pb_writer *writer, const ProtobufCMessage *message);
/* The fields of a message; before them "@type", unless `url` is NULL. */
MUST_USE bool pb_write_object(struct pb_writer *writer, const ProtobufCMessage *message,
                              const char *url);
/* The member "@type" of an Any, its first. */
void pb_write_type(struct pb_writer *writer, const char *url);
MUST_USE bool pb_write_any(struct pb_writer *writer, const ProtobufCMessage *message);
/* One C value of a field's type (an item, if it is repeated). */
MUST_USE bool pb_write_value(struct pb_writer *writer, const ProtobufCFieldDescriptor *field,
                             const void *value);
/* All items of a repeated field. */
MUST_USE bool pb_write_list(struct pb_writer *writer, const ProtobufCMessage *message,
                            const ProtobufCFieldDescriptor *field);
/* A map. */
MUST_USE bool pb_write_map(struct pb_writer *writer, const ProtobufCMessage *message,
                           const ProtobufCFieldDescriptor *field);
/* A message of a well-known type that has a JSON form of its own. */
MUST_USE bool pb_write_known(struct pb_writer *writer, const ProtobufCMessage *message);

/* Text that cannot fail. */
void pb_write_scalar(struct pb_writer *writer, const ProtobufCFieldDescriptor *field,
                     const void *value);
void pb_write_string(struct pb_writer *writer, struct str text);
/* Opens and closes an object or array; `empty` ones stay on one line. */
void pb_write_open(struct pb_writer *writer, char bracket);
void pb_write_close(struct pb_writer *writer, char bracket, bool empty);
/* Before each member or item: the comma, and the line break where there are any. */
void pb_write_separate(struct pb_writer *writer, bool first);
/* Behind a name. */
void pb_write_colon(struct pb_writer *writer);

#endif
