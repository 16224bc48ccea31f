/* The rows of each kind, written out: index | parts. */
#include "core/domain/kernel/index.h"

#include <stdio.h>

#include "core/base/buf.h"
#include "core/pb/json.h"
#include "tests/lib/test.h"

static struct status index_text(void *self, const struct index_row *row)
{
    struct buf *text = self;
    buf_printf(text, "%s", index_type(row->index)->name);
    for (size_t i = 0; i < row->parts_count; i++) {
        buf_printf(text, " | %.*s", STR_ARG(row->parts[i]));
    }
    buf_printf(text, "\n");
    return status_ok();
}

/* Fails unless an entity (JSON) has exactly these rows. */
static void index_has(enum entity_kind kind, const char *json, const char *rows)
{
    struct arena arena;
    struct buf text = { 0 };
    ProtobufCMessage *entity;
    arena_init(&arena, 1 << 20);
    assert_ok(
        pb_from_json(&arena, registry_entity((unsigned)kind)->descriptor, str_z(json), &entity));
    assert_ok(index_rows(kind, entity, &(struct index_sink){ index_text, &text, &arena }));
    buf_byte(&text, '\0');
    assert_string_equal(text.data, rows);
    buf_release(&text);
    arena_release(&arena);
}

#define ACTIVE "\"status\":\"ENTITY_STATUS_ACTIVE\""

TEST(index, a_subject_is_found_by_name_and_parents)
{
    index_has(ENTITY_SUBJECT,
              "{\"subjectId\":\"s\",\"name\":\"Ada\",\"parentSubjectIds\":[\"a\",\"b\"]," ACTIVE
              "}",
              "NAME | 3 | Ada\nSUBJECT_BY_PARENT | a\nSUBJECT_BY_PARENT | b\n");
}

TEST(index, what_outside_systems_call_it_finds_an_entity)
{
    index_has(ENTITY_ASSET,
              "{\"assetId\":\"a\",\"externalIds\":[{\"system\":\"github\",\"value\":\"o/r\"},{"
              "\"system\":\"cmdb\",\"value\":\"7\"}]," ACTIVE "}",
              "EXTERNAL_ID | 6 | github |  | o/r\nEXTERNAL_ID | 6 | cmdb |  | 7\n");
    index_has(ENTITY_ORG,
              "{\"orgId\":\"o\",\"externalIds\":[{\"system\":\"lei\",\"value\":\"x\"}]," ACTIVE "}",
              "EXTERNAL_ID | 1 | lei |  | x\n");
    index_has(ENTITY_GROUP,
              "{\"groupId\":\"g\",\"externalIds\":[{\"system\":\"ldap\",\"value\":\"x\"}],"
              "\"status\":\"ENTITY_STATUS_REMOVED\"}",
              "");
}

TEST(index, a_personal_external_id_is_found_by_each_of_its_hashes)
{
    index_has(ENTITY_SUBJECT,
              "{\"subjectId\":\"s\",\"externalIds\":[{\"system\":\"scim\",\"personal\":true,"
              "\"hashes\":[{\"keyId\":\"k2\",\"hmac\":\"aa\"},{\"keyId\":\"k1\",\"hmac\":\"bb\"}]}]"
              "," ACTIVE "}",
              "EXTERNAL_ID | 3 | scim | k2 | aa\nEXTERNAL_ID | 3 | scim | k1 | bb\n");
}

TEST(index, an_empty_name_and_no_parent_have_no_rows)
{
    index_has(ENTITY_GROUP, "{\"groupId\":\"g\"," ACTIVE "}", "");
}

TEST(index, what_has_ended_or_is_removed_has_no_rows)
{
    index_has(ENTITY_SUBJECT,
              "{\"subjectId\":\"s\",\"name\":\"Ada\",\"status\":\"ENTITY_STATUS_REMOVED\"}", "");
    index_has(ENTITY_ASSIGNMENT,
              "{\"roleId\":\"r\",\"subjectId\":\"s\",\"status\":\"ENTITY_STATUS_ENDED\"}", "");
}

