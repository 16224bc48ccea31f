/* Explaining: the tree is planned once more with a trace after every node, run, and told.
 *
 * What a person asks is "why false" or "why an error": so first the terms that decided, then
 * everything. A part that ran more than once (in a loop) shows its last value and how often. */
#include "core/cel/program.h"

enum { CEL_EXPLAIN_WIDTH = 40, CEL_EXPLAIN_VALUE_MAX = 160 };

struct cel_explainer {
    struct cel_trace trace; /* first: the machine knows this part only */
    const struct cel_program *program;
    struct cel_step *steps; /* per node */
};

static void cel_explain_value(struct cel_trace *trace, const struct cel_node *node,
                              struct cel_value value)
{
    struct cel_explainer *e = (struct cel_explainer *)trace;
    e->steps[node->id].times++;
    e->steps[node->id].value = value;
}

static bool cel_step_is_false(const struct cel_step *step)
{
    return step->times > 0 && step->value.kind == CEL_BOOL && !step->value.boolean;
}

/* The terms that made a false node false: of && the false one, of || all, of ?: the one taken. */
static void cel_explain_why(struct cel_explainer *e, const struct cel_node *node)
{
    if (node->kind == CEL_NODE_IF) {
        cel_explain_why(e, node->args[e->steps[node->args[1]->id].times > 0 ? 1 : 2]);
        return;
    }
    if (node->kind != CEL_NODE_AND && node->kind != CEL_NODE_OR) {
        e->steps[node->id].decides = true;
        return;
    }
    for (uint32_t i = 0; i < node->count; i++) {
        if (cel_step_is_false(&e->steps[node->args[i]->id])) {
            cel_explain_why(e, node->args[i]);
        }
    }
}

/* What was computed, operands before what uses them; a constant only if it decides. */
static struct status cel_explain_collect(const struct cel_explainer *e, struct arena *arena,
                                         struct cel_explanation *explanation)
{
    const struct cel_program *program = e->program;
    ARENA_TRY(arena, explanation->steps,
              arena_alloc(arena, (program->order_count + 1) * sizeof *explanation->steps));
    for (uint32_t i = 0; i < program->order_count; i++) {
        const struct cel_node *node = program->order[i];
        struct cel_step *step = &e->steps[node->id];
        if (step->times == 0 || (node->kind == CEL_NODE_CONST && !step->decides)) {
            continue;
        }
        step->position = cel_position_of(program->source, node->at);
        step->part = str_make(program->source.data + node->begin, node->end - node->begin);
        explanation->steps[explanation->step_count++] = *step;
    }
    return status_ok();
}

static void cel_explain_run(struct cel_explainer *e, const struct cel_value *bindings, void *host,
                            struct arena *arena, uint64_t gas, struct cel_outcome *outcome)
{
    struct cel_vm vm = { .run = { .arena = arena,
                                  .gas = { gas },
                                  .provider = e->program->env->provider,
                                  .host = host },
                         .bindings = bindings,
                         .program = e->program,
                         .trace = &e->trace };
    if (!cel_vm_run(&vm, &outcome->value)) {
        outcome->error = vm.run.error;
        cel_outcome_place(e->program, outcome);
    } else if (outcome->value.kind == CEL_BOOL && !outcome->value.boolean) {
        cel_explain_why(e, e->program->root);
    }
    outcome->gas_used = gas - vm.run.gas.left;
}

struct status cel_explain(const struct cel_program *program, const struct cel_value *bindings,
                          struct arena *arena, uint64_t gas, struct cel_explanation *explanation)
{
    return cel_explain_for(program, bindings, NULL, arena, gas, explanation);
}

struct status cel_explain_for(const struct cel_program *program, const struct cel_value *bindings,
                              void *host, struct arena *arena, uint64_t gas,
                              struct cel_explanation *explanation)
{
    struct cel_compilation c = { .env = program->env,
                                 .source = program->source,
                                 .arena = arena,
                                 .nodes = program->nodes,
                                 .node_count = program->node_count,
                                 .order = program->order,
                                 .order_count = program->order_count,
                                 .root = program->root };
    struct cel_explainer e = { .trace = { cel_explain_value } };
    struct cel_program *traced;
    *explanation = (struct cel_explanation){ 0 };
    ARENA_TRY(arena, traced, arena_zalloc(arena, sizeof *traced));
    ARENA_TRY(arena, e.steps, arena_zalloc(arena, program->node_count * sizeof *e.steps));
    if (!cel_plan(&c, true, traced)) {
        return arena_full(arena);
    }
    e.program = traced;
    cel_explain_run(&e, bindings, host, arena, gas, &explanation->outcome);
    return cel_explain_collect(&e, arena, explanation);
}

/* A value in one line, long ones cut. */
static void cel_explain_print(struct buf *out, const struct cel_provider *provider,
                              struct cel_value value)
{
    size_t begin = out->size;
    cel_value_print(out, provider, value);
    if (out->size - begin > CEL_EXPLAIN_VALUE_MAX) {
        out->size = utf8_cut(buf_str(out), begin + CEL_EXPLAIN_VALUE_MAX).size;
        buf_append(out, STR("..."));
    }
}

/* A part of the source in one line. */
static void cel_explain_part(struct buf *out, struct str part)
{
    for (size_t i = 0; i < part.size; i++) {
        char c = part.data[i];
        buf_byte(out, (uint8_t)(c == '\n' || c == '\r' || c == '\t' ? ' ' : c));
    }
}

static void cel_explain_result(struct buf *out, const struct cel_provider *provider,
                               const struct cel_outcome *outcome)
{
    if (outcome->error.kind == CEL_ERROR_NONE) {
        cel_explain_print(out, provider, outcome->value);
        buf_byte(out, '\n');
        return;
    }
    buf_printf(out, "error %u:%u: %s\n  in: ", outcome->position.line, outcome->position.column,
               outcome->error.msg);
    cel_explain_part(out, outcome->part);
    buf_byte(out, '\n');
}

static void cel_explain_step(struct buf *out, const struct cel_provider *provider,
                             const struct cel_step *step)
{
    size_t begin = out->size;
    buf_append(out, STR("  "));
    cel_explain_part(out, step->part);
    while (out->size - begin < CEL_EXPLAIN_WIDTH) {
        buf_byte(out, ' ');
    }
    buf_append(out, STR("  "));
    cel_explain_print(out, provider, step->value);
    if (step->times > 1) {
        buf_printf(out, "  (the last of %u)", step->times);
    }
    buf_byte(out, '\n');
}

void cel_explanation_print(struct buf *out, const struct cel_provider *provider,
                           const struct cel_explanation *explanation)
{
    cel_explain_result(out, provider, &explanation->outcome);
    for (uint32_t i = 0; i < explanation->step_count; i++) {
        if (explanation->steps[i].decides) {
            buf_append(out, STR("  false because of: "));
            cel_explain_part(out, explanation->steps[i].part);
            buf_byte(out, '\n');
        }
    }
    for (uint32_t i = 0; i < explanation->step_count; i++) {
        cel_explain_step(out, provider, &explanation->steps[i]);
    }
}
