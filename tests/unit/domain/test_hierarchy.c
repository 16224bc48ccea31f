/* Walks over parents, inclusions and implications: what crosses, and what is very wide. */
#include "core/domain/kernel/hierarchy.h"

#include "tests/lib/org_world.h"
#include "tests/lib/test.h"

/* Groups below `top`, as they would have been decided. */
static void wide_world(struct org_world *world, int below)
{
    org_world_init_owned(world);
    org_world_do(world, "CreateGroup {\"groupId\":\"top\"}");
    org_world_do(world, "CreateGroup {\"groupId\":\"roof\"}");
    for (int i = 0; i < below; i++) {
        struct str text = arena_printf(
            &world->arena, "GroupCreated {\"groupId\":\"g%d\",\"parentGroupId\":\"top\"}", i);
        assert_ok(org_world_apply(world, text.data));
    }
}

TEST(hierarchy, a_wide_one_can_be_moved)
{
    struct org_world world;
    wide_world(&world, HIERARCHY_WALK_MAX);
    org_world_do(&world, "SetGroupParent {\"groupId\":\"top\",\"parentGroupId\":\"roof\"}");
    org_world_release(&world);
}

TEST(hierarchy, one_that_is_too_wide_cannot)
{
    struct org_world world;
    wide_world(&world, HIERARCHY_WALK_MAX + 1);
    org_world_rejected(&world, STATUS_RESOURCE_EXHAUSTED,
                       "SetGroupParent {\"groupId\":\"top\",\"parentGroupId\":\"roof\"}");
    org_world_do(&world, "SetGroupParent {\"groupId\":\"g7\",\"parentGroupId\":\"roof\"}");
    org_world_release(&world);
}

/* Each group includes all four of the next level: 4^7 chains, but 32 groups. */
TEST(hierarchy, chains_that_cross_are_walked_once_a_level)
{
    struct org_world world;
    org_world_init_owned(&world);
    for (int level = 0; level < HIERARCHY_LEVELS_MAX; level++) {
        for (int i = 0; i < 4; i++) {
            org_world_do(&world, "CreateGroup {\"groupId\":\"l%d-%d\"}", level, i);
        }
    }
    for (int level = HIERARCHY_LEVELS_MAX - 2; level >= 0; level--) {
        for (int i = 0; i < 16; i++) {
            org_world_do(&world,
                         "IncludeGroup {\"groupId\":\"l%d-%d\",\"includedGroupId\":\"l%d-%d\"}",
                         level, i / 4, level + 1, i % 4);
        }
    }
    org_world_rejected(&world, STATUS_FAILED_PRECONDITION,
                       "IncludeGroup {\"groupId\":\"l7-0\",\"includedGroupId\":\"l0-0\"}");
    org_world_release(&world);
}

/* A skipped level counts by the longest way. */
TEST(hierarchy, the_longest_chain_counts)
{
    struct org_world world;
    org_world_init_owned(&world);
    org_world_do(&world, "DefinePermission {\"permission\":\"p0\"}");
    for (int i = 1; i < HIERARCHY_LEVELS_MAX; i++) {
        org_world_do(&world, "DefinePermission {\"permission\":\"p%d\",\"impliedBy\":[\"p%d\"]}", i,
                     i - 1);
    }
    org_world_rejected(&world, STATUS_FAILED_PRECONDITION,
                       "DefinePermission {\"permission\":\"q\",\"impliedBy\":[\"p0\",\"p7\"]}");
    org_world_do(&world, "DefinePermission {\"permission\":\"q\",\"impliedBy\":[\"p0\",\"p6\"]}");
    org_world_release(&world);
}

TEST(hierarchy, a_walk_gives_all_above_and_below_once)
{
    struct org_world world;
    org_world_init_owned(&world);
    org_world_do(&world, "DefinePermission {\"permission\":\"a\"}");
    org_world_do(&world, "DefinePermission {\"permission\":\"b\",\"impliedBy\":[\"a\"]}");
    org_world_do(&world, "DefinePermission {\"permission\":\"c\",\"impliedBy\":[\"a\",\"b\"]}");
    struct decide d = { .arena = &world.arena, .view = org_world_view(&world) };
    struct ids below = { .arena = &world.arena };
    assert_ok(hierarchy_walk(&d, HIERARCHY_IMPLICATIONS, HIERARCHY_DOWN, "a", &below));
    assert_int_equal(below.count, 3);
    assert_true(str_eq(below.items[2], STR("c")));
    struct ids above = { .arena = &world.arena };
    assert_ok(hierarchy_walk(&d, HIERARCHY_IMPLICATIONS, HIERARCHY_UP, "b", &above));
    assert_int_equal(above.count, 2);
    org_world_release(&world);
}
