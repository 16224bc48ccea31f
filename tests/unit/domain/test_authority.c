/* Who may command: every way to widen one's own access that we know of is tried and refused.
 */
#include "core/domain/kernel/fields.h"
#include "tests/lib/org_world.h"
#include "tests/lib/test.h"

/* Subjects eve and lee, each with a credential; groups core and board; eve leads core: seat
 * core-lead of type lead, whose holders in core hold everything on core. Nobody else has anything
 * but root, the owner. Role type boss has a permission. */
static void world_init(struct org_world *world)
{
    static const char *const commands[] = {
        "RegisterSubject {\"subjectId\":\"eve\"}",
        "RegisterSubject {\"subjectId\":\"lee\"}",
        "BindCredential {\"credentialId\":\"c-eve\",\"kind\":\"CREDENTIAL_KIND_JWT\","
        "\"identityHash\":\"@eve\",\"subjectId\":\"eve\"}",
        "BindCredential {\"credentialId\":\"c-lee\",\"kind\":\"CREDENTIAL_KIND_JWT\","
        "\"identityHash\":\"@lee\",\"subjectId\":\"lee\"}",
        "CreateGroup {\"groupId\":\"core\"}",
        "CreateGroup {\"groupId\":\"board\"}",
        "DefineRoleType {\"roleType\":\"lead\"}",
        "DefineRoleType {\"roleType\":\"member\"}",
        "DefineRoleType {\"roleType\":\"boss\",\"permissions\":[\"AssignRole\"]}",
        "CreateRole {\"roleId\":\"core-lead\",\"roleType\":\"lead\",\"groupIds\":[\"core\"],"
        "\"holderSubjectIds\":[\"eve\"]}",
        "CreateRole {\"roleId\":\"core-member\",\"roleType\":\"member\",\"groupIds\":[\"core\"]}",
        "CreateRole {\"roleId\":\"board-member\",\"roleType\":\"member\",\"groupIds\":[\"board\"]}",
        "GrantPermission {\"grantId\":\"leads\",\"permission\":\"*\",\"grantee\":{\"kind\":"
        "\"GRANTEE_KIND_GROUP\",\"id\":\"core\",\"roleTypes\":[\"lead\"]},\"on\":{\"kind\":"
        "\"OBJECT_KIND_GROUP\",\"id\":\"core\"}}",
    };
    org_world_init_owned(world);
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        org_world_do(world, "%s", commands[i]);
    }
}

/* The owner lets somebody have a permission on an object. */
static void allow(struct org_world *world, const char *permission, const char *subject_id,
                  const char *on)
{
    org_world_as(world, "root");
    org_world_do(world,
                 "GrantPermission {\"grantId\":\"allow-%u\",\"permission\":\"%s\",\"grantee\":{"
                 "\"kind\":\"GRANTEE_KIND_SUBJECT\",\"id\":\"%s\"},\"on\":{%s}}",
                 world->commands_count, permission, subject_id, on);
}

#define ON_ORG "\"kind\":\"OBJECT_KIND_ORG\""
#define ON_SUBJECT(id) "\"kind\":\"OBJECT_KIND_SUBJECT\",\"id\":\"" id "\""
#define ON_ASSET(id) "\"kind\":\"OBJECT_KIND_ASSET\",\"id\":\"" id "\""
#define ON_GROUP(id) "\"kind\":\"OBJECT_KIND_GROUP\",\"id\":\"" id "\""

/* Refused, for want of a permission that is named together with its object. */
static void assert_denied(struct org_world *world, const char *missing, const char *command)
{
    const char *reason = org_world_rejected(world, STATUS_PERMISSION_DENIED, "%s", command);
    struct str expected = arena_printf(&world->arena, "expected permission %s, but", missing);
    if (!str_starts(str_z(reason), expected)) {
        fail_msg("%s: expected '%s ...', but it is '%s'", command, expected.data, reason);
    }
}

/* ---- a lead and his team ---- */

