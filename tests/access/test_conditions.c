/* Conditions one by one: what they see, what they cost, what becomes of those that cannot be
 * evaluated; and commands that are allowed under one. */
#include <stdio.h>

#include "core/domain/check/check.h"
#include "core/pb/json.h"
#include "tests/lib/org_world.h"
#include "tests/lib/test.h"

/* Ada may read the asset `plan` under a condition. */
static void grant(struct org_world *world, const char *id, const char *permission,
                  const char *condition)
{
    org_world_do(world,
                 "GrantPermission {\"grantId\":\"%s\",\"permission\":\"%s\",\"grantee\":{\"kind\":"
                 "\"GRANTEE_KIND_SUBJECT\",\"id\":\"ada\"},\"on\":{\"kind\":\"OBJECT_KIND_ASSET\","
                 "\"id\":\"plan\"},\"condition\":\"%s\"}",
                 id, permission, condition);
}

static void world_init(struct org_world *world)
{
    org_world_init_owned(world);
    org_world_do(world, "RegisterSubject {\"subjectId\":\"ada\",\"name\":\"Ada\"}");
    org_world_do(world, "RegisterSubject {\"subjectId\":\"bot\",\"type\":\"SUBJECT_TYPE_AGENT\"}");
    org_world_do(world, "RegisterAsset {\"assetId\":\"plan\",\"type\":\"doc\"}");
    org_world_do(world, "DefinePermission {\"permission\":\"write\"}");
    org_world_do(world, "DefinePermission {\"permission\":\"read\",\"impliedBy\":[\"write\"]}");
    org_world_do(world, "BindCredential {\"credentialId\":\"c-ada\",\"subjectId\":\"ada\",\"kind\":"
                        "\"CREDENTIAL_KIND_JWT\",\"identityHash\":\"@ada\"}");
}

static struct status ask(struct org_world *world, const char *context, struct check_answer *answer)
{
    struct check_question question = { .subject_id = STR("ada"),
                                       .permission = STR("read"),
                                       .object = { OBJECT_ASSET, STR("plan") },
                                       .explain = true };
    Google__Protobuf__Struct *given;
    assert_ok(
        pb_from_json(&world->arena, &google__protobuf__struct__descriptor, str_z(context), &given));
    question.context = given;
    return check(org_world_view(world), &world->arena, world->now_us, &question, answer);
}

static enum check_reason reason(struct org_world *world, const char *context)
{
    struct check_answer answer;
    assert_ok(ask(world, context, &answer));
    assert_int_equal(answer.allowed, answer.reason == CHECK_ALLOWED);
    return answer.reason;
}

TEST(conditions, hold_or_not_by_the_context)
{
    struct org_world world;
    world_init(&world);
    grant(&world, "g", "read", "context.ip.startsWith('10.')");
    assert_int_equal(reason(&world, "{\"ip\":\"10.1.1.1\"}"), CHECK_ALLOWED);
    assert_int_equal(reason(&world, "{\"ip\":\"9.1.1.1\"}"), CHECK_CONDITION_FALSE);
    assert_int_equal(reason(&world, "{\"ip\":5}"), CHECK_CONDITION_ERROR);
    assert_int_equal(reason(&world, "{\"port\":5}"), CHECK_CONTEXT_MISSING);
    org_world_release(&world);
}

TEST(conditions, tell_what_is_missing_and_which_term_was_false)
{
    struct org_world world;
    struct check_answer answer;
    world_init(&world);
    grant(&world, "g", "read", "context.ip == 'x' && context['level'] > 3");
    assert_ok(ask(&world, "{}", &answer));
    assert_int_equal(answer.conditions_count, 1);
    assert_int_equal(answer.conditions[0].missing_count, 2);
    assert_true(str_eq(answer.conditions[0].missing[0], STR("ip")));
    assert_true(str_eq(answer.conditions[0].missing[1], STR("level")));
    assert_ok(ask(&world, "{\"ip\":\"x\",\"level\":2}", &answer));
    bool decided = false;
    for (size_t i = 0; i < answer.conditions[0].terms_count; i++) {
        const struct check_term *term = &answer.conditions[0].terms[i];
        decided = decided || (term->decides && str_eq(term->part, STR("context['level'] > 3")));
    }
    assert_true(decided);
    assert_int_equal(answer.steps_count, 1); /* the way that it would have let pass */
    org_world_release(&world);
}

TEST(conditions, a_result_that_is_no_bool_does_not_hold)
{
    struct org_world world;
    world_init(&world);
    grant(&world, "g", "read", "context.admin");
    assert_int_equal(reason(&world, "{\"admin\":true}"), CHECK_ALLOWED);
    assert_int_equal(reason(&world, "{\"admin\":\"yes\"}"), CHECK_CONDITION_ERROR);
    org_world_release(&world);
}

