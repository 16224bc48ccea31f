/* Planner: from the checked tree to instructions. A node's value goes into the register it is told;
 * args of a call lie in the registers from there on. Jumps are places until the program is whole.
 * Like the checker it walks left-leaning chains by a loop. */
#include "core/cel/plan.h"

enum { CEL_OPS_MAX = 60000 };

static bool cel_plan_grow(struct cel_planner *p)
{
    struct arena *arena = p->c->arena;
    uint32_t max = p->op_max == 0 ? 64 : p->op_max * 2;
    struct cel_op *ops = arena_alloc(arena, max * sizeof *ops);
    uint16_t *handlers = arena_alloc(arena, max * sizeof *handlers);
    uint16_t *nodes = arena_alloc(arena, max * sizeof *nodes);
    bool *jumps = arena_zalloc(arena, max * sizeof *jumps);
    if (ops == NULL || handlers == NULL || nodes == NULL || jumps == NULL ||
        p->op_count >= CEL_OPS_MAX) {
        p->failed = true;
        return false;
    }
    if (p->op_count > 0) {
        memcpy(ops, p->ops, p->op_count * sizeof *ops);
        memcpy(handlers, p->op_handlers, p->op_count * sizeof *handlers);
        memcpy(nodes, p->op_nodes, p->op_count * sizeof *nodes);
        memcpy(jumps, p->jumps, p->op_count * sizeof *jumps);
    }
    p->ops = ops;
    p->op_handlers = handlers;
    p->op_nodes = nodes;
    p->jumps = jumps;
    p->op_max = max;
    return true;
}

uint32_t cel_plan_op(struct cel_planner *p, const struct cel_node *node, cel_op_run *run,
                     struct cel_op op)
{
    if (p->op_count == p->op_max && !cel_plan_grow(p)) {
        return 0;
    }
    op.run = run;
    p->ops[p->op_count] = op;
    p->op_handlers[p->op_count] = p->handler;
    p->op_nodes[p->op_count] = (uint16_t)node->id;
    cel_plan_use(p, op.to);
    return p->op_count++;
}

uint32_t cel_plan_jump(struct cel_planner *p, const struct cel_node *node, cel_op_run *run,
                       struct cel_op op)
{
    uint32_t place = cel_plan_op(p, node, run, op);
    if (!p->failed) {
        p->jumps[place] = true;
    }
    return place;
}

void cel_plan_land_at(struct cel_planner *p, uint32_t place, uint32_t target)
{
    if (!p->failed) {
        p->ops[place].number = target;
        p->landed = target > p->landed ? target : p->landed;
    }
}

void cel_plan_land(struct cel_planner *p, uint32_t place)
{
    cel_plan_land_at(p, place, p->op_count);
}

uint16_t cel_plan_handle(struct cel_planner *p, uint32_t to)
{
    uint16_t around = p->handler;
    if (p->handler_count == p->handler_max) {
        uint32_t max = p->handler_max == 0 ? 16 : p->handler_max * 2;
        struct cel_handler *handlers = arena_alloc(p->c->arena, max * sizeof *handlers);
        uint32_t *places = arena_alloc(p->c->arena, max * sizeof *places);
        if (handlers == NULL || places == NULL) {
            p->failed = true;
            return around;
        }
        if (p->handler_count > 0) {
            memcpy(handlers, p->handlers, p->handler_count * sizeof *handlers);
            memcpy(places, p->handler_places, p->handler_count * sizeof *places);
        }
        p->handlers = handlers;
        p->handler_places = places;
        p->handler_max = max;
    }
    p->handler = (uint16_t)p->handler_count;
    cel_plan_use(p, to);
    p->handlers[p->handler_count++] = (struct cel_handler){ .to = (uint16_t)to };
    return around;
}

void cel_plan_handled(struct cel_planner *p, uint16_t around)
{
    if (!p->failed) {
        p->handler_places[p->handler] = p->op_count;
        p->landed = p->op_count;
    }
    p->handler = around;
}

