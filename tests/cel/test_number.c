/* Numbers read and print exactly, whatever the locale. */
#include "core/cel/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <string.h>

#include "tests/lib/test.h"

static double parsed(const char *text)
{
    double value = 0;
    assert_true(cel_number_double(str_z(text), &value));
    return value;
}

static void assert_shortest(const char *expected, double value)
{
    char out[CEL_NUMBER_TEXT_MAX];
    struct str text = cel_number_shortest(value, out);
    assert_int_equal(text.size, strlen(expected));
    assert_memory_equal(text.data, expected, text.size);
}

static void assert_print(const char *expected, double value, enum cel_number_style style,
                         unsigned precision)
{
    struct arena arena;
    arena_init(&arena, 1 << 16);
    struct str text = cel_number_print(&arena, value, style, precision);
    assert_string_equal(arena_copy(&arena, text).data, expected);
    arena_release(&arena);
}

TEST(number, an_int_takes_a_sign_and_its_whole_range)
{
    int64_t value;
    assert_true(cel_number_int(STR("-9223372036854775808"), &value));
    assert_int_equal(value, INT64_MIN);
    assert_true(cel_number_int(STR("+9223372036854775807"), &value));
    assert_int_equal(value, INT64_MAX);
    assert_false(cel_number_int(STR("9223372036854775808"), &value));
    assert_false(cel_number_int(STR("-9223372036854775809"), &value));
    assert_false(cel_number_int(STR(""), &value));
    assert_false(cel_number_int(STR("-"), &value));
    assert_false(cel_number_int(STR("1 "), &value));
}

TEST(number, a_uint_has_no_sign_and_does_not_wrap)
{
    uint64_t value;
    assert_true(cel_number_uint(STR("18446744073709551615"), &value));
    assert_true(value == UINT64_MAX);
    assert_false(cel_number_uint(STR("18446744073709551616"), &value));
    assert_false(cel_number_uint(STR("99999999999999999999"), &value));
    assert_false(cel_number_uint(STR("-1"), &value));
}

TEST(number, a_double_is_the_nearest_one)
{
    static const char *const texts[] = {
        "0",
        "123.456",
        "6.02214e23",
        "1.38e-23",
        "9007199254740993",
        "9007199254740992.99999999999999999999",
        "1.7976931348623157e308",
        "2.2250738585072011e-308",
        "2.2250738585072014e-308",
        "4.9406564584124654e-324",
        "2.4703282292062328e-324",
        "0.1",
        "1e23",
        "8.988465674311580536566680721305e307",
        "0.000000000000000000000000000000000000000000000000000000000000000000000001234",
        "123456789012345678901234567890123456789012345678901234567890",
        "1e-400",
        "3.5844466002796428e+298",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_true(parsed(texts[i]) == strtod(texts[i], NULL));
    }
}

TEST(number, a_tie_that_a_far_digit_breaks_rounds_up)
{
    assert_true(parsed("9007199254740993") == 9007199254740992.0);
    assert_true(parsed("9007199254740993.00000000000000000000000000000000000000000000000001") ==
                9007199254740994.0);
}

TEST(number, a_double_has_names_and_refuses_what_is_none)
{
    double value;
    assert_true(isnan(parsed("NaN")));
    assert_true(parsed("-Infinity") == -INFINITY);
    assert_true(parsed("inf") == INFINITY);
    assert_true(signbit(parsed("-0.0")));
    static const char *const bad[] = { "",
                                       ".",
                                       "e5",
                                       "1e",
                                       "1e+",
                                       "1.5x",
                                       "0x1",
                                       "1_0",
                                       "1e400",
                                       "--1",
                                       " 1",
                                       "infin",
                                       "1e99999999999999999999" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(cel_number_double(str_z(bad[i]), &value));
    }
}

TEST(number, the_shortest_form_is_that_of_go)
{
    assert_shortest("0", 0);
    assert_shortest("-0", -0.0);
    assert_shortest("123.456", 123.456);
    assert_shortest("-0.0045", -4.5e-3);
    assert_shortest("100000", 1e5);
    assert_shortest("1e+06", 1e6);
    assert_shortest("1.23456789e+08", 123456789);
    assert_shortest("1e-05", 1e-5);
    assert_shortest("5e-324", 5e-324);
    assert_shortest("1.7976931348623157e+308", 1.7976931348623157e308);
    assert_shortest("2.2250738585072014e-308", 2.2250738585072014e-308);
    assert_shortest("9.5367431640625e-07", 0x1p-20);
    assert_shortest("0.3", 0.3);
    assert_shortest("0.30000000000000004", 0.1 + 0.2);
    assert_shortest("1e+23", 1e23);
    assert_shortest("9.007199254740992e+15", 9007199254740992);
    assert_shortest("+Inf", INFINITY);
    assert_shortest("NaN", NAN);
}

