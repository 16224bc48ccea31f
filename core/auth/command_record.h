/* What is appended of a command that somebody asks for: packed, with who sends it, and proven where
 * it goes over a shared log. Whatever must not lie in a log in clear is hidden here. */
#ifndef CORE_AUTH_COMMAND_RECORD_H
#define CORE_AUTH_COMMAND_RECORD_H

#include "core/auth/command_signature.h"
#include "core/auth/principal.h"
#include "core/keyring/keyring.h"

/* What an intake hides by. */
struct command_record_keys {
    struct str cluster_key; /* identities; empty: not here */
    struct keyring keyring; /* profiles, personal external ids; borrowed */
};

/* How a command is proven that goes over a shared log. */
struct command_record_proof {
    struct command_signature_cluster cluster;
    const struct ed25519_secret *signer; /* whose principal it is; NULL: the cluster seals it */
    int64_t issued_at_us;
    int64_t expires_at_us;
};

/* Hides identities and personal external ids and seals profiles in the command (in place) and packs
 * it with its principal into a CommandRecord that lies in the arena; proven, unless `proof` is
 * NULL: then only a decider in this process takes it. INVALID_ARGUMENT for what no decider could
 * take: an identity and a hash, more than COMMAND_SIZE_MAX bytes. FAILED_PRECONDITION: it takes a
 * key of the cluster or a keyring, and there is none, or the subject's data is erased. Statuses of
 * profile_seal and personal_hide. */
MUST_USE struct status
command_record_make(struct arena *arena, const struct command_record_keys *keys,
                    Agency__V1__Command *command, const Agency__V1__Principal *principal,
                    const struct command_record_proof *proof, struct str *record);
/* Hides the same in the command, in place, as that does; what is hidden already stays. */
MUST_USE struct status command_record_hide(struct arena *arena,
                                           const struct command_record_keys *keys,
                                           const Agency__V1__Command *command);
/* Whether nothing in the command lies in clear that must not reach a log: what somebody has signed
 * nobody can hide any more. INVALID_ARGUMENT. */
MUST_USE struct status command_record_check_hidden(const Agency__V1__Command *command);
/* What a command erases, once it is accepted. */
struct command_record_erasure {
    struct str org_id;     /* empty: nothing */
    struct str subject_id; /* empty: all of the org */
};
struct command_record_erasure command_record_erasure(const Agency__V1__Command *command);
/* Destroys the keys: the decision is accepted, and lasts. Whoever follows the stores does the same
 * later where this fails, or was not come to. Statuses of keyring_destroy. */
MUST_USE struct status command_record_erase(const struct keyring *keyring,
                                            const struct command_record_erasure *erasure);
/* Whether the command names an identity by its hash under a cluster key, such as one that was
 * exported: nobody is recognised by it where the key is another. */
bool command_record_is_hashed(const Agency__V1__Command *command);

#endif
