#include "core/auth/access_token.h"

#include <stdio.h>

#include "tests/lib/test.h"
#include "tests/lib/token_kit.h"

static struct token_kit kit;

/* The thumbprint of these bytes, as if they were a certificate. */
static const struct hash *token_thumbprint(struct str bytes)
{
    static struct hash hash;
    hash = hash_sha256(&bytes, 1);
    return &hash;
}

/* A new kit in place of the last. */
static void token_begin(const char *members)
{
    token_kit_release(&kit);
    token_kit_init(&kit, members);
}

/* Checks a token with these claims beside those that it needs. */
static enum status_code token_code(const char *members, const char *claims)
{
    token_begin(members);
    struct status st = token_kit_check_claims(&kit, claims);
    if (st.code != STATUS_OK) {
        print_message("told %s\n", st.msg);
    }
    return st.code;
}

#define PASSES(claims) assert_int_equal(token_code("", claims), STATUS_OK)
#define REFUSED(claims) assert_int_equal(token_code("", claims), STATUS_UNAUTHENTICATED)
#define PLAIN "{\"alg\":\"ES256\",\"kid\":\"a\"}"
#define CLAIMS \
    "{\"iss\":\"" TOKEN_KIT_ISSUER "\",\"aud\":\"api\",\"sub\":\"ada\",\"exp\":1767225660}"

TEST(access_token, says_who_calls)
{
    PASSES("\"scope\":\"a b  c\",\"client_id\":\"app\",\"jti\":\"7\"");
    assert_true(str_eq(kit.token.subject, STR(TOKEN_KIT_ISSUER "\nada")));
    assert_true(str_eq(access_token_caller(&kit.token), kit.token.subject));
    assert_int_equal(kit.token.scopes.count, 3);
    assert_true(access_token_may(&kit.token, STR("c")) && !access_token_may(&kit.token, STR("")));
    assert_true(str_eq(kit.token.client_id, STR("app")) && str_eq(kit.token.id, STR("7")));
    assert_int_equal(kit.token.expires_at_us, INT64_C(1767225660000000));
    assert_false(kit.token.bound);
    token_kit_release(&kit);
}

TEST(access_token, is_for_us)
{
    REFUSED("\"aud\":\"api\""); /* twice the same name */
    static const char *const wrong[] = { "\"other\"", "[]",          "[\"API\"]", "[\"api/\"]",
                                         "7",         "[\"api\",7]", "null",      "{\"api\":1}" };
    token_begin("");
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char payload[200];
        snprintf(payload, sizeof payload,
                 "{\"iss\":\"" TOKEN_KIT_ISSUER "\",\"aud\":%s,\"sub\":\"a\",\"exp\":1767225660}",
                 wrong[i]);
        assert_code(STATUS_UNAUTHENTICATED, token_kit_check(&kit, PLAIN, payload));
    }
    assert_ok(token_kit_check(&kit, PLAIN,
                              "{\"iss\":\"" TOKEN_KIT_ISSUER
                              "\",\"aud\":[\"x\",\"api\"],\"sub\":\"a\",\"exp\":1767225660}"));
    token_kit_release(&kit);
}

static enum status_code token_code_at(const char *members, const char *claims, int64_t at_s)
{
    token_begin(members);
    kit.check.now_us += at_s * 1000000;
    return token_kit_check_claims(&kit, claims).code;
}

TEST(access_token, expires_and_begins)
{
    assert_int_equal(token_code_at("", "", 119), STATUS_OK);
    assert_int_equal(token_code_at("", "", 120), STATUS_UNAUTHENTICATED);
    assert_int_equal(token_code_at("\"leeway_seconds\":0", "", 59), STATUS_OK);
    assert_int_equal(token_code_at("\"leeway_seconds\":0", "", 60), STATUS_UNAUTHENTICATED);
    assert_int_equal(token_code_at("", "\"nbf\":1767225600", -60), STATUS_OK);
    assert_int_equal(token_code_at("", "\"nbf\":1767225600", -61), STATUS_UNAUTHENTICATED);
    REFUSED("\"nbf\":\"1\"");
    REFUSED("\"nbf\":null");
    REFUSED("\"iat\":-1");
    PASSES("\"iat\":1767225600.5");
    token_kit_release(&kit);
}

