#include "tests/lib/proof_kit.h"

#include "core/base/hash.h"
#include "core/pb/json.h"
#include "core/pb/message.h"
#include "tests/lib/test.h"

enum { PROOF_KIT_ARENA = 16 << 20 };

void proof_kit_init(struct proof_kit *kit)
{
    *kit = (struct proof_kit){ 0 };
    arena_init(&kit->arena, PROOF_KIT_ARENA);
    kit->keys[0] = proof_key_make(STR("the newer key of the cluster ..."));
    kit->keys[1] = proof_key_make(STR("the older key of the cluster ..."));
    kit->cluster = (struct proof_cluster){ STR("0123456789abcdef"), kit->keys, 2 };
    memset(kit->secret.bytes, 7, sizeof kit->secret.bytes);
    agency__v1__principal__init(&kit->principal);
    kit->principal.operator_ = "admin";
    assert_ok(pb_from_json(&kit->arena, &agency__v1__command__descriptor,
                           STR("{\"orgId\":\"acme\",\"commandId\":\"proof-1\",\"registerSubject\":"
                               "{\"subjectId\":\"ada\",\"name\":\"Ada L\u00f6we\"}}"),
                           &kit->command));
    agency__v1__command_record__init(&kit->record);
    proof_kit_take_command(kit);
    kit->record.principal = &kit->principal;
    kit->record.issued_at_us = PROOF_KIT_ISSUED_US;
    kit->record.expires_at_us = PROOF_KIT_EXPIRES_US;
}

void proof_kit_take_command(struct proof_kit *kit)
{
    struct str packed;
    assert_ok(pb_pack(&kit->arena, &kit->command->base, &packed));
    kit->record.command = (ProtobufCBinaryData){ packed.size, (uint8_t *)(uintptr_t)packed.data };
}

void proof_kit_release(struct proof_kit *kit)
{
    arena_release(&kit->arena);
}

void proof_kit_be_signer(struct proof_kit *kit)
{
    struct ed25519_public public = ed25519_public_of(&kit->secret);
    struct hash bytes;
    memcpy(bytes.bytes, public.bytes, sizeof bytes.bytes);
    hash_hex(&bytes, kit->identity_hash);
    kit->principal.operator_ = "";
    kit->principal.kind = AGENCY__V1__CREDENTIAL_KIND__CREDENTIAL_KIND_ED25519;
    kit->principal.identity_hash = kit->identity_hash;
}

void proof_kit_seal(struct proof_kit *kit)
{
    assert_ok(proof_seal(&kit->arena, &kit->cluster, &kit->record, kit->command));
}

void proof_kit_sign(struct proof_kit *kit)
{
    assert_ok(proof_sign(&kit->arena, kit->cluster.id, &kit->secret, &kit->record, kit->command));
}

struct status proof_kit_check(const struct proof_kit *kit)
{
    return proof_check(&kit->cluster, false, &kit->record, kit->command, PROOF_KIT_NOW_US);
}

struct str proof_kit_pack(struct proof_kit *kit)
{
    struct str packed;
    assert_ok(pb_pack(&kit->arena, &kit->record.base, &packed));
    return packed;
}

struct status proof_kit_read(struct proof_kit *kit, struct str bytes)
{
    Agency__V1__CommandRecord *record;
    Agency__V1__Command *command;
    TRY(pb_unpack(&kit->arena, &agency__v1__command_record__descriptor, bytes, PB_OUTSIDE,
                  &record));
    TRY(pb_unpack(&kit->arena, &agency__v1__command__descriptor,
                  str_make(record->command.data, record->command.len), PB_OUTSIDE, &command));
    if (record->principal == NULL) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected a principal");
    }
    return proof_check(&kit->cluster, false, record, command, PROOF_KIT_NOW_US);
}
