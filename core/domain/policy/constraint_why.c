#include "core/domain/policy/constraint_why.h"

#include "core/base/utf8.h"

enum {
    WHY_VALUE_MAX = 60, /* bytes of a value */
    WHY_EXPLAIN_MAX = 2 << 20,
};

struct status constraint_why_set(struct decide *d, struct str text, struct constraint_why *why)
{
    const struct str cut = utf8_cut(text, CONSTRAINT_WHY_MAX - 3);
    why->text = arena_printf(d->arena, "%.*s%s", STR_ARG(cut), cut.size < text.size ? "..." : "");
    return why->text.data == NULL ? arena_full(d->arena) : status_ok();
}

struct status constraint_why_failed(struct decide *d, const struct cel_outcome *outcome,
                                    bool shared, struct constraint_why *why)
{
    const bool gas = outcome->error.kind == CEL_ERROR_GAS && shared;
    why->text =
        gas ? arena_printf(d->arena,
                           "expected expressions within %d gas together, but they need "
                           "more",
                           DECIDING_GAS_MAX)
            : arena_printf(d->arena, "it cannot be evaluated: %u:%u: %s", outcome->position.line,
                           outcome->position.column, outcome->error.msg);
    return why->text.data == NULL ? arena_full(d->arena) : status_ok();
}

/* Whether the source of one step lies in that of another. */
static bool why_inside(const struct cel_step *step, const struct cel_step *other)
{
    return step != other && step->part.data >= other->part.data &&
           step->part.data + step->part.size <= other->part.data + other->part.size;
}

/* One that decides, and nothing smaller in it does. */
static bool why_is_smallest(const struct cel_explanation *explanation, uint32_t at)
{
    const struct cel_step *step = &explanation->steps[at];
    bool smallest = step->decides;
    for (uint32_t i = 0; smallest && i < explanation->step_count; i++) {
        const struct cel_step *other = &explanation->steps[i];
        smallest = !other->decides || !why_inside(other, step);
    }
    return smallest;
}

static bool why_has_text(const struct cel_value *value)
{
    return value->kind != CEL_MESSAGE && value->kind != CEL_ERROR;
}

/* What the part is about: values that it names or asks for, not what it makes of them. */
static bool why_is_told(const struct cel_explanation *explanation, const struct cel_step *step,
                        const struct cel_step *part)
{
    bool told = why_inside(step, part) && why_has_text(&step->value);
    for (uint32_t i = 0; told && step->value.kind == CEL_BOOL && i < explanation->step_count; i++) {
        const struct cel_step *inner = &explanation->steps[i];
        told = !why_inside(inner, step) || !why_has_text(&inner->value);
    }
    return told;
}

static void why_value(struct buf *out, const struct cel_provider *provider, struct cel_value value)
{
    size_t begin = out->size;
    cel_value_print(out, provider, value);
    if (out->size - begin > WHY_VALUE_MAX) {
        out->size = utf8_cut(buf_str(out), begin + WHY_VALUE_MAX).size;
        buf_append(out, STR("..."));
    }
}

/* `after.role_type != 'payer' is false (after.role_type is 'payer')`. What is written as false says
 * nothing. */
static void why_part(struct buf *out, const struct cel_provider *provider,
                     const struct cel_explanation *explanation, const struct cel_step *part)
{
    const char *between = " (";
    if (str_eq(part->part, STR("false"))) {
        return;
    }
    buf_printf(out, "%s%.*s is false", out->size > 0 ? "; " : "", STR_ARG(part->part));
    for (uint32_t i = 0; i < explanation->step_count; i++) {
        const struct cel_step *step = &explanation->steps[i];
        if (why_is_told(explanation, step, part)) {
            buf_printf(out, "%s%.*s is ", between, STR_ARG(step->part));
            why_value(out, provider, step->value);
            between = ", ";
        }
    }
    if (between[0] == ',') {
        buf_byte(out, ')');
    }
}

static void why_print(struct buf *out, const struct cel_provider *provider,
                      const struct cel_explanation *explanation)
{
    for (uint32_t i = 0; i < explanation->step_count; i++) {
        if (why_is_smallest(explanation, i)) {
            why_part(out, provider, explanation, &explanation->steps[i]);
        }
    }
    if (out->size == 0) {
        buf_append(out, STR("it is false"));
    }
}

struct status constraint_why_false(struct deciding *deciding, const struct expression *expression,
                                   uint64_t gas, struct constraint_why *why)
{
    struct decide *d = deciding->d;
    struct cel_explanation explanation;
    struct arena work;
    struct buf out = { 0 };
    arena_init(&work, WHY_EXPLAIN_MAX);
    struct status st = cel_explain_for(expression->program, deciding->bindings, deciding, &work,
                                       gas, &explanation);
    if (st.code == STATUS_OK && explanation.outcome.error.kind == CEL_ERROR_MEMORY) {
        st = arena_full(&work);
    }
    if (st.code == STATUS_OK) {
        d->gas_used += explanation.outcome.gas_used;
        why_print(&out, cel_program_provider(expression->program), &explanation);
        st = constraint_why_set(d, buf_str(&out), why);
    }
    buf_release(&out);
    arena_release(&work);
    return st.code == STATUS_OK ? deciding->failed : st;
}
