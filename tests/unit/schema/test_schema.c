/* What a schema says of a value, and how it says it. What is valid is judged by the public suite
 * (tests/json-schema); here stand the words, and what the suite does not ask. */
#include <math.h>
#include <stdio.h>

#include "tests/lib/schema_kit.h"
#include "tests/lib/test.h"

#define assert_judged(schema, value, expected) \
    assert_string_equal(schema_kit_judge(schema, value), expected)

TEST(schema, a_problem_names_value_keyword_and_what_was_expected)
{
    assert_judged("{'type':'string'}", "1",
                  "refused: INVALID_ARGUMENT: line 1, column 2: expected "
                  "a name in double quotes, but it is ''type''");
    assert_judged("{\"type\":\"string\"}", "1", " by /type: expected a string, but it is 1");
    assert_judged("{\"type\":[\"integer\",\"null\"]}", "1.5",
                  " by /type: expected null or an integer, but it is 1.5");
    assert_judged("{\"properties\":{\"a/b\":{\"items\":{\"minimum\":3}}}}", "{\"a/b\":[3,2.5]}",
                  "/a~1b/1 by /properties/a~1b/items/minimum: expected at least 3, but it is 2.5");
    assert_judged("{\"required\":[\"b\",\"a\"]}", "{}",
                  " by /required: expected the member 'a'\n by /required: expected the member 'b'");
    assert_judged("{\"enum\":[3,2,1,\"x\",null]}", "4",
                  " by /enum: expected one of null, 1, 2 or 2 more, but it is 4");
    assert_judged("{\"const\":{\"a\":1}}", "\"x\"",
                  " by /const: expected an object, but it is \"x\"");
}

TEST(schema, each_limit_says_how_far_it_is)
{
    assert_judged("{\"exclusiveMaximum\":3}", "3",
                  " by /exclusiveMaximum: expected a number below 3, but it is 3");
    assert_judged("{\"multipleOf\":0.01}", "1.005",
                  " by /multipleOf: expected a multiple of 0.01, but it is 1.005");
    assert_judged("{\"maxLength\":2}", "\"\xc3\xa4\xc3\xb6\xc3\xbc\"",
                  " by /maxLength: expected at most 2 characters, but it has 3");
    assert_judged("{\"pattern\":\"^a.$\"}", "\"b\"",
                  " by /pattern: expected text that matches '^a.$', but it is \"b\"");
    assert_judged("{\"minItems\":2}", "[1]",
                  " by /minItems: expected at least 2 items, but there are 1");
    assert_judged("{\"uniqueItems\":true}", "[1,{\"a\":1},2,{\"a\":1.0}]",
                  " by /uniqueItems: expected different items, but the items 1 and 3 are equal");
    assert_judged("{\"contains\":{\"const\":1},\"maxContains\":1}", "[1,1]",
                  " by /maxContains: expected at most 1 items that are as 'contains' says, but "
                  "there are 2");
    assert_judged("{\"additionalProperties\":false}", "{\"a\":1}",
                  "/a by /additionalProperties: expected no member of that name");
    assert_judged("{\"dependentRequired\":{\"a\":[\"b\"]}}", "{\"a\":1}",
                  " by /dependentRequired: expected the member 'b', as there is 'a'");
}

TEST(schema, alternatives_tell_what_each_of_them_misses)
{
    assert_judged("{\"anyOf\":[{\"type\":\"string\",\"minLength\":2},{\"minimum\":3}]}", "1",
                  " by /anyOf: expected one of 2 schemas to hold\n"
                  " by /anyOf/0/type: expected a string, but it is 1\n"
                  " by /anyOf/1/minimum: expected at least 3, but it is 1");
    assert_judged("{\"oneOf\":[true,{\"minimum\":3},{\"type\":\"number\"}]}", "1",
                  " by /oneOf: expected only one of 3 schemas to hold, but 0 and 2 do");
    assert_judged("{\"not\":{\"type\":\"number\"}}", "1",
                  " by /not: expected what the schema does not say");
    assert_judged("{\"anyOf\":[{\"type\":\"string\"},true],\"minimum\":2}", "1",
                  " by /minimum: expected at least 2, but it is 1");
}

