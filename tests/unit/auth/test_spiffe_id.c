#include "core/auth/spiffe_id.h"

#include "tests/lib/test.h"

TEST(spiffe_id, has_a_trust_domain_and_a_path)
{
    struct spiffe_id id;
    assert_ok(spiffe_id_read(STR("spiffe://example.org/ns/a/sa/B_1-x..y"), &id));
    assert_true(str_eq(id.trust_domain, STR("example.org")));
    assert_true(str_eq(id.path, STR("/ns/a/sa/B_1-x..y")));
    assert_ok(spiffe_id_read(STR("spiffe://a_b-c.1"), &id));
    assert_int_equal(id.path.size, 0);
}

TEST(spiffe_id, is_written_in_one_way_only)
{
    static const char *const wrong[] = {
        "",
        "spiffe:/a/b",
        "SPIFFE://a/b",
        "Spiffe://a/b",
        "https://a/b",
        "spiffe://",
        "spiffe:///b",
        "spiffe://A/b",
        "spiffe://a:1/b",
        "spiffe://u@a/b",
        "spiffe://a%2eb/c",
        "spiffe://a/",
        "spiffe://a/b/",
        "spiffe://a//b",
        "spiffe://a/./b",
        "spiffe://a/../b",
        "spiffe://a/b/..",
        "spiffe://a/b?c",
        "spiffe://a/b#c",
        "spiffe://a/%62",
        "spiffe://a/\xc3\xa4",
        "spiffe://a\n/b",
        "spiffe://[::1]/b",
    };
    struct spiffe_id id;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_code(STATUS_INVALID_ARGUMENT, spiffe_id_read(str_z(wrong[i]), &id));
    }
    assert_code(STATUS_INVALID_ARGUMENT, spiffe_id_read(str_make("spiffe://a/b\0c", 14), &id));
}

TEST(spiffe_id, has_a_size)
{
    char text[SPIFFE_ID_SIZE_MAX + 1];
    struct spiffe_id id;
    memset(text, 'a', sizeof text);
    memcpy(text, "spiffe://a/", 11);
    assert_ok(spiffe_id_read(str_make(text, SPIFFE_ID_SIZE_MAX), &id));
    assert_code(STATUS_INVALID_ARGUMENT, spiffe_id_read(str_make(text, sizeof text), &id));
    memset(text, 'a', sizeof text);
    memcpy(text, "spiffe://", 9);
    text[9 + SPIFFE_TRUST_DOMAIN_SIZE_MAX] = '/';
    assert_ok(spiffe_id_read(str_make(text, 9 + SPIFFE_TRUST_DOMAIN_SIZE_MAX + 2), &id));
    text[9 + SPIFFE_TRUST_DOMAIN_SIZE_MAX] = 'a';
    text[9 + SPIFFE_TRUST_DOMAIN_SIZE_MAX + 1] = '/';
    assert_code(STATUS_INVALID_ARGUMENT,
                spiffe_id_read(str_make(text, 9 + SPIFFE_TRUST_DOMAIN_SIZE_MAX + 3), &id));
}

TEST(spiffe_id, is_claimed_in_any_case)
{
    assert_true(spiffe_id_claimed(STR("sPIFFE://a")));
    assert_true(spiffe_id_claimed(STR("spiffe:a")));
    assert_false(spiffe_id_claimed(STR("spiffe")));
    assert_false(spiffe_id_claimed(STR("https://spiffe:a")));
}
