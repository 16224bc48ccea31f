/* The seven steps of Check on small orgs. */
#include "core/domain/check/check.h"

#include "core/domain/check/implied.h"
#include "tests/lib/org_world.h"
#include "tests/lib/test.h"

static void assign(struct org_world *world, const char *role_id, const char *subject_id)
{
    org_world_do(world, "AssignRole {\"roleId\":\"%s\",\"subjectId\":\"%s\"}", role_id, subject_id);
}

static void grant(struct org_world *world, const char *grant_id, const char *permission,
                  const char *grantee, const char *on)
{
    org_world_do(world,
                 "GrantPermission {\"grantId\":\"%s\",\"permission\":\"%s\",\"grantee\":{%s},"
                 "\"on\":{%s}}",
                 grant_id, permission, grantee, on);
}

#define TO_SUBJECT(id) "\"kind\":\"GRANTEE_KIND_SUBJECT\",\"id\":\"" id "\""
#define TO_ROLE(id) "\"kind\":\"GRANTEE_KIND_ROLE\",\"id\":\"" id "\""
#define TO_GROUP(id) "\"kind\":\"GRANTEE_KIND_GROUP\",\"id\":\"" id "\""
#define TO_TYPE(id, type) TO_GROUP(id) ",\"roleTypes\":[\"" type "\"]"
#define ON_ORG "\"kind\":\"OBJECT_KIND_ORG\""
#define ON_ASSET(id) "\"kind\":\"OBJECT_KIND_ASSET\",\"id\":\"" id "\""
#define ON_ASSET_TYPE(id) "\"kind\":\"OBJECT_KIND_ASSET_TYPE\",\"id\":\"" id "\""
#define ON_GROUP(id) "\"kind\":\"OBJECT_KIND_GROUP\",\"id\":\"" id "\""
#define ON_JOB_SPACE(id) "\"kind\":\"OBJECT_KIND_JOB_SPACE\",\"id\":\"" id "\""

/* Subjects ada, bob; groups core, all (which includes core); seats lead and alumnus of core, held
 * by nobody; assets repo > docs (both of type repository); permissions write, read (implied by
 * write). */
static void world_init(struct org_world *world)
{
    org_world_init_owned(world);
    org_world_do(world, "RegisterSubject {\"subjectId\":\"ada\"}");
    org_world_do(world, "RegisterSubject {\"subjectId\":\"bob\"}");
    org_world_do(world, "CreateGroup {\"groupId\":\"core\"}");
    org_world_do(world, "CreateGroup {\"groupId\":\"all\"}");
    org_world_do(world, "IncludeGroup {\"groupId\":\"all\",\"includedGroupId\":\"core\"}");
    org_world_do(world, "DefineRoleType {\"roleType\":\"lead\"}");
    org_world_do(world, "DefineRoleType {\"roleType\":\"alumnus\",\"noMembership\":true}");
    org_world_do(world,
                 "CreateRole {\"roleId\":\"lead\",\"roleType\":\"lead\",\"groupIds\":[\"core\"]}");
    org_world_do(world, "CreateRole {\"roleId\":\"alumnus\",\"roleType\":\"alumnus\",\"groupIds\":"
                        "[\"core\"]}");
    org_world_do(world, "RegisterAsset {\"assetId\":\"repo\",\"type\":\"repository\"}");
    org_world_do(world, "RegisterAsset {\"assetId\":\"docs\",\"type\":\"folder\",\"parentAssetId\":"
                        "\"repo\"}");
    org_world_do(world, "DefinePermission {\"permission\":\"write\"}");
    org_world_do(world, "DefinePermission {\"permission\":\"read\",\"impliedBy\":[\"write\"]}");
}

static struct check_answer ask_on(struct org_world *world, const char *subject_id,
                                  const char *permission, struct object object)
{
    const struct check_question question = { .subject_id = str_z(subject_id),
                                             .permission = str_z(permission),
                                             .object = object,
                                             .explain = true };
    struct check_answer answer;
    assert_ok(check(org_world_view(world), &world->arena, world->now_us, &question, &answer));
    return answer;
}

static struct check_answer ask(struct org_world *world, const char *subject_id,
                               const char *permission, const char *asset_id)
{
    return ask_on(world, subject_id, permission, (struct object){ OBJECT_ASSET, str_z(asset_id) });
}

