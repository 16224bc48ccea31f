#include "ops/ctl/check_text.h"

#include "core/base/utf8.h"
#include "ops/ctl/say.h"

static const char check_text_indent[] = "             ";

/* Fields of a context: " (the context lacks a, b)". */
static void check_text_missing(struct buf *out, char *const *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        buf_append(out, i == 0 ? STR(" (the context lacks ") : STR(", "));
        utf8_show(str_z(fields[i]), out);
    }
    buf_append(out, count > 0 ? STR(")") : STR(""));
}

static void check_text_head(struct ctl *ctl, const Agency__V1__CheckResponse *response)
{
    buf_printf(&ctl->out, "%s: %s %s %s on %s", response->allowed ? "allowed" : "denied",
               response->subject_id, response->allowed ? "has" : "does not have",
               response->permission, response->object);
    if (!response->allowed) {
        buf_printf(&ctl->out, ": %s", response->reason);
        if (response->nearest[0] != '\0') {
            buf_printf(&ctl->out, " (nearest: %s)", response->nearest);
        }
        check_text_missing(&ctl->out, response->missing_context, response->n_missing_context);
    }
    buf_byte(&ctl->out, '\n');
}

static void check_text_step(struct ctl *ctl, const Agency__V1__CheckStep *step)
{
    buf_printf(&ctl->out, "  %-10s %s", step->step, step->entity->id);
    if (step->permission[0] != '\0') {
        buf_printf(&ctl->out, ": %s on %s", step->permission, step->object);
    }
    if (step->condition[0] != '\0') {
        buf_printf(&ctl->out, "\n%sif ", check_text_indent);
        utf8_show(str_z(step->condition), &ctl->out);
    }
    buf_printf(&ctl->out, "\n%s", check_text_indent);
    ctl_say_decision(ctl, step->decision);
}

static void check_text_condition(struct ctl *ctl, const Agency__V1__CheckCondition *condition)
{
    buf_printf(&ctl->out, "  %-10s of %s %s: %s", "condition",
               condition->entity->kind == AGENCY__V1__ENTITY_KIND__ENTITY_KIND_GRANT ? "grant"
                                                                                     : "role type",
               condition->entity->id, condition->result);
    check_text_missing(&ctl->out, condition->missing_context, condition->n_missing_context);
    if (condition->problem[0] != '\0') {
        buf_append(&ctl->out, STR(": "));
        utf8_show(str_z(condition->problem), &ctl->out);
    }
    buf_byte(&ctl->out, '\n');
    for (size_t i = 0; i < condition->n_terms; i++) {
        const Agency__V1__CheckTerm *term = condition->terms[i];
        buf_append(&ctl->out, str_z(check_text_indent));
        utf8_show(str_z(term->part), &ctl->out);
        buf_append(&ctl->out, STR(" is "));
        utf8_show(str_z(term->value), &ctl->out);
        buf_append(&ctl->out, term->decides ? STR(", which decides\n") : STR("\n"));
    }
}

void check_text(struct ctl *ctl, const Agency__V1__CheckResponse *response)
{
    check_text_head(ctl, response);
    for (size_t i = 0; i < response->n_path; i++) {
        check_text_step(ctl, response->path[i]);
    }
    for (size_t i = 0; i < response->n_conditions; i++) {
        check_text_condition(ctl, response->conditions[i]);
    }
    for (size_t i = 0; i < response->n_actors; i++) {
        check_text(ctl, response->actors[i]);
    }
}

void check_text_conditional(const Agency__V1__ConditionalItem *item)
{
    struct buf line = { 0 };
    check_text_missing(&line, item->missing_context, item->n_missing_context);
    say("%s: under a condition%.*s", item->id,
        STR_ARG(line.size > 0 ? buf_str(&line) : STR(" that depends on the object")));
    buf_release(&line);
}
