#include "core/base/hmac.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "core/base/buf.h"

struct hash hmac_sha256(struct str key, const struct str *parts, size_t parts_count)
{
    struct buf text = { 0 };
    for (size_t i = 0; i < parts_count; i++) {
        buf_append(&text, parts[i]);
    }
    struct hash code;
    unsigned size = 0;
    /* Only a missing algorithm can fail here. */
    const unsigned char *made =
        HMAC(EVP_sha256(), key.data, (int)key.size, (const unsigned char *)text.data, text.size,
             code.bytes, &size);
    assert(made != NULL && size == HASH_SIZE);
    buf_release(&text);
    return code;
}

bool hmac_sha256_is(struct str key, const struct str *parts, size_t parts_count, struct str code)
{
    struct hash right = hmac_sha256(key, parts, parts_count);
    return code.size == HASH_SIZE && CRYPTO_memcmp(right.bytes, code.data, HASH_SIZE) == 0;
}
