/* A condition is a function of the question (who asks what of which object, when, in which
 * context), so the same expression gives the same result wherever it stands: each is evaluated once
 * a Check, and what it may take is bounded however many grants carry it. */
#include "core/domain/check/condition.h"

#include <stdio.h>

#include "core/domain/check/condition_inside.h"

/* ---- evaluating ---- */

static bool condition_context_has(const struct check_question *question, struct str field)
{
    for (size_t i = 0; question->context != NULL && i < question->context->n_fields; i++) {
        if (str_eq(str_z(question->context->fields[i]->key), field)) {
            return true;
        }
    }
    return false;
}

static struct status condition_find_missing(const struct conditions *conditions,
                                            struct condition_known *known)
{
    const struct expression *expression = known->expression;
    ARENA_TRY(
        conditions->arena, known->missing,
        arena_alloc(conditions->arena, (expression->needs_count + 1) * sizeof *known->missing));
    for (size_t i = 0; i < expression->needs_count; i++) {
        if (!condition_context_has(conditions->question, expression->needs[i])) {
            struct str need = arena_copy(conditions->arena, expression->needs[i]);
            if (need.data == NULL) {
                return arena_full(conditions->arena);
            }
            known->missing[known->missing_count++] = need;
        }
    }
    return status_ok();
}

static struct status condition_set_error(const struct conditions *conditions,
                                         struct condition_known *known, const char *problem)
{
    known->result = CONDITION_ERROR;
    known->problem = arena_copy(conditions->arena, str_z(problem));
    return known->problem.data == NULL ? arena_full(conditions->arena) : status_ok();
}

/* An error is no reason to fail: it does not hold. But where the gas of all is gone, nobody knows.
 */
static struct status condition_failed(const struct conditions *conditions, uint64_t gas,
                                      const struct cel_outcome *outcome,
                                      struct condition_known *known)
{
    if (outcome->error.kind == CEL_ERROR_GAS && gas < CEL_GAS_MAX) {
        return conditions_exhausted();
    }
    char problem[STATUS_MSG_MAX];
    snprintf(problem, sizeof problem, "%u:%u: %s", outcome->position.line, outcome->position.column,
             outcome->error.msg);
    TRY(condition_set_error(conditions, known, problem));
    TRY(condition_find_missing(conditions, known));
    known->result = known->missing_count > 0 ? CONDITION_MISSING : CONDITION_ERROR;
    return status_ok();
}

static struct status condition_run(struct conditions *conditions, struct condition_known *known)
{
    struct cel_outcome outcome;
    struct arena work;
    TRY(conditions_bind(conditions, known->expression));
    uint64_t gas = conditions_gas_left(conditions);
    gas = gas < CEL_GAS_MAX ? gas : CEL_GAS_MAX;
    arena_init(&work, CEL_ARENA_MAX);
    bool done =
        cel_eval(known->expression->program, conditions->state->bindings, &work, gas, &outcome);
    known->result = done && outcome.value.boolean ? CONDITION_HOLDS : CONDITION_FALSE;
    *conditions_gas(conditions) += outcome.gas_used;
    struct status st = done ? status_ok() : condition_failed(conditions, gas, &outcome, known);
    arena_release(&work);
    return st;
}

static struct status condition_expression(const struct view *view, struct arena *arena,
                                          struct expressions **expressions,
                                          const struct condition *condition,
                                          const struct expression **expression)
{
    if (*expressions == NULL) {
        *expressions = view->expressions;
    }
    if (*expressions == NULL) {
        TRY(expressions_in(arena, expressions));
    }
    return expressions_get(*expressions, condition_environment(), 0, condition->source,
                           condition->profile, expression);
}

static struct status condition_evaluate(struct conditions *conditions, const struct way *way)
{
    struct condition_state *state = conditions->state;
    struct condition_known *known = &state->known[state->count];
    if (state->count == CONDITIONS_MAX) {
        return status_error(STATUS_RESOURCE_EXHAUSTED,
                            "expected a question within %d different conditions, but more stand "
                            "on its ways",
                            CONDITIONS_MAX);
    }
    *known = (struct condition_known){ .condition = *way->condition, .way = *way };
    TRY(condition_expression(conditions->view, conditions->arena, &state->expressions,
                             way->condition, &known->expression));
    TRY(known->expression->program == NULL
            ? condition_set_error(conditions, known, known->expression->problem)
            : condition_run(conditions, known));
    state->count++;
    return status_ok();
}

