#include "core/pb/json.h"

#include "agency/v1/command.pb-c.h"
#include "core/domain/registry/registry.h"
#include "tests/lib/test.h"

static struct status body_read(struct arena *arena, const ProtobufCMessageDescriptor *descriptor,
                               const char *text, void *message)
{
    return pb_from_json_body(arena, descriptor, registry_carried(descriptor), str_z(text), message);
}

static void body_is(const ProtobufCMessageDescriptor *descriptor, const char *text,
                    const char *expected)
{
    struct arena arena;
    struct buf json = { 0 };
    ProtobufCMessage *message;
    arena_init(&arena, 1 << 16);
    assert_ok(body_read(&arena, descriptor, text, &message));
    assert_ok(pb_to_json(message, (struct pb_json_options){ 0 }, &json));
    buf_byte(&json, '\0');
    assert_string_equal(json.data, expected);
    buf_release(&json);
    arena_release(&arena);
}

static void body_fails(const ProtobufCMessageDescriptor *descriptor, const char *text,
                       const char *expected)
{
    struct arena arena;
    ProtobufCMessage *message;
    arena_init(&arena, 1 << 16);
    struct status st = body_read(&arena, descriptor, text, &message);
    assert_code(STATUS_INVALID_ARGUMENT, st);
    assert_string_equal(st.msg, expected);
    arena_release(&arena);
}

TEST(json_body, fields_of_the_entity_and_others_stand_at_one_level)
{
    body_is(&agency__v1__create_role__descriptor,
            " { \"roleId\" : \"r\" , \"holderSubjectIds\":[\"a\",\"b\"] , \"name\":\"R, }\"}",
            "{\"role\":{\"roleId\":\"r\",\"name\":\"R, }\"},\"holderSubjectIds\":[\"a\",\"b\"]}");
    body_is(&agency__v1__update_role__descriptor, "{\"updateMask\":\"name\",\"role_id\":\"r\"}",
            "{\"role\":{\"roleId\":\"r\"},\"updateMask\":\"name\"}");
}

TEST(json_body, an_empty_one_is_an_entity_without_anything)
{
    body_is(&agency__v1__create_role__descriptor, "{}", "{\"role\":{}}");
    body_is(&agency__v1__create_role__descriptor, "{\"holderSubjectIds\":[\"a\"]}",
            "{\"role\":{},\"holderSubjectIds\":[\"a\"]}");
}

/* RoleType has a field of the name that DefineRoleType carries it under. */
TEST(json_body, the_entitys_own_field_is_meant_where_the_names_are_the_same)
{
    body_is(&agency__v1__define_role_type__descriptor, "{\"roleType\":\"lead\"}",
            "{\"roleType\":{\"roleType\":\"lead\"}}");
}

TEST(json_body, what_carries_nothing_is_read_as_ever)
{
    body_is(&agency__v1__delete_role__descriptor, "{\"roleId\":\"r\"}", "{\"roleId\":\"r\"}");
}

TEST(json_body, what_is_wrong_is_named)
{
    const ProtobufCMessageDescriptor *create = &agency__v1__create_role__descriptor;
    body_fails(create, "{\"role\":{\"roleId\":\"r\"}}",
               "expected a field of agency.v1.Role, but there is no 'role'");
    body_fails(create, "{\"roleId\":\"r\",\"roleId\":\"s\"}",
               "roleId: expected each name once, but this one is there again");
    body_fails(create, "{\"roleId\":1}", "roleId: expected a string, but it is '1'");
    body_fails(create, "{\"holderSubjectIds\":\"a\"}",
               "holderSubjectIds: expected a list, but it is '\"a\"'");
    body_fails(create, "[]", "expected an object, but it is '['");
    body_fails(create, "{\"roleId\":\"r\"", "line 1, column 14: expected ',' or '}', but it ends");
    body_fails(create, "{\"roleId\":\"r\"} x",
               "line 1, column 16: expected the end of the text, but it is 'x'");
}