TEST(authority, a_lead_manages_his_own_team)
{
    struct org_world world;
    world_init(&world);
    org_world_as(&world, "eve");
    org_world_do(&world, "AssignRole {\"roleId\":\"core-member\",\"subjectId\":\"lee\"}");
    assert_string_equal(world.last.authority->grant_id, "leads");
    assert_string_equal(world.last.authority->role_id, "core-lead");
    assert_int_equal(world.last.authority->kind, AGENCY__V1__AUTHORITY_KIND__AUTHORITY_KIND_GRANT);
    org_world_do(&world, "CreateRole {\"roleId\":\"second\",\"roleType\":\"member\",\"groupIds\":"
                         "[\"core\"],\"holderSubjectIds\":[\"lee\"]}");
    org_world_do(&world, "RevokeRole {\"roleId\":\"core-member\",\"subjectId\":\"lee\"}");
    org_world_do(&world,
                 "UpdateGroup {\"groupId\":\"core\",\"updateMask\":\"name\",\"name\":\"C\"}");
    org_world_release(&world);
}

TEST(authority, a_lead_is_refused_on_another_team)
{
    struct org_world world;
    world_init(&world);
    org_world_as(&world, "eve");
    assert_denied(&world, "'AssignRole' on group 'board'",
                  "AssignRole {\"roleId\":\"board-member\",\"subjectId\":\"lee\"}");
    assert_denied(&world, "'RevokeRole' on group 'board'",
                  "RevokeRole {\"roleId\":\"board-member\",\"subjectId\":\"lee\"}");
    assert_denied(&world, "'UpdateGroup' on group 'board'",
                  "UpdateGroup {\"groupId\":\"board\",\"updateMask\":\"name\",\"name\":\"B\"}");
    assert_denied(&world, "'CreateRole' on group 'board'",
                  "CreateRole {\"roleId\":\"x\",\"roleType\":\"member\",\"groupIds\":[\"board\"]}");
    assert_denied(&world, "'RegisterSubject' on org 'acme'",
                  "RegisterSubject {\"subjectId\":\"x\"}");
    org_world_release(&world);
}

/* ---- ways to widen ---- */

TEST(authority, no_owner_seat_in_ones_own_group)
{
    struct org_world world;
    world_init(&world);
    org_world_as(&world, "eve");
    assert_denied(&world, "'delegate' on org 'acme'",
                  "CreateRole {\"roleId\":\"x\",\"roleType\":\"owner\",\"groupIds\":[\"core\"],"
                  "\"holderSubjectIds\":[\"eve\"]}");
    org_world_as(&world, "admin");
    org_world_do(&world, "CreateRole {\"roleId\":\"x\",\"roleType\":\"boss\",\"groupIds\":"
                         "[\"core\"]}");
    org_world_as(&world, "eve");
    assert_denied(&world, "'delegate' on org 'acme'",
                  "AssignRole {\"roleId\":\"x\",\"subjectId\":\"eve\"}");
    org_world_release(&world);
}

TEST(authority, a_scope_is_needed_too_where_the_type_has_permissions)
{
    struct org_world world;
    world_init(&world);
    org_world_do(&world, "OpenJobSpace {\"jobSpaceId\":\"lab\"}");
    org_world_as(&world, "eve");
    assert_denied(&world, "'delegate' on job space 'lab'",
                  "CreateRole {\"roleId\":\"x\",\"roleType\":\"boss\",\"groupIds\":[\"core\"],"
                  "\"jobSpaceId\":\"lab\"}");
    org_world_do(&world, "CreateRole {\"roleId\":\"x\",\"roleType\":\"member\",\"groupIds\":"
                         "[\"core\"],\"jobSpaceId\":\"lab\"}");
    org_world_release(&world);
}

TEST(authority, no_extra_groups_in_a_seat)
{
    struct org_world world;
    world_init(&world);
    org_world_as(&world, "eve");
    assert_denied(&world, "'CreateRole' on group 'board'",
                  "CreateRole {\"roleId\":\"x\",\"roleType\":\"member\",\"groupIds\":[\"core\","
                  "\"board\"],\"holderSubjectIds\":[\"eve\"]}");
    allow(&world, "CreateRole", "eve", ON_GROUP("board"));
    org_world_as(&world, "eve");
    assert_denied(&world, "'delegate' on group 'board'",
                  "CreateRole {\"roleId\":\"x\",\"roleType\":\"member\",\"groupIds\":[\"core\","
                  "\"board\"],\"holderSubjectIds\":[\"eve\"]}");
    org_world_release(&world);
}

