/* Patterns are those of ECMA-262 with the flag u; what is the same in RE2 is tested with the
 * matcher (tests/cel/test_regex.c), and much by the public suite. */
#include <stdio.h>

#include "core/pb/json.h"
#include "core/schema/schema.h"
#include "tests/lib/test.h"

static Google__Protobuf__Value value_of(const char *text)
{
    Google__Protobuf__Value value = GOOGLE__PROTOBUF__VALUE__INIT;
    value.kind_case = GOOGLE__PROTOBUF__VALUE__KIND_STRING_VALUE;
    value.string_value = (char *)(uintptr_t)text;
    return value;
}

static struct status match(const char *pattern, const char *text, bool *matched)
{
    Google__Protobuf__Value source = value_of(pattern), value = value_of(text);
    Google__Protobuf__Struct__FieldsEntry entry = GOOGLE__PROTOBUF__STRUCT__FIELDS_ENTRY__INIT;
    Google__Protobuf__Struct__FieldsEntry *entries[] = { &entry };
    Google__Protobuf__Struct object = GOOGLE__PROTOBUF__STRUCT__INIT;
    struct cel_gas gas = { SCHEMA_GAS };
    const struct schema *schema;
    struct schema_verdict verdict;
    struct arena arena;
    arena_init(&arena, SCHEMA_MEMORY);
    entry.key = (char *)(uintptr_t) "pattern";
    entry.value = &source;
    object.fields = entries;
    object.n_fields = 1;
    struct status status = schema_compile_struct(&arena, &gas, &object, &schema);
    if (status.code == STATUS_OK) {
        status = schema_validate(schema, &arena, &gas, &value, &verdict);
        *matched = verdict.valid;
    }
    arena_release(&arena);
    return status;
}

static void assert_matches(const char *pattern, const char *text, bool expected)
{
    bool matched = false;
    struct status status = match(pattern, text, &matched);
    if (status.code != STATUS_OK || matched != expected) {
        fail_msg("'%s' on '%s': expected %s, but %s", pattern, text, expected ? "a match" : "none",
                 status.code != STATUS_OK ? status.msg : "it is not so");
    }
}

static void assert_refused(const char *pattern, const char *expected)
{
    bool matched;
    struct status status = match(pattern, "", &matched);
    assert_int_equal(status.code, STATUS_INVALID_ARGUMENT);
    assert_string_equal(status.msg, expected);
}

TEST(schema_pattern, a_match_may_lie_anywhere_and_counts_code_points)
{
    assert_matches("b", "abc", true);
    assert_matches("^b", "abc", false);
    assert_matches("^.$", "\xf0\x9f\x90\x89", true);
    assert_matches("^[\xc3\xa4-\xc3\xbc]$", "\xc3\xb6", true);
    assert_matches("^\\u{1F409}\\uD83D\\uDC09$", "\xf0\x9f\x90\x89\xf0\x9f\x90\x89", true);
    assert_matches("^\\x41\\cA\\t$", "A\x01\t", true);
}

TEST(schema_pattern, a_dot_takes_no_end_of_a_line)
{
    assert_matches("^.$", "\n", false);
    assert_matches("^.$", "\r", false);
    assert_matches("^.$", "\xe2\x80\xa8", false);
    assert_matches("^[.]$", ".", true);
    assert_matches("^[.]$", "a", false);
    assert_matches("^\\.$", "a", false);
}

TEST(schema_pattern, white_space_is_that_of_ecma)
{
    assert_matches("^\\s\\s\\s$", "\xc2\xa0\xef\xbb\xbf\x0b", true);
    assert_matches("^\\S$", "\xc2\xa0", false);
    assert_matches("^[^\\s]$", "\xe3\x80\x80", false);
    assert_matches("^[\\s\\S]$", "\n", true);
    assert_matches("^[\\s\\S]$", "\xf0\x9f\x90\x89", true);
    assert_matches("^[\\Sx]$", "\xe2\x80\x83", false);
    assert_matches("^[\\Sx]$", "!", true);
}

TEST(schema_pattern, classes_are_those_of_ecma)
{
    assert_matches("[]", "a", false);
    assert_matches("^[^]$", "\n", true);
    assert_matches("^[[a]+$", "[a[", true);
    assert_matches("^[[:a]+$", ":[", true);
    assert_matches("^[\\w-.]+@$", "a-b.c@", true);
    assert_matches("^[\\w-.]+$", ",", false);
    assert_matches("^[\\]\\-\\^\\\\]+$", "]-^\\", true);
    assert_matches("^[\\b]$", "\b", true);
    assert_matches("^[a-]+$", "-a", true);
    assert_matches("^[\\u0041-\\u{43}]$", "B", true);
}

TEST(schema_pattern, properties_have_long_and_short_names)
{
    assert_matches("^\\p{Lu}\\p{Uppercase_Letter}\\p{gc=Lu}$", "\xc3\x84\xc3\x84\xc3\x84", true);
    assert_matches("^\\p{Script=Greek}$", "\xce\xb1", true);
    assert_matches("^\\P{L}$", "a", false);
    assert_matches("^[\\p{L}\\p{Nd}_-]+$", "\xc3\xa4-1_", true);
}

TEST(schema_pattern, groups_may_have_a_name_or_ignore_the_case)
{
    assert_matches("^(?<year>\\d{4})-(?:\\d\\d)$", "2026-11", true);
    assert_matches("^(?i:ab)c$", "ABc", true);
    assert_matches("^(?i:ab)c$", "ABC", false);
}

TEST(schema_pattern, what_cannot_be_matched_in_linear_time_or_is_no_pattern_is_refused)
{
    assert_refused("(a)\\1", "/pattern: expected an escape of ECMA-262 (and no back-reference), at "
                             "byte 4");
    assert_refused("(?<!a)b", "/pattern: expected no look-around (it cannot be matched in linear "
                              "time) at character 3 of the pattern '(?<!a)b'");
    assert_refused("\\Aa\\z",
                   "/pattern: expected an escape of ECMA-262 (and no back-reference), at "
                   "byte 1");
    assert_refused("(?m)^a", "/pattern: expected '(?:', '(?i:' or '(?<name>', at byte 1");
    assert_refused("[a", "/pattern: expected ']' at the end of a class, at byte 2");
    assert_refused("\\ud800", "/pattern: expected both halves of a surrogate pair, at byte 6");
    assert_refused("\\u{110000}",
                   "/pattern: expected \\uXXXX or \\u{X} of hexadecimal digits, at byte 8");
    assert_refused("\\pL", "/pattern: expected a property in braces, as in \\p{L}, at byte 2");
    assert_refused("a\\", "/pattern: expected an escape of ECMA-262 (and no back-reference), at "
                          "byte 1");
}
