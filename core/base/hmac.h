/* HMAC-SHA-256 (RFC 2104, FIPS 198-1). */
#ifndef CORE_BASE_HMAC_H
#define CORE_BASE_HMAC_H

#include "core/base/hash.h"

/* The code of the concatenated parts under a key of any size. */
struct hash hmac_sha256(struct str key, const struct str *parts, size_t parts_count);
/* Whether `code` is that code; takes the same time wherever they differ. */
bool hmac_sha256_is(struct str key, const struct str *parts, size_t parts_count, struct str code);

#endif