TEST(authority, no_parents_that_one_may_not_delegate)
{
    struct org_world world;
    world_init(&world);
    allow(&world, "*", "eve", ON_SUBJECT("eve"));
    org_world_as(&world, "eve");
    assert_denied(&world, "'delegate' on subject 'root'",
                  "SetSubjectParents {\"subjectId\":\"eve\",\"parentSubjectIds\":[\"root\"]}");
    allow(&world, "SetSubjectParents", "eve", ON_SUBJECT("lee"));
    org_world_as(&world, "eve");
    assert_denied(&world, "'delegate' on subject 'lee'",
                  "SetSubjectParents {\"subjectId\":\"lee\",\"parentSubjectIds\":[\"eve\"]}");
    org_world_release(&world);
}

TEST(authority, no_inclusion_into_the_group_of_another)
{
    struct org_world world;
    world_init(&world);
    org_world_as(&world, "eve");
    assert_denied(&world, "'IncludeGroup' on group 'board'",
                  "IncludeGroup {\"groupId\":\"board\",\"includedGroupId\":\"core\"}");
    allow(&world, "IncludeGroup", "eve", ON_GROUP("board"));
    org_world_as(&world, "eve");
    assert_denied(&world, "'delegate' on group 'board'",
                  "IncludeGroup {\"groupId\":\"board\",\"includedGroupId\":\"core\"}");
    org_world_release(&world);
}

TEST(authority, no_thing_of_another_below_ones_own)
{
    struct org_world world;
    world_init(&world);
    org_world_do(&world, "RegisterAsset {\"assetId\":\"mine\"}");
    org_world_do(&world, "RegisterAsset {\"assetId\":\"safe\"}");
    allow(&world, "*", "eve", ON_ASSET("mine"));
    allow(&world, "SetAssetParent", "eve", ON_ASSET("safe"));
    org_world_as(&world, "eve");
    assert_denied(&world, "'delegate' on asset 'safe'",
                  "SetAssetParent {\"assetId\":\"safe\",\"parentAssetId\":\"mine\"}");
    assert_denied(&world, "'SetGroupParent' on group 'board'",
                  "SetGroupParent {\"groupId\":\"board\",\"parentGroupId\":\"core\"}");
    org_world_release(&world);
}

TEST(authority, no_return_of_others_without_delegate)
{
    struct org_world world;
    world_init(&world);
    org_world_do(&world, "SuspendSubject {\"subjectId\":\"lee\"}");
    org_world_do(&world, "ArchiveGroup {\"groupId\":\"board\"}");
    allow(&world, "ResumeSubject", "eve", ON_SUBJECT("lee"));
    allow(&world, "RestoreSubject", "eve", ON_ORG);
    allow(&world, "RestoreGroup", "eve", ON_ORG);
    org_world_as(&world, "eve");
    assert_denied(&world, "'delegate' on subject 'lee'", "ResumeSubject {\"subjectId\":\"lee\"}");
    assert_denied(&world, "'delegate' on group 'board'", "RestoreGroup {\"groupId\":\"board\"}");
    org_world_as(&world, "admin");
    org_world_do(&world, "RemoveSubject {\"subjectId\":\"lee\"}");
    org_world_as(&world, "eve");
    assert_denied(&world, "'delegate' on subject 'lee'", "RestoreSubject {\"subjectId\":\"lee\"}");
    org_world_release(&world);
}

TEST(authority, no_credential_for_another)
{
    struct org_world world;
    world_init(&world);
    allow(&world, "BindCredential", "eve", ON_ORG);
    org_world_as(&world, "eve");
    assert_denied(&world, "'delegate' on subject 'root'",
                  "BindCredential {\"credentialId\":\"x\",\"kind\":\"CREDENTIAL_KIND_JWT\","
                  "\"identityHash\":\"@mallory\",\"subjectId\":\"root\"}");
    assert_denied(&world, "'RevokeCredential' on subject 'root'",
                  "RevokeCredential {\"credentialId\":\"c-root\"}");
    org_world_release(&world);
}

