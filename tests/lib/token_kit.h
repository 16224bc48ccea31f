/* Tokens and key sets for tests: an issuer's side of core/auth, by OpenSSL. Failures abort. */
#ifndef TESTS_LIB_TOKEN_KIT_H
#define TESTS_LIB_TOKEN_KIT_H

#include "core/auth/access_token.h"
#include "core/base/buf.h"

struct evp_pkey_st;

#define TOKEN_KIT_NOW_US INT64_C(1767225600000000) /* 2026-01-01 */
#define TOKEN_KIT_ISSUER "https://issuer.example"

/* A private key, made once a program: "RSA-1024" ..., "P-256", "P-384", "P-521", "Ed25519",
 * "Ed448"; another `serial`, another key. Borrowed for ever. */
struct evp_pkey_st *token_kit_key(const char *type, int serial);
/* Appends its public half as a JWK with these members before, such as "\"kid\":\"a\",". */
void token_kit_jwk(struct evp_pkey_st *key, const char *members, struct buf *out);
/* Appends base64url without padding. */
void token_kit_encode(struct str bytes, struct buf *out);
/* Appends a token: header and payload as they are, signed as the algorithm says. */
void token_kit_sign(struct evp_pkey_st *key, const char *algorithm, const char *header,
                    const char *payload, struct buf *out);

/* A cache that has the keys of one issuer: P-256 as "a". */
struct token_kit {
    struct arena arena;
    struct issuers issuers;
    struct jwks_cache *keys;
    struct access_token_check check;
    struct access_token token; /* the last that was checked */
};

/* `members` are further ones of the issuer, such as "\"strict\":true", or "". */
void token_kit_init(struct token_kit *kit, const char *members);
void token_kit_release(struct token_kit *kit);
/* Puts a set for the first issuer, whose fetch must be due. */
void token_kit_put(struct token_kit *kit, const char *jwks);
/* Signs by the key "a" as ES256 and checks. */
MUST_USE struct status token_kit_check(struct token_kit *kit, const char *header,
                                       const char *payload);
/* The same with a plain header, and the claims that every token needs before these. */
MUST_USE struct status token_kit_check_claims(struct token_kit *kit, const char *claims);

#endif
