/* The extensions' functions: what the released suite does not ask. Each line is an expression that
 * must be true, or one that must fail. */
#include "core/cel/cel.h"

#include <stdio.h>

#include "tests/lib/test.h"

static struct cel_outcome eval(struct arena *arena, const char *source)
{
    struct cel_env env = { .without_limits = true };
    const struct cel_program *program;
    struct cel_problems problems;
    struct cel_outcome outcome = { 0 };
    struct status status = cel_compile(&env, str_z(source), arena, &program, &problems);
    if (status.code != STATUS_OK) {
        fail_msg("'%s' does not compile: %s", source, status.msg);
    }
    cel_eval(program, NULL, arena, CEL_GAS_MAX, &outcome);
    return outcome;
}

static void assert_all_true(const char *const *sources, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct arena arena;
        arena_init(&arena, 1 << 20);
        struct cel_outcome outcome = eval(&arena, sources[i]);
        if (outcome.error.kind != CEL_ERROR_NONE || outcome.value.kind != CEL_BOOL ||
            !outcome.value.boolean) {
            fail_msg("expected '%s' to be true (%s)", sources[i], outcome.error.msg);
        }
        arena_release(&arena);
    }
}

static void assert_error(const char *source, const char *msg)
{
    struct arena arena;
    arena_init(&arena, 1 << 20);
    struct cel_outcome outcome = eval(&arena, source);
    assert_int_equal(outcome.error.kind, CEL_ERROR_VALUE);
    assert_string_equal(outcome.error.msg, msg);
    arena_release(&arena);
}

#define ASSERT_TRUE(...)                                            \
    do {                                                            \
        static const char *const sources[] = { __VA_ARGS__ };       \
        assert_all_true(sources, sizeof sources / sizeof *sources); \
    } while (0)

TEST(strings, positions_are_code_points_and_checked)
{
    ASSERT_TRUE("'\u00e9\U0001F600z'.charAt(1) == '\U0001F600'", "'a'.charAt(1) == ''",
                "'abcabc'.indexOf('c', 3) == 5", "'abc'.indexOf('', 3) == 3",
                "'abcabc'.lastIndexOf('abc', 2) == 0", "''.lastIndexOf('') == 0",
                "'abc'.lastIndexOf('abcd') == -1", "'abc'.substring(1, 2) == 'b'",
                "'\u00e9a'.reverse() == 'a\u00e9'");
    assert_error("'abc'.charAt(4)", "expected an index within the string, not '4'");
    assert_error("'abc'.substring(-1)", "expected an index within the string, not '-1'");
    assert_error("'abc'.substring(2, 1)",
                 "expected the start of a substring not to lie behind its end");
    assert_error("'abc'.indexOf('a', 4)", "expected an index within the string, not '4'");
}

TEST(strings, the_empty_string_lies_between_all_characters)
{
    ASSERT_TRUE("'a\u00e9'.replace('', '-') == '-a-\u00e9-'", "''.replace('', '-') == '-'",
                "'ab'.replace('', '-', 2) == '-a-b'", "'ab'.replace('', '-', 0) == 'ab'",
                "'a\u00e9'.split('') == ['a', '\u00e9']", "''.split('') == []",
                "''.split(',') == ['']", "'a,b,c'.split(',', 2) == ['a', 'b,c']",
                "'abc'.split('', 2) == ['a', 'bc']", "',a,'.split(',') == ['', 'a', '']");
}

TEST(strings, what_is_no_text_of_its_own_is_not_joined)
{
    ASSERT_TRUE("['a'].join(', ') == 'a'", "['', ''].join('-') == '-'",
                "strings.quote('\\u0001\\'') == '\"\\u0001\\'\"'");
    assert_error("dyn(['a', 1]).join()", "expected a list of strings to join");
}

TEST(format, clauses_say_values_as_the_specification_does)
{
    ASSERT_TRUE("'%d %b %o %x %X'.format([-10, -2, 8u, -255, 'k\u00e9']) == "
                "'-10 -10 10 -ff 6BC3A9'",
                "'%s'.format([{2: 'b', 10: [1.50, null]}]) == '{10: [1.5, null], 2: b}'",
                "'%s %s'.format([1e21, -0.0]) == '1000000000000000000000 -0'",
                "'%s'.format([duration('-1.5s')]) == '-1.5s'", "'%%'.format([]) == '%'",
                "'\u00e9%s\u00e9'.format(['']) == '\u00e9\u00e9'");
}

TEST(format, what_cannot_be_said_is_an_error)
{
    assert_error("'%d'.format(['a'])", "expected a number for %d, but the value is string");
    assert_error("'%s %s'.format([1])", "expected a value for clause 2 of the format");
    assert_error("'%q'.format([1])", "expected one of %s %d %f %e %b %o %x %X, not '%q'");
    assert_error("'%'.format([1])", "expected a letter after '%' at the end of the format");
    assert_error("'%.f'.format([1.0])", "expected digits after '%.'");
    assert_error("'%.101f'.format([1.0])", "expected a precision of at most 100");
    assert_error("'%s'.format([b'\\xff'])", "expected bytes for %s that are UTF-8");
    assert_error("'%s'.format([[optional.none()]])",
                 "expected a value for %s that has a text, but the value is optional_type");
}