TEST(schema, a_keyword_behind_a_reference_is_told_where_it_stands)
{
    assert_judged("{\"$defs\":{\"age\":{\"$anchor\":\"age\",\"minimum\":0}},"
                  "\"properties\":{\"a\":{\"$ref\":\"#age\"}}}",
                  "{\"a\":-1}", "/a by /$defs/age/minimum: expected at least 0, but it is -1");
}

TEST(schema, all_problems_are_told_up_to_a_limit)
{
    const char *verdict =
        schema_kit_judge("{\"items\":false}", "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16]");
    assert_null(strstr(verdict, "more"));
    assert_non_null(strstr(verdict, "/15 by /items"));
    verdict = schema_kit_judge("{\"items\":false}", "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17]");
    assert_non_null(strstr(verdict, "/15 by /items: expected no value here\nmore"));
}

TEST(schema, multiples_are_those_of_the_decimals_that_people_write)
{
    static const char *const multiples[][2] = {
        { "0.01", "19.99" },  { "0.0001", "0.0075" }, { "1e-8", "12391239123" },
        { "0.1", "1e300" },   { "1e-300", "1e300" },  { "1024", "1152921504606846976" },
        { "2.5", "-7.5" },    { "7", "0" },           { "0.3", "1.2" },
        { "1e300", "1e308" }, { "1e-5", "0.00001" },
    };
    for (size_t i = 0; i < sizeof multiples / sizeof *multiples; i++) {
        char schema[80];
        snprintf(schema, sizeof schema, "{\"multipleOf\":%s}", multiples[i][0]);
        const char *verdict = schema_kit_judge(schema, multiples[i][1]);
        if (strcmp(verdict, "valid") != 0) {
            fail_msg("%s of %s: %s", multiples[i][1], multiples[i][0], verdict);
        }
    }
    assert_judged("{\"multipleOf\":0.3}", "1",
                  " by /multipleOf: expected a multiple of 0.3, but it is 1");
    assert_judged("{\"multipleOf\":0.123456789}", "1e308",
                  " by /multipleOf: expected a multiple of 0.123456789, but it is 1e+308");
}

TEST(schema, what_is_no_json_is_not_judged)
{
    Google__Protobuf__Value value = GOOGLE__PROTOBUF__VALUE__INIT;
    struct cel_gas gas = { SCHEMA_GAS };
    const struct schema *schema;
    struct schema_verdict verdict;
    struct arena arena;
    arena_init(&arena, SCHEMA_MEMORY);
    assert_ok(schema_compile_text(&arena, &gas, STR("true"), &schema));
    value.kind_case = GOOGLE__PROTOBUF__VALUE__KIND_NUMBER_VALUE;
    value.number_value = (double)NAN;
    assert_code(STATUS_INVALID_ARGUMENT, schema_validate(schema, &arena, &gas, &value, &verdict));
    assert_false(verdict.valid);
    value.kind_case = GOOGLE__PROTOBUF__VALUE__KIND__NOT_SET; /* null, as in its JSON */
    assert_ok(schema_validate(schema, &arena, &gas, &value, &verdict));
    assert_true(verdict.valid);
    arena_release(&arena);
}

TEST(schema, an_object_out_of_order_is_not_judged)
{
    Google__Protobuf__Value one = GOOGLE__PROTOBUF__VALUE__INIT;
    Google__Protobuf__Struct__FieldsEntry a = GOOGLE__PROTOBUF__STRUCT__FIELDS_ENTRY__INIT, b = a;
    Google__Protobuf__Struct__FieldsEntry *entries[] = { &b, &a };
    Google__Protobuf__Struct object = GOOGLE__PROTOBUF__STRUCT__INIT;
    struct cel_gas gas = { SCHEMA_GAS };
    const struct schema *schema;
    struct schema_verdict verdict;
    struct arena arena;
    arena_init(&arena, SCHEMA_MEMORY);
    a.key = (char *)(uintptr_t) "a";
    b.key = (char *)(uintptr_t) "b";
    a.value = b.value = &one;
    object.fields = entries;
    object.n_fields = 2;
    assert_ok(schema_compile_struct(&arena, &gas, &object, &schema)); /* it sorts its copy */
    assert_code(STATUS_INVALID_ARGUMENT,
                schema_validate_struct(schema, &arena, &gas, &object, &verdict));
    entries[0] = &a;
    entries[1] = &b;
    assert_ok(schema_validate_struct(schema, &arena, &gas, &object, &verdict));
    assert_true(verdict.valid);
    arena_release(&arena);
}
