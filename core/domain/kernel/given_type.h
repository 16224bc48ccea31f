/* The type of what a command carries as expressions see it: with the client's fields only. */
#ifndef CORE_DOMAIN_KERNEL_GIVEN_TYPE_H
#define CORE_DOMAIN_KERNEL_GIVEN_TYPE_H

#include <protobuf-c/protobuf-c.h>

#include "core/base/arena.h"
#include "core/base/status.h"

/* The type of a payload without the system's fields in it and in the entity that it carries; made
 * in the arena. Its messages lie in memory as those of the payload's own type. */
MUST_USE struct status given_type_new(struct arena *arena, const ProtobufCMessageDescriptor *of,
                                      const ProtobufCMessageDescriptor **type);

/* A payload as a message of that type. Copied shallow, into the arena. */
MUST_USE struct status given_type_copy(struct arena *arena, const ProtobufCMessageDescriptor *type,
                                       const ProtobufCMessage *payload,
                                       const ProtobufCMessage **copy);

#endif
