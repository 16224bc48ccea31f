/* What proto3 JSON takes, and what it refuses with which words. Tables say: what is read, and what
 * it is when written again. */
#include "core/pb/json.h"

#include "test/v1/everything.pb-c.h"
#include "tests/lib/test.h"

struct reading {
    const char *json;
    const char *expected; /* written again, or the message of the failure */
};

static struct status again(struct str json, struct buf *out)
{
    struct arena arena;
    Test__V1__Everything *message;
    arena_init(&arena, 1 << 20);
    struct status st = pb_from_json(&arena, &test__v1__everything__descriptor, json, &message);
    if (st.code == STATUS_OK) {
        st = pb_to_json(&message->base, (struct pb_json_options){ 0 }, out);
    }
    arena_release(&arena);
    return st;
}

static void assert_reads(const struct reading *table, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct buf out = { 0 };
        struct status st = again(str_z(table[i].json), &out);
        if (st.code != STATUS_OK || !str_eq(buf_str(&out), str_z(table[i].expected))) {
            fail_msg("%s: expected %s, but it is %s%.*s", table[i].json, table[i].expected, st.msg,
                     STR_ARG(buf_str(&out)));
        }
        buf_release(&out);
    }
}

static void assert_refuses(const struct reading *table, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct buf out = { 0 };
        struct status st = again(str_z(table[i].json), &out);
        if (st.code != STATUS_INVALID_ARGUMENT || strcmp(st.msg, table[i].expected) != 0) {
            fail_msg("%s: expected '%s', but it is '%s' %.*s", table[i].json, table[i].expected,
                     st.msg, STR_ARG(buf_str(&out)));
        }
        buf_release(&out);
    }
}

#define READS(...)                                             \
    do {                                                       \
        static const struct reading table[] = { __VA_ARGS__ }; \
        assert_reads(table, sizeof table / sizeof table[0]);   \
    } while (0)
#define REFUSES(...)                                           \
    do {                                                       \
        static const struct reading table[] = { __VA_ARGS__ }; \
        assert_refuses(table, sizeof table / sizeof table[0]); \
    } while (0)

TEST(json_read, names_are_those_of_the_schema_or_of_json)
{
    READS({ "{}", "{}" }, { " { \"int32_value\" : 1 } ", "{\"int32Value\":1}" },
          { "{\"int32Value\":1}", "{\"int32Value\":1}" }, { "{\"field_1\":1}", "{\"field1\":1}" },
          { "{\"field1\":1}", "{\"field1\":1}" }, { "{\"OddName\":1}", "{\"OddName\":1}" });
}

TEST(json_read, whole_numbers_are_exact)
{
    READS(
        { "{\"int64Value\":\"-9223372036854775808\"}",
          "{\"int64Value\":\"-9223372036854775808\"}" },
        { "{\"int64Value\":9007199254740993}", "{\"int64Value\":\"9007199254740993\"}" },
        { "{\"int64Value\":9007199254740993.0}", "{\"int64Value\":\"9007199254740993\"}" },
        { "{\"uint64Value\":18446744073709551615}", "{\"uint64Value\":\"18446744073709551615\"}" },
        { "{\"int32Value\":\"12\"}", "{\"int32Value\":12}" },
        { "{\"int32Value\":1.50e1}", "{\"int32Value\":15}" },
        { "{\"int32Value\":1E3}", "{\"int32Value\":1000}" },
        { "{\"int32Value\":100e-2}", "{\"int32Value\":1}" }, { "{\"int32Value\":-0}", "{}" },
        { "{\"int32Value\":0e9999}", "{}" },
        { "{\"uint32Value\":4294967295}", "{\"uint32Value\":4294967295}" });
}

TEST(json_read, numbers_out_of_range_are_refused)
{
    REFUSES({ "{\"int32Value\":2147483648}",
              "int32Value: expected a whole number of 32 bits, but it is '2147483648'" },
            { "{\"int32Value\":1.5}",
              "int32Value: expected a whole number of 32 bits, but it is '1.5'" },
            { "{\"int32Value\":\"1 \"}",
              "int32Value: expected a whole number of 32 bits, but it is '\"1 \"'" },
            { "{\"int32Value\":1e99999999999}",
              "int32Value: expected a whole number of 32 bits, but it is '1e99999999999'" },
            { "{\"int64Value\":9223372036854775808}",
              "int64Value: expected a whole number of 64 bits, but it is '9223372036854775808'" },
            { "{\"uint32Value\":-1}",
              "uint32Value: expected a whole number from 0 to 4294967295, but it is '-1'" },
            { "{\"uint64Value\":18446744073709551616}",
              "uint64Value: expected a whole number from 0 to 18446744073709551615, but it is "
              "'18446744073709551616'" },
            { "{\"doubleValue\":1e400}",
              "doubleValue: expected a number that fits into a double, but it is '1e400'" },
            { "{\"floatValue\":1e39}",
              "floatValue: expected a number that fits into a float, but it is '1e39'" });
}

