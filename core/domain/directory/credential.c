/* Credentials. The index has at most one row for an identity: binding it again ends the expired
 * credential that still holds it, in the same decision. */
#include "core/domain/directory/credential.h"

#include "core/base/ed25519.h"
#include "core/base/hash.h"
#include "core/domain/kernel/fields.h"
#include "core/domain/kernel/plain.h"
#include "core/domain/kernel/targets.h"

/* The public key of an ED25519 identity is its hash. */
static struct status credential_check_key(struct decide *d, const struct hash *hash)
{
    struct ed25519_public key;
    memcpy(key.bytes, hash->bytes, sizeof key.bytes);
    if (!ed25519_public_sound(&key)) {
        char hex[HASH_HEX_SIZE];
        hash_hex(hash, hex);
        return decide_reject(d, STATUS_INVALID_ARGUMENT,
                             "expected a public key of ED25519 that only its owner can sign for, "
                             "but '%s' is none",
                             hex);
    }
    return status_ok();
}

struct status credential_check(struct decide *d, const Agency__V1__Credential *bind)
{
    unsigned kind = (unsigned)bind->kind;
    struct hash hash;
    if (kind == 0 || kind > AGENCY__V1__CREDENTIAL_KIND__CREDENTIAL_KIND_ED25519) {
        return decide_reject(d, STATUS_INVALID_ARGUMENT,
                             "expected a kind of credential, but it is %u", kind);
    }
    if (!hash_from_hex(str_z(bind->identity_hash), &hash)) {
        return decide_reject(d, STATUS_INVALID_ARGUMENT,
                             "expected identity_hash to be %d lower-case hexadecimal digits, but "
                             "it is not",
                             2 * HASH_SIZE);
    }
    if (bind->kind == AGENCY__V1__CREDENTIAL_KIND__CREDENTIAL_KIND_ED25519) {
        TRY_ACCEPTED(d, credential_check_key(d, &hash));
    }
    return rules_check_expiry(d, bind->expires_at);
}

/* An identity has one live credential; one that has expired makes room. */
static struct status credential_free_identity(struct decide *d, const Agency__V1__Credential *bind)
{
    const struct str parts[] = { index_kind((unsigned)bind->kind), str_z(bind->identity_hash) };
    const Agency__V1__Credential *other = NULL;
    struct str *ids;
    size_t count;
    TRY(view_ids(d->view, d->arena, INDEX_CREDENTIAL_BY_IDENTITY, parts, 2, 1, &ids, &count));
    if (count > 0) {
        TRY(view_credential(d->view, ids[0], &other));
    }
    if (other == NULL) {
        return status_ok();
    }
    if (!decide_expired(d, other->expires_at)) {
        return decide_reject(d, STATUS_ALREADY_EXISTS,
                             "expected an identity that is free, but credential '%s' binds it",
                             other->credential_id);
    }
    Agency__V1__CredentialRevoked event = AGENCY__V1__CREDENTIAL_REVOKED__INIT;
    event.credential_id = other->credential_id;
    return emit_credential_revoked(d, &event);
}

struct status credential_bind(struct decide *d, const Agency__V1__Credential *bind,
                              char *subject_id)
{
    Agency__V1__Credential bound = *bind;
    bound.subject_id = subject_id;
    return decide_emit_entity(d, EVENT_CREDENTIAL_BOUND, &bound.base, NULL);
}

struct status decide_bind_credential(struct decide *d, const Agency__V1__BindCredential *command)
{
    const Agency__V1__Credential *bind = command->credential;
    const Agency__V1__Subject *subject;
    TRY_ACCEPTED(d, plain_check_new(d));
    TRY_ACCEPTED(d, credential_check(d, bind));
    TRY_ACCEPTED(d, rules_find_subject(d, bind->subject_id, LIVES_ACTIVE, &subject));
    TRY_ACCEPTED(d, credential_free_identity(d, bind));
    return plain_emit(d, &bind->base);
}

/* ---- where permissions are asked ---- */

/* The subject of a credential: named in BindCredential, else that of the credential named. */
struct status targets_subject(struct decide *d, struct targets *targets)
{
    struct str subject_id = targets_field(d, "subject_id");
    const Agency__V1__Credential *credential = NULL;
    if (subject_id.size == 0) {
        TRY(view_credential(d->view, targets_field(d, "credential_id"), &credential));
    }
    subject_id = credential == NULL ? subject_id : str_z(credential->subject_id);
    targets_add(targets, subject_id.size == 0 ? object_org()
                                              : (struct object){ OBJECT_SUBJECT, subject_id });
    return status_ok();
}

/* An identity that somebody else gives or proves can be known to anybody: whoever binds it to a
 * subject of his own keeps its owner out. An API key is known to none but those who have it. */
struct status targets_identity(struct decide *d, struct targets *targets)
{
    TRY(targets_subject(d, targets));
    if (d->command->bind_credential->credential->kind !=
        AGENCY__V1__CREDENTIAL_KIND__CREDENTIAL_KIND_API_KEY) {
        targets_add(targets, object_org());
    }
    return status_ok();
}
