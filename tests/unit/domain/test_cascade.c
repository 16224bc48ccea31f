/* What ends together: as many dependants as one decision holds, and one more. */
#include "core/domain/kernel/cascade.h"

#include "core/base/limits.h"
#include "core/domain/kernel/rules.h"
#include "tests/lib/org_world.h"
#include "tests/lib/test.h"

enum { DEPENDANTS_MAX = DECISION_EVENTS_MAX - 1 };

static void cascade_world(struct org_world *world)
{
    org_world_init_owned(world);
    org_world_do(world, "DefinePermission {\"permission\":\"read\"}");
    org_world_do(world, "DefineRoleType {\"roleType\":\"member\"}");
    org_world_do(world, "RegisterSubject {\"subjectId\":\"ada\"}");
    org_world_do(world, "RegisterAsset {\"assetId\":\"repo\"}");
    org_world_do(world, "CreateGroup {\"groupId\":\"team\"}");
    org_world_do(world, "CreateRole {\"roleId\":\"seat\",\"roleType\":\"member\"}");
}

/* Grants with ids prefix0, prefix1, ... as they would have been decided. */
static void cascade_grants(struct org_world *world, const char *prefix, int count,
                           const char *grantee, const char *on)
{
    for (int i = 0; i < count; i++) {
        struct str text = arena_printf(&world->arena,
                                       "PermissionGranted {\"grantId\":\"%s%d\",\"permission\":"
                                       "\"read\",\"grantee\":%s,\"on\":%s}",
                                       prefix, i, grantee, on);
        assert_ok(org_world_apply(world, text.data));
    }
}

static void cascade_holders(struct org_world *world, const char *role_id, int count)
{
    for (int i = 0; i < count; i++) {
        struct str text = arena_printf(&world->arena,
                                       "RoleAssigned {\"roleId\":\"%s\",\"subjectId\":\"s%d\","
                                       "\"roleType\":\"member\"}",
                                       role_id, i);
        assert_ok(org_world_apply(world, text.data));
    }
}

#define TO_ADA "{\"kind\":\"GRANTEE_KIND_SUBJECT\",\"id\":\"ada\"}"
#define TO_SEAT "{\"kind\":\"GRANTEE_KIND_ROLE\",\"id\":\"seat\"}"
#define TO_TEAM "{\"kind\":\"GRANTEE_KIND_GROUP\",\"id\":\"team\"}"
#define ON_ORG "{\"kind\":\"OBJECT_KIND_ORG\"}"
#define ON_REPO "{\"kind\":\"OBJECT_KIND_ASSET\",\"id\":\"repo\"}"

/* Makes so many grants, then decides; the number of events, or 0 and the reason. */
static size_t cascade_events(const char *grantee, const char *on, int count, const char *command,
                             const char *refused)
{
    struct org_world world;
    cascade_world(&world);
    cascade_grants(&world, "g", count, grantee, on);
    if (refused == NULL) {
        org_world_do(&world, "%s", command);
    } else {
        assert_string_equal(org_world_rejected(&world, STATUS_FAILED_PRECONDITION, "%s", command),
                            refused);
    }
    size_t events = world.last.events_count;
    org_world_release(&world);
    return events;
}

#define TOO_MANY                                                                            \
    "expected at most 1023 dependants to end with it, but there are 1024: first end some, " \
    "such as 'g0' by RevokePermission"

static void cascade_sizes(const char *grantee, const char *on, const char *command)
{
    assert_int_equal(cascade_events(grantee, on, 0, command, NULL), 1);
    assert_int_equal(cascade_events(grantee, on, 1, command, NULL), 2);
    assert_int_equal(cascade_events(grantee, on, DEPENDANTS_MAX, command, NULL),
                     DECISION_EVENTS_MAX);
    assert_int_equal(cascade_events(grantee, on, DEPENDANTS_MAX + 1, command, TOO_MANY), 0);
}

TEST(cascade, an_asset_ends_with_up_to_1023_grants)
{
    cascade_sizes(TO_ADA, ON_REPO, "RemoveAsset {\"assetId\":\"repo\"}");
}

TEST(cascade, a_group_ends_with_up_to_1023_grants)
{
    cascade_sizes(TO_TEAM, ON_ORG, "DeleteGroup {\"groupId\":\"team\"}");
}

