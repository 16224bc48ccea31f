/* Commands that are decided as most are: what the registry's rows say of them is all there is. A
 * kind's own function may check more, and call these. */
#ifndef CORE_DOMAIN_KERNEL_PLAIN_H
#define CORE_DOMAIN_KERNEL_PLAIN_H

#include "core/domain/kernel/rules.h"

/* Decides d's command as its row says: by one of these. */
MUST_USE struct status plain_decide(struct decide *d);

/* Rejects what cannot be made, as life_find and external_check, and a name in use with
 * ALREADY_EXISTS. */
MUST_USE struct status plain_check_new(struct decide *d);

/* Emits the command's event with an entity, or with what an update changes, if it changes anything.
 */
MUST_USE struct status plain_emit(struct decide *d, const ProtobufCMessage *entity);
MUST_USE struct status plain_emit_change(struct decide *d, const struct rules_change *change);

/* Takes the entity to the status that the event gives; what is there already, or has expired where
 * the event ends it, is accepted without events; what depends on an entity that ends does so, too
 * (cascade.h). Rejects as life_find, and with ALREADY_EXISTS when
 * the entity comes back and its name or an external id is in use meanwhile. */
MUST_USE struct status plain_move(struct decide *d);

#endif
