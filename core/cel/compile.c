#include "core/cel/program.h"

static struct status cel_compile_failed(const struct cel_compilation *c)
{
    if (c->arena_full) { /* Then a problem may be none: what was not made was not found either. */
        c->problems->count = 0;
        return arena_full(c->arena);
    }
    assert(c->problems->count > 0);
    const struct cel_problem *first = &c->problems->items[0];
    return status_error(STATUS_INVALID_ARGUMENT, "%u:%u: %s", first->position.line,
                        first->position.column, first->msg);
}

struct status cel_compile(const struct cel_env *env, struct str source, struct arena *arena,
                          const struct cel_program **program, struct cel_problems *problems)
{
    struct cel_compilation c = {
        .env = env, .source = source, .arena = arena, .problems = problems
    };
    problems->count = 0;
    if (!cel_parse(&c) || !cel_check(&c)) {
        return cel_compile_failed(&c);
    }
    cel_fold(&c);
    cel_patterns_compile(&c);
    struct cel_cost_estimate estimate = cel_estimate(&c);
    if (problems->count > 0) {
        return cel_compile_failed(&c);
    }
    struct cel_program *made = arena_zalloc(arena, sizeof *made);
    if (made == NULL || !cel_plan(&c, false, made)) {
        return arena_full(arena);
    }
    made->estimate = estimate;
    *program = made;
    return status_ok();
}

const struct cel_type *cel_program_type(const struct cel_program *program)
{
    return program->type;
}

const struct cel_provider *cel_program_provider(const struct cel_program *program)
{
    return program->env->provider;
}
