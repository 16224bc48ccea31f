#include "core/auth/jwks.h"

#include <stdio.h>

#include "tests/lib/test.h"
#include "tests/lib/token_kit.h"

/* The reason why the only key of a set was skipped; "" where it was taken. */
static const char *jwk_skipped(const char *jwk)
{
    static char said[STATUS_MSG_MAX];
    struct buf text = { 0 };
    struct jwks *jwks;
    const char *reason;
    buf_printf(&text, "{\"keys\":[%s]}", jwk);
    assert_ok(jwks_read(buf_str(&text), STR("sig"), &jwks));
    assert_int_equal(jwks_count(jwks) + jwks_skipped(jwks, &reason), 1);
    snprintf(said, sizeof said, "%s", reason);
    jwks_free(jwks);
    buf_release(&text);
    return said;
}

static const char *jwk_skipped_made(const char *type, const char *members)
{
    static char said[STATUS_MSG_MAX];
    struct buf text = { 0 };
    token_kit_jwk(token_kit_key(type, 0), members, &text);
    buf_byte(&text, '\0');
    snprintf(said, sizeof said, "%s", jwk_skipped(text.data));
    buf_release(&text);
    return said;
}

TEST(jwk, is_of_rsa_ec_and_okp)
{
    static const char *const types[] = {
        "RSA-2048", "P-256", "P-384", "P-521", "Ed25519", "Ed448"
    };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        assert_string_equal(jwk_skipped_made(types[i], ""), "");
    }
    assert_non_null(strstr(jwk_skipped("{\"kty\":\"oct\",\"k\":\"AAAA\"}"), "RSA, EC or OKP"));
    assert_non_null(strstr(jwk_skipped("{}"), "'kty'"));
}

TEST(jwk, of_rsa_has_a_size_and_an_odd_exponent)
{
    assert_non_null(strstr(jwk_skipped_made("RSA-1024", ""), "2048 to 8192 bits"));
    static const char *const exponents[] = { "AQ", "AA", "BA", "AQAAAAAAAAAB" };
    struct buf whole = { 0 };
    token_kit_jwk(token_kit_key("RSA-2048", 0), "", &whole);
    buf_byte(&whole, '\0');
    char *exponent = strstr(whole.data, ",\"e\":");
    assert_non_null(exponent);
    *exponent = '\0';
    for (size_t i = 0; i < sizeof exponents / sizeof exponents[0]; i++) {
        struct buf text = { 0 };
        buf_printf(&text, "%s,\"e\":\"%s\"}", whole.data, exponents[i]);
        buf_byte(&text, '\0');
        assert_non_null(strstr(jwk_skipped(text.data), "odd exponent"));
        buf_release(&text);
    }
    buf_release(&whole);
}

TEST(jwk, of_rsa_is_not_too_large)
{
    struct buf text = { 0 };
    buf_append(&text, STR("{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\""));
    for (int i = 0; i < 1400; i++) {
        buf_byte(&text, '_');
    }
    buf_append(&text, STR("\"}"));
    buf_byte(&text, '\0');
    assert_non_null(strstr(jwk_skipped(text.data), "2048 to 8192 bits"));
    buf_release(&text);
}

/* RFC 7515, appendix A.3, whose point is on the curve; then one that is not, and others. */
TEST(jwk, of_ec_is_a_point_on_its_curve)
{
#define X "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
#define Y "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
#define EC(crv, x, y) "{\"kty\":\"EC\",\"crv\":\"" crv "\",\"x\":\"" x "\",\"y\":\"" y "\"}"
    assert_string_equal(jwk_skipped(EC("P-256", X, Y)), "");
    assert_non_null(strstr(jwk_skipped(EC("P-256", Y, X)), "point on its curve"));
    assert_non_null(strstr(jwk_skipped(EC("P-384", X, Y)), "bytes of its curve"));
    assert_non_null(strstr(jwk_skipped(EC("secp256k1", X, Y)), "'crv'"));
    assert_non_null(strstr(jwk_skipped(EC("Ed25519", X, Y)), "'crv'"));
    assert_non_null(strstr(jwk_skipped(EC("P-256", X, "")), "'y'"));
    assert_non_null(strstr(jwk_skipped(EC("P-256", X, "AAAA")), "bytes of its curve"));
    assert_non_null(strstr(jwk_skipped(EC("P-256", X "=", Y)), "base64url"));
    assert_non_null(
        strstr(jwk_skipped("{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"" X "\"}"), "'crv'"));
#undef EC
#undef Y
#undef X
}

TEST(jwk, is_for_signatures_only)
{
    assert_string_equal(jwk_skipped_made("P-256", "\"use\":\"sig\",\"key_ops\":[\"verify\"],"), "");
    assert_non_null(strstr(jwk_skipped_made("P-256", "\"use\":\"enc\","), "use 'sig'"));
    assert_non_null(strstr(jwk_skipped_made("P-256", "\"key_ops\":[\"sign\"],"), "verify"));
    assert_non_null(strstr(jwk_skipped_made("P-256", "\"d\":\"AAAA\","), "private part"));
    assert_non_null(strstr(jwk_skipped_made("P-256", "\"kid\":7,"), "'kid'"));
}

TEST(jwk, has_an_algorithm_that_fits)
{
    assert_string_equal(jwk_skipped_made("P-256", "\"alg\":\"ES256\","), "");
    assert_non_null(strstr(jwk_skipped_made("P-256", "\"alg\":\"ES384\","), "fits"));
    assert_non_null(strstr(jwk_skipped_made("RSA-2048", "\"alg\":\"ES256\","), "fits"));
    assert_non_null(strstr(jwk_skipped_made("RSA-2048", "\"alg\":\"HS256\","), "RS256"));
    assert_non_null(strstr(jwk_skipped_made("RSA-2048", "\"alg\":\"RSA-OAEP\","), "RS256"));
}
