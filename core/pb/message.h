/* Messages and their bytes, in arenas. The only place that calls protobuf-c's pack and unpack: what
 * an arena made is never given to free_unpacked. */
#ifndef CORE_PB_MESSAGE_H
#define CORE_PB_MESSAGE_H

#include "core/base/arena.h"
#include "core/base/buf.h"
#include "core/pb/guard.h"

/* An empty message. `message` is the address of a pointer to its struct (`Agency__V1__Role *role;
 * pb_new(arena, &agency__v1__role__descriptor, &role)`), here and below. It lives as long as the
 * arena. RESOURCE_EXHAUSTED at the arena's cap. */
MUST_USE struct status pb_new(struct arena *arena, const ProtobufCMessageDescriptor *descriptor,
                              void *message);

/* Guards and decodes. From outside, entries of every google.protobuf.Struct are sorted by key, of
 * equal keys the last stays: equal content packs to equal bytes. The message copies what it needs
 * of `bytes`. INVALID_ARGUMENT (outside) or DATA_LOSS (stored) names the path of what is wrong;
 * RESOURCE_EXHAUSTED when it needs more memory than the arena has left. */
MUST_USE struct status pb_unpack(struct arena *arena, const ProtobufCMessageDescriptor *descriptor,
                                 struct str bytes, enum pb_origin origin, void *message);

/* The bytes of a message (`&role->base`), always the same for the same content. RESOURCE_EXHAUSTED
 * at the arena's cap. */
MUST_USE struct status pb_pack(struct arena *arena, const ProtobufCMessage *message,
                               struct str *bytes);
/* Appends them to a buffer. */
void pb_pack_buf(const ProtobufCMessage *message, struct buf *out);
/* How many bytes they are. */
size_t pb_packed_size(const ProtobufCMessage *message);

/* A deep copy. RESOURCE_EXHAUSTED at the arena's cap. */
MUST_USE struct status pb_copy(struct arena *arena, const ProtobufCMessage *message, void *copy);
/* Whether both have the same type and pack to the same bytes. */
bool pb_equal(const ProtobufCMessage *a, const ProtobufCMessage *b);

/* Sorts the entries of every Struct in the message, as pb_unpack does; for messages made by other
 * means. RESOURCE_EXHAUSTED at the arena's cap. */
MUST_USE struct status pb_sort_structs(struct arena *arena, ProtobufCMessage *message);

#endif
