/* Limits of texts and lists, for all commands alike. */
#include "core/domain/kernel/rules.h"

#include "core/base/limits.h"
#include "core/base/utf8.h"
#include "tests/lib/org_world.h"
#include "tests/lib/test.h"

/* `count` times the same text. */
static const char *rules_text(struct org_world *world, const char *unit, size_t count)
{
    size_t size = strlen(unit);
    char *text = arena_alloc(&world->arena, count * size + 1);
    assert_non_null(text);
    for (size_t i = 0; i < count; i++) {
        memcpy(text + i * size, unit, size);
    }
    text[count * size] = '\0';
    return text;
}

TEST(rules, names_have_at_most_256_bytes)
{
    struct org_world world;
    org_world_init_owned(&world);
    org_world_do(&world, "CreateGroup {\"groupId\":\"a\",\"name\":\"%s\"}",
                 rules_text(&world, "é", NAME_SIZE_MAX / 2));
    const char *reason = org_world_rejected(&world, STATUS_INVALID_ARGUMENT,
                                            "CreateGroup {\"groupId\":\"b\",\"name\":\"%s\"}",
                                            rules_text(&world, "n", NAME_SIZE_MAX + 1));
    assert_string_equal(reason, "expected name of at most 256 bytes, but it has 257");
    org_world_release(&world);
}

TEST(rules, texts_have_at_most_4096_bytes)
{
    struct org_world world;
    org_world_init_owned(&world);
    org_world_do(&world, "OpenJobSpace {\"jobSpaceId\":\"a\",\"description\":\"%s\"}",
                 rules_text(&world, "n", TEXT_SIZE_MAX));
    org_world_rejected(&world, STATUS_INVALID_ARGUMENT,
                       "OpenJobSpace {\"jobSpaceId\":\"b\",\"description\":\"%s\"}",
                       rules_text(&world, "n", TEXT_SIZE_MAX + 1));
    org_world_rejected(&world, STATUS_INVALID_ARGUMENT,
                       "DefineRoleType {\"roleType\":\"b\",\"responsibilities\":[\"%s\"]}",
                       rules_text(&world, "n", TEXT_SIZE_MAX + 1));
    org_world_release(&world);
}

TEST(rules, ids_have_at_most_128_bytes_wherever_they_stand)
{
    struct org_world world;
    org_world_init_owned(&world);
    const char *reason = org_world_rejected(&world, STATUS_INVALID_ARGUMENT,
                                            "CreateGroup {\"groupId\":\"g\",\"jobSpaceId\":\"%s\"}",
                                            rules_text(&world, "n", ID_SIZE_MAX + 1));
    assert_string_equal(reason, "expected job_space_id of at most 128 bytes, but it has 129");
    org_world_release(&world);
}

TEST(rules, data_has_at_most_16_kib)
{
    struct org_world world;
    org_world_init_owned(&world);
    org_world_do(&world, "OpenJobSpace {\"jobSpaceId\":\"a\",\"metadata\":{\"k\":\"%s\"}}",
                 rules_text(&world, "n", DATA_SIZE_MAX - 20));
    const char *reason =
        org_world_rejected(&world, STATUS_INVALID_ARGUMENT,
                           "OpenJobSpace {\"jobSpaceId\":\"b\",\"metadata\":{\"k\":\"%s\"}}",
                           rules_text(&world, "n", DATA_SIZE_MAX));
    assert_string_equal(reason, "expected metadata of at most 16384 bytes, but it has 16399");
    org_world_release(&world);
}

/* A list in a message in a command: the grantee's role types. */
TEST(rules, lists_have_at_most_256_items)
{
    struct org_world world;
    org_world_init_owned(&world);
    const char *items = rules_text(&world, "\"t\",", LIST_ITEMS_MAX);
    const char *reason = org_world_rejected(
        &world, STATUS_INVALID_ARGUMENT,
        "GrantPermission {\"grantId\":\"g\",\"permission\":\"*\",\"grantee\":{\"kind\":"
        "\"GRANTEE_KIND_GROUP\",\"id\":\"x\",\"roleTypes\":[%s\"t\"]}}",
        items);
    assert_string_equal(reason, "expected at most 256 items in role_types, but there are 257");
    org_world_release(&world);
}