TEST(json_read, doubles_keep_their_shortest_form)
{
    READS(
        { "{\"doubleValue\":0.1}", "{\"doubleValue\":0.1}" },
        { "{\"doubleValue\":1e-7}", "{\"doubleValue\":1e-07}" },
        { "{\"doubleValue\":1.7976931348623157e308}", "{\"doubleValue\":1.7976931348623157e+308}" },
        { "{\"doubleValue\":\"NaN\"}", "{\"doubleValue\":\"NaN\"}" },
        { "{\"doubleValue\":\"-Infinity\"}", "{\"doubleValue\":\"-Infinity\"}" },
        { "{\"doubleValue\":\"1.5\"}", "{\"doubleValue\":1.5}" },
        { "{\"doubleValue\":-3}", "{\"doubleValue\":-3}" },
        { "{\"floatValue\":0.1}", "{\"floatValue\":0.1}" });
}

TEST(json_read, text_is_decoded)
{
    READS({ "{\"stringValue\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\\ud83d\\ude00\"}",
            "{\"stringValue\":\"\\\"\\\\/\\b\\f\\n\\r\\t\u00e4\U0001F600\"}" },
          { "{\"stringValue\":\"a\\u0001\\u007f\"}", "{\"stringValue\":\"a\\u0001\x7f\"}" },
          { "{\"bytesValue\":\"-_8\"}", "{\"bytesValue\":\"+/8=\"}" },
          { "{\"bytesValue\":\"\"}", "{}" });
}

TEST(json_read, what_is_no_text_is_refused)
{
    REFUSES(
        { "{\"stringValue\":\"\\ud800\"}", "line 1, column 17: expected both halves of a "
                                           "surrogate pair, but it is '\\ud800\"'" },
        { "{\"stringValue\":\"\\u12g4\"}", "line 1, column 17: expected four hexadecimal "
                                           "digits after \\u, but it is '\\u12g4\"'" },
        { "{\"stringValue\":\"\\x\"}",
          "line 1, column 17: expected one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u after a "
          "backslash, but it is '\\x\"'" },
        { "{\"stringValue\":\"a\\u0000\"}",
          "stringValue: expected text without NUL, but it is '\"a\\u0000\"'" },
        { "{\"stringValue\":\"\xc3\x28\"}",
          "line 1, column 16: expected UTF-8 text, but it is '\"'" },
        { "{\"stringValue\":\"a\x01\"}", "line 1, column 18: expected control characters to be "
                                         "escaped, but it is '\x01\"'" },
        { "{\"stringValue\":\"a", "line 1, column 18: expected '\"' at the end of a string, "
                                  "but it ends" },
        { "{\"bytesValue\":\"a\"}", "bytesValue: expected bytes in base64, but it is '\"a\"'" });
}

TEST(json_read, enums_have_names_or_numbers)
{
    READS({ "{\"colour\":\"COLOUR_RED\"}", "{\"colour\":\"COLOUR_RED\"}" },
          { "{\"colour\":\"BLUE\"}", "{\"colour\":\"COLOUR_BLUE\"}" },
          { "{\"colour\":5}", "{\"colour\":\"COLOUR_BLUE\"}" },
          { "{\"colour\":-1}", "{\"colour\":\"COLOUR_NEGATIVE\"}" },
          { "{\"colourList\":[1,\"COLOUR_BLUE\"]}",
            "{\"colourList\":[\"COLOUR_RED\",\"COLOUR_BLUE\"]}" });
    REFUSES(
        { "{\"colour\":\"ED\"}", "colour: expected a name of test.v1.Colour (COLOUR_NEGATIVE, "
                                 "COLOUR_RED, COLOUR_BLUE), but it is '\"ED\"'" },
        { "{\"colour\":7}", "colour: expected a name of test.v1.Colour (COLOUR_NEGATIVE, "
                            "COLOUR_RED, COLOUR_BLUE), but it is '7'" },
        { "{\"colour\":1.5}", "colour: expected a name of test.v1.Colour (COLOUR_NEGATIVE, "
                              "COLOUR_RED, COLOUR_BLUE), but it is '1.5'" },
        { "{\"choiceNull\":1}",
          "choiceNull: expected a name of google.protobuf.NullValue (NULL_VALUE), but it is '1'" },
        { "{\"colour\":true}", "colour: expected a name of test.v1.Colour (COLOUR_NEGATIVE, "
                               "COLOUR_RED, COLOUR_BLUE), but it is 'true'" },
        { "{\"colourList\":[null]}",
          "colourList[0]: expected a name of test.v1.Colour (COLOUR_NEGATIVE, COLOUR_RED, "
          "COLOUR_BLUE), but it is 'null'" });
}

