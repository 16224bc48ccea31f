/* Writes random expressions and what we say they are, a line each:
 *
 *   cel_differential GRAMMAR COUNT SEED > lines    expression TAB value TAB why
 *   cel_differential < expressions > lines         the same for given ones
 *
 * Fails when a program took more gas than was estimated for it.
 * The value is "error" or text that says kind and bits, the same as other/main.go writes. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/cel/cel.h"
#include "tests/cel-differential/generate.h"

enum { ARENA_MAX = 16 << 20, EXPRESSION_SIZE_MAX = 24, VARIABLES = 12, LINE_MAX_BYTES = 1 << 16 };

struct runner {
    struct arena program, values;
    struct cel_run run; /* of the bindings */
    struct cel_variable variables[VARIABLES];
    struct cel_value bindings[VARIABLES];
    uint32_t count;
    unsigned long bounded; /* programs with an estimate */
    bool failed;           /* one took more than that */
};

/* The size of a text or list, for the estimate; 0: it has none. */
static uint32_t size_of(struct cel_value value)
{
    if (value.kind == CEL_STRING || value.kind == CEL_BYTES) {
        return value.size;
    }
    return value.kind == CEL_LIST  ? value.list->count
           : value.kind == CEL_MAP ? value.map->count
                                   : 0;
}

static void declare(struct runner *runner, const char *name, const struct cel_type *type,
                    struct cel_value value)
{
    runner->variables[runner->count] =
        (struct cel_variable){ .name = str_z(name), .type = type, .size_max = size_of(value) };
    runner->bindings[runner->count++] = value;
}

static struct cel_value list_of(struct runner *runner, const struct cel_value *values,
                                uint32_t count)
{
    struct cel_value *items, list;
    if (!cel_list_new(&runner->run, count, &items, &list)) {
        abort();
    }
    memcpy(items, values, count * sizeof *items);
    return list;
}

/* The same as in other/main.go. */
static void declare_all(struct runner *runner)
{
    struct arena *arena = &runner->values;
    struct cel_entry *entries = arena_alloc(arena, 2 * sizeof *entries);
    struct cel_value map;
    struct cel_value numbers[] = { cel_int(5), cel_int(-2), cel_int(0), cel_int(5) };
    struct cel_value texts[] = { cel_string(STR("b")), cel_string(STR("ab")),
                                 cel_string(STR("\xC3\xA9")) };
    entries[0] = (struct cel_entry){ cel_string(STR("a")), cel_int(42) };
    entries[1] = (struct cel_entry){ cel_string(STR("abc")), cel_int(-7) };
    if (!cel_map_new(&runner->run, entries, 2, &map)) {
        abort();
    }
    declare(runner, "i", &cel_type_int, cel_int(3));
    declare(runner, "u", &cel_type_uint, cel_uint(4));
    declare(runner, "d", &cel_type_double, cel_double(2.5));
    declare(runner, "s", &cel_type_string, cel_string(STR("abc")));
    declare(runner, "y", &cel_type_bytes, cel_bytes(STR("\xC3\x28")));
    declare(runner, "b", &cel_type_bool, cel_bool(true));
    declare(runner, "li", cel_type_list_of(arena, &cel_type_int), list_of(runner, numbers, 4));
    declare(runner, "ls", cel_type_list_of(arena, &cel_type_string), list_of(runner, texts, 3));
    declare(runner, "m", cel_type_map_of(arena, &cel_type_string, &cel_type_int), map);
    declare(runner, "t", &cel_type_timestamp, cel_timestamp(1234567890, 123456789));
    declare(runner, "r", &cel_type_duration, cel_duration(3661, 500000000));
    declare(runner, "x", &cel_type_dyn, cel_int(3));
}

static void print_hex(struct buf *out, struct str bytes)
{
    for (size_t i = 0; i < bytes.size; i++) {
        buf_printf(out, "%02x", (unsigned)(unsigned char)bytes.data[i]);
    }
}

static void print_double(struct buf *out, double number)
{
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    if (isnan(number)) {
        buf_append(out, STR("dNaN"));
    } else {
        buf_printf(out, "d%016llx", (unsigned long long)bits);
    }
}

static void print_value(struct buf *out, struct cel_value value);

static void print_list(struct buf *out, const struct cel_list *list)
{
    buf_byte(out, '[');
    for (uint32_t i = 0; i < list->count; i++) {
        print_value(out, list->items[i]);
        buf_byte(out, ',');
    }
    buf_byte(out, ']');
}

static int compare_texts(const void *a, const void *b)
{
    const struct buf *left = a, *right = b;
    return str_cmp(buf_str(left), buf_str(right));
}

/* Entries sorted by their text. */
static void print_map(struct buf *out, const struct cel_map *map)
{
    struct buf *texts = calloc(map->count + 1, sizeof *texts);
    if (texts == NULL) {
        abort();
    }
    for (uint32_t i = 0; i < map->count; i++) {
        print_value(&texts[i], map->entries[i].key);
        buf_byte(&texts[i], ':');
        print_value(&texts[i], map->entries[i].value);
    }
    qsort(texts, map->count, sizeof *texts, compare_texts);
    buf_byte(out, '{');
    for (uint32_t i = 0; i < map->count; i++) {
        buf_append(out, buf_str(&texts[i]));
        buf_byte(out, ',');
        buf_release(&texts[i]);
    }
    buf_byte(out, '}');
    free(texts);
}

