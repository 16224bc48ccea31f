/* What a command touches, and with it the constraints that stand there: the objects on which its
 * permissions are asked with all that covers them, and the subjects by, for and about whom it is.
 */
#ifndef CORE_DOMAIN_POLICY_PLACES_H
#define CORE_DOMAIN_POLICY_PLACES_H

#include "core/domain/kernel/decision.h"
#include "core/domain/kernel/object.h"

struct places {
    struct object *items; /* each once; the org is not among them: it is always touched */
    size_t count;
    size_t cap;
};

/* Those of d's command, in d's arena. `entity` is the one that it is about; NULL: there is none. */
MUST_USE struct status places_of(struct decide *d, const ProtobufCMessage *entity,
                                 struct places *places);

#endif
