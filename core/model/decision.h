/* Decisions as bytes, and what identifies a command. */
#ifndef CORE_MODEL_DECISION_H
#define CORE_MODEL_DECISION_H

#include "agency/v1/command.pb-c.h"
#include "agency/v1/decision.pb-c.h"
#include "core/base/arena.h"
#include "core/base/hash.h"

/* The decision in the body of a DECISION record. DATA_LOSS if it is none. */
MUST_USE struct status decision_decode(struct arena *arena, struct str body,
                                       Agency__V1__Decision **decision);

/* Whether a decision followed at once from the one before, and nobody commanded it. */
bool decision_continues(const Agency__V1__Decision *decision);

/* Gives the row of a batch its commands, each with what its events are about; in the arena.
 * DATA_LOSS where the decision's events are not theirs. */
MUST_USE struct status decision_commands(struct arena *arena, const Agency__V1__Decision *decision,
                                         Agency__V1__DecisionRow *row);

/* When a decision of our own making was recorded, without decoding the rest. */
int64_t decision_recorded_at_us(struct str body);

/* SHA-256 of what a command says: payload, expected_version, occurred_at, on_behalf_of, actors,
 * annotations, and whom the token of its principal acts for; not when it was issued or how it is
 * traced. The same command_id with another hash is not a repeat. */
MUST_USE struct status decision_content_hash(struct arena *arena,
                                             const Agency__V1__Command *command,
                                             const Agency__V1__Principal *principal,
                                             struct hash *hash);

/* What a command is told whose id stands for one with another content: INVALID_ARGUMENT. */
MUST_USE struct status decision_other_content(const char *command_id);

/* A principal as text, to tell repeats: "operator:admin", "MTLS_SAN:<identity_hash>". Lies in the
 * arena. */
MUST_USE struct status decision_principal(struct arena *arena,
                                          const Agency__V1__Principal *principal, struct str *text);

/* What everybody may know of a principal (of its text): who is asked for it can say whether it is
 * his, and nobody can say whose it is. SHA-256, in hexadecimal; lies in the arena. */
MUST_USE struct status decision_fingerprint(struct arena *arena, struct str principal,
                                            char **fingerprint);

/* Text of a hash in a bytes field; false unless it has HASH_SIZE bytes. */
bool decision_hash_of(const ProtobufCBinaryData *bytes, struct hash *hash);

#endif
