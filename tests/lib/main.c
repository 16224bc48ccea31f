/* The main of every test program: runs what TEST registered, in the order of the file. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/lib/test.h"

enum { TESTS_MAX = 1024 };

static struct CMUnitTest tests[TESTS_MAX];
static size_t tests_count;

void test_register(const char *name, CMUnitTestFunction function)
{
    if (tests_count == TESTS_MAX) {
        fprintf(stderr, "expected at most %d tests in one program\n", TESTS_MAX);
        abort();
    }
    tests[tests_count++] = (struct CMUnitTest){ .name = name, .test_func = function };
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        cmocka_set_test_filter(argv[1]);
    }
    return _cmocka_run_group_tests(argv[0], tests, tests_count, NULL, NULL);
}