/* The path as "grant g1 > group core > seat lead > assignment lead~ada". */
static void assert_path(struct org_world *world, const struct check_answer *answer,
                        const char *expected)
{
    struct str path = STR("");
    for (size_t i = 0; i < answer->steps_count; i++) {
        const struct check_step *step = &answer->steps[i];
        assert_true(step->version > 0);
        path = arena_printf(&world->arena, "%.*s%s%s %.*s", STR_ARG(path), i > 0 ? " > " : "",
                            check_step_name(step->kind), STR_ARG(step->id));
    }
    assert_string_equal(path.size == 0 ? "" : path.data, expected);
}

static void assert_denied(const struct check_answer *answer, enum check_reason reason,
                          const char *nearest)
{
    assert_false(answer->allowed);
    assert_string_equal(check_reason_name(answer->reason), check_reason_name(reason));
    assert_true(str_eq(answer->nearest, str_z(nearest)));
}

/* ---- 1: who ---- */

TEST(check, a_subject_that_is_not_active_has_nothing)
{
    struct org_world world;
    world_init(&world);
    grant(&world, "g", "read", TO_SUBJECT("ada"), ON_ORG);
    struct check_answer answer = ask(&world, "ada", "read", "repo");
    assert_true(answer.allowed);
    org_world_do(&world, "SuspendSubject {\"subjectId\":\"ada\"}");
    answer = ask(&world, "ada", "read", "repo");
    assert_denied(&answer, CHECK_SUBJECT_NOT_ACTIVE, "");
    answer = ask(&world, "eve", "read", "repo");
    assert_denied(&answer, CHECK_NO_SUBJECT, "");
    org_world_do(&world, "ResumeSubject {\"subjectId\":\"ada\"}");
    org_world_do(&world, "ArchiveOrg {\"orgId\":\"acme\"}");
    answer = ask(&world, "ada", "read", "repo");
    assert_denied(&answer, CHECK_ORG_NOT_ACTIVE, "");
    org_world_release(&world);
}

/* ---- 2: objects ---- */

TEST(check, a_grant_on_an_ancestor_counts_below_it_only)
{
    struct org_world world;
    world_init(&world);
    grant(&world, "g", "read", TO_SUBJECT("ada"), ON_ASSET("repo"));
    grant(&world, "h", "read", TO_SUBJECT("bob"), ON_ASSET("docs"));
    struct check_answer answer = ask(&world, "ada", "read", "docs");
    assert_path(&world, &answer, "grant g");
    answer = ask(&world, "bob", "read", "docs");
    assert_path(&world, &answer, "grant h");
    answer = ask(&world, "bob", "read", "repo");
    assert_denied(&answer, CHECK_NOT_GRANTED, "g");
    org_world_release(&world);
}

TEST(check, a_grant_on_an_asset_type_counts_for_assets_of_the_type)
{
    struct org_world world;
    world_init(&world);
    grant(&world, "g", "read", TO_SUBJECT("ada"), ON_ASSET_TYPE("repository"));
    assert_true(ask(&world, "ada", "read", "repo").allowed);
    assert_false(ask(&world, "ada", "read", "docs").allowed);
    org_world_release(&world);
}

TEST(check, a_grant_on_a_job_space_counts_for_its_groups)
{
    struct org_world world;
    world_init(&world);
    org_world_do(&world, "OpenJobSpace {\"jobSpaceId\":\"lab\"}");
    org_world_do(&world, "CreateGroup {\"groupId\":\"in\",\"jobSpaceId\":\"lab\"}");
    grant(&world, "g", "read", TO_SUBJECT("ada"), ON_JOB_SPACE("lab"));
    assert_true(ask_on(&world, "ada", "read", (struct object){ OBJECT_GROUP, STR("in") }).allowed);
    assert_true(
        ask_on(&world, "ada", "read", (struct object){ OBJECT_JOB_SPACE, STR("lab") }).allowed);
    assert_false(
        ask_on(&world, "ada", "read", (struct object){ OBJECT_GROUP, STR("core") }).allowed);
    org_world_release(&world);
}