TEST(conditions, see_subject_object_permission_and_moment)
{
    struct org_world world;
    world_init(&world);
    grant(&world, "g", "write",
          "subject.name == 'Ada' && object.asset.type == 'doc' && object.id == 'plan' && "
          "object.kind == ObjectKind.OBJECT_KIND_ASSET && !has(object.group) && permission == "
          "'read' && actors == [] && now >= timestamp('2026-01-01T00:00:00Z')");
    assert_int_equal(reason(&world, "{}"), CHECK_ALLOWED);
    org_world_release(&world);
}

/* Eight different ones may be evaluated; the same one again costs nothing. */
static void grant_false(struct org_world *world, unsigned count, bool same)
{
    for (unsigned i = 0; i < count; i++) {
        org_world_do(world,
                     "GrantPermission {\"grantId\":\"f%u\",\"permission\":\"read\",\"grantee\":{"
                     "\"kind\":\"GRANTEE_KIND_GROUP\",\"id\":\"g%u\"},\"on\":{\"kind\":"
                     "\"OBJECT_KIND_ASSET\",\"id\":\"plan\"},\"condition\":\"object.id == '%u'\"}",
                     i, i, same ? 0 : i);
    }
}

static void join_groups(struct org_world *world, unsigned count)
{
    org_world_do(world, "DefineRoleType {\"roleType\":\"member\"}");
    for (unsigned i = 0; i < count; i++) {
        org_world_do(world, "CreateGroup {\"groupId\":\"g%u\"}", i);
        org_world_do(world,
                     "CreateRole {\"roleId\":\"r%u\",\"roleType\":\"member\",\"groupIds\":[\"g%u\"]"
                     "}",
                     i, i);
        org_world_do(world, "AssignRole {\"roleId\":\"r%u\",\"subjectId\":\"ada\"}", i);
    }
}

TEST(conditions, eight_different_ones_are_evaluated)
{
    struct org_world world;
    struct check_answer answer;
    world_init(&world);
    join_groups(&world, 9);
    grant_false(&world, 8, false);
    assert_int_equal(reason(&world, "{}"), CHECK_CONDITION_FALSE);
    org_world_do(&world,
                 "GrantPermission {\"grantId\":\"z\",\"permission\":\"read\",\"grantee\":{\"kind\":"
                 "\"GRANTEE_KIND_GROUP\",\"id\":\"g8\"},\"on\":{\"kind\":\"OBJECT_KIND_ASSET\","
                 "\"id\":\"plan\"},\"condition\":\"object.id == 'plan'\"}");
    assert_code(STATUS_RESOURCE_EXHAUSTED, ask(&world, "{}", &answer));
    assert_false(answer.allowed);
    org_world_release(&world);
}

TEST(conditions, the_same_one_is_evaluated_once)
{
    struct org_world world;
    struct check_answer answer;
    world_init(&world);
    join_groups(&world, 20);
    grant_false(&world, 20, true);
    assert_ok(ask(&world, "{}", &answer));
    assert_int_equal(answer.reason, CHECK_CONDITION_FALSE);
    assert_int_equal(answer.conditions_count, 1);
    org_world_release(&world);
}

/* What does not join the subject and the object is not evaluated, whatever it is. */
TEST(conditions, of_others_are_not_evaluated)
{
    struct org_world world;
    struct check_answer answer;
    world_init(&world);
    org_world_do(&world, "CreateGroup {\"groupId\":\"g0\"}");
    grant_false(&world, 1, false);
    grant(&world, "g", "read", "");
    assert_ok(ask(&world, "{}", &answer));
    assert_true(answer.allowed);
    assert_int_equal(answer.conditions_count, 0);
    org_world_release(&world);
}

TEST(conditions, share_the_gas_of_a_question)
{
    struct org_world world;
    struct check_answer answer;
    world_init(&world);
    uint64_t gas_used = 199999;
    const struct check_question question = { .subject_id = STR("ada"),
                                             .permission = STR("read"),
                                             .object = { OBJECT_ASSET, STR("plan") },
                                             .gas_used = &gas_used };
    grant(&world, "g", "read", "subject.name == 'Ada' && subject.subject_id == 'ada'");
    assert_code(STATUS_RESOURCE_EXHAUSTED,
                check(org_world_view(&world), &world.arena, world.now_us, &question, &answer));
    assert_false(answer.allowed);
    org_world_release(&world);
}

