/* A public key of an issuer, as JSON (RFC 7517; RFC 7518, section 6; RFC 8037). Only keys that
 * verify: RSA of 2048 to 8192 bits, EC on P-256, P-384 and P-521, OKP on Ed25519 and Ed448. */
#ifndef CORE_AUTH_JWK_H
#define CORE_AUTH_JWK_H

#include "core/auth/claims.h"
#include "core/auth/jws_algorithm.h"

/* Smaller ones are refused by RFC 7518, section 3.3; larger ones take milliseconds a signature. */
enum { JWK_RSA_BITS_MIN = 2048, JWK_RSA_BITS_MAX = 8192 };

struct jwk {
    struct str id;                         /* `kid`; data is NULL where there is none */
    const struct jws_algorithm *algorithm; /* `alg`; NULL: any that fits */
    enum jwk_type type;
    const char *curve;       /* of EC: P-256 ...; static */
    struct evp_pkey_st *key; /* OpenSSL's EVP_PKEY */
};

/* Reads a key; its texts borrow from the claims. `use` is what the key must be for: `sig`, where it
 * says so (RFC 7517, section 4.2); of a SPIFFE bundle `jwt-svid`, which it must say.
 * INVALID_ARGUMENT: it is of a kind that is not taken, is for something else, lacks something, is
 * too small, lies on no curve, or shows a private part. */
MUST_USE struct status jwk_read(struct arena *arena, const Google__Protobuf__Struct *claims,
                                struct str use, struct jwk *jwk);
/* Frees OpenSSL's part; a zeroed key is fine. */
void jwk_release(struct jwk *jwk);

/* Whether the key can verify signatures of an algorithm, by its type, its curve and its `alg`. */
bool jwk_fits(const struct jwk *jwk, const struct jws_algorithm *algorithm);

#endif