TEST(authority, no_grant_on_what_one_may_not_delegate)
{
    struct org_world world;
    world_init(&world);
    allow(&world, "GrantPermission", "eve", ON_ORG);
    allow(&world, "ChangeGrant", "eve", ON_ORG);
    org_world_as(&world, "eve");
    assert_denied(&world, "'delegate' on org 'acme'",
                  "GrantPermission {\"grantId\":\"x\",\"permission\":\"*\",\"grantee\":{\"kind\":"
                  "\"GRANTEE_KIND_SUBJECT\",\"id\":\"eve\"},\"on\":{" ON_ORG "}}");
    assert_denied(&world, "'delegate' on org 'acme'",
                  "GrantPermission {\"grantId\":\"x\",\"permission\":\"*\",\"grantee\":{\"kind\":"
                  "\"GRANTEE_KIND_SUBJECT\",\"id\":\"eve\"},\"on\":{\"kind\":"
                  "\"OBJECT_KIND_ASSET_TYPE\",\"id\":\"any\"}}");
    assert_denied(&world, "'delegate' on group 'board'",
                  "GrantPermission {\"grantId\":\"x\",\"permission\":\"*\",\"grantee\":{\"kind\":"
                  "\"GRANTEE_KIND_GROUP\",\"id\":\"core\"},\"on\":{" ON_GROUP("board") "}}");
    assert_denied(&world, "'delegate' on org 'acme'",
                  "ChangeGrant {\"grantId\":\"allow-14\",\"permission\":\"*\"}");
    org_world_release(&world);
}

TEST(authority, no_meaning_of_words_changed_without_delegate)
{
    static const char *const permissions[] = { "DefinePermission", "UpdatePermission",
                                               "DefineRoleType",   "UpdateRoleType",
                                               "SetOrgAccessMode", "UpdateOrg" };
    struct org_world world;
    world_init(&world);
    for (size_t i = 0; i < sizeof permissions / sizeof permissions[0]; i++) {
        allow(&world, permissions[i], "eve", ON_ORG);
    }
    org_world_as(&world, "eve");
    const char *missing = "'delegate' on org 'acme'";
    assert_denied(&world, missing, "DefinePermission {\"permission\":\"read\"}");
    assert_denied(&world, missing,
                  "UpdateRoleType {\"roleType\":\"lead\",\"updateMask\":"
                  "\"permissions\",\"permissions\":[\"*\"]}");
    assert_denied(&world, missing, "DefineRoleType {\"roleType\":\"x\",\"permissions\":[\"*\"]}");
    assert_denied(&world, missing, "SetOrgAccessMode {\"orgId\":\"acme\",\"accessMode\":2}");
    org_world_release(&world);
}

TEST(authority, no_relation_is_changed_by_a_mask)
{
    struct org_world world;
    world_init(&world);
    org_world_do(&world, "RegisterAsset {\"assetId\":\"mine\"}");
    allow(&world, "*", "eve", ON_ORG);
    org_world_as(&world, "eve");
    static const char *const commands[] = {
        "UpdateGroup {\"groupId\":\"core\",\"updateMask\":\"includedGroupIds\"}",
        "UpdateGroup {\"groupId\":\"core\",\"updateMask\":\"parentGroupId\"}",
        "UpdateRole {\"roleId\":\"core-lead\",\"updateMask\":\"groupIds\"}",
        "UpdateRole {\"roleId\":\"core-lead\",\"updateMask\":\"roleType\"}",
        "UpdateAsset {\"assetId\":\"mine\",\"updateMask\":\"parentAssetId\"}",
        "UpdateSubject {\"subjectId\":\"eve\",\"updateMask\":\"parentSubjectIds\"}",
        "UpdateSubject {\"subjectId\":\"eve\",\"updateMask\":\"status\"}",
        "UpdateOrg {\"orgId\":\"acme\",\"updateMask\":\"accessMode\"}",
        "UpdateRoleType {\"roleType\":\"lead\",\"updateMask\":\"noMembership\"}",
    };
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        org_world_rejected(&world, STATUS_INVALID_ARGUMENT, "%s", commands[i]);
    }
    org_world_release(&world);
}

/* ---- open orgs ---- */

TEST(authority, an_open_org_waives_the_commands_own_permission_only)
{
    struct org_world world;
    world_init(&world);
    org_world_do(&world,
                 "SetOrgAccessMode {\"orgId\":\"acme\",\"accessMode\":\"ACCESS_MODE_OPEN\"}");
    org_world_as(&world, "lee");
    org_world_do(&world, "RegisterSubject {\"subjectId\":\"x\"}");
    assert_int_equal(world.last.authority->kind, AGENCY__V1__AUTHORITY_KIND__AUTHORITY_KIND_OPEN);
    org_world_do(&world, "CreateGroup {\"groupId\":\"y\"}");
    assert_denied(&world, "'delegate' on group 'y'",
                  "CreateRole {\"roleId\":\"z\",\"roleType\":\"member\",\"groupIds\":[\"y\"]}");
    assert_denied(&world, "'delegate' on subject 'root'",
                  "BindCredential {\"credentialId\":\"x\",\"kind\":\"CREDENTIAL_KIND_JWT\","
                  "\"identityHash\":\"@mallory\",\"subjectId\":\"root\"}");
    assert_denied(
        &world, "'delegate' on org 'acme'",
        "SetOrgAccessMode {\"orgId\":\"acme\",\"accessMode\":\"ACCESS_MODE_CONTROLLED\"}");
    world.envelope.on_behalf_of = "root";
    assert_denied(&world, "'act_as' on subject 'root'", "RegisterSubject {\"subjectId\":\"w\"}");
    world.envelope.on_behalf_of = "";
    org_world_as(&world, "nobody");
    assert_code(STATUS_UNAUTHENTICATED,
                org_world_submit(&world, "RegisterSubject {\"subjectId\":\"w\"}"));
    org_world_release(&world);
}

