/* Inside of JSON: the well-known types, for reading and writing. */
#ifndef CORE_PB_JSON_KNOWN_H
#define CORE_PB_JSON_KNOWN_H

#include "core/base/str.h"
#include "google/protobuf/duration.pb-c.h"
#include "google/protobuf/field_mask.pb-c.h"
#include "google/protobuf/struct.pb-c.h"
#include "google/protobuf/timestamp.pb-c.h"

enum pb_known_type {
    PB_KNOWN_NOT, /* JSON is that of its fields */
    PB_KNOWN_TIMESTAMP,
    PB_KNOWN_DURATION,
    PB_KNOWN_MASK,
    PB_KNOWN_STRUCT,
    PB_KNOWN_VALUE,
    PB_KNOWN_LIST,
    PB_KNOWN_WRAPPER,
    PB_KNOWN_ANY,
};

enum pb_known_type pb_known(const ProtobufCMessageDescriptor *descriptor);
/* google.protobuf.Empty: its JSON is {}, but in an Any it counts as well-known. */
bool pb_known_is_empty(const ProtobufCMessageDescriptor *descriptor);

/* The range of google.protobuf.Duration: some 10,000 years. */
#define PB_DURATION_SECONDS_MAX INT64_C(315576000000)
/* "-1.5s"; false if it is no duration. */
bool pb_duration_parse(struct str text, int64_t *seconds, int32_t *nanos);

#endif
