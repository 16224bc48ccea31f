#include "tests/lib/token_kit.h"

#include <assert.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <stdlib.h>

#include "core/base/base64.h"

enum { TOKEN_KIT_KEYS_MAX = 32, TOKEN_KIT_MEMORY = 4 << 20, TOKEN_KIT_SIGNATURE_MAX = 1024 };

/* ---- keys ---- */

static EVP_PKEY *token_kit_make(const char *type)
{
    EVP_PKEY *key;
    if (strncmp(type, "RSA-", 4) == 0) {
        key = EVP_RSA_gen((unsigned)strtoul(type + 4, NULL, 10));
    } else if (type[0] == 'P') {
        key = EVP_EC_gen(type);
    } else {
        key = EVP_PKEY_Q_keygen(NULL, NULL, type);
    }
    assert(key != NULL);
    return key;
}

EVP_PKEY *token_kit_key(const char *type, int serial)
{
    static struct {
        const char *type;
        int serial;
        EVP_PKEY *key;
    } made[TOKEN_KIT_KEYS_MAX];
    size_t i = 0;
    while (made[i].key != NULL && (strcmp(made[i].type, type) != 0 || made[i].serial != serial)) {
        i++;
        assert(i < TOKEN_KIT_KEYS_MAX);
    }
    if (made[i].key == NULL) {
        made[i].type = type;
        made[i].serial = serial;
        made[i].key = token_kit_make(type);
    }
    return made[i].key;
}

void token_kit_encode(struct str bytes, struct buf *out)
{
    char text[TOKEN_KIT_SIGNATURE_MAX * 64];
    assert(base64_encoded_size(bytes.size) <= sizeof text);
    base64_write(bytes, text);
    for (size_t i = 0; i < (bytes.size * 8 + 5) / 6; i++) {
        buf_byte(out, (uint8_t)(text[i] == '+' ? '-' : text[i] == '/' ? '_' : text[i]));
    }
}

static void token_kit_number(EVP_PKEY *key, const char *name, const char *member, int size,
                             struct buf *out)
{
    BIGNUM *number = NULL;
    unsigned char bytes[TOKEN_KIT_SIGNATURE_MAX];
    int read = EVP_PKEY_get_bn_param(key, name, &number);
    assert(read == 1);
    int written = BN_bn2binpad(number, bytes, size == 0 ? BN_num_bytes(number) : size);
    assert(written > 0);
    buf_printf(out, ",\"%s\":\"", member);
    token_kit_encode(str_make(bytes, (size_t)written), out);
    buf_byte(out, '"');
    BN_free(number);
}

static void token_kit_jwk_okp(EVP_PKEY *key, struct buf *out)
{
    unsigned char bytes[64];
    size_t size = sizeof bytes;
    int got = EVP_PKEY_get_raw_public_key(key, bytes, &size);
    assert(got == 1);
    buf_printf(out, "\"kty\":\"OKP\",\"crv\":\"%s\",\"x\":\"", size == 32 ? "Ed25519" : "Ed448");
    token_kit_encode(str_make(bytes, size), out);
    buf_byte(out, '"');
}

void token_kit_jwk(EVP_PKEY *key, const char *members, struct buf *out)
{
    int type = EVP_PKEY_get_base_id(key), bits = EVP_PKEY_get_bits(key), size = (bits + 7) / 8;
    buf_printf(out, "{%s", members);
    if (type == EVP_PKEY_RSA) {
        buf_append(out, STR("\"kty\":\"RSA\""));
        token_kit_number(key, OSSL_PKEY_PARAM_RSA_N, "n", 0, out);
        token_kit_number(key, OSSL_PKEY_PARAM_RSA_E, "e", 0, out);
    } else if (type == EVP_PKEY_EC) {
        buf_printf(out, "\"kty\":\"EC\",\"crv\":\"P-%d\"", bits);
        token_kit_number(key, OSSL_PKEY_PARAM_EC_PUB_X, "x", size, out);
        token_kit_number(key, OSSL_PKEY_PARAM_EC_PUB_Y, "y", size, out);
    } else {
        token_kit_jwk_okp(key, out);
    }
    buf_byte(out, '}');
}

/* ---- signatures ---- */

/* r and s of a DER signature, each of the curve's size. */
static size_t token_kit_raw(EVP_PKEY *key, unsigned char *bytes, size_t size)
{
    const unsigned char *at = bytes;
    int half = (EVP_PKEY_get_bits(key) + 7) / 8;
    ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &at, (long)size);
    assert(pair != NULL);
    BN_bn2binpad(ECDSA_SIG_get0_r(pair), bytes, half);
    BN_bn2binpad(ECDSA_SIG_get0_s(pair), bytes + half, half);
    ECDSA_SIG_free(pair);
    return 2 * (size_t)half;
}