/* ---- who ---- */

TEST(authority, whoever_has_no_live_credential_is_unknown)
{
    struct org_world world;
    world_init(&world);
    org_world_do(&world, "BindCredential {\"credentialId\":\"c\",\"kind\":\"CREDENTIAL_KIND_JWT\","
                         "\"identityHash\":\"@new\",\"subjectId\":\"root\",\"expiresAt\":"
                         "\"2026-06-01T00:00:00Z\"}");
    const char *command = "RegisterSubject {\"subjectId\":\"x\"}";
    org_world_as(&world, "new");
    org_world_do(&world, "RegisterSubject {\"subjectId\":\"w\"}");
    world.now_us = INT64_C(1780272000000000);
    assert_code(STATUS_UNAUTHENTICATED, org_world_submit(&world, command));
    org_world_as(&world, "lee");
    world.principal.kind = AGENCY__V1__CREDENTIAL_KIND__CREDENTIAL_KIND_API_KEY;
    assert_code(STATUS_UNAUTHENTICATED, org_world_submit(&world, command));
    org_world_as(&world, "root");
    org_world_do(&world, "RevokeCredential {\"credentialId\":\"c-lee\"}");
    org_world_as(&world, "lee");
    assert_code(STATUS_UNAUTHENTICATED, org_world_submit(&world, command));
    org_world_release(&world);
}

TEST(authority, a_suspended_subject_is_rejected_and_that_recorded)
{
    struct org_world world;
    world_init(&world);
    org_world_do(&world, "SuspendSubject {\"subjectId\":\"eve\"}");
    org_world_as(&world, "eve");
    org_world_rejected(&world, STATUS_PERMISSION_DENIED,
                       "AssignRole {\"roleId\":\"core-member\",\"subjectId\":\"lee\"}");
    assert_true(str_eq(world.last.credential_id, STR("c-eve")));
    assert_true(str_eq(world.last.subject_id, STR("eve")));
    assert_null(world.last.authority);
    org_world_release(&world);
}

TEST(authority, an_operator_acts_in_any_org)
{
    struct org_world world;
    world_init(&world);
    org_world_as(&world, "operator:night");
    org_world_do(&world, "RegisterSubject {\"subjectId\":\"x\"}");
    assert_int_equal(world.last.authority->kind,
                     AGENCY__V1__AUTHORITY_KIND__AUTHORITY_KIND_OPERATOR);
    assert_int_equal(world.last.subject_id.size, 0);
    org_world_release(&world);
}

TEST(authority, acting_for_another_needs_act_as_and_what_the_other_may)
{
    struct org_world world;
    world_init(&world);
    const char *command = "AssignRole {\"roleId\":\"core-member\",\"subjectId\":\"lee\"}";
    org_world_as(&world, "lee");
    world.envelope.on_behalf_of = "eve";
    assert_denied(&world, "'act_as' on subject 'eve'", command);
    world.envelope.on_behalf_of = "";
    allow(&world, "act_as", "lee", ON_SUBJECT("eve"));
    org_world_as(&world, "lee");
    world.envelope.on_behalf_of = "eve";
    org_world_do(&world, "%s", command);
    assert_true(str_eq(world.last.subject_id, STR("lee")));
    assert_denied(&world, "'UpdateGroup' on group 'board'",
                  "UpdateGroup {\"groupId\":\"board\",\"updateMask\":\"name\",\"name\":\"B\"}");
    world.envelope.on_behalf_of = "";
    org_world_as(&world, "admin");
    org_world_do(&world, "SuspendSubject {\"subjectId\":\"eve\"}");
    org_world_as(&world, "lee");
    world.envelope.on_behalf_of = "eve";
    org_world_rejected(&world, STATUS_PERMISSION_DENIED, "%s", command);
    org_world_release(&world);
}

