/* A signed text in compact form (RFC 7515, section 7.1): three parts in base64url, joined by dots.
 * Reading it believes nothing; jws_verify does, under one key. Pure. */
#ifndef CORE_AUTH_JWS_H
#define CORE_AUTH_JWS_H

#include "core/auth/jwk.h"

/* More than any header field that proxies let through; real tokens have 1 to 8 KiB. */
enum { JWS_SIZE_MAX = 16 * 1024 };

struct jws {
    struct str signed_text; /* what the signature is over; borrows from the text */
    struct str payload;     /* decoded, as are all below: they lie in the arena */
    struct str signature;
    const Google__Protobuf__Struct *header;
    const struct jws_algorithm *algorithm;
    struct str key_id; /* `kid`; data is NULL where there is none */
    struct str type;   /* `typ`, likewise */
};

/* INVALID_ARGUMENT: it is none, too large, by an algorithm that is not taken, or has what must be
 * understood and is not (`crit`). RESOURCE_EXHAUSTED at the arena's cap. */
MUST_USE struct status jws_read(struct arena *arena, struct str text, struct jws *jws);

/* Whether the holder of the key signed it. UNAUTHENTICATED: not so, or the key does not fit. */
MUST_USE struct status jws_verify(const struct jws *jws, const struct jwk *key);

#endif
