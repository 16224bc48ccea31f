/* Deciding and checking with the n-th arena allocation failing, n = 0, 1, 2 ... until untouched: a
 * status, never a half decision. */
#include "core/domain/check/check.h"
#include "tests/lib/org_world.h"
#include "tests/lib/test.h"

static void world_init(struct org_world *world)
{
    org_world_init_owned(world);
    org_world_do(world, "RegisterSubject {\"subjectId\":\"ada\"}");
    org_world_do(world, "CreateGroup {\"groupId\":\"core\"}");
    org_world_do(world, "DefineRoleType {\"roleType\":\"lead\",\"permissions\":[\"RevokeRole\"]}");
    org_world_do(world, "CreateRole {\"roleId\":\"lead\",\"roleType\":\"lead\",\"groupIds\":"
                        "[\"core\"],\"holderSubjectIds\":[\"ada\"]}");
    org_world_do(world, "BindCredential {\"credentialId\":\"c-ada\",\"kind\":"
                        "\"CREDENTIAL_KIND_JWT\",\"identityHash\":\"@ada\",\"subjectId\":\"ada\"}");
    org_world_do(world, "GrantPermission {\"grantId\":\"g\",\"permission\":\"act_as\",\"grantee\":{"
                        "\"kind\":\"GRANTEE_KIND_GROUP\",\"id\":\"core\"},\"on\":{\"kind\":"
                        "\"OBJECT_KIND_SUBJECT\",\"id\":\"ada\"}}");
}

/* Decides the command again and again; gives how many allocations it needs. */
static long decide_failing(struct org_world *world, const char *text, const char *as)
{
    org_world_as(world, as);
    assert_ok(org_world_submit(world, "SetConfig {\"kind\":1,\"key\":\"warm\",\"value\":null}"));
    uint64_t before = world->head.org_sequence;
    struct status status = status_error(STATUS_RESOURCE_EXHAUSTED, "not run yet");
    long n = 0;
    for (; status.code == STATUS_RESOURCE_EXHAUSTED; n++) {
        assert_true(n < 100000);
        assert_int_equal(world->head.org_sequence, before);
        Agency__V1__Command command;
        assert_ok(org_world_read(world, text, &command));
        arena_fail_at(n);
        status = org_world_decide(world, &command);
        arena_fail_at(-1);
        assert_null(world->last.rejection); /* what failed here says nothing about the command */
    }
    assert_ok(status);
    assert_null(world->last.rejection);
    assert_int_equal(world->head.org_sequence, before + 1);
    return n;
}

TEST(decide_arena, a_failing_allocation_leaves_the_org_as_it_was)
{
    struct org_world world;
    world_init(&world);
    assert_in_range(decide_failing(&world, "RegisterSubject {\"subjectId\":\"bob\"}", "root"), 5,
                    1000);
    assert_in_range(
        decide_failing(&world, "AssignRole {\"roleId\":\"lead\",\"subjectId\":\"bob\"}", "root"), 5,
        1000);
    assert_in_range(/* by a Check of the seats of who commands */
                    decide_failing(&world, "RevokeRole {\"roleId\":\"lead\",\"subjectId\":\"bob\"}",
                                   "ada"),
                    20, 1000);
    assert_in_range(decide_failing(&world, "RemoveSubject {\"subjectId\":\"ada\"}", "root"), 20,
                    1000);
    org_world_release(&world);
}

TEST(decide_arena, a_failing_allocation_never_allows)
{
    struct org_world world;
    world_init(&world);
    const struct check_question question = { .subject_id = STR("ada"),
                                             .permission = STR("act_as"),
                                             .object = { OBJECT_SUBJECT, STR("ada") },
                                             .explain = true };
    struct check_answer answer = { 0 };
    long n = 0;
    for (; !answer.allowed; n++) {
        assert_true(n < 1000);
        arena_fail_at(n);
        struct status status =
            check(org_world_view(&world), &world.arena, world.now_us, &question, &answer);
        arena_fail_at(-1);
        assert_true(status.code == (answer.allowed ? STATUS_OK : STATUS_RESOURCE_EXHAUSTED));
    }
    assert_in_range(n, 5, 1000);
    assert_int_equal(answer.steps_count, 4);
    org_world_release(&world);
}
