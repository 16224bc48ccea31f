/* Which fields of entities are wanted: a field mask, whose paths go into messages ("on.id"). */
#ifndef QUERY_READ_MASK_H
#define QUERY_READ_MASK_H

#include "core/base/arena.h"
#include "google/protobuf/field_mask.pb-c.h"

/* An answer has up to 1,000 entities, each of which walks all paths. */
enum { READ_MASK_PATHS_MAX = 100 };

/* INVALID_ARGUMENT: a path is none of such messages, or there are too many. A path goes into what
 * is there once and has fields of its own: no list, map, or well-known type. NULL or empty: all. */
MUST_USE struct status read_mask_check(const ProtobufCMessageDescriptor *descriptor,
                                       const Google__Protobuf__FieldMask *mask);
/* What a mask that was checked leaves of an entity; it lies in the arena, and borrows from the
 * entity. */
MUST_USE struct status read_mask_apply(struct arena *arena, const Google__Protobuf__FieldMask *mask,
                                       const ProtobufCMessage *entity,
                                       const ProtobufCMessage **shown);

#endif
