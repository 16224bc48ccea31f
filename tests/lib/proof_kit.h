/* A command with who sends it, for tests of its proof; the cluster has two keys, the older second.
 */
#ifndef TESTS_LIB_PROOF_KIT_H
#define TESTS_LIB_PROOF_KIT_H

#include "core/auth/command_signature.h"

#define PROOF_KIT_ISSUED_US INT64_C(1767225600000000) /* 2026-01-01T00:00:00Z */
#define PROOF_KIT_EXPIRES_US (PROOF_KIT_ISSUED_US + INT64_C(60000000))
#define PROOF_KIT_NOW_US (PROOF_KIT_ISSUED_US + INT64_C(1000000))

struct proof_kit {
    struct arena arena;
    struct proof_key keys[2];
    struct proof_cluster cluster;
    struct ed25519_secret secret; /* of the signer */
    char identity_hash[2 * ED25519_KEY_SIZE + 1];
    Agency__V1__Principal principal;
    Agency__V1__Command *command;
    Agency__V1__CommandRecord record;
};

/* A command of the operator `admin`, without proof. */
void proof_kit_init(struct proof_kit *kit);
void proof_kit_release(struct proof_kit *kit);

/* Packs the command into the record, again after it was changed. */
void proof_kit_take_command(struct proof_kit *kit);
/* Makes the signer the principal. */
void proof_kit_be_signer(struct proof_kit *kit);
/* Seals or signs, as an intake or a client would. */
void proof_kit_seal(struct proof_kit *kit);
void proof_kit_sign(struct proof_kit *kit);
/* Judges the record a second after it was issued. */
MUST_USE struct status proof_kit_check(const struct proof_kit *kit);
/* The record as it lies on the topic; in the arena. */
struct str proof_kit_pack(struct proof_kit *kit);
/* What a reader of the topic makes of these bytes: decodes, then judges them. */
MUST_USE struct status proof_kit_read(struct proof_kit *kit, struct str bytes);

#endif
