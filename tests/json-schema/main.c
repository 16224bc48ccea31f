/* Runs cases of the JSON-Schema-Test-Suite.
 *
 *   json_schema EXCEPTIONS < LINES
 *
 * LINES are made by lines.py: "schema<TAB>NAME<TAB>JSON", and behind each those that it must judge,
 * "true<TAB>NAME<TAB>JSON" or "false...". EXCEPTIONS lists what is left out, one "NAME: reason" a
 * line, where NAME is a file, a schema in it or a single test; those tests count for nothing. An
 * exception of which nothing is left, or a test of which passes, fails the run, so that the list
 * can only shrink. */
#include <stdio.h>
#include <stdlib.h>

#include "core/pb/json.h"
#include "core/schema/schema.h"

enum { LINE_MAX_SIZE = 1 << 20, EXCEPTIONS_MAX = 200, NAME_SIZE = 400 };

struct exception {
    char name[NAME_SIZE];
    unsigned failed, passed;
};

struct runner {
    struct exception exceptions[EXCEPTIONS_MAX];
    unsigned exception_count, reasons;
    unsigned passed, passed_optional, failed;
    uint64_t gas_max;
    struct arena plan;
    const struct schema *schema; /* NULL: refused */
    char refusal[STATUS_MSG_MAX];
};

static void read_exceptions(struct runner *runner, const char *path)
{
    char line[NAME_SIZE];
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        fprintf(stderr, "cannot read '%s'\n", path);
        exit(2);
    }
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        runner->reasons += line[0] == '=';
        if (line[0] == '#' || line[0] == '=' || line[0] == '\0') {
            continue;
        }
        if (runner->reasons == 0 || runner->exception_count == EXCEPTIONS_MAX) {
            fprintf(stderr, "expected a reason, and at most %d exceptions\n", EXCEPTIONS_MAX);
            exit(2);
        }
        memcpy(runner->exceptions[runner->exception_count++].name, line, sizeof line);
    }
    fclose(file);
}

static struct exception *find_exception(struct runner *runner, const char *name)
{
    for (unsigned i = 0; i < runner->exception_count; i++) {
        struct exception *exception = &runner->exceptions[i];
        size_t size = strlen(exception->name);
        bool inside = strncmp(exception->name, name, size) == 0;
        if (inside && (name[size] == '\0' || name[size] == '/')) {
            return exception;
        }
    }
    return NULL;
}

static void count(struct runner *runner, const char *name, const char *why)
{
    struct exception *exception = find_exception(runner, name);
    if (exception != NULL) {
        *(why == NULL ? &exception->passed : &exception->failed) += 1;
    } else if (why == NULL) {
        runner->passed++;
        runner->passed_optional += strncmp(name, "optional/", strlen("optional/")) == 0;
    } else {
        runner->failed++;
        printf("FAILED %s: %s\n", name, why);
    }
}

static void run_schema(struct runner *runner, const char *text)
{
    struct cel_gas gas = { SCHEMA_GAS };
    arena_release(&runner->plan);
    arena_init(&runner->plan, SCHEMA_MEMORY);
    struct status status = schema_compile_text(&runner->plan, &gas, str_z(text), &runner->schema);
    if (status.code != STATUS_OK) {
        runner->schema = NULL;
        snprintf(runner->refusal, sizeof runner->refusal, "%s", status.msg);
    }
    runner->gas_max =
        SCHEMA_GAS - gas.left > runner->gas_max ? SCHEMA_GAS - gas.left : runner->gas_max;
}

static struct status judge(struct runner *runner, struct arena *arena, const char *text,
                           struct schema_verdict *verdict)
{
    struct cel_gas gas = { SCHEMA_GAS };
    Google__Protobuf__Value *value;
    TRY(pb_from_json(arena, &google__protobuf__value__descriptor, str_z(text), &value));
    TRY(schema_validate(runner->schema, arena, &gas, value, verdict));
    runner->gas_max =
        SCHEMA_GAS - gas.left > runner->gas_max ? SCHEMA_GAS - gas.left : runner->gas_max;
    return status_ok();
}

static void run_test(struct runner *runner, const char *name, bool valid, const char *text)
{
    struct schema_verdict verdict;
    struct arena arena;
    if (runner->schema == NULL) {
        count(runner, name, runner->refusal);
        return;
    }
    arena_init(&arena, SCHEMA_MEMORY);
    struct status status = judge(runner, &arena, text, &verdict);
    bool told = verdict.valid == (verdict.problem_count == 0);
    count(runner, name,
          status.code != STATUS_OK ? status.msg
          : !told                  ? "expected problems exactly when it is invalid"
          : verdict.valid == valid ? NULL
          : valid                  ? "expected it to be valid"
                                   : "expected it to be invalid");
    arena_release(&arena);
}

static void run_line(struct runner *runner, char *line)
{
    char *name = strchr(line, '\t'), *text = name == NULL ? NULL : strchr(name + 1, '\t');
    if (text == NULL) {
        fprintf(stderr, "expected a line of lines.py, not '%s'\n", line);
        exit(2);
    }
    *name++ = '\0';
    *text++ = '\0';
    if (strcmp(line, "schema") == 0) {
        run_schema(runner, text);
    } else {
        run_test(runner, name, strcmp(line, "true") == 0, text);
    }
}

static unsigned report(struct runner *runner)
{
    unsigned left_out = 0;
    for (unsigned i = 0; i < runner->exception_count; i++) {
        const struct exception *exception = &runner->exceptions[i];
        left_out += exception->failed;
        if (exception->passed > 0 || exception->failed == 0) {
            runner->failed++;
            printf("FAILED %s: expected no exception for what passes (%u do, %u do not)\n",
                   exception->name, exception->passed, exception->failed);
        }
    }
    printf("%u tests pass, %u of them optional ones; %u are left out for %u reasons; at most %llu "
           "of %d gas\n",
           runner->passed, runner->passed_optional, left_out, runner->reasons,
           (unsigned long long)runner->gas_max, SCHEMA_GAS);
    printf("%u passed, %u failed, 0 skipped\n", runner->passed, runner->failed);
    return runner->failed;
}

int main(int argc, char **argv)
{
    static struct runner runner;
    char *line = malloc(LINE_MAX_SIZE);
    if (argc != 2 || line == NULL) {
        fprintf(stderr, "usage: json_schema EXCEPTIONS < LINES\n");
        return 2;
    }
    read_exceptions(&runner, argv[1]);
    while (fgets(line, LINE_MAX_SIZE, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        run_line(&runner, line);
    }
    unsigned failed = report(&runner);
    arena_release(&runner.plan);
    free(line);
    return failed > 0;
}
