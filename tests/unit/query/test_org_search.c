/* Orgs by what they say of themselves: fields, words and expressions. */
#include "query/org_search.h"

#include "core/pb/json.h"
#include "tests/lib/test.h"

static const char shop[] =
    "{\"orgId\":\"acme\",\"name\":\"Acme: \\u00c4gypten\",\"specId\":\"shop:1\","
    "\"specData\":{\"replicas\":2,\"net\":{\"port\":80},\"a.b\":null},"
    "\"metadata\":{\"ratio\":0.5,\"big\":9000000000,\"on\":true,\"none\":null,"
    "\"list\":[\"x\",3],\"net\":{\"zone\":\"eu\"}},"
    "\"tags\":[\"rust\",\"go\"],\"urls\":[\"https://acme.example/\"],"
    "\"serviceGatewayUrl\":\"wss://gate.example\"}";

/* Whether the org is found by a filter; -1: it is none. */
static int found_by(const char *filter, const char *expression)
{
    struct arena arena;
    struct org_search search;
    Agency__V1__Org *org;
    bool passes = false;
    char *filters[] = { (char *)(uintptr_t)filter };
    arena_init(&arena, 1 << 24);
    assert_ok(pb_from_json(&arena, &agency__v1__org__descriptor, str_z(shop), &org));
    struct status st = org_search_init(&search, &arena, filters, filter[0] == '\0' ? 0 : 1,
                                       str_z(expression), false);
    if (st.code == STATUS_OK) {
        assert_ok(org_search_passes(&search, org, &passes));
    }
    org_search_release(&search);
    arena_release(&arena);
    return st.code == STATUS_OK ? passes : -1;
}

TEST(org_search, fields_and_words_find_what_they_say)
{
    static const char *const found[] = {
        "tags=go",
        "keyword=ACME",
        "keyword=\xc3\x84gy",
        "uri=Acme: \xc3\x84gypten:shop:1",
        "specKey=net",
        "spec_key=net.port",
        "specKey=a.b",
        "url=https://acme.",
        "url=wss://",
        "metadata.ratio=0.5",
        "metadata.big=9000000000",
        "metadata.on=true",
        "metadata.none=null",
        "metadata.list=3",
        "metadata.list=x",
        "metadata.net.zone=eu",
        "spec_id=shop:1",
        "without=parentOrgId",
    };
    for (size_t i = 0; i < sizeof found / sizeof found[0]; i++) {
        assert_string_equal(found_by(found[i], "") == 1 ? "found" : found[i], "found");
    }
}

TEST(org_search, what_is_not_so_finds_nothing)
{
    static const char *const missed[] = {
        "tags=c",          "keyword=acme\xc3\xa4", "uri=Acme:shop:1", "uri=shop:1",
        "specKey=port",    "specKey=net.zone",     "url=gate",        "metadata.ratio=.5",
        "metadata.net=eu", "metadata.on=1",        "metadata.list=y", "metadata.nosuch=",
    };
    for (size_t i = 0; i < sizeof missed / sizeof missed[0]; i++) {
        assert_string_equal(found_by(missed[i], "") == 1 ? missed[i] : "missed", "missed");
    }
}

TEST(org_search, expressions_see_the_whole_org)
{
    assert_int_equal(found_by("", "metadata.net.zone == 'eu' && 'rust' in tags"), 1);
    assert_int_equal(found_by("", "name.matches('(?i)^acme')"), 1);
    assert_int_equal(found_by("", "has(spec_data.replicas) && !has(spec_data.nosuch)"), 1);
    assert_int_equal(found_by("tags=c", "true"), 0);
    assert_int_equal(found_by("", "nosuch == 1"), -1);
    assert_int_equal(found_by("without=keyword", ""), -1);
    assert_int_equal(found_by("keyword", ""), -1);
    assert_int_equal(found_by("metadata.=x", ""), -1);
}
