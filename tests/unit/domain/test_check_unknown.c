/* What a question names wrongly: no answer is about anything else. */
#include "core/domain/check/check.h"
#include "core/domain/check/check_held.h"
#include "core/domain/check/check_subjects.h"
#include "tests/lib/org_world.h"
#include "tests/lib/test.h"

/* Ada may read everything. */
static void world_init(struct org_world *world)
{
    org_world_init_owned(world);
    org_world_do(world, "RegisterSubject {\"subjectId\":\"ada\"}");
    org_world_do(world, "DefinePermission {\"permission\":\"read\"}");
    org_world_do(world, "GrantPermission {\"grantId\":\"g\",\"permission\":\"read\",\"grantee\":"
                        "{\"kind\":\"GRANTEE_KIND_SUBJECT\",\"id\":\"ada\"},"
                        "\"on\":{\"kind\":\"OBJECT_KIND_ORG\"}}");
}

static enum check_reason ask(struct org_world *world, const char *subject_id,
                             const char *permission, enum object_kind kind, const char *id)
{
    const struct check_question question = { .subject_id = str_z(subject_id),
                                             .permission = str_z(permission),
                                             .object = { kind, str_z(id) },
                                             .explain = true };
    struct check_answer answer;
    assert_ok(check(org_world_view(world), &world->arena, world->now_us, &question, &answer));
    assert_int_equal(answer.allowed, answer.reason == CHECK_ALLOWED);
    return answer.reason;
}

TEST(check_unknown, an_empty_id_is_no_object)
{
    struct org_world world;
    world_init(&world);
    assert_int_equal(ask(&world, "ada", "read", OBJECT_ORG, ""), CHECK_ALLOWED);
    assert_int_equal(ask(&world, "ada", "read", OBJECT_ASSET, ""), CHECK_NO_OBJECT);
    assert_int_equal(ask(&world, "ada", "read", OBJECT_GROUP, ""), CHECK_NO_OBJECT);
    assert_int_equal(ask(&world, "ada", "read", OBJECT_JOB_SPACE, ""), CHECK_NO_OBJECT);
    assert_int_equal(ask(&world, "ada", "read", OBJECT_SUBJECT, ""), CHECK_NO_OBJECT);
    assert_int_equal(ask(&world, "", "read", OBJECT_ORG, ""), CHECK_NO_SUBJECT);
    assert_int_equal(ask(&world, "ada", "", OBJECT_ORG, ""), CHECK_NO_PERMISSION);
    org_world_release(&world);
}

TEST(check_unknown, an_org_by_its_id_is_this_one_only)
{
    struct org_world world;
    world_init(&world);
    assert_int_equal(ask(&world, "ada", "read", OBJECT_ORG, "acme"), CHECK_ALLOWED);
    assert_int_equal(ask(&world, "ada", "read", OBJECT_ORG, "other"), CHECK_NO_OBJECT);
    org_world_release(&world);
}

TEST(check_unknown, subjects_are_listed_of_what_there_is)
{
    struct org_world world;
    struct ids ids;
    world_init(&world);
    struct arena *arena = &world.arena;
    assert_ok(org_world_subjects(&world, arena, STR("read"), object_org(), &ids));
    assert_code(STATUS_NOT_FOUND,
                org_world_subjects(&world, arena, STR("read"),
                                   (struct object){ OBJECT_ASSET, STR("") }, &ids));
    assert_code(STATUS_NOT_FOUND,
                org_world_subjects(&world, arena, STR("read"),
                                   (struct object){ OBJECT_ORG, STR("x") }, &ids));
    assert_code(STATUS_NOT_FOUND,
                org_world_subjects(&world, arena, STR("raed"), object_org(), &ids));
    org_world_release(&world);
}

TEST(check_unknown, what_is_held_is_listed_of_who_there_is)
{
    struct org_world world;
    struct listed *objects;
    struct check_held *held;
    size_t count;
    world_init(&world);
    const struct view *view = org_world_view(&world);
    struct arena *arena = &world.arena;
    const struct check_question raed = { .subject_id = STR("ada"), .permission = STR("raed") };
    const struct check_question nobody = { .subject_id = STR(""), .permission = STR("read") };
    assert_code(STATUS_NOT_FOUND,
                check_held_objects(view, arena, world.now_us, &raed, &objects, &count));
    assert_code(STATUS_NOT_FOUND,
                check_held_objects(view, arena, world.now_us, &nobody, &objects, &count));
    assert_code(STATUS_NOT_FOUND,
                check_held_permissions(view, arena, world.now_us, STR("eve"), &held, &count));
    assert_code(STATUS_NOT_FOUND,
                check_held_permissions(view, arena, world.now_us, STR(""), &held, &count));
    org_world_release(&world);
}
