/* Fields of a request that stand in its path, query and headers, and its body: the JSON text of the
 * message that they are together. */
#ifndef CORE_RPC_PROTOCOL_REST_FIELD_H
#define CORE_RPC_PROTOCOL_REST_FIELD_H

#include <protobuf-c/protobuf-c.h>

#include "core/base/arena.h"
#include "core/base/buf.h"

enum { REST_PARAMS_MAX = 128, REST_DEPTH_MAX = 8, REST_BESIDE_MAX = 16 };

struct rest_param {
    struct str field; /* "filter.name" */
    struct str value;
    bool json; /* as it is; else the text of one value */
};

struct rest_params {
    struct rest_param items[REST_PARAMS_MAX];
    size_t count;
};

struct rest_body {
    struct str field; /* what it is the value of; empty: it is the message */
    struct str text;
    struct str beside[REST_BESIDE_MAX]; /* members that are not of it: parameters say them */
    size_t beside_count;
};

/* The field that a dotted path names, which a text can be the value of, or a message; NULL for
 * none.
 */
const ProtobufCFieldDescriptor *rest_field_find(const ProtobufCMessageDescriptor *descriptor,
                                                struct str field);
/* The message that a dotted path (empty: itself) names; NULL for anything else. */
const ProtobufCMessageDescriptor *rest_field_message(const ProtobufCMessageDescriptor *descriptor,
                                                     struct str field);
/* Appends the request as a JSON object: fields of messages are objects, repeated ones arrays,
 * numbers texts, which JSON's reader takes. What body and parameters both say must be the same.
 * `body` may be NULL. INVALID_ARGUMENT for what is no field, or no JSON. */
MUST_USE struct status rest_field_object(struct arena *arena,
                                         const ProtobufCMessageDescriptor *descriptor,
                                         const struct rest_params *params,
                                         const struct rest_body *body, struct buf *out);

#endif