TEST(access_token, without_what_it_needs_is_refused)
{
    static const char *const wrong[] = {
        "{\"aud\":\"api\",\"sub\":\"ada\",\"exp\":1767225660}",
        "{\"iss\":\"https://issuer.example/\",\"aud\":\"api\",\"sub\":\"ada\",\"exp\":1767225660}",
        "{\"iss\":\"https://ISSUER.example\",\"aud\":\"api\",\"sub\":\"ada\",\"exp\":1767225660}",
        "{\"iss\":[\"" TOKEN_KIT_ISSUER "\"],\"aud\":\"api\",\"sub\":\"a\",\"exp\":1767225660}",
        "{\"iss\":\"" TOKEN_KIT_ISSUER "\",\"sub\":\"ada\",\"exp\":1767225660}",
        "{\"iss\":\"" TOKEN_KIT_ISSUER "\",\"aud\":\"api\",\"exp\":1767225660}",
        "{\"iss\":\"" TOKEN_KIT_ISSUER "\",\"aud\":\"api\",\"sub\":\"\",\"exp\":1767225660}",
        "{\"iss\":\"" TOKEN_KIT_ISSUER "\",\"aud\":\"api\",\"sub\":\"ada\"}",
        "{\"iss\":\"" TOKEN_KIT_ISSUER "\",\"aud\":\"api\",\"sub\":\"ada\",\"exp\":\"1767225660\"}",
        "{\"iss\":\"" TOKEN_KIT_ISSUER "\",\"aud\":\"api\",\"sub\":7,\"exp\":1767225660}",
        "{\"iss\":\"" TOKEN_KIT_ISSUER "\",\"aud\":\"api\",\"sub\":\"a\\nb\",\"exp\":1767225660}",
        "[]",
        "text",
    };
    token_begin("");
    assert_ok(token_kit_check(&kit, PLAIN, CLAIMS));
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_code(STATUS_UNAUTHENTICATED, token_kit_check(&kit, PLAIN, wrong[i]));
    }
    token_kit_release(&kit);
}

static enum status_code token_code_typed(const char *members, const char *type)
{
    char header[100];
    token_begin(members);
    snprintf(header, sizeof header, "{\"alg\":\"ES256\",\"kid\":\"a\"%s%s}",
             type[0] == '\0' ? "" : ",\"typ\":", type);
    return token_kit_check(&kit, header, CLAIMS).code;
}

TEST(access_token, has_a_type)
{
    static const char *const right[] = { "",        "\"at+jwt\"", "\"application/at+jwt\"",
                                         "\"JWT\"", "\"jwt\"",    "\"APPLICATION/AT+JWT\"" };
    static const char *const wrong[] = {
        "\"\"", "\"dpop+jwt\"",     "\"logout+jwt\"", "\"JOSE\"",
        "7",    "\"secevent+jwt\"", "\"at+jwt \"",    "\"application/\""
    };
    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
        assert_int_equal(token_code_typed("", right[i]), STATUS_OK);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_int_equal(token_code_typed("", wrong[i]), STATUS_UNAUTHENTICATED);
    }
    token_kit_release(&kit);
}