/* Without anything that is kept, as with it. */
TEST(conditions, are_compiled_for_one_question_where_none_are_kept)
{
    struct org_world world;
    world_init(&world);
    grant(&world, "g", "read", "context.n > 3 || context.n == 1");
    struct expressions *kept = world.org.view.expressions;
    world.org.view.expressions = NULL;
    assert_int_equal(reason(&world, "{\"n\":4}"), CHECK_ALLOWED);
    assert_int_equal(reason(&world, "{\"n\":2}"), CHECK_CONDITION_FALSE);
    world.org.view.expressions = kept;
    org_world_release(&world);
}

/* A profile that this program does not know decides nothing. */
TEST(conditions, of_another_profile_do_not_hold)
{
    struct org_world world;
    struct check_answer answer;
    world_init(&world);
    assert_ok(org_world_apply(
        &world,
        "PermissionGranted {\"grantId\":\"g\",\"permission\":\"read\",\"grantee\":{\"kind\":"
        "\"GRANTEE_KIND_SUBJECT\",\"id\":\"ada\"},\"on\":{\"kind\":\"OBJECT_KIND_ASSET\",\"id\":"
        "\"plan\"},\"condition\":\"true\",\"conditionProfile\":2}"));
    assert_ok(ask(&world, "{}", &answer));
    assert_int_equal(answer.reason, CHECK_CONDITION_ERROR);
    assert_non_null(strstr(answer.conditions[0].problem.data, "CEL profile"));
    org_world_release(&world);
}

TEST(conditions, of_a_role_type_are_about_its_permissions)
{
    struct org_world world;
    world_init(&world);
    org_world_do(&world, "DefineRoleType {\"roleType\":\"reader\",\"permissions\":[\"read\"],"
                         "\"condition\":\"context.shift == 'day'\"}");
    org_world_do(&world, "CreateRole {\"roleId\":\"r\",\"roleType\":\"reader\"}");
    org_world_do(&world, "AssignRole {\"roleId\":\"r\",\"subjectId\":\"ada\"}");
    assert_int_equal(reason(&world, "{\"shift\":\"day\"}"), CHECK_ALLOWED);
    assert_int_equal(reason(&world, "{\"shift\":\"night\"}"), CHECK_CONDITION_FALSE);
    org_world_do(&world, "UpdateRoleType {\"roleType\":\"reader\",\"condition\":\"\","
                         "\"updateMask\":\"condition\"}");
    assert_int_equal(reason(&world, "{}"), CHECK_ALLOWED);
    org_world_release(&world);
}

/* ---- commands ---- */

static void update(struct org_world *world, bool allowed)
{
    org_world_as(world, "ada");
    static const char text[] = "UpdateAsset {\"assetId\":\"plan\",\"name\":\"%u\"}";
    static unsigned name;
    if (allowed) {
        org_world_do(world, text, ++name);
    } else {
        org_world_rejected(world, STATUS_PERMISSION_DENIED, text, ++name);
    }
    org_world_as(world, "admin");
}

TEST(conditions, of_commands_see_no_context)
{
    struct org_world world;
    world_init(&world);
    grant(&world, "g", "UpdateAsset", "context.ip == '10.0.0.1'");
    update(&world, false);
    grant(&world, "h", "*", "context == {} && object.asset.type == 'doc'");
    update(&world, true);
    org_world_release(&world);
}

TEST(conditions, of_commands_end_with_the_clock)
{
    struct org_world world;
    world_init(&world);
    grant(&world, "g", "UpdateAsset", "now < timestamp('2026-02-01T00:00:00Z')");
    update(&world, true);
    world.now_us += INT64_C(60) * 24 * 3600 * 1000000;
    update(&world, false);
    org_world_release(&world);
}

TEST(conditions, of_commands_see_who_acts)
{
    struct org_world world;
    world_init(&world);
    org_world_do(&world, "BindCredential {\"credentialId\":\"c-bot\",\"subjectId\":\"bot\","
                         "\"kind\":\"CREDENTIAL_KIND_JWT\",\"identityHash\":\"@bot\"}");
    org_world_do(&world, "GrantPermission {\"grantId\":\"a\",\"permission\":\"act_as\",\"grantee\":"
                         "{\"kind\":\"GRANTEE_KIND_SUBJECT\",\"id\":\"bot\"},\"on\":{\"kind\":"
                         "\"OBJECT_KIND_SUBJECT\",\"id\":\"ada\"},\"condition\":\"size(actors) == 0"
                         " && subject.type == SubjectType.SUBJECT_TYPE_AGENT\"}");
    grant(&world, "g", "UpdateAsset", "actors.exists(a, a.subject_id == 'bot')");
    update(&world, false);
    org_world_as(&world, "bot");
    world.envelope.on_behalf_of = (char *)(uintptr_t) "ada";
    org_world_do(&world, "UpdateAsset {\"assetId\":\"plan\",\"name\":\"by bot\"}");
    org_world_release(&world);
}
