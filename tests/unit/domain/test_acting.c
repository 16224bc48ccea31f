/* Chains of who acts for whom: each link is asked for, and no chain hides a link. */
#include "core/base/limits.h"
#include "tests/lib/org_world.h"
#include "tests/lib/test.h"

/* Subjects eve, kim and lee, bound as @eve, @kim and @lee; only eve may register subjects. */
static void world_init(struct org_world *world)
{
    static const char *const names[] = { "eve", "kim", "lee" };
    org_world_init_owned(world);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        org_world_do(world, "RegisterSubject {\"subjectId\":\"%s\"}", names[i]);
        org_world_do(world,
                     "BindCredential {\"credentialId\":\"c-%s\",\"kind\":\"CREDENTIAL_KIND_JWT\","
                     "\"identityHash\":\"@%s\",\"subjectId\":\"%s\"}",
                     names[i], names[i], names[i]);
    }
    org_world_do(world, "GrantPermission {\"grantId\":\"x\",\"permission\":\"RegisterSubject\","
                        "\"grantee\":{\"kind\":\"GRANTEE_KIND_SUBJECT\",\"id\":\"eve\"},"
                        "\"on\":{\"kind\":\"OBJECT_KIND_ORG\"}}");
}

static void let_act(struct org_world *world, const char *who, const char *for_whom)
{
    org_world_do(world,
                 "GrantPermission {\"grantId\":\"%s-%s\",\"permission\":\"act_as\",\"grantee\":{"
                 "\"kind\":\"GRANTEE_KIND_SUBJECT\",\"id\":\"%s\"},\"on\":{\"kind\":"
                 "\"OBJECT_KIND_SUBJECT\",\"id\":\"%s\"}}",
                 who, for_whom, who, for_whom);
}

static void assert_denied(struct org_world *world, const char *missing, const char *command)
{
    const char *reason = org_world_rejected(world, STATUS_PERMISSION_DENIED, "%s", command);
    assert_non_null(strstr(reason, missing));
}

/* `through`: one subject, or NULL. */
static void act(struct org_world *world, const char *name, char **through, const char *for_whom)
{
    org_world_as(world, name);
    world->envelope.actors = through;
    world->envelope.n_actors = through == NULL ? 0 : 1;
    world->envelope.on_behalf_of = (char *)(uintptr_t)for_whom;
}

TEST(acting, each_link_of_those_who_act_needs_act_as_on_the_next)
{
    struct org_world world;
    world_init(&world);
    char *through[] = { "kim" };
    const char *command = "RegisterSubject {\"subjectId\":\"new\"}";
    act(&world, "lee", through, "eve");
    assert_denied(&world, "'act_as' on subject 'kim'", command);
    act(&world, "admin", NULL, "");
    let_act(&world, "lee", "kim");
    act(&world, "lee", through, "eve");
    assert_denied(&world, "'act_as' on subject 'eve'", command);
    act(&world, "admin", NULL, "");
    let_act(&world, "kim", "eve");
    act(&world, "lee", through, "eve");
    org_world_do(&world, "%s", command);
    assert_true(str_eq(world.last.subject_id, STR("lee")));
    assert_int_equal(world.last.actors_count, 1);
    assert_true(str_eq(world.last.actors[0], STR("kim")));
    assert_true(str_eq(world.last.on_behalf_of, STR("eve")));
    act(&world, "lee", NULL, "eve");
    assert_denied(&world, "'act_as' on subject 'eve'", command);
    act(&world, "admin", NULL, "");
    org_world_do(&world, "SuspendSubject {\"subjectId\":\"kim\"}");
    act(&world, "lee", through, "eve");
    org_world_rejected(&world, STATUS_PERMISSION_DENIED, "%s", command);
    org_world_release(&world);
}

TEST(acting, a_chain_that_is_none_is_refused)
{
    struct org_world world;
    world_init(&world);
    char *lee[] = { "lee" }, *wrong[] = { "a b" };
    const char *command = "RegisterSubject {\"subjectId\":\"x\"}";
    act(&world, "lee", lee, "");
    assert_non_null(strstr(org_world_rejected(&world, STATUS_INVALID_ARGUMENT, "%s", command),
                           "on_behalf_of beside actors"));
    act(&world, "lee", lee, "eve");
    assert_non_null(strstr(org_world_rejected(&world, STATUS_INVALID_ARGUMENT, "%s", command),
                           "'lee' is there again"));
    act(&world, "admin", lee, "eve");
    assert_non_null(strstr(org_world_rejected(&world, STATUS_INVALID_ARGUMENT, "%s", command),
                           "an operator acts by himself"));
    act(&world, "lee", wrong, "eve");
    assert_code(STATUS_INVALID_ARGUMENT, org_world_submit(&world, command));
    org_world_release(&world);
}