TEST(rules, a_group_includes_at_most_256)
{
    struct org_world world;
    org_world_init_owned(&world);
    org_world_do(&world, "CreateGroup {\"groupId\":\"all\"}");
    for (int i = 0; i <= LIST_ITEMS_MAX; i++) {
        org_world_do(&world, "CreateGroup {\"groupId\":\"g%d\"}", i);
    }
    for (int i = 0; i < LIST_ITEMS_MAX; i++) {
        org_world_do(&world, "IncludeGroup {\"groupId\":\"all\",\"includedGroupId\":\"g%d\"}", i);
    }
    org_world_rejected(&world, STATUS_RESOURCE_EXHAUSTED,
                       "IncludeGroup {\"groupId\":\"all\",\"includedGroupId\":\"g%d\"}",
                       LIST_ITEMS_MAX);
    org_world_release(&world);
}

/* The wire guard refuses it before; whoever decides does not rely on that. */
TEST(rules, numbers_of_enums_have_names)
{
    struct org_world world;
    org_world_init_owned(&world);
    Agency__V1__RoleType type = AGENCY__V1__ROLE_TYPE__INIT;
    Agency__V1__DefineRoleType define = AGENCY__V1__DEFINE_ROLE_TYPE__INIT;
    Agency__V1__Command command = AGENCY__V1__COMMAND__INIT;
    type.role_type = (char *)"boss";
    type.assignment = (Agency__V1__AssignmentMode)17;
    define.role_type = &type;
    command.org_id = (char *)"acme";
    command.command_id = (char *)"c";
    command.payload_case = AGENCY__V1__COMMAND__PAYLOAD_DEFINE_ROLE_TYPE;
    command.define_role_type = &define;
    assert_ok(org_world_decide(&world, &command));
    assert_non_null(world.last.rejection);
    assert_string_equal(world.last.rejection->reason,
                        "expected assignment to be a number that has a name, but it is 17");
    org_world_release(&world);
}

TEST(rules, a_long_reason_is_cut_between_characters)
{
    struct org_world world;
    org_world_init_owned(&world);
    for (size_t shift = 0; shift < 3; shift++) {
        const char *reason = org_world_rejected(
            &world, STATUS_NOT_FOUND, "RetirePermission {\"permission\":\"%s%s\"}",
            rules_text(&world, "x", shift), rules_text(&world, "鳥", 1000));
        assert_true(utf8_valid(str_z(reason)));
        assert_true(strlen(reason) > 500);
    }
    org_world_release(&world);
}

TEST(rules, a_rule_reads_a_bounded_number_of_rows)
{
    struct org_world world;
    org_world_init_owned(&world);
    org_world_do(&world, "DefineRoleType {\"roleType\":\"pair\",\"holdersMax\":2}");
    org_world_do(&world, "CreateRole {\"roleId\":\"p\",\"roleType\":\"pair\"}");
    for (int i = 0; i <= RULES_SCAN_MAX; i++) {
        struct str text = arena_printf(&world.arena,
                                       "RoleAssigned {\"roleId\":\"p\",\"subjectId\":\"s%d\","
                                       "\"roleType\":\"pair\",\"expiresAt\":\"2020-01-01T00:00:00Z"
                                       "\"}",
                                       i);
        assert_ok(org_world_apply(&world, text.data));
    }
    org_world_rejected(&world, STATUS_RESOURCE_EXHAUSTED,
                       "AssignRole {\"roleId\":\"p\",\"subjectId\":\"root\"}");
    org_world_release(&world);
}
