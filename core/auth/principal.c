#include "core/auth/principal.h"

#include "core/base/hmac.h"
#include "core/base/limits.h"
#include "core/pb/message.h"

struct status principal_identity_hash(struct arena *arena, struct str cluster_key,
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
        return arena_text(arena, identity, identity_hash);
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
    return arena_text(arena, str_z(hex), identity_hash);
}

static const ProtobufCEnumValue *principal_kind(struct str name)
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

struct status principal_parse(struct arena *arena, struct str cluster_key, struct str text,
                              Agency__V1__Principal **principal)
{
    TRY(pb_new(arena, &agency__v1__principal__descriptor, principal));
    const char *colon = text.size == 0 ? NULL : memchr(text.data, ':', text.size);
    if (colon == NULL && text.size > 0) {
        return arena_text(arena, text, &(*principal)->operator_);
    }
    size_t name_size = colon == NULL ? 0 : (size_t)(colon - text.data);
    const ProtobufCEnumValue *kind = principal_kind((struct str){ text.data, name_size });
    if (kind == NULL || kind->value == 0) {
        return status_error(
            STATUS_INVALID_ARGUMENT,
            "expected the name of an operator, such as admin, or KIND:IDENTITY with "
            "a kind of MTLS_SAN, JWT, API_KEY, ED25519, but it is '%.*s'",
            STR_ARG(text));
    }
    (*principal)->kind = (Agency__V1__CredentialKind)kind->value;
    return principal_identity_hash(arena, cluster_key, (*principal)->kind,
                                   str_from(text, name_size + 1), &(*principal)->identity_hash);
}