static void print_value(struct buf *out, struct cel_value value)
{
    if (value.kind == CEL_NULL) {
        buf_append(out, STR("null"));
    } else if (value.kind == CEL_BOOL) {
        buf_append(out, value.boolean ? STR("true") : STR("false"));
    } else if (value.kind == CEL_INT) {
        buf_printf(out, "i%lld", (long long)value.integer);
    } else if (value.kind == CEL_UINT) {
        buf_printf(out, "u%llu", (unsigned long long)value.unsigned_integer);
    } else if (value.kind == CEL_DOUBLE) {
        print_double(out, value.number);
    } else if (value.kind == CEL_STRING || value.kind == CEL_BYTES) {
        buf_byte(out, value.kind == CEL_STRING ? 's' : 'y');
        print_hex(out, cel_str(value));
    } else if (value.kind == CEL_TIMESTAMP || value.kind == CEL_DURATION) {
        buf_printf(out, "%c%lld.%09d", value.kind == CEL_TIMESTAMP ? 't' : 'r',
                   (long long)value.seconds, value.nanos);
    } else if (value.kind == CEL_LIST) {
        print_list(out, value.list);
    } else if (value.kind == CEL_MAP) {
        print_map(out, value.map);
    } else if (value.kind == CEL_TYPE) {
        buf_printf(out, "type(%.*s)", STR_ARG(value.type->name));
    } else if (value.kind == CEL_OPTIONAL && value.content == NULL) {
        buf_append(out, STR("none"));
    } else if (value.kind == CEL_OPTIONAL) {
        buf_append(out, STR("some("));
        print_value(out, *value.content);
        buf_byte(out, ')');
    } else {
        buf_append(out, STR("other"));
    }
}

/* What was promised before must hold. */
static void check_estimate(struct runner *runner, struct str source,
                           const struct cel_program *program, uint64_t gas)
{
    uint64_t most = cel_cost(program).gas_max;
    runner->bounded += most != UINT64_MAX;
    if (gas > most) {
        fprintf(stderr, "expected at most %llu gas, but it took %llu: %.*s\n",
                (unsigned long long)most, (unsigned long long)gas, STR_ARG(source));
        runner->failed = true;
    }
}

static void run_line(struct runner *runner, struct str source)
{
    struct cel_env env = { .variables = runner->variables,
                           .variable_count = runner->count,
                           .without_limits = true };
    const struct cel_program *program;
    struct cel_problems problems;
    struct cel_outcome outcome;
    struct buf out = { 0 };
    arena_reset(&runner->program);
    struct status status = cel_compile(&env, source, &runner->program, &program, &problems);
    if (status.code != STATUS_OK) {
        printf("%.*s\terror\t%s\n", STR_ARG(source), status.msg);
        return;
    }
    cel_eval(program, runner->bindings, &runner->program, 10 * CEL_GAS_MAX, &outcome);
    check_estimate(runner, source, program, outcome.gas_used);
    if (outcome.error.kind == CEL_ERROR_NONE) {
        print_value(&out, outcome.value);
        printf("%.*s\t%.*s\t\n", STR_ARG(source), STR_ARG(buf_str(&out)));
    } else {
        printf("%.*s\terror\t%s\n", STR_ARG(source), outcome.error.msg);
    }
    buf_release(&out);
}

static void run_given(struct runner *runner)
{
    static char line[LINE_MAX_BYTES];
    while (fgets(line, sizeof line, stdin) != NULL) {
        run_line(runner, (struct str){ line, strcspn(line, "\n") });
    }
}

static void run_generated(struct runner *runner, const char *path, long count, uint64_t seed)
{
    static char grammar[LINE_MAX_BYTES];
    static struct generator generator;
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        fprintf(stderr, "cannot read '%s'\n", path);
        exit(2);
    }
    size_t size = fread(grammar, 1, sizeof grammar, file);
    fclose(file);
    generator_load(&generator, str_make(grammar, size), seed);
    for (long i = 0; i < count; i++) {
        struct buf source = { 0 };
        generator_next(&generator, (unsigned)(i % EXPRESSION_SIZE_MAX), &source);
        run_line(runner, buf_str(&source));
        buf_release(&source);
    }
}

int main(int argc, char **argv)
{
    static struct runner runner;
    arena_init(&runner.program, ARENA_MAX);
    arena_init(&runner.values, ARENA_MAX);
    runner.run = (struct cel_run){ .arena = &runner.values, .gas = { UINT64_MAX } };
    declare_all(&runner);
    if (argc == 4) {
        run_generated(&runner, argv[1], strtol(argv[2], NULL, 10), strtoull(argv[3], NULL, 10));
    } else {
        run_given(&runner);
    }
    arena_release(&runner.program);
    arena_release(&runner.values);
    fprintf(stderr, "%lu programs kept to their estimate of gas\n", runner.bounded);
    return runner.failed;
}
