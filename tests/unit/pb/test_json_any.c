/* google.protobuf.Any in JSON. */
#include "core/pb/json.h"

#include "google/protobuf/any.pb-c.h"
#include "google/protobuf/duration.pb-c.h"
#include "google/protobuf/empty.pb-c.h"
#include "test/v1/everything.pb-c.h"
#include "tests/lib/test.h"

static struct arena arena;
static struct pb_types types;

static void begin(void)
{
    arena_init(&arena, 1 << 20);
    types = (struct pb_types){ 0 };
    pb_types_add(&types, &google__protobuf__duration__descriptor);
    pb_types_add(&types, &google__protobuf__empty__descriptor);
    pb_types_add(&types, &test__v1__everything__descriptor);
}

static void end(void)
{
    pb_types_release(&types);
    arena_release(&arena);
}

static struct status read_any(const char *text, Google__Protobuf__Any **any)
{
    return pb_from_json_with(&arena, &types, &google__protobuf__any__descriptor, str_z(text), any);
}

/* The text is written as it was read. */
static void assert_same(const char *text)
{
    Google__Protobuf__Any *any;
    struct buf out = { 0 };
    assert_ok(read_any(text, &any));
    assert_ok(pb_to_json(&any->base, (struct pb_json_options){ .types = &types }, &out));
    buf_byte(&out, '\0');
    assert_string_equal(out.data, text);
    buf_release(&out);
}

TEST(json_any, a_message_has_its_type_beside_its_fields)
{
    begin();
    assert_same("{}");
    assert_same("{\"@type\":\"type.googleapis.com/test.v1.Everything\"}");
    assert_same(
        "{\"@type\":\"type.googleapis.com/google.protobuf.Duration\",\"value\":\"1.500s\"}");
    assert_same("{\"@type\":\"type.googleapis.com/google.protobuf.Empty\",\"value\":{}}");
    end();
}

TEST(json_any, the_type_may_stand_anywhere)
{
    Google__Protobuf__Any *any;
    begin();
    assert_ok(read_any("{\"value\":\"2s\",\"@type\":\"x/google.protobuf.Duration\"}", &any));
    assert_string_equal(any->type_url, "x/google.protobuf.Duration");
    assert_int_equal(any->value.len, 2);
    end();
}

TEST(json_any, what_is_wrong_is_refused)
{
    static const char *const wrong[] = {
        "{\"value\":\"2s\"}",
        "{\"@type\":\"x/no.such.Type\"}",
        "{\"@type\":\"google.protobuf.Duration\",\"value\":\"2s\"}",
        "{\"@type\":\"x/google.protobuf.Duration\"}",
        "{\"@type\":\"x/google.protobuf.Duration\",\"value\":\"2s\",\"more\":1}",
        "{\"@type\":\"x/google.protobuf.Duration\",\"value\":\"2s\",\"value\":\"2s\"}",
        "{\"@type\":\"x/test.v1.Everything\",\"@type\":\"x/test.v1.Everything\"}",
        "{\"@type\":\"x/test.v1.Everything\",\"noSuchField\":1}",
        "[]",
    };
    Google__Protobuf__Any *any;
    begin();
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_code(STATUS_INVALID_ARGUMENT, read_any(wrong[i], &any));
    }
    end();
}

TEST(json_any, a_type_brings_those_of_its_fields)
{
    begin();
    assert_non_null(pb_types_find(&types, STR("google.protobuf.Timestamp")));
    assert_non_null(pb_types_find(&types, STR("a.b/test.v1.Everything")));
    assert_null(pb_types_find(&types, STR("test.v1.Nothing")));
    assert_null(pb_types_find(NULL, STR("test.v1.Everything")));
    end();
}
