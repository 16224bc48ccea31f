/* Maps in JSON. */
#include "core/pb/json.h"
#include "test/v1/maps.pb-c.h"
#include "tests/lib/test.h"

static struct arena arena;

static struct status read_maps(const char *text, Test__V1__Maps **maps)
{
    return pb_from_json(&arena, &test__v1__maps__descriptor, str_z(text), maps);
}

static void assert_becomes(const char *text, const char *expected)
{
    Test__V1__Maps *maps;
    struct buf out = { 0 };
    arena_init(&arena, 1 << 20);
    assert_ok(read_maps(text, &maps));
    assert_ok(pb_to_json(&maps->base, (struct pb_json_options){ 0 }, &out));
    buf_byte(&out, '\0');
    assert_string_equal(out.data, expected);
    buf_release(&out);
    arena_release(&arena);
}

TEST(json_map, keys_are_names)
{
    assert_becomes("{\"labelsByName\":{\"b\":\"1\",\"a\":\"\\u00e4\"}}",
                   "{\"labelsByName\":{\"a\":\"\xc3\xa4\",\"b\":\"1\"}}");
    assert_becomes("{\"numbers\":{\"-1\":\"2\",\"\\u0033\":4}}",
                   "{\"numbers\":{\"3\":\"4\",\"-1\":\"2\"}}");
    assert_becomes("{\"flags\":{\"18446744073709551615\":true}}",
                   "{\"flags\":{\"18446744073709551615\":true}}");
    assert_becomes("{\"weights\":{\"true\":1.5,\"false\":0}}",
                   "{\"weights\":{\"false\":0,\"true\":1.5}}");
    assert_becomes("{\"inner\":{\"x\":{\"values\":{\"n\":null}}}}",
                   "{\"inner\":{\"x\":{\"values\":{\"n\":null}}}}");
    assert_becomes("{\"wrapped\":{\"x\":\"7\"}}", "{\"wrapped\":{\"x\":\"7\"}}");
}

TEST(json_map, what_only_looks_like_one_is_a_list)
{
    assert_becomes("{\"pairs\":[{\"key\":\"a\",\"value\":\"b\"}]}",
                   "{\"pairs\":[{\"key\":\"a\",\"value\":\"b\"}]}");
}

TEST(json_map, what_is_wrong_is_refused)
{
    static const char *const wrong[] = {
        "{\"numbers\":[]}",
        "{\"numbers\":{\"x\":1}}",
        "{\"numbers\":{\"1.5\":1}}",
        "{\"numbers\":{\"1 2\":1}}",
        "{\"numbers\":{\"\":1}}",
        "{\"numbers\":{\"1\":null}}",
        "{\"numbers\":{\"2147483648\":1}}",
        "{\"weights\":{\"1\":1}}",
        "{\"flags\":{\"\\\"1\\\"\":true}}",
        "{\"inner\":{\"x\":null}}",
        "{\"labelsByName\":{\"a\\u0000b\":\"\"}}",
    };
    Test__V1__Maps *maps;
    arena_init(&arena, 1 << 20);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_code(STATUS_INVALID_ARGUMENT, read_maps(wrong[i], &maps));
    }
    struct status st = read_maps("{\"inner\":{\"x\":{\"numbers\":{\"1\":\"y\"}}}}", &maps);
    assert_string_equal(st.msg,
                        "inner.numbers: expected a whole number of 64 bits, but it is '\"y\"'");
    arena_release(&arena);
}

TEST(json_map, of_equal_keys_the_last_counts)
{
    Test__V1__Maps maps = TEST__V1__MAPS__INIT;
    Test__V1__Maps__NumbersEntry entries[2] = { TEST__V1__MAPS__NUMBERS_ENTRY__INIT,
                                                TEST__V1__MAPS__NUMBERS_ENTRY__INIT };
    Test__V1__Maps__NumbersEntry *items[] = { &entries[0], &entries[1] };
    struct buf out = { 0 };
    entries[0].value = 1;
    entries[1].value = 2;
    maps.n_numbers = 2;
    maps.numbers = items;
    assert_ok(pb_to_json(&maps.base, (struct pb_json_options){ 0 }, &out));
    assert_true(str_eq(buf_str(&out), STR("{\"numbers\":{\"0\":\"2\"}}")));
    buf_release(&out);
}
