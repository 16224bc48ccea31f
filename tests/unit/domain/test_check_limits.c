/* How long a way and how large an inheritance counts. */
#include "core/domain/check/check.h"
#include "tests/lib/org_world.h"
#include "tests/lib/test.h"

/* Subject ada holds a seat in group core; asset docs; permissions read and write. */
static void world_init(struct org_world *world)
{
    org_world_init_owned(world);
    org_world_do(world, "RegisterSubject {\"subjectId\":\"ada\"}");
    org_world_do(world, "CreateGroup {\"groupId\":\"core\"}");
    org_world_do(world, "DefineRoleType {\"roleType\":\"lead\"}");
    org_world_do(world,
                 "CreateRole {\"roleId\":\"lead\",\"roleType\":\"lead\",\"groupIds\":[\"core\"],"
                 "\"holderSubjectIds\":[\"ada\"]}");
    org_world_do(world, "RegisterAsset {\"assetId\":\"docs\"}");
    org_world_do(world, "DefinePermission {\"permission\":\"read\"}");
    org_world_do(world, "DefinePermission {\"permission\":\"write\"}");
}

static void grant(struct org_world *world, const char *grant_id, const char *permission,
                  const char *kind, const char *grantee_id, const char *asset_id)
{
    org_world_do(world,
                 "GrantPermission {\"grantId\":\"%s\",\"permission\":\"%s\",\"grantee\":{\"kind\":"
                 "\"GRANTEE_KIND_%s\",\"id\":\"%s\"},\"on\":{\"kind\":\"OBJECT_KIND_ASSET\",\"id\":"
                 "\"%s\"}}",
                 grant_id, permission, kind, grantee_id, asset_id);
}

static bool may(struct org_world *world, const char *subject_id, const char *permission,
                const char *asset_id)
{
    const struct check_question question = { .subject_id = str_z(subject_id),
                                             .permission = str_z(permission),
                                             .object = { OBJECT_ASSET, str_z(asset_id) } };
    struct check_answer answer;
    assert_ok(check(org_world_view(world), &world->arena, world->now_us, &question, &answer));
    return answer.allowed;
}

static const char *why_not(struct org_world *world, const char *subject_id, const char *permission,
                           const char *asset_id)
{
    const struct check_question question = { .subject_id = str_z(subject_id),
                                             .permission = str_z(permission),
                                             .object = { OBJECT_ASSET, str_z(asset_id) },
                                             .explain = true };
    struct check_answer answer;
    assert_ok(check(org_world_view(world), &world->arena, world->now_us, &question, &answer));
    assert_false(answer.allowed);
    return check_reason_name(answer.reason);
}

/* Chains of others use up nothing: a way has 19 steps at most, whoever made which of them. */
TEST(check_limits, a_way_is_as_long_as_19_steps_and_no_longer)
{
    struct org_world world;
    world_init(&world);
    org_world_do(&world, "CreateGroup {\"groupId\":\"i0\"}");
    org_world_do(&world, "IncludeGroup {\"groupId\":\"i0\",\"includedGroupId\":\"core\"}");
    for (int i = 1; i <= 16; i++) {
        org_world_do(&world, "CreateGroup {\"groupId\":\"i%d\"}", i);
        struct str who = arena_printf(&world.arena, "i%d", i);
        struct str on = arena_printf(&world.arena, "a%d", i);
        org_world_do(&world, "RegisterAsset {\"assetId\":\"a%d\"}", i);
        struct str id = arena_printf(&world.arena, "g%d", i);
        grant(&world, id.data, "read", "GROUP", who.data, on.data);
    }
    for (int i = 16; i > 8; i--) { /* from above, so that each includes little when it is asked */
        org_world_do(&world, "IncludeGroup {\"groupId\":\"i%d\",\"includedGroupId\":\"i%d\"}", i,
                     i - 1);
    }
    for (int i = 8; i > 0; i--) {
        org_world_do(&world, "IncludeGroup {\"groupId\":\"i%d\",\"includedGroupId\":\"i%d\"}", i,
                     i - 1);
    }
    assert_true(may(&world, "ada", "read", "a15")); /* 2 + 1 + 16 */
    assert_false(may(&world, "ada", "read", "a16"));
    assert_string_equal(why_not(&world, "ada", "read", "a16"), "DEPTH");
    org_world_release(&world);
}

