/* Constraints beyond the goldens: every way in which an expression fails denies, and is named;
 * every order in which an org could be locked out ends with the constraint removed. */
#include "core/domain/policy/constraints.h"

#include "core/base/buf.h"
#include "tests/lib/org_world.h"
#include "tests/lib/test.h"

/* ---- fail closed ---- */

static void put(struct org_world *world, const char *id, const char *commands,
                const char *expression)
{
    org_world_do(world,
                 "PutConstraint {\"constraintId\":\"%s\",\"commands\":[%s],\"expression\":\"%s\"}",
                 id, commands, expression);
}

static void denies(const char *expression, const char *why)
{
    struct org_world world;
    org_world_init_owned(&world);
    put(&world, "rule", "\"RegisterAsset\"", expression);
    const char *reason = org_world_rejected(&world, STATUS_PERMISSION_DENIED,
                                            "RegisterAsset {\"assetId\":\"a\",\"name\":\"x\"}");
    if (strstr(reason, why) == NULL || strstr(reason, "'rule'") == NULL) {
        fail_msg("%s: expected a reason with '%s', but it is: %s", expression, why, reason);
    }
    assert_string_equal(world.last.rejection->constraint_id, "rule");
    org_world_release(&world);
}

TEST(constraints, whatever_cannot_be_evaluated_denies)
{
    denies("config('limit') == 1", "config 'limit'");
    denies("object.name == ''", "before RegisterAsset there is none");
    denies("'g' in groups('nobody')", "no 'nobody'");
    denies("'s' in holders('role:none')", "no 'none'");
    denies("'s' in holders('team:none')", "expected 'role:ID'");
    denies("check('root', 'delegate', 'planet:x')", "expected an object");
    denies("!check('root', 'dance', 'org')", "no 'dance'");
    denies("!check('rot', 'delegate', 'org')", "no 'rot'");
    denies("!check('root', 'delegate', 'asset:none')", "no 'none'");
    denies("!capability('rot', 'weld').hasValue()", "no 'rot'");
    denies("!check('root', 'delegate', 'org')", "is false");
    denies("capability('root', 'weld').value().level > 0u", "optional");
    denies("1 / (size(command.asset.name) - 1) > 0", "divisor");
}

/* Each loop is cheap for the estimate, and reads much. */
TEST(constraints, used_up_gas_denies)
{
    struct org_world world;
    org_world_init_owned(&world);
    org_world_do(&world, "DefineRoleType {\"roleType\":\"t\"}");
    org_world_do(&world, "CreateRole {\"roleId\":\"r\",\"roleType\":\"t\"}");
    for (unsigned i = 0; i < 120; i++) {
        org_world_do(&world, "RegisterSubject {\"subjectId\":\"s%u\"}", i);
        org_world_do(&world, "AssignRole {\"roleId\":\"r\",\"subjectId\":\"s%u\"}", i);
    }
    for (unsigned i = 0; i < 60; i++) {
        org_world_do(&world,
                     "PutConstraint {\"constraintId\":\"rule%02u\",\"commands\":"
                     "[\"RegisterAsset\"],\"expression\":\"size(holders('role:r')) + %u > 0 && "
                     "size(holders('role:r')) > 0 && size(holders('role:r')) > 0 && "
                     "size(holders('role:r')) > 0\"}",
                     i, i);
    }
    const char *reason =
        org_world_rejected(&world, STATUS_PERMISSION_DENIED, "RegisterAsset {\"assetId\":\"a\"}");
    assert_true(strstr(reason, "gas") != NULL || strstr(reason, "budget") != NULL);
    assert_true(world.last.gas_used < 2 * 200000);
    org_world_release(&world);
}

TEST(constraints, more_than_a_command_may_meet_deny_it)
{
    struct org_world world;
    org_world_init_owned(&world);
    for (unsigned i = 0; i <= CONSTRAINTS_MAX; i++) {
        org_world_do(&world,
                     "PutConstraint {\"constraintId\":\"r%u\",\"commands\":[\"RegisterAsset\","
                     "\"RemoveConstraint\"],\"expression\":\"true\"}",
                     i);
    }
    org_world_rejected(&world, STATUS_RESOURCE_EXHAUSTED, "RegisterAsset {\"assetId\":\"a\"}");
    org_world_as(&world, "root");
    org_world_do(&world, "RemoveConstraint {\"constraintId\":\"r0\"}");
    org_world_do(&world, "RegisterAsset {\"assetId\":\"a\"}");
    org_world_release(&world);
}