uint8_t cel_plan_kind(const struct cel_type *type)
{
    switch ((int)type->kind) {
    case CEL_DYN:
    case CEL_ANY:
    case CEL_WRAPPER:
    case CEL_PARAM:
    case CEL_ERROR:
    case CEL_MESSAGE: /* These may be null, too. */
    case CEL_TIMESTAMP:
    case CEL_DURATION:
    case CEL_OPTIONAL:
    case CEL_IP:
    case CEL_CIDR:
        return CEL_DYN;
    default:
        return (uint8_t)type->kind;
    }
}

static void cel_plan_local(struct cel_planner *p, const struct cel_node *node, uint32_t to)
{
    uint32_t base = p->bases[node->scope->id];
    if (node->scope->kind == CEL_NODE_LOOP) {
        uint16_t a = (uint16_t)(base + CEL_LOOP_FIRST + node->slot);
        cel_plan_op(p, node, cel_op_move, (struct cel_op){ .to = (uint16_t)to, .a = a });
        return;
    }
    uint32_t place = cel_plan_jump(p, node, cel_op_lazy,
                                   (struct cel_op){ .to = (uint16_t)to, .a = (uint16_t)base });
    /* What computes it stands behind the bind's first instruction. */
    cel_plan_land_at(p, place, p->places[node->scope->id] + 1);
}

static void cel_plan_ident(struct cel_planner *p, const struct cel_node *node, uint32_t to)
{
    if (node->meaning == CEL_MEANS_VARIABLE) {
        cel_plan_op(p, node, cel_op_variable,
                    (struct cel_op){ .to = (uint16_t)to,
                                     .kind = cel_plan_kind(node->type),
                                     .number = node->slot });
        return;
    }
    if (node->meaning == CEL_MEANS_LOCAL) {
        cel_plan_local(p, node, to);
        return;
    }
    struct cel_value *name = arena_alloc(p->c->arena, sizeof *name);
    if (name == NULL) {
        p->failed = true;
        return;
    }
    *name = cel_string(node->name);
    cel_plan_op(p, node, cel_op_error, (struct cel_op){ .to = (uint16_t)to, .constant = name });
}

static void cel_plan_late_select(struct cel_planner *p, const struct cel_node *node, uint32_t to)
{
    struct cel_select *select = arena_alloc(p->c->arena, sizeof *select);
    if (select == NULL) {
        p->failed = true;
        return;
    }
    *select = (struct cel_select){ cel_string(node->name), node->optional, node->test };
    cel_plan_op(
        p, node, cel_op_select,
        (struct cel_op){ .to = (uint16_t)to, .kind = cel_plan_kind(node->type), .select = select });
}

static void cel_plan_select(struct cel_planner *p, const struct cel_node *node, uint32_t to)
{
    if (node->meaning != CEL_MEANS_FIELD || node->args[0]->type->kind != CEL_MESSAGE) {
        cel_plan_late_select(p, node, to);
        return;
    }
    cel_op_run *run = node->test       ? cel_op_has_field
                      : node->optional ? cel_op_field_optional
                                       : cel_op_field;
    cel_plan_op(p, node, run, (struct cel_op){ .to = (uint16_t)to, .field = node->field });
}

/* Whether the node reads a field without a call. */
static bool cel_plan_is_direct(const struct cel_node *node)
{
    return node->kind == CEL_NODE_SELECT && node->meaning == CEL_MEANS_FIELD && !node->test &&
           !node->optional && node->args[0]->type->kind == CEL_MESSAGE &&
           node->field->direct != CEL_DIRECT_NONE;
}

/* From `first` upwards to `last`: the longest run of direct fields that ends in a scalar becomes
 * one instruction. Gives its last node, or NULL when there is none. */
