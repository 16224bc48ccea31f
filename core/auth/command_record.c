#include "core/auth/command_record.h"

#include "core/base/limits.h"
#include "core/pb/message.h"

static struct status command_record_hide(struct arena *arena, struct str cluster_key,
                                         Agency__V1__BindCredential *credential)
{
    if (credential == NULL || credential->identity[0] == '\0') {
        return status_ok();
    }
    if (credential->identity_hash[0] != '\0') {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected identity or identity_hash, but both are set");
    }
    TRY(principal_identity_hash(arena, cluster_key, credential->kind, str_z(credential->identity),
                                &credential->identity_hash));
    return arena_text(arena, STR(""), &credential->identity);
}

/* The credential that a command binds; NULL: none. */
static Agency__V1__BindCredential *command_record_credential(const Agency__V1__Command *command)
{
    if (command->payload_case == AGENCY__V1__COMMAND__PAYLOAD_BIND_CREDENTIAL) {
        return command->bind_credential;
    }
    return command->payload_case == AGENCY__V1__COMMAND__PAYLOAD_CREATE_ORG
               ? command->create_org->credential
               : NULL;
}

bool command_record_is_hashed(const Agency__V1__Command *command)
{
    const Agency__V1__BindCredential *credential = command_record_credential(command);
    return credential != NULL && credential->identity_hash[0] != '\0' &&
           credential->kind != AGENCY__V1__CREDENTIAL_KIND__CREDENTIAL_KIND_ED25519;
}

static struct status command_record_prove(struct arena *arena,
                                          const struct command_record_proof *proof,
                                          Agency__V1__CommandRecord *record,
                                          const Agency__V1__Command *command)
{
    record->issued_at_us = proof->issued_at_us;
    record->expires_at_us = proof->expires_at_us;
    return proof->signer == NULL
               ? command_signature_seal(arena, &proof->cluster, record, command)
               : command_signature_sign(arena, proof->cluster.id, proof->signer, record, command);
}

struct status command_record_make(struct arena *arena, struct str cluster_key,
                                  Agency__V1__Command *command,
                                  const Agency__V1__Principal *principal,
                                  const struct command_record_proof *proof, struct str *record)
{
    struct str packed;
    TRY(command_record_hide(arena, cluster_key, command_record_credential(command)));
    TRY(pb_sort_structs(arena, &command->base));
    TRY(pb_pack(arena, &command->base, &packed));
    Agency__V1__CommandRecord whole = AGENCY__V1__COMMAND_RECORD__INIT;
    whole.command = (ProtobufCBinaryData){ packed.size, (uint8_t *)(uintptr_t)packed.data };
    whole.principal = (Agency__V1__Principal *)(uintptr_t)principal;
    if (proof != NULL) {
        TRY(command_record_prove(arena, proof, &whole, command));
    }
    size_t size = pb_packed_size(&whole.base);
    if (size > COMMAND_SIZE_MAX) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected a command of at most %d bytes, but it has %zu",
                            COMMAND_SIZE_MAX, size);
    }
    return pb_pack(arena, &whole.base, record);
}