TEST(json_read, null_is_the_default)
{
    READS({ "{\"int32Value\":null,\"inner\":null,\"int32List\":null,\"timestamp\":null}", "{}" },
          { "{\"choiceNull\":null}", "{\"choiceNull\":null}" },
          { "{\"value\":null}", "{\"value\":null}" },
          { "{\"choiceInt32\":null,\"choiceString\":\"\"}", "{\"choiceString\":\"\"}" });
    REFUSES({ "{\"int32List\":[null]}",
              "int32List[0]: expected a whole number of 32 bits, but it is 'null'" },
            { "{\"innerList\":[null]}", "innerList[0]: expected an object, but it is 'null'" });
}

TEST(json_read, wrong_types_name_their_path)
{
    REFUSES(
        { "{\"inner\":{\"inner\":{\"name\":1}}}",
          "inner.inner.name: expected a string, but it is '1'" },
        { "{\"innerList\":[{},{\"numbers\":[1,\"x\"]}]}",
          "innerList[1].numbers[1]: expected a whole number of 32 bits, but it is '\"x\"'" },
        { "{\"boolValue\":\"true\"}", "boolValue: expected true or false, but it is '\"true\"'" },
        { "{\"inner\":[]}", "inner: expected an object, but it is '['" },
        { "{\"innerList\":{}}", "innerList: expected a list, but it is '{'" },
        { "[]", "expected an object, but it is '['" }, { "", "expected an object" },
        { "{\"stringValue\":tru}", "stringValue: expected a string, but it is 'tru'" });
}

TEST(json_read, unknown_and_doubled_names_are_refused)
{
    REFUSES({ "{\"colur\":1}", "expected a field of test.v1.Everything, but there is no 'colur', "
                               "did you mean 'colour'" },
            { "{\"inner\":{\"zzz\":1}}",
              "inner: expected a field of test.v1.Inner, but there is no 'zzz'" },
            { "{\"int32_value\":1,\"int32Value\":2}",
              "int32Value: expected each name once, but this one is there again" },
            { "{\"choiceInt32\":1,\"choiceBool\":true}",
              "choiceBool: expected one of several fields, but another one is there, too" },
            { "{\"struct\":{\"a\":1,\"a\":2}}", "struct: expected each name once" });
}

TEST(json_read, the_grammar_is_strict)
{
    REFUSES({ "{\"int32Value\":1,}", "line 1, column 17: expected a name in double quotes, but it "
                                     "is '}'" },
            { "{\"int32List\":[1,]}",
              "int32List[1]: expected a whole number of 32 bits, but it is ']'" },
            { "{\"int32Value\" 1}", "line 1, column 15: expected ':' after a name, but it is '1'" },
            { "{\n  \"int32Value\": 1\n  \"inner\": {}\n}",
              "line 3, column 3: expected ',' or '}', but it is '\"inner\"'" },
            { "{\"int32List\":[1 2]}", "line 1, column 17: expected ',' or ']', but it is '2'" },
            { "{} x", "line 1, column 4: expected the end of the text, but it is 'x'" },
            { "{\"int32Value\":01}", "line 1, column 15: expected a number, but it is '01'" },
            { "{\"int32Value\":1.}", "line 1, column 15: expected a number, but it is '1.'" },
            { "{", "line 1, column 2: expected a name in double quotes, but it ends" },
            { "{\"boolValue\":truex}", "line 1, column 18: expected ',' or '}', but it is 'x'" });
}