TEST(check, what_is_archived_or_below_it_is_denied)
{
    struct org_world world;
    world_init(&world);
    grant(&world, "g", "read", TO_SUBJECT("ada"), ON_ORG);
    org_world_do(&world, "ArchiveAsset {\"assetId\":\"repo\"}");
    struct check_answer answer = ask(&world, "ada", "read", "docs");
    assert_denied(&answer, CHECK_ARCHIVED, "repo");
    org_world_do(&world, "RestoreAsset {\"assetId\":\"repo\"}");
    assert_true(ask(&world, "ada", "read", "docs").allowed);
    org_world_do(&world, "RemoveAsset {\"assetId\":\"docs\"}");
    answer = ask(&world, "ada", "read", "docs");
    assert_denied(&answer, CHECK_OBJECT_REMOVED, "");
    answer = ask(&world, "ada", "read", "nothing");
    assert_denied(&answer, CHECK_NO_OBJECT, "");
    org_world_release(&world);
}

TEST(check, an_asset_type_cannot_be_asked_about)
{
    struct org_world world;
    world_init(&world);
    const struct check_question question = { .subject_id = STR("ada"),
                                             .permission = STR("read"),
                                             .object = { OBJECT_ASSET_TYPE, STR("repository") } };
    struct check_answer answer;
    assert_code(STATUS_INVALID_ARGUMENT,
                check(org_world_view(&world), &world.arena, world.now_us, &question, &answer));
    assert_false(answer.allowed);
    org_world_release(&world);
}

/* ---- 3: permissions ---- */

TEST(check, a_permission_is_had_by_what_implies_it)
{
    struct org_world world;
    world_init(&world);
    grant(&world, "g", "write", TO_SUBJECT("ada"), ON_ORG);
    grant(&world, "h", "read", TO_SUBJECT("bob"), ON_ORG);
    assert_true(ask(&world, "ada", "read", "repo").allowed);
    assert_false(ask(&world, "bob", "write", "repo").allowed);
    struct check_answer answer = ask(&world, "root", "write", "repo");
    assert_path(&world, &answer, "role type owner > seat owner > assignment owner~root");
    answer = ask(&world, "root", "fly", "repo");
    assert_denied(&answer, CHECK_NO_PERMISSION, "");
    org_world_release(&world);
}

TEST(check, commands_are_permissions_without_definition)
{
    struct org_world world;
    world_init(&world);
    grant(&world, "g", "AssignRole", TO_SUBJECT("ada"), ON_GROUP("core"));
    assert_true(
        ask_on(&world, "ada", "AssignRole", (struct object){ OBJECT_GROUP, STR("core") }).allowed);
    assert_false(
        ask_on(&world, "ada", "AssignRole", (struct object){ OBJECT_GROUP, STR("all") }).allowed);
    org_world_release(&world);
}

/* ---- 4: grantees ---- */

TEST(check, a_seat_gives_what_is_granted_to_it_and_to_its_group)
{
    struct org_world world;
    world_init(&world);
    grant(&world, "g", "read", TO_GROUP("core"), ON_ORG);
    grant(&world, "h", "write", TO_ROLE("lead"), ON_ORG);
    assign(&world, "lead", "ada");
    struct check_answer answer = ask(&world, "ada", "read", "repo");
    assert_path(&world, &answer, "grant h > seat lead > assignment lead~ada");
    org_world_do(&world, "RevokePermission {\"grantId\":\"h\"}");
    answer = ask(&world, "ada", "read", "repo");
    assert_path(&world, &answer, "grant g > group core > seat lead > assignment lead~ada");
    org_world_do(&world, "RevokeRole {\"roleId\":\"lead\",\"subjectId\":\"ada\"}");
    answer = ask(&world, "ada", "read", "repo");
    assert_denied(&answer, CHECK_NOT_GRANTED, "g");
    org_world_release(&world);
}

TEST(check, members_of_an_included_group_are_members)
{
    struct org_world world;
    world_init(&world);
    grant(&world, "g", "read", TO_GROUP("all"), ON_ORG);
    assign(&world, "lead", "ada");
    struct check_answer answer = ask(&world, "ada", "read", "repo");
    assert_path(&world, &answer,
                "grant g > group all > inclusion core > seat lead > assignment lead~ada");
    org_world_do(&world, "ExcludeGroup {\"groupId\":\"all\",\"includedGroupId\":\"core\"}");
    assert_false(ask(&world, "ada", "read", "repo").allowed);
    org_world_release(&world);
}

TEST(check, alumni_are_no_members_but_have_what_is_for_alumni)
{
    struct org_world world;
    world_init(&world);
    grant(&world, "g", "read", TO_GROUP("core"), ON_ORG);
    grant(&world, "h", "read", TO_GROUP("all"), ON_ORG);
    assign(&world, "alumnus", "ada");
    assert_false(ask(&world, "ada", "read", "repo").allowed);
    grant(&world, "i", "read", TO_TYPE("core", "alumnus"), ON_ORG);
    struct check_answer answer = ask(&world, "ada", "read", "repo");
    assert_path(&world, &answer, "grant i > group core > seat alumnus > assignment alumnus~ada");
    org_world_release(&world);
}

