#include "core/auth/caller.h"

#include "core/auth/api_key.h"
#include "tests/lib/test.h"
#include "tests/lib/token_kit.h"

static struct token_kit kit;
static struct caller_judge judge;
static struct caller caller;
static enum protected_resource_error caller_error;

static void caller_begin(void)
{
    token_kit_init(&kit, "");
    judge = (struct caller_judge){ kit.check, access_token_memo_new() };
}

static void caller_end(void)
{
    access_token_memo_free(judge.memo);
    token_kit_release(&kit);
}

static enum status_code caller_code(const char *authorization,
                                    const struct client_certificate *certificate)
{
    struct str value = str_z(authorization);
    const struct caller_shown shown = { &value, authorization == NULL ? 0u : 1u, certificate };
    return caller_read(&judge, &kit.arena, &shown, &caller, &caller_error).code;
}

/* "Bearer " and a token with these claims beside those that it needs. */
static enum status_code caller_code_token(const char *claims,
                                          const struct client_certificate *certificate)
{
    struct buf payload = { 0 }, value = { 0 };
    buf_printf(&payload, "{\"iss\":\"%s\",\"aud\":\"api\",\"sub\":\"ada\",\"exp\":1767225660%s}",
               TOKEN_KIT_ISSUER, claims);
    buf_byte(&payload, '\0');
    buf_append(&value, STR("Bearer "));
    token_kit_sign(token_kit_key("P-256", 0), "ES256", "{\"alg\":\"ES256\",\"kid\":\"a\"}",
                   payload.data, &value);
    buf_byte(&value, '\0');
    enum status_code code = caller_code(value.data, certificate);
    buf_release(&payload);
    buf_release(&value);
    return code;
}

TEST(caller, is_whose_token_it_shows)
{
    caller_begin();
    assert_int_equal(caller_code_token(",\"scope\":\"read\"", NULL), STATUS_OK);
    assert_int_equal(caller.kind, AGENCY__V1__CREDENTIAL_KIND__CREDENTIAL_KIND_JWT);
    assert_true(str_eq(caller.identity, STR(TOKEN_KIT_ISSUER "\nada")));
    assert_true(caller.between.count == 0 && caller.subject.data == NULL);
    assert_true(caller_may(&caller, STR("read")) && !caller_may(&caller, STR("command")));
    caller_end();
}

/* rules.md A1: the caller, those between, the subject. */
TEST(caller, is_the_outermost_actor)
{
    caller_begin();
    assert_int_equal(
        caller_code_token(
            ",\"act\":{\"sub\":\"a\",\"act\":{\"sub\":\"b\",\"act\":{\"sub\":\"c\"}}}", NULL),
        STATUS_OK);
    assert_true(str_eq(caller.identity, STR(TOKEN_KIT_ISSUER "\na")));
    assert_int_equal(caller.between.count, 2);
    assert_true(str_eq(caller.between.identities[0], STR(TOKEN_KIT_ISSUER "\nb")));
    assert_true(str_eq(caller.between.identities[1], STR(TOKEN_KIT_ISSUER "\nc")));
    assert_true(str_eq(caller.subject, STR(TOKEN_KIT_ISSUER "\nada")));
    assert_int_equal(caller_code_token(",\"act\":{\"sub\":\"a\"}", NULL), STATUS_OK);
    assert_int_equal(caller.between.count, 0);
    assert_true(str_eq(caller.subject, STR(TOKEN_KIT_ISSUER "\nada")));
    caller_end();
}

TEST(caller, is_whose_api_key_it_shows)
{
    const uint8_t random[API_KEY_RANDOM_SIZE] = { 7 };
    char value[7 + API_KEY_SIZE + 1] = "Bearer ";
    caller_begin();
    api_key_make(random, value + 7);
    assert_int_equal(caller_code(value, NULL), STATUS_OK);
    assert_int_equal(caller.kind, AGENCY__V1__CREDENTIAL_KIND__CREDENTIAL_KIND_API_KEY);
    assert_true(str_eq(caller.identity, str_z(value + 7)));
    assert_true(caller_may(&caller, STR("anything")));
    value[20] = value[20] == 'x' ? 'y' : 'x';
    assert_int_equal(caller_code(value, NULL), STATUS_UNAUTHENTICATED);
    assert_int_equal(caller_error, PROTECTED_RESOURCE_BAD_TOKEN);
    caller_end();
}

TEST(caller, is_whose_certificate_the_connection_has)
{
    const struct client_certificate certificate = { .identity = { "spiffe://a/b", 12 } };
    caller_begin();
    assert_int_equal(caller_code(NULL, &certificate), STATUS_OK);
    assert_int_equal(caller.kind, AGENCY__V1__CREDENTIAL_KIND__CREDENTIAL_KIND_MTLS_SAN);
    assert_true(str_eq(caller.identity, STR("spiffe://a/b")));
    assert_int_equal(caller_code_token("", &certificate), STATUS_OK); /* a token says more */
    assert_int_equal(caller.kind, AGENCY__V1__CREDENTIAL_KIND__CREDENTIAL_KIND_JWT);
    assert_int_equal(caller_code("Bearer x", &certificate), STATUS_UNAUTHENTICATED);
    caller_end();
}

TEST(caller, has_the_certificate_that_its_token_is_bound_to)
{
    const char *claims = ",\"cnf\":{\"x5t#S256\":\"ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0\"}";
    const struct str text = STR("abc");
    struct client_certificate certificate = { .thumbprint = hash_sha256(&text, 1) };
    caller_begin();
    assert_int_equal(caller_code_token(claims, &certificate), STATUS_OK);
    assert_int_equal(caller_code_token(claims, NULL), STATUS_UNAUTHENTICATED);
    certificate.thumbprint.bytes[0] ^= 1;
    assert_int_equal(caller_code_token(claims, &certificate), STATUS_UNAUTHENTICATED);
    caller_end();
}

TEST(caller, is_nobody_where_nothing_is_shown)
{
    const struct str two[] = { STR("Bearer a"), STR("Bearer a") };
    const struct caller_shown shown = { two, 2, NULL };
    caller_begin();
    assert_int_equal(caller_code(NULL, NULL), STATUS_UNAUTHENTICATED);
    assert_int_equal(caller_error, PROTECTED_RESOURCE_NO_TOKEN);
    assert_int_equal(caller_code("Basic YTpi", NULL), STATUS_UNAUTHENTICATED);
    assert_int_equal(caller_error, PROTECTED_RESOURCE_NO_TOKEN);
    assert_int_equal(caller_code("Bearer a.b.c", NULL), STATUS_UNAUTHENTICATED);
    assert_int_equal(caller_error, PROTECTED_RESOURCE_BAD_TOKEN);
    assert_code(STATUS_UNAUTHENTICATED,
                caller_read(&judge, &kit.arena, &shown, &caller, &caller_error));
    assert_int_equal(caller_error, PROTECTED_RESOURCE_BAD_REQUEST);
    caller_end();
}

TEST(caller, waits_for_keys_of_its_issuer)
{
    caller_begin();
    jwks_cache_free(kit.keys);
    kit.keys = jwks_cache_new(&kit.issuers);
    judge.check.keys = kit.keys;
    assert_int_equal(caller_code_token("", NULL), STATUS_UNAVAILABLE);
    assert_ptr_equal(caller.token.issuer, &kit.issuers.items[0]);
    caller_end();
}
