/* Where the keys of an issuer are: in a file, at an address, or where the issuer's own metadata
 * says (OpenID Connect Discovery 1.0, section 4; RFC 8414, section 3). Pure but for the port. */
#ifndef CORE_AUTH_KEY_SOURCE_H
#define CORE_AUTH_KEY_SOURCE_H

#include "core/auth/fetch.h"
#include "core/auth/issuer.h"

enum { KEY_SOURCE_METADATA_SIZE_MAX = 64 * 1024 };

/* Gets the issuer's key set as it is published; it lies in the arena. Blocks as long as the port,
 * at most three times. NOT_FOUND, UNAVAILABLE, RESOURCE_EXHAUSTED as the port has it;
 * INVALID_ARGUMENT: the metadata are none, are another issuer's, or send us where nobody may. */
MUST_USE struct status key_source_get(const struct issuer *issuer, const struct fetch *fetch,
                                      struct arena *arena, struct fetched *keys);

#endif