TEST(cascade, a_seat_ends_with_up_to_1023_grants)
{
    cascade_sizes(TO_SEAT, ON_ORG, "DeleteRole {\"roleId\":\"seat\"}");
}

TEST(cascade, a_subject_ends_with_up_to_1023_grants)
{
    cascade_sizes(TO_ADA, ON_ORG, "RemoveSubject {\"subjectId\":\"ada\"}");
}

TEST(cascade, a_seat_ends_with_all_its_holders)
{
    struct org_world world;
    cascade_world(&world);
    cascade_holders(&world, "seat", DEPENDANTS_MAX + 1);
    org_world_rejected(&world, STATUS_FAILED_PRECONDITION, "DeleteRole {\"roleId\":\"seat\"}");
    org_world_do(&world, "RevokeRole {\"roleId\":\"seat\",\"subjectId\":\"s0\"}");
    org_world_do(&world, "DeleteRole {\"roleId\":\"seat\"}");
    assert_int_equal(world.last.events_count, DECISION_EVENTS_MAX);
    org_world_release(&world);
}

TEST(cascade, a_refused_one_leaves_all_as_it_was)
{
    struct org_world world;
    cascade_world(&world);
    cascade_grants(&world, "g", DEPENDANTS_MAX + 1, TO_ADA, ON_REPO);
    org_world_rejected(&world, STATUS_FAILED_PRECONDITION, "RemoveAsset {\"assetId\":\"repo\"}");
    const Agency__V1__Asset *asset;
    const Agency__V1__Grant *grant;
    assert_ok(view_asset(org_world_view(&world), STR("repo"), &asset));
    assert_ok(view_grant(org_world_view(&world), STR("g0"), &grant));
    assert_int_equal(asset->status, LIFE_ACTIVE);
    assert_int_equal(grant->status, LIFE_ACTIVE);
    org_world_release(&world);
}

/* Expired ones do not count as dependants, but the rows of an index that a rule reads are bounded.
 */
TEST(cascade, what_has_expired_does_not_count)
{
    struct org_world world;
    cascade_world(&world);
    for (int i = 0; i < DEPENDANTS_MAX + 1; i++) {
        struct str text = arena_printf(&world.arena,
                                       "RoleAssigned {\"roleId\":\"seat\",\"subjectId\":\"s%d\","
                                       "\"roleType\":\"member\",\"expiresAt\":\"2026-01-02T00:00:"
                                       "00Z\"}",
                                       i);
        assert_ok(org_world_apply(&world, text.data));
    }
    org_world_rejected(&world, STATUS_FAILED_PRECONDITION, "DeleteRole {\"roleId\":\"seat\"}");
    world.now_us += INT64_C(86400000000);
    org_world_do(&world, "DeleteRole {\"roleId\":\"seat\"}");
    assert_int_equal(world.last.events_count, 1);
    org_world_release(&world);
}

/* Whatever lies there: who may end it may end all of that, too, also what has expired. */
TEST(cascade, far_too_many_dependants_are_refused_with_a_way_that_works)
{
    struct org_world world;
    cascade_world(&world);
    for (int i = 0; i < RULES_SCAN_MAX + 1; i++) {
        struct str text =
            arena_printf(&world.arena,
                         "RoleAssigned {\"roleId\":\"seat\",\"subjectId\":\"s%d\","
                         "\"roleType\":\"member\"%s}",
                         i, i < DEPENDANTS_MAX ? "" : ",\"expiresAt\":\"2025-01-01T00:00:00Z\"");
        assert_ok(org_world_apply(&world, text.data));
    }
    org_world_as(&world, "root");
    assert_string_equal(
        org_world_rejected(&world, STATUS_FAILED_PRECONDITION, "DeleteRole {\"roleId\":\"seat\"}"),
        "expected at most 1023 dependants to end with it, but there are more than 10000, with "
        "those that have expired: first end some, such as 'seat~s0' by RevokeRole");
    org_world_do(&world, "RevokeRole {\"roleId\":\"seat\",\"subjectId\":\"s9999\"}");
    org_world_do(&world, "DeleteRole {\"roleId\":\"seat\"}");
    assert_int_equal(world.last.events_count, DECISION_EVENTS_MAX);
    org_world_release(&world);
}
