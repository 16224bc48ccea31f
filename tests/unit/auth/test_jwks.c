#include "core/auth/jwks.h"

#include "tests/lib/test.h"
#include "tests/lib/token_kit.h"

static const struct jws_algorithm *jwks_algorithm(const char *name)
{
    const struct jws_algorithm *algorithm;
    assert_ok(jws_algorithm_find(str_z(name), &algorithm));
    return algorithm;
}

/* A set of P-256 keys, each with its members. */
static struct jwks *jwks_of(const char *const *members, size_t count)
{
    struct buf text = { 0 };
    struct jwks *jwks;
    buf_append(&text, STR("{\"keys\":["));
    for (size_t i = 0; i < count; i++) {
        buf_append(&text, i == 0 ? STR("") : STR(","));
        token_kit_jwk(token_kit_key("P-256", (int)(i % 2)), members[i], &text);
    }
    buf_append(&text, STR("],\"more\":1}"));
    assert_ok(jwks_read(buf_str(&text), STR("sig"), &jwks));
    buf_release(&text);
    return jwks;
}

TEST(jwks, gives_the_key_of_a_name)
{
    static const char *const members[] = { "\"kid\":\"a\",", "\"kid\":\"b\",", "" };
    struct jwks *jwks = jwks_of(members, 3);
    struct jwks_found found = { 0 };
    jwks_find(jwks, STR("b"), jwks_algorithm("ES256"), &found);
    assert_int_equal(found.count, 1);
    assert_true(str_eq(found.keys[0]->id, STR("b")));
    found = (struct jwks_found){ 0 };
    jwks_find(jwks, STR("c"), jwks_algorithm("ES256"), &found);
    jwks_find(jwks, STR("b"), jwks_algorithm("ES384"), &found);
    jwks_find(jwks, STR("b"), jwks_algorithm("RS256"), &found);
    assert_int_equal(found.count, 0);
    jwks_free(jwks);
}

TEST(jwks, gives_all_that_fit_where_no_name_is_asked_up_to_a_bound)
{
    static const char *const members[] = { "\"kid\":\"a\",", "\"kid\":\"b\",", "", "", "" };
    struct jwks_found found = { 0 };
    struct jwks *jwks = jwks_of(members, JWKS_FOUND_MAX);
    jwks_find(jwks, (struct str){ 0 }, jwks_algorithm("ES256"), &found);
    assert_true(found.count == JWKS_FOUND_MAX && !found.more);
    jwks_free(jwks);
    jwks = jwks_of(members, JWKS_FOUND_MAX + 1);
    found = (struct jwks_found){ 0 };
    jwks_find(jwks, (struct str){ 0 }, jwks_algorithm("ES256"), &found);
    assert_true(found.count == JWKS_FOUND_MAX && found.more);
    jwks_free(jwks);
}

TEST(jwks, skips_what_is_of_no_use_and_says_why)
{
    static const char *const members[] = { "\"use\":\"enc\",", "\"kid\":\"a\",", "\"d\":\"AA\"," };
    const char *reason;
    struct jwks *jwks = jwks_of(members, 3);
    assert_int_equal(jwks_count(jwks), 1);
    assert_int_equal(jwks_skipped(jwks, &reason), 2);
    assert_non_null(strstr(reason, "'enc'"));
    jwks_free(jwks);
}

TEST(jwks, is_an_object_with_a_list_of_objects)
{
    static const char *const wrong[] = { "",
                                         "[]",
                                         "{}",
                                         "{\"keys\":{}}",
                                         "{\"keys\":[1]}",
                                         "{\"keys\":[],\"keys\":[]}",
                                         "{\"keys\":[{\"kid\":1,\"kid\":2}]}" };
    struct jwks *jwks;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_code(STATUS_INVALID_ARGUMENT, jwks_read(str_z(wrong[i]), STR("sig"), &jwks));
    }
    assert_ok(jwks_read(STR("{\"keys\":[]}"), STR("sig"), &jwks));
    assert_int_equal(jwks_count(jwks), 0);
    jwks_free(jwks);
    jwks_free(NULL);
}

static struct status jwks_read_repeated(const char *item, size_t count, size_t padding)
{
    struct buf text = { 0 };
    struct jwks *jwks;
    buf_append(&text, STR("{\"keys\":["));
    for (size_t i = 0; i < count; i++) {
        buf_append(&text, i == 0 ? STR("") : STR(","));
        buf_append(&text, str_z(item));
    }
    buf_append(&text, STR("]}"));
    for (size_t i = 0; i < padding; i++) {
        buf_byte(&text, ' ');
    }
    struct status st = jwks_read(buf_str(&text), STR("sig"), &jwks);
    if (st.code == STATUS_OK) {
        jwks_free(jwks);
    }
    buf_release(&text);
    return st;
}

TEST(jwks, has_bounds)
{
    assert_ok(jwks_read_repeated("{}", JWKS_KEYS_MAX, 0));
    assert_code(STATUS_INVALID_ARGUMENT, jwks_read_repeated("{}", JWKS_KEYS_MAX + 1, 0));
    assert_ok(jwks_read_repeated("{}", 0, JWKS_SIZE_MAX - 11));
    assert_code(STATUS_INVALID_ARGUMENT, jwks_read_repeated("{}", 0, JWKS_SIZE_MAX));
    assert_code(STATUS_INVALID_ARGUMENT, jwks_read_repeated("0", JWKS_SIZE_MAX / 2 - 10, 0));
}
