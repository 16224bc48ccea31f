/* Events that cannot be applied are DATA_LOSS, whatever is wrong with them; nothing changes then.
 */
#include "core/domain/kernel/evolve.h"

#include "tests/lib/org_world.h"
#include "tests/lib/test.h"

static void evolve_refuses(const char *text)
{
    struct org_world world;
    org_world_init_owned(&world);
    org_world_do(&world, "CreateGroup {\"groupId\":\"g\"}");
    struct status status = org_world_apply(&world, text);
    if (status.code != STATUS_DATA_LOSS) {
        fail_msg("%s: expected DATA_LOSS, not %s", text, status_code_name(status.code));
    }
    const Agency__V1__Group *group;
    assert_ok(view_group(org_world_view(&world), STR("g"), &group));
    assert_int_equal(group->version, world.head.org_sequence);
    org_world_release(&world);
}

TEST(evolve, refuses_to_make_what_is_there)
{
    evolve_refuses("GroupCreated {\"groupId\":\"g\"}");
}

TEST(evolve, refuses_to_change_what_is_not_there)
{
    evolve_refuses("GroupArchived {\"groupId\":\"other\"}");
    evolve_refuses("RoleRevoked {\"roleId\":\"r\",\"subjectId\":\"s\"}");
}

TEST(evolve, refuses_masks_that_name_no_field)
{
    evolve_refuses("GroupUpdated {\"groupId\":\"g\",\"name\":\"x\"}");
    evolve_refuses("GroupUpdated {\"groupId\":\"g\",\"updateMask\":\"groupId\"}");
    evolve_refuses("GroupUpdated {\"groupId\":\"g\",\"updateMask\":\"status\"}");
}

TEST(evolve, refuses_to_exclude_what_is_not_included)
{
    evolve_refuses("GroupExcluded {\"groupId\":\"g\",\"includedGroupId\":\"h\"}");
}

TEST(evolve, refuses_grants_without_grantee_or_object)
{
    evolve_refuses("PermissionGranted {\"grantId\":\"x\",\"permission\":\"p\"}");
    evolve_refuses("PermissionGranted {\"grantId\":\"x\",\"permission\":\"p\",\"grantee\":{}}");
}

TEST(evolve, refuses_an_event_that_says_nothing)
{
    struct org_world world;
    org_world_init_owned(&world);
    Agency__V1__Event event = AGENCY__V1__EVENT__INIT;
    assert_code(STATUS_DATA_LOSS, org_world_apply_event(&world, &event));
    org_world_release(&world);
}

static const Agency__V1__Assignment *assignment_of_ada(struct org_world *world)
{
    const Agency__V1__Assignment *assignment;
    assert_ok(view_assignment(org_world_view(world), STR("r~ada"), &assignment));
    assert_non_null(assignment);
    return assignment;
}

/* granted_at says since when the holder has the seat, not when its end was last moved. */
TEST(evolve, a_prolonged_assignment_keeps_the_time_it_was_granted)
{
    struct org_world world;
    org_world_init_owned(&world);
    org_world_do(&world, "RegisterSubject {\"subjectId\":\"ada\"}");
    org_world_do(&world, "DefineRoleType {\"roleType\":\"t\"}");
    org_world_do(&world, "CreateRole {\"roleId\":\"r\",\"roleType\":\"t\"}");
    org_world_do(&world, "AssignRole {\"roleId\":\"r\",\"subjectId\":\"ada\",\"expiresAt\":"
                         "\"2026-02-01T00:00:00Z\"}");
    int64_t granted = assignment_of_ada(&world)->granted_at->seconds;
    org_world_do(&world, "AssignRole {\"roleId\":\"r\",\"subjectId\":\"ada\",\"expiresAt\":"
                         "\"2026-03-01T00:00:00Z\"}");
    assert_int_equal(assignment_of_ada(&world)->granted_at->seconds, granted);
    world.now_us = INT64_C(1772323200000000); /* 2026-03-01: it has just expired */
    org_world_do(&world, "AssignRole {\"roleId\":\"r\",\"subjectId\":\"ada\"}");
    assert_int_equal(assignment_of_ada(&world)->granted_at->seconds, 1772323201);
    org_world_release(&world);
}

