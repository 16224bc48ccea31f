/* No schema and no value can make the validator run away: it ends within its gas, its memory and
 * its stack, and without a verdict then. */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/limits.h"
#include "tests/lib/schema_kit.h"
#include "tests/lib/test.h"

#define assert_exhausted(schema, value, stage) \
    assert_string_equal(head(schema_kit_judge(schema, value), strlen(stage)), stage)

static const char *head(const char *verdict, size_t size)
{
    static char text[100];
    snprintf(text, sizeof text, "%.*s", (int)size, verdict);
    return text;
}

/* "BEFORE", then `count` times "ITEM,", then "AFTER"; `%d` in the item is its number. */
static char *repeat(const char *before, const char *item, unsigned count, const char *after)
{
    struct buf text = { 0 };
    buf_append(&text, str_z(before));
    for (unsigned i = 0; i < count; i++) {
        const char *number = strstr(item, "%d");
        buf_append(&text, i > 0 ? STR(",") : STR(""));
        if (number == NULL) {
            buf_append(&text, str_z(item));
        } else {
            buf_printf(&text, "%.*s%u%s", (int)(number - item), item, i, number + 2);
        }
    }
    buf_append(&text, str_z(after));
    buf_byte(&text, '\0');
    return text.data;
}

/* A schema that refers to the first of `count`, each of which refers to the next; the last is
 * `end`. */
static char *chain(int count, const char *beside, const char *end)
{
    struct buf text = { 0 };
    buf_append(&text, STR("{\"$ref\":\"#/$defs/d0\",\"$defs\":{"));
    for (int i = 0; i < count; i++) {
        buf_printf(&text, "\"d%d\":{\"$ref\":\"#/$defs/d%d\"%s},", i, i + 1, beside);
    }
    buf_printf(&text, "\"d%d\":%s}}", count, end);
    buf_byte(&text, '\0');
    return text.data;
}

TEST(schema_limits, alternatives_that_double_at_each_step_run_out_of_gas)
{
    struct buf schema = { 0 };
    buf_append(&schema, STR("{\"$defs\":{"));
    for (int i = 0; i < 30; i++) {
        buf_printf(&schema, "\"d%d\":{\"anyOf\":[{\"$ref\":\"#/$defs/d%d\"},", i, i + 1);
        buf_printf(&schema, "{\"$ref\":\"#/$defs/d%d\"}]},", i + 1);
    }
    buf_append(&schema, STR("\"d30\":false},\"$ref\":\"#/$defs/d0\"}"));
    buf_byte(&schema, '\0');
    assert_exhausted(schema.data, "1",
                     "failed: RESOURCE_EXHAUSTED: validate a value: expected the evaluation to");
    buf_release(&schema);
}

TEST(schema_limits, a_chain_of_references_is_bounded)
{
    char *short_ = chain(62, "", "true"), *long_ = chain(70, "", "true");
    assert_string_equal(schema_kit_judge(short_, "1"), "valid");
    assert_non_null(strstr(schema_kit_judge(long_, "1"), "nor in 64 steps to another"));
    free(short_);
    free(long_);
}

TEST(schema_limits, deep_evaluation_is_bounded_and_gives_no_verdict)
{
    char *schema = chain(20, "", "{\"items\":{\"$ref\":\"#\"}}");
    assert_string_equal(schema_kit_judge(schema, "[[[[[[[[[[]]]]]]]]]]"), "valid");
    assert_string_equal(schema_kit_judge(schema, "[[[[[[[[[[[[]]]]]]]]]]]]"),
                        "failed: RESOURCE_EXHAUSTED: validate a value: expected at most 256 "
                        "schemas that refer to each other at once");
    free(schema);
}

TEST(schema_limits, a_large_enum_is_found_in_by_halves)
{
    char *schema = repeat("{\"enum\":[", "%d", 2000, "]}");
    assert_string_equal(schema_kit_judge(schema, "1999"), "valid");
    assert_true(schema_kit_gas() < 40);
    assert_exhausted(schema, "-1", " by /enum: expected one of 0, 1, 2 or 1997 more");
    free(schema);
}

TEST(schema_limits, unique_items_take_no_time_of_their_square)
{
    char *some = repeat("[", "%d", 1000, "]"), *many = repeat("[", "%d", 10000, "]");
    assert_string_equal(schema_kit_judge("{\"uniqueItems\":true}", some), "valid");
    assert_true(schema_kit_gas() < SCHEMA_GAS / 2);
    assert_exhausted("{\"uniqueItems\":true}", many, "failed: RESOURCE_EXHAUSTED");
    free(some);
    free(many);
}

TEST(schema_limits, patterns_are_charged_for)
{
    char *value = repeat("\"", "aaaaaaaaaaaaaaa", 1000, "\"");
    assert_exhausted("{\"pattern\":\"(a*)*(a*)*(a|aa)*(.*.*.*)*b$\"}", value,
                     "failed: RESOURCE_EXHAUSTED");
    free(value);
    assert_exhausted("{\"pattern\":\"((a{100}){100}){100}\"}", "1",
                     "refused: INVALID_ARGUMENT: "
                     "/pattern");
    char *schema = repeat("{\"allOf\":[", "{\"pattern\":\"(a{30}){30}\"}", 200, "]}");
    assert_exhausted(schema, "1", "refused: RESOURCE_EXHAUSTED");
    free(schema);
}

TEST(schema_limits, marks_of_unevaluated_items_have_bounded_room)
{
    char *value = repeat("[", "%d", 20000, "]");
    char *schema = chain(14, ",\"unevaluatedItems\":true", "true");
    assert_exhausted(schema, value,
                     "failed: RESOURCE_EXHAUSTED: validate a value: expected the evaluation to "
                     "need at most");
    free(schema);
    free(value);
}

/* A schema and a value of the size that an entity can hold, with a check of each part. */
TEST(schema_limits, what_an_entity_holds_is_judged_within_the_gas)
{
    char *schema = repeat("{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{",
                          "\"key%d\":{\"type\":\"array\",\"items\":{\"type\":\"string\","
                          "\"maxLength\":9}}",
                          200, "}}");
    char *value =
        repeat("{", "\"key%d\":[\"first\",\"second\",\"third\",\"fourth\",\"fifth\"]", 200, "}");
    assert_true(strlen(schema) < DATA_SIZE_MAX && strlen(value) < DATA_SIZE_MAX);
    assert_string_equal(schema_kit_judge(schema, value), "valid");
    assert_true(schema_kit_compile_gas() < SCHEMA_GAS / 2);
    assert_true(schema_kit_gas() < SCHEMA_GAS / 5);
    free(schema);
    free(value);
}

TEST(schema_limits, a_full_arena_gives_no_verdict)
{
    for (long n = 0; n < 60; n++) {
        arena_fail_at(n);
        const char *verdict = schema_kit_judge(
            "{\"properties\":{\"a\":{\"enum\":[1,2],\"pattern\":\"a+\",\"$ref\":\"#/$defs/b\"}},"
            "\"$defs\":{\"b\":{\"uniqueItems\":true,\"anyOf\":[{\"type\":\"string\"}]}},"
            "\"unevaluatedProperties\":false}",
            "{\"a\":[1,2],\"c\":3}");
        arena_fail_at(-1);
        bool exhausted = strstr(verdict, "RESOURCE_EXHAUSTED") != NULL;
        bool judged = strstr(verdict, "/c by /unevaluatedProperties") != NULL;
        assert_true(exhausted || judged);
        assert_true(n > 0 || exhausted);
    }
}
