/* Inside of pb_from_json: what its files share. A function that gives false has set the scanner's
 * status. */
#ifndef CORE_PB_JSON_READER_H
#define CORE_PB_JSON_READER_H

#include "core/base/limits.h"
#include "core/pb/field.h"
#include "core/pb/json_scan.h"
#include "core/pb/types.h"

/* One level of messages, and the place in it that is being read. */
struct pb_reader_frame {
    const ProtobufCFieldDescriptor *field; /* NULL: `key` names the place */
    struct str key;                        /* of a Struct's entry; may be empty */
    size_t items;                          /* in a list: the number of the item, from 1; else 0 */
    bool any;                              /* beside "@type" of an Any */
};

struct pb_reader {
    struct json_scan scan;
    struct arena *arena;
    const struct pb_types *types;         /* of an Any */
    const ProtobufCFieldDescriptor *body; /* of the top message: pb_from_json_body; NULL: none */
    const char *value_at;                 /* where the value that is being read starts */
    uint32_t depth;
    struct pb_reader_frame frames[MESSAGE_DEPTH_MAX];
};

/* Enters a level; false at MESSAGE_DEPTH_MAX. Left by depth--. */
MUST_USE bool pb_read_enter(struct pb_reader *reader);
static inline struct pb_reader_frame *pb_read_frame(struct pb_reader *reader)
{
    return &reader->frames[reader->depth - 1];
}

/* Notes where a value starts, for messages, and gives its kind. */
enum json_kind pb_read_kind(struct pb_reader *reader);
/* Fails with "<path>: expected <expected>, but it is '<value>'"; gives false. */
bool pb_read_fail(struct pb_reader *reader, const char *expected);
/* Fails with "<path>: <problem>"; gives false. */
bool pb_read_problem(struct pb_reader *reader, enum status_code code, const char *problem);
/* Fails because of the arena; gives false. */
bool pb_read_full(struct pb_reader *reader);

/* A new message at `value`, read from the next JSON value. */
MUST_USE bool pb_read_new(struct pb_reader *reader, const ProtobufCMessageDescriptor *descriptor,
                          void *value);
/* One C value of a field's type (an item, if it is repeated). */
MUST_USE bool pb_read_value(struct pb_reader *reader, const ProtobufCFieldDescriptor *field,
                            void *value);
/* The same for all types but MESSAGE. */
MUST_USE bool pb_read_scalar(struct pb_reader *reader, const ProtobufCFieldDescriptor *field,
                             void *value);
/* A JSON array as a repeated field. */
MUST_USE bool pb_read_list(struct pb_reader *reader, ProtobufCMessage *message,
                           const ProtobufCFieldDescriptor *field);
/* A JSON object as a map. */
MUST_USE bool pb_read_map(struct pb_reader *reader, ProtobufCMessage *message,
                          const ProtobufCFieldDescriptor *field);
/* Whether a message of a well-known type that has a JSON form of its own. */
bool pb_read_is_known(const ProtobufCMessageDescriptor *descriptor);
MUST_USE bool pb_read_known(struct pb_reader *reader, ProtobufCMessage *message);
MUST_USE bool pb_read_any(struct pb_reader *reader, ProtobufCMessage *into);
/* The members of an object as the fields of a message, whose level has been entered. */
MUST_USE bool pb_read_object(struct pb_reader *reader, ProtobufCMessage *message);
/* Whether null is a value of the field, not its absence. */
bool pb_read_takes_null(const ProtobufCFieldDescriptor *field);

#endif
