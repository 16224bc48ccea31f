/* What a client may give in a command, whatever its kind: checked by the numbers and types of the
 * fields (fields.h), at every depth. */
#ifndef CORE_DOMAIN_KERNEL_GIVEN_H
#define CORE_DOMAIN_KERNEL_GIVEN_H

#include "core/domain/kernel/decision.h"

/* INVALID_ARGUMENT where the entity that the payload carries is not set, or a personal external id
 * is in clear, UNIMPLEMENTED where a
 * field is that needs an engine which is not there yet: statuses, as nothing can be judged of it.
 */
MUST_USE struct status given_check_whole(const ProtobufCMessage *payload);

/* Rejects d's command with INVALID_ARGUMENT: a time outside of the years 1 to 9999 or finer than
 * microseconds; a list of more than 256 items; a number of an enum without a name; a text above its
 * limit (limit.h); a field of the system's (50 and above).
 *
 * An update carries its entity as it was read: what is not the client's to change (15 and below,
 * 50 and above) is accepted if it is unset or the same. A version that differs is ABORTED. */
MUST_USE struct status given_check(struct decide *d);

/* The version that d's command expects its entity to have: by its envelope, or by the entity that
 * an update carries; ABORTED if it has another. 0: any. */
MUST_USE struct status given_check_version(struct decide *d);

#endif
