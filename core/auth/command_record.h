/* What is appended of a command that somebody asks for: packed, with who sends it, and proven where
 * it goes over a shared log. Whatever must not lie in a log in clear is hidden here. */
#ifndef CORE_AUTH_COMMAND_RECORD_H
#define CORE_AUTH_COMMAND_RECORD_H

#include "core/auth/command_signature.h"
#include "core/auth/principal.h"

/* How a command is proven that goes over a shared log. */
struct command_record_proof {
    struct command_signature_cluster cluster;
    const struct ed25519_secret *signer; /* whose principal it is; NULL: the cluster seals it */
    int64_t issued_at_us;
    int64_t expires_at_us;
};

/* Hides identities in the command (in place) and packs it with its principal into a CommandRecord
 * that lies in the arena; proven, unless `proof` is NULL: then only a decider in this process takes
 * it. INVALID_ARGUMENT for what no decider could take: an identity and a hash, more than
 * COMMAND_SIZE_MAX bytes. FAILED_PRECONDITION: it takes a key of the cluster, and there is none. */
MUST_USE struct status command_record_make(struct arena *arena, struct str cluster_key,
                                           Agency__V1__Command *command,
                                           const Agency__V1__Principal *principal,
                                           const struct command_record_proof *proof,
                                           struct str *record);
/* Whether the command names an identity by its hash under a cluster key, such as one that was
 * exported: nobody is recognised by it where the key is another. */
bool command_record_is_hashed(const Agency__V1__Command *command);

#endif
