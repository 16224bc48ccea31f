/* The intake: turns what a client asks into what is appended. Whatever must not lie in a log in
 * clear is hidden here, and what crosses a shared log is sealed. */
#ifndef CORE_AUTH_PRINCIPAL_H
#define CORE_AUTH_PRINCIPAL_H

#include "core/auth/command_signature.h"

/* The identity_hash of a principal: HMAC-SHA-256 under the cluster key of kind and identity, in
 * hexadecimal; for ED25519 the public key itself, which must be 64 hexadecimal digits. Lies in the
 * arena. INVALID_ARGUMENT. FAILED_PRECONDITION: the cluster key is empty, and needed. */
MUST_USE struct status intake_identity_hash(struct arena *arena, struct str cluster_key,
                                            Agency__V1__CredentialKind kind, struct str identity,
                                            char **identity_hash);

/* A principal as people write it: the name of an operator ("admin"), or KIND:IDENTITY
 * ("API_KEY:ada-laptop"). Lies in the arena. INVALID_ARGUMENT says what was expected;
 * FAILED_PRECONDITION as above. */
MUST_USE struct status intake_principal(struct arena *arena, struct str cluster_key,
                                        struct str text, Agency__V1__Principal **principal);

/* How a command is proven that goes over a shared log. */
struct intake_proof {
    struct proof_cluster cluster;
    const struct ed25519_secret *signer; /* whose principal it is; NULL: the cluster seals it */
    int64_t issued_at_us;
    int64_t expires_at_us;
};

/* Hides identities in the command (in place) and packs it with its principal into a CommandRecord
 * that lies in the arena; proven, unless `proof` is NULL: then only a decider in this process takes
 * it. INVALID_ARGUMENT for what no decider could take: an identity and a hash, more than
 * COMMAND_SIZE_MAX bytes. FAILED_PRECONDITION: it takes a key of the cluster, and there is none. */
MUST_USE struct status intake_record(struct arena *arena, struct str cluster_key,
                                     Agency__V1__Command *command,
                                     const Agency__V1__Principal *principal,
                                     const struct intake_proof *proof, struct str *record);

#endif
