/* The low-level calls are deprecated in OpenSSL 3 in favour of EVP, whose set-up per hash costs
 * more than hashing a record; asking for the 1.1 interface is the documented way to use them. */
#define OPENSSL_API_COMPAT 0x10100000L
#include "core/base/hash.h"

#include <openssl/sha.h>

#include "core/base/hex.h"

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

void hash_hex(const struct hash *hash, char out[HASH_HEX_SIZE])
{
    hex_write(hash->bytes, HASH_SIZE, out);
    out[HASH_HEX_SIZE - 1] = '\0';
}

bool hash_from_hex(struct str text, struct hash *hash)
{
    return hex_read(text, hash->bytes, HASH_SIZE);
}
