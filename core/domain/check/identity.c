#include "core/domain/check/identity.h"

#include "core/domain/kernel/fields.h"

Agency__V1__Identity identity_of(const Agency__V1__Principal *principal)
{
    Agency__V1__Identity identity = AGENCY__V1__IDENTITY__INIT;
    identity.kind = principal->kind;
    identity.identity_hash = principal->identity_hash;
    return identity;
}

struct status identity_credential(const struct view *view, struct arena *arena, int64_t at_us,
                                  const Agency__V1__Identity *identity,
                                  const Agency__V1__Credential **credential)
{
    const struct str parts[] = { index_kind((unsigned)identity->kind),
                                 str_z(identity->identity_hash) };
    struct str *ids;
    size_t count;
    *credential = NULL;
    /* One at most: binding an identity again ends what has expired of it (credential.c). */
    TRY(view_ids(view, arena, INDEX_CREDENTIAL_BY_IDENTITY, parts, 2, 1, &ids, &count));
    if (count > 0) {
        TRY(view_credential(view, ids[0], credential));
    }
    const Agency__V1__Credential *found = *credential;
    if (found != NULL && fields_expired(found->expires_at, at_us)) {
        *credential = NULL;
    }
    return status_ok();
}
