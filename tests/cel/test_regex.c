/* Patterns match as RE2's do, in linear time and within their gas. */
#include "core/cel/regex.h"

#include "tests/lib/test.h"

enum { GAS = 50000 };

struct outcome {
    enum { NO, YES, REFUSED, OUT_OF_GAS } kind;
    uint64_t gas_used;
    char msg[CEL_ERROR_MSG_MAX];
};

static struct outcome match(struct str pattern, struct str text)
{
    struct arena arena;
    struct outcome outcome = { .kind = REFUSED };
    const struct cel_regex *regex;
    bool matched;
    arena_init(&arena, 256 << 10);
    struct cel_run run = { .arena = &arena, .gas = { GAS } };
    if (cel_regex_compile(&run, pattern, &regex)) {
        outcome.kind = OUT_OF_GAS;
        if (cel_regex_match(&run, regex, text, &matched)) {
            outcome.kind = matched ? YES : NO;
        }
    }
    outcome.gas_used = GAS - run.gas.left;
    memcpy(outcome.msg, run.error.msg, sizeof outcome.msg);
    arena_release(&arena);
    return outcome;
}

static void assert_match(const char *pattern, const char *text)
{
    if (match(str_z(pattern), str_z(text)).kind != YES) {
        fail_msg("expected '%s' to match '%s'", pattern, text);
    }
}

static void assert_no_match(const char *pattern, const char *text)
{
    if (match(str_z(pattern), str_z(text)).kind != NO) {
        fail_msg("expected '%s' not to match '%s'", pattern, text);
    }
}

static void assert_refused(const char *pattern, const char *msg)
{
    struct outcome outcome = match(str_z(pattern), STR(""));
    assert_int_equal(outcome.kind, REFUSED);
    assert_string_equal(outcome.msg, msg);
}

TEST(regex, a_match_may_lie_anywhere_unless_bound)
{
    assert_match("ub", "hubba");
    assert_match("", "");
    assert_match("^h.*a$", "hubba");
    assert_no_match("^ub", "hubba");
    assert_no_match("^$", "a");
    assert_no_match("b$", "ba\n");
    assert_match("(?m)^b$", "a\nb\nc");
    assert_match("\\bbar\\b", "foo bar!");
    assert_no_match("\\bbar\\b", "foobar");
}

TEST(regex, repeats_alternatives_and_groups_nest)
{
    assert_match("^(ab|cd)*ef?$", "abcdabe");
    assert_match("^(a{2}){2,3}$", "aaaaaa");
    assert_no_match("^(a{2}){2,3}$", "aaaaa");
    assert_match("^a{0}b$", "b");
    assert_match("^a{,2}$", "a{,2}");
    assert_match("^(?:a*)*$", "aaa");
    assert_match("^(|a)+$", "aa");
    assert_match("^(a|b|c|)d$", "cd");
    assert_match("(?P<year>\\d{4})-(?<month>\\d\\d)", "on 2026-11-22");
}

TEST(regex, classes_know_ranges_names_and_unicode)
{
    assert_match("^[]a-c^-]+$", "]b^-");
    assert_no_match("[^\\d\\s]", "1 2");
    assert_match("^[[:alpha:][:^ascii:]]+$", "a\xC3\xA9");
    assert_match("^\\pL\\p{Lu}\\P{Ll}\\p{Greek}\\p{^Greek}$", "\xC3\xA9\xC3\x89Z\xCE\xB1z");
    assert_match("^\\x41\\x{1F600}\\101\\Q.*\\E$", "A\xF0\x9F\x98\x80"
                                                   "A.*");
    assert_match("^.$", "\xF0\x9F\x98\x80");
    assert_no_match("^.$", "\n");
    assert_match("(?s)^.$", "\n");
}

TEST(regex, case_is_folded_by_unicode_and_only_where_asked)
{
    assert_match("(?i)^k\xC3\x89$", "\xE2\x84\xAA\xC3\xA9"); /* the Kelvin sign */
    assert_match("^a(?i:b)c$", "aBc");
    assert_no_match("^a(?i:b)c$", "aBC");
    assert_match("(?i)^[a-c]+$", "AbC");
    assert_no_match("(?i)[^a-c]", "AbC");
    assert_no_match("(?i)\\W", "\xE2\x84\xAA");
    assert_match("(?i)a(?-i)B$", "AB");
}