TEST(index, what_is_archived_closed_retired_or_suspended_keeps_its_rows)
{
    index_has(ENTITY_GROUP,
              "{\"groupId\":\"g\",\"name\":\"G\",\"status\":\"ENTITY_STATUS_ARCHIVED\"}",
              "NAME | 5 | G\n");
    index_has(ENTITY_JOB_SPACE,
              "{\"jobSpaceId\":\"j\",\"name\":\"J\",\"status\":\"ENTITY_STATUS_CLOSED\"}",
              "NAME | 7 | J\n");
    index_has(ENTITY_PERMISSION,
              "{\"permission\":\"p\",\"impliedBy\":[\"q\"],\"status\":\"ENTITY_STATUS_RETIRED\"}",
              "PERMISSION_BY_IMPLYING | q\n");
    index_has(ENTITY_SUBJECT,
              "{\"subjectId\":\"s\",\"name\":\"S\",\"status\":\"ENTITY_STATUS_SUSPENDED\"}",
              "NAME | 3 | S\n");
}

TEST(index, a_credential_is_found_by_identity_and_subject)
{
    index_has(ENTITY_CREDENTIAL,
              "{\"credentialId\":\"c\",\"kind\":\"CREDENTIAL_KIND_JWT\",\"identityHash\":\"ff\","
              "\"subjectId\":\"s\"," ACTIVE "}",
              "CREDENTIAL_BY_IDENTITY | 2 | ff\nCREDENTIAL_BY_SUBJECT | s\n");
}

TEST(index, a_group_is_found_by_its_relations)
{
    index_has(ENTITY_GROUP,
              "{\"groupId\":\"g\",\"parentGroupId\":\"p\",\"jobSpaceId\":\"j\","
              "\"includedGroupIds\":[\"x\",\"y\"]," ACTIVE "}",
              "GROUP_BY_PARENT | p\nGROUP_BY_INCLUDED | x\nGROUP_BY_INCLUDED | y\n"
              "GROUP_BY_JOB_SPACE | j\n");
}

TEST(index, an_asset_is_found_by_parent_and_type)
{
    index_has(ENTITY_ASSET,
              "{\"assetId\":\"a\",\"type\":\"repo\",\"parentAssetId\":\"p\",\"name\":\"A\"," ACTIVE
              "}",
              "NAME | 6 | A\nASSET_BY_PARENT | p\nASSET_BY_TYPE | repo\n");
}

TEST(index, a_seat_is_found_by_type_group_and_job_space)
{
    index_has(ENTITY_ROLE,
              "{\"roleId\":\"r\",\"roleType\":\"t\",\"groupIds\":[\"g\",\"h\"],\"jobSpaceId\":"
              "\"j\",\"name\":\"R\"," ACTIVE "}",
              "NAME | 10 | R\nROLE_BY_GROUP | g\nROLE_BY_GROUP | h\nROLE_BY_TYPE | t\n"
              "ROLE_BY_JOB_SPACE | j\n");
}

/* An expired one, too: time alone changes no state. */
TEST(index, an_assignment_is_found_by_both_sides_and_by_what_it_copies)
{
    index_has(ENTITY_ASSIGNMENT,
              "{\"roleId\":\"r\",\"subjectId\":\"s\",\"roleType\":\"t\",\"groupIds\":[\"g\"],"
              "\"expiresAt\":\"2020-01-01T00:00:00Z\"," ACTIVE "}",
              "ASSIGNMENT_BY_ROLE | r\nASSIGNMENT_BY_SUBJECT | s | t |  | 7ffa64f73e05bfff\n"
              "ASSIGNMENT_BY_MEMBER | s | t | g | 7ffa64f73e05bfff\n"
              "ASSIGNMENT_BY_MEMBER | s |  | g | 7ffa64f73e05bfff\n"
              "ASSIGNMENT_BY_GROUP | g | t\n"
              "ASSIGNMENT_BY_TYPE | t | \n");
}

/* Alumni are in their groups as what they are only. */
TEST(index, a_holder_without_membership_is_no_member)
{
    index_has(ENTITY_ASSIGNMENT,
              "{\"roleId\":\"r\",\"subjectId\":\"s\",\"roleType\":\"t\",\"groupIds\":[\"g\",\"h\"],"
              "\"jobSpaceId\":\"j\",\"noMembership\":true," ACTIVE "}",
              "ASSIGNMENT_BY_ROLE | r\nASSIGNMENT_BY_SUBJECT | s | t | j | \n"
              "ASSIGNMENT_BY_MEMBER | s | t | g | \n"
              "ASSIGNMENT_BY_MEMBER | s | t | h | \n"
              "ASSIGNMENT_BY_GROUP | g | t\nASSIGNMENT_BY_GROUP | h | t\n"
              "ASSIGNMENT_BY_TYPE | t | j\n");
}

