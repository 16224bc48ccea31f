/* What waits for a time: how much may, and what cannot happen when it has come. */
#include "core/base/limits.h"
#include "core/domain/kernel/rules.h"
#include "tests/lib/org_world.h"
#include "tests/lib/test.h"

#define LATER "2026-02-01T00:00:00Z"
static const int64_t LATER_US = INT64_C(1769904000000000);

#define STARTS ",\"startsAt\":\"" LATER "\""
#define EXPIRES ",\"expiresAt\":\"" LATER "\""
#define GRANT(id, permission, times)                                                       \
    "GrantPermission {\"grantId\":\"" id "\",\"permission\":\"" permission                 \
    "\",\"grantee\":{\"kind\":\"GRANTEE_KIND_SUBJECT\",\"id\":\"root\"},\"on\":{\"kind\":" \
    "\"OBJECT_KIND_ORG\"}" times "}"
#define ASSIGN(times) "AssignRole {\"roleId\":\"r\",\"subjectId\":\"ada\"" times "}"

static void world_open(struct org_world *world)
{
    org_world_init_owned(world);
    org_world_do(world, "DefineRoleType {\"roleType\":\"t\"}");
    org_world_do(world, "CreateRole {\"roleId\":\"r\",\"roleType\":\"t\"}");
    org_world_do(world, "RegisterSubject {\"subjectId\":\"ada\"}");
}

static bool refuse(struct elapse_watch *watch, struct str entity)
{
    (void)watch;
    (void)entity;
    return false; /* it has stopped the process three times */
}

static void ignore(struct elapse_watch *watch)
{
    (void)watch;
}

static const Agency__V1__Event *world_event(const struct org_world *world, size_t number)
{
    assert_true(number < world->last.events_count);
    return world->last.events[number];
}

/* An expiry is a comparison for every rule: it has happened, whatever judging it does. */
TEST(dues, what_expires_ends_also_where_it_cannot_be_judged)
{
    struct org_world world;
    struct elapse_watch watch = { refuse, ignore };
    world_open(&world);
    org_world_do(&world, GRANT("g", "Read", EXPIRES));
    org_world_do(&world, ASSIGN(EXPIRES));
    world.watch = &watch;
    assert_true(org_world_elapse(&world, LATER_US));
    assert_int_equal(world.last.events_count, 2);
    assert_string_equal(world_event(&world, 0)->role_expired->subject_id, "ada");
    assert_string_equal(world_event(&world, 1)->grant_expired->grant_id, "g");
    assert_int_equal(world.head.dues, 0);
    org_world_release(&world);
}

/* A beginning is not: it stays away, and says why. */
TEST(dues, what_cannot_be_judged_does_not_begin)
{
    struct org_world world;
    struct elapse_watch watch = { refuse, ignore };
    const Agency__V1__Grant *grant;
    world_open(&world);
    org_world_do(&world, GRANT("g", "Read", STARTS));
    world.watch = &watch;
    assert_true(org_world_elapse(&world, LATER_US));
    assert_int_equal(world_event(&world, 0)->deadline_failed->code, STATUS_INTERNAL);
    assert_ok(view_grant(org_world_view(&world), STR("g"), &grant));
    assert_int_equal(grant->status, LIFE_SCHEDULED);
    assert_null(grant->due_at);
    assert_non_null(strstr(grant->due_error->reason, "stopped the process three times"));
    assert_false(org_world_elapse(&world, LATER_US));
    org_world_do(&world, "ChangeGrant {\"grantId\":\"g\",\"permission\":\"Read\"}");
    assert_ok(view_grant(org_world_view(&world), STR("g"), &grant));
    assert_int_equal(grant->status, LIFE_ACTIVE);
    org_world_release(&world);
}

/* As many as may wait do: only what waits for nothing more can be added. */
TEST(dues, so_many_may_wait_in_an_org)
{
    struct org_world world;
    world_open(&world);
    org_world_do(&world, GRANT("g", "Read", EXPIRES));
    world.head.dues = world.dues.dues = DUES_MAX - 1;
    org_world_do(&world, GRANT("h", "import", STARTS));
    assert_int_equal(world.head.dues, DUES_MAX);
    const char *reason =
        org_world_rejected(&world, STATUS_RESOURCE_EXHAUSTED, GRANT("i", "delegate", EXPIRES));
    assert_non_null(strstr(reason, "at most 1000000 entities of an org that wait for a time"));
    org_world_rejected(&world, STATUS_RESOURCE_EXHAUSTED, ASSIGN(STARTS));
    org_world_do(&world, GRANT("i", "delegate", ""));
    org_world_do(&world, "ChangeGrant {\"grantId\":\"g\",\"permission\":\"Read\",\"expiresAt\":"
                         "\"2026-03-01T00:00:00Z\"}");
    org_world_do(&world, "RevokePermission {\"grantId\":\"h\"}");
    org_world_do(&world, GRANT("j", "act_as", EXPIRES));
    org_world_release(&world);
}

/* Each that begins counts the holders of its seat: a decision counts no more than two commands. */
TEST(dues, beginnings_in_a_large_seat_are_not_all_one_decision)
{
    enum { HOLDERS = RULES_SCAN_MAX / 2 + 1, WAITING = 3 };
    struct org_world world;
    org_world_init_owned(&world);
    org_world_do(&world, "DefineRoleType {\"roleType\":\"t\",\"holdersMax\":%d}", 2 * HOLDERS);
    org_world_do(&world, "CreateRole {\"roleId\":\"r\",\"roleType\":\"t\"}");
    for (int i = 0; i < HOLDERS; i++) {
        struct str text = arena_printf(&world.arena,
                                       "RoleAssigned {\"roleId\":\"r\",\"subjectId\":\"h%d\","
                                       "\"roleType\":\"t\"}",
                                       i);
        assert_ok(org_world_apply(&world, text.data));
    }
    for (int i = 0; i < WAITING; i++) {
        org_world_do(&world, "RegisterSubject {\"subjectId\":\"w%d\"}", i);
        org_world_do(&world, "AssignRole {\"roleId\":\"r\",\"subjectId\":\"w%d\"" STARTS "}", i);
    }
    assert_true(org_world_elapse(&world, LATER_US));
    assert_int_equal(world.last.events_count, 2);
    assert_true(org_world_elapse(&world, LATER_US));
    assert_int_equal(world.last.events_count, 1);
    assert_false(org_world_elapse(&world, LATER_US));
    org_world_release(&world);
}