/* An expression that takes as much room compiled as there can be. */
static const char *large(struct org_world *world, const char *begin, unsigned number)
{
    struct buf text = { 0 };
    buf_printf(&text, "%s && now != timestamp(%u)", begin, number);
    for (unsigned i = 0; i < 320; i++) {
        buf_printf(&text, "&&now==now");
    }
    struct str copy = arena_copy(&world->arena, buf_str(&text));
    buf_release(&text);
    return copy.data;
}

static void put_large(struct org_world *world, const char *begin)
{
    org_world_init_owned(world);
    for (unsigned i = 0; i < CONSTRAINTS_MAX; i++) {
        org_world_do(world,
                     "PutConstraint {\"constraintId\":\"r%u\",\"commands\":[\"RegisterAsset\"],"
                     "\"expression\":\"%s\"}",
                     i, large(world, begin, i));
    }
}

/* Together they are more than is kept, so that what one asks could make forget it. */
TEST(constraints, may_ask_however_much_is_compiled)
{
    struct org_world world;
    put_large(&world, "check('root', 'delegate', 'org')");
    org_world_do(&world, "RegisterAsset {\"assetId\":\"a\"}");
    assert_int_equal(world.last.constraints_count, 0);
    org_world_release(&world);
}

/* Commands of a batch, with a number in each. */
static const char *batch(struct org_world *world, const char *before, const char *after,
                         unsigned count)
{
    struct buf text = { 0 };
    for (unsigned i = 0; i < count; i++) {
        buf_printf(&text, "%s%s%u%s", i == 0 ? "Batch {\"commands\":[" : ",", before, i, after);
    }
    buf_printf(&text, "]}");
    struct str copy = arena_copy(&world->arena, buf_str(&text));
    buf_release(&text);
    return copy.data;
}

/* What is true at once has to be compiled, too. */
TEST(constraints, cost_by_their_length)
{
    struct org_world world;
    put_large(&world, "true || 1 == 1");
    const char *reason = org_world_rejected(
        &world, STATUS_PERMISSION_DENIED, "%s",
        batch(&world, "{\"registerAsset\":{\"asset\":{\"assetId\":\"a", "\"}}}", 100));
    assert_non_null(strstr(reason, "gas together"));
    assert_in_range(world.last.refused, 10, 30);
    org_world_release(&world);
}

static void make_seat_of_many_groups(struct org_world *world)
{
    struct buf ids = { 0 };
    org_world_init_owned(world);
    org_world_do(world, "DefineRoleType {\"roleType\":\"t\"}");
    for (unsigned i = 0; i < 200; i++) {
        org_world_do(world, "CreateGroup {\"groupId\":\"g%u\"}", i);
        org_world_do(world, "RegisterSubject {\"subjectId\":\"s%u\"}", i);
        buf_printf(&ids, "%s\"g%u\"", i == 0 ? "" : ",", i);
    }
    org_world_do(world, "CreateRole {\"roleId\":\"r\",\"roleType\":\"t\",\"groupIds\":[%.*s]}",
                 STR_ARG(buf_str(&ids)));
    buf_release(&ids);
}

/* Each sees a copy of all that those before it have changed. */
TEST(constraints, let_a_batch_see_only_so_much)
{
    struct org_world world;
    make_seat_of_many_groups(&world);
    put(&world, "rule", "\"AssignRole\"", "true");
    const char *many =
        batch(&world, "{\"assignRole\":{\"assignment\":{\"roleId\":\"r\",\"subjectId\":\"s",
              "\"}}}", 100);
    const char *reason = org_world_rejected(&world, STATUS_RESOURCE_EXHAUSTED, "%s", many);
    assert_non_null(strstr(reason, "send fewer at once"));
    org_world_do(&world, "RemoveConstraint {\"constraintId\":\"rule\"}");
    org_world_do(&world, "%s", many);
    org_world_release(&world);
}

TEST(constraints, count_nothing_that_has_not_begun)
{
    struct org_world world;
    org_world_init_owned(&world);
    const char *reason = org_world_rejected(
        &world, STATUS_INVALID_ARGUMENT,
        "PutConstraint {\"constraintId\":\"few\",\"expression\":\"count('Grant', {'on.kind': 1, "
        "'on.id': '', 'grantee.kind': 3}) < 9\"}");
    assert_non_null(strstr(reason, "expected fields by which an index finds"));
    org_world_release(&world);
}

/* ---- mending ---- */

