/* Runs the released conformance suite.
 *
 *   cel_conformance DESCRIPTORS EXCEPTIONS FILE...
 *
 * DESCRIPTORS is a FileDescriptorSet, FILEs are serialized SimpleTestFiles. EXCEPTIONS lists the
 * tests that are known not to pass, one "file/section/test: reason" a line: they count for nothing,
 * and one that passes fails the run, so that the list can only shrink. A name that occurs again in
 * its section gets "#2". */
#include <stdio.h>
#include <stdlib.h>

#include "tests/cel-conformance/suite.h"

enum { ARENA_MAX = 512 << 20, FILE_MAX = 16 << 20, GAS = 100000000, NAME_MAX_SIZE = 200 };

struct counts {
    unsigned passed, failed, excepted;
};

struct runner {
    struct suite suite;
    struct str exceptions;
    char name[NAME_MAX_SIZE]; /* of the test that runs */
    struct counts counts;
};

/* Why a test failed; empty when it passed. */
struct verdict {
    char why[600];
};

static struct str read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *data = malloc(FILE_MAX);
    if (file == NULL || data == NULL) {
        fprintf(stderr, "cannot read '%s'\n", path);
        exit(2);
    }
    size_t size = fread(data, 1, FILE_MAX, file);
    fclose(file);
    return str_make(data, size);
}

static void fail_values(struct runner *runner, struct verdict *verdict, struct cel_value expected,
                        struct cel_value value)
{
    struct buf wanted = { 0 }, got = { 0 };
    cel_value_print(&wanted, &runner->suite.provider, expected);
    cel_value_print(&got, &runner->suite.provider, value);
    snprintf(verdict->why, sizeof verdict->why, "expected %.*s, but it is %.*s",
             STR_ARG(buf_str(&wanted)), STR_ARG(buf_str(&got)));
    buf_release(&wanted);
    buf_release(&got);
}

static void check_type(struct runner *runner, const struct cel_program *program,
                       struct cel_value typed, struct verdict *verdict)
{
    const struct cel_type *expected =
        suite_type(&runner->suite, suite_get(&runner->suite, typed, "deduced_type"));
    struct buf wanted = { 0 }, got = { 0 };
    cel_type_print(&wanted, expected);
    cel_type_print(&got, cel_program_type(program));
    if (!str_eq(buf_str(&wanted), buf_str(&got))) {
        snprintf(verdict->why, sizeof verdict->why, "expected the type %.*s, but it is %.*s",
                 STR_ARG(buf_str(&wanted)), STR_ARG(buf_str(&got)));
    }
    buf_release(&wanted);
    buf_release(&got);
}

/* The value that the test must give; true unless it says otherwise. */
static struct cel_value expected_value(struct suite *suite, struct cel_value test)
{
    if (suite_has(suite, test, "value")) {
        return suite_value(suite, suite_get(suite, test, "value"));
    }
    if (suite_has(suite, test, "typed_result")) {
        struct cel_value typed = suite_get(suite, test, "typed_result");
        return suite_value(suite, suite_get(suite, typed, "result"));
    }
    return cel_bool(true);
}

static void check_outcome(struct runner *runner, struct cel_value test,
                          const struct cel_outcome *outcome, struct verdict *verdict)
{
    bool wants_error = suite_has(&runner->suite, test, "eval_error");
    bool is_error = outcome->error.kind != CEL_ERROR_NONE;
    if (wants_error || is_error) {
        if (wants_error != is_error) {
            snprintf(verdict->why, sizeof verdict->why, "expected %s error, but: %s",
                     wants_error ? "an" : "no", is_error ? outcome->error.msg : "there is none");
        }
        return;
    }
    struct cel_value expected = expected_value(&runner->suite, test);
    if (!suite_same(&runner->suite, expected, outcome->value)) {
        fail_values(runner, verdict, expected, outcome->value);
    }
}

static void run_test(struct runner *runner, struct cel_value test, struct verdict *verdict)
{
    struct suite_environment environment;
    const struct cel_program *program;
    struct cel_problems problems;
    struct cel_outcome outcome;
    suite_environment(&runner->suite, test, &environment);
    struct status status = cel_compile(&environment.env, suite_text(&runner->suite, test, "expr"),
                                       runner->suite.run.arena, &program, &problems);
    if (status.code != STATUS_OK) {
        if (!suite_has(&runner->suite, test, "eval_error")) {
            snprintf(verdict->why, sizeof verdict->why, "does not compile: %s", status.msg);
        }
        return;
    }
    if (suite_has(&runner->suite, test, "typed_result")) {
        check_type(runner, program, suite_get(&runner->suite, test, "typed_result"), verdict);
    }
    if (verdict->why[0] != '\0' || suite_get(&runner->suite, test, "check_only").boolean) {
        return;
    }
    cel_eval(program, environment.bindings, runner->suite.run.arena, GAS, &outcome);
    check_outcome(runner, test, &outcome, verdict);
}

