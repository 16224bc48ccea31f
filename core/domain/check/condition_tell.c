/* What conditions came to, and how. */
#include "core/base/utf8.h"
#include "core/domain/check/condition_inside.h"

enum {
    CONDITION_VALUE_MAX = 160, /* bytes of a value that is told */
    CONDITION_EXPLAIN_MAX = 2 << 20,
};

static struct status condition_value_text(struct arena *arena, const struct cel_provider *provider,
                                          struct cel_value value, struct str *text)
{
    struct buf buf = { 0 };
    cel_value_print(&buf, provider, value);
    const struct str whole = buf_str(&buf), cut = utf8_cut(whole, CONDITION_VALUE_MAX);
    *text = arena_printf(arena, "%.*s%s", STR_ARG(cut), cut.size < whole.size ? "..." : "");
    buf_release(&buf);
    return text->data == NULL ? arena_full(arena) : status_ok();
}

static struct status condition_term(struct arena *arena, const struct cel_provider *provider,
                                    const struct cel_step *step, struct check_term *term)
{
    *term = (struct check_term){ .part = arena_copy(arena, step->part), .decides = step->decides };
    return term->part.data == NULL
               ? arena_full(arena)
               : condition_value_text(arena, provider, step->value, &term->value);
}

/* Its parts with their values: those that decided, and the first ones of the others. */
static struct status condition_terms(struct arena *arena, const struct cel_provider *provider,
                                     const struct cel_explanation *explanation,
                                     struct check_condition *told)
{
    size_t room = CHECK_TERMS_MAX;
    ARENA_TRY(arena, told->terms, arena_alloc(arena, CHECK_TERMS_MAX * sizeof *told->terms));
    for (uint32_t i = 0; i < explanation->step_count; i++) {
        room -= explanation->steps[i].decides && room > 0;
    }
    for (uint32_t i = 0; i < explanation->step_count; i++) {
        const struct cel_step *step = &explanation->steps[i];
        bool told_too = step->decides ? told->terms_count < CHECK_TERMS_MAX : room > 0;
        if (told_too) {
            room -= !step->decides;
            TRY(condition_term(arena, provider, step, &told->terms[told->terms_count++]));
        }
    }
    return status_ok();
}

/* Where there is no memory to explain it, the result stands, only how it came about is not told. */
static struct status condition_explain(const struct conditions *conditions,
                                       const struct condition_known *known,
                                       struct check_condition *told)
{
    const struct condition_state *state = conditions->state;
    struct cel_explanation explanation;
    struct arena work;
    if (known->expression->program == NULL) {
        return status_ok();
    }
    arena_init(&work, CONDITION_EXPLAIN_MAX);
    struct status st =
        cel_explain(known->expression->program, state->bindings, &work, CEL_GAS_MAX, &explanation);
    if (st.code == STATUS_OK) {
        st = condition_terms(conditions->arena, state->provider, &explanation, told);
    } else if (st.code == STATUS_RESOURCE_EXHAUSTED) {
        st = status_ok();
    }
    arena_release(&work);
    return st;
}

static struct status condition_tell_one(const struct conditions *conditions,
                                        const struct condition_known *known,
                                        struct check_condition *told)
{
    *told = (struct check_condition){ .entity = known->condition.entity,
                                      .id = known->condition.id,
                                      .source = known->condition.source,
                                      .result = known->result,
                                      .problem = known->problem,
                                      .missing = known->missing,
                                      .missing_count = known->missing_count };
    return conditions->question->explain ? condition_explain(conditions, known, told) : status_ok();
}

struct status condition_tell(const struct conditions *conditions, struct check_answer *answer)
{
    const struct condition_state *state = conditions->state;
    struct check_condition *told;
    if (state == NULL) {
        return status_ok();
    }
    ARENA_TRY(conditions->arena, told,
              arena_alloc(conditions->arena, (state->count + 1) * sizeof *told));
    answer->conditions = told;
    for (size_t i = 0; i < state->count; i++) {
        TRY(condition_tell_one(conditions, &state->known[i], &told[i]));
        answer->conditions_count++;
    }
    return status_ok();
}

const struct way *condition_denies(const struct conditions *conditions, enum check_reason *reason)
{
    static const enum check_reason reasons[] = { [CONDITION_FALSE] = CHECK_CONDITION_FALSE,
                                                 [CONDITION_ERROR] = CHECK_CONDITION_ERROR,
                                                 [CONDITION_MISSING] = CHECK_CONTEXT_MISSING };
    const struct condition_state *state = conditions->state;
    const struct condition_known *why = NULL;
    for (size_t i = 0; state != NULL && i < state->count; i++) {
        const struct condition_known *known = &state->known[i];
        assert(known->result != CONDITION_HOLDS); /* or it would have allowed */
        bool better =
            why == NULL || (known->result == CONDITION_MISSING && why->result != CONDITION_MISSING);
        why = better ? known : why;
    }
    if (why == NULL) {
        return NULL;
    }
    *reason = reasons[why->result];
    return &why->way;
}
