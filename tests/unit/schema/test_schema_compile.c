/* What is no schema, or needs what is left out, is refused when it is put, with its place. */
#include <stdio.h>

#include "tests/lib/schema_kit.h"
#include "tests/lib/test.h"

#define assert_refused(schema, expected) \
    assert_string_equal(schema_kit_judge(schema, "1"), "refused: INVALID_ARGUMENT: " expected)

TEST(schema_compile, a_keyword_of_the_wrong_form_is_refused_at_its_place)
{
    assert_refused("1", "the schema: expected a schema: an object, true or false, but it is 1");
    assert_refused("{\"properties\":{\"a\":{\"minLength\":-1}}}",
                   "/properties/a/minLength: expected a whole number from 0 on, but it is -1");
    assert_refused("{\"$defs\":{\"unused\":{\"type\":\"int\"}}}",
                   "/$defs/unused/type: expected null, boolean, number, integer, string, array, "
                   "object, or an array of some of them, each once, but it is \"int\"");
    assert_refused("{\"type\":[\"null\",\"null\"]}",
                   "/type: expected null, boolean, number, integer, string, array, object, or an "
                   "array of some of them, each once, but it is an array");
    assert_refused("{\"required\":[\"a\",\"b\",\"a\"]}",
                   "/required: expected an array of different strings, but it is an array");
    assert_refused("{\"allOf\":[]}",
                   "/allOf: expected an array of at least one schema, but it is an array");
    assert_refused("{\"allOf\":[true,3]}",
                   "/allOf/1: expected a schema: an object, true or false, but it is 3");
    assert_refused("{\"multipleOf\":0}", "/multipleOf: expected a number above 0, but it is 0");
    assert_refused("{\"exclusiveMinimum\":true}",
                   "/exclusiveMinimum: expected a number, but it is true");
    assert_refused("{\"then\":1}",
                   "/then: expected a schema: an object, true or false, but it is 1");
}

TEST(schema_compile, what_lies_outside_is_never_fetched)
{
    static const char *const outside[] = {
        "http://example.com/a", "a.json#/x", "/a", "urn:x", "#%zz", "#%00", "",
    };
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
        char schema[200], expected[300];
        snprintf(schema, sizeof schema, "{\"items\":{\"$ref\":\"%s\"}}", outside[i]);
        snprintf(expected, sizeof expected,
                 "refused: INVALID_ARGUMENT: /items/$ref: expected a reference inside of the "
                 "document ('#...'; others are never fetched), but it is \"%s\"",
                 outside[i]);
        assert_string_equal(schema_kit_judge(schema, "1"), expected);
    }
    assert_refused("{\"$ref\":\"#/$defs/b\",\"$defs\":{\"a\":true}}",
                   "/$ref: expected a place or '$anchor' of the document, but it is "
                   "\"#/$defs/b\"");
    assert_refused("{\"$ref\":\"#b\",\"$anchor\":\"a\"}",
                   "/$ref: expected a place or '$anchor' of the document, but it is \"#b\"");
}

TEST(schema_compile, what_is_left_out_is_refused_rather_than_ignored)
{
    assert_refused("{\"$dynamicRef\":\"#a\"}",
                   "/$dynamicRef: expected no '$dynamicRef' (only '$ref'), but it is \"#a\"");
    assert_refused("{\"items\":[true]}",
                   "/items: expected a schema (an array of them is 'prefixItems'), but it is an "
                   "array");
    assert_refused("{\"not\":{\"$id\":\"a\"}}",
                   "/not/$id: expected no '$id' but the document's own, but it is \"a\"");
    assert_refused("{\"$schema\":\"http://json-schema.org/draft-07/schema#\"}",
                   "/$schema: expected https://json-schema.org/draft/2020-12/schema, but it is "
                   "\"http://json-schema.org/draft-07/schema#\"");
    assert_refused("{\"pattern\":\"(?=a)\"}",
                   "/pattern: expected no look-around (it cannot be matched in linear time) at "
                   "character 3 of the pattern '(?=a)'");
    assert_string_equal(schema_kit_judge("{\"x-unknown\":[{\"type\":7}],\"title\":\"t\"}", "1"),
                        "valid");
}

TEST(schema_compile, a_schema_that_comes_back_to_itself_must_step_into_the_value)
{
#define NEVER_ENDS                                                                              \
    ": expected a schema that does not come back to itself at the same value, nor in 64 steps " \
    "to another, but it is an object"
    assert_refused("{\"$ref\":\"#\"}", "the schema" NEVER_ENDS);
    assert_refused("{\"$defs\":{\"a\":{\"anyOf\":[{\"$ref\":\"#/$defs/b\"}]},"
                   "\"b\":{\"not\":{\"$ref\":\"#/$defs/a\"}}}}",
                   "/$defs/b/not" NEVER_ENDS);
    assert_string_equal(schema_kit_judge("{\"properties\":{\"next\":{\"$ref\":\"#\"}},"
                                         "\"type\":\"object\"}",
                                         "{\"next\":{\"next\":{\"next\":1}}}"),
                        "/next/next/next by /type: expected an object, but it is 1");
}

TEST(schema_compile, anchors_are_names_of_one_schema)
{
    assert_refused("{\"$anchor\":\"a\",\"items\":{\"$anchor\":\"a\"}}",
                   "/items/$anchor: expected a name that no other schema has, but it is \"a\"");
    assert_refused("{\"$anchor\":\"1a\"}", "/$anchor: expected a name of letters, digits, '-', '_' "
                                           "and '.', but it is \"1a\"");
    assert_string_equal(schema_kit_judge("{\"$id\":\"http://x/y\",\"$ref\":\"http://x/y#a\","
                                         "\"$defs\":{\"a\":{\"$anchor\":\"a\",\"minimum\":2}}}",
                                         "1"),
                        " by /$defs/a/minimum: expected at least 2, but it is 1");
}
