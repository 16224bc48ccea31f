/* What others pile up upon a subject, or upon groups elsewhere, does not make its Checks dear: each
 * of the piles that once locked out its victim, counted in look-ups. */
#include "core/domain/check/check.h"
#include <stdio.h>

#include "tests/lib/org_world.h"
#include "tests/lib/test.h"

/* What a pile may cost at most: the first rows of a list that is too long to be read, and the leaps
 * over what lies between the groups that are granted something. */
enum { SLACK = 40 };

/* The victim vic is a member of team, which is included in dept, to which reading docs is granted,
 * and everything on the group desk; lea, a member of board, may do everything on the group mine,
 * and below it. */
static void world_init(struct org_world *world)
{
    static const char *const commands[] = {
        "RegisterSubject {\"subjectId\":\"vic\"}",
        "RegisterSubject {\"subjectId\":\"lea\"}",
        "BindCredential {\"credentialId\":\"c-vic\",\"kind\":\"CREDENTIAL_KIND_JWT\","
        "\"identityHash\":\"@vic\",\"subjectId\":\"vic\"}",
        "BindCredential {\"credentialId\":\"c-lea\",\"kind\":\"CREDENTIAL_KIND_JWT\","
        "\"identityHash\":\"@lea\",\"subjectId\":\"lea\"}",
        "DefinePermission {\"permission\":\"read\"}",
        "DefineRoleType {\"roleType\":\"member\"}",
        "CreateGroup {\"groupId\":\"team\"}",
        "CreateGroup {\"groupId\":\"dept\"}",
        "CreateGroup {\"groupId\":\"board\"}",
        "CreateGroup {\"groupId\":\"desk\"}",
        "CreateGroup {\"groupId\":\"mine\"}",
        "IncludeGroup {\"groupId\":\"dept\",\"includedGroupId\":\"team\"}",
        "CreateRole {\"roleId\":\"team\",\"roleType\":\"member\",\"groupIds\":[\"team\"],"
        "\"holderSubjectIds\":[\"vic\"]}",
        "CreateRole {\"roleId\":\"board\",\"roleType\":\"member\",\"groupIds\":[\"board\"],"
        "\"holderSubjectIds\":[\"lea\"]}",
        "CreateRole {\"roleId\":\"desk\",\"roleType\":\"member\",\"groupIds\":[\"desk\"]}",
        "RegisterAsset {\"assetId\":\"docs\"}",
        "GrantPermission {\"grantId\":\"read\",\"permission\":\"read\",\"grantee\":{\"kind\":"
        "\"GRANTEE_KIND_GROUP\",\"id\":\"dept\"},\"on\":{\"kind\":\"OBJECT_KIND_ASSET\",\"id\":"
        "\"docs\"}}",
        "GrantPermission {\"grantId\":\"desk\",\"permission\":\"*\",\"grantee\":{\"kind\":"
        "\"GRANTEE_KIND_GROUP\",\"id\":\"dept\"},\"on\":{\"kind\":\"OBJECT_KIND_GROUP\",\"id\":"
        "\"desk\"}}",
        "GrantPermission {\"grantId\":\"mine\",\"permission\":\"*\",\"grantee\":{\"kind\":"
        "\"GRANTEE_KIND_GROUP\",\"id\":\"board\"},\"on\":{\"kind\":\"OBJECT_KIND_GROUP\",\"id\":"
        "\"mine\"}}",
    };
    org_world_init_owned(world);
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        org_world_do(world, "%s", commands[i]);
    }
}

static void pile(struct org_world *world, const char *format, ...) PRINTF_LIKE(2, 3);
static void pile(struct org_world *world, const char *format, ...)
{
    char text[8192];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    assert_ok(org_world_apply(world, text));
}

