/* Explaining: the tree is planned once more with a trace after every node, run, and told.
 *
 * What a person asks is "why false" or "why an error": so first the terms that decided, then
 * everything. A part that ran more than once (in a loop) shows its last value and how often. */
#include "core/cel/program.h"

enum { CEL_EXPLAIN_WIDTH = 40, CEL_EXPLAIN_VALUE_MAX = 160 };

struct cel_seen {
    uint32_t times;
    struct cel_value value;
};

struct cel_explainer {
    struct cel_trace trace; /* first: the machine knows this part only */
    const struct cel_program *program;
    struct cel_seen *seen; /* per node */
    struct buf *out;
};

static void cel_explain_value(struct cel_trace *trace, const struct cel_node *node,
                              struct cel_value value)
{
    struct cel_explainer *e = (struct cel_explainer *)trace;
    e->seen[node->id].times++;
    e->seen[node->id].value = value;
}

/* A value in one line, long ones cut. */
static void cel_explain_print(struct cel_explainer *e, struct cel_value value)
{
    struct buf text = { 0 };
    cel_value_print(&text, e->program->env->provider, value);
    if (text.size > CEL_EXPLAIN_VALUE_MAX) {
        size_t end = CEL_EXPLAIN_VALUE_MAX;
        while (end > 0 && ((unsigned char)text.data[end] & 0xC0) == 0x80) {
            end--;
        }
        text.size = end;
        buf_append(&text, STR("..."));
    }
    buf_append(e->out, buf_str(&text));
    buf_release(&text);
}

/* The node's source in one line. */
static void cel_explain_source(struct cel_explainer *e, const struct cel_node *node)
{
    for (uint32_t i = node->begin; i < node->end; i++) {
        char c = e->program->source.data[i];
        buf_byte(e->out, (uint8_t)(c == '\n' || c == '\r' || c == '\t' ? ' ' : c));
    }
}

static bool cel_explain_is_false(const struct cel_explainer *e, const struct cel_node *node)
{
    const struct cel_seen *seen = &e->seen[node->id];
    return seen->times > 0 && seen->value.kind == CEL_BOOL && !seen->value.boolean;
}

/* The terms that made a false node false: of && the false one, of || all, of ?: the one taken. */
static void cel_explain_why(struct cel_explainer *e, const struct cel_node *node)
{
    bool inner = node->kind == CEL_NODE_AND || node->kind == CEL_NODE_OR;
    for (uint32_t i = 0; inner && i < node->count; i++) {
        if (cel_explain_is_false(e, node->args[i])) {
            cel_explain_why(e, node->args[i]);
        }
    }
    if (node->kind == CEL_NODE_IF) {
        cel_explain_why(e, node->args[e->seen[node->args[1]->id].times > 0 ? 1 : 2]);
        return;
    }
    if (!inner) {
        buf_append(e->out, STR("  false because of: "));
        cel_explain_source(e, node);
        buf_byte(e->out, '\n');
    }
}

/* Operands stand before what uses them; constants and plain names' repeats tell nothing. */
static void cel_explain_all(struct cel_explainer *e)
{
    const struct cel_program *program = e->program;
    for (uint32_t i = 0; i < program->order_count; i++) {
        const struct cel_node *node = program->order[i];
        const struct cel_seen *seen = &e->seen[node->id];
        if (seen->times == 0 || node->kind == CEL_NODE_CONST) {
            continue;
        }
        size_t begin = e->out->size;
        buf_append(e->out, STR("  "));
        cel_explain_source(e, node);
        while (e->out->size - begin < CEL_EXPLAIN_WIDTH) {
            buf_byte(e->out, ' ');
        }
        buf_append(e->out, STR("  "));
        cel_explain_print(e, seen->value);
        if (seen->times > 1) {
            buf_printf(e->out, "  (the last of %u)", seen->times);
        }
        buf_byte(e->out, '\n');
    }
}

static void cel_explain_failure(struct cel_explainer *e, const struct cel_error *error)
{
    const struct cel_program *program = e->program;
    const struct cel_node *node =
        error->node < program->node_count ? program->nodes[error->node] : program->root;
    struct cel_position position = cel_position_of(program->source, node->at);
    buf_printf(e->out, "error %u:%u: %s\n  in: ", position.line, position.column, error->msg);
    cel_explain_source(e, node);
    buf_byte(e->out, '\n');
}

struct status cel_explain(const struct cel_program *program, const struct cel_value *bindings,
                          struct arena *arena, uint64_t gas, struct buf *out)
{
    struct cel_compilation c = { .env = program->env,
                                 .source = program->source,
                                 .arena = arena,
                                 .nodes = program->nodes,
                                 .node_count = program->node_count,
                                 .order = program->order,
                                 .order_count = program->order_count,
                                 .root = program->root };
    struct cel_explainer e = { .trace = { cel_explain_value }, .out = out };
    struct cel_program *traced;
    ARENA_TRY(arena, traced, arena_zalloc(arena, sizeof *traced));
    ARENA_TRY(arena, e.seen, arena_zalloc(arena, program->node_count * sizeof *e.seen));
    if (!cel_plan(&c, true, traced)) {
        return arena_full(arena);
    }
    e.program = traced;
    struct cel_vm vm = {
        .run = { .arena = arena, .gas = { gas }, .provider = program->env->provider },
        .bindings = bindings,
        .program = traced,
        .trace = &e.trace
    };
    struct cel_value result;
    if (!cel_vm_run(&vm, &result)) {
        cel_explain_failure(&e, &vm.run.error);
    } else {
        cel_explain_print(&e, result);
        buf_byte(out, '\n');
        if (cel_explain_is_false(&e, program->root)) {
            cel_explain_why(&e, program->root);
        }
    }
    cel_explain_all(&e);
    return status_ok();
}
