/* TEST(noun, what_is_true) { ... } registers itself; tests/lib/main.c runs all of a program under
 * cmocka. */
#ifndef TESTS_LIB_TEST_H
#define TESTS_LIB_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/status.h"

/* Adds one test to the program's list; called before main by TEST. */
void test_register(const char *name, CMUnitTestFunction function);

#define TEST(noun, what)                                                    \
    static void noun##_##what(void **state);                                \
    __attribute__((constructor)) static void register_##noun##_##what(void) \
    {                                                                       \
        test_register(#noun ": " #what, noun##_##what);                     \
    }                                                                       \
    static void noun##_##what(void **state __attribute__((unused)))

/* Fails with the status's message when it is not OK. */
#define assert_ok(expression)                                                            \
    do {                                                                                 \
        struct status assert_ok_status = (expression);                                   \
        if (assert_ok_status.code != STATUS_OK) {                                        \
            fail_msg("%s: %s: %s", #expression, status_code_name(assert_ok_status.code), \
                     assert_ok_status.msg);                                              \
        }                                                                                \
    } while (0)

/* Fails unless the expression returns the code. */
#define assert_code(expected, expression)                                                          \
    do {                                                                                           \
        struct status assert_code_status = (expression);                                           \
        if (assert_code_status.code != (expected)) {                                               \
            fail_msg("%s: expected %s, but it is %s: %s", #expression, status_code_name(expected), \
                     status_code_name(assert_code_status.code), assert_code_status.msg);           \
        }                                                                                          \
    } while (0)

#endif