static const struct cel_node *cel_plan_path(struct cel_planner *p, const struct cel_node *first,
                                            const struct cel_node *last, uint32_t to)
{
    struct cel_path path = { 0 };
    const struct cel_node *node = first;
    while (!p->traced && path.count < CEL_PATH_MAX && cel_plan_is_direct(node)) {
        path.offsets[path.count++] = node->field->offset;
        path.last = node->field->direct;
        if (path.last != CEL_DIRECT_MESSAGE || node == last) {
            break;
        }
        node = node->parent;
    }
    if (path.count == 0 || path.last == CEL_DIRECT_MESSAGE) {
        return NULL;
    }
    struct cel_path *copy = arena_alloc(p->c->arena, sizeof *copy);
    if (copy == NULL) {
        p->failed = true;
        return NULL;
    }
    *copy = path;
    cel_plan_path_op(p, node, to, copy);
    return node;
}

/* Whether the arguments are surely of the kinds that the overload takes. */
static bool cel_plan_exact(const struct cel_node *node)
{
    if (node->overload == NULL) {
        return node->overload_count > 0 && node->overloads[0]->generic;
    }
    for (uint32_t i = 0; i < node->count && !node->overload->generic; i++) {
        const struct cel_type *param = node->overload->params[i];
        bool any = param->kind == CEL_PARAM || param->kind == CEL_DYN || param->kind == CEL_ANY;
        if (!any && cel_plan_kind(node->args[i]->type) != param->kind) {
            return false;
        }
    }
    return true;
}

static void cel_plan_late_call(struct cel_planner *p, const struct cel_node *node, uint32_t to)
{
    struct cel_late *late = arena_alloc(p->c->arena, sizeof *late);
    if (late == NULL) {
        p->failed = true;
        return;
    }
    *late = (struct cel_late){ node->name, node->overloads, node->overload_count, node->count };
    cel_plan_op(
        p, node, cel_op_call_late,
        (struct cel_op){ .to = (uint16_t)to, .kind = cel_plan_kind(node->type), .late = late });
}

/* optional.or(x), optional.orValue(x): x is computed only when it is needed. */
static bool cel_plan_or(struct cel_planner *p, const struct cel_node *node, uint32_t to)
{
    bool value = str_eq(node->name, STR("orValue"));
    if (!node->member || node->count != 2 || (!value && !str_eq(node->name, STR("or")))) {
        return false;
    }
    uint32_t done = cel_plan_jump(p, node, cel_op_or_value,
                                  (struct cel_op){ .to = (uint16_t)to, .flag = value });
    cel_plan_node(p, node->args[1], to);
    cel_plan_land(p, done);
    return true;
}

/* The first argument is already in r[to]. */
static void cel_plan_call(struct cel_planner *p, const struct cel_node *node, uint32_t to)
{
    if (cel_plan_or(p, node, to) || (!p->traced && cel_plan_compare(p, node, to))) {
        return;
    }
    bool exact = cel_plan_exact(node);
    if (exact && node->regex != NULL && !p->traced) {
        cel_plan_op(p, node, cel_op_matches,
                    (struct cel_op){ .to = (uint16_t)to, .pointer = node->regex });
        return;
    }
    for (uint32_t i = 1; i < node->count; i++) {
        cel_plan_node(p, node->args[i], to + i);
    }
    if (!exact) {
        cel_plan_late_call(p, node, to);
        return;
    }
    const struct cel_overload *overload =
        node->overload != NULL ? node->overload : node->overloads[0];
    bool sure = overload->result->kind != CEL_PARAM && overload->result->kind != CEL_DYN;
    cel_plan_op(p, node, cel_op_call,
                (struct cel_op){ .to = (uint16_t)to,
                                 .kind = sure ? CEL_DYN : cel_plan_kind(node->type),
                                 .overload = overload });
}

