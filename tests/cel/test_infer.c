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
