#include "core/auth/access_token.h"
#include "core/auth/jws_algorithm.h"
#include "tests/lib/test.h"

static struct arena issuer_arena;

static struct status issuers_of(const char *json, struct issuers *issuers)
{
    arena_release(&issuer_arena);
    arena_init(&issuer_arena, 1 << 20);
    return issuers_read(&issuer_arena, str_z(json), issuers);
}

TEST(issuer, needs_a_name_and_an_audience)
{
    struct issuers issuers;
    assert_ok(
        issuers_of("{\"issuers\":[{\"issuer\":\"https://a/b\",\"audience\":\"api\"}]}", &issuers));
    const struct issuer *issuer = issuers_find(&issuers, STR("https://a/b"));
    assert_non_null(issuer);
    assert_true(claims_texts_have(&issuer->subject_claims, STR("sub")));
    assert_true(str_eq(issuer->scope_claim, STR("scope")));
    assert_int_equal(issuer->algorithms, JWS_ALGORITHMS_ALL);
    assert_int_equal(issuer->leeway_us, 60000000);
    assert_true(!issuer->strict && issuer->scoped);
    assert_null(issuers_find(&issuers, STR("https://a/b/")));
    assert_null(issuers_find(&issuers, STR("")));
    assert_null(issuers_find_trust_domain(&issuers, STR("")));
    arena_release(&issuer_arena);
}

TEST(issuer, can_be_told_more)
{
    struct issuers issuers;
    assert_ok(issuers_of("{\"issuers\":[{\"issuer\":\"http://localhost:1\",\"audience\":[\"a\","
                         "\"b\"],\"keys\":\"file:/keys\",\"subject_claim\":\"oid\",\"scope_claim\":"
                         "\"scp\",\"actor_issuers\":[\"https://c\"],\"algorithms\":[\"ES256\","
                         "\"RS256\"],\"leeway_seconds\":0,\"strict\":true},"
                         "{\"trust_domain\":\"example.org\",\"audience\":\"a\","
                         "\"keys\":\"https://spire.example/bundle\"}]}",
                         &issuers));
    const struct issuer *issuer = &issuers.items[0];
    assert_true(issuer->strict && issuer->leeway_us == 0 && issuer->audience.count == 2);
    assert_int_equal(issuer->algorithms, (1u << 0) | (1u << 6));
    assert_true(claims_texts_have(&issuer->actor_issuers, STR("https://c")));
    assert_ptr_equal(issuers_find_trust_domain(&issuers, STR("example.org")), &issuers.items[1]);
    assert_false(issuers.items[1].scoped); /* what SPIFFE issues has no scopes */
    arena_release(&issuer_arena);
}

TEST(issuer, may_give_no_scopes)
{
    struct issuers issuers;
    struct access_token token = { 0 };
    assert_ok(issuers_of("{\"issuers\":[{\"issuer\":\"https://a\",\"audience\":\"api\","
                         "\"scoped\":false}]}",
                         &issuers));
    token.issuer = &issuers.items[0];
    assert_true(access_token_may(&token, STR("agency.read")));
    arena_release(&issuer_arena);
}

#define ISSUER(members) "{\"issuers\":[{\"audience\":\"api\"," members "}]}"
#define NAMED(members) ISSUER("\"issuer\":\"https://a\"," members)

TEST(issuer, is_refused_where_it_could_not_work)
{
    static const char *const wrong[] = {
        "",
        "{}",
        "{\"issuers\":{}}",
        "{\"issuers\":[],\"more\":1}",
        "{\"issuers\":[{\"issuer\":\"https://a\"}]}",
        "{\"issuers\":[{\"issuer\":\"https://a\",\"audience\":[]}]}",
        "{\"issuers\":[{\"issuer\":\"https://a\",\"audience\":\"\"}]}",
        ISSUER("\"strict\":true"),
        ISSUER("\"issuer\":\"http://a\""),
        ISSUER("\"issuer\":\"https://a?b\""),
        ISSUER("\"issuer\":\"https://a\",\"trust_domain\":\"a\",\"keys\":\"file:a\""),
        ISSUER("\"trust_domain\":\"a\""),
        ISSUER("\"trust_domain\":\"A\",\"keys\":\"file:a\""),
        NAMED("\"keys\":\"file:\""),
        NAMED("\"keys\":\"http://b/jwks\""),
        NAMED("\"keys\":\"/etc/jwks\""),
        NAMED("\"algorithms\":[\"HS256\"]"),
        NAMED("\"algorithms\":[\"none\"]"),
        NAMED("\"leeway_seconds\":301"),
        NAMED("\"strict\":\"yes\""),
        NAMED("\"subject_claim\":[\"a\",\"\"]"),
        NAMED("\"subject_claim\":[\"a\",\"b\",\"c\",\"d\",\"e\"]"),
        NAMED("\"audiences\":[\"b\"]"),
    };
    struct issuers issuers;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_code(STATUS_INVALID_ARGUMENT, issuers_of(wrong[i], &issuers));
    }
    arena_release(&issuer_arena);
}

TEST(issuer, stands_once_and_is_named_in_what_is_wrong)
{
    struct issuers issuers;
    struct status st = issuers_of(NAMED("\"audienc\":1"), &issuers);
    assert_non_null(strstr(st.msg, "issuer 'https://a': expected a member of an issuer, but there "
                                   "is no 'audienc', did you mean 'audience'"));
    st = issuers_of("{\"issuers\":[{\"issuer\":\"https://a\",\"audience\":\"b\"},"
                    "{\"issuer\":\"https://a\",\"audience\":\"b\"}]}",
                    &issuers);
    assert_int_equal(st.code, STATUS_INVALID_ARGUMENT);
    assert_non_null(strstr(st.msg, "once"));
    arena_release(&issuer_arena);
}