static size_t token_kit_signature(EVP_PKEY *key, const char *algorithm, struct str text,
                                  unsigned char bytes[TOKEN_KIT_SIGNATURE_MAX])
{
    const char *digest = algorithm[1] == 'd'                 ? NULL
                         : strcmp(algorithm + 2, "256") == 0 ? "SHA256"
                         : strcmp(algorithm + 2, "384") == 0 ? "SHA384"
                                                             : "SHA512";
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_PKEY_CTX *options;
    size_t size = TOKEN_KIT_SIGNATURE_MAX;
    int begun = EVP_DigestSignInit_ex(context, &options, digest, NULL, NULL, key, NULL);
    assert(begun == 1);
    if (algorithm[0] == 'P') {
        int set = EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) == 1 &&
                  EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) == 1;
        assert(set);
    }
    int done = EVP_DigestSign(context, bytes, &size, (const unsigned char *)text.data, text.size);
    assert(done == 1);
    EVP_MD_CTX_free(context);
    return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC ? token_kit_raw(key, bytes, size) : size;
}

void token_kit_sign(EVP_PKEY *key, const char *algorithm, const char *header, const char *payload,
                    struct buf *out)
{
    unsigned char signature[TOKEN_KIT_SIGNATURE_MAX];
    size_t before = out->size;
    token_kit_encode(str_z(header), out);
    buf_byte(out, '.');
    token_kit_encode(str_z(payload), out);
    size_t size = token_kit_signature(key, algorithm, str_from(buf_str(out), before), signature);
    buf_byte(out, '.');
    token_kit_encode(str_make(signature, size), out);
}

/* ---- an issuer that is trusted ---- */

void token_kit_put(struct token_kit *kit, const char *jwks)
{
    const struct issuer *issuer = jwks_cache_next(kit->keys, kit->check.monotonic_us);
    assert(issuer == &kit->issuers.items[0]);
    struct status st =
        jwks_cache_put(kit->keys, issuer, str_z(jwks), STR(""), kit->check.monotonic_us);
    assert(st.code == STATUS_OK);
}

void token_kit_init(struct token_kit *kit, const char *members)
{
    struct buf text = { 0 };
    *kit = (struct token_kit){ 0 };
    arena_init(&kit->arena, TOKEN_KIT_MEMORY);
    buf_printf(&text, "{\"issuers\":[{\"issuer\":\"%s\",\"audience\":\"api\"%s%s}]}",
               TOKEN_KIT_ISSUER, members[0] == '\0' ? "" : ",", members);
    struct status st = issuers_read(&kit->arena, buf_str(&text), &kit->issuers);
    assert(st.code == STATUS_OK);
    buf_release(&text);
    kit->keys = jwks_cache_new(&kit->issuers);
    kit->check = (struct access_token_check){ .issuers = &kit->issuers,
                                              .keys = kit->keys,
                                              .now_us = TOKEN_KIT_NOW_US };
    buf_append(&text, STR("{\"keys\":["));
    token_kit_jwk(token_kit_key("P-256", 0), "\"kid\":\"a\",", &text);
    buf_append(&text, STR("]}"));
    buf_byte(&text, '\0');
    token_kit_put(kit, text.data);
    buf_release(&text);
}

void token_kit_release(struct token_kit *kit)
{
    jwks_cache_free(kit->keys);
    kit->keys = NULL;
    arena_release(&kit->arena);
}

struct status token_kit_check(struct token_kit *kit, const char *header, const char *payload)
{
    struct buf token = { 0 };
    token_kit_sign(token_kit_key("P-256", 0), "ES256", header, payload, &token);
    struct str text = arena_copy(&kit->arena, buf_str(&token));
    buf_release(&token);
    return access_token_check(&kit->arena, &kit->check, text, &kit->token);
}

struct status token_kit_check_claims(struct token_kit *kit, const char *claims)
{
    struct buf payload = { 0 };
    buf_printf(&payload, "{\"iss\":\"%s\",\"aud\":\"api\",\"sub\":\"ada\",\"exp\":1767225660%s%s}",
               TOKEN_KIT_ISSUER, claims[0] == '\0' ? "" : ",", claims);
    buf_byte(&payload, '\0');
    struct status st =
        token_kit_check(kit, "{\"alg\":\"ES256\",\"kid\":\"a\",\"typ\":\"at+jwt\"}", payload.data);
    buf_release(&payload);
    return st;
}
