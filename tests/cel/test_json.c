#include "core/cel/cel.h"
#include "core/cel/json.h"
#include "tests/lib/test.h"

/* What the JSON prints as, as a value of the language. */
static void json_prints(const char *json, const char *expected)
{
    struct arena arena;
    struct buf text = { 0 };
    struct cel_value value;
    arena_init(&arena, 1 << 16);
    struct cel_run run = { .arena = &arena, .gas = { 10000 } };
    assert_ok(cel_from_json(&run, str_z(json), &value));
    cel_value_print(&text, NULL, value);
    buf_byte(&text, '\0');
    assert_string_equal(text.data, expected);
    buf_release(&text);
    arena_release(&arena);
}

static void json_fails(const char *json)
{
    struct arena arena;
    struct cel_value value;
    arena_init(&arena, 1 << 16);
    struct cel_run run = { .arena = &arena, .gas = { 10000 } };
    assert_code(STATUS_INVALID_ARGUMENT, cel_from_json(&run, str_z(json), &value));
    arena_release(&arena);
}

TEST(cel_json, whole_numbers_are_ints_and_others_doubles)
{
    json_prints("12", "12");
    json_prints("-9223372036854775808", "-9223372036854775808");
    json_prints("18446744073709551615", "18446744073709551615u");
    json_prints("1.0", "1.0");
    json_prints("1e2", "100.0");
}

TEST(cel_json, objects_are_maps_in_their_order_and_arrays_lists)
{
    json_prints("{\"b\": [1, true, null], \"a\": {}}", "{'b': [1, true, null], 'a': {}}");
    json_prints("[]", "[]");
    json_prints("\"a\\u0041\"", "'aA'");
}

TEST(cel_json, what_is_no_json_is_refused)
{
    json_fails("");
    json_fails("[1,");
    json_fails("{\"a\": 1} x");
    json_fails("{\"a\": 1, \"a\": 2}");
    json_fails("1e999");
    json_fails("nul");
}
