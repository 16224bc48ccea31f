/* The static estimate: the most gas that a program can use, from the sizes that are declared.
 *
 * Bounds go from operands to what uses them, one pass. They are upper bounds of what the
 * instructions and functions charge, a little generous; sums and products stop at "unbounded". The
 * price of a failure that is absorbed (its copy) is counted for every operand of && and ||, and for
 * every round of all and exists. */
#include "core/cel/bound.h"
#include "core/cel/number.h"
#include "core/cel/program.h"

enum {
    CEL_ESTIMATE_CALL = 8,     /* a call's instruction and a small result */
    CEL_ESTIMATE_FAILURE = 12, /* a failure kept as a value */
    CEL_ESTIMATE_EMPTY = 64,   /* an absent message made to be read */
    CEL_ESTIMATE_ENTRY = 20,   /* an entry found in a map that a run has memory for */
};

static struct cel_bound cel_bound_ident(const struct cel_compilation *c,
                                        const struct cel_node *node)
{
    if (node->meaning == CEL_MEANS_VARIABLE) {
        const struct cel_variable *variable = &c->env->variables[node->slot];
        return variable->data_max > 0
                   ? cel_bound_data(variable->data_max)
                   : cel_bound_declared(node->type, variable->size_max, variable->item_max);
    }
    if (node->meaning != CEL_MEANS_LOCAL) {
        return cel_bound_declared(&cel_type_null, 0, 0);
    }
    const struct cel_node *source = node->scope->args[0];
    if (node->scope->kind == CEL_NODE_BIND) {
        return source->bound;
    }
    bool key = source->type->kind == CEL_MAP && node->slot == 0;
    if (key && !cel_is_small(node->type)) {
        struct cel_bound whole = source->bound;
        whole.item_size = whole.item_deep = whole.deep;
        return cel_bound_item(&whole, node->type);
    }
    return cel_bound_item(&source->bound, node->type);
}

static struct cel_bound cel_bound_select(const struct cel_node *node)
{
    const struct cel_bound *operand = &node->args[0]->bound;
    if (node->test) {
        return cel_bound_declared(&cel_type_bool, 0, 0);
    }
    if (node->meaning == CEL_MEANS_FIELD && node->args[0]->type->kind == CEL_MESSAGE) {
        return node->field->data_max > 0 && node->field->type->kind != CEL_ANY
                   ? cel_bound_data(node->field->data_max)
                   : cel_bound_declared(node->field->type, node->field->size_max,
                                        node->field->item_max);
    }
    return cel_bound_item(operand, node->type);
}

/* Reading a list or map of a message: each item, and the keys. */
static uint64_t cel_gas_items(const struct cel_field *field, uint64_t size)
{
    const struct cel_type *item = cel_item_type(field->type);
    uint64_t each = 2, keys = 0;
    if (item->kind == CEL_MESSAGE) {
        each = CEL_ESTIMATE_EMPTY;
    } else if (!cel_is_small(item) && !cel_is_text(item)) {
        each = field->item_max == 0 ? CEL_UNBOUNDED : 2 * (uint64_t)field->item_max + 2;
    }
    if (field->type->kind == CEL_MAP) {
        uint64_t key = cel_is_small(field->type->params[0]) ? 1 : cel_units(field->item_max);
        keys = cel_sort_keys(size, cel_times(size, key));
    }
    return cel_plus(4, cel_plus(cel_times(size, each), keys));
}

static uint64_t cel_gas_field(const struct cel_node *node)
{
    const struct cel_field *field = node->field;
    if (field->data_max > 0) {
        return 4 + (uint64_t)field->data_max + field->data_max / 4;
    }
    switch ((int)field->type->kind) {
    case CEL_DYN:
    case CEL_ANY:
        return CEL_UNBOUNDED;
    case CEL_LIST:
    case CEL_MAP:
        return cel_gas_items(field, node->bound.size);
    default:
        return 4 + CEL_ESTIMATE_EMPTY;
    }
}

static uint64_t cel_gas_select(const struct cel_node *node)
{
    const struct cel_bound *operand = &node->args[0]->bound;
    enum cel_kind kind = node->args[0]->type->kind;
    if (kind != CEL_MESSAGE) {
        uint64_t look_up = cel_look_up(operand->size, cel_units(node->name.size));
        return cel_plus(4 + look_up, kind == CEL_MAP ? 0 : operand->size);
    }
    return node->meaning == CEL_MEANS_FIELD ? cel_gas_field(node) : CEL_UNBOUNDED;
}

/* Whether values of the type surely hold no map, in which equality looks entries up. */
static bool cel_is_flat(const struct cel_type *type)
{
    return cel_is_small(type) || cel_is_text(type) ||
           (type->kind == CEL_LIST && cel_is_flat(type->params[0]));
}

