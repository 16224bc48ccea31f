#include "core/auth/jws.h"

#include <stdio.h>

#include "core/auth/jwks.h"
#include "tests/lib/test.h"
#include "tests/lib/token_kit.h"

static struct arena jws_arena;

static struct status jws_read_text(const char *text, struct jws *jws)
{
    arena_release(&jws_arena);
    arena_init(&jws_arena, 1 << 20);
    return jws_read(&jws_arena, str_z(text), jws);
}

/* Whether the key verifies the text; both must be well-formed. */
static struct status jws_judge(const char *text, const char *key)
{
    struct jws jws;
    struct jwk jwk;
    const Google__Protobuf__Struct *claims;
    assert_ok(jws_read_text(text, &jws));
    assert_ok(claims_read(&jws_arena, str_z(key), &claims));
    assert_ok(jwk_read(&jws_arena, claims, STR("sig"), &jwk));
    struct status st = jws_verify(&jws, &jwk);
    jwk_release(&jwk);
    arena_release(&jws_arena);
    return st;
}

static struct status jws_judge_made(const char *type, int serial, const char *algorithm,
                                    const char *said)
{
    struct buf text = { 0 }, key = { 0 };
    char header[64];
    snprintf(header, sizeof header, "{\"alg\":\"%s\"}", said);
    token_kit_sign(token_kit_key(type, 0), algorithm, header, "payload", &text);
    token_kit_jwk(token_kit_key(type, serial), "", &key);
    buf_byte(&text, '\0');
    buf_byte(&key, '\0');
    struct status st = jws_judge(text.data, key.data);
    buf_release(&text);
    buf_release(&key);
    return st;
}

/* RFC 7515, appendices A.2 and A.3; RFC 8037, appendix A.4. */
#define CLAIMS                                                                                     \
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVl" \
    "fQ"
#define RS256_KEY                                                                                  \
    "{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_"                   \
    "wWJcyQoTbji9k0l8W26m"                                                                         \
    "PddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soM" \
    "Zo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-"                                  \
    "UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4u"                                                           \
    "DZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_"                                    \
    "h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4"                                                        \
    "FRWyuXpoQ\"}"
#define RS256_TEXT                                                                           \
    "eyJhbGciOiJSUzI1NiJ9." CLAIMS                                                           \
    ".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_" \
    "O8W2Fp5j"                                                                               \
    "ujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_"                                      \
    "nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L0"                                          \
    "7Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-"                                           \
    "eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUip"                                     \
    "UTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
#define ES256_KEY                                                                              \
    "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\"," \
    "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}"
#define ES256_TEXT                 \
    "eyJhbGciOiJFUzI1NiJ9." CLAIMS \
    ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
#define EDDSA_KEY \
    "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}"
#define EDDSA_TEXT                                                                          \
    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-" \
    "09PGcvMg3"                                                                             \
    "AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"

TEST(jws, of_the_rfcs_are_right)
{
    assert_ok(jws_judge(RS256_TEXT, RS256_KEY));
    assert_ok(jws_judge(ES256_TEXT, ES256_KEY));
    assert_ok(jws_judge(EDDSA_TEXT, EDDSA_KEY));
    assert_code(STATUS_UNAUTHENTICATED, jws_judge(RS256_TEXT, ES256_KEY));
    assert_code(STATUS_UNAUTHENTICATED, jws_judge(EDDSA_TEXT, ES256_KEY));
}

static const char *const jws_kinds[][2] = {
    { "RSA-2048", "RS256" }, { "RSA-2048", "RS384" }, { "RSA-2048", "RS512" },
    { "RSA-2048", "PS256" }, { "RSA-2048", "PS384" }, { "RSA-2048", "PS512" },
    { "P-256", "ES256" },    { "P-384", "ES384" },    { "P-521", "ES512" },
    { "Ed25519", "EdDSA" },  { "Ed448", "EdDSA" },    { "Ed25519", "Ed25519" },
    { "Ed448", "Ed448" },
};
enum { JWS_KINDS = sizeof jws_kinds / sizeof jws_kinds[0] };

TEST(jws, is_right_under_the_key_that_signed_it_alone)
{
    for (size_t i = 0; i < JWS_KINDS; i++) {
        const char *type = jws_kinds[i][0], *algorithm = jws_kinds[i][1];
        assert_ok(jws_judge_made(type, 0, algorithm, algorithm));
        assert_code(STATUS_UNAUTHENTICATED, jws_judge_made(type, 1, algorithm, algorithm));
    }
}

