/* Inference ends, whatever the variables of types are made to stand for. */
#include "core/cel/cel.h"

#include "tests/lib/test.h"

static enum status_code compile(const char *source)
{
    struct arena arena;
    struct cel_env env = { 0 };
    const struct cel_program *program;
    struct cel_problems problems;
    arena_init(&arena, 1 << 20);
    struct status status = cel_compile(&env, str_z(source), &arena, &program, &problems);
    arena_release(&arena);
    return status.code;
}

/* Found by random expressions: the item type of distinct was bound to a variable that led to it. */
TEST(infer, a_variable_is_not_replaced_by_one_that_leads_back_to_it)
{
    assert_int_equal(STATUS_OK,
                     compile("[1].reverse().map(e, (e in [9, 7] ? (e > 1 ? (-e + 9) : e) "
                             ": e)).distinct()"));
}

static bool make_nothing(struct cel_run *run, const struct cel_value *args,
                         struct cel_value *result)
{
    (void)args;
    (void)result;
    return cel_fail(run, "expected no call");
}

/* The type of an expression over pair(T, U, V), which gives tuple(T, U, V). */
static void type_of(const char *source, struct buf *type)
{
    static const struct cel_type t = { .kind = CEL_PARAM, .name = { "T", 1 } };
    static const struct cel_type u = { .kind = CEL_PARAM, .name = { "U", 1 } };
    static const struct cel_type v = { .kind = CEL_PARAM, .name = { "V", 1 } };
    static const struct cel_type *const params[CEL_TYPE_PARAMS_MAX] = { &t, &u, &v };
    struct arena arena;
    struct cel_problems problems;
    const struct cel_program *program;
    arena_init(&arena, 8 << 20);
    const struct cel_overload tuple = { .name = "tuple",
                                        .id = "tuple",
                                        .function = make_nothing,
                                        .result = cel_type_own(&arena, STR("tuple"), params),
                                        .params = { &t, &u, &v } };
    const struct cel_env env = { .functions = &tuple, .function_count = 1 };
    assert_ok(cel_compile(&env, str_z(source), &arena, &program, &problems));
    cel_type_print(type, cel_program_type(program));
    buf_byte(type, '\0');
    arena_release(&arena);
}

TEST(infer, types_of_the_callers_own_have_params)
{
    struct buf type = { 0 };
    type_of("tuple(1, 'a', [tuple(true, null, 1u)])", &type);
    assert_string_equal(type.data, "tuple(int, string, list(tuple(bool, null_type, uint)))");
    type.size = 0;
    type_of("[tuple(1, 'a', 1u), tuple(dyn(1), 'b', 2u)][0]", &type);
    assert_string_equal(type.data, "tuple(dyn, string, uint)");
    buf_release(&type);
}

/* 3 to the power of 28 parts, all the same one. */
TEST(infer, a_type_of_twins_takes_no_longer_than_others)
{
    struct buf source = { 0 }, type = { 0 };
    buf_append(&source, STR("cel.bind(v0, 1, "));
    for (int i = 1; i < 29; i++) {
        buf_printf(&source, "cel.bind(v%d, tuple(v%d, v%d, v%d), ", i, i - 1, i - 1, i - 1);
    }
    buf_append(&source, STR("v28"));
    for (int i = 0; i < 29; i++) {
        buf_byte(&source, ')');
    }
    buf_byte(&source, '\0');
    type_of(source.data, &type);
    assert_true(type.size < 8192);
    buf_release(&source);
    buf_release(&type);
}
