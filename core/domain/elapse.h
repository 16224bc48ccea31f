/* The other door of the domain: what happens because a time has come. Nobody commands it, and it
 * cannot be refused. */
#ifndef CORE_DOMAIN_ELAPSE_H
#define CORE_DOMAIN_ELAPSE_H

#include "core/domain/kernel/due.h"

/* Judges the first time that an entity waits for, at d's occurred_at_us: emits events. Whatever
 * else it returns or rejects, elapse_failed is to follow, on a scratch without what it emitted;
 * but UNAVAILABLE and DATA_LOSS, with which nothing is to be recorded. */
MUST_USE struct status elapse_entity(struct decide *d, enum entity_kind kind, struct str id,
                                     struct due *due);

/* Emits that it could not happen, and why. What expires ends all the same. */
MUST_USE struct status elapse_failed(struct decide *d, enum entity_kind kind, struct str id,
                                     const struct due *due, enum status_code code,
                                     const char *reason);

#endif
