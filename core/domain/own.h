/* Functions of commands' own. */
#ifndef CORE_DOMAIN_OWN_H
#define CORE_DOMAIN_OWN_H

#include "core/domain/kernel/due.h"

/* Decides d's command, of which the registry says OWN, by its function. */
MUST_USE struct status decide_own(struct decide *d);

/* What happens when a time of an entity has come, by the function of its kind. */
MUST_USE struct status elapse_own(struct decide *d, enum entity_kind kind,
                                  const ProtobufCMessage *entity, const struct due *due);

/* What it means to an entity that what was to follow at once was refused, by the function of its
 * kind. */
MUST_USE struct status refused_own(struct decide *d, enum entity_kind kind,
                                   const ProtobufCMessage *entity,
                                   const Agency__V1__DueError *error);

#endif
