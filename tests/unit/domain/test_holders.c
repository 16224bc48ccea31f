/* Who holds what, and what somebody has. */
#include "core/domain/check/holders.h"

#include "core/domain/check/check_held.h"
#include "tests/lib/org_world.h"
#include "tests/lib/test.h"

/* Groups core (seats lead: ada; old, without membership: bob) and all, which includes core and has
 * a seat of its own: cleo. */
static void world_init(struct org_world *world)
{
    static const char *const commands[] = {
        "RegisterSubject {\"subjectId\":\"ada\"}",
        "RegisterSubject {\"subjectId\":\"bob\"}",
        "RegisterSubject {\"subjectId\":\"cleo\"}",
        "DefineRoleType {\"roleType\":\"lead\"}",
        "DefineRoleType {\"roleType\":\"alumnus\",\"noMembership\":true}",
        "CreateGroup {\"groupId\":\"core\"}",
        "CreateGroup {\"groupId\":\"all\"}",
        "IncludeGroup {\"groupId\":\"all\",\"includedGroupId\":\"core\"}",
        "CreateRole {\"roleId\":\"lead\",\"roleType\":\"lead\",\"groupIds\":[\"core\"],"
        "\"holderSubjectIds\":[\"ada\"]}",
        "CreateRole {\"roleId\":\"old\",\"roleType\":\"alumnus\",\"groupIds\":[\"core\"],"
        "\"holderSubjectIds\":[\"bob\"]}",
        "CreateRole {\"roleId\":\"head\",\"roleType\":\"lead\",\"groupIds\":[\"all\"],"
        "\"holderSubjectIds\":[\"cleo\"]}",
    };
    org_world_init_owned(world);
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        org_world_do(world, "%s", commands[i]);
    }
}

/* The list as "ada/lead@core bob/old". */
static void assert_items(struct org_world *world, const struct holder *items, size_t count,
                         const char *expected)
{
    struct str text = STR("");
    for (size_t i = 0; i < count; i++) {
        text = arena_printf(&world->arena, "%.*s%s%.*s/%s%s%.*s", STR_ARG(text), i > 0 ? " " : "",
                            STR_ARG(items[i].subject_id), items[i].assignment->role_id,
                            items[i].group_id.size > 0 ? "@" : "", STR_ARG(items[i].group_id));
    }
    assert_string_equal(text.size == 0 ? "" : text.data, expected);
}

static void assert_holders(struct org_world *world, enum entity_kind kind, const char *id,
                           const char *expected)
{
    struct holder *items;
    size_t count;
    assert_ok(holders_list(org_world_view(world), &world->arena, world->now_us, kind, str_z(id),
                           &items, &count));
    assert_items(world, items, count, expected);
}

static void assert_typed(struct org_world *world, const char *group_id, const char *role_type,
                         const char *expected)
{
    struct holder *items;
    size_t count;
    assert_ok(holders_list_group_type(org_world_view(world), &world->arena, world->now_us,
                                      str_z(group_id), str_z(role_type), &items, &count));
    assert_items(world, items, count, expected);
}

TEST(holders, of_seats_and_types_are_listed_by_subject)
{
    struct org_world world;
    world_init(&world);
    assert_holders(&world, ENTITY_ROLE, "lead", "ada/lead");
    assert_holders(&world, ENTITY_ROLE_TYPE, "lead", "ada/lead cleo/head");
    assert_holders(&world, ENTITY_ROLE_TYPE, "owner", "root/owner");
    org_world_do(&world, "RevokeRole {\"roleId\":\"lead\",\"subjectId\":\"ada\"}");
    assert_holders(&world, ENTITY_ROLE, "lead", "");
    org_world_release(&world);
}

TEST(holders, of_a_group_are_its_members_and_those_of_groups_it_includes)
{
    struct org_world world;
    world_init(&world);
    assert_holders(&world, ENTITY_GROUP, "core", "ada/lead@core");
    assert_holders(&world, ENTITY_GROUP, "all", "ada/lead@core cleo/head@all");
    org_world_do(&world, "ArchiveGroup {\"groupId\":\"core\"}");
    assert_holders(&world, ENTITY_GROUP, "all", "cleo/head@all");
    assert_holders(&world, ENTITY_GROUP, "core", "ada/lead@core");
    org_world_release(&world);
}

