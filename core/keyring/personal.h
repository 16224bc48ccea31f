/* Personal external ids: what an outside system calls a person (a mail address, a staff number)
 * tells who that is, so nothing but codes under the index keys of the keyring leaves an intake. */
#ifndef CORE_KEYRING_PERSONAL_H
#define CORE_KEYRING_PERSONAL_H

#include "agency/v1/common.pb-c.h"
#include "core/base/arena.h"
#include "core/keyring/keyring.h"

/* Replaces the value of each personal external id of an entity by its hashes, which lie in the
 * arena; those without a value stay as they are, and so does an entity of a kind that has none.
 * INVALID_ARGUMENT: one has both, or a value that is none. Statuses of keyring_index_keys. */
MUST_USE struct status personal_hide(struct arena *arena, const struct keyring *keyring,
                                     struct str org_id, ProtobufCMessage *entity);

/* Whether the entity has one that is not hidden. */
bool personal_in_clear(const ProtobufCMessage *entity);

#endif
