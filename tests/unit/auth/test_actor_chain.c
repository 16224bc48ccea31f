#include "core/auth/actor_chain.h"

#include <stdio.h>

#include "tests/lib/test.h"
#include "tests/lib/token_kit.h"

static struct token_kit kit;

static enum status_code chain_code(const char *members, const char *claims)
{
    token_kit_release(&kit);
    token_kit_init(&kit, members);
    return token_kit_check_claims(&kit, claims).code;
}

/* So many actors, each in the act of the one before. */
static enum status_code chain_code_deep(size_t depth)
{
    struct buf claims = { 0 };
    for (size_t i = 0; i < depth; i++) {
        buf_printf(&claims, "%s\"act\":{\"sub\":\"%zu\"", i == 0 ? "" : ",", i);
    }
    for (size_t i = 0; i < depth; i++) {
        buf_byte(&claims, '}');
    }
    buf_byte(&claims, '\0');
    enum status_code code = chain_code("", claims.data);
    buf_release(&claims);
    return code;
}

TEST(actor_chain, begins_with_who_calls)
{
    assert_int_equal(chain_code("",
                                "\"act\":{\"sub\":\"agent\",\"act\":{\"iss\":\"" TOKEN_KIT_ISSUER
                                "\",\"sub\":\"planner\",\"more\":1}}"),
                     STATUS_OK);
    assert_int_equal(kit.token.actors.count, 2);
    assert_true(str_eq(kit.token.actors.identities[0], STR(TOKEN_KIT_ISSUER "\nagent")));
    assert_true(str_eq(kit.token.actors.identities[1], STR(TOKEN_KIT_ISSUER "\nplanner")));
    assert_true(str_eq(access_token_caller(&kit.token), kit.token.actors.identities[0]));
    assert_true(str_eq(kit.token.subject, STR(TOKEN_KIT_ISSUER "\nada")));
    token_kit_release(&kit);
}

TEST(actor_chain, has_at_most_eight)
{
    assert_int_equal(chain_code_deep(0), STATUS_OK);
    assert_int_equal(chain_code_deep(ACTORS_MAX), STATUS_OK);
    assert_int_equal(kit.token.actors.count, ACTORS_MAX);
    assert_true(str_eq(kit.token.actors.identities[7], STR(TOKEN_KIT_ISSUER "\n7")));
    assert_int_equal(chain_code_deep(ACTORS_MAX + 1), STATUS_UNAUTHENTICATED);
    assert_int_equal(chain_code_deep(200), STATUS_UNAUTHENTICATED);
    token_kit_release(&kit);
}

TEST(actor_chain, is_of_named_actors)
{
    static const char *const wrong[] = { "{}",
                                         "null",
                                         "\"agent\"",
                                         "[{\"sub\":\"a\"}]",
                                         "{\"sub\":\"\"}",
                                         "{\"sub\":7}",
                                         "{\"sub\":\"a\\nb\"}",
                                         "{\"sub\":\"a\",\"iss\":7}",
                                         "{\"sub\":\"a\",\"act\":{}}",
                                         "{\"sub\":\"a\",\"act\":null}",
                                         "{\"client_id\":\"a\"}" };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char claims[100];
        snprintf(claims, sizeof claims, "\"act\":%s", wrong[i]);
        assert_int_equal(chain_code("", claims), STATUS_UNAUTHENTICATED);
    }
    token_kit_release(&kit);
}

/* An issuer must not speak for the subjects of another one that is trusted, too. */
TEST(actor_chain, names_actors_of_its_issuer_or_of_allowed_ones)
{
    const char *claims = "\"act\":{\"sub\":\"a\",\"iss\":\"https://b.example\"}";
    assert_int_equal(chain_code("", claims), STATUS_UNAUTHENTICATED);
    assert_int_equal(chain_code("\"actor_issuers\":\"https://b.example/\"", claims),
                     STATUS_UNAUTHENTICATED);
    assert_int_equal(chain_code("\"actor_issuers\":\"https://b.example\"", claims), STATUS_OK);
    assert_true(str_eq(kit.token.actors.identities[0], STR("https://b.example\na")));
    token_kit_release(&kit);
}

/* One claim names everybody, so that no sub can pass for somebody's oid. */
TEST(actor_chain, names_actors_as_subjects_are_named)
{
    const char *members = "\"subject_claim\":\"oid\"";
    assert_int_equal(chain_code(members, "\"oid\":\"1\",\"act\":{\"oid\":\"2\"}"), STATUS_OK);
    assert_true(str_eq(kit.token.actors.identities[0], STR(TOKEN_KIT_ISSUER "\noid\n2")));
    assert_int_equal(chain_code(members, "\"oid\":\"1\",\"act\":{\"sub\":\"2\"}"),
                     STATUS_UNAUTHENTICATED);
    token_kit_release(&kit);
}

/* A realm with users and clients: clients' tokens alone have client_id. */
TEST(actor_chain, names_by_the_first_claim_that_is_there)
{
    const char *members = "\"subject_claim\":[\"client_id\",\"sub\"]";
    assert_int_equal(chain_code(members, "\"act\":{\"client_id\":\"app\",\"sub\":\"1\"}"),
                     STATUS_OK);
    assert_true(str_eq(kit.token.subject, STR(TOKEN_KIT_ISSUER "\nada")));
    assert_true(str_eq(kit.token.actors.identities[0], STR(TOKEN_KIT_ISSUER "\nclient_id\napp")));
    assert_int_equal(chain_code(members, "\"client_id\":\"\""), STATUS_UNAUTHENTICATED);
    assert_int_equal(chain_code(members, "\"client_id\":7"), STATUS_UNAUTHENTICATED);
    token_kit_release(&kit);
}

TEST(actor_chain, does_not_heed_who_may_act)
{
    assert_int_equal(chain_code("", "\"may_act\":{\"sub\":\"agent\"}"), STATUS_OK);
    assert_int_equal(kit.token.actors.count, 0);
    token_kit_release(&kit);
}
