/* The low-level calls are deprecated in OpenSSL 3 in favour of EVP, whose set-up per hash costs
 * more than hashing a record; asking for the 1.1 interface is the documented way to use them. */
#define OPENSSL_API_COMPAT 0x10100000L
#include "core/base/hash.h"

#include <openssl/sha.h>

struct hash hash_sha256(const struct str *parts, size_t parts_count)
{
    SHA256_CTX context;
    SHA256_Init(&context);
    for (size_t i = 0; i < parts_count; i++) {
        SHA256_Update(&context, parts[i].data, parts[i].size);
    }
    struct hash hash;
    SHA256_Final(hash.bytes, &context);
    return hash;
}

static const char hash_digits[] = "0123456789abcdef";

void hash_hex(const struct hash *hash, char out[HASH_HEX_SIZE])
{
    for (size_t i = 0; i < HASH_SIZE; i++) {
        out[2 * i] = hash_digits[hash->bytes[i] >> 4];
        out[2 * i + 1] = hash_digits[hash->bytes[i] & 15];
    }
    out[HASH_HEX_SIZE - 1] = '\0';
}

bool hash_from_hex(struct str text, struct hash *hash)
{
    if (text.size != HASH_HEX_SIZE - 1) {
        return false;
    }
    for (size_t i = 0; i < HASH_SIZE; i++) {
        const char *high = memchr(hash_digits, text.data[2 * i], sizeof hash_digits - 1);
        const char *low = memchr(hash_digits, text.data[2 * i + 1], sizeof hash_digits - 1);
        if (high == NULL || low == NULL) {
            return false;
        }
        hash->bytes[i] = (uint8_t)((high - hash_digits) << 4 | (low - hash_digits));
    }
    return true;
}