static size_t price(struct org_world *world, const char *subject_id, const char *permission,
                    struct object object, bool allowed)
{
    const struct check_question question = { .subject_id = str_z(subject_id),
                                             .permission = str_z(permission),
                                             .object = object,
                                             .for_command = object.kind == OBJECT_GROUP };
    struct check_answer answer;
    struct arena arena;
    arena_init(&arena, 16 << 20);
    assert_ok(check(org_world_view(world), &arena, world->now_us, &question, &answer));
    assert_int_equal(answer.allowed, allowed);
    arena_release(&arena);
    return answer.lookups;
}

struct prices {
    size_t read, denied, command, owner;
};

static struct prices prices_of(struct org_world *world)
{
    const struct object docs = { OBJECT_ASSET, STR("docs") }, desk = { OBJECT_GROUP, STR("desk") };
    return (struct prices){ .read = price(world, "vic", "read", docs, true),
                            .denied = price(world, "lea", "read", docs, false),
                            .command = price(world, "vic", "AssignRole", desk, true),
                            .owner = price(world, "root", "AssignRole", desk, true) };
}

static void assert_no_dearer(struct org_world *world, const struct prices *before)
{
    const struct prices after = prices_of(world);
    assert_in_range(after.read, 1, before->read + SLACK);
    assert_in_range(after.denied, 1, before->denied + SLACK);
    assert_in_range(after.command, 1, before->command + SLACK);
    assert_in_range(after.owner, 1, before->owner);
    assert_in_range(after.command, 1, 100);
}

TEST(lockout, by_ten_thousand_seats_given_to_everybody)
{
    static const char *const victims[] = { "vic", "lea", "root" };
    struct org_world world;
    world_init(&world);
    const struct prices before = prices_of(&world);
    for (unsigned i = 0; i < 10001; i++) {
        for (size_t v = 0; v < 3; v++) {
            pile(&world,
                 "RoleAssigned {\"roleId\":\"p%u\",\"subjectId\":\"%s\",\"roleType\":\"member\","
                 "\"groupIds\":[\"mine\"]}",
                 i, victims[v]);
        }
    }
    assert_no_dearer(&world, &before);
    org_world_release(&world);
}

TEST(lockout, by_forty_seats_of_256_groups)
{
    struct org_world world;
    world_init(&world);
    const struct prices before = prices_of(&world);
    struct str groups = STR("");
    for (unsigned i = 0; i < 256; i++) {
        pile(&world, "GroupCreated {\"groupId\":\"p%u\"}", i);
        groups = arena_printf(&world.arena, "%.*s%s\"p%u\"", STR_ARG(groups), i == 0 ? "" : ",", i);
    }
    for (unsigned i = 0; i < 40; i++) {
        pile(&world,
             "RoleAssigned {\"roleId\":\"p%u\",\"subjectId\":\"vic\",\"roleType\":\"member\","
             "\"groupIds\":[%s]}",
             i, groups.data);
    }
    assert_no_dearer(&world, &before);
    org_world_release(&world);
}

TEST(lockout, by_five_thousand_groups_that_include_the_victims)
{
    struct org_world world;
    world_init(&world);
    const struct prices before = prices_of(&world);
    for (unsigned i = 0; i < 5000; i++) {
        pile(&world, "GroupCreated {\"groupId\":\"p%u\"}", i);
        pile(&world, "GroupIncluded {\"groupId\":\"p%u\",\"includedGroupId\":\"%s\"}", i,
             i % 2 == 0 ? "team" : "board");
    }
    assert_no_dearer(&world, &before);
    org_world_release(&world);
}

/* A lead commands as fast as everybody. */
TEST(lockout, by_four_thousand_seats_that_a_lead_has)
{
    struct org_world world;
    world_init(&world);
    for (unsigned i = 0; i < 4000; i++) {
        pile(&world, "GroupCreated {\"groupId\":\"p%u\"}", i);
        pile(&world,
             "RoleAssigned {\"roleId\":\"p%u\",\"subjectId\":\"vic\",\"roleType\":\"member\","
             "\"groupIds\":[\"p%u\"]}",
             i, i);
    }
    assert_in_range(
        price(&world, "vic", "AssignRole", (struct object){ OBJECT_GROUP, STR("desk") }, true), 1,
        80);
    org_world_as(&world, "vic");
    org_world_do(&world, "AssignRole {\"roleId\":\"desk\",\"subjectId\":\"lea\"}");
    org_world_release(&world);
}

