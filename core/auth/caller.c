#include "core/auth/caller.h"

#include "core/auth/api_key.h"
#include "core/auth/authorization.h"

static struct status caller_read_certificate(const struct caller_shown *shown,
                                             struct caller *caller)
{
    if (shown->certificate == NULL) {
        return status_error(STATUS_UNAUTHENTICATED,
                            "expected the header field 'Authorization: Bearer TOKEN', or a client "
                            "certificate");
    }
    caller->kind = AGENCY__V1__CREDENTIAL_KIND__CREDENTIAL_KIND_MTLS_SAN;
    caller->identity = shown->certificate->identity;
    return status_ok();
}

static struct status caller_read_api_key(struct str key, struct caller *caller)
{
    caller->kind = AGENCY__V1__CREDENTIAL_KIND__CREDENTIAL_KIND_API_KEY;
    caller->identity = key;
    return api_key_check_form(key);
}

/* Of the chain of actors the first is the caller itself. */
static struct status caller_read_token(const struct caller_judge *judge, struct arena *arena,
                                       const struct caller_shown *shown, struct str text,
                                       struct caller *caller)
{
    struct access_token_check check = judge->check;
    const struct access_token *token = &caller->token;
    check.certificate = shown->certificate == NULL ? NULL : &shown->certificate->thumbprint;
    TRY(access_token_memo_check(judge->memo, arena, &check, text, &caller->token));
    caller->kind = AGENCY__V1__CREDENTIAL_KIND__CREDENTIAL_KIND_JWT;
    caller->identity = access_token_caller(token);
    if (token->actors.count > 0) {
        caller->subject = token->subject;
        caller->between.count = token->actors.count - 1;
        memcpy(caller->between.identities, token->actors.identities + 1,
               caller->between.count * sizeof token->actors.identities[0]);
    }
    return status_ok();
}

struct status caller_read(const struct caller_judge *judge, struct arena *arena,
                          const struct caller_shown *shown, struct caller *caller,
                          enum protected_resource_error *error)
{
    struct str token;
    *caller = (struct caller){ 0 };
    *error = PROTECTED_RESOURCE_NO_TOKEN;
    if (shown->authorization_count == 0) {
        return caller_read_certificate(shown, caller);
    }
    *error = PROTECTED_RESOURCE_BAD_REQUEST;
    if (shown->authorization_count > 1) {
        return status_error(STATUS_UNAUTHENTICATED,
                            "expected one header field 'Authorization', but there are %zu",
                            shown->authorization_count);
    }
    *error =
        PROTECTED_RESOURCE_NO_TOKEN; /* RFC 6750, 3.1: so, too, for a scheme that is not ours */
    TRY(authorization_bearer(shown->authorization[0], &token));
    *error = PROTECTED_RESOURCE_BAD_TOKEN;
    return api_key_claimed(token) ? caller_read_api_key(token, caller)
                                  : caller_read_token(judge, arena, shown, token, caller);
}

bool caller_may(const struct caller *caller, struct str scope)
{
    return caller->token.issuer == NULL || access_token_may(&caller->token, scope);
}
