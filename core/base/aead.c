#include "core/base/aead.h"

#include <openssl/evp.h>

#include <assert.h>
#include <limits.h>
#include <stdlib.h>

/* Only a failing heap makes these calls fail. */
static void aead_must(int done)
{
    if (done != 1) {
        abort();
    }
}

static EVP_CIPHER_CTX *aead_begin(const uint8_t *key, const uint8_t *nonce, struct str about,
                                  int seals)
{
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    int size;
    aead_must(context != NULL);
    aead_must(EVP_CipherInit_ex(context, EVP_aes_256_gcm(), NULL, key, nonce, seals));
    aead_must(EVP_CipherUpdate(context, NULL, &size, (const uint8_t *)about.data, (int)about.size));
    return context;
}

void aead_seal(const uint8_t key[AEAD_KEY_SIZE], const uint8_t nonce[AEAD_NONCE_SIZE],
               struct str about, struct str plain, uint8_t *out)
{
    int size = 0, rest = 0;
    assert(plain.size < INT_MAX - AEAD_TAG_SIZE && about.size < INT_MAX);
    EVP_CIPHER_CTX *context = aead_begin(key, nonce, about, 1);
    aead_must(EVP_CipherUpdate(context, out, &size, (const uint8_t *)plain.data, (int)plain.size));
    aead_must(EVP_CipherFinal_ex(context, out + size, &rest));
    assert((size_t)(size + rest) == plain.size);
    aead_must(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, AEAD_TAG_SIZE, out + plain.size));
    EVP_CIPHER_CTX_free(context);
}

bool aead_open(const uint8_t key[AEAD_KEY_SIZE], const uint8_t nonce[AEAD_NONCE_SIZE],
               struct str about, struct str sealed, uint8_t *out)
{
    uint8_t tag[AEAD_TAG_SIZE];
    int size = 0, rest = 0;
    if (sealed.size < AEAD_TAG_SIZE || sealed.size >= INT_MAX) {
        return false;
    }
    size_t plain_size = sealed.size - AEAD_TAG_SIZE;
    memcpy(tag, sealed.data + plain_size, sizeof tag);
    EVP_CIPHER_CTX *context = aead_begin(key, nonce, about, 0);
    aead_must(EVP_CipherUpdate(context, out, &size, (const uint8_t *)sealed.data, (int)plain_size));
    aead_must(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, AEAD_TAG_SIZE, tag));
    bool right = EVP_CipherFinal_ex(context, out + size, &rest) == 1;
    EVP_CIPHER_CTX_free(context);
    if (!right) {
        memset(out, 0, plain_size);
    }
    return right;
}