static const char *const lockers[] = {
    "{\"constraintId\":\"lock\",\"expression\":\"false\"}",
    "{\"constraintId\":\"lock\",\"subjectIds\":[\"root\"],\"expression\":\"false\"}",
    "{\"constraintId\":\"lock\",\"kinds\":[\"ENTITY_KIND_CONSTRAINT\"],\"expression\":\"false\"}",
    "{\"constraintId\":\"lock\",\"commands\":[\"RemoveConstraint\"],\"expression\":"
    "\"config('never') == 1\"}",
    "{\"constraintId\":\"lock\",\"commands\":[\"RemoveConstraint\",\"RestoreOrg\"],"
    "\"expression\":\"size(holders('role:none')) > 0\"}",
};

TEST(constraints, nothing_keeps_an_owner_from_removing_one)
{
    for (size_t i = 0; i < sizeof lockers / sizeof lockers[0]; i++) {
        struct org_world world;
        org_world_init_owned(&world);
        org_world_as(&world, "root");
        org_world_do(&world, "PutConstraint %s", lockers[i]);
        org_world_do(&world, "RemoveConstraint {\"constraintId\":\"lock\"}");
        assert_int_equal(world.last.constraints[0]->outcome,
                         AGENCY__V1__CONSTRAINT_OUTCOME__CONSTRAINT_OUTCOME_OVERRIDDEN);
        org_world_do(&world, "RegisterAsset {\"assetId\":\"a\"}");
        assert_int_equal(world.last.constraints_count, 0);
        org_world_release(&world);
    }
}

TEST(constraints, an_archived_org_comes_back)
{
    for (size_t i = 0; i < sizeof lockers / sizeof lockers[0]; i++) {
        struct org_world world;
        org_world_init_owned(&world);
        org_world_as(&world, "root");
        org_world_do(&world, "PutConstraint %s", lockers[i]);
        org_world_do(&world, "ArchiveOrg {\"orgId\":\"acme\"}");
        org_world_do(&world, "RestoreOrg {\"orgId\":\"acme\"}");
        org_world_do(&world, "RemoveConstraint {\"constraintId\":\"lock\"}");
        org_world_release(&world);
    }
}

/* Gives something on the org. */
static void give(struct org_world *world, const char *permission, const char *subject,
                 const char *condition)
{
    org_world_do(world,
                 "GrantPermission {\"grantId\":\"%s-%s\",\"permission\":\"%s\",\"grantee\":"
                 "{\"kind\":\"GRANTEE_KIND_SUBJECT\",\"id\":\"%s\"},\"on\":{\"kind\":"
                 "\"OBJECT_KIND_ORG\"},\"condition\":\"%s\"}",
                 permission, subject, permission, subject, condition);
}

/* Who has delegate only where he acts himself lends nobody what overrides. */
TEST(constraints, are_overridden_by_delegate_with_its_condition)
{
    struct org_world world;
    org_world_init_owned(&world);
    org_world_do(&world, "RegisterSubject {\"subjectId\":\"bot\"}");
    org_world_do(&world, "RegisterSubject {\"subjectId\":\"boss\"}");
    org_world_do(&world,
                 "BindCredential {\"credentialId\":\"c-bot\",\"kind\":"
                 "\"CREDENTIAL_KIND_JWT\",\"identityHash\":\"@bot\",\"subjectId\":\"bot\"}");
    org_world_do(&world, "BindCredential {\"credentialId\":\"c-boss\",\"kind\":"
                         "\"CREDENTIAL_KIND_JWT\",\"identityHash\":\"@boss\",\"subjectId\":"
                         "\"boss\"}");
    give(&world, "act_as", "bot", "");
    give(&world, "ArchiveAsset", "boss", "");
    give(&world, "delegate", "boss", "size(actors) == 0");
    org_world_do(&world, "RegisterAsset {\"assetId\":\"a\"}");
    put(&world, "rule", "\"ArchiveAsset\"", "false");
    org_world_as(&world, "bot");
    world.envelope.on_behalf_of = (char *)(uintptr_t) "boss";
    org_world_rejected(&world, STATUS_PERMISSION_DENIED, "ArchiveAsset {\"assetId\":\"a\"}");
    assert_string_equal(world.last.rejection->constraint_id, "rule");
    world.envelope.on_behalf_of = (char *)(uintptr_t) "";
    org_world_as(&world, "boss");
    org_world_do(&world, "ArchiveAsset {\"assetId\":\"a\"}");
    org_world_release(&world);
}

