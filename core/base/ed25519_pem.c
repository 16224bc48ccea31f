#include "core/base/ed25519_pem.h"

#include <limits.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

void ed25519_pem_write(const struct ed25519_secret *secret, struct buf *out)
{
    char *text;
    EVP_PKEY *key =
        EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, secret->bytes, ED25519_KEY_SIZE);
    BIO *memory = BIO_new(BIO_s_mem());
    /* Only a missing algorithm can fail here. */
    int written = PEM_write_bio_PKCS8PrivateKey(memory, key, NULL, NULL, 0, NULL, NULL);
    assert(written == 1);
    long size = BIO_get_mem_data(memory, &text);
    buf_append(out, str_make(text, (size_t)size));
    BIO_free(memory);
    EVP_PKEY_free(key);
}

/* Without it OpenSSL would ask for the password on the terminal. */
static int ed25519_pem_no_password(char *into, int size, int writing, void *context)
{
    (void)into;
    (void)size;
    (void)writing;
    (void)context;
    return -1;
}

struct status ed25519_pem_read(struct str text, struct ed25519_secret *secret)
{
    if (text.size > INT_MAX) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected a key, but it is too large");
    }
    size_t size = sizeof secret->bytes;
    BIO *memory = BIO_new_mem_buf(text.data, (int)text.size);
    EVP_PKEY *key = PEM_read_bio_PrivateKey(memory, NULL, ed25519_pem_no_password, NULL);
    bool right = key != NULL && EVP_PKEY_id(key) == EVP_PKEY_ED25519 &&
                 EVP_PKEY_get_raw_private_key(key, secret->bytes, &size) == 1 &&
                 size == sizeof secret->bytes;
    EVP_PKEY_free(key);
    BIO_free(memory);
    return right ? status_ok()
                 : status_error(STATUS_INVALID_ARGUMENT,
                                "expected an Ed25519 private key in PEM without a password, as "
                                "'agencyctl key new' writes it");
}
