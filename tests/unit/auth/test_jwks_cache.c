#include "core/auth/jwks_cache.h"

#include "core/base/time.h"
#include "tests/lib/test.h"
#include "tests/lib/token_kit.h"

static const struct issuer cache_items[] = { { .name = { "https://a", 9 } },
                                             { .name = { "https://b", 9 } } };
static const struct issuers cache_issuers = { cache_items, 2 };
static const struct issuer *const cache_a = &cache_items[0];

/* A set with one key of this id. */
static struct status cache_put(struct jwks_cache *cache, const char *id, const char *control,
                               int64_t at_s)
{
    struct buf text = { 0 };
    char members[32] = "\"kid\":\"";
    memcpy(members + 7, id, 1);
    memcpy(members + 8, "\",", 3);
    buf_append(&text, STR("{\"keys\":["));
    token_kit_jwk(token_kit_key("P-256", 0), members, &text);
    buf_append(&text, STR("]}"));
    struct status st =
        jwks_cache_put(cache, cache_a, buf_str(&text), str_z(control), at_s * TIME_SECOND_US);
    buf_release(&text);
    return st;
}

static enum status_code cache_find(struct jwks_cache *cache, const char *id, int64_t at_s)
{
    struct jwks_found found;
    const struct jws_algorithm *algorithm;
    assert_ok(jws_algorithm_find(STR("ES256"), &algorithm));
    struct status st =
        jwks_cache_find(cache, cache_a, str_z(id), algorithm, at_s * TIME_SECOND_US, &found);
    assert_int_equal(st.code == STATUS_OK, found.count > 0);
    return st.code;
}

/* Whether the keys of the first issuer should be fetched at that time; begins it. */
static bool cache_asks(struct jwks_cache *cache, int64_t at_s)
{
    return jwks_cache_next(cache, at_s * TIME_SECOND_US) == cache_a;
}

static bool cache_busy(const struct jwks_cache *cache, int64_t at_s)
{
    return jwks_cache_busy(cache, cache_a, at_s * TIME_SECOND_US);
}

/* At second 0 the first issuer has the key "1" for an hour; of the second nothing is known, and it
 * is being asked. */
static struct jwks_cache *cache_new(void)
{
    struct jwks_cache *cache = jwks_cache_new(&cache_issuers);
    assert_true(cache_asks(cache, 0));
    assert_ok(cache_put(cache, "1", "max-age=3600", 0));
    assert_ptr_equal(jwks_cache_next(cache, 0), &cache_items[1]);
    return cache;
}

TEST(jwks_cache, asks_for_all_at_the_start)
{
    struct jwks_cache *cache = jwks_cache_new(&cache_issuers);
    assert_int_equal(cache_find(cache, "1", 0), STATUS_UNAVAILABLE);
    assert_true(cache_busy(cache, 0));
    assert_ptr_equal(jwks_cache_next(cache, 0), &cache_items[0]);
    assert_ptr_equal(jwks_cache_next(cache, 0), &cache_items[1]);
    assert_null(jwks_cache_next(cache, 0));
    assert_true(cache_busy(cache, 0)); /* until it comes */
    assert_int_equal(cache_find(cache, "1", 0), STATUS_UNAVAILABLE);
    assert_ok(cache_put(cache, "1", "", 0));
    assert_int_equal(cache_find(cache, "1", 0), STATUS_OK);
    assert_non_null(jwks_cache_set(cache, cache_a));
    jwks_cache_free(cache);
}

TEST(jwks_cache, asks_for_an_unknown_key_at_most_every_30_seconds)
{
    struct jwks_cache *cache = cache_new();
    assert_int_equal(cache_find(cache, "2", 29), STATUS_UNAUTHENTICATED);
    assert_false(cache_busy(cache, 29));
    assert_false(cache_asks(cache, 29));
    assert_int_equal(cache_find(cache, "2", 30), STATUS_UNAVAILABLE);
    assert_true(cache_asks(cache, 30));
    assert_false(cache_asks(cache, 30));
    assert_ok(cache_put(cache, "1", "", 31));
    assert_int_equal(cache_find(cache, "2", 31), STATUS_UNAUTHENTICATED);
    assert_int_equal(cache_find(cache, "3", 59), STATUS_UNAUTHENTICATED);
    assert_false(cache_asks(cache, 59));
    assert_int_equal(cache_find(cache, "1", 59), STATUS_OK); /* others are served meanwhile */
    jwks_cache_free(cache);
}

TEST(jwks_cache, keeps_a_rotated_key_until_the_max_age_of_its_set)
{
    struct jwks_cache *cache = cache_new();
    assert_int_equal(cache_find(cache, "2", 100), STATUS_UNAVAILABLE);
    assert_true(cache_asks(cache, 100));
    assert_ok(cache_put(cache, "2", "max-age=7200", 100));
    assert_int_equal(cache_find(cache, "2", 100), STATUS_OK);
    assert_int_equal(cache_find(cache, "1", 3599), STATUS_OK);
    assert_int_equal(cache_find(cache, "1", 3600), STATUS_UNAVAILABLE);
    assert_true(cache_asks(cache, 3600));
    assert_ok(cache_put(cache, "2", "", 3600));
    assert_int_equal(cache_find(cache, "1", 3600), STATUS_UNAUTHENTICATED);
    jwks_cache_free(cache);
}

