/* Constant folding: calls, lists and maps of constants are computed at compile time, within a
 * budget for the whole source. What fails is left to run time, where it can be absorbed. */
#include "core/cel/program.h"

enum { CEL_FOLD_GAS = 10000, CEL_FOLD_ARGS_MAX = 4 };

static bool cel_fold_constants(const struct cel_node *node)
{
    for (uint32_t i = 0; i < node->count; i++) {
        if (node->args[i]->kind != CEL_NODE_CONST) {
            return false;
        }
    }
    return node->optionals == NULL;
}

/* What a function reads is there when it is called only. */
static bool cel_fold_reads(const struct cel_node *node)
{
    bool reads = false;
    for (uint32_t i = 0; i < node->overload_count; i++) {
        reads = reads || node->overloads[i]->reading != NULL;
    }
    return reads;
}

static bool cel_fold_call(struct cel_run *run, const struct cel_node *node,
                          struct cel_value *result)
{
    struct cel_value args[CEL_FOLD_ARGS_MAX];
    if (node->count > CEL_FOLD_ARGS_MAX || node->overload_count == 0 || cel_fold_reads(node)) {
        return false;
    }
    for (uint32_t i = 0; i < node->count; i++) {
        args[i] = node->args[i]->constant;
    }
    struct cel_late late = { node->name, node->overloads, node->overload_count, node->count };
    return node->overloads[0]->generic ? node->overloads[0]->function(run, args, result)
                                       : cel_late_call(run, &late, args, result);
}

static bool cel_fold_list(struct cel_run *run, const struct cel_node *node,
                          struct cel_value *result)
{
    struct cel_value *items;
    if (!cel_list_new(run, node->count, &items, result)) {
        return false;
    }
    for (uint32_t i = 0; i < node->count; i++) {
        items[i] = node->args[i]->constant;
    }
    return true;
}

static bool cel_fold_map(struct cel_run *run, const struct cel_node *node, struct cel_value *result)
{
    struct cel_entry *entries = cel_alloc(run, (node->count + 1) * sizeof *entries);
    if (entries == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < node->count; i += 2) {
        entries[i / 2] = (struct cel_entry){ node->args[i]->constant, node->args[i + 1]->constant };
    }
    return cel_map_new(run, entries, node->count / 2, result);
}

static bool cel_fold_node(struct cel_run *run, const struct cel_node *node,
                          struct cel_value *result)
{
    if (node->type == NULL || !cel_fold_constants(node)) {
        return false;
    }
    switch ((int)node->kind) {
    case CEL_NODE_CALL:
        return cel_fold_call(run, node, result);
    case CEL_NODE_LIST:
        return cel_fold_list(run, node, result);
    case CEL_NODE_MAP:
        return cel_fold_map(run, node, result);
    default:
        return false;
    }
}

/* Operands stand before what uses them, so one pass suffices. */
void cel_fold(struct cel_compilation *c)
{
    struct cel_run run = { .arena = c->arena,
                           .gas = { CEL_FOLD_GAS },
                           .provider = c->env->provider };
    for (uint32_t i = 0; i < c->order_count; i++) {
        struct cel_node *node = c->order[i];
        struct cel_value result;
        run.error.kind = CEL_ERROR_NONE;
        if (cel_fold_node(&run, node, &result) && result.kind != CEL_MESSAGE) {
            node->kind = CEL_NODE_CONST;
            node->constant = result;
            node->count = 0;
        }
    }
}
