/* SHA-256 (FIPS 180-4) by OpenSSL's low-level calls: the one-shot SHA256() fetches the algorithm at
 * each call, which costs five times the hash of a short record. */
#ifndef CORE_BASE_HASH_H
#define CORE_BASE_HASH_H

#include "core/base/str.h"

enum { HASH_SIZE = 32 };

struct hash {
    uint8_t bytes[HASH_SIZE];
};

/* SHA-256 of the concatenated parts. */
struct hash hash_sha256(const struct str *parts, size_t parts_count);

static inline struct str hash_str(const struct hash *hash)
{
    return str_make(hash->bytes, HASH_SIZE);
}

static inline bool hash_eq(const struct hash *a, const struct hash *b)
{
    return memcmp(a->bytes, b->bytes, HASH_SIZE) == 0;
}

/* 64 lower-case hexadecimal digits and a NUL into `out`. */
enum { HASH_HEX_SIZE = 2 * HASH_SIZE + 1 };
void hash_hex(const struct hash *hash, char out[HASH_HEX_SIZE]);
/* The 32 bytes that 64 lower-case hexadecimal digits stand for; false for any other text. */
bool hash_from_hex(struct str text, struct hash *hash);

#endif
