#include "core/auth/protected_resource.h"

#include "tests/lib/test.h"
#include "tests/lib/token_kit.h"

static void assert_address(const char *url, const char *expected)
{
    struct buf out = { 0 };
    assert_ok(protected_resource_address(str_z(url), &out));
    assert_true(str_eq(buf_str(&out), str_z(expected)));
    buf_release(&out);
}

TEST(protected_resource, has_its_metadata_between_host_and_path)
{
    struct buf out = { 0 };
    assert_address("https://a.example", "https://a.example/.well-known/oauth-protected-resource");
    assert_address("https://a.example/", "https://a.example/.well-known/oauth-protected-resource");
    assert_address("https://a.example:1/orgs/o/mcp?x",
                   "https://a.example:1/.well-known/oauth-protected-resource/orgs/o/mcp?x");
    assert_code(STATUS_INVALID_ARGUMENT, protected_resource_address(STR("a.example"), &out));
    buf_release(&out);
}

TEST(protected_resource, tells_who_issues_tokens_for_it)
{
    struct token_kit kit;
    struct buf out = { 0 };
    const struct str scopes[] = { STR("agency.read"), STR("agency.command") };
    token_kit_init(&kit, "");
    const struct protected_resource resource = { .url = STR("https://a.example/o"),
                                                 .name = STR("the \"o\""),
                                                 .issuers = &kit.issuers,
                                                 .scopes = { scopes, 2 } };
    protected_resource_write(&resource, &out);
    assert_true(
        str_eq(buf_str(&out),
               STR("{\"resource\":\"https://a.example/o\",\"resource_name\":\"the \\\"o\\\"\","
                   "\"authorization_servers\":[\"https://issuer.example\"],"
                   "\"scopes_supported\":[\"agency.read\",\"agency.command\"],"
                   "\"bearer_methods_supported\":[\"header\"]}")));
    buf_release(&out);
    token_kit_release(&kit);
}

static void assert_challenge(enum protected_resource_error error, const char *reason,
                             const char *expected)
{
    struct buf out = { 0 };
    const struct str scopes[] = { STR("a"), STR("b") };
    assert_ok(protected_resource_challenge(
        STR("https://h/p"), error, (struct claims_texts){ scopes, 2 }, str_z(reason), &out));
    assert_true(str_eq(buf_str(&out), str_z(expected)));
    buf_release(&out);
}

#define CHALLENGE \
    "Bearer resource_metadata=\"https://h/.well-known/oauth-protected-resource/p\", scope=\"a b\""

TEST(protected_resource, sends_callers_to_its_metadata)
{
    assert_challenge(PROTECTED_RESOURCE_NO_TOKEN, "x", CHALLENGE);
    assert_challenge(PROTECTED_RESOURCE_BAD_TOKEN, "expected 'a', not \"b\\\"\r\nX: \xc3\xa4",
                     CHALLENGE ", error=\"invalid_token\", "
                               "error_description=\"expected 'a', not ?b????X: ??\"");
    assert_challenge(PROTECTED_RESOURCE_TOO_LITTLE, "", CHALLENGE ", error=\"insufficient_scope\"");
    assert_challenge(PROTECTED_RESOURCE_BAD_REQUEST, "", CHALLENGE ", error=\"invalid_request\"");
}

TEST(protected_resource, answers_by_the_status_that_belongs_to_the_error)
{
    assert_int_equal(protected_resource_status(PROTECTED_RESOURCE_NO_TOKEN), 401);
    assert_int_equal(protected_resource_status(PROTECTED_RESOURCE_BAD_REQUEST), 400);
    assert_int_equal(protected_resource_status(PROTECTED_RESOURCE_BAD_TOKEN), 401);
    assert_int_equal(protected_resource_status(PROTECTED_RESOURCE_TOO_LITTLE), 403);
}