/* Deep equality ends where either side ends. */
static uint64_t cel_gas_equal(const struct cel_node *node)
{
    uint64_t least = CEL_UNBOUNDED;
    bool flat = false;
    for (uint32_t i = 0; i < node->count; i++) {
        least = cel_smaller(least, node->args[i]->bound.deep);
        flat = flat || cel_is_flat(node->args[i]->type);
    }
    return cel_times(flat ? 3 : CEL_ESTIMATE_ENTRY, cel_plus(least, 1));
}

static uint64_t cel_gas_in(const struct cel_node *node)
{
    const struct cel_bound *item = &node->args[0]->bound, *list = &node->args[1]->bound;
    if (node->args[1]->type->kind == CEL_MAP) {
        return cel_look_up(list->size, item->size);
    }
    uint64_t each = cel_times(cel_is_flat(node->args[0]->type) ? 1 : CEL_ESTIMATE_ENTRY,
                              cel_smaller(item->deep, list->item_deep));
    return cel_times(cel_plus(list->size, 1), cel_plus(2, cel_times(3, each)));
}

static uint64_t cel_gas_arguments(const struct cel_node *node)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < node->count; i++) {
        sum = cel_plus(sum, node->args[i]->bound.size);
    }
    return cel_times(4, cel_plus(sum, 1));
}

/* Each item of the first against each of the second. */
static uint64_t cel_gas_product(const struct cel_bound *a, const struct cel_bound *b)
{
    uint64_t each = cel_plus(2, cel_times(3, cel_smaller(a->item_deep, b->item_deep)));
    return cel_times(2, cel_times(cel_plus(a->size, 1), cel_times(cel_plus(b->size, 1), each)));
}

/* Each round of merging visits and compares every item; the keys are the last argument's items. */
static uint64_t cel_gas_sort(const struct cel_node *node)
{
    const struct cel_bound *keys = &node->args[node->count - 1]->bound;
    uint64_t rounds = 3;
    while (rounds < 66 && keys->size >> (rounds - 3) > 0) {
        rounds++;
    }
    return cel_times(cel_plus(keys->size, 1), cel_times(rounds, cel_plus(2, keys->item_deep)));
}

static uint64_t cel_gas_function(const struct cel_node *node, enum cel_cost cost)
{
    switch (cost) {
    case CEL_COST_ONE:
        return 0;
    case CEL_COST_ARGS:
        return cel_gas_arguments(node);
    case CEL_COST_DIGITS:
        return cel_plus(cel_gas_arguments(node), CEL_NUMBER_GAS_MAX);
    case CEL_COST_PRODUCT:
        return cel_gas_product(&node->args[0]->bound, &node->args[1]->bound);
    case CEL_COST_SQUARE:
        return cel_gas_product(&node->args[0]->bound, &node->args[0]->bound);
    case CEL_COST_SORT:
        return cel_gas_sort(node);
    case CEL_COST_REGEX:
        return cel_patterns_gas(node);
    case CEL_COST_DEEP:
        return str_eq(node->name, STR("@in")) ? cel_gas_in(node) : cel_gas_equal(node);
    case CEL_COST_REPLACE:
        return cel_plus(cel_gas_product(&node->args[0]->bound, &node->args[1]->bound),
                        cel_times(6, cel_bound_text(node, CEL_SIZE_REPLACE).size));
    case CEL_COST_JOIN:
        return cel_times(6, cel_plus(cel_bound_text(node, CEL_SIZE_JOIN).size, 2));
    case CEL_COST_FORMAT:
        return cel_gas_format(node);
    case CEL_COST_VARIABLE:
        return CEL_UNBOUNDED;
    }
    return CEL_UNBOUNDED;
}

/* What a function makes of its arguments' sizes. */
static struct cel_bound cel_bound_call(const struct cel_node *node, enum cel_size size)
{
    struct cel_bound bound = { .size = 4, .deep = 4, .item_size = 4, .item_deep = 4 };
    if (cel_is_small(node->type)) {
        return cel_bound_declared(node->type, 0, 0);
    }
    if (size == CEL_SIZE_SMALL) {
        return bound;
    }
    if (size > CEL_SIZE_SUM) {
        return cel_bound_text(node, size);
    }
    bool printed = node->count > 0 && cel_is_small(node->args[0]->type);
    bound = node->count > 0 && !printed ? node->args[0]->bound : bound;
    for (uint32_t i = 1; i < node->count && size != CEL_SIZE_FIRST; i++) {
        const struct cel_bound *arg = &node->args[i]->bound;
        bound.size = cel_plus(bound.size, arg->size);
        bound.deep = cel_plus(bound.deep, arg->deep);
        bound.item_size = cel_larger(bound.item_size, arg->item_size);
        bound.item_deep = cel_larger(bound.item_deep, arg->item_deep);
    }
    return bound;
}

