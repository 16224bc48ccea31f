/* Who may say who is calling: the issuers of tokens that this installation trusts, and what it
 * wants of each. Only what stands here is ever believed or asked for keys. Pure. */
#ifndef CORE_AUTH_ISSUER_H
#define CORE_AUTH_ISSUER_H

#include "core/auth/claims.h"

/* An organisation has an identity provider or two, and some clusters that issue for workloads. */
enum { ISSUERS_MAX = 16, ISSUER_AUDIENCES_MAX = 16, ISSUER_SUBJECT_CLAIMS_MAX = 4 };
/* How far clocks may be apart: the default, and the most that can be asked for. */
enum { ISSUER_LEEWAY_SECONDS_DEFAULT = 60, ISSUER_LEEWAY_SECONDS_MAX = 300 };

struct issuer {
    struct str name;              /* its `iss`, to the byte; empty for a trust domain */
    struct str trust_domain;      /* of SPIFFE: its JWT-SVIDs are taken; empty for an issuer */
    struct claims_texts audience; /* what we are called: `aud` must have one of them */
    struct str keys;              /* "file:PATH" or an address; empty: asked of the issuer */
    struct claims_texts subject_claims; /* the first that is there names somebody */
    struct str scope_claim;             /* "scope", or "scp" */
    bool scoped; /* its tokens may be used for what their scopes say; else for all */
    struct claims_texts actor_issuers; /* beside itself: whose subjects its `act` may name */
    uint32_t algorithms;               /* a set of jws_algorithm's bits */
    int64_t leeway_us;
    bool strict; /* all of RFC 9068: `typ` at+jwt, and client_id, iat, jti and sub are there */
};

struct issuers {
    const struct issuer *items;
    size_t count;
};

/* Reads {"issuers": [{...}, ...]} with these members, all but the first two optional:
 *   issuer or trust_domain; audience; keys (needed for a trust domain); subject_claim;
 *   scope_claim; scoped; actor_issuers; algorithms; leeway_seconds; strict.
 * Borrows from the arena. INVALID_ARGUMENT names the issuer and says what was expected. */
MUST_USE struct status issuers_read(struct arena *arena, struct str json, struct issuers *issuers);

/* NULL where there is none; names are compared to the byte. */
const struct issuer *issuers_find(const struct issuers *issuers, struct str name);
const struct issuer *issuers_find_trust_domain(const struct issuers *issuers, struct str name);

#endif