TEST(math, extremes_compare_across_kinds_exactly)
{
    ASSERT_TRUE("math.greatest(9223372036854775807, 9223372036854775808u) == 9223372036854775808u",
                "math.least(-1, 1u) == -1", "math.greatest(1, 1.0) == 1",
                "math.greatest(1, 2, 3.5, 2u) == 3.5", "math.isNaN(math.greatest(0.0 / 0.0))",
                "math.sign(-0.0) == 0.0", "math.round(-2.5) == -3.0",
                "math.bitShiftRight(-1, 1) == 9223372036854775807",
                "math.bitShiftLeft(1, 63) == -9223372036854775808", "math.bitShiftLeft(1, 64) == 0",
                "math.sqrt(16) == 4.0", "math.isNaN(math.sqrt(-1))", "math.abs(-7.5) == 7.5");
    assert_error("math.greatest(1.0, 0.0 / 0.0)", "expected numbers that have an order, not NaN");
    assert_error("math.abs(-9223372036854775808)",
                 "expected an int whose absolute value is one too");
    assert_error("math.bitShiftLeft(1, -1)", "expected to shift by zero or more bits, not '-1'");
    assert_error("math.greatest(dyn([]))", "expected a list with at least one number");
}

TEST(network, addresses_print_in_one_form)
{
    ASSERT_TRUE("string(ip('2001:DB8:0:0:1:0:0:1')) == '2001:db8::1:0:0:1'",
                "string(ip('::')) == '::'", "string(ip('1::')) == '1::'",
                "string(ip('::1')) == '::1'", "string(ip('0:0:1:0:0:0:1:0')) == '0:0:1::1:0'",
                "string(ip('1:0:2:3:4:5:6:7')) == '1:0:2:3:4:5:6:7'",
                "string(ip('::ffff:c0a8:1')) == '192.168.0.1'",
                "string(cidr('10.1.2.3/8').masked()) == '10.0.0.0/8'",
                "string(cidr('ffff:ffff::/17').masked()) == 'ffff:8000::/17'",
                "cidr('0.0.0.0/0').containsIP('255.255.255.255')",
                "!cidr('10.0.0.0/8').containsCIDR('::/0')", "ip('::').isUnspecified()",
                "ip('fe80::1').isLinkLocalUnicast()", "!ip('10.0.0.1').isLoopback()",
                "ip.isCanonical('::1') && !ip.isCanonical('0::1')");
}

TEST(network, what_programs_read_differently_is_no_address)
{
    static const char *const bad[] = { "",
                                       "1",
                                       "1.2.3",
                                       "1.2.3.4.5",
                                       "01.2.3.4",
                                       "256.1.1.1",
                                       "1.2.3.4 ",
                                       "1..2.3",
                                       ":::",
                                       "1:2",
                                       "1:2:3:4:5:6:7:8:9",
                                       "1:2:3:4:5:6:7:8::",
                                       "::1::",
                                       "12345::",
                                       "g::",
                                       "1:",
                                       ":1",
                                       "::1.2.3.4",
                                       "fe80::1%eth0",
                                       "1:2:3:4:5:6:7:",
                                       "0x1.2.3.4" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char source[100];
        snprintf(source, sizeof source, "!isIP('%s')", bad[i]);
        assert_all_true((const char *const[]){ source }, 1);
    }
    ASSERT_TRUE("!isCIDR('10.0.0.0/33')", "!isCIDR('10.0.0.0/08')", "!isCIDR('10.0.0.0')",
                "!isCIDR('::/129')", "isCIDR('::/128')", "!isCIDR('/8')", "!isCIDR('10.0.0.0/')");
    assert_error("ip('1.2.3')",
                 "expected an address like '10.0.0.1' or '2001:db8::1', not '1.2.3'");
}

TEST(encoders, base64_reads_with_and_without_padding)
{
    ASSERT_TRUE("base64.encode(b'') == ''", "base64.encode(b'a') == 'YQ=='",
                "base64.decode('YQ') == b'a'", "base64.decode('YQ==') == b'a'",
                "base64.decode('YWI=') == b'ab'", "base64.encode(b'\\xff\\xfe\\xfd') == '//79'");
    assert_error("base64.decode('Y')", "expected base64 of the standard alphabet, but it is 'Y'");
    assert_error("base64.decode('YQ=')",
                 "expected base64 of the standard alphabet, but it is 'YQ='");
    assert_error("base64.decode('Y-==')",
                 "expected base64 of the standard alphabet, but it is 'Y-=='");
}

TEST(patterns, a_constant_one_that_is_none_is_a_problem_of_the_source)
{
    struct arena arena;
    struct cel_env env = { 0 };
    const struct cel_program *program;
    struct cel_problems problems;
    arena_init(&arena, 1 << 20);
    assert_code(STATUS_INVALID_ARGUMENT,
                cel_compile(&env, STR("'a'.matches('(' + 'b')"), &arena, &program, &problems));
    assert_int_equal(problems.count, 1);
    assert_string_equal(problems.items[0].msg,
                        "expected ')' for the '(' at character 1 of the pattern '(b'");
    assert_int_equal(problems.items[0].position.column, 13);
    arena_release(&arena);
}

TEST(patterns, a_loop_does_not_keep_a_pattern_for_each_item)
{
    ASSERT_TRUE("lists.range(400).all(x, string(x).matches('^([0-9]{1,3}|[a-z]+)$'))",
                "['a', 'b'].exists(p, 'b'.matches(p))");
}
