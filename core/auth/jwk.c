/* The members are numbers and points; OpenSSL makes keys of them and checks that a point lies on
 * its curve. What it does not check is checked here: the size of an RSA key, its exponent, the size
 * of coordinates. Whatever says that it is for another use is not taken (RFC 7517, section 4.2). */
#include "core/auth/jwk.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "core/auth/shown.h"
#include "core/base/base64.h"

enum {
    JWK_RSA_EXPONENT_BITS_MAX = 64,
    JWK_COORDINATE_MAX = 66, /* of P-521 */
    JWK_OKP_MAX = 57,        /* of Ed448 */
};

struct jwk_curve {
    const char *name;
    size_t size; /* of a coordinate, or of the whole key of OKP */
    int id;      /* of OKP: OpenSSL's */
};

static const struct jwk_curve jwk_ec_curves[] = {
    { "P-256", 32, 0 },
    { "P-384", 48, 0 },
    { "P-521", JWK_COORDINATE_MAX, 0 },
};
static const struct jwk_curve jwk_okp_curves[] = {
    { "Ed25519", 32, EVP_PKEY_ED25519 },
    { "Ed448", JWK_OKP_MAX, EVP_PKEY_ED448 },
};

static struct status jwk_bytes(struct arena *arena, const Google__Protobuf__Struct *claims,
                               const char *name, struct str *bytes)
{
    struct str text;
    char *decoded;
    size_t size;
    TRY(claims_text_needed(claims, name, &text));
    ARENA_TRY(arena, decoded, arena_alloc(arena, base64_decoded_size_max(text.size)));
    if (!base64url_decode(text, decoded, &size)) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected '%s' to be base64url without padding", name);
    }
    *bytes = str_make(decoded, size);
    return status_ok();
}

/* ---- keys by their type ---- */

static EVP_PKEY *jwk_make(const char *type, OSSL_PARAM_BLD *builder)
{
    EVP_PKEY *key = NULL;
    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(builder);
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    bool made = params != NULL && context != NULL && EVP_PKEY_fromdata_init(context) == 1 &&
                EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params) == 1;
    EVP_PKEY_CTX_free(context);
    OSSL_PARAM_free(params);
    return made ? key : NULL;
}

static struct status jwk_check_rsa(const BIGNUM *modulus, const BIGNUM *exponent)
{
    int bits = BN_num_bits(modulus);
    if (bits < JWK_RSA_BITS_MIN || bits > JWK_RSA_BITS_MAX) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected an RSA key of %d to %d bits, but it has %d", JWK_RSA_BITS_MIN,
                            JWK_RSA_BITS_MAX, bits);
    }
    if (!BN_is_odd(exponent) || BN_is_one(exponent) ||
        BN_num_bits(exponent) > JWK_RSA_EXPONENT_BITS_MAX || !BN_is_odd(modulus)) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected an odd RSA modulus and an odd exponent of 3 to 2^64");
    }
    return status_ok();
}

static EVP_PKEY *jwk_make_rsa(const BIGNUM *modulus, const BIGNUM *exponent)
{
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    EVP_PKEY *key = NULL;
    if (builder != NULL && OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_N, modulus) == 1 &&
        OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_RSA_E, exponent) == 1) {
        key = jwk_make("RSA", builder);
    }
    OSSL_PARAM_BLD_free(builder);
    return key;
}

static struct status jwk_read_rsa(struct arena *arena, const Google__Protobuf__Struct *claims,
                                  struct jwk *jwk)
{
    struct str n, e;
    TRY(jwk_bytes(arena, claims, "n", &n));
    TRY(jwk_bytes(arena, claims, "e", &e));
    BIGNUM *modulus = BN_bin2bn((const unsigned char *)n.data, (int)n.size, NULL);
    BIGNUM *exponent = BN_bin2bn((const unsigned char *)e.data, (int)e.size, NULL);
    assert(modulus != NULL && exponent != NULL); /* only the heap can fail here */
    struct status st = jwk_check_rsa(modulus, exponent);
    if (st.code == STATUS_OK) {
        jwk->key = jwk_make_rsa(modulus, exponent);
    }
    BN_free(modulus);
    BN_free(exponent);
    return st;
}

static struct status jwk_read_curve(const Google__Protobuf__Struct *claims,
                                    const struct jwk_curve *curves, size_t curves_count,
                                    const struct jwk_curve **curve)
{
    struct str name;
    TRY(claims_text_needed(claims, "crv", &name));
    for (size_t i = 0; i < curves_count; i++) {
        if (str_eq(name, str_z(curves[i].name))) {
            *curve = &curves[i];
            return status_ok();
        }
    }
    return status_error(STATUS_INVALID_ARGUMENT,
                        "expected 'crv' to be P-256, P-384 or P-521 of EC, Ed25519 or Ed448 of "
                        "OKP, but it is '%s'",
                        shown_make(name).text);
}

static struct status jwk_read_sized(struct arena *arena, const Google__Protobuf__Struct *claims,
                                    const char *name, size_t size, struct str *bytes)
{
    TRY(jwk_bytes(arena, claims, name, bytes));
    if (bytes->size != size) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected '%s' to have the %zu bytes of its curve, but it has %zu",
                            name, size, bytes->size);
    }
    return status_ok();
}