TEST(jwks_cache, asks_again_when_the_max_age_has_passed)
{
    struct jwks_cache *cache = cache_new();
    assert_false(cache_asks(cache, 3599));
    assert_true(cache_asks(cache, 3600));
    assert_int_equal(cache_find(cache, "1", 3600), STATUS_OK); /* while it is fetched */
    assert_ok(cache_put(cache, "1", "max-age=3600", 3601));
    assert_false(cache_asks(cache, 7200));
    assert_true(cache_asks(cache, 7201));
    jwks_cache_free(cache);
}

TEST(jwks_cache, serves_an_hour_longer_while_the_issuer_is_away)
{
    struct jwks_cache *cache = cache_new();
    for (int64_t at_s = 3600; at_s < 7200; at_s += 30) {
        assert_true(cache_asks(cache, at_s));
        jwks_cache_failed(cache, cache_a, status_error(STATUS_UNAVAILABLE, "away"));
        assert_int_equal(cache_find(cache, "1", at_s), STATUS_OK);
        assert_false(cache_asks(cache, at_s + 29));
    }
    assert_int_equal(cache_find(cache, "1", 7199), STATUS_OK);
    assert_int_equal(cache_find(cache, "1", 7200), STATUS_UNAVAILABLE);
    assert_true(cache_asks(cache, 7200));
    assert_ok(cache_put(cache, "1", "", 7200));
    assert_int_equal(cache_find(cache, "1", 7200), STATUS_OK);
    jwks_cache_free(cache);
}

TEST(jwks_cache, says_why_keys_are_missing)
{
    struct jwks_cache *cache = jwks_cache_new(&cache_issuers);
    struct jwks_found found;
    const struct jws_algorithm *algorithm;
    assert_ok(jws_algorithm_find(STR("ES256"), &algorithm));
    assert_true(cache_asks(cache, 0));
    jwks_cache_failed(cache, cache_a, status_error(STATUS_UNAVAILABLE, "the line is cut"));
    assert_false(cache_busy(cache, 0));
    struct status st = jwks_cache_find(cache, cache_a, STR("1"), algorithm, 0, &found);
    assert_int_equal(st.code, STATUS_UNAVAILABLE);
    assert_string_equal(st.msg, "expected the keys of 'https://a': the line is cut");
    jwks_cache_free(cache);
}

TEST(jwks_cache, keeps_what_it_has_when_something_else_comes)
{
    struct jwks_cache *cache = cache_new();
    assert_true(cache_asks(cache, 3600));
    assert_code(STATUS_INVALID_ARGUMENT,
                jwks_cache_put(cache, cache_a, STR("<html>"), STR(""), 3600 * TIME_SECOND_US));
    assert_int_equal(cache_find(cache, "1", 3601), STATUS_OK);
    assert_int_equal(cache_find(cache, "2", 3601), STATUS_UNAVAILABLE); /* who knows */
    assert_false(cache_busy(cache, 3601));
    jwks_cache_free(cache);
    jwks_cache_free(NULL);
}

/* No-cache would have every request fetch; a year would keep a stolen key for as long. */
TEST(jwks_cache, bounds_the_max_age)
{
    struct jwks_cache *cache = jwks_cache_new(&cache_issuers);
    assert_true(cache_asks(cache, 0));
    assert_ok(cache_put(cache, "1", "no-cache", 0));
    assert_ptr_equal(jwks_cache_next(cache, 0), &cache_items[1]);
    assert_false(cache_asks(cache, JWKS_CACHE_AGE_SECONDS_MIN - 1));
    assert_true(cache_asks(cache, JWKS_CACHE_AGE_SECONDS_MIN));
    assert_ok(cache_put(cache, "1", "max-age=31536000", 1000));
    assert_false(cache_asks(cache, 1000 + JWKS_CACHE_AGE_SECONDS_MAX - 1));
    assert_true(cache_asks(cache, 1000 + JWKS_CACHE_AGE_SECONDS_MAX));
    jwks_cache_free(cache);
}

TEST(jwks_cache, asks_soon_for_bundles_that_say_nothing)
{
    const struct issuer domain = { .trust_domain = { "example.org", 11 } };
    const struct issuers issuers = { &domain, 1 };
    struct jwks_cache *cache = jwks_cache_new(&issuers);
    assert_ptr_equal(jwks_cache_next(cache, 0), &domain);
    assert_ok(jwks_cache_put(cache, &domain, STR("{\"keys\":[]}"), STR(""), 0));
    assert_null(jwks_cache_next(cache, JWKS_CACHE_AGE_SECONDS_MIN * TIME_SECOND_US - 1));
    assert_ptr_equal(jwks_cache_next(cache, JWKS_CACHE_AGE_SECONDS_MIN * TIME_SECOND_US), &domain);
    jwks_cache_free(cache);
}
