#include "core/auth/access_token_memo.h"

#include "tests/lib/test.h"
#include "tests/lib/token_kit.h"

/* A memo, and a token that was signed once; whether it is found is seen by the keys: without them
 * no token is found right anew. */
static struct token_kit kit;
static struct access_token_memo *memo;
static struct buf memo_text;

static void memo_begin(const char *claims)
{
    struct buf payload = { 0 };
    token_kit_init(&kit, "");
    memo = access_token_memo_new();
    buf_printf(&payload, "{\"iss\":\"%s\",\"aud\":\"api\",\"sub\":\"ada\",\"exp\":1767225660%s}",
               TOKEN_KIT_ISSUER, claims);
    buf_byte(&payload, '\0');
    token_kit_sign(token_kit_key("P-256", 0), "ES256", "{\"alg\":\"ES256\",\"kid\":\"a\"}",
                   payload.data, &memo_text);
    buf_release(&payload);
}

static void memo_end(void)
{
    buf_release(&memo_text);
    access_token_memo_free(memo);
    token_kit_release(&kit);
}

/* The work's arena goes before the token is looked at. */
static enum status_code memo_code(void)
{
    struct arena arena;
    arena_init(&arena, ACCESS_TOKEN_MEMORY);
    struct status st =
        access_token_memo_check(memo, &arena, &kit.check, buf_str(&memo_text), &kit.token);
    arena_release(&arena);
    return st.code;
}

/* Takes the keys away, once they were used. */
static void memo_forget_keys(void)
{
    jwks_cache_free(kit.keys);
    kit.keys = jwks_cache_new(&kit.issuers);
    kit.check.keys = kit.keys;
}

TEST(access_token_memo, knows_a_token_again_with_all_that_it_says)
{
    memo_begin(",\"scope\":\"x y\",\"jti\":\"7\",\"act\":{\"sub\":\"agent\"}");
    assert_int_equal(memo_code(), STATUS_OK);
    memo_forget_keys();
    assert_int_equal(memo_code(), STATUS_OK);
    assert_true(str_eq(kit.token.subject, STR(TOKEN_KIT_ISSUER "\nada")));
    assert_true(str_eq(access_token_caller(&kit.token), STR(TOKEN_KIT_ISSUER "\nagent")));
    assert_true(access_token_may(&kit.token, STR("y")) && str_eq(kit.token.id, STR("7")));
    assert_null(kit.token.client_id.data);
    assert_ptr_equal(kit.token.issuer, &kit.issuers.items[0]);
    memo_end();
}

TEST(access_token_memo, forgets_it_after_a_while)
{
    memo_begin("");
    assert_int_equal(memo_code(), STATUS_OK);
    memo_forget_keys();
    kit.check.monotonic_us += ACCESS_TOKEN_MEMO_SECONDS * INT64_C(1000000) - 1;
    assert_int_equal(memo_code(), STATUS_OK);
    kit.check.monotonic_us += 1;
    assert_int_equal(memo_code(), STATUS_UNAVAILABLE);
    memo_end();
}

TEST(access_token_memo, does_not_let_it_outlive_its_end)
{
    memo_begin("");
    assert_int_equal(memo_code(), STATUS_OK);
    kit.check.now_us += 119 * INT64_C(1000000); /* exp and the leeway */
    assert_int_equal(memo_code(), STATUS_OK);
    kit.check.now_us += 1000000;
    assert_int_equal(memo_code(), STATUS_UNAUTHENTICATED);
    memo_end();
}

TEST(access_token_memo, knows_a_bound_token_with_its_certificate_alone)
{
    memo_begin(",\"cnf\":{\"x5t#S256\":\"ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0\"}");
    const struct str texts[] = { STR("abc"), STR("abd") };
    const struct hash mine = hash_sha256(&texts[0], 1), other = hash_sha256(&texts[1], 1);
    kit.check.certificate = &mine;
    assert_int_equal(memo_code(), STATUS_OK);
    kit.check.certificate = &other;
    assert_int_equal(memo_code(), STATUS_UNAUTHENTICATED);
    kit.check.certificate = NULL;
    assert_int_equal(memo_code(), STATUS_UNAUTHENTICATED);
    memo_forget_keys();
    kit.check.certificate = &mine;
    assert_int_equal(memo_code(), STATUS_OK);
    assert_true(kit.token.bound);
    memo_end();
}

TEST(access_token_memo, keeps_nothing_that_was_refused)
{
    memo_begin("");
    kit.check.now_us += 900 * INT64_C(1000000);
    assert_int_equal(memo_code(), STATUS_UNAUTHENTICATED);
    kit.check.now_us -= 900 * INT64_C(1000000);
    assert_int_equal(memo_code(), STATUS_OK);
    memo_text.data[memo_text.size - 3] ^= 1;
    assert_int_equal(memo_code(), STATUS_UNAUTHENTICATED);
    memo_end();
}

/* Larger ones are right, too, but checked each time. */
TEST(access_token_memo, does_not_keep_what_is_large)
{
    struct buf claims = { 0 };
    struct arena arena;
    arena_init(&arena, ACCESS_TOKEN_MEMORY);
    buf_append(&claims, STR(",\"scope\":\""));
    for (int i = 0; i < 4000; i++) {
        buf_append(&claims, STR("a "));
    }
    buf_append(&claims, STR("b\""));
    buf_byte(&claims, '\0');
    memo_begin(claims.data);
    assert_ok(access_token_memo_check(memo, &arena, &kit.check, buf_str(&memo_text), &kit.token));
    assert_int_equal(kit.token.scopes.count, 4001);
    assert_true(access_token_may(&kit.token, STR("b")));
    memo_forget_keys();
    assert_int_equal(memo_code(), STATUS_UNAVAILABLE);
    buf_release(&claims);
    arena_release(&arena);
    memo_end();
    access_token_memo_free(NULL);
}
