/* Known attacks on expression languages. Whatever the source, compiling takes little time and
 * stack, and evaluating stays within its gas and memory (cel_bounds_check). */
#include "tests/lib/cel_bounds.h"
#include "tests/lib/test.h"

/* `before`, then as many times `again` as fit a source, then as many times `after`. */
static struct cel_bounds attack_repeat(const char *before, const char *again, const char *after)
{
    struct buf source = { 0 };
    size_t each = strlen(again) + strlen(after);
    size_t times = (CEL_SOURCE_MAX - strlen(before)) / each;
    buf_printf(&source, "%s", before);
    for (size_t i = 0; i < times; i++) {
        buf_printf(&source, "%s", again);
    }
    for (size_t i = 0; i < times; i++) {
        buf_printf(&source, "%s", after);
    }
    buf_byte(&source, '\0');
    struct cel_bounds attack = cel_bounds_check_text(source.data);
    buf_release(&source);
    return attack;
}

TEST(cel_attack, macros_that_double_at_every_step_end_at_a_limit)
{
    struct cel_bounds attack =
        cel_bounds_check_text("['foo', 'bar'].map(x, [x + x, x + x]).map(x, [x + x, x + x])"
                              ".map(x, [x + x, x + x]).map(x, [x + x, x + x])");
    assert_int_equal(attack.code, STATUS_OK);
    struct buf source = { 0 };
    buf_append(&source, STR("[s]"));
    for (int i = 0; i < 40; i++) {
        buf_append(&source, STR(".map(x, x + x + x + x + x + x + x + x)"));
    }
    buf_byte(&source, '\0');
    attack = cel_bounds_check_text(source.data);
    assert_int_equal(attack.outcome.error.kind, CEL_ERROR_MEMORY);
    buf_release(&source);
}

TEST(cel_attack, deep_equality_of_shared_parts_is_charged_for_every_visit)
{
    struct buf source = { 0 };
    for (int i = 0; i < 24; i++) {
        buf_printf(&source, "cel.bind(v%d, [%s%d, %s%d], ", i + 1, i == 0 ? "x + " : "v", i,
                   i == 0 ? "x + " : "v", i);
    }
    buf_append(&source, STR("v24 == [v23, v23]"));
    for (int i = 0; i < 24; i++) {
        buf_byte(&source, ')');
    }
    buf_byte(&source, '\0');
    struct cel_bounds attack = cel_bounds_check_text(source.data);
    assert_int_equal(attack.code, STATUS_OK);
    assert_int_equal(attack.outcome.error.kind, CEL_ERROR_GAS);
    buf_release(&source);
}

TEST(cel_attack, loops_inside_loops_run_out_of_gas)
{
    struct cel_bounds attack =
        cel_bounds_check_text("lists.range(1000).all(a, lists.range(1000).all(b, a + b >= 0))");
    assert_int_equal(attack.outcome.error.kind, CEL_ERROR_GAS);
    attack = cel_bounds_check_text("lists.range(x * 10000)");
    assert_int_equal(attack.outcome.error.kind, CEL_ERROR_GAS);
}

TEST(cel_attack, nesting_ends_at_the_depth_limit)
{
    static const char *const nests[][2] = {
        { "(", ")" },
        { "[", "]" },
        { "!(", ")" },
        { "!!(", ")" },
        { "{1:", "}" },
        { "x?", ":x" },
        { "l[", "]" },
        { "-(", ")" },
        { "size(", ")" },
        { "[1].map(i,", ")" },
        { "cel.bind(a,1,", ")" },
        { "x||x&&(", ")" },
    };
    for (size_t i = 0; i < sizeof nests / sizeof nests[0]; i++) {
        struct cel_bounds attack = attack_repeat("", nests[i][0], nests[i][1]);
        assert_int_equal(attack.code, STATUS_INVALID_ARGUMENT);
        attack = attack_repeat("", nests[i][0], "");
        assert_int_equal(attack.code, STATUS_INVALID_ARGUMENT);
    }
}

TEST(cel_attack, the_deepest_allowed_nesting_of_every_operator_fits_the_stack)
{
    struct buf source = { 0 };
    for (int i = 0; i < CEL_DEPTH_MAX - 1; i++) {
        buf_append(&source, STR("x==1?true:x<1||x>2&&x==1+2*-(x+l[0]>1?1:"));
    }
    buf_append(&source, STR("1"));
    for (int i = 0; i < CEL_DEPTH_MAX - 1; i++) {
        buf_byte(&source, ')');
    }
    buf_byte(&source, '\0');
    cel_bounds_check_text(source.data);
    buf_release(&source);
}

TEST(cel_attack, long_chains_cost_neither_stack_nor_time)
{
    static const char *const chains[] = {
        "+x",         "+1",        "||d",      "&&d",      "==d",
        "-u",         ".a",        "[0]",      ".a()",     ",1",
        "?1",         "!",         "-",        "||x",      "*x",
        ".map(i,i)",  "in l",      "<x",       ".size()",  ".?a",
        "+[]",        "+{}",       "+s",       "+'a'",     "==[]",
        ".b.c",       ".abcdefgh", "||y",      "+size(s)", "%x",
        "+role.name", ".min()",    ".first()", ".value()", ".min()==d.min()",
        ".flatten()", " // \n",
    };
    for (size_t i = 0; i < sizeof chains / sizeof chains[0]; i++) {
        attack_repeat("x", chains[i], "");
        attack_repeat("d", chains[i], "");
        attack_repeat("s", chains[i], "");
        attack_repeat("[]", chains[i], "");
        attack_repeat("", chains[i], "");
    }
}

TEST(cel_attack, wide_literals_and_calls_are_bounded)
{
    static const char *const wides[][2] = {
        { "[x", ",x" },
        { "[[]", ",[]" },
        { "[d", ",1" },
        { "{x:1", ",x:1" },
        { "size(x", ",x" },
        { "[{}", ",{}" },
        { "[''", ",b''" },
        { "[y", ",y" },
        { "Role{name:''", ",name:''" },
        { "[optional.none()", ",?d" },
        { "[[d]", ",[x]" },
        { "[[[]]", ",[[]]" },
        { "{'a':1", ",'b':2" },
        { "['\\x41", "\\x41" },
    };
    for (size_t i = 0; i < sizeof wides / sizeof wides[0]; i++) {
        attack_repeat(wides[i][0], wides[i][1], "");
    }
}

TEST(cel_attack, bytes_that_are_no_text_are_refused)
{
    struct cel_bounds attack = cel_bounds_check_text("'\xff\xfe'");
    assert_int_equal(attack.code, STATUS_INVALID_ARGUMENT);
    attack = attack_repeat("", "\xe2\x82", "");
    assert_int_equal(attack.code, STATUS_INVALID_ARGUMENT);
}

TEST(cel_attack, a_source_above_the_limit_is_refused)
{
    struct buf source = { 0 };
    for (int i = 0; i < CEL_SOURCE_MAX + 1; i++) {
        buf_byte(&source, '1');
    }
    buf_byte(&source, '\0');
    struct cel_bounds attack = cel_bounds_check_text(source.data);
    assert_int_equal(attack.code, STATUS_INVALID_ARGUMENT);
    buf_release(&source);
}