/* ---- what events leave behind ---- */

TEST(evolve, excluding_one_keeps_the_others_in_order)
{
    struct org_world world;
    const Agency__V1__Group *group;
    org_world_init_owned(&world);
    for (const char *id = "gabc"; *id != '\0'; id++) {
        org_world_do(&world, "CreateGroup {\"groupId\":\"%c\"}", *id);
    }
    for (const char *id = "abc"; *id != '\0'; id++) {
        org_world_do(&world, "IncludeGroup {\"groupId\":\"g\",\"includedGroupId\":\"%c\"}", *id);
    }
    org_world_do(&world, "ExcludeGroup {\"groupId\":\"g\",\"includedGroupId\":\"b\"}");
    assert_ok(view_group(org_world_view(&world), STR("g"), &group));
    assert_int_equal(group->n_included_group_ids, 2);
    assert_string_equal(group->included_group_ids[0], "a");
    assert_string_equal(group->included_group_ids[1], "c");
    org_world_release(&world);
}

TEST(evolve, a_changed_grant_has_the_permission_and_end_that_were_given)
{
    struct org_world world;
    const Agency__V1__Grant *grant;
    org_world_init_owned(&world);
    org_world_do(&world, "GrantPermission {\"grantId\":\"x\",\"permission\":\"import\",\"grantee\":"
                         "{\"kind\":\"GRANTEE_KIND_SUBJECT\",\"id\":\"root\"},\"on\":{\"kind\":"
                         "\"OBJECT_KIND_ORG\"}}");
    org_world_do(&world, "ChangeGrant {\"grantId\":\"x\",\"permission\":\"late\",\"expiresAt\":"
                         "\"2026-03-01T00:00:00Z\"}");
    assert_ok(view_grant(org_world_view(&world), STR("x"), &grant));
    assert_string_equal(grant->permission, "late");
    assert_int_equal(grant->expires_at->seconds, 1772323200);
    org_world_do(&world, "ChangeGrant {\"grantId\":\"x\",\"permission\":\"late\"}");
    assert_ok(view_grant(org_world_view(&world), STR("x"), &grant));
    assert_null(grant->expires_at);
    org_world_release(&world);
}

TEST(evolve, a_restored_subject_has_nothing)
{
    struct org_world world;
    const Agency__V1__Subject *subject;
    org_world_init_owned(&world);
    org_world_do(&world, "RegisterSubject {\"subjectId\":\"ada\"}");
    org_world_do(&world,
                 "SetSubjectParents {\"subjectId\":\"ada\",\"parentSubjectIds\":[\"root\"]}");
    org_world_do(&world, "RemoveSubject {\"subjectId\":\"ada\"}");
    org_world_do(&world, "RestoreSubject {\"subjectId\":\"ada\"}");
    assert_ok(view_subject(org_world_view(&world), STR("ada"), &subject));
    assert_int_equal(subject->status, LIFE_ACTIVE);
    assert_int_equal(subject->n_parent_subject_ids, 0);
    org_world_release(&world);
}

TEST(evolve, an_unset_value_is_gone)
{
    struct org_world world;
    const Agency__V1__Config *config;
    org_world_init_owned(&world);
    org_world_do(&world, "SetConfig {\"kind\":\"ENTITY_KIND_ORG\",\"key\":\"k\",\"value\":1}");
    org_world_do(&world, "UnsetConfig {\"kind\":\"ENTITY_KIND_ORG\",\"key\":\"k\"}");
    assert_ok(view_config(org_world_view(&world), STR("Org~~k"), &config));
    assert_non_null(config);
    assert_int_equal(config->status, LIFE_REMOVED);
    assert_null(config->value);
    org_world_release(&world);
}