TEST(authority, what_the_actor_may_does_not_help_the_one_acted_for)
{
    struct org_world world;
    world_init(&world);
    allow(&world, "act_as", "eve", ON_SUBJECT("lee"));
    org_world_as(&world, "eve");
    world.envelope.on_behalf_of = "lee";
    assert_denied(&world, "'AssignRole' on group 'core'",
                  "AssignRole {\"roleId\":\"core-member\",\"subjectId\":\"lee\"}");
    org_world_release(&world);
}

/* ---- imports ---- */

static void set_occurred_at(struct org_world *world, int64_t time_us)
{
    Google__Protobuf__Timestamp *time = NULL;
    assert_ok(fields_time_new(&world->arena, time_us, &time));
    world->envelope.occurred_at = time;
}

TEST(authority, an_import_needs_the_permission_today)
{
    struct org_world world;
    org_world_init(&world);
    set_occurred_at(&world, INT64_C(1400000000000000));
    org_world_do(&world,
                 "CreateOrg {\"orgId\":\"acme\",\"owner\":{\"subjectId\":\"root\"},\"credential\":"
                 "{\"credentialId\":\"c-root\",\"kind\":\"CREDENTIAL_KIND_JWT\","
                 "\"identityHash\":\"@root\"}}");
    org_world_do(&world, "RegisterSubject {\"subjectId\":\"eve\"}");
    org_world_do(&world,
                 "BindCredential {\"credentialId\":\"c-eve\",\"kind\":"
                 "\"CREDENTIAL_KIND_JWT\",\"identityHash\":\"@eve\",\"subjectId\":\"eve\"}");
    org_world_do(&world,
                 "GrantPermission {\"grantId\":\"g\",\"permission\":\"RegisterSubject\","
                 "\"grantee\":{\"kind\":\"GRANTEE_KIND_SUBJECT\",\"id\":\"eve\"},\"on\":{" ON_ORG
                 "}}");
    org_world_do(&world, "GrantPermission {\"grantId\":\"h\",\"permission\":\"import\",\"grantee\":"
                         "{\"kind\":\"GRANTEE_KIND_SUBJECT\",\"id\":\"eve\"},\"on\":{" ON_ORG "},"
                         "\"expiresAt\":\"2020-01-01T00:00:00Z\"}");
    org_world_as(&world, "eve");
    /* In 2014 the grant was live, today it has expired: the past gives nobody power. */
    assert_denied(&world, "'import' on org 'acme'", "RegisterSubject {\"subjectId\":\"x\"}");
    org_world_as(&world, "root");
    org_world_do(&world, "RegisterSubject {\"subjectId\":\"x\"}");
    org_world_release(&world);
}

/* ---- what is not there, and what is archived ---- */

TEST(authority, what_is_not_there_is_told_to_those_who_command_the_org)
{
    struct org_world world;
    world_init(&world);
    org_world_as(&world, "eve");
    assert_denied(&world, "'UpdateGroup' on group 'ghost'",
                  "UpdateGroup {\"groupId\":\"ghost\",\"updateMask\":\"name\"}");
    assert_denied(&world, "'AssignRole' on org 'acme'",
                  "AssignRole {\"roleId\":\"ghost\",\"subjectId\":\"lee\"}");
    org_world_as(&world, "root");
    org_world_rejected(&world, STATUS_NOT_FOUND,
                       "UpdateGroup {\"groupId\":\"ghost\",\"updateMask\":\"name\"}");
    org_world_rejected(&world, STATUS_NOT_FOUND,
                       "AssignRole {\"roleId\":\"ghost\",\"subjectId\":\"lee\"}");
    org_world_release(&world);
}

TEST(authority, what_is_archived_can_be_restored)
{
    struct org_world world;
    world_init(&world);
    org_world_do(&world, "RegisterAsset {\"assetId\":\"a\"}");
    allow(&world, "*", "lee", ON_ASSET("a"));
    org_world_as(&world, "lee");
    org_world_do(&world, "ArchiveAsset {\"assetId\":\"a\"}");
    org_world_do(&world, "RestoreAsset {\"assetId\":\"a\"}");
    org_world_release(&world);
}
