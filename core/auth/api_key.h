/* API keys: secrets of 256 random bits that a client sends along with each request, in a form that
 * says what they are (scanners of repositories find them, typing errors are told from wrong keys):
 *
 *   agk_<43 characters of base64url><6 of a checksum>
 *
 * At rest only a hash is kept. A key of a subject is bound as a credential of kind API_KEY whose
 * identity is the whole key: principals keep an HMAC of it under the cluster key. A list of hashes
 * (below) is for what has no org, such as operators. Pure: randomness comes in as a value. */
#ifndef CORE_AUTH_API_KEY_H
#define CORE_AUTH_API_KEY_H

#include "core/base/hash.h"
#include "core/base/status.h"

enum { API_KEY_RANDOM_SIZE = 32, API_KEY_SIZE = 4 + 43 + 6 };

/* Writes the key that the random bytes make, and a NUL. */
void api_key_make(const uint8_t random[API_KEY_RANDOM_SIZE], char out[API_KEY_SIZE + 1]);

/* Whether the text says that it is an API key, right or wrong: it begins with agk_. */
bool api_key_claimed(struct str text);
/* Whether it has the form of one, its checksum included. UNAUTHENTICATED. */
MUST_USE struct status api_key_check_form(struct str text);

/* What is kept of a key. SHA-256 is enough for what is random: nobody can guess it, however fast.
 */
struct hash api_key_hash(struct str key);

/* Keys that are known by their hashes. Borrows all of it. */
struct api_key_entry {
    struct str name; /* whose it is */
    struct hash hash;
};

/* The entry of a key; NULL where it is nobody's. Takes the same time whichever it is, and whether
 * or not there is one. */
const struct api_key_entry *api_key_find(const struct api_key_entry *entries, size_t entries_count,
                                         struct str key);

#endif
