/* The proof of who sent a command that came over a shared log. Its statement binds the command to
 * one cluster, one principal and one span of time; a client of this installation seals it with a
 * key that all of them share, anybody else signs it with the key of a credential. Pure.
 *
 * That a signer's credential is live in the org, decide checks: here it is only proven who asks. */
#ifndef CORE_AUTH_COMMAND_SIGNATURE_H
#define CORE_AUTH_COMMAND_SIGNATURE_H

#include "agency/v1/command.pb-c.h"
#include "core/base/arena.h"
#include "core/base/buf.h"
#include "core/base/ed25519.h"

/* A key that seals are made with, and how they name it: by digits that tell nothing else about it.
 */
enum { COMMAND_SIGNATURE_KEY_ID_SIZE = 17 };

struct command_signature_key {
    struct str bytes; /* borrowed */
    char id[COMMAND_SIGNATURE_KEY_ID_SIZE];
};

struct command_signature_key command_signature_key_make(struct str bytes);

/* What the proofs of a cluster have in common. Borrows all of it. */
struct command_signature_cluster {
    struct str id; /* the history_id of its log: a proof is worth nothing elsewhere */
    const struct command_signature_key *keys; /* any is taken; the first makes new seals */
    size_t keys_count;
};

/* Appends the statement that a proof of the record is over. `command` is what record->command
 * holds. */
void command_signature_statement(struct str cluster_id, const Agency__V1__CommandRecord *record,
                                 const Agency__V1__Command *command, struct buf *statement);

/* Sets key_id and seal; all else of the record stands before. They lie in the arena.
 * FAILED_PRECONDITION: the cluster has no key here. */
MUST_USE struct status command_signature_seal(struct arena *arena,
                                              const struct command_signature_cluster *cluster,
                                              Agency__V1__CommandRecord *record,
                                              const Agency__V1__Command *command);
/* Sets the signature. The principal should be the secret's: nobody believes another. */
MUST_USE struct status command_signature_sign(struct arena *arena, struct str cluster_id,
                                              const struct ed25519_secret *secret,
                                              Agency__V1__CommandRecord *record,
                                              const Agency__V1__Command *command);

/* Whether the record was sent by the principal that it names and may still be decided. On a trusted
 * topic the principal is believed, and times count only where they are set. INVALID_ARGUMENT: no
 * proof could be right. UNAUTHENTICATED: the proof is missing or wrong. DEADLINE_EXCEEDED: it came
 * too late. */
MUST_USE struct status command_signature_check(const struct command_signature_cluster *cluster,
                                               bool trusted,
                                               const Agency__V1__CommandRecord *record,
                                               const Agency__V1__Command *command, int64_t now_us);

#endif
