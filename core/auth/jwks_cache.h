/* The keys of all issuers, as this process has them. It never waits: it says what should be fetched
 * now (jwks_cache_next), whoever can wait fetches it (key_source_get) and puts it in.
 *
 * A set is used until its max-age has passed, and while its issuer cannot be reached up to an hour
 * longer. It is asked for again when it is due, and when a token names a key that it does not have;
 * of one issuer at most every 30 s. A key that a newer set no longer has counts until the max-age
 * of the set that had it: until then others may sign with it in good faith.
 *
 * Times are of a clock that never goes back (core/base/clock.h). Not thread-safe: one thread owns
 * it. Pure. */
#ifndef CORE_AUTH_JWKS_CACHE_H
#define CORE_AUTH_JWKS_CACHE_H

#include "core/auth/issuer.h"
#include "core/auth/jwks.h"

/* Between two fetches for one issuer: rotated keys are seen that soon, and strangers who make up
 * key ids cannot have us ask more often. */
enum { JWKS_CACHE_PAUSE_SECONDS = 30 };
/* Bounds of a set's max-age, and what holds where the issuer says nothing; of a SPIFFE bundle that
 * is the least (SPIFFE Trust Domain and Bundle, section 6.2). */
enum {
    JWKS_CACHE_AGE_SECONDS_MIN = 5 * 60,
    JWKS_CACHE_AGE_SECONDS_MAX = 24 * 60 * 60,
    JWKS_CACHE_AGE_SECONDS_DEFAULT = 60 * 60,
};
/* How much longer a set counts while it cannot be fetched again: an issuer's short outage is not
 * ours, and a key that was withdrawn does not live on behind a cut line for ever. */
enum { JWKS_CACHE_STALE_SECONDS_MAX = 60 * 60 };

struct jwks_cache;

/* Borrows the issuers. */
struct jwks_cache *jwks_cache_new(const struct issuers *issuers);
/* NULL is fine. */
void jwks_cache_free(struct jwks_cache *cache);

/* The keys of an issuer by which a token may be signed (jwks_find); they are valid until the next
 * put. UNAVAILABLE: they should be fetched first: ask again after that, and if there is nothing to
 * be fetched (jwks_cache_busy), it failed just now. UNAUTHENTICATED: the issuer has no such key. */
MUST_USE struct status jwks_cache_find(struct jwks_cache *cache, const struct issuer *issuer,
                                       struct str key_id, const struct jws_algorithm *algorithm,
                                       int64_t monotonic_us, struct jwks_found *found);

/* The next issuer whose keys should be fetched now, or NULL; until it is put or failed it is not
 * given again. At the start these are all. */
const struct issuer *jwks_cache_next(struct jwks_cache *cache, int64_t monotonic_us);
/* Whether keys of the issuer are being fetched, or should be. */
bool jwks_cache_busy(const struct jwks_cache *cache, const struct issuer *issuer,
                     int64_t monotonic_us);

/* What was fetched for an issuer that jwks_cache_next gave. INVALID_ARGUMENT: it is no key set;
 * that counts as a failure. */
MUST_USE struct status jwks_cache_put(struct jwks_cache *cache, const struct issuer *issuer,
                                      struct str json, struct str cache_control,
                                      int64_t monotonic_us);
/* Why it could not be fetched. */
void jwks_cache_failed(struct jwks_cache *cache, const struct issuer *issuer, struct status why);

/* The set of an issuer, for whoever looks after this; NULL where there is none yet. */
const struct jwks *jwks_cache_set(const struct jwks_cache *cache, const struct issuer *issuer);

#endif