TEST(access_token, is_checked_strictly_where_that_is_asked)
{
    const char *all = "\"client_id\":\"a\",\"iat\":1767225600,\"jti\":\"b\"";
    assert_int_equal(token_code("\"strict\":true", all), STATUS_OK);
    assert_int_equal(token_code("\"strict\":true", "\"iat\":1,\"jti\":\"b\""),
                     STATUS_UNAUTHENTICATED);
    assert_int_equal(token_code("\"strict\":true", "\"client_id\":\"a\",\"jti\":\"b\""),
                     STATUS_UNAUTHENTICATED);
    assert_int_equal(token_code("\"strict\":true", "\"client_id\":\"a\",\"iat\":1"),
                     STATUS_UNAUTHENTICATED);
    assert_int_equal(token_code_typed("\"strict\":true", ""), STATUS_UNAUTHENTICATED);
    assert_int_equal(token_code_typed("\"strict\":true", "\"JWT\""), STATUS_UNAUTHENTICATED);
    token_kit_release(&kit);
}

TEST(access_token, is_signed_by_a_key_of_its_issuer)
{
    token_begin("");
    assert_code(STATUS_UNAUTHENTICATED,
                token_kit_check(&kit, "{\"alg\":\"ES256\",\"kid\":\"b\"}", CLAIMS));
    assert_ok(token_kit_check(&kit, "{\"alg\":\"ES256\"}", CLAIMS)); /* it has one only */
    struct buf text = { 0 };
    token_kit_sign(token_kit_key("P-256", 1), "ES256", PLAIN, CLAIMS, &text);
    assert_code(STATUS_UNAUTHENTICATED,
                access_token_check(&kit.arena, &kit.check, buf_str(&text), &kit.token));
    assert_ptr_equal(kit.token.issuer, &kit.issuers.items[0]);
    buf_release(&text);
    token_kit_release(&kit);
    assert_int_equal(token_code("\"algorithms\":\"RS256\"", ""), STATUS_UNAUTHENTICATED);
    token_kit_release(&kit);
}

TEST(access_token, waits_for_keys_that_are_missing)
{
    token_begin("");
    kit.check.monotonic_us += 30 * INT64_C(1000000);
    assert_code(STATUS_UNAVAILABLE,
                token_kit_check(&kit, "{\"alg\":\"ES256\",\"kid\":\"b\"}", CLAIMS));
    assert_true(jwks_cache_busy(kit.keys, kit.token.issuer, kit.check.monotonic_us));
    assert_ok(token_kit_check(&kit, PLAIN, CLAIMS));
    token_kit_put(&kit, "{\"keys\":[]}");
    assert_code(STATUS_UNAUTHENTICATED,
                token_kit_check(&kit, "{\"alg\":\"ES256\",\"kid\":\"b\"}", CLAIMS));
    assert_ok(token_kit_check(&kit, PLAIN, CLAIMS)); /* until the max-age of the old set */
    token_kit_release(&kit);
}

TEST(access_token, names_its_subject_by_the_claim_that_was_chosen)
{
    assert_int_equal(token_code("\"subject_claim\":\"oid\"", "\"oid\":\"1-2\""), STATUS_OK);
    assert_true(str_eq(kit.token.subject, STR(TOKEN_KIT_ISSUER "\noid\n1-2")));
    assert_int_equal(token_code("\"subject_claim\":\"oid\"", ""), STATUS_UNAUTHENTICATED);
    assert_int_equal(token_code("\"scope_claim\":\"scp\"", "\"scp\":[\"a\",\"b c\"]"), STATUS_OK);
    assert_int_equal(kit.token.scopes.count, 2);
    REFUSED("\"scope\":7");
    PASSES("\"scope\":\"\"");
    assert_int_equal(kit.token.scopes.count, 0);
    token_kit_release(&kit);
}

TEST(access_token, bound_to_a_certificate_needs_it)
{
    /* SHA-256 of "abc" */
    const char *claims = "\"cnf\":{\"x5t#S256\":\"ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0\"}";
    REFUSED(claims);
    token_begin("");
    kit.check.certificate = token_thumbprint(STR("abc"));
    assert_ok(token_kit_check_claims(&kit, claims));
    assert_true(kit.token.bound);
    kit.check.certificate = token_thumbprint(STR("abd"));
    assert_code(STATUS_UNAUTHENTICATED, token_kit_check_claims(&kit, claims));
    token_kit_release(&kit);
}