/* What a function gives that reads what nobody knows yet. */
static struct cel_bound cel_bound_reading(const struct cel_node *node,
                                          const struct cel_reading *reading)
{
    return reading->data_max > 0
               ? cel_bound_data(reading->data_max)
               : cel_bound_declared(node->type, reading->size_max, reading->item_max);
}

static void cel_estimate_call(struct cel_node *node)
{
    uint64_t gas = node->overload_count == 0 ? 0 : CEL_ESTIMATE_CALL, function = 0;
    struct cel_bound bound = cel_bound_call(node, CEL_SIZE_SMALL);
    for (uint32_t i = 0; i < node->overload_count; i++) {
        const struct cel_overload *overload = node->overloads[i];
        const struct cel_reading *reading = overload->reading;
        struct cel_bound more = reading != NULL ? cel_bound_reading(node, reading)
                                                : cel_bound_call(node, overload->size);
        function = cel_larger(function, reading != NULL ? reading->gas
                                                        : cel_gas_function(node, overload->cost));
        bound.size = cel_larger(bound.size, more.size);
        bound.deep = cel_larger(bound.deep, more.deep);
        bound.item_size = cel_larger(bound.item_size, more.item_size);
        bound.item_deep = cel_larger(bound.item_deep, more.item_deep);
    }
    bool index = str_eq(node->name, STR("_[_]")) || str_eq(node->name, STR("_[?_]"));
    if (index) {
        bound = cel_bound_item(&node->args[0]->bound, node->type);
        function = node->args[0]->type->kind == CEL_LIST
                       ? 2
                       : cel_look_up(node->args[0]->bound.size, node->args[1]->bound.size);
    }
    gas = cel_plus(gas, function);
    for (uint32_t i = 0; i < node->count; i++) {
        gas = cel_plus(gas, node->args[i]->bound.gas);
    }
    node->bound = bound;
    node->bound.gas = gas;
}

static uint64_t cel_gas_args(const struct cel_node *node, uint64_t each)
{
    uint64_t gas = 4;
    for (uint32_t i = 0; i < node->count; i++) {
        gas = cel_plus(gas, cel_plus(node->args[i]->bound.gas, each));
    }
    return gas;
}

static void cel_bound_widen(struct cel_bound *bound, const struct cel_bound *other)
{
    bound->size = cel_larger(bound->size, other->size);
    bound->deep = cel_larger(bound->deep, other->deep);
    bound->item_size = cel_larger(bound->item_size, other->item_size);
    bound->item_deep = cel_larger(bound->item_deep, other->item_deep);
}

static void cel_estimate_if(struct cel_node *node)
{
    struct cel_bound bound = node->args[1]->bound;
    cel_bound_widen(&bound, &node->args[2]->bound);
    bound.gas = cel_plus(cel_plus(node->args[0]->bound.gas, 3),
                         cel_larger(node->args[1]->bound.gas, node->args[2]->bound.gas));
    node->bound = bound;
}

/* Lists, maps and messages; a map puts its keys in order. */
static void cel_estimate_literal(struct cel_node *node)
{
    bool map = node->kind == CEL_NODE_MAP;
    struct cel_bound bound = { .size = map ? node->count / 2 : node->count, .deep = 1 };
    uint64_t keys = 0;
    for (uint32_t i = 0; i < node->count; i++) {
        const struct cel_bound *arg = &node->args[i]->bound;
        bound.deep = cel_plus(bound.deep, cel_plus(1, arg->deep));
        if (map && i % 2 == 0) {
            keys = cel_plus(keys, cel_plus(1, arg->size));
        } else {
            bound.item_size = cel_larger(bound.item_size, arg->size);
            bound.item_deep = cel_larger(bound.item_deep, arg->deep);
        }
    }
    uint64_t making = node->kind == CEL_NODE_MESSAGE ? cel_times(4, bound.deep)
                      : map                          ? cel_sort_keys(bound.size, cel_times(2, keys))
                                                     : 0;
    bound.gas = cel_plus(cel_gas_args(node, 4), cel_plus(making, CEL_ESTIMATE_EMPTY));
    node->bound = bound;
}

static struct cel_bound cel_bound_loop(const struct cel_node *node)
{
    const struct cel_bound *range = &node->args[0]->bound;
    const struct cel_bound *body = &node->args[node->count - 1]->bound;
    if (node->loop == CEL_LOOP_FILTER) {
        return *range;
    }
    if (node->loop == CEL_LOOP_LIST || node->loop == CEL_LOOP_MAP) {
        uint64_t keys = node->loop == CEL_LOOP_MAP ? range->deep : 0;
        return (struct cel_bound){ .size = range->size,
                                   .deep = cel_plus(
                                       keys, cel_times(range->size, cel_plus(1, body->deep))),
                                   .item_size = body->size,
                                   .item_deep = body->deep };
    }
    if (node->loop == CEL_LOOP_ENTRY) {
        struct cel_bound bound = *body;
        bound.size = cel_times(range->size, body->size);
        bound.deep = cel_times(range->size, body->deep);
        return bound;
    }
    return (struct cel_bound){ .size = 1, .deep = 1, .item_size = 1, .item_deep = 1 };
}