TEST(check, a_grant_to_role_types_is_for_seats_in_the_group_itself)
{
    struct org_world world;
    world_init(&world);
    grant(&world, "g", "read", TO_TYPE("all", "lead"), ON_ORG);
    assign(&world, "lead", "ada");
    assert_false(ask(&world, "ada", "read", "repo").allowed);
    grant(&world, "h", "read", TO_TYPE("core", "lead"), ON_ORG);
    assert_true(ask(&world, "ada", "read", "repo").allowed);
    org_world_release(&world);
}

TEST(check, an_archived_group_confers_nothing_and_ends_the_way)
{
    struct org_world world;
    world_init(&world);
    grant(&world, "g", "read", TO_GROUP("all"), ON_ORG);
    assign(&world, "lead", "ada");
    org_world_do(&world, "ArchiveGroup {\"groupId\":\"core\"}");
    struct check_answer answer = ask(&world, "ada", "read", "repo");
    assert_denied(&answer, CHECK_GROUP_ARCHIVED, "");
    assert_path(&world, &answer,
                "grant g > group all > inclusion core > seat lead > assignment lead~ada");
    org_world_do(&world, "RestoreGroup {\"groupId\":\"core\"}");
    assert_true(ask(&world, "ada", "read", "repo").allowed);
    org_world_release(&world);
}

TEST(check, a_subject_inherits_what_active_parents_hold)
{
    struct org_world world;
    world_init(&world);
    grant(&world, "g", "read", TO_GROUP("core"), ON_ORG);
    assign(&world, "lead", "bob");
    org_world_do(&world,
                 "SetSubjectParents {\"subjectId\":\"ada\",\"parentSubjectIds\":[\"bob\"]}");
    struct check_answer answer = ask(&world, "ada", "read", "repo");
    assert_path(&world, &answer,
                "grant g > group core > seat lead > assignment lead~bob > parent bob");
    org_world_do(&world, "SuspendSubject {\"subjectId\":\"bob\"}");
    assert_false(ask(&world, "ada", "read", "repo").allowed);
    org_world_release(&world);
}

/* ---- 5: joining ---- */

TEST(check, a_role_type_gives_its_permissions_on_the_scope_of_the_seat)
{
    struct org_world world;
    world_init(&world);
    org_world_do(&world, "OpenJobSpace {\"jobSpaceId\":\"lab\"}");
    org_world_do(&world, "DefineRoleType {\"roleType\":\"writer\",\"permissions\":[\"write\"]}");
    org_world_do(&world, "CreateRole {\"roleId\":\"w\",\"roleType\":\"writer\",\"jobSpaceId\":"
                         "\"lab\",\"holderSubjectIds\":[\"ada\"]}");
    const struct object lab = { OBJECT_JOB_SPACE, STR("lab") };
    struct check_answer answer = ask_on(&world, "ada", "read", lab);
    assert_path(&world, &answer, "role type writer > seat w > assignment w~ada");
    assert_false(ask(&world, "ada", "read", "repo").allowed);
    org_world_do(&world, "CreateRole {\"roleId\":\"o\",\"roleType\":\"writer\",\"groupIds\":"
                         "[\"core\"],\"holderSubjectIds\":[\"bob\"]}");
    assert_true(ask(&world, "bob", "read", "repo").allowed);
    org_world_release(&world);
}

TEST(check, what_has_expired_counts_no_more_and_is_told)
{
    struct org_world world;
    world_init(&world);
    grant(&world, "g", "read", TO_ROLE("lead"), ON_ORG);
    org_world_do(&world, "AssignRole {\"roleId\":\"lead\",\"subjectId\":\"ada\",\"expiresAt\":"
                         "\"2026-06-01T00:00:00Z\"}");
    assert_true(ask(&world, "ada", "read", "repo").allowed);
    world.now_us = INT64_C(1780272000000000) - 1; /* the last microsecond of May */
    assert_true(ask(&world, "ada", "read", "repo").allowed);
    world.now_us++;
    struct check_answer answer = ask(&world, "ada", "read", "repo");
    assert_denied(&answer, CHECK_EXPIRED, "");
    assert_path(&world, &answer, "grant g > seat lead > assignment lead~ada");
    org_world_release(&world);
}