/* Whether the list has a line that begins with the name and a colon. */
static bool is_exception(const struct runner *runner)
{
    struct str rest = runner->exceptions;
    size_t size = strlen(runner->name);
    while (rest.size > 0) {
        const char *end = memchr(rest.data, '\n', rest.size);
        size_t line = end == NULL ? rest.size : (size_t)(end - rest.data);
        if (line > size && memcmp(rest.data, runner->name, size) == 0 && rest.data[size] == ':') {
            return true;
        }
        rest = str_from(rest, line + (end != NULL));
    }
    return false;
}

static void count(struct runner *runner, const struct verdict *verdict)
{
    bool failed = verdict->why[0] != '\0', excepted = is_exception(runner);
    if (failed && excepted) {
        runner->counts.excepted++;
    } else if (failed) {
        runner->counts.failed++;
        printf("FAILED %s: %s\n", runner->name, verdict->why);
    } else if (excepted) {
        runner->counts.failed++;
        printf("FAILED %s: passes, but is listed as an exception\n", runner->name);
    } else {
        runner->counts.passed++;
    }
}

/* Which one of those with its name in the section the test is, from 1. */
static unsigned occurrence(struct suite *suite, const struct cel_list *tests, uint32_t i)
{
    struct str name = suite_text(suite, tests->items[i], "name");
    unsigned number = 1;
    for (uint32_t k = 0; k < i; k++) {
        number += str_eq(suite_text(suite, tests->items[k], "name"), name);
    }
    return number;
}

static void run_section(struct runner *runner, struct str file, struct cel_value section)
{
    struct suite *suite = &runner->suite;
    struct str section_name = suite_text(suite, section, "name");
    struct cel_value tests = suite_get(suite, section, "test");
    for (uint32_t i = 0; i < tests.list->count; i++) {
        struct verdict verdict = { 0 };
        struct str name = suite_text(suite, tests.list->items[i], "name");
        unsigned number = occurrence(suite, tests.list, i);
        char suffix[16] = "";
        if (number > 1) {
            snprintf(suffix, sizeof suffix, "#%u", number);
        }
        snprintf(runner->name, sizeof runner->name, "%.*s/%.*s/%.*s%s", STR_ARG(file),
                 STR_ARG(section_name), STR_ARG(name), suffix);
        run_test(runner, tests.list->items[i], &verdict);
        count(runner, &verdict);
    }
}

static void free_file(struct str bytes)
{
    union {
        const char *read;
        char *write;
    } data = { bytes.data };
    free(data.write);
}

static void run_file(struct runner *runner, const struct cel_schema *schema, const char *path)
{
    struct suite *suite = &runner->suite;
    struct arena arena;
    struct str bytes = read_file(path);
    const void *message;
    struct counts before = runner->counts;
    arena_init(&arena, ARENA_MAX);
    suite->run =
        (struct cel_run){ .arena = &arena, .gas = { UINT64_MAX }, .provider = &suite->provider };
    if (!cel_dynamic_decode(
            &suite->run, schema,
            cel_schema_message(schema, STR("cel.expr.conformance.test.SimpleTestFile")), bytes,
            &message)) {
        fprintf(stderr, "%s: %s\n", path, suite->run.error.msg);
        exit(2);
    }
    struct cel_value file = cel_message(message);
    struct str name = suite_text(suite, file, "name");
    struct cel_value sections = suite_get(suite, file, "section");
    for (uint32_t i = 0; i < sections.list->count; i++) {
        run_section(runner, name, sections.list->items[i]);
    }
    printf("%-20.*s %4u passed %4u failed %4u excepted\n", STR_ARG(name),
           runner->counts.passed - before.passed, runner->counts.failed - before.failed,
           runner->counts.excepted - before.excepted);
    arena_release(&arena);
    free_file(bytes);
}

int main(int argc, char **argv)
{
    struct arena arena;
    struct cel_schema schema;
    static struct runner runner;
    if (argc < 4) {
        fprintf(stderr, "usage: cel_conformance DESCRIPTORS EXCEPTIONS FILE...\n");
        return 2;
    }
    arena_init(&arena, ARENA_MAX);
    struct str descriptors = read_file(argv[1]);
    struct status status = cel_schema_load(&arena, descriptors, &schema);
    if (status.code != STATUS_OK) {
        fprintf(stderr, "%s: %s\n", argv[1], status.msg);
        return 2;
    }
    runner.suite.provider = cel_dynamic_provider(&schema);
    runner.exceptions = read_file(argv[2]);
    for (int i = 3; i < argc; i++) {
        run_file(&runner, &schema, argv[i]);
    }
    printf("%u excepted, each for a reason\n%u passed, %u failed, 0 skipped\n",
           runner.counts.excepted, runner.counts.passed, runner.counts.failed);
    arena_release(&arena);
    free_file(runner.exceptions);
    free_file(descriptors);
    return runner.counts.failed > 0;
}