static EVP_PKEY *jwk_make_ec(const char *curve, struct str point)
{
    OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
    EVP_PKEY *key = NULL;
    if (builder != NULL &&
        OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, curve, 0) == 1 &&
        OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point.data,
                                         point.size) == 1) {
        key = jwk_make("EC", builder);
    }
    OSSL_PARAM_BLD_free(builder);
    return key;
}

static struct status jwk_read_ec(struct arena *arena, const Google__Protobuf__Struct *claims,
                                 struct jwk *jwk)
{
    const struct jwk_curve *curve;
    struct str x, y;
    char point[1 + 2 * JWK_COORDINATE_MAX] = { 4 }; /* SEC 1: both coordinates follow */
    TRY(jwk_read_curve(claims, jwk_ec_curves, sizeof jwk_ec_curves / sizeof jwk_ec_curves[0],
                       &curve));
    TRY(jwk_read_sized(arena, claims, "x", curve->size, &x));
    TRY(jwk_read_sized(arena, claims, "y", curve->size, &y));
    memcpy(point + 1, x.data, x.size);
    memcpy(point + 1 + x.size, y.data, y.size);
    jwk->curve = curve->name;
    jwk->key = jwk_make_ec(curve->name, str_make(point, 1 + 2 * curve->size));
    return status_ok();
}

static struct status jwk_read_okp(struct arena *arena, const Google__Protobuf__Struct *claims,
                                  struct jwk *jwk)
{
    const struct jwk_curve *curve;
    struct str x;
    TRY(jwk_read_curve(claims, jwk_okp_curves, sizeof jwk_okp_curves / sizeof jwk_okp_curves[0],
                       &curve));
    TRY(jwk_read_sized(arena, claims, "x", curve->size, &x));
    jwk->curve = curve->name;
    jwk->key = EVP_PKEY_new_raw_public_key(curve->id, NULL, (const unsigned char *)x.data, x.size);
    return status_ok();
}

/* ---- a key ---- */

static struct status jwk_check_use(struct arena *arena, const Google__Protobuf__Struct *claims,
                                   struct str use)
{
    struct str found;
    struct claims_texts operations;
    TRY(claims_text(claims, "use", &found));
    bool silent = found.data == NULL && str_eq(use, STR("sig")); /* a bundle's must always say it */
    if (!silent && !str_eq(found, use)) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected a key for the use '%.*s', not '%s'",
                            STR_ARG(use), shown_make(found).text);
    }
    TRY(claims_texts(arena, claims, "key_ops", &operations));
    if (claims_find(claims, "key_ops") != NULL && !claims_texts_have(&operations, STR("verify"))) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected a key with 'verify' in 'key_ops'");
    }
    return status_ok();
}

/* Whoever publishes the private part of a key has no secret left: RFC 7518, 6.2.2 and 6.3.2. */
static struct status jwk_check_public(const Google__Protobuf__Struct *claims)
{
    if (claims_find(claims, "d") != NULL) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected a public key, but it shows its private part 'd'");
    }
    return status_ok();
}

static struct status jwk_read_algorithm(const Google__Protobuf__Struct *claims, struct jwk *jwk)
{
    struct str name;
    TRY(claims_text(claims, "alg", &name));
    return name.data == NULL ? status_ok() : jws_algorithm_find(name, &jwk->algorithm);
}

static struct status jwk_read_key(struct arena *arena, const Google__Protobuf__Struct *claims,
                                  struct jwk *jwk)
{
    static struct status (*const readers[])(struct arena *, const Google__Protobuf__Struct *,
                                            struct jwk *) = {
        [JWK_RSA] = jwk_read_rsa,
        [JWK_EC] = jwk_read_ec,
        [JWK_OKP] = jwk_read_okp,
    };
    static const char *const types[] = { [JWK_RSA] = "RSA", [JWK_EC] = "EC", [JWK_OKP] = "OKP" };
    struct str type;
    TRY(claims_text_needed(claims, "kty", &type));
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (str_eq(type, str_z(types[i]))) {
            jwk->type = (enum jwk_type)i;
            return readers[i](arena, claims, jwk);
        }
    }
    return status_error(STATUS_INVALID_ARGUMENT,
                        "expected a key whose 'kty' is RSA, EC or OKP, but it is '%s'",
                        shown_make(type).text);
}

struct status jwk_read(struct arena *arena, const Google__Protobuf__Struct *claims, struct str use,
                       struct jwk *jwk)
{
    *jwk = (struct jwk){ 0 };
    TRY(jwk_check_use(arena, claims, use));
    TRY(jwk_check_public(claims));
    TRY(claims_text(claims, "kid", &jwk->id));
    TRY(jwk_read_algorithm(claims, jwk));
    TRY(jwk_read_key(arena, claims, jwk));
    if (jwk->key == NULL) {
        ERR_clear_error();
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected a public key, such as a point on its curve");
    }
    if (jwk->algorithm != NULL && !jwk_fits(jwk, jwk->algorithm)) {
        jwk_release(jwk);
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected an 'alg' that fits the type and the curve of the key");
    }
    return status_ok();
}

void jwk_release(struct jwk *jwk)
{
    EVP_PKEY_free(jwk->key);
    jwk->key = NULL;
}

bool jwk_fits(const struct jwk *jwk, const struct jws_algorithm *algorithm)
{
    return jwk->type == algorithm->type &&
           (jwk->algorithm == NULL || jwk->algorithm == algorithm) &&
           (algorithm->curve == NULL || strcmp(algorithm->curve, jwk->curve) == 0);
}
