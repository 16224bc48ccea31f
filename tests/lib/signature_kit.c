#include "tests/lib/signature_kit.h"

#include "core/base/hash.h"
#include "core/pb/json.h"
#include "core/pb/message.h"
#include "tests/lib/test.h"

enum { SIGNATURE_KIT_ARENA = 16 << 20 };

void signature_kit_init(struct signature_kit *kit)
{
    *kit = (struct signature_kit){ 0 };
    arena_init(&kit->arena, SIGNATURE_KIT_ARENA);
    kit->keys[0] = command_signature_key_make(STR("the newer key of the cluster ..."));
    kit->keys[1] = command_signature_key_make(STR("the older key of the cluster ..."));
    kit->cluster = (struct command_signature_cluster){ STR("0123456789abcdef"), kit->keys, 2 };
    memset(kit->secret.bytes, 7, sizeof kit->secret.bytes);
    agency__v1__principal__init(&kit->principal);
    kit->principal.operator_ = "admin";
    assert_ok(pb_from_json(&kit->arena, &agency__v1__command__descriptor,
                           STR("{\"orgId\":\"acme\",\"commandId\":\"proof-1\",\"registerSubject\":"
                               "{\"subject\":{\"subjectId\":\"ada\",\"name\":\"Ada L\u00f6we\"}}}"),
                           &kit->command));
    agency__v1__command_record__init(&kit->record);
    signature_kit_take_command(kit);
    kit->record.principal = &kit->principal;
    kit->record.issued_at_us = SIGNATURE_KIT_ISSUED_US;
    kit->record.expires_at_us = SIGNATURE_KIT_EXPIRES_US;
}

void signature_kit_take_command(struct signature_kit *kit)
{
    struct str packed;
    assert_ok(pb_pack(&kit->arena, &kit->command->base, &packed));
    kit->record.command = (ProtobufCBinaryData){ packed.size, (uint8_t *)(uintptr_t)packed.data };
}

void signature_kit_release(struct signature_kit *kit)
{
    arena_release(&kit->arena);
}

void signature_kit_be_signer(struct signature_kit *kit)
{
    struct ed25519_public public = ed25519_public_of(&kit->secret);
    struct hash bytes;
    memcpy(bytes.bytes, public.bytes, sizeof bytes.bytes);
    hash_hex(&bytes, kit->identity_hash);
    kit->principal.operator_ = "";
    kit->principal.kind = AGENCY__V1__CREDENTIAL_KIND__CREDENTIAL_KIND_ED25519;
    kit->principal.identity_hash = kit->identity_hash;
}

void signature_kit_seal(struct signature_kit *kit)
{
    assert_ok(command_signature_seal(&kit->arena, &kit->cluster, &kit->record, kit->command));
}

void signature_kit_sign(struct signature_kit *kit)
{
    assert_ok(command_signature_sign(&kit->arena, kit->cluster.id, &kit->secret, &kit->record,
                                     kit->command));
}

struct status signature_kit_check(const struct signature_kit *kit)
{
    return command_signature_check(&kit->cluster, false, &kit->record, kit->command,
                                   SIGNATURE_KIT_NOW_US);
}

struct str signature_kit_pack(struct signature_kit *kit)
{
    struct str packed;
    assert_ok(pb_pack(&kit->arena, &kit->record.base, &packed));
    return packed;
}

struct status signature_kit_read(struct signature_kit *kit, struct str bytes)
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
    return command_signature_check(&kit->cluster, false, record, command, SIGNATURE_KIT_NOW_US);
}
