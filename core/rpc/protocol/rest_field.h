/* Fields of a request that stand in its path or query: the JSON that they are part of. */
#ifndef CORE_RPC_PROTOCOL_REST_FIELD_H
#define CORE_RPC_PROTOCOL_REST_FIELD_H

#include <protobuf-c/protobuf-c.h>

#include "core/base/buf.h"

enum { REST_PARAMS_MAX = 128, REST_DEPTH_MAX = 8 };

struct rest_param {
    struct str field; /* "filter.name" */
    struct str value;
};

struct rest_params {
    struct rest_param items[REST_PARAMS_MAX];
    size_t count;
};

/* Whether a dotted path names a field of the message, which a text can be the value of, or a
 * message. */
bool rest_field_known(const ProtobufCMessageDescriptor *descriptor, struct str field);
/* Appends the parameters as members of a JSON object, without its braces: fields of messages are
 * objects, repeated ones arrays, numbers texts, which JSON's reader takes. INVALID_ARGUMENT for
 * what is no field. */
MUST_USE struct status rest_field_members(const ProtobufCMessageDescriptor *descriptor,
                                          const struct rest_params *params, struct buf *out);

#endif
