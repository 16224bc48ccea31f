/* Who calls, from what a request and its connection show: one answer whichever way it is shown. A
 * token or API key in the header field Authorization counts; without one, the client's certificate.
 * Pure. */
#ifndef CORE_AUTH_CALLER_H
#define CORE_AUTH_CALLER_H

#include "agency/v1/common.pb-c.h"
#include "core/auth/access_token_memo.h"
#include "core/auth/client_certificate.h"
#include "core/auth/protected_resource.h"

/* What a request and its connection show. Borrows all of it. */
struct caller_shown {
    const struct str *authorization; /* the values of the header fields of that name */
    size_t authorization_count;
    const struct client_certificate *certificate; /* as trust_anchors_check gave it; NULL: none */
};

/* By what it is judged. `check.certificate` is set from the above. */
struct caller_judge {
    struct access_token_check check;
    struct access_token_memo *memo;
};

/* Who calls. Its texts are valid as access_token_memo_check says, and as long as what was shown. */
struct caller {
    /* The credential that must be live: its kind, and what it is bound to (principal.h hides it).
     */
    Agency__V1__CredentialKind kind;
    struct str identity;
    struct actor_chain between; /* who stands between it and the subject, from the caller on */
    struct str subject;         /* whom it acts for in the end; data is NULL: for itself */
    struct access_token token;  /* of a token; its issuer is NULL for all else */
};

/* UNAUTHENTICATED: `*error` says how to answer (protected_resource.h), the message why.
 * UNAVAILABLE: keys of caller->token.issuer are missing (jwks_cache.h). RESOURCE_EXHAUSTED at the
 * arena's cap, which ACCESS_TOKEN_MEMORY is enough for. */
MUST_USE struct status caller_read(const struct caller_judge *judge, struct arena *arena,
                                   const struct caller_shown *shown, struct caller *caller,
                                   enum protected_resource_error *error);

/* Whether it may ask for what needs this scope at all: tokens are capped by theirs, all else is
 * not. */
bool caller_may(const struct caller *caller, struct str scope);

#endif