static void cel_estimate_loop(struct cel_node *node)
{
    const struct cel_bound *range = &node->args[0]->bound;
    struct cel_bound bound = cel_bound_loop(node);
    uint64_t round = 8, making = 0;
    for (uint32_t i = 1; i < node->count; i++) {
        round = cel_plus(round, node->args[i]->bound.gas);
    }
    if (node->loop == CEL_LOOP_ALL || node->loop == CEL_LOOP_EXISTS) {
        round = cel_plus(round, CEL_ESTIMATE_FAILURE);
    } else if (node->loop == CEL_LOOP_MAP || node->loop == CEL_LOOP_ENTRY) {
        round = cel_plus(round, cel_plus(16, cel_times(2, bound.item_size)));
        making = cel_sort_keys(bound.size, cel_plus(bound.deep, range->deep));
    }
    bound.gas = cel_plus(cel_plus(range->gas, making), cel_plus(32, cel_times(range->size, round)));
    node->bound = bound;
}

static void cel_estimate_node(const struct cel_compilation *c, struct cel_node *node)
{
    switch (node->kind) {
    case CEL_NODE_CONST:
        node->bound = cel_bound_constant(node->constant);
        node->bound.gas = 1;
        return;
    case CEL_NODE_IDENT:
        node->bound = cel_bound_ident(c, node);
        node->bound.gas = 3;
        return;
    case CEL_NODE_SELECT:
        node->bound = cel_bound_select(node);
        node->bound.gas = cel_plus(node->args[0]->bound.gas, cel_gas_select(node));
        return;
    case CEL_NODE_CALL:
        cel_estimate_call(node);
        return;
    case CEL_NODE_AND:
    case CEL_NODE_OR:
        node->bound = cel_bound_declared(&cel_type_bool, 0, 0);
        node->bound.gas = cel_gas_args(node, 2 + CEL_ESTIMATE_FAILURE);
        return;
    case CEL_NODE_IF:
        cel_estimate_if(node);
        return;
    case CEL_NODE_LIST:
    case CEL_NODE_MAP:
    case CEL_NODE_MESSAGE:
        cel_estimate_literal(node);
        return;
    case CEL_NODE_LOOP:
        cel_estimate_loop(node);
        return;
    case CEL_NODE_BIND:
        node->bound = node->args[1]->bound;
        node->bound.gas = cel_gas_args(node, 4 + CEL_ESTIMATE_FAILURE);
        return;
    }
}

/* From the root down to where the gas goes: the part that has no bound, or most of the whole. */
static const struct cel_node *cel_estimate_worst(const struct cel_node *node)
{
    for (;;) {
        const struct cel_node *worst = NULL;
        for (uint32_t i = 0; i < node->count; i++) {
            uint64_t gas = node->args[i]->bound.gas;
            bool most =
                node->bound.gas == CEL_UNBOUNDED ? gas == CEL_UNBOUNDED : gas > node->bound.gas / 2;
            if (most && (worst == NULL || gas > worst->bound.gas)) {
                worst = node->args[i];
            }
        }
        if (worst == NULL) {
            return node;
        }
        node = worst;
    }
}

struct cel_cost_estimate cel_estimate(struct cel_compilation *c)
{
    for (uint32_t i = 0; i < c->order_count; i++) {
        cel_estimate_node(c, c->order[i]);
    }
    const struct cel_node *worst = cel_estimate_worst(c->root);
    uint64_t gas = cel_plus(c->root->bound.gas, 2);
    struct cel_cost_estimate estimate = {
        .gas_max = gas,
        .position = cel_position_of(c->source, worst->at),
        .part = str_make(c->source.data + worst->begin, worst->end - worst->begin),
    };
    uint64_t max = c->env->estimate_max;
    if (max > 0 && gas > max && gas == CEL_UNBOUNDED) {
        cel_problem(c, worst->at, "expected sizes that bound the cost, but nothing bounds '%.*s'",
                    STR_ARG(cel_shortened(estimate.part)));
    } else if (max > 0 && gas > max) {
        cel_problem(c, worst->at, "expected to need at most %llu gas, but '%.*s' may need %llu",
                    (unsigned long long)max, STR_ARG(cel_shortened(estimate.part)),
                    (unsigned long long)gas);
    }
    return estimate;
}

struct cel_cost_estimate cel_cost(const struct cel_program *program)
{
    return program->estimate;
}
