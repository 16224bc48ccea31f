/* Bearer tokens that say who is calling: JWT access tokens (RFC 9068, checked as its section 4
 * says; RFC 7519, RFC 8725) of issuers that are trusted, and JWT-SVIDs (SPIFFE) of trust domains
 * that are. What is accepted and refused, by clause: docs/identity.md. Pure: keys come from a
 * cache, times are values. */
#ifndef CORE_AUTH_ACCESS_TOKEN_H
#define CORE_AUTH_ACCESS_TOKEN_H

#include "core/auth/actor_chain.h"
#include "core/auth/jwks_cache.h"
#include "core/auth/jws.h"
#include "core/base/hash.h"

/* What checking a token takes of an arena, at most. */
enum { ACCESS_TOKEN_MEMORY = 2 << 20 };

/* How tokens are checked. Borrows all of it. */
struct access_token_check {
    const struct issuers *issuers;
    struct jwks_cache *keys;
    int64_t now_us;       /* since 1970: what `exp` and `nbf` are held against */
    int64_t monotonic_us; /* for the keys */
    const struct hash
        *certificate; /* thumbprint of the connection's client; NULL: it showed none */
};

/* Borrows from the arena, the token's text and the issuers. */
struct access_token {
    const struct issuer *issuer; /* set as soon as it is known, also where the keys are missing */
    struct str subject;          /* "https://issuer\nsub"; of a JWT-SVID its SPIFFE ID */
    struct actor_chain actors;   /* who acts for the subject */
    struct claims_texts scopes;  /* a cap on what may be asked at all */
    struct str client_id;        /* data is NULL where there is none; as is the id's */
    struct str id;               /* `jti` */
    int64_t expires_at_us;       /* `exp`: what is longer open must end then */
    bool bound;                  /* to the certificate of its holder (RFC 8705) */
};

/* UNAUTHENTICATED: the token is refused, and why. UNAVAILABLE: the issuer's keys are not there:
 * fetch them and check once more (jwks_cache.h). RESOURCE_EXHAUSTED at the arena's cap, which
 * ACCESS_TOKEN_MEMORY is enough for. */
MUST_USE struct status access_token_check(struct arena *arena,
                                          const struct access_token_check *check, struct str text,
                                          struct access_token *token);

/* Who calls: the outermost actor, or the subject itself; what a credential of kind JWT is bound
 * to. */
struct str access_token_caller(const struct access_token *token);
/* Whether the scope was given to the token, or its issuer's tokens have none. */
bool access_token_may(const struct access_token *token, struct str scope);

#endif