static void cel_plan_logic(struct cel_planner *p, const struct cel_node *node, uint32_t to)
{
    static cel_op_run *const runs[2][3] = { { cel_op_or_first, cel_op_or, cel_op_or_last },
                                            { cel_op_and_first, cel_op_and, cel_op_and_last } };
    uint32_t *jumps = arena_alloc(p->c->arena, node->count * sizeof *jumps);
    if (jumps == NULL) {
        p->failed = true;
        return;
    }
    for (uint32_t i = 0; i < node->count; i++) {
        uint32_t operand = i == 0 ? to : to + 1;
        uint16_t around = cel_plan_handle(p, operand);
        cel_plan_node(p, node->args[i], operand);
        cel_plan_handled(p, around);
        cel_plan_then(p, operand, node->kind == CEL_NODE_OR, i + 1 == node->count);
        int place = i == 0 ? 0 : i + 1 < node->count ? 1 : 2;
        jumps[i] = cel_plan_jump(p, node, runs[node->kind == CEL_NODE_AND][place],
                                 (struct cel_op){ .to = (uint16_t)to, .a = (uint16_t)operand });
    }
    for (uint32_t i = 0; i < node->count; i++) {
        cel_plan_land(p, jumps[i]);
    }
}

static void cel_plan_if(struct cel_planner *p, const struct cel_node *node, uint32_t to)
{
    cel_plan_node(p, node->args[0], to);
    uint32_t no = cel_plan_jump(p, node->args[0], cel_op_jump_if_not,
                                (struct cel_op){ .to = (uint16_t)to, .a = (uint16_t)to });
    cel_plan_node(p, node->args[1], to);
    uint32_t done = cel_plan_jump(p, node, cel_op_jump, (struct cel_op){ .to = (uint16_t)to });
    cel_plan_land(p, no);
    cel_plan_node(p, node->args[2], to);
    cel_plan_land(p, done);
}

static void cel_plan_list(struct cel_planner *p, const struct cel_node *node, uint32_t to)
{
    cel_plan_op(p, node, cel_op_builder,
                (struct cel_op){ .to = (uint16_t)to, .number = node->count });
    for (uint32_t i = 0; i < node->count; i++) {
        bool optional = node->optionals != NULL && node->optionals[i];
        cel_plan_node(p, node->args[i], to + 1);
        cel_plan_op(
            p, node->args[i], cel_op_append,
            (struct cel_op){ .to = (uint16_t)to, .a = (uint16_t)(to + 1), .flag = optional });
    }
    cel_plan_op(p, node, cel_op_list, (struct cel_op){ .to = (uint16_t)to, .a = (uint16_t)to });
}

static void cel_plan_map(struct cel_planner *p, const struct cel_node *node, uint32_t to)
{
    cel_plan_op(p, node, cel_op_builder,
                (struct cel_op){ .to = (uint16_t)to, .number = node->count / 2, .flag = 1 });
    for (uint32_t i = 0; i < node->count; i += 2) {
        bool optional = node->optionals != NULL && node->optionals[i / 2];
        cel_plan_node(p, node->args[i], to + 1);
        cel_plan_node(p, node->args[i + 1], to + 2);
        cel_plan_op(p, node->args[i], cel_op_put,
                    (struct cel_op){ .to = (uint16_t)to,
                                     .a = (uint16_t)(to + 1),
                                     .b = (uint16_t)(to + 2),
                                     .flag = optional });
    }
    cel_plan_op(p, node, cel_op_map, (struct cel_op){ .to = (uint16_t)to, .a = (uint16_t)to });
}

static void cel_plan_message(struct cel_planner *p, const struct cel_node *node, uint32_t to)
{
    cel_plan_op(p, node, cel_op_message,
                (struct cel_op){ .to = (uint16_t)to, .pointer = node->message_type });
    for (uint32_t i = 0; i < node->count; i++) {
        bool optional = node->optionals != NULL && node->optionals[i];
        cel_plan_node(p, node->args[i], to + 1);
        cel_plan_op(p, node->args[i], cel_op_set,
                    (struct cel_op){ .to = (uint16_t)to,
                                     .a = (uint16_t)(to + 1),
                                     .flag = optional,
                                     .field = &node->message_fields[i] });
    }
    cel_plan_op(p, node, cel_op_message_end, (struct cel_op){ .to = (uint16_t)to });
}

