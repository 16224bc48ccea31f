/* Whoever asks for a type of the result gets no other value, also where only the run can tell. */
#include "tests/lib/cel_world.h"
#include "tests/lib/test.h"

TEST(cel_result, a_value_of_unknown_type_is_of_the_kind_that_was_asked_for)
{
    struct cel_world world;
    const struct cel_program *program;
    struct cel_outcome outcome;
    cel_world_init(&world);
    world.env.result = &cel_type_bool;
    assert_ok(cel_compile(&world.env, STR("d[0]"), &world.arena, &program, &world.problems));
    assert_false(cel_eval(program, world.bindings, &world.evaluation, CEL_GAS_MAX, &outcome));
    assert_int_equal(outcome.error.kind, CEL_ERROR_VALUE);
    assert_non_null(strstr(outcome.error.msg, "expected bool for the result, but found "));
    assert_ok(
        cel_compile(&world.env, STR("dyn(d[0] == d[0])"), &world.arena, &program, &world.problems));
    assert_true(cel_eval(program, world.bindings, &world.evaluation, CEL_GAS_MAX, &outcome));
    assert_true(outcome.value.boolean);
    cel_world_release(&world);
}
