/* Limits of a whole decision, and of what one subject inherits. */
#include "core/domain/kernel/decision.h"

#include "core/base/limits.h"
#include "tests/lib/org_world.h"
#include "tests/lib/test.h"

/* `count` times the same text. */
static const char *decide_text(struct org_world *world, const char *unit, size_t count)
{
    size_t size = strlen(unit);
    char *text = arena_zalloc(&world->arena, count * size + 1);
    assert_non_null(text);
    for (size_t i = 0; i < count; i++) {
        memcpy(text + i * size, unit, size);
    }
    return text;
}

/* A JSON list of texts that take about so many bytes; no text, and no data, takes as many. */
static const char *decide_list(struct org_world *world, size_t size)
{
    const char *text = decide_text(world, "n", 1000);
    size_t count = size / 1003;
    struct str item = arena_printf(&world->arena, "\"%s\",", text);
    return arena_printf(&world->arena, "[%s\"%s\"]", decide_text(world, item.data, count - 1), text)
        .data;
}

TEST(decide, an_event_has_at_most_64_kib)
{
    struct org_world world;
    org_world_init_owned(&world);
    org_world_do(&world, "DefineRoleType {\"roleType\":\"a\",\"responsibilities\":%s}",
                 decide_list(&world, EVENT_SIZE_MAX - 2000));
    org_world_rejected(&world, STATUS_RESOURCE_EXHAUSTED,
                       "DefineRoleType {\"roleType\":\"b\",\"responsibilities\":%s}",
                       decide_list(&world, EVENT_SIZE_MAX + 2000));
    org_world_release(&world);
}

/* Each event fits, but not what they make together. */
TEST(decide, an_entity_has_at_most_64_kib)
{
    struct org_world world;
    org_world_init_owned(&world);
    struct str list =
        arena_printf(&world.arena, "%s\"x\"", decide_text(&world, "\"123456789012345\",", 255));
    const char *large = decide_list(&world, EVENT_SIZE_MAX - 3000);
    org_world_do(&world, "DefineRoleType {\"roleType\":\"a\",\"responsibilities\":%s}", large);
    org_world_rejected(
        &world, STATUS_RESOURCE_EXHAUSTED,
        "UpdateRoleType {\"roleType\":\"a\",\"updateMask\":\"tools\",\"tools\":[%s]}", list.data);
    org_world_do(&world,
                 "UpdateRoleType {\"roleType\":\"a\",\"updateMask\":\"tools,responsibilities\","
                 "\"tools\":[%s]}",
                 list.data);
    org_world_release(&world);
}

/* 200 assignments that each copy 40 long ids of groups. */
TEST(decide, a_decision_fits_into_a_record)
{
    struct org_world world;
    org_world_init_owned(&world);
    org_world_do(&world, "DefineRoleType {\"roleType\":\"t\"}");
    struct str groups = STR(""), holders = STR("");
    const char *long_id = decide_text(&world, "g", ID_SIZE_MAX - 4);
    for (int i = 0; i < 200; i++) {
        const char *comma = i == 0 ? "" : ",";
        org_world_do(&world, "RegisterSubject {\"subjectId\":\"s%d\"}", i);
        holders = arena_printf(&world.arena, "%.*s%s\"s%d\"", STR_ARG(holders), comma, i);
        if (i < 40) {
            org_world_do(&world, "CreateGroup {\"groupId\":\"%s%d\"}", long_id, i);
            groups =
                arena_printf(&world.arena, "%.*s%s\"%s%d\"", STR_ARG(groups), comma, long_id, i);
        }
    }
    org_world_rejected(&world, STATUS_RESOURCE_EXHAUSTED,
                       "CreateRole {\"roleId\":\"r\",\"roleType\":\"t\",\"groupIds\":[%s],"
                       "\"holderSubjectIds\":[%s]}",
                       groups.data, holders.data);
    assert_int_equal(world.last.events_count, 0);
    org_world_release(&world);
}

/* 64 above one subject, then one more above one of these. */
TEST(decide, a_subject_inherits_from_at_most_64)
{
    struct org_world world;
    org_world_init_owned(&world);
    struct str fan = STR("");
    for (int i = 0; i < 64; i++) {
        org_world_do(&world, "RegisterSubject {\"subjectId\":\"p%d\"}", i);
        fan = arena_printf(&world.arena, "%.*s%s\"p%d\"", STR_ARG(fan), i == 0 ? "" : ",", i);
    }
    org_world_do(&world, "RegisterSubject {\"subjectId\":\"s\"}");
    org_world_do(&world, "RegisterSubject {\"subjectId\":\"top\"}");
    org_world_do(&world, "SetSubjectParents {\"subjectId\":\"s\",\"parentSubjectIds\":[%s]}",
                 fan.data);
    assert_string_equal(
        org_world_rejected(
            &world, STATUS_FAILED_PRECONDITION,
            "SetSubjectParents {\"subjectId\":\"s\",\"parentSubjectIds\":[\"top\",%s]}", fan.data),
        "expected at most 64 subjects above subject 's', but there would be 65");
    /* Whoever inherits does not hold up those that he inherits from: he is cut (test_check.c). */
    org_world_do(&world, "SetSubjectParents {\"subjectId\":\"p7\",\"parentSubjectIds\":[\"top\"]}");
    org_world_release(&world);
}

TEST(decide, a_suspended_subject_does_nothing_in_an_open_org_either)
{
    struct org_world world;
    org_world_init_owned(&world);
    org_world_do(&world,
                 "SetOrgAccessMode {\"orgId\":\"acme\",\"accessMode\":\"ACCESS_MODE_OPEN\"}");
    org_world_do(&world, "RegisterSubject {\"subjectId\":\"ada\"}");
    org_world_do(&world, "BindCredential {\"credentialId\":\"c\",\"kind\":\"CREDENTIAL_KIND_JWT\","
                         "\"identityHash\":\"@ada\",\"subjectId\":\"ada\"}");
    org_world_as(&world, "ada");
    org_world_do(&world, "RegisterAsset {\"assetId\":\"a\"}");
    org_world_as(&world, "admin");
    org_world_do(&world, "SuspendSubject {\"subjectId\":\"ada\"}");
    org_world_as(&world, "ada");
    org_world_rejected(&world, STATUS_PERMISSION_DENIED, "RegisterAsset {\"assetId\":\"b\"}");
    org_world_release(&world);
}
