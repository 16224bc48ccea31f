/* Messages as proto3 JSON, by their descriptors: the text of the command line, of goldens, of REST
 * and Connect. Strict: what the schema does not have is an error that names its path. */
#ifndef CORE_PB_JSON_H
#define CORE_PB_JSON_H

#include "core/base/arena.h"
#include "core/base/buf.h"
#include "core/pb/message.h"
#include "core/pb/types.h"

/* Reads one JSON text (RFC 8259, UTF-8) into a new message; `message` as in pb_new. Names as in the
 * schema or lowerCamelCase, enums by name or number, 64-bit numbers as strings or numbers, bytes in
 * either base64. Well-known types are written as the specification says; a google.protobuf.Any may
 * hold what `types` has (NULL: nothing). Unknown and doubled names, two members of a oneof, wrong
 * types, values out of range and more than MESSAGE_DEPTH_MAX levels are INVALID_ARGUMENT (of equal
 * keys of a map the last counts):
 *   roleType.membership: expected true or false, but it is '"x"'
 *   line 3, column 7: expected ',' or '}', but it is 'x'
 * RESOURCE_EXHAUSTED at the arena's cap. */
MUST_USE struct status pb_from_json(struct arena *arena,
                                    const ProtobufCMessageDescriptor *descriptor, struct str text,
                                    void *message);
MUST_USE struct status pb_from_json_with(struct arena *arena, const struct pb_types *types,
                                         const ProtobufCMessageDescriptor *descriptor,
                                         struct str text, void *message);

/* The same of a request's body about one entity: its members are fields of the message that `body`,
 * a field of `descriptor`, holds, not wrapped in it. A member that is another field of `descriptor`
 * is that: both stand at one level. `body` NULL: pb_from_json. */
MUST_USE struct status pb_from_json_body(struct arena *arena,
                                         const ProtobufCMessageDescriptor *descriptor,
                                         const ProtobufCFieldDescriptor *body, struct str text,
                                         void *message);

struct pb_json_options {
    unsigned indent;              /* spaces per level; 0: all on one line, without spaces */
    bool defaults;                /* also scalars and lists that have their default value */
    const struct pb_types *types; /* what a google.protobuf.Any may hold; NULL: nothing */
};

/* Appends the JSON text of a message; fields in the order of their numbers. A Value without a kind
 * is null. What JSON cannot say is an error that names the path, and nothing is appended:
 * INVALID_ARGUMENT for a Timestamp or Duration out of range, UNIMPLEMENTED for an Any of an unknown
 * type. */
MUST_USE struct status pb_to_json(const ProtobufCMessage *message, struct pb_json_options options,
                                  struct buf *out);

#endif