/* Ten thousand grants on one's own group, to subjects and as many to groups and seats as there may
 * be: those above it revoke and archive there. */
TEST(lockout, by_ten_thousand_grants_on_a_group)
{
    struct org_world world;
    world_init(&world);
    for (unsigned i = 0; i < 10001; i++) {
        bool wide = i < 1020;
        pile(&world, "%s {\"%s\":\"p%u\"}", wide ? "GroupCreated" : "SubjectRegistered",
             wide ? "groupId" : "subjectId", i);
        pile(&world,
             "PermissionGranted {\"grantId\":\"p%u\",\"permission\":\"%s\",\"grantee\":{\"kind\":"
             "\"GRANTEE_KIND_%s\",\"id\":\"p%u\"},\"on\":{\"kind\":\"OBJECT_KIND_GROUP\",\"id\":"
             "\"mine\"}}",
             i, i % 2 == 0 ? "*" : "RevokePermission", wide ? "GROUP" : "SUBJECT", i);
    }
    org_world_as(&world, "root");
    org_world_do(&world, "RevokePermission {\"grantId\":\"p7\"}");
    org_world_as(&world, "lea");
    org_world_do(&world, "RevokePermission {\"grantId\":\"p5000\"}");
    org_world_do(&world, "ArchiveGroup {\"groupId\":\"mine\"}");
    org_world_do(&world, "RestoreGroup {\"groupId\":\"mine\"}");
    org_world_release(&world);
}

TEST(lockout, grants_to_groups_and_seats_on_one_object_have_a_limit)
{
    struct org_world world;
    world_init(&world);
    for (unsigned i = 0; i < 1023; i++) { /* one is there */
        pile(&world, "GroupCreated {\"groupId\":\"p%u\"}", i);
        pile(&world,
             "PermissionGranted {\"grantId\":\"p%u\",\"permission\":\"%s\",\"grantee\":{\"kind\":"
             "\"GRANTEE_KIND_GROUP\",\"id\":\"p%u\"},\"on\":{\"kind\":\"OBJECT_KIND_ASSET\",\"id\":"
             "\"docs\"}%s}",
             i, i % 2 == 0 ? "read" : "UpdateAsset", i,
             i == 0 ? ",\"expiresAt\":\"2025-01-01T00:00:00Z\"" : "");
        pile(&world, "SubjectRegistered {\"subjectId\":\"q%u\"}", i);
        pile(&world,
             "PermissionGranted {\"grantId\":\"q%u\",\"permission\":\"%s\",\"grantee\":{\"kind\":"
             "\"GRANTEE_KIND_SUBJECT\",\"id\":\"q%u\"},\"on\":{\"kind\":\"OBJECT_KIND_ASSET\","
             "\"id\":\"docs\"}}",
             i, i % 2 == 0 ? "read" : "UpdateAsset", i);
    }
    static const char grant[] =
        "GrantPermission {\"grantId\":\"x%d\",\"permission\":\"UpdateAsset\",\"grantee\":{\"kind\":"
        "\"GRANTEE_KIND_GROUP\",\"id\":\"%s\"},\"on\":{\"kind\":\"OBJECT_KIND_ASSET\",\"id\":"
        "\"docs\"}}";
    org_world_do(&world, grant, 1, "board"); /* in place of the one that has expired */
    org_world_rejected(&world, STATUS_FAILED_PRECONDITION, grant, 2, "team");
    org_world_do(
        &world, "GrantPermission {\"grantId\":\"x3\",\"permission\":\"read\",\"grantee\":{\"kind\":"
                "\"GRANTEE_KIND_SUBJECT\",\"id\":\"lea\"},\"on\":{\"kind\":\"OBJECT_KIND_ASSET\","
                "\"id\":\"docs\"}}");
    org_world_release(&world);
}