/* SHA-256 of "abc" */
#define ABC "\"x5t#S256\":\"ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0\""

TEST(access_token, bound_in_a_way_that_cannot_be_checked_is_refused)
{
    REFUSED("\"cnf\":{\"jkt\":\"ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0\"}");
    REFUSED("\"cnf\":{\"jwk\":{}}");
    REFUSED("\"cnf\":{}");
    REFUSED("\"cnf\":\"x\"");
    REFUSED("\"cnf\":null");
    REFUSED("\"cnf\":{\"x5t#S256\":\"ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0\",\"jkt\":\"a\"}");
    token_begin("");
    kit.check.certificate = token_thumbprint(STR("abc"));
    assert_code(STATUS_UNAUTHENTICATED,
                token_kit_check_claims(&kit, "\"cnf\":{\"x5t#S256\":\"ungW\"}"));
    assert_code(STATUS_UNAUTHENTICATED, token_kit_check_claims(&kit, "\"cnf\":{\"x5t#S256\":7}"));
    assert_code(STATUS_UNAUTHENTICATED,
                token_kit_check_claims(&kit, "\"cnf\":{" ABC ",\"jkt\":\"a\"}"));
    kit.check.certificate = NULL; /* SHA-256 of nothing */
    assert_code(
        STATUS_UNAUTHENTICATED,
        token_kit_check_claims(
            &kit, "\"cnf\":{\"x5t#S256\":\"47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU\"}"));
    token_kit_release(&kit);
}

/* The most that a token of the largest size can ask of memory is refused, not run out of. */
TEST(access_token, fits_into_its_memory)
{
    static const char *const items[] = { "0", "\"\"", "[]", "{\"\":0}", "{}" };
    for (size_t i = 0; i < sizeof items / sizeof items[0]; i++) {
        struct buf payload = { 0 };
        struct arena arena;
        token_begin("");
        arena_init(&arena, ACCESS_TOKEN_MEMORY);
        buf_append(&payload, STR("{\"iss\":\"" TOKEN_KIT_ISSUER "\",\"a\":["));
        while (payload.size < 12000) {
            buf_printf(&payload, "%s,", items[i]);
        }
        buf_append(&payload, STR("0],\"aud\":\"api\",\"sub\":\"ada\",\"exp\":1767225660}"));
        buf_byte(&payload, '\0');
        struct buf text = { 0 };
        token_kit_sign(token_kit_key("P-256", 0), "ES256", PLAIN, payload.data, &text);
        assert_true(text.size < JWS_SIZE_MAX);
        assert_ok(access_token_check(&arena, &kit.check, buf_str(&text), &kit.token));
        arena_release(&arena);
        buf_release(&text);
        buf_release(&payload);
        token_kit_release(&kit);
    }
}

/* Every allocation of a check that passes, failing in turn. */
TEST(access_token, says_so_where_memory_runs_out)
{
    struct buf text = { 0 };
    long n = 0;
    token_begin("");
    token_kit_sign(token_kit_key("P-256", 0), "ES256", PLAIN,
                   "{\"iss\":\"" TOKEN_KIT_ISSUER "\",\"aud\":[\"api\"],\"sub\":\"ada\","
                   "\"exp\":1767225660,\"scope\":\"a b\",\"act\":{\"sub\":\"agent\"}}",
                   &text);
    for (;; n++) {
        arena_fail_at(n);
        struct status st = access_token_check(&kit.arena, &kit.check, buf_str(&text), &kit.token);
        arena_fail_at(-1);
        if (st.code == STATUS_OK) {
            break;
        }
        assert_int_equal(st.code, STATUS_RESOURCE_EXHAUSTED);
    }
    assert_true(n > 20);
    buf_release(&text);
    token_kit_release(&kit);
}
