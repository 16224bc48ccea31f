/* Checks go from cheap to dear. What the header says about where keys are (`jku`, `jwk`, `x5u`,
 * `x5c`) is not looked at: keys come from the issuer's set alone. */
#include "core/auth/jws.h"

#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "core/auth/shown.h"
#include "core/base/base64.h"

enum { JWS_PARTS = 3, JWS_DER_MAX = 160 /* of an ECDSA signature on P-521, which has 139 */ };

/* ---- reading ---- */

static struct status jws_split(struct str text, struct str parts[JWS_PARTS])
{
    size_t count = 0, start = 0;
    for (size_t i = 0; i <= text.size; i++) {
        if (i < text.size && text.data[i] != '.') {
            continue;
        }
        if (count < JWS_PARTS) {
            parts[count] = str_make(text.data + start, i - start);
        }
        count++;
        start = i + 1;
    }
    if (count != JWS_PARTS) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected a signed token of three parts with dots between them, but "
                            "it has %zu",
                            count);
    }
    return status_ok();
}

static struct status jws_decode(struct arena *arena, struct str part, const char *name,
                                struct str *bytes)
{
    char *decoded;
    size_t size;
    if (part.size == 0) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected a token with a %s, but it is empty",
                            name);
    }
    ARENA_TRY(arena, decoded, arena_alloc(arena, base64_decoded_size_max(part.size)));
    if (!base64url_decode(part, decoded, &size)) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected the %s of a token to be base64url without padding", name);
    }
    *bytes = str_make(decoded, size);
    return status_ok();
}

static struct status jws_read_header(struct arena *arena, struct str json, struct jws *jws)
{
    struct str algorithm;
    TRY(claims_read(arena, json, &jws->header));
    TRY(claims_text_needed(jws->header, "alg", &algorithm));
    TRY(jws_algorithm_find(algorithm, &jws->algorithm));
    TRY(claims_text(jws->header, "kid", &jws->key_id));
    TRY(claims_text(jws->header, "typ", &jws->type));
    if (claims_find(jws->header, "crit") != NULL) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected no 'crit': none of the extensions that it can name is known");
    }
    return status_ok();
}

struct status jws_read(struct arena *arena, struct str text, struct jws *jws)
{
    struct str parts[JWS_PARTS], header;
    *jws = (struct jws){ 0 };
    if (text.size > JWS_SIZE_MAX) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected a token of at most %d bytes, but it has %zu", JWS_SIZE_MAX,
                            text.size);
    }
    TRY(jws_split(text, parts));
    TRY(jws_decode(arena, parts[0], "header", &header));
    TRY(status_prefix(jws_read_header(arena, header, jws), "header of a token"));
    TRY(jws_decode(arena, parts[1], "payload", &jws->payload));
    TRY(jws_decode(arena, parts[2], "signature", &jws->signature));
    jws->signed_text = str_make(text.data, parts[0].size + 1 + parts[1].size);
    return status_ok();
}

/* ---- verifying ---- */

/* r and s as they stand in the signature, each of the size of the curve's order (RFC 7518, section
 * 3.4), as OpenSSL wants them. 0: they cannot be. */
static size_t jws_ecdsa_der(struct str raw, unsigned char der[JWS_DER_MAX])
{
    const unsigned char *bytes = (const unsigned char *)raw.data;
    int half = (int)(raw.size / 2);
    ECDSA_SIG *pair = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(bytes, half, NULL), *s = BN_bin2bn(bytes + half, half, NULL);
    assert(pair != NULL && r != NULL && s != NULL); /* only the heap can fail here */
    int set = ECDSA_SIG_set0(pair, r, s);
    assert(set == 1);
    int size = i2d_ECDSA_SIG(pair, NULL);
    assert(size > 0 && size <= JWS_DER_MAX);
    size = i2d_ECDSA_SIG(pair, &der);
    ECDSA_SIG_free(pair);
    return (size_t)size;
}

static size_t jws_signature_size(const struct jws *jws, EVP_PKEY *key)
{
    bool pair = jws->algorithm->type == JWK_EC;
    return pair ? 2 * (((size_t)EVP_PKEY_get_bits(key) + 7) / 8) : (size_t)EVP_PKEY_get_size(key);
}

static const EVP_MD *jws_digest(const struct jws_algorithm *algorithm)
{
    switch (algorithm->digest_bits) {
    case 256:
        return EVP_sha256();
    case 384:
        return EVP_sha384();
    case 512:
        return EVP_sha512();
    default:
        return NULL;
    }
}

static bool jws_is_signed(const struct jws *jws, EVP_PKEY *key, struct str signature)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_PKEY_CTX *options = NULL;
    bool good =
        context != NULL &&
        EVP_DigestVerifyInit(context, &options, jws_digest(jws->algorithm), NULL, key) == 1 &&
        (!jws->algorithm->pss ||
         (EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) == 1 &&
          EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) == 1)) &&
        EVP_DigestVerify(context, (const unsigned char *)signature.data, signature.size,
                         (const unsigned char *)jws->signed_text.data, jws->signed_text.size) == 1;
    EVP_MD_CTX_free(context);
    ERR_clear_error(); /* why it is not, OpenSSL says to nobody */
    return good;
}

struct status jws_verify(const struct jws *jws, const struct jwk *key)
{
    unsigned char der[JWS_DER_MAX];
    struct str signature = jws->signature;
    if (!jwk_fits(key, jws->algorithm)) {
        return status_error(STATUS_UNAUTHENTICATED,
                            "expected a token signed by %s under a key for that",
                            jws->algorithm->name);
    }
    size_t size = jws_signature_size(jws, key->key);
    if (signature.size != size) {
        return status_error(
            STATUS_UNAUTHENTICATED,
            "expected a signature of %zu bytes by %s under this key, but it has %zu", size,
            jws->algorithm->name, signature.size);
    }
    if (jws->algorithm->type == JWK_EC) {
        signature = str_make(der, jws_ecdsa_der(signature, der));
    }
    if (!jws_is_signed(jws, key->key, signature)) {
        return status_error(STATUS_UNAUTHENTICATED,
                            "expected a token signed by the key that it names, but its signature "
                            "is wrong");
    }
    return status_ok();
}
