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

/* A key is y with the sign of x as its last bit. The eight points of small order have these y, with
 * either sign. */
static const uint8_t ed25519_small[][ED25519_KEY_SIZE] = {
    { 0 },
    { 1 },
    { 0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4,
      0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6,
      0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05 },
    { 0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
      0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
      0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a },
    { 0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
      0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
      0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f },
};

/* Whether y, least byte first, is below the field's prime 2^255 - 19. */
static bool ed25519_below_prime(const uint8_t y[ED25519_KEY_SIZE])
{
    bool ones = y[ED25519_KEY_SIZE - 1] == 0x7f;
    for (size_t i = 1; ones && i + 1 < ED25519_KEY_SIZE; i++) {
        ones = y[i] == 0xff;
    }
    return !ones || y[0] < 0xed;
}

bool ed25519_public_sound(const struct ed25519_public *key)
{
    uint8_t y[ED25519_KEY_SIZE];
    memcpy(y, key->bytes, sizeof y);
    y[ED25519_KEY_SIZE - 1] &= 0x7f;
    for (size_t i = 0; i < sizeof ed25519_small / sizeof ed25519_small[0]; i++) {
        if (memcmp(y, ed25519_small[i], sizeof y) == 0) {
            return false;
        }
    }
    return ed25519_below_prime(y);
}

bool ed25519_verify(const struct ed25519_public *public, struct str message, struct str signature)
{
    if (!ed25519_public_sound(public)) {
        return false;
    }
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