/* Who sends it may send any number of them: nothing of that is recorded. */
TEST(acting, more_than_may_act_are_refused_and_not_recorded)
{
    struct org_world world;
    world_init(&world);
    char *many[] = { "a", "b", "c", "d", "e", "f", "g", "h", "i" };
    const char *command = "RegisterSubject {\"subjectId\":\"x\"}";
    act(&world, "lee", many, "eve");
    world.envelope.n_actors = ACTORS_MAX;
    org_world_rejected(&world, STATUS_PERMISSION_DENIED, "%s", command);
    world.envelope.n_actors = ACTORS_MAX + 1;
    struct status st = org_world_submit(&world, command);
    assert_code(STATUS_INVALID_ARGUMENT, st);
    assert_non_null(strstr(st.msg, "at most 8 actors, but there are 9"));
    org_world_release(&world);
}

TEST(acting, where_the_org_attenuates_each_needs_the_permission_himself)
{
    struct org_world world;
    world_init(&world);
    char *through[] = { "kim" };
    const char *command = "RegisterSubject {\"subjectId\":\"new\"}";
    static const char grant[] = "GrantPermission {\"grantId\":\"%s\",\"permission\":"
                                "\"RegisterSubject\",\"grantee\":{\"kind\":"
                                "\"GRANTEE_KIND_SUBJECT\",\"id\":\"%s\"},\"on\":{\"kind\":"
                                "\"OBJECT_KIND_ORG\"}}";
    let_act(&world, "lee", "kim");
    let_act(&world, "kim", "eve");
    org_world_do(&world, "SetOrgAttenuation {\"orgId\":\"acme\",\"attenuate\":true}");
    act(&world, "lee", through, "eve");
    assert_denied(&world, "'RegisterSubject' on org 'acme', but subject 'lee'", command);
    act(&world, "admin", NULL, "");
    org_world_do(&world, grant, "y", "lee");
    act(&world, "lee", through, "eve");
    assert_denied(&world, "'RegisterSubject' on org 'acme', but subject 'kim'", command);
    act(&world, "admin", NULL, "");
    org_world_do(&world, grant, "z", "kim");
    act(&world, "lee", through, "eve");
    org_world_do(&world, "%s", command);
    assert_string_equal(world.last.authority->grant_id, "x");
    org_world_release(&world);
}

/* What a token says by identities: the outermost `act` calls, the inner one is between. */
TEST(acting, whom_a_token_acts_for_is_found_by_identities)
{
    struct org_world world;
    world_init(&world);
    Agency__V1__Identity inner = AGENCY__V1__IDENTITY__INIT, subject = inner;
    Agency__V1__Identity *chain[] = { &inner, &subject };
    const char *command = "RegisterSubject {\"subjectId\":\"new\"}";
    org_world_as(&world, "kim");
    inner.kind = world.principal.kind;
    inner.identity_hash = world.principal.identity_hash;
    org_world_as(&world, "eve");
    subject.kind = world.principal.kind;
    subject.identity_hash = world.principal.identity_hash;
    org_world_as(&world, "admin");
    let_act(&world, "lee", "kim");
    let_act(&world, "kim", "eve");
    org_world_as(&world, "lee");
    world.principal.acts_for = chain;
    world.principal.n_acts_for = 2;
    org_world_do(&world, "%s", command);
    assert_true(str_eq(world.last.actors[0], STR("kim")));
    assert_true(str_eq(world.last.on_behalf_of, STR("eve")));
    world.envelope.on_behalf_of = "eve";
    org_world_rejected(&world, STATUS_INVALID_ARGUMENT, "%s", command);
    world.envelope.on_behalf_of = "";
    inner.identity_hash = "nobody";
    assert_code(STATUS_UNAUTHENTICATED, org_world_submit(&world, command));
    org_world_release(&world);
}
