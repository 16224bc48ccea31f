/* A command with who sends it, for tests of its proof; the cluster has two keys, the older second.
 */
#ifndef TESTS_LIB_SIGNATURE_KIT_H
#define TESTS_LIB_SIGNATURE_KIT_H

#include "core/auth/command_signature.h"

#define SIGNATURE_KIT_ISSUED_US INT64_C(1767225600000000) /* 2026-01-01T00:00:00Z */
#define SIGNATURE_KIT_EXPIRES_US (SIGNATURE_KIT_ISSUED_US + INT64_C(60000000))
#define SIGNATURE_KIT_NOW_US (SIGNATURE_KIT_ISSUED_US + INT64_C(1000000))

struct signature_kit {
    struct arena arena;
    struct command_signature_key keys[2];
    struct command_signature_cluster cluster;
    struct ed25519_secret secret; /* of the signer */
    char identity_hash[2 * ED25519_KEY_SIZE + 1];
    Agency__V1__Principal principal;
    Agency__V1__Command *command;
    Agency__V1__CommandRecord record;
};

/* A command of the operator `admin`, without proof. */
void signature_kit_init(struct signature_kit *kit);
void signature_kit_release(struct signature_kit *kit);

/* Packs the command into the record, again after it was changed. */
void signature_kit_take_command(struct signature_kit *kit);
/* Makes the signer the principal. */
void signature_kit_be_signer(struct signature_kit *kit);
/* Seals or signs, as an intake or a client would. */
void signature_kit_seal(struct signature_kit *kit);
void signature_kit_sign(struct signature_kit *kit);
/* Judges the record a second after it was issued. */
MUST_USE struct status signature_kit_check(const struct signature_kit *kit);
/* The record as it lies on the topic; in the arena. */
struct str signature_kit_pack(struct signature_kit *kit);
/* What a reader of the topic makes of these bytes: decodes, then judges them. */
MUST_USE struct status signature_kit_read(struct signature_kit *kit, struct str bytes);

#endif
