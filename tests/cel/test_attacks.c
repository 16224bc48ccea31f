/* Known attacks on expression languages. Whatever the source, compiling takes little time and
 * stack, and evaluating stays within its gas and memory. Each source runs in a thread whose stack
 * was painted before, so that the deepest byte used is seen. */
#include <pthread.h>
#include <stdio.h>
#include <time.h>

#include "core/base/memory.h"
#include "tests/lib/cel_world.h"
#include "tests/lib/test.h"

enum {
    ATTACK_STACK = 512 << 10,
    ATTACK_STACK_MAX = 64 << 10,
    ATTACK_PAINT = 0xA5,
    ATTACK_COMPILE_MAX_US = 10000,
    ATTACK_EVAL_MAX_US = 10000,
};

/* Sanitizers and missing optimisation make everything slower and every frame larger. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__OPTIMIZE__)
enum { ATTACK_SLACK = 40 };
#else
enum { ATTACK_SLACK = 1 };
#endif

struct attack {
    struct str source;
    bool unchecked;
    int64_t compile_us, eval_us;
    enum status_code code;
    struct cel_outcome outcome;
};

static int64_t attack_cpu_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void *attack_thread(void *arg)
{
    struct attack *attack = arg;
    struct cel_world world;
    struct arena arena;
    const struct cel_program *program;
    cel_world_init(&world);
    world.env.unchecked = attack->unchecked;
    arena_init(&arena, 32 << 20);
    int64_t begin = attack_cpu_us();
    struct status status =
        cel_compile(&world.env, attack->source, &arena, &program, &world.problems);
    attack->compile_us = attack_cpu_us() - begin;
    attack->code = status.code;
    if (status.code == STATUS_OK) {
        begin = attack_cpu_us();
        cel_eval(program, world.bindings, &world.evaluation, CEL_GAS_MAX, &attack->outcome);
        attack->eval_us = attack_cpu_us() - begin;
        assert_true(attack->outcome.gas_used <= CEL_GAS_MAX);
    }
    arena_release(&arena);
    cel_world_release(&world);
    return NULL;
}

static size_t attack_stack_used(const unsigned char *stack)
{
    size_t untouched = 0;
    while (untouched < ATTACK_STACK && stack[untouched] == ATTACK_PAINT) {
        untouched++;
    }
    return ATTACK_STACK - untouched;
}

static void attack_run(struct attack *attack)
{
    pthread_attr_t attributes;
    pthread_t thread;
    unsigned char *stack = mem_alloc(ATTACK_STACK);
    memset(stack, ATTACK_PAINT, ATTACK_STACK);
    assert_int_equal(pthread_attr_init(&attributes), 0);
    assert_int_equal(pthread_attr_setstack(&attributes, stack, ATTACK_STACK), 0);
    assert_int_equal(pthread_create(&thread, &attributes, attack_thread, attack), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    pthread_attr_destroy(&attributes);
    size_t used = attack_stack_used(stack);
    mem_free(stack);
    if (ATTACK_SLACK == 1 && used > ATTACK_STACK_MAX) {
        fail_msg("'%.60s' used %zu bytes of stack", attack->source.data, used);
    }
    if (attack->compile_us > ATTACK_COMPILE_MAX_US * ATTACK_SLACK ||
        attack->eval_us > ATTACK_EVAL_MAX_US * ATTACK_SLACK) {
        fail_msg("'%.60s' took %lld us to compile, %lld us to run", attack->source.data,
                 (long long)attack->compile_us, (long long)attack->eval_us);
    }
}

/* Checked and unchecked. */
static struct attack attack_text(const char *source)
{
    struct attack attack = { .source = str_z(source), .unchecked = true };
    attack_run(&attack);
    attack = (struct attack){ .source = str_z(source) };
    attack_run(&attack);
    return attack;
}

/* `before`, then as many times `again` as fit a source, then as many times `after`. */
static struct attack attack_repeat(const char *before, const char *again, const char *after)
{
    struct buf source = { 0 };
    size_t each = strlen(again) + strlen(after);
    size_t times = (CEL_SOURCE_MAX - strlen(before)) / each;
    buf_printf(&source, "%s", before);
    for (size_t i = 0; i < times; i++) {
        buf_printf(&source, "%s", again);
    }
    for (size_t i = 0; i < times; i++) {
        buf_printf(&source, "%s", after);
    }
    buf_byte(&source, '\0');
    struct attack attack = attack_text(source.data);
    buf_release(&source);
    return attack;
}

TEST(cel_attack, macros_that_double_at_every_step_end_at_a_limit)
{
    struct attack attack =
        attack_text("['foo', 'bar'].map(x, [x + x, x + x]).map(x, [x + x, x + x])"
                    ".map(x, [x + x, x + x]).map(x, [x + x, x + x])");
    assert_int_equal(attack.code, STATUS_OK);
    struct buf source = { 0 };
    buf_append(&source, STR("[s]"));
    for (int i = 0; i < 40; i++) {
        buf_append(&source, STR(".map(x, x + x + x + x + x + x + x + x)"));
    }
    buf_byte(&source, '\0');
    attack = attack_text(source.data);
    assert_int_equal(attack.outcome.error.kind, CEL_ERROR_MEMORY);
    buf_release(&source);
}

