#include "core/yaml/yaml.h"

#include <stdio.h>

#include "tests/lib/test.h"

static const struct yaml_node *yaml_of(struct arena *arena, const char *text, struct yaml *yaml)
{
    arena_init(arena, 1 << 20);
    assert_ok(yaml_read(arena, str_z(text), yaml));
    return &yaml->nodes[0];
}

static void check_json(const char *text, const char *json)
{
    struct arena arena;
    struct yaml yaml;
    const struct yaml_node *node = yaml_of(&arena, text, &yaml);
    struct str copy = arena_copy(&arena, node->json);
    assert_string_equal(copy.data, json);
    arena_release(&arena);
}

TEST(yaml, is_json_where_it_is_json)
{
    check_json("{\"a\": [1, -2.5e3, true, null, \"x\\n\"]}",
               "{\"a\":[1,-2.5e3,true,null,\"x\\u000a\"]}");
}

TEST(yaml, plain_scalars_are_those_of_the_core_schema)
{
    check_json("[yes, on, 2026-01-01, ~, '', TRUE, 7, 1.5.2, a: b]",
               "[\"yes\",\"on\",\"2026-01-01\",null,\"\",true,7,\"1.5.2\",{\"a\":\"b\"}]");
}

TEST(yaml, a_byte_order_mark_is_no_part_of_it)
{
    check_json("\xEF\xBB\xBF"
               "a: 1\nb: 2\n",
               "{\"a\":1,\"b\":2}");
}

TEST(yaml, quoted_ones_are_texts)
{
    check_json("a: '7'\nb: \"null\"\nc: |\n  x\n  y\n",
               "{\"a\":\"7\",\"b\":\"null\",\"c\":\"x\\u000ay\\u000a\"}");
}

static void check_refused(const char *text, const char *wanted)
{
    struct arena arena;
    struct yaml yaml;
    arena_init(&arena, 1 << 20);
    struct status st = yaml_read(&arena, str_z(text), &yaml);
    assert_int_equal(st.code, STATUS_INVALID_ARGUMENT);
    if (strstr(st.msg, wanted) == NULL) {
        fail_msg("expected '%s' of '%s', but it says '%s'", wanted, text, st.msg);
    }
    arena_release(&arena);
}

TEST(yaml, what_has_several_meanings_is_refused)
{
    check_refused("a: 1\nb: &x 2\n", "line 2: expected no anchor");
    check_refused("a: &x 1\nb: *x\n", "line 1: expected no anchor");
    check_refused("a: !!int 1\n", "line 1: expected no anchor and no tag");
    check_refused("a: 1\nb: 2\na: 3\n", "line 3: expected each key once");
    check_refused("a: 0x1F\n", "line 1: expected a decimal number");
    check_refused("a: 007\n", "decimal");
    check_refused("? [a]\n: b\n", "line 1: expected a text as a key");
    check_refused("%YAML 1.1\n---\na: b\n", "expected no directive");
    check_refused("a: [1\n", "expected YAML");
}

TEST(yaml, a_path_leads_to_its_line)
{
    struct arena arena;
    struct yaml yaml;
    const struct yaml_node *node =
        yaml_of(&arena, "a: 1\non:\n  kind: x\n  id: y\ntags:\n- p\n", &yaml);
    assert_int_equal(yaml_line(&yaml, node, STR("on.id")), 4);
    assert_int_equal(yaml_line(&yaml, node, STR("tags[1]")), 6);
    assert_int_equal(yaml_line(&yaml, node, STR("nothing")), 1);
    assert_null(yaml_child(&yaml, node, STR("kind")));
    arena_release(&arena);
}

static void check_printed(const char *json)
{
    struct arena arena;
    struct yaml first, again;
    struct buf text = { 0 };
    const struct yaml_node *node = yaml_of(&arena, json, &first);
    yaml_print(&first, node, 0, &text);
    assert_ok(yaml_read(&arena, buf_str(&text), &again));
    assert_true(str_eq(again.nodes[0].json, node->json));
    buf_release(&text);
    arena_release(&arena);
}

TEST(yaml, what_is_printed_is_read_as_the_same)
{
    check_printed("{\"a\":[[1],[],{},{\"b\":\"yes\",\"c\":null}],\"x "
                  "y\":{\"d\":\"\\t\\u0085\\ufeff\"},\"e\":\"\"}");
}

TEST(yaml, long_keys_are_printed_so_that_they_are_read)
{
    char json[4096];
    for (int size = 120; size < 1100; size += 100) {
        snprintf(json, sizeof json, "{\"a\":[{\"%0*d\\t\":1}],\"\\t%0*d\":{\"b\":[]}}", size, 0,
                 size, 0);
        check_printed(json);
    }
}