TEST(holders, of_a_type_in_a_group_are_those_that_a_grant_to_it_counts)
{
    struct org_world world;
    world_init(&world);
    assert_typed(&world, "all", "lead", "cleo/head@all");
    assert_typed(&world, "core", "alumnus", "bob/old@core");
    assert_typed(&world, "all", "alumnus", "");
    org_world_release(&world);
}

TEST(holders, have_not_expired)
{
    struct org_world world;
    world_init(&world);
    org_world_do(&world, "AssignRole {\"roleId\":\"lead\",\"subjectId\":\"bob\",\"expiresAt\":"
                         "\"2026-06-01T00:00:00Z\"}");
    assert_holders(&world, ENTITY_GROUP, "core", "ada/lead@core bob/lead@core");
    world.now_us = INT64_C(1780272000000000);
    assert_holders(&world, ENTITY_GROUP, "core", "ada/lead@core");
    org_world_release(&world);
}

TEST(holders, of_what_is_not_there_are_not_found)
{
    struct org_world world;
    struct holder *items;
    size_t count;
    world_init(&world);
    assert_code(STATUS_NOT_FOUND, holders_list(org_world_view(&world), &world.arena, world.now_us,
                                               ENTITY_ROLE, STR("ghost"), &items, &count));
    assert_code(STATUS_INVALID_ARGUMENT,
                holders_list(org_world_view(&world), &world.arena, world.now_us, ENTITY_SUBJECT,
                             STR("ada"), &items, &count));
    org_world_release(&world);
}

/* What a subject has as "read on asset repo by g1 through lead". */
static void assert_held(struct org_world *world, const char *subject_id, const char *expected)
{
    struct check_held *items;
    size_t count;
    assert_ok(check_held_permissions(org_world_view(world), &world->arena, world->now_us,
                                     str_z(subject_id), &items, &count));
    struct str text = STR("");
    for (size_t i = 0; i < count; i++) {
        const struct check_held *item = &items[i];
        text = arena_printf(&world->arena, "%.*s%s%.*s on %s %.*s by %.*s through %.*s",
                            STR_ARG(text), i > 0 ? ", " : "", STR_ARG(item->permission),
                            object_kind_name(item->on.kind), STR_ARG(item->on.id),
                            STR_ARG(item->grant_id), STR_ARG(item->role_id));
    }
    assert_string_equal(text.size == 0 ? "" : text.data, expected);
}

TEST(check_held, permissions_are_listed_as_granted)
{
    struct org_world world;
    world_init(&world);
    org_world_do(&world, "DefinePermission {\"permission\":\"read\"}");
    org_world_do(&world, "RegisterAsset {\"assetId\":\"repo\"}");
    org_world_do(&world, "GrantPermission {\"grantId\":\"g1\",\"permission\":\"read\",\"grantee\":{"
                         "\"kind\":\"GRANTEE_KIND_GROUP\",\"id\":\"all\"},\"on\":{\"kind\":"
                         "\"OBJECT_KIND_ASSET\",\"id\":\"repo\"}}");
    org_world_do(&world,
                 "GrantPermission {\"grantId\":\"g2\",\"permission\":\"act_as\",\"grantee\":"
                 "{\"kind\":\"GRANTEE_KIND_SUBJECT\",\"id\":\"ada\"},\"on\":{\"kind\":"
                 "\"OBJECT_KIND_SUBJECT\",\"id\":\"bob\"}}");
    assert_held(&world, "ada",
                "act_as on subject bob by g2 through , read on asset repo by g1 through lead");
    assert_held(&world, "root", "* on org  by  through owner");
    assert_held(&world, "bob", "");
    org_world_do(&world, "SuspendSubject {\"subjectId\":\"ada\"}");
    assert_held(&world, "ada", "");
    org_world_release(&world);
}