TEST(cel_attack, deep_equality_of_shared_parts_is_charged_for_every_visit)
{
    struct buf source = { 0 };
    for (int i = 0; i < 24; i++) {
        buf_printf(&source, "cel.bind(v%d, [%s%d, %s%d], ", i + 1, i == 0 ? "x + " : "v", i,
                   i == 0 ? "x + " : "v", i);
    }
    buf_append(&source, STR("v24 == [v23, v23]"));
    for (int i = 0; i < 24; i++) {
        buf_byte(&source, ')');
    }
    buf_byte(&source, '\0');
    struct attack attack = attack_text(source.data);
    assert_int_equal(attack.code, STATUS_OK);
    assert_int_equal(attack.outcome.error.kind, CEL_ERROR_GAS);
    buf_release(&source);
}

TEST(cel_attack, loops_inside_loops_run_out_of_gas)
{
    struct attack attack =
        attack_text("lists.range(1000).all(a, lists.range(1000).all(b, a + b >= 0))");
    assert_int_equal(attack.outcome.error.kind, CEL_ERROR_GAS);
    attack = attack_text("lists.range(x * 10000)");
    assert_int_equal(attack.outcome.error.kind, CEL_ERROR_GAS);
}

TEST(cel_attack, nesting_ends_at_the_depth_limit)
{
    static const char *const nests[][2] = {
        { "(", ")" },
        { "[", "]" },
        { "!(", ")" },
        { "!!(", ")" },
        { "{1:", "}" },
        { "x?", ":x" },
        { "l[", "]" },
        { "-(", ")" },
        { "size(", ")" },
        { "[1].map(i,", ")" },
        { "cel.bind(a,1,", ")" },
        { "x||x&&(", ")" },
    };
    for (size_t i = 0; i < sizeof nests / sizeof nests[0]; i++) {
        struct attack attack = attack_repeat("", nests[i][0], nests[i][1]);
        assert_int_equal(attack.code, STATUS_INVALID_ARGUMENT);
        attack = attack_repeat("", nests[i][0], "");
        assert_int_equal(attack.code, STATUS_INVALID_ARGUMENT);
    }
}

TEST(cel_attack, the_deepest_allowed_nesting_of_every_operator_fits_the_stack)
{
    struct buf source = { 0 };
    for (int i = 0; i < CEL_DEPTH_MAX - 1; i++) {
        buf_append(&source, STR("x==1?true:x<1||x>2&&x==1+2*-(x+l[0]>1?1:"));
    }
    buf_append(&source, STR("1"));
    for (int i = 0; i < CEL_DEPTH_MAX - 1; i++) {
        buf_byte(&source, ')');
    }
    buf_byte(&source, '\0');
    attack_text(source.data);
    buf_release(&source);
}

TEST(cel_attack, long_chains_cost_neither_stack_nor_time)
{
    static const char *const chains[] = {
        "+x",         "+1",        "||d",      "&&d",      "==d",
        "-u",         ".a",        "[0]",      ".a()",     ",1",
        "?1",         "!",         "-",        "||x",      "*x",
        ".map(i,i)",  "in l",      "<x",       ".size()",  ".?a",
        "+[]",        "+{}",       "+s",       "+'a'",     "==[]",
        ".b.c",       ".abcdefgh", "||y",      "+size(s)", "%x",
        "+role.name", ".min()",    ".first()", ".value()", ".min()==d.min()",
        ".flatten()", " // \n",
    };
    for (size_t i = 0; i < sizeof chains / sizeof chains[0]; i++) {
        attack_repeat("x", chains[i], "");
        attack_repeat("d", chains[i], "");
        attack_repeat("s", chains[i], "");
        attack_repeat("[]", chains[i], "");
        attack_repeat("", chains[i], "");
    }
}

TEST(cel_attack, wide_literals_and_calls_are_bounded)
{
    static const char *const wides[][2] = {
        { "[x", ",x" },
        { "[[]", ",[]" },
        { "[d", ",1" },
        { "{x:1", ",x:1" },
        { "size(x", ",x" },
        { "[{}", ",{}" },
        { "[''", ",b''" },
        { "[y", ",y" },
        { "Role{name:''", ",name:''" },
        { "[optional.none()", ",?d" },
        { "[[d]", ",[x]" },
        { "[[[]]", ",[[]]" },
        { "{'a':1", ",'b':2" },
        { "['\\x41", "\\x41" },
    };
    for (size_t i = 0; i < sizeof wides / sizeof wides[0]; i++) {
        attack_repeat(wides[i][0], wides[i][1], "");
    }
}

TEST(cel_attack, bytes_that_are_no_text_are_refused)
{
    struct attack attack = attack_text("'\xff\xfe'");
    assert_int_equal(attack.code, STATUS_INVALID_ARGUMENT);
    attack = attack_repeat("", "\xe2\x82", "");
    assert_int_equal(attack.code, STATUS_INVALID_ARGUMENT);
}

TEST(cel_attack, a_source_above_the_limit_is_refused)
{
    struct buf source = { 0 };
    for (int i = 0; i < CEL_SOURCE_MAX + 1; i++) {
        buf_byte(&source, '1');
    }
    buf_byte(&source, '\0');
    struct attack attack = attack_text(source.data);
    assert_int_equal(attack.code, STATUS_INVALID_ARGUMENT);
    buf_release(&source);
}