/* One node; of a chain only this link: what args[0] gives is in r[to]. */
static void cel_plan_link(struct cel_planner *p, const struct cel_node *node, uint32_t to)
{
    switch (node->kind) {
    case CEL_NODE_CONST:
        cel_plan_op(p, node, cel_op_constant,
                    (struct cel_op){ .to = (uint16_t)to, .constant = &node->constant });
        return;
    case CEL_NODE_IDENT:
        cel_plan_ident(p, node, to);
        return;
    case CEL_NODE_SELECT:
        cel_plan_select(p, node, to);
        return;
    case CEL_NODE_CALL:
        cel_plan_call(p, node, to);
        return;
    case CEL_NODE_AND:
    case CEL_NODE_OR:
        cel_plan_logic(p, node, to);
        return;
    case CEL_NODE_IF:
        cel_plan_if(p, node, to);
        return;
    case CEL_NODE_LIST:
        cel_plan_list(p, node, to);
        return;
    case CEL_NODE_MAP:
        cel_plan_map(p, node, to);
        return;
    case CEL_NODE_MESSAGE:
        cel_plan_message(p, node, to);
        return;
    case CEL_NODE_LOOP:
        cel_plan_loop(p, node, to);
        return;
    case CEL_NODE_BIND:
        cel_plan_bind(p, node, to);
        return;
    }
}

static void cel_plan_traced(struct cel_planner *p, const struct cel_node *node, uint32_t to)
{
    if (p->traced) {
        cel_plan_op(p, node, cel_op_trace,
                    (struct cel_op){ .to = (uint16_t)to, .a = (uint16_t)to, .pointer = node });
    }
}

/* Whether the node is a link of a chain: it follows upon args[0], in the same register. */
static bool cel_plan_follows(const struct cel_node *node)
{
    return (node->kind == CEL_NODE_SELECT || node->kind == CEL_NODE_CALL ||
            node->kind == CEL_NODE_LOOP) &&
           node->count > 0;
}

void cel_plan_node(struct cel_planner *p, const struct cel_node *node, uint32_t to)
{
    const struct cel_node *link = node;
    while (cel_plan_follows(link)) {
        link = link->args[0];
    }
    cel_plan_use(p, to);
    for (;;) {
        cel_plan_link(p, link, to);
        cel_plan_traced(p, link, to);
        const struct cel_node *path_end;
        while (link != node && (path_end = cel_plan_path(p, link->parent, node, to)) != NULL) {
            link = path_end;
        }
        if (link == node) {
            return;
        }
        link = link->parent;
    }
}

static void cel_plan_whole(struct cel_planner *p, struct cel_program *program)
{
    for (uint32_t i = 0; i < p->op_count; i++) {
        if (p->jumps[i]) {
            p->ops[i].jump = &p->ops[p->ops[i].number];
        }
    }
    for (uint32_t i = 0; i < p->handler_count; i++) {
        p->handlers[i].jump = &p->ops[p->handler_places[i]];
    }
    program->env = p->c->env;
    program->source = p->c->source;
    program->type = p->c->root->type;
    const struct cel_type *result = p->c->env->result;
    bool late = result != NULL && program->type->kind == CEL_DYN;
    program->result_kind = late && (int)result->kind < CEL_VALUE_KINDS ? result->kind : CEL_DYN;
    program->root = p->c->root;
    program->ops = p->ops;
    program->op_count = p->op_count;
    program->op_handlers = p->op_handlers;
    program->op_nodes = p->op_nodes;
    program->handlers = p->handlers;
    program->nodes = p->c->nodes;
    program->node_count = p->c->node_count;
    program->order = p->c->order;
    program->order_count = p->c->order_count;
    program->registers = p->high + 1;
}

bool cel_plan(struct cel_compilation *c, bool traced, struct cel_program *program)
{
    struct cel_planner p = { .c = c, .traced = traced, .handler = CEL_NO_HANDLER };
    p.bases = arena_zalloc(c->arena, c->node_count * sizeof *p.bases);
    p.places = arena_zalloc(c->arena, c->node_count * sizeof *p.places);
    if (p.bases == NULL || p.places == NULL) {
        return cel_compilation_full(c) != NULL;
    }
    cel_plan_node(&p, c->root, 0);
    if (p.failed) {
        c->arena_full = true;
        return false;
    }
    cel_plan_whole(&p, program);
    return true;
}
