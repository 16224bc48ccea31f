#include "tests/lib/cel_bounds.h"

#include <pthread.h>
#include <stdio.h>
#include <time.h>

#include "core/base/memory.h"
#include "tests/lib/cel_world.h"
#include "tests/lib/test.h"

enum {
    BOUNDS_STACK = 512 << 10,
    BOUNDS_STACK_MAX = 64 << 10,
    BOUNDS_PAINT = 0xA5,
    BOUNDS_CPU_MAX_US = 10000,
    BOUNDS_RUNS = 5, /* of what takes long at first sight: the median counts */
};

/* Sanitizers and missing optimisation make everything slower and every frame larger. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__OPTIMIZE__)
enum { BOUNDS_SLACK = 40 };
#else
enum { BOUNDS_SLACK = 1 };
#endif

static int64_t bounds_cpu_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void bounds_eval(struct cel_bounds *bounds, struct cel_world *world,
                        const struct cel_program *program)
{
    int64_t begin = bounds_cpu_us();
    cel_eval(program, world->bindings, &world->evaluation, CEL_GAS_MAX, &bounds->outcome);
    bounds->eval_us = bounds_cpu_us() - begin;
    bounds->arena_used = world->evaluation.used;
}

static void *bounds_thread(void *arg)
{
    struct cel_bounds *bounds = arg;
    struct cel_world world;
    struct arena arena;
    const struct cel_program *program;
    cel_world_init(&world);
    world.env.unchecked = bounds->unchecked;
    arena_init(&arena, 8 << 20);
    int64_t begin = bounds_cpu_us();
    struct status status =
        cel_compile(&world.env, bounds->source, &arena, &program, &world.problems);
    bounds->compile_us = bounds_cpu_us() - begin;
    bounds->code = status.code;
    if (status.code == STATUS_OK) {
        bounds_eval(bounds, &world, program);
    }
    arena_release(&arena);
    cel_world_release(&world);
    return NULL;
}

static size_t bounds_stack_used(const unsigned char *stack)
{
    size_t untouched = 0;
    while (untouched < BOUNDS_STACK && stack[untouched] == BOUNDS_PAINT) {
        untouched++;
    }
    return BOUNDS_STACK - untouched;
}

static void bounds_run(struct cel_bounds *bounds)
{
    pthread_attr_t attributes;
    pthread_t thread;
    unsigned char *stack = mem_alloc(BOUNDS_STACK);
    memset(stack, BOUNDS_PAINT, BOUNDS_STACK);
    assert_int_equal(pthread_attr_init(&attributes), 0);
    assert_int_equal(pthread_attr_setstack(&attributes, stack, BOUNDS_STACK), 0);
    assert_int_equal(pthread_create(&thread, &attributes, bounds_thread, bounds), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    pthread_attr_destroy(&attributes);
    bounds->stack_size = bounds_stack_used(stack);
    mem_free(stack);
}

static int64_t bounds_slower(const struct cel_bounds *bounds)
{
    return bounds->compile_us > bounds->eval_us ? bounds->compile_us : bounds->eval_us;
}

/* The middle one of several runs, by the slower of compiling and evaluating. */
static void bounds_run_again(struct cel_bounds *bounds)
{
    struct cel_bounds runs[BOUNDS_RUNS];
    for (int i = 0; i < BOUNDS_RUNS; i++) {
        struct cel_bounds run = { .source = bounds->source, .unchecked = bounds->unchecked };
        bounds_run(&run);
        int at = i;
        for (; at > 0 && bounds_slower(&runs[at - 1]) > bounds_slower(&run); at--) {
            runs[at] = runs[at - 1];
        }
        runs[at] = run;
    }
    *bounds = runs[BOUNDS_RUNS / 2];
}

/* Compiles and evaluates the source among the variables of cel_world, in a thread whose stack was
 * painted before, so that the deepest byte used is seen. Fails the test above 10 ms of processor
 * time (the median of several runs) to compile or to evaluate, 64 KiB of stack, the gas or the
 * memory of a run. Without optimisation or with sanitizers stack is not, and time loosely checked.
 */
static void cel_bounds_check(struct cel_bounds *bounds)
{
    bounds_run(bounds);
    if (bounds_slower(bounds) > BOUNDS_CPU_MAX_US * BOUNDS_SLACK / 2) {
        bounds_run_again(bounds);
    }
    if (bounds_slower(bounds) > BOUNDS_CPU_MAX_US * BOUNDS_SLACK) {
        fail_msg("%lld us to compile, %lld us to run '%.*s'", (long long)bounds->compile_us,
                 (long long)bounds->eval_us, STR_ARG(bounds->source));
    }
    if (BOUNDS_SLACK == 1 && bounds->stack_size > BOUNDS_STACK_MAX) {
        fail_msg("%zu bytes of stack for '%.*s'", bounds->stack_size, STR_ARG(bounds->source));
    }
    assert_true(bounds->outcome.gas_used <= CEL_GAS_MAX);
    assert_true(bounds->arena_used <= CEL_ARENA_MAX);
}

struct cel_bounds cel_bounds_check_text(const char *source)
{
    struct cel_bounds bounds = { .source = str_z(source), .unchecked = true };
    cel_bounds_check(&bounds);
    bounds = (struct cel_bounds){ .source = str_z(source) };
    cel_bounds_check(&bounds);
    return bounds;
}

static void bounds_keep(struct cel_bounds_worst *worst, const struct cel_bounds *bounds)
{
    if (bounds->compile_us > worst->compile_us) {
        worst->compile_us = bounds->compile_us;
        snprintf(worst->compiled, sizeof worst->compiled, "%.*s", STR_ARG(bounds->source));
    }
    if (bounds->eval_us > worst->eval_us) {
        worst->eval_us = bounds->eval_us;
        snprintf(worst->evaluated, sizeof worst->evaluated, "%.*s", STR_ARG(bounds->source));
    }
    worst->stack_size =
        bounds->stack_size > worst->stack_size ? bounds->stack_size : worst->stack_size;
}

void cel_bounds_check_of_many(struct cel_bounds_worst *worst, struct str source)
{
    if (worst->count++ % (BOUNDS_SLACK == 1 ? 1 : 32) != 0) {
        return;
    }
    for (int unchecked = 0; unchecked < 2; unchecked++) {
        struct cel_bounds bounds = { .source = source, .unchecked = unchecked == 1 };
        cel_bounds_check(&bounds);
        bounds_keep(worst, &bounds);
    }
}

void cel_bounds_worst_print(const struct cel_bounds_worst *worst)
{
    print_message("# %zu sources; at most %lld us to compile '%.40s', %lld us to run '%.40s', "
                  "%zu bytes of stack\n",
                  worst->count, (long long)worst->compile_us, worst->compiled,
                  (long long)worst->eval_us, worst->evaluated, worst->stack_size);
}