static const struct condition_known *conditions_find(const struct conditions *conditions,
                                                     const struct condition *condition)
{
    const struct condition_state *state = conditions->state;
    for (size_t i = 0; state != NULL && i < state->count; i++) {
        const struct condition *known = &state->known[i].condition;
        if (known->profile == condition->profile && str_eq(known->source, condition->source)) {
            return &state->known[i];
        }
    }
    return NULL;
}

struct status condition_holds(struct conditions *conditions, const struct way *way, bool *holds)
{
    const struct condition_known *known = conditions_find(conditions, way->condition);
    *holds = false;
    if (conditions->state == NULL) {
        ARENA_TRY(conditions->arena, conditions->state,
                  arena_zalloc(conditions->arena, sizeof *conditions->state));
    }
    if (known == NULL) {
        TRY(condition_evaluate(conditions, way));
        known = &conditions->state->known[conditions->state->count - 1];
    }
    *holds = known->result == CONDITION_HOLDS;
    return status_ok();
}

bool condition_known_false(const struct conditions *conditions, const struct condition *condition)
{
    const struct condition_known *known = conditions_find(conditions, condition);
    return known != NULL && known->result != CONDITION_HOLDS;
}

struct status condition_alone(struct conditions *conditions, const struct condition *condition,
                              enum condition_result *result, struct str **missing,
                              size_t *missing_count)
{
    const struct way way = { .condition = condition };
    bool holds;
    TRY(condition_holds(conditions, &way, &holds));
    const struct condition_known *known = conditions_find(conditions, condition);
    *result = known->result;
    *missing = known->missing;
    *missing_count = known->missing_count;
    return status_ok();
}

struct status condition_is_of_object(const struct view *view, struct arena *arena,
                                     const struct condition *condition, bool *is)
{
    struct expressions *expressions = NULL;
    const struct expression *expression;
    TRY(condition_expression(view, arena, &expressions, condition, &expression));
    *is = (expression->uses & UINT32_C(1) << VARIABLE_OBJECT) != 0;
    return status_ok();
}

/* ---- where they stand ---- */

static struct status condition_make(struct arena *arena, const struct condition *made,
                                    const struct condition **condition)
{
    struct condition *kept;
    *condition = NULL;
    if (made->source.size == 0) {
        return status_ok();
    }
    ARENA_TRY(arena, kept, arena_alloc(arena, sizeof *kept));
    *kept = *made;
    *condition = kept;
    return status_ok();
}

struct status condition_of_grant(struct arena *arena, const Agency__V1__Grant *grant,
                                 const struct condition **condition)
{
    const struct condition made = { .entity = ENTITY_GRANT,
                                    .id = str_z(grant->grant_id),
                                    .source = str_z(grant->condition),
                                    .profile = grant->condition_profile };
    return condition_make(arena, &made, condition);
}

struct status condition_of_type(struct arena *arena, const Agency__V1__RoleType *type,
                                const struct condition **condition)
{
    const struct condition made = { .entity = ENTITY_ROLE_TYPE,
                                    .id = str_z(type->role_type),
                                    .source = str_z(type->condition),
                                    .profile = type->condition_profile };
    return condition_make(arena, &made, condition);
}

/* ---- putting ---- */

struct status condition_check(struct decide *d, const char *source, uint32_t *profile)
{
    const struct condition condition = { .source = str_z(source), .profile = CEL_PROFILE };
    struct expressions *expressions = NULL;
    const struct expression *expression;
    *profile = 0;
    if (source[0] == '\0') {
        return status_ok();
    }
    if (d->view->expressions != NULL) {
        expressions_trim(d->view->expressions);
    }
    TRY(condition_expression(d->view, d->arena, &expressions, &condition, &expression));
    if (expression->program == NULL) {
        return decide_reject(d, STATUS_INVALID_ARGUMENT, "condition, %s", expression->problem);
    }
    *profile = CEL_PROFILE;
    return status_ok();
}
