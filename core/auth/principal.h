/* Who sends a command: an operator, or whoever a credential names. What names somebody outside
 * never lies in a log in clear: here it is hidden. */
#ifndef CORE_AUTH_PRINCIPAL_H
#define CORE_AUTH_PRINCIPAL_H

#include "agency/v1/command.pb-c.h"
#include "core/base/arena.h"

/* The identity_hash of a principal: HMAC-SHA-256 under the cluster key of kind and identity, in
 * hexadecimal; for ED25519 the public key itself, which must be 64 hexadecimal digits. Lies in the
 * arena. INVALID_ARGUMENT. FAILED_PRECONDITION: the cluster key is empty, and needed. */
MUST_USE struct status principal_identity_hash(struct arena *arena, struct str cluster_key,
                                               Agency__V1__CredentialKind kind, struct str identity,
                                               char **identity_hash);

/* A principal as people write it: the name of an operator ("admin"), or KIND:IDENTITY
 * ("API_KEY:ada-laptop"). Lies in the arena. INVALID_ARGUMENT says what was expected;
 * FAILED_PRECONDITION as above. */
MUST_USE struct status principal_parse(struct arena *arena, struct str cluster_key, struct str text,
                                       Agency__V1__Principal **principal);

#endif