TEST(check, the_same_grant_that_has_expired_is_told)
{
    struct org_world world;
    world_init(&world);
    org_world_do(
        &world,
        "GrantPermission {\"grantId\":\"g\",\"permission\":\"read\",\"grantee\":{" TO_SUBJECT(
            "ada") "},\"on\":{" ON_ORG "},\"expiresAt\":\"2026-06-01T00:00:00Z\"}");
    world.now_us = INT64_C(1780272000000000);
    struct check_answer answer = ask(&world, "ada", "read", "repo");
    assert_denied(&answer, CHECK_EXPIRED, "");
    assert_path(&world, &answer, "grant g");
    org_world_release(&world);
}

/* ---- 6: the path ---- */

TEST(check, of_equally_short_ways_the_smaller_ids_are_told)
{
    struct org_world world;
    world_init(&world);
    grant(&world, "b", "read", TO_SUBJECT("ada"), ON_ORG);
    grant(&world, "a", "write", TO_SUBJECT("ada"), ON_ASSET("repo"));
    struct check_answer answer = ask(&world, "ada", "read", "repo");
    assert_path(&world, &answer, "grant a");
    grant(&world, "c", "read", TO_GROUP("core"), ON_ORG);
    org_world_do(&world, "CreateRole {\"roleId\":\"deputy\",\"roleType\":\"lead\",\"groupIds\":"
                         "[\"core\"],\"holderSubjectIds\":[\"bob\"]}");
    assign(&world, "lead", "bob");
    answer = ask(&world, "bob", "read", "repo");
    assert_path(&world, &answer, "grant c > group core > seat deputy > assignment deputy~bob");
    org_world_release(&world);
}

TEST(check, a_seat_and_its_assignment_are_two_steps)
{
    struct org_world world;
    world_init(&world);
    org_world_do(&world,
                 "SetSubjectParents {\"subjectId\":\"ada\",\"parentSubjectIds\":[\"bob\"]}");
    grant(&world, "z", "read", TO_SUBJECT("bob"), ON_ORG);
    grant(&world, "a", "read", TO_ROLE("lead"), ON_ORG);
    assign(&world, "lead", "ada");
    struct check_answer answer = ask(&world, "ada", "read", "repo");
    assert_path(&world, &answer, "grant z > parent bob");
    org_world_release(&world);
}

/* ---- 7: the budget ---- */

/* Grants on the org to `count` groups that nobody is a member of; ada alone is granted last. */
static void grant_widely(struct org_world *world, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        org_world_do(world, "CreateGroup {\"groupId\":\"g%u\"}", i);
        org_world_do(world,
                     "GrantPermission {\"grantId\":\"w%u\",\"permission\":\"read\",\"grantee\""
                     ":{\"kind\":\"GRANTEE_KIND_GROUP\",\"id\":\"g%u\"},\"on\":{" ON_ORG "}}",
                     i, i);
    }
    grant(world, "x", "read", TO_SUBJECT("ada"), ON_ORG);
}

TEST(check, a_long_list_on_one_side_does_not_use_up_the_budget)
{
    struct org_world world;
    world_init(&world);
    grant_widely(&world, 200);
    struct check_answer answer = ask(&world, "ada", "read", "repo");
    assert_path(&world, &answer, "grant x");
    assert_in_range(answer.lookups, 1, 120);
    org_world_release(&world);
}

TEST(check, what_else_the_subject_is_granted_does_not_matter)
{
    struct org_world world;
    world_init(&world);
    grant_widely(&world, 200);
    for (unsigned i = 0; i < 100; i++) {
        org_world_do(&world, "RegisterAsset {\"assetId\":\"b%u\"}", i);
        org_world_do(&world,
                     "GrantPermission {\"grantId\":\"b%u\",\"permission\":\"read\",\"grantee\":"
                     "{" TO_SUBJECT("ada") "},\"on\":{\"kind\":\"OBJECT_KIND_ASSET\",\"id\":"
                                           "\"b%u\"}}",
                     i, i);
    }
    struct check_answer answer = ask(&world, "ada", "read", "repo");
    assert_path(&world, &answer, "grant x");
    assert_in_range(answer.lookups, 1, 120);
    answer = ask(&world, "bob", "read", "repo");
    assert_denied(&answer, CHECK_NOT_GRANTED, "");
    org_world_release(&world);
}
