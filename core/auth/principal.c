#include "core/auth/principal.h"

#include "core/base/hmac.h"
#include "core/base/limits.h"
#include "core/pb/message.h"

static struct status intake_copy(struct arena *arena, struct str text, char **copy)
{
    struct str copied = arena_copy(arena, text);
    *copy = (char *)(uintptr_t)copied.data;
    return copied.data == NULL ? arena_full(arena) : status_ok();
}

struct status intake_identity_hash(struct arena *arena, struct str cluster_key,
                                   Agency__V1__CredentialKind kind, struct str identity,
                                   char **identity_hash)
{
    if (identity.size == 0) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected an identity, but it is empty");
    }
    if (kind == AGENCY__V1__CREDENTIAL_KIND__CREDENTIAL_KIND_ED25519) {
        struct hash key;
        if (!hash_from_hex(identity, &key)) {
            return status_error(
                STATUS_INVALID_ARGUMENT,
                "expected the public key as 64 hexadecimal digits, but it is '%.*s'",
                STR_ARG(identity));
        }
        return intake_copy(arena, identity, identity_hash);
    }
    if (cluster_key.size == 0) {
        return status_error(STATUS_FAILED_PRECONDITION,
                            "expected the cluster key, which hides identities, in the data "
                            "folder: without it give identityHash, or bind a key of kind ED25519");
    }
    /* The kind's number keeps the same text of two kinds apart; the domain tag, other uses of the
     * key. */
    char number = (char)kind;
    struct str parts[] = { STR("agencygrid/identity/"), str_make(&number, 1), identity };
    struct hash code = hmac_sha256(cluster_key, parts, 3);
    char hex[HASH_HEX_SIZE];
    hash_hex(&code, hex);
    return intake_copy(arena, str_z(hex), identity_hash);
}

/* ---- principals ---- */

static const ProtobufCEnumValue *intake_kind(struct str name)
{
    struct buf full = { 0 };
    buf_append(&full, STR("CREDENTIAL_KIND_"));
    buf_append(&full, name);
    buf_byte(&full, '\0');
    const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value_by_name(
        &agency__v1__credential_kind__descriptor, full.data);
    buf_release(&full);
    return value;
}

struct status intake_principal(struct arena *arena, struct str cluster_key, struct str text,
                               Agency__V1__Principal **principal)
{
    TRY(pb_new(arena, &agency__v1__principal__descriptor, principal));
    const char *colon = text.size == 0 ? NULL : memchr(text.data, ':', text.size);
    if (colon == NULL && text.size > 0) {
        return intake_copy(arena, text, &(*principal)->operator_);
    }
    size_t name_size = colon == NULL ? 0 : (size_t)(colon - text.data);
    const ProtobufCEnumValue *kind = intake_kind((struct str){ text.data, name_size });
    if (kind == NULL || kind->value == 0) {
        return status_error(
            STATUS_INVALID_ARGUMENT,
            "expected the name of an operator, such as admin, or KIND:IDENTITY with "
            "a kind of MTLS_SAN, JWT, API_KEY, ED25519, but it is '%.*s'",
            STR_ARG(text));
    }
    (*principal)->kind = (Agency__V1__CredentialKind)kind->value;
    return intake_identity_hash(arena, cluster_key, (*principal)->kind,
                                str_from(text, name_size + 1), &(*principal)->identity_hash);
}

/* ---- commands ---- */

static struct status intake_hide(struct arena *arena, struct str cluster_key,
                                 Agency__V1__BindCredential *credential)
{
    if (credential == NULL || credential->identity[0] == '\0') {
        return status_ok();
    }
    if (credential->identity_hash[0] != '\0') {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected identity or identity_hash, but both are set");
    }
    TRY(intake_identity_hash(arena, cluster_key, credential->kind, str_z(credential->identity),
                             &credential->identity_hash));
    return intake_copy(arena, STR(""), &credential->identity);
}

static struct status intake_hide_identities(struct arena *arena, struct str cluster_key,
                                            Agency__V1__Command *command)
{
    if (command->payload_case == AGENCY__V1__COMMAND__PAYLOAD_BIND_CREDENTIAL) {
        return intake_hide(arena, cluster_key, command->bind_credential);
    }
    if (command->payload_case == AGENCY__V1__COMMAND__PAYLOAD_CREATE_ORG) {
        return intake_hide(arena, cluster_key, command->create_org->credential);
    }
    return status_ok();
}

static struct status intake_prove(struct arena *arena, const struct intake_proof *proof,
                                  Agency__V1__CommandRecord *record,
                                  const Agency__V1__Command *command)
{
    record->issued_at_us = proof->issued_at_us;
    record->expires_at_us = proof->expires_at_us;
    return proof->signer == NULL
               ? proof_seal(arena, &proof->cluster, record, command)
               : proof_sign(arena, proof->cluster.id, proof->signer, record, command);
}

struct status intake_record(struct arena *arena, struct str cluster_key,
                            Agency__V1__Command *command, const Agency__V1__Principal *principal,
                            const struct intake_proof *proof, struct str *record)
{
    struct str packed;
    TRY(intake_hide_identities(arena, cluster_key, command));
    TRY(pb_sort_structs(arena, &command->base));
    TRY(pb_pack(arena, &command->base, &packed));
    Agency__V1__CommandRecord whole = AGENCY__V1__COMMAND_RECORD__INIT;
    whole.command = (ProtobufCBinaryData){ packed.size, (uint8_t *)(uintptr_t)packed.data };
    whole.principal = (Agency__V1__Principal *)(uintptr_t)principal;
    if (proof != NULL) {
        TRY(intake_prove(arena, proof, &whole, command));
    }
    size_t size = pb_packed_size(&whole.base);
    if (size > COMMAND_SIZE_MAX) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected a command of at most %d bytes, but it has %zu",
                            COMMAND_SIZE_MAX, size);
    }
    return pb_pack(arena, &whole.base, record);
}
