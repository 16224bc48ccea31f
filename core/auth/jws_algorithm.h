/* The signature algorithms that are taken (RFC 7518, section 3.1; RFC 8037; RFC 9864): those by
 * which somebody who can verify cannot sign. `none` and the HMACs (HS256 ...) are no part of the
 * table, so that no public key can be taken for a shared secret. */
#ifndef CORE_AUTH_JWS_ALGORITHM_H
#define CORE_AUTH_JWS_ALGORITHM_H

#include "core/base/status.h"
#include "core/base/str.h"

enum jwk_type { JWK_RSA, JWK_EC, JWK_OKP };

struct jws_algorithm {
    const char *name; /* as in `alg` */
    uint32_t bit;     /* in a set of algorithms */
    enum jwk_type type;
    const char *curve; /* the only one that fits; NULL: any of the type */
    int digest_bits;   /* of SHA-2; 0: the algorithm hashes by itself */
    bool pss;          /* of RSA: RSASSA-PSS, else PKCS #1 v1.5 */
};

/* A set with all of them. */
enum { JWS_ALGORITHMS_ALL = 0xfff };

/* INVALID_ARGUMENT says which there are. Static memory. */
MUST_USE struct status jws_algorithm_find(struct str name, const struct jws_algorithm **algorithm);

#endif
