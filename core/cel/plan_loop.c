/* Plans of loops and of lazy binds. A loop's registers lie from its base: what it walks over, the
 * index, the result so far, its variables, then the body's. */
#include "core/cel/plan.h"

/* A loop begins with a jump to its last instruction, which fetches the next item and jumps back to
 * what follows the first: one instruction per round. */
static uint32_t cel_plan_enter(struct cel_planner *p, const struct cel_node *node)
{
    return cel_plan_jump(p, node, cel_op_jump, (struct cel_op){ 0 });
}

static void cel_plan_next(struct cel_planner *p, const struct cel_node *node, uint32_t base,
                          uint32_t enter)
{
    cel_plan_land(p, enter);
    uint32_t next = cel_plan_jump(p, node, cel_op_next,
                                  (struct cel_op){ .to = (uint16_t)base,
                                                   .a = (uint16_t)(base + CEL_LOOP_FIRST),
                                                   .kind = cel_plan_kind(node->variables[0]),
                                                   .b = cel_plan_kind(node->variables[1]),
                                                   .flag = node->second.size > 0 });
    cel_plan_land_at(p, next, enter + 1);
}

/* all, exists: like && and || over the items, failures absorbed alike. */
static void cel_plan_quantifier(struct cel_planner *p, const struct cel_node *node, uint32_t base,
                                bool all)
{
    uint16_t result = (uint16_t)(base + CEL_LOOP_RESULT), body = (uint16_t)(base + CEL_LOOP_BODY);
    cel_plan_op(p, node, all ? cel_op_true : cel_op_false, (struct cel_op){ .to = result });
    uint32_t enter = cel_plan_enter(p, node);
    uint16_t around = cel_plan_handle(p, body);
    cel_plan_node(p, node->args[1], body);
    cel_plan_handled(p, around);
    cel_plan_then(p, body, !all, false);
    uint32_t decided = cel_plan_jump(p, node, all ? cel_op_and : cel_op_or,
                                     (struct cel_op){ .to = result, .a = body });
    cel_plan_next(p, node, base, enter);
    cel_plan_op(p, node, cel_op_logic_end, (struct cel_op){ .to = result });
    cel_plan_land(p, decided);
    cel_plan_op(p, node, cel_op_move, (struct cel_op){ .to = (uint16_t)base, .a = result });
}

static void cel_plan_one(struct cel_planner *p, const struct cel_node *node, uint32_t base)
{
    uint16_t result = (uint16_t)(base + CEL_LOOP_RESULT), body = (uint16_t)(base + CEL_LOOP_BODY);
    cel_plan_op(p, node, cel_op_zero, (struct cel_op){ .to = result });
    uint32_t enter = cel_plan_enter(p, node);
    cel_plan_node(p, node->args[1], body);
    cel_plan_op(p, node->args[1], cel_op_count, (struct cel_op){ .to = result, .a = body });
    cel_plan_next(p, node, base, enter);
    cel_plan_op(p, node, cel_op_is_one, (struct cel_op){ .to = (uint16_t)base, .a = result });
}

/* What the loop's kind does with the body's value in r[body]. */
static void cel_plan_collect(struct cel_planner *p, const struct cel_node *node, uint32_t base)
{
    uint16_t result = (uint16_t)(base + CEL_LOOP_RESULT), body = (uint16_t)(base + CEL_LOOP_BODY);
    uint16_t first = (uint16_t)(base + CEL_LOOP_FIRST);
    struct cel_op op = { .to = result, .a = body };
    if (node->loop == CEL_LOOP_FILTER) {
        op.a = first;
    } else if (node->loop == CEL_LOOP_MAP) {
        op.a = first;
        op.b = body;
    }
    cel_op_run *run = node->loop == CEL_LOOP_MAP     ? cel_op_put
                      : node->loop == CEL_LOOP_ENTRY ? cel_op_merge
                                                     : cel_op_append;
    cel_plan_op(p, node, run, op);
}

/* map, filter and the transforms: a builder collects. */
static void cel_plan_collector(struct cel_planner *p, const struct cel_node *node, uint32_t base)
{
    uint16_t result = (uint16_t)(base + CEL_LOOP_RESULT), body = (uint16_t)(base + CEL_LOOP_BODY);
    bool entries = node->loop == CEL_LOOP_MAP || node->loop == CEL_LOOP_ENTRY;
    cel_plan_op(p, node, cel_op_builder, (struct cel_op){ .to = result, .flag = entries });
    uint32_t enter = cel_plan_enter(p, node), skip = UINT32_MAX;
    if (node->loop == CEL_LOOP_FILTER || node->count == 3) {
        cel_plan_node(p, node->args[1], body);
        skip = cel_plan_jump(p, node->args[1], cel_op_jump_if_not,
                             (struct cel_op){ .to = body, .a = body });
    }
    if (node->loop != CEL_LOOP_FILTER) {
        cel_plan_node(p, node->args[node->count - 1], body);
    }
    cel_plan_collect(p, node, base);
    if (skip != UINT32_MAX) {
        cel_plan_land(p, skip);
    }
    cel_plan_next(p, node, base, enter);
    cel_plan_op(p, node, entries ? cel_op_map : cel_op_list,
                (struct cel_op){ .to = (uint16_t)base, .a = result });
}

void cel_plan_loop(struct cel_planner *p, const struct cel_node *node, uint32_t to)
{
    p->bases[node->id] = to;
    cel_plan_use(p, to + CEL_LOOP_BODY);
    cel_plan_op(p, node->args[0], cel_op_loop, (struct cel_op){ .to = (uint16_t)to });
    switch (node->loop) {
    case CEL_LOOP_ALL:
    case CEL_LOOP_EXISTS:
        cel_plan_quantifier(p, node, to, node->loop == CEL_LOOP_ALL);
        return;
    case CEL_LOOP_ONE:
        cel_plan_one(p, node, to);
        return;
    case CEL_LOOP_LIST:
    case CEL_LOOP_FILTER:
    case CEL_LOOP_MAP:
    case CEL_LOOP_ENTRY:
        cel_plan_collector(p, node, to);
        return;
    }
}

/* The bind's value is computed where it is first needed: its instructions stand before the body,
 * are jumped over, and are entered and left by cel_op_lazy and cel_op_lazy_store. Registers of the
 * body begin above those of the value, since both are alive at once. */
void cel_plan_bind(struct cel_planner *p, const struct cel_node *node, uint32_t to)
{
    uint32_t outer_high = p->high;
    p->bases[node->id] = to;
    p->high = to + 2;
    uint32_t over =
        cel_plan_jump(p, node, cel_op_lazy_reset, (struct cel_op){ .to = (uint16_t)to });
    p->places[node->id] = over;
    uint16_t around = cel_plan_handle(p, to + 2);
    cel_plan_node(p, node->args[0], to + 2);
    cel_plan_handled(p, around);
    cel_plan_op(p, node, cel_op_lazy_store,
                (struct cel_op){ .to = (uint16_t)to, .a = (uint16_t)(to + 2) });
    cel_plan_land(p, over);
    uint32_t body = p->high + 1;
    cel_plan_node(p, node->args[1], body);
    cel_plan_op(p, node, cel_op_move, (struct cel_op){ .to = (uint16_t)to, .a = (uint16_t)body });
    cel_plan_use(p, outer_high);
}
