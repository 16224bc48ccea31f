/* The wire guard: walks bytes from outside by a message's descriptor before protobuf-c sees them.
 * protobuf-c itself has no depth limit (a 34 KiB message kills the process), takes any bytes for
 * text, hides what follows a NUL, and merges doubled messages its own way. */
#ifndef CORE_PB_GUARD_H
#define CORE_PB_GUARD_H

#include <protobuf-c/protobuf-c.h>

#include "core/base/limits.h"
#include "core/base/status.h"
#include "core/base/str.h"

enum pb_origin {
    /* A request: unknown fields and unknown numbers of enums are refused, failures are
     * INVALID_ARGUMENT. */
    PB_OUTSIDE,
    /* A log, a store: what a newer program may have written is kept, failures are DATA_LOSS. */
    PB_STORED,
};

/* Records and entities hold messages of commands, some levels deeper: what was let in must be
 * readable for ever. */
enum { PB_STORED_DEPTH_MAX = MESSAGE_DEPTH_MAX + 16 };

/* OK, or a status that names the path of what is wrong ("assignRole.roleId: expected ..."). What
 * passes, protobuf_c_message_unpack takes, memory permitting. `sorted` says whether the entries of
 * each google.protobuf.Struct stand in the order of their keys, each key once. */
MUST_USE struct status pb_guard(const ProtobufCMessageDescriptor *descriptor, struct str bytes,
                                enum pb_origin origin, bool *sorted);

#endif
