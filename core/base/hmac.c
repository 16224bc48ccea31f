/* Two hashes around the text, by hash.h: OpenSSL's HMAC looks up its algorithm and makes a context
 * at each call, which costs more than hashing a command. */
#include "core/base/hmac.h"

#include <openssl/crypto.h>

#include "core/base/buf.h"

enum { HMAC_BLOCK_SIZE = 64, HMAC_INNER = 0x36, HMAC_OUTER = 0x5c };

/* The key as a block of SHA-256, each byte changed by `mask`. */
static void hmac_pad(struct str key, uint8_t mask, char pad[HMAC_BLOCK_SIZE])
{
    struct hash hash;
    if (key.size > HMAC_BLOCK_SIZE) {
        hash = hash_sha256(&key, 1);
        key = hash_str(&hash);
    }
    for (size_t i = 0; i < HMAC_BLOCK_SIZE; i++) {
        uint8_t byte = i < key.size ? (uint8_t)key.data[i] : 0;
        pad[i] = (char)(byte ^ mask);
    }
}

struct hash hmac_sha256(struct str key, const struct str *parts, size_t parts_count)
{
    char inner[HMAC_BLOCK_SIZE], outer[HMAC_BLOCK_SIZE];
    struct buf text = { 0 };
    hmac_pad(key, HMAC_INNER, inner);
    hmac_pad(key, HMAC_OUTER, outer);
    for (size_t i = 0; i < parts_count; i++) {
        buf_append(&text, parts[i]);
    }
    const struct str inside[] = { str_make(inner, sizeof inner), buf_str(&text) };
    struct hash hash = hash_sha256(inside, 2);
    const struct str outside[] = { str_make(outer, sizeof outer), hash_str(&hash) };
    struct hash code = hash_sha256(outside, 2);
    buf_release(&text);
    OPENSSL_cleanse(inner, sizeof inner);
    OPENSSL_cleanse(outer, sizeof outer);
    return code;
}

bool hmac_sha256_is(struct str key, const struct str *parts, size_t parts_count, struct str code)
{
    struct hash right = hmac_sha256(key, parts, parts_count);
    return code.size == HASH_SIZE && CRYPTO_memcmp(right.bytes, code.data, HASH_SIZE) == 0;
}
