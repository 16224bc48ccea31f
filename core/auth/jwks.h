/* The keys that an issuer publishes: a JWK Set (RFC 7517, section 5), or a SPIFFE bundle. Immutable
 * once read, so that threads may share it. */
#ifndef CORE_AUTH_JWKS_H
#define CORE_AUTH_JWKS_H

#include "core/auth/jwk.h"

/* Bytes and keys of a set: issuers publish a handful of keys, of some 1 to 4 KiB with their
 * certificates; of a bundle each trust anchor is one. */
enum { JWKS_SIZE_MAX = 256 * 1024, JWKS_KEYS_MAX = 64 };
/* Keys that are tried for a token that names none, or one of a doubled name: each costs a
 * verification, which strangers can ask for. */
enum { JWKS_FOUND_MAX = 4 };

struct jwks;

/* Reads a set, and skips keys that are of no use here (RFC 7517, section 5): their number and the
 * reason of the first are below. `use` as in jwk_read. INVALID_ARGUMENT: it is none, or too large.
 * A set without keys is one. */
MUST_USE struct status jwks_read(struct str json, struct str use, struct jwks **jwks);
/* NULL is fine. */
void jwks_free(struct jwks *jwks);

size_t jwks_count(const struct jwks *jwks);
/* How many keys were skipped, and why the first was; "" where none was. */
size_t jwks_skipped(const struct jwks *jwks, const char **reason);

/* The keys of a set by which a token may be signed. Borrows from the set. */
struct jwks_found {
    const struct jwk *keys[JWKS_FOUND_MAX];
    size_t count;
    bool more; /* there are more than could be given */
};

/* Adds those that have the id (`id.data` is NULL: all) and fit the algorithm. */
void jwks_find(const struct jwks *jwks, struct str id, const struct jws_algorithm *algorithm,
               struct jwks_found *found);

#endif
