#include "core/auth/key_source.h"

#include "core/base/buf.h"

#include "tests/lib/fetch_table.h"
#include "tests/lib/test.h"

/* Gets the keys of an issuer; what was asked for stands in the table. */
static struct status source_get(struct fetch_table *table, const char *issuer, const char *keys)
{
    const struct issuer who = { .name = str_z(issuer), .keys = str_z(keys) };
    struct fetch port = fetch_table_port(table);
    struct arena arena;
    struct fetched fetched;
    arena_init(&arena, 1 << 20);
    table->asked[0] = '\0';
    struct status st = key_source_get(&who, &port, &arena, &fetched);
    assert_true(st.code != STATUS_OK || str_eq(fetched.body, STR("KEYS")));
    arena_release(&arena);
    return st;
}

TEST(key_source, is_where_the_configuration_says)
{
    struct fetch_table table = { { { "https://b/keys", "KEYS" }, { "file:/keys", "KEYS" } }, "" };
    assert_ok(source_get(&table, "https://a", "https://b/keys"));
    assert_string_equal(table.asked, "https://b/keys\n");
    assert_ok(source_get(&table, "https://a", "file:/keys"));
    assert_string_equal(table.asked, "file:/keys\n");
    assert_code(STATUS_NOT_FOUND, source_get(&table, "https://a", "https://b/none"));
}

TEST(key_source, is_asked_of_the_issuer_in_the_way_of_openid)
{
    struct fetch_table table = {
        { { "https://a/t/.well-known/openid-configuration",
            "{\"issuer\":\"https://a/t/\",\"jwks_uri\":\"https://c/keys\",\"more\":[]}" },
          { "https://c/keys", "KEYS" } },
        ""
    };
    assert_ok(source_get(&table, "https://a/t/", ""));
    assert_string_equal(table.asked,
                        "https://a/t/.well-known/openid-configuration\nhttps://c/keys\n");
}

TEST(key_source, is_asked_of_the_issuer_in_the_way_of_rfc_8414)
{
    struct fetch_table table = {
        { { "https://a:1/.well-known/oauth-authorization-server/t",
            "{\"issuer\":\"https://a:1/t\",\"jwks_uri\":\"https://c/keys\"}" },
          { "https://c/keys", "KEYS" } },
        ""
    };
    assert_ok(source_get(&table, "https://a:1/t", ""));
    assert_string_equal(table.asked,
                        "https://a:1/t/.well-known/openid-configuration\n"
                        "https://a:1/.well-known/oauth-authorization-server/t\nhttps://c/keys\n");
}

static struct status source_of_metadata(const char *issuer, const char *metadata)
{
    struct fetch_table table = { { { "https://a/.well-known/openid-configuration", metadata },
                                   { "http://localhost:1/.well-known/openid-configuration",
                                     metadata },
                                   { "https://c/keys", "KEYS" },
                                   { "http://127.0.0.1/keys", "KEYS" } },
                                 "" };
    return source_get(&table, issuer, "");
}

TEST(key_source, is_of_the_issuer_that_was_asked)
{
    static const char *const wrong[] = {
        "",
        "[]",
        "{\"jwks_uri\":\"https://c/keys\"}",
        "{\"issuer\":\"https://a/\",\"jwks_uri\":\"https://c/keys\"}",
        "{\"issuer\":\"https://b\",\"jwks_uri\":\"https://c/keys\"}",
        "{\"issuer\":\"https://a\"}",
        "{\"issuer\":\"https://a\",\"jwks_uri\":7}",
        "{\"issuer\":\"https://a\",\"issuer\":\"https://a\",\"jwks_uri\":\"https://c/keys\"}",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_code(STATUS_INVALID_ARGUMENT, source_of_metadata("https://a", wrong[i]));
    }
    assert_code(STATUS_UNAVAILABLE, source_of_metadata("https://a", NULL));
}

TEST(key_source, is_not_where_others_must_not_be_sent)
{
    static const char *const wrong[] = { "http://c/keys",        "file:///etc/passwd", "file:/keys",
                                         "https://c@d/keys",     "ftp://c/keys",       "gopher://c",
                                         "http://127.0.0.1/keys" };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct buf text = { 0 };
        buf_printf(&text, "{\"issuer\":\"https://a\",\"jwks_uri\":\"%s\"}", wrong[i]);
        buf_byte(&text, '\0');
        assert_code(STATUS_INVALID_ARGUMENT, source_of_metadata("https://a", text.data));
        buf_release(&text);
    }
    assert_ok(source_of_metadata(
        "http://localhost:1",
        "{\"issuer\":\"http://localhost:1\",\"jwks_uri\":\"http://127.0.0.1/keys\"}"));
}