/* Digits that the C library needs to read the value back. */
static int digits_needed(double value)
{
    char text[64];
    int precision = 0;
    do {
        snprintf(text, sizeof text, "%.*e", precision++, value);
    } while (strtod(text, NULL) != value);
    return precision;
}

static int digits_in_scientific(struct str text)
{
    int count = 0;
    for (size_t i = 0; i < text.size && text.data[i] != 'e'; i++) {
        count += text.data[i] >= '0' && text.data[i] <= '9';
    }
    return count;
}

TEST(number, the_shortest_form_reads_back_for_any_bits)
{
    uint64_t bits = 88172645463325252ULL;
    for (int i = 0; i < 20000; i++) {
        char out[CEL_NUMBER_TEXT_MAX];
        double value, back;
        bits ^= bits << 13, bits ^= bits >> 7, bits ^= bits << 17;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value)) {
            continue;
        }
        struct str text = cel_number_shortest(value, out);
        assert_true(cel_number_double(text, &back) && back == value);
        if (memchr(text.data, 'e', text.size) != NULL) {
            assert_true(digits_in_scientific(text) <= digits_needed(value));
        }
    }
}

TEST(number, fixed_and_scientific_forms_round_the_exact_value_to_even)
{
    assert_print("1.234", 1.2345, CEL_NUMBER_FIXED, 3);
    assert_print("2", 1.5, CEL_NUMBER_FIXED, 0);
    assert_print("2", 2.5, CEL_NUMBER_FIXED, 0);
    assert_print("1", 0.6, CEL_NUMBER_FIXED, 0);
    assert_print("0", 0.5, CEL_NUMBER_FIXED, 0);
    assert_print("-0.00", -0.004, CEL_NUMBER_FIXED, 2);
    assert_print("100.00", 99.999, CEL_NUMBER_FIXED, 2);
    assert_print("-123.500", -123.4999, CEL_NUMBER_FIXED, 3);
    assert_print("0.0000", 1e-300, CEL_NUMBER_FIXED, 4);
    assert_print("1.052033e+03", 1052.032911275, CEL_NUMBER_SCIENTIFIC, 6);
    assert_print("1e+01", 9.9, CEL_NUMBER_SCIENTIFIC, 0);
    assert_print("0.0e+00", 0, CEL_NUMBER_SCIENTIFIC, 1);
    assert_print("4.9407e-324", 5e-324, CEL_NUMBER_SCIENTIFIC, 4);
}

TEST(number, printing_agrees_with_the_c_library_for_any_bits)
{
    uint64_t bits = 88172645463325252ULL;
    for (int i = 0; i < 3000; i++) {
        char fixed[2000], scientific[2000];
        double value;
        bits ^= bits << 13, bits ^= bits >> 7, bits ^= bits << 17;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value)) {
            continue;
        }
        snprintf(fixed, sizeof fixed, "%.*f", i % 40, value);
        snprintf(scientific, sizeof scientific, "%.*e", i % 40, value);
        assert_print(fixed, value, CEL_NUMBER_FIXED, (unsigned)i % 40);
        assert_print(scientific, value, CEL_NUMBER_SCIENTIFIC, (unsigned)i % 40);
    }
}

TEST(number, the_plain_form_never_has_an_exponent)
{
    assert_print("1000000", 1e6, CEL_NUMBER_PLAIN, 0);
    assert_print("0.00001", 1e-5, CEL_NUMBER_PLAIN, 0);
    assert_print("2.71828", 2.71828, CEL_NUMBER_PLAIN, 0);
    assert_print("0", 0, CEL_NUMBER_PLAIN, 0);
}

TEST(number, integers_print_in_any_base)
{
    char out[CEL_NUMBER_TEXT_MAX];
    assert_true(str_eq(cel_number_base(true, (uint64_t)1 << 63, 10, false, out),
                       STR("-9223372036854775808")));
    assert_true(str_eq(cel_number_base(false, 0, 2, false, out), STR("0")));
    assert_int_equal(cel_number_base(true, UINT64_MAX, 2, false, out).size, 65);
    assert_true(str_eq(cel_number_base(false, 6000, 16, true, out), STR("1770")));
}
