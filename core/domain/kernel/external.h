/* External ids: what outside systems call an entity. Among the live ones of a kind each belongs to
 * one; when that ends it is free again. */
#ifndef CORE_DOMAIN_KERNEL_EXTERNAL_H
#define CORE_DOMAIN_KERNEL_EXTERNAL_H

#include "core/domain/kernel/decision.h"

/* Rejects external ids that the entity with this id cannot have: INVALID_ARGUMENT for more than
 * EXTERNAL_IDS_MAX, one that is there twice, a system or value that is none; ALREADY_EXISTS for one
 * of another live entity of the kind. */
MUST_USE struct status external_check(struct decide *d, enum entity_kind kind, struct str id,
                                      const ProtobufCMessage *entity);

#endif