TEST(regex, what_is_not_linear_or_not_a_pattern_is_refused_with_its_place)
{
    assert_refused("(a)\\1", "expected no back-reference (it cannot be matched in linear time) at "
                             "character 5 of the pattern '(a)\\1'");
    assert_refused("a(?=b)", "expected no look-around (it cannot be matched in linear time) at "
                             "character 4 of the pattern 'a(?=b)'");
    assert_refused("(a", "expected ')' for the '(' at character 1 of the pattern '(a'");
    assert_refused("a)", "expected no ')' without its '(' at character 2 of the pattern 'a)'");
    assert_refused("*a", "expected something to repeat at character 1 of the pattern '*a'");
    assert_refused("a**",
                   "expected no repeat of a repeat (use a group) at character 3 of the pattern "
                   "'a**'");
    assert_refused("\xC3\xA9[z-a]",
                   "expected a range with its smaller end first at character 3 of the pattern "
                   "'\xC3\xA9[z-a]'");
    assert_refused("[[:foo:]]", "expected a class like '[:alpha:]' at character 2 of the pattern "
                                "'[[:foo:]]'");
    assert_refused("\\p{Klingon}", "expected a known category or script at character 3 of the "
                                   "pattern '\\p{Klingon}'");
    assert_refused("a{1001}", "expected a repeat of at most 1000, the smaller number first, at "
                              "character 2 of the pattern 'a{1001}'");
}

TEST(regex, every_cut_and_open_end_is_refused)
{
    static const char *const bad[] = { "[",     "[a",      "[a-",         "[]",      "\\",
                                       "\\x4",  "\\x{",    "\\p",         "\\p{L",   "(?",
                                       "(?i",   "(?i-)a",  "(?P<",        "(?P<>a)", "(?<a-b>c)",
                                       "\\Z",   "\\C",     "\\8",         "{2}",     "a|*",
                                       "(?z)a", "x{2}{3}", "\\x{110000}", "[a-\\d]", "[[:alpha:]" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (match(str_z(bad[i]), STR("")).kind != REFUSED) {
            fail_msg("expected '%s' to be refused", bad[i]);
        }
    }
}

TEST(regex, repeats_of_repeats_do_not_blow_up)
{
    struct outcome outcome = match(STR("((((a{10}){10}){10}){10}){10}"), STR("a"));
    assert_int_equal(outcome.kind, REFUSED);
    assert_non_null(strstr(outcome.msg, "a smaller pattern"));
    assert_int_equal(match(STR("((((){1000}){1000}){1000}){1000}"), STR("")).kind, YES);
}

TEST(regex, what_kills_a_backtracker_is_cheap)
{
    struct outcome outcome =
        match(STR("^(a+)+$"), STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"));
    assert_int_equal(outcome.kind, NO);
    assert_in_range(outcome.gas_used, 1, 500);
}

TEST(regex, a_long_text_under_a_wide_pattern_runs_out_of_gas)
{
    static char text[100000];
    memset(text, 'a', sizeof text);
    struct outcome outcome = match(STR("(x?a|y?a|z?a){60}b"), str_make(text, sizeof text));
    assert_int_equal(outcome.kind, OUT_OF_GAS);
}

TEST(regex, groups_nest_to_a_bound)
{
    char pattern[2 * (CEL_REGEX_DEPTH_MAX + 1)];
    size_t depth = CEL_REGEX_DEPTH_MAX + 1;
    memset(pattern, '(', depth);
    memset(pattern + depth, ')', depth);
    assert_int_equal(match(str_make(pattern, 2 * depth), STR("")).kind, REFUSED);
    assert_int_equal(match(str_make(pattern + 1, 2 * depth - 2), STR("")).kind, YES);
}

TEST(regex, a_step_of_a_program_is_bounded_as_the_estimate_says)
{
    static const char *const patterns[] = { "((a?){9}b?){9}c", "[a-c\\d\\pL-]{20}", "(x|y|)*z",
                                            "^$|\\b(a|b)+", "((((a*)*)*)*)*" };
    static char text[400];
    memset(text, 'a', sizeof text);
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        struct arena arena;
        const struct cel_regex *regex;
        bool matched;
        arena_init(&arena, 256 << 10);
        struct cel_run run = { .arena = &arena, .gas = { 10000000 } };
        assert_true(cel_regex_compile(&run, str_z(patterns[i]), &regex));
        assert_in_range(10000000 - run.gas.left, 1, cel_regex_compile_gas(strlen(patterns[i])));
        run.gas.left = 10000000;
        assert_true(cel_regex_match(&run, regex, str_make(text, sizeof text), &matched));
        uint64_t each = 2 + cel_regex_steps(regex) / CEL_REGEX_STEPS_PER_GAS;
        assert_in_range(10000000 - run.gas.left, 1, (sizeof text + 2) * each);
        arena_release(&arena);
    }
}

/* Bytes that are no UTF-8 do not come from CEL; whoever calls the matcher with them gets an answer.
 */
TEST(regex, a_wrong_pattern_of_continuation_bytes_is_refused)
{
    char pattern[80];
    memset(pattern, 0xAB, sizeof pattern);
    pattern[sizeof pattern - 1] = '(';
    assert_int_equal(match(str_make(pattern, sizeof pattern), STR("a")).kind, REFUSED);
}
