#include "core/pb/json.h"

#include "google/protobuf/any.pb-c.h"
#include "google/protobuf/duration.pb-c.h"
#include "google/protobuf/struct.pb-c.h"
#include "google/protobuf/timestamp.pb-c.h"
#include "test/v1/everything.pb-c.h"
#include "tests/lib/test.h"

static void assert_writes(const ProtobufCMessage *message, struct pb_json_options options,
                          const char *expected)
{
    struct buf out = { 0 };
    assert_ok(pb_to_json(message, options, &out));
    buf_byte(&out, '\0');
    assert_string_equal(out.data, expected);
    buf_release(&out);
}

TEST(json_write, indentation_is_chosen)
{
    int32_t numbers[] = { 1, 2 };
    Test__V1__Inner inner = TEST__V1__INNER__INIT, outer = TEST__V1__INNER__INIT;
    outer.name = (char *)(uintptr_t) "x";
    outer.inner = &inner;
    outer.n_numbers = 2;
    outer.numbers = numbers;
    assert_writes(
        &outer.base, (struct pb_json_options){ .indent = 2 },
        "{\n  \"name\": \"x\",\n  \"inner\": {},\n  \"numbers\": [\n    1,\n    2\n  ]\n}");
    assert_writes(&outer.base, (struct pb_json_options){ 0 },
                  "{\"name\":\"x\",\"inner\":{},\"numbers\":[1,2]}");
}

TEST(json_write, defaults_are_shown_when_asked_for)
{
    Test__V1__Inner inner = TEST__V1__INNER__INIT;
    assert_writes(&inner.base, (struct pb_json_options){ .defaults = true },
                  "{\"name\":\"\",\"number\":0,\"numbers\":[]}");
}

TEST(json_write, an_unknown_number_of_an_enum_stays_a_number)
{
    Test__V1__Everything message = TEST__V1__EVERYTHING__INIT;
    message.colour = (Test__V1__Colour)77;
    assert_writes(&message.base, (struct pb_json_options){ 0 }, "{\"colour\":77}");
}

TEST(json_write, extremes_of_numbers_are_exact)
{
    Test__V1__Everything message = TEST__V1__EVERYTHING__INIT;
    message.int32_value = INT32_MIN;
    message.int64_value = INT64_MIN;
    message.double_value = -0.0;
    message.float_value = 16777216.0f;
    assert_writes(&message.base, (struct pb_json_options){ 0 },
                  "{\"int32Value\":-2147483648,\"int64Value\":\"-9223372036854775808\","
                  "\"floatValue\":16777216,\"doubleValue\":-0.0}");
}

TEST(json_write, a_value_of_no_kind_is_null)
{
    Google__Protobuf__Value value = GOOGLE__PROTOBUF__VALUE__INIT;
    assert_writes(&value.base, (struct pb_json_options){ 0 }, "null");
}

TEST(json_write, what_json_cannot_say_names_its_path)
{
    Test__V1__Everything message = TEST__V1__EVERYTHING__INIT;
    Google__Protobuf__Timestamp time = GOOGLE__PROTOBUF__TIMESTAMP__INIT;
    struct buf out = { 0 };
    time.seconds = INT64_MAX;
    message.timestamp = &time;
    buf_append(&out, STR("kept"));
    struct status st = pb_to_json(&message.base, (struct pb_json_options){ 0 }, &out);
    assert_int_equal(st.code, STATUS_INVALID_ARGUMENT);
    assert_string_equal(st.msg, "timestamp: expected a time in the years 1 to 9999");
    assert_true(str_eq(buf_str(&out), STR("kept")));
    buf_release(&out);
}

TEST(json_write, a_duration_has_one_sign)
{
    Google__Protobuf__Duration duration = GOOGLE__PROTOBUF__DURATION__INIT;
    Google__Protobuf__Any any = GOOGLE__PROTOBUF__ANY__INIT;
    struct buf out = { 0 };
    duration.seconds = 1;
    duration.nanos = -1;
    assert_code(STATUS_INVALID_ARGUMENT,
                pb_to_json(&duration.base, (struct pb_json_options){ 0 }, &out));
    assert_code(STATUS_UNIMPLEMENTED, pb_to_json(&any.base, (struct pb_json_options){ 0 }, &out));
    buf_release(&out);
}
