#include "core/base/ed25519.h"

#include <assert.h>
#include <openssl/evp.h>

#include "core/base/hash.h"

static EVP_PKEY *ed25519_load(const struct ed25519_secret *secret)
{
    EVP_PKEY *key =
        EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, secret->bytes, ED25519_KEY_SIZE);
    assert(key != NULL); /* any 32 bytes are a seed: only a missing algorithm can fail here */
    return key;
}

struct ed25519_public ed25519_public_of(const struct ed25519_secret *secret)
{
    struct ed25519_public public;
    size_t size = sizeof public.bytes;
    EVP_PKEY *key = ed25519_load(secret);
    int done = EVP_PKEY_get_raw_public_key(key, public.bytes, &size);
    assert(done == 1 && size == sizeof public.bytes);
    EVP_PKEY_free(key);
    return public;
}

void ed25519_public_hex(const struct ed25519_public *key, char out[ED25519_HEX_SIZE])
{
    struct hash bytes;
    static_assert(sizeof bytes.bytes == sizeof key->bytes, "a key is written like a hash");
    static_assert((int)ED25519_HEX_SIZE == (int)HASH_HEX_SIZE, "a key is written like a hash");
    memcpy(bytes.bytes, key->bytes, sizeof bytes.bytes);
    hash_hex(&bytes, out);
}

struct ed25519_signature ed25519_sign(const struct ed25519_secret *secret, struct str message)
{
    struct ed25519_signature signature;
    size_t size = sizeof signature.bytes;
    EVP_PKEY *key = ed25519_load(secret);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    int begun = EVP_DigestSignInit(context, NULL, NULL, NULL, key);
    int done = EVP_DigestSign(context, signature.bytes, &size, (const unsigned char *)message.data,
                              message.size);
    assert(begun == 1 && done == 1 && size == sizeof signature.bytes);
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    return signature;
}

bool ed25519_verify(const struct ed25519_public *public, struct str message, struct str signature)
{
    EVP_PKEY *key =
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, public->bytes, ED25519_KEY_SIZE);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool good = key != NULL && EVP_DigestVerifyInit(context, NULL, NULL, NULL, key) == 1 &&
                EVP_DigestVerify(context, (const unsigned char *)signature.data, signature.size,
                                 (const unsigned char *)message.data, message.size) == 1;
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    return good;
}