TEST(index, what_lasts_longer_comes_first)
{
    static const int64_t seconds[] = { 4000000000, 1, 0, -1, -4000000000 };
    char before[INDEX_MADE_MAX], room[INDEX_MADE_MAX];
    struct str last = index_end(NULL, before);
    assert_int_equal(index_end_time(last), INT64_MAX);
    for (size_t i = 0; i < sizeof seconds / sizeof seconds[0]; i++) {
        Google__Protobuf__Timestamp time = GOOGLE__PROTOBUF__TIMESTAMP__INIT;
        time.seconds = seconds[i];
        struct str end = index_end(&time, room);
        assert_true(str_cmp(last, end) < 0);
        assert_int_equal(index_end_time(end), seconds[i] * 1000000);
        memcpy(before, room, sizeof before);
        last = str_make(before, end.size);
    }
}

#define GRANT(role_types)                                                                   \
    "{\"grantId\":\"x\",\"permission\":\"p\",\"grantee\":{\"kind\":\"GRANTEE_KIND_GROUP\"," \
    "\"id\":\"g\",\"roleTypes\":" role_types "},\"on\":{\"kind\":\"OBJECT_KIND_ORG\"}," ACTIVE "}"

/* The content's hash is part of stored keys: for ever. */
TEST(index, a_grant_is_found_by_grantee_object_and_content)
{
    index_has(ENTITY_GRANT, GRANT("[]"),
              "GRANT_BY_GRANTEE | 3 | g\nGRANT_BY_OBJECT | 1 |  | p | 3 | g |  | \n"
              "GRANT_BY_CONTENT | "
              "8816debc795c5f03e1cd6be958e3ed1d0cff07492b28b5fe25f59fe4c9503b35\n");
    index_has(ENTITY_GRANT, GRANT("[\"a\",\"b\"]"),
              "GRANT_BY_GRANTEE | 3 | g\nGRANT_BY_OBJECT | 1 |  | p | 3 | g |  | r\n"
              "GRANT_BY_CONTENT | "
              "f98b4e8418ef197b7188a783219056ad9bd1519c5a985bfeecc5e3d087dc81c8\n");
}

TEST(index, a_value_of_config_is_found_by_its_entity)
{
    index_has(ENTITY_CONFIG,
              "{\"kind\":\"ENTITY_KIND_GROUP\",\"entityId\":\"g\",\"key\":\"k\"," ACTIVE "}",
              "CONFIG_BY_ENTITY | 5 | g\n");
}

TEST(index, a_capability_is_found_by_subject_and_by_what_it_is)
{
    index_has(ENTITY_CAPABILITY, "{\"subjectId\":\"s\",\"capability\":\"rust\"," ACTIVE "}",
              "CAPABILITY_BY_SUBJECT | s\nCAPABILITY_BY_NAME | rust\n");
}

TEST(index, a_goal_is_found_by_parent_and_owner)
{
    index_has(ENTITY_GOAL,
              "{\"goalId\":\"g\",\"parentGoalId\":\"p\",\"ownerSubjectId\":\"s\"," ACTIVE "}",
              "GOAL_BY_PARENT | p\nGOAL_BY_OWNER | s\n");
}

TEST(index, a_role_type_is_found_by_its_permissions)
{
    index_has(ENTITY_ROLE_TYPE, "{\"roleType\":\"t\",\"permissions\":[\"p\",\"*\"]," ACTIVE "}",
              "ROLE_TYPE_BY_PERMISSION | p\nROLE_TYPE_BY_PERMISSION | *\n");
}

TEST(index, orgs_are_found_by_id_only)
{
    index_has(ENTITY_ORG, "{\"orgId\":\"o\",\"name\":\"O\",\"parentOrgId\":\"p\"," ACTIVE "}", "");
    index_has(ENTITY_ORG_CHILD, "{\"childOrgId\":\"o\"," ACTIVE "}", "");
}

/* Kinds that share a text would share their names and grants. */
TEST(index, each_kind_has_a_text_of_its_own)
{
    for (unsigned kind = 0; kind < ENTITY_KINDS_MAX; kind++) {
        char text[8];
        snprintf(text, sizeof text, "%u", kind);
        assert_true(str_eq(index_kind(kind), str_z(text)));
    }
    assert_true(str_eq(index_kind(ENTITY_KINDS_MAX), STR("?")));
}

TEST(index, a_set_holds_every_number)
{
    struct index_set set = { 0 };
    for (unsigned number = 0; number < INDEX_NUMBERS_MAX; number++) {
        assert_false(index_set_has(&set, (uint8_t)number));
        index_set_add(&set, (uint8_t)number);
        assert_true(index_set_has(&set, (uint8_t)number));
    }
}