/* Ada leads the group red: she has delegate there, and may put constraints. */
static void lead_init(struct org_world *world)
{
    static const char *const given[] = { "delegate", "PutConstraint", "RemoveConstraint" };
    org_world_init_owned(world);
    org_world_do(world, "CreateGroup {\"groupId\":\"red\"}");
    org_world_do(world, "CreateGroup {\"groupId\":\"blue\"}");
    org_world_do(world, "RegisterSubject {\"subjectId\":\"ada\"}");
    org_world_do(world, "BindCredential {\"credentialId\":\"c-ada\",\"kind\":"
                        "\"CREDENTIAL_KIND_JWT\",\"identityHash\":\"@ada\",\"subjectId\":"
                        "\"ada\"}");
    for (size_t i = 0; i < sizeof given / sizeof given[0]; i++) {
        org_world_do(world,
                     "GrantPermission {\"grantId\":\"g%zu\",\"permission\":\"%s\",\"grantee\":"
                     "{\"kind\":\"GRANTEE_KIND_SUBJECT\",\"id\":\"ada\"},\"on\":{\"kind\":"
                     "\"OBJECT_KIND_GROUP\",\"id\":\"red\"}}",
                     i, given[i]);
    }
    org_world_as(world, "ada");
}

#define LOCK(targets, expression) \
    "PutConstraint {\"constraintId\":\"lock\"," targets "\"expression\":\"" expression "\"}"

TEST(constraints, bind_only_what_their_putter_holds)
{
    struct org_world world;
    lead_init(&world);
    org_world_rejected(&world, STATUS_PERMISSION_DENIED, LOCK("", "false"));
    org_world_rejected(&world, STATUS_PERMISSION_DENIED,
                       LOCK("\"subjectIds\":[\"root\"],", "false"));
    org_world_rejected(&world, STATUS_PERMISSION_DENIED,
                       LOCK("\"groupIds\":[\"red\",\"blue\"],", "false"));
    org_world_do(&world, LOCK("\"groupIds\":[\"red\"],", "false"));
    org_world_as(&world, "root");
    org_world_rejected(&world, STATUS_PERMISSION_DENIED,
                       "UpdateGroup {\"groupId\":\"red\",\"name\":\"x\"}");
    org_world_do(&world, "UpdateGroup {\"groupId\":\"blue\",\"name\":\"x\"}");
    org_world_release(&world);
}

TEST(constraints, are_not_their_putters_to_take_back)
{
    struct org_world world;
    lead_init(&world);
    org_world_do(&world, LOCK("\"groupIds\":[\"red\"],", "false"));
    org_world_rejected(&world, STATUS_PERMISSION_DENIED, LOCK("\"groupIds\":[\"red\"],", "true"));
    org_world_rejected(&world, STATUS_PERMISSION_DENIED,
                       "RemoveConstraint {\"constraintId\":\"lock\"}");
    org_world_as(&world, "root");
    org_world_do(&world, "RemoveConstraint {\"constraintId\":\"lock\"}");
    org_world_do(&world, "UpdateGroup {\"groupId\":\"red\",\"name\":\"y\"}");
    org_world_release(&world);
}

/* ---- batches ---- */

TEST(constraints, judge_each_command_of_a_batch_after_those_before_it)
{
    struct org_world world;
    org_world_init_owned(&world);
    org_world_do(&world, "DefineRoleType {\"roleType\":\"t\"}");
    org_world_do(&world, "CreateRole {\"roleId\":\"r\",\"roleType\":\"t\"}");
    org_world_do(&world, "RegisterSubject {\"subjectId\":\"ada\"}");
    org_world_do(&world, "RegisterSubject {\"subjectId\":\"bob\"}");
    const char *reason = org_world_rejected(
        &world, STATUS_PERMISSION_DENIED,
        "Batch {\"commands\":[{\"putConstraint\":{\"constraint\":{\"constraintId\":\"one\","
        "\"commands\":[\"AssignRole\"],\"expression\":\"count('Assignment', {'role_id': "
        "after.role_id}) == 0\"}}},{\"assignRole\":{\"assignment\":{\"roleId\":\"r\",\"subjectId\":"
        "\"ada\"}}},{\"assignRole\":{\"assignment\":{\"roleId\":\"r\",\"subjectId\":\"bob\"}}}]}");
    assert_non_null(strstr(reason, "command 3 of 3"));
    assert_string_equal(world.last.rejection->constraint_id, "one");
    org_world_release(&world);
}