TEST(jws, is_by_the_algorithm_that_it_says)
{
    assert_code(STATUS_UNAUTHENTICATED, jws_judge_made("RSA-2048", 0, "RS256", "PS256"));
    assert_code(STATUS_UNAUTHENTICATED, jws_judge_made("RSA-2048", 0, "PS256", "RS256"));
    assert_code(STATUS_UNAUTHENTICATED, jws_judge_made("RSA-2048", 0, "RS256", "RS512"));
    assert_code(STATUS_UNAUTHENTICATED, jws_judge_made("P-256", 0, "ES256", "ES384"));
    assert_code(STATUS_UNAUTHENTICATED, jws_judge_made("P-256", 0, "ES256", "EdDSA"));
    assert_code(STATUS_UNAUTHENTICATED, jws_judge_made("Ed25519", 0, "EdDSA", "Ed448"));
}

/* Every bit of the signature, and every byte of what is signed. */
TEST(jws, changed_anywhere_is_wrong)
{
    char text[] = EDDSA_TEXT;
    size_t payload = strlen("eyJhbGciOiJFZERTQSJ9.");
    for (size_t i = payload; i < sizeof text - 2; i++) {
        if (text[i] == '.') {
            continue;
        }
        char was = text[i];
        text[i] = was == 'A' ? 'B' : 'A';
        struct jws jws;
        struct status st = jws_read_text(text, &jws);
        if (st.code == STATUS_OK) {
            st = jws_judge(text, EDDSA_KEY);
        }
        assert_true(st.code == STATUS_UNAUTHENTICATED || st.code == STATUS_INVALID_ARGUMENT);
        text[i] = was;
    }
    assert_ok(jws_judge(text, EDDSA_KEY));
}

TEST(jws, has_three_parts_in_base64url)
{
    static const char *const wrong[] = {
        "",
        ".",
        "..",
        "a.b",
        "a.b.c.d",
        "eyJhbGciOiJFUzI1NiJ9.e30.",
        "eyJhbGciOiJFUzI1NiJ9..AAAA",
        ".e30.AAAA",
        "eyJhbGciOiJFUzI1NiJ9.e30=.AAAA",
        "eyJhbGciOiJFUzI1NiJ9.e30.AAA+",
        "eyJhbGciOiJFUzI1NiJ9.e30.AAAAB",
        "eyJhbGciOiJFUzI1NiJ9.e30.AAAA\n",
        " eyJhbGciOiJFUzI1NiJ9.e30.AAAA",
        "eyJhbGciOiJFUzI1NiJ9.e31.AAAA", /* bits that belong to no byte */
        "eyJhbGciOiJkaXIifQ.a.b.c.d",
    };
    struct jws jws;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_code(STATUS_INVALID_ARGUMENT, jws_read_text(wrong[i], &jws));
    }
    assert_code(STATUS_INVALID_ARGUMENT,
                jws_read(&jws_arena, str_make("eyJhbGciOiJFUzI1NiJ9.e30.AA\0A", 29), &jws));
    assert_ok(jws_read_text("eyJhbGciOiJFUzI1NiJ9.e30.AAAA", &jws));
    arena_release(&jws_arena);
}

TEST(jws, has_a_header_of_which_all_is_understood)
{
    static const char *const wrong[] = {
        "{}",
        "[]",
        "{\"alg\":\"none\"}",
        "{\"alg\":\"None\"}",
        "{\"alg\":\"\"}",
        "{\"alg\":\"HS256\"}",
        "{\"alg\":\"es256\"}",
        "{\"alg\":\"ES256K\"}",
        "{\"alg\":[\"ES256\"]}",
        "{\"alg\":\"ES256\",\"alg\":\"ES256\"}",
        "{\"alg\":\"ES256\",\"crit\":[\"b64\"],\"b64\":false}",
        "{\"alg\":\"ES256\",\"crit\":[]}",
        "{\"alg\":\"ES256\",\"crit\":null}",
        "{\"alg\":\"ES256\",\"kid\":1}",
        "{\"alg\":\"ES256\",\"typ\":{}}",
        "{\"alg\":\"ES256\"} x",
    };
    struct jws jws;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct buf text = { 0 };
        token_kit_encode(str_z(wrong[i]), &text);
        buf_append(&text, str_make(".e30.AAAA", 10));
        assert_code(STATUS_INVALID_ARGUMENT, jws_read_text(text.data, &jws));
        buf_release(&text);
    }
    arena_release(&jws_arena);
}

TEST(jws, has_a_size)
{
    char text[JWS_SIZE_MAX + 2];
    struct jws jws;
    memset(text, 'A', sizeof text);
    memcpy(text, "eyJhbGciOiJFUzI1NiJ9.e30.", 25);
    text[JWS_SIZE_MAX - 1] = '\0'; /* a whole number of groups of base64 */
    assert_ok(jws_read_text(text, &jws));
    text[JWS_SIZE_MAX - 1] = 'A';
    text[JWS_SIZE_MAX + 1] = '\0';
    assert_code(STATUS_INVALID_ARGUMENT, jws_read_text(text, &jws));
    arena_release(&jws_arena);
}
