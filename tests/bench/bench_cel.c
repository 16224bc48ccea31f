/* CEL: nanoseconds per evaluation and microseconds per compilation (parse, check, fold, estimate,
 * plan) of the five expressions that other implementations are measured with: the best of many
 * short runs, in processor time. `a` is a protobuf message, the rest are plain values. */
#include <stdio.h>
#include <time.h>

#include "agency/v1/role.pb-c.h"
#include "core/cel/cel.h"
#include "core/cel/generated.h"

enum { BENCH_RUNS = 45, BENCH_ITEMS = 100 };

struct bench {
    struct arena arena, evaluation;
    struct cel_generated generated;
    struct cel_env env;
    struct cel_value bindings[4];
};

static double bench_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static const struct cel_program *bench_compile(struct bench *b, struct arena *arena,
                                               const char *source)
{
    struct cel_problems problems;
    const struct cel_program *program;
    struct status status = cel_compile(&b->env, str_z(source), arena, &program, &problems);
    if (status.code != STATUS_OK) {
        printf("%s: %s\n", source, status.msg);
        return NULL;
    }
    return program;
}

static double bench_evaluate_ns(struct bench *b, const struct cel_program *program, int times)
{
    struct cel_outcome outcome;
    double best = 1e18;
    for (int run = 0; run < BENCH_RUNS; run++) {
        double begin = bench_now_ns();
        for (int i = 0; i < times; i++) {
            if (b->evaluation.used > 0) {
                arena_reset(&b->evaluation);
            }
            cel_eval(program, b->bindings, &b->evaluation, CEL_GAS_MAX, &outcome);
        }
        double each = (bench_now_ns() - begin) / times;
        best = each < best ? each : best;
    }
    return best;
}

static double bench_compile_us(struct bench *b, const char *source)
{
    double best = 1e18;
    for (int run = 0; run < BENCH_RUNS; run++) {
        double begin = bench_now_ns();
        for (int i = 0; i < 200; i++) {
            arena_reset(&b->evaluation);
            bench_compile(b, &b->evaluation, source);
        }
        double each = (bench_now_ns() - begin) / 200e3;
        best = each < best ? each : best;
    }
    return best;
}

static bool bench_row(struct bench *b, const char *source, int times)
{
    const struct cel_program *program = bench_compile(b, &b->arena, source);
    if (program == NULL) {
        return false;
    }
    double ns = bench_evaluate_ns(b, program, times);
    double us = bench_compile_us(b, source);
    printf("%-66s %9.1f ns  compile %6.1f us\n", source, ns, us);
    return true;
}

int main(void)
{
    static const struct cel_variable variables[] = {
        { { "n", 1 }, &cel_type_int, 0, 0, 0 },
        { { "c", 1 }, &cel_type_string, 64, 0, 0 },
        { { "l", 1 }, &cel_type_list_int, BENCH_ITEMS, 0, 0 },
        { { "a", 1 }, NULL, 0, 0, 0 },
    };
    static const ProtobufCMessageDescriptor *const roots[] = { &agency__v1__role__descriptor };
    static const char *const sources[] = {
        "n == 80",
        "a.name == 'x'",
        "a.name == 'x' && c in ['p', 'q']",
        "a.name == 'x' && c in ['p', 'q'] && n >= 1 && n < 65535",
        "l.all(x, x < 1000)",
    };
    struct bench b = { 0 };
    arena_init(&b.arena, 1 << 20);
    arena_init(&b.evaluation, 1 << 20);
    struct status status = cel_generated_init(&b.generated, &b.arena, roots, 1);
    struct cel_variable declared[4];
    memcpy(declared, variables, sizeof declared);
    declared[3].type = cel_type_message(&b.arena, STR("agency.v1.Role"));
    b.env = (struct cel_env){ .provider = &b.generated.provider,
                              .variables = declared,
                              .variable_count = 4 };
    struct cel_value items[BENCH_ITEMS];
    for (int i = 0; i < BENCH_ITEMS; i++) {
        items[i] = cel_int(i);
    }
    struct cel_list list = { BENCH_ITEMS, items };
    char name[] = "x";
    Agency__V1__Role role = AGENCY__V1__ROLE__INIT;
    role.name = name;
    b.bindings[0] = cel_int(80);
    b.bindings[1] = cel_string(STR("q"));
    b.bindings[2] = cel_list_value(&list);
    b.bindings[3] = cel_generated_value(&role.base);
    bool fine = status.code == STATUS_OK;
    for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++) {
        fine = bench_row(&b, sources[i], i == 4 ? 2000 : 50000) && fine;
    }
    arena_release(&b.evaluation);
    arena_release(&b.arena);
    return fine ? 0 : 1;
}