TEST(json_read, well_known_types_have_their_own_forms)
{
    READS({ "{\"timestamp\":\"2020-06-01T14:30:00.5+02:00\"}",
            "{\"timestamp\":\"2020-06-01T12:30:00.500Z\"}" },
          { "{\"duration\":\"-1.5s\"}", "{\"duration\":\"-1.500s\"}" },
          { "{\"duration\":\"-0.000000001s\"}", "{\"duration\":\"-0.000000001s\"}" },
          { "{\"duration\":\"315576000000s\"}", "{\"duration\":\"315576000000s\"}" },
          { "{\"fieldMask\":\"name,roleType.x1\"}", "{\"fieldMask\":\"name,roleType.x1\"}" },
          { "{\"fieldMask\":\"\"}", "{\"fieldMask\":\"\"}" },
          { "{\"boolWrapper\":false,\"int64Wrapper\":\"7\"}",
            "{\"boolWrapper\":false,\"int64Wrapper\":\"7\"}" },
          { "{\"stringWrapper\":\"x\",\"bytesWrapper\":\"eA==\",\"doubleWrapper\":0.5}",
            "{\"stringWrapper\":\"x\",\"bytesWrapper\":\"eA==\",\"doubleWrapper\":0.5}" },
          { "{\"timestampList\":[\"1970-01-01T00:00:00Z\"]}",
            "{\"timestampList\":[\"1970-01-01T00:00:00Z\"]}" },
          { "{\"valueList\":[null,1]}", "{\"valueList\":[null,1]}" });
}

TEST(json_read, a_struct_is_sorted_and_any_json)
{
    READS({ "{\"struct\":{\"b\":[1,\"x\",null,true,{}],\"a\":{\"c\":-1.5,\"\":[]}}}",
            "{\"struct\":{\"a\":{\"\":[],\"c\":-1.5},\"b\":[1,\"x\",null,true,{}]}}" },
          { "{\"listValue\":[[],[[]]]}", "{\"listValue\":[[],[[]]]}" },
          { "{\"value\":\"x\"}", "{\"value\":\"x\"}" });
    REFUSES({ "{\"struct\":{\"a\":[1,{\"b\":x}]}}",
              "struct.a[1].b: expected a JSON value, but it is 'x'" },
            { "{\"struct\":[]}", "struct: expected an object, but it is '['" },
            { "{\"struct\":{\"a\\u0000\":1}}", "struct: expected names without NUL" },
            { "{\"timestamp\":\"2020-06-01\"}",
              "timestamp: expected a time like \"2020-06-01T12:30:00Z\", but it is "
              "'\"2020-06-01\"'" },
            { "{\"duration\":\"1\"}",
              "duration: expected a duration like \"1.5s\", but it is '\"1\"'" },
            { "{\"duration\":\"315576000001s\"}",
              "duration: expected a duration like \"1.5s\", but it is '\"315576000001s\"'" },
            { "{\"fieldMask\":\"a_b\"}",
              "fieldMask: expected paths like \"name,roleType\", but it is '\"a_b\"'" },
            { "{\"fieldMask\":\"a,,b\"}",
              "fieldMask: expected paths like \"name,roleType\", but it is '\"a,,b\"'" });
}

static struct status read_nested(const char *open, const char *close, int levels)
{
    struct buf json = { 0 }, out = { 0 };
    buf_append(&json, STR("{\"value\":"));
    for (int i = 0; i < levels; i++) {
        buf_append(&json, str_z(open));
    }
    buf_append(&json, STR("1"));
    for (int i = 0; i < levels; i++) {
        buf_append(&json, str_z(close));
    }
    buf_append(&json, STR("}"));
    struct status st = again(buf_str(&json), &out);
    buf_release(&json);
    buf_release(&out);
    return st;
}

TEST(json_read, levels_are_counted)
{
    assert_ok(read_nested("[", "]", 31));
    assert_code(STATUS_INVALID_ARGUMENT, read_nested("[", "]", 32));
    assert_ok(read_nested("{\"a\":", "}", 20));
    assert_code(STATUS_INVALID_ARGUMENT, read_nested("{\"a\":", "}", 21));
    assert_code(STATUS_INVALID_ARGUMENT, read_nested("[", "]", 100000));
}

TEST(json_read, any_is_not_implemented)
{
    struct buf out = { 0 };
    assert_code(STATUS_UNIMPLEMENTED, again(STR("{\"any\":{}}"), &out));
    buf_release(&out);
}

TEST(json_read, every_failed_allocation_is_an_error)
{
    struct str json = STR("{\"stringValue\":\"\\n\",\"int32List\":[1,2,3,4,5,6,7,8,9],\"struct\":{"
                          "\"b\":1,\"a\":[]},\"fieldMask\":\"a\",\"bytesValue\":\"eA\"}");
    struct status st;
    struct buf out = { 0 };
    long n = 0;
    do {
        arena_fail_at(n++);
        st = again(json, &out);
        assert_true(st.code == STATUS_OK || st.code == STATUS_RESOURCE_EXHAUSTED);
    } while (st.code != STATUS_OK);
    arena_fail_at(-1);
    assert_true(n > 15);
    buf_release(&out);
}