TEST(check_limits, of_more_than_64_subjects_above_the_nearest_count)
{
    struct org_world world;
    world_init(&world);
    struct str fan = STR("\"p7\"");
    for (int i = 0; i < 64; i++) {
        org_world_do(&world, "RegisterSubject {\"subjectId\":\"p%d\"}", i);
        if (i != 7) {
            fan = arena_printf(&world.arena, "%.*s,\"p%d\"", STR_ARG(fan), i);
        }
    }
    org_world_do(&world, "RegisterSubject {\"subjectId\":\"top\"}");
    org_world_do(&world, "SetSubjectParents {\"subjectId\":\"ada\",\"parentSubjectIds\":[%s]}",
                 fan.data);
    org_world_do(&world, "SetSubjectParents {\"subjectId\":\"p7\",\"parentSubjectIds\":[\"top\"]}");
    grant(&world, "near", "read", "SUBJECT", "p7", "docs");
    grant(&world, "far", "write", "SUBJECT", "top", "docs");
    assert_true(may(&world, "ada", "read", "docs"));
    assert_true(may(&world, "p7", "write", "docs"));
    assert_false(may(&world, "ada", "write", "docs"));
    assert_string_equal(why_not(&world, "ada", "write", "docs"), "DEPTH");
    org_world_release(&world);
}

TEST(check_limits, of_more_than_8_levels_above_the_nearest_count)
{
    struct org_world world;
    world_init(&world);
    for (int i = 0; i < 10; i++) { /* from below, so that each has few above it when it is asked */
        org_world_do(&world, "RegisterSubject {\"subjectId\":\"c%d\"}", i);
        struct str child = i == 0 ? STR("ada") : arena_printf(&world.arena, "c%d", i - 1);
        org_world_do(&world,
                     "SetSubjectParents {\"subjectId\":\"%.*s\",\"parentSubjectIds\":"
                     "[\"c%d\"]}",
                     STR_ARG(child), i);
    }
    grant(&world, "near", "read", "SUBJECT", "c7", "docs");
    grant(&world, "far", "write", "SUBJECT", "c8", "docs");
    assert_true(may(&world, "ada", "read", "docs"));
    assert_true(may(&world, "c0", "write", "docs"));
    assert_false(may(&world, "ada", "write", "docs"));
    assert_string_equal(why_not(&world, "ada", "write", "docs"), "DEPTH");
    org_world_release(&world);
}

/* ---- the budget ---- */

/* So many groups x0, x1 ..., each for a list of ids. */
static struct str make_groups(struct org_world *world, char letter, unsigned from, unsigned to)
{
    struct str list = STR("");
    for (unsigned i = from; i < to; i++) {
        org_world_do(world, "CreateGroup {\"groupId\":\"%c%u\"}", letter, i);
        list = arena_printf(&world->arena, "%.*s%s\"%c%u\"", STR_ARG(list), i == from ? "" : ",",
                            letter, i);
    }
    return list;
}

/* Seats of 250 groups each for ada. */
static void seat_widely(struct org_world *world, unsigned seats)
{
    for (unsigned i = 0; i < seats; i++) {
        struct str groups = make_groups(world, 's', i * 250, i * 250 + 250);
        org_world_do(world,
                     "CreateRole {\"roleId\":\"s%u\",\"roleType\":\"lead\",\"groupIds\":[%s],"
                     "\"holderSubjectIds\":[\"ada\"]}",
                     i, groups.data);
    }
}

/* Lets `top` include groups that include 100 each. */
static void include_widely(struct org_world *world, unsigned groups)
{
    org_world_do(world, "CreateGroup {\"groupId\":\"top\"}");
    for (unsigned i = 0; i < groups; i++) {
        org_world_do(world, "CreateGroup {\"groupId\":\"i%u\"}", i);
        org_world_do(world, "IncludeGroup {\"groupId\":\"top\",\"includedGroupId\":\"i%u\"}", i);
        make_groups(world, 'j', i * 100, i * 100 + 100);
        for (unsigned j = i * 100; j < i * 100 + 100; j++) {
            org_world_do(world, "IncludeGroup {\"groupId\":\"i%u\",\"includedGroupId\":\"j%u\"}", i,
                         j);
        }
    }
}

TEST(check_limits, only_where_both_sides_are_piled_up_it_is_an_error)
{
    struct org_world world;
    world_init(&world);
    seat_widely(&world, 20);
    grant(&world, "g", "read", "GROUP", "core", "docs");
    assert_true(may(&world, "ada", "read", "docs"));
    include_widely(&world, 110);
    grant(&world, "h", "write", "GROUP", "top", "docs");
    assert_true(may(&world, "ada", "read", "docs")); /* the group itself is nearer */
    const struct check_question question = { .subject_id = STR("ada"),
                                             .permission = STR("write"),
                                             .object = { OBJECT_ASSET, STR("docs") } };
    struct check_answer answer;
    assert_code(STATUS_RESOURCE_EXHAUSTED,
                check(org_world_view(&world), &world.arena, world.now_us, &question, &answer));
    assert_false(answer.allowed);
    org_world_release(&world);
}
