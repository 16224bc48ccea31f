/* Fusing: a variable that was just loaded, its field, and the constant it is compared with become
 * one instruction. Only the last instruction is ever replaced, and only while no jump lands behind
 * it. */
#include "core/cel/plan.h"

enum { CEL_TEXTS_MAX = 8 };

/* The last instruction, if it may be replaced and wrote r[to]; NULL if not. */
static struct cel_op *cel_plan_last(struct cel_planner *p, uint32_t to)
{
    if (p->failed || p->traced || p->op_count == 0 || p->landed == p->op_count) {
        return NULL;
    }
    struct cel_op *last = &p->ops[p->op_count - 1];
    return last->to == to ? last : NULL;
}

/* The operand of a fused instruction: what the last one loaded (which is taken back), else r[to].
 */
static struct cel_op cel_plan_operand(struct cel_planner *p, uint32_t to)
{
    struct cel_op op = { .to = (uint16_t)to, .a = (uint16_t)to, .kind = CEL_DYN };
    struct cel_op *last = cel_plan_last(p, to);
    if (last == NULL) {
        return op;
    }
    if (last->run == cel_op_variable && last->number <= UINT16_MAX) {
        op.a = (uint16_t)last->number;
        op.kind = last->kind;
        op.flag = CEL_OPERAND_BOUND;
        p->op_count--;
    } else if (last->run == cel_op_move) {
        op.a = last->a;
        p->op_count--;
    }
    return op;
}

void cel_plan_path_op(struct cel_planner *p, const struct cel_node *node, uint32_t to,
                      struct cel_path *path)
{
    struct cel_op op = cel_plan_operand(p, to);
    op.path = path;
    cel_plan_op(p, node, cel_op_path, op);
}

static uint32_t cel_plan_relation(struct str name)
{
    static const struct {
        const char *name;
        enum cel_relation relation;
    } relations[] = {
        { "_==_", CEL_RELATION_EQUAL },  { "_!=_", CEL_RELATION_NOT_EQUAL },
        { "_<_", CEL_RELATION_LESS },    { "_<=_", CEL_RELATION_LESS_EQUAL },
        { "_>_", CEL_RELATION_GREATER }, { "_>=_", CEL_RELATION_GREATER_EQUAL },
    };
    for (size_t i = 0; i < sizeof relations / sizeof relations[0]; i++) {
        if (str_eq(name, str_z(relations[i].name))) {
            return relations[i].relation;
        }
    }
    return 0;
}

static bool cel_plan_path_compare(struct cel_planner *p, const struct cel_node *node, uint32_t to,
                                  uint32_t relation)
{
    struct cel_op *last = cel_plan_last(p, to);
    if (last == NULL || last->run != cel_op_path) {
        return false;
    }
    struct cel_path *path = arena_alloc(p->c->arena, sizeof *path);
    if (path == NULL) {
        p->failed = true;
        return true;
    }
    const struct cel_value *constant = &node->args[1]->constant;
    *path = *last->path;
    path->constant = *constant;
    path->text = path->last == CEL_DIRECT_CSTRING && constant->kind == CEL_STRING &&
                 (relation == CEL_RELATION_EQUAL || relation == CEL_RELATION_NOT_EQUAL) &&
                 memchr(constant->data, '\0', constant->size) == NULL;
    struct cel_op op = *last;
    p->op_count--;
    op.path = path;
    op.b = (uint16_t)relation;
    cel_plan_op(p, node, cel_op_path_compare, op);
    return true;
}

/* The constants as a set; NULL: they cannot be one. */
static struct cel_constants *cel_plan_constants(struct cel_planner *p, const struct cel_list *list)
{
    struct cel_constants *constants = arena_zalloc(p->c->arena, sizeof *constants);
    struct cel_entry *entries = arena_alloc(p->c->arena, (list->count + 1) * sizeof *entries);
    struct cel_run run = { .arena = p->c->arena, .gas = { CEL_GAS_MAX } };
    struct cel_value map;
    if (constants == NULL || entries == NULL) {
        p->failed = true;
        return NULL;
    }
    bool texts = list->count <= CEL_TEXTS_MAX;
    for (uint32_t i = 0; i < list->count; i++) {
        texts = texts && list->items[i].kind == CEL_STRING;
        entries[i] = (struct cel_entry){ .key = list->items[i] };
    }
    if (texts) {
        constants->texts = list;
        return constants;
    }
    if (!cel_map_new(&run, entries, list->count, &map)) {
        return NULL;
    }
    constants->map = map.map;
    return constants;
}

static bool cel_plan_in(struct cel_planner *p, const struct cel_node *node, uint32_t to)
{
    const struct cel_node *list = node->args[1];
    if (!str_eq(node->name, STR("@in")) || list->kind != CEL_NODE_CONST ||
        list->constant.kind != CEL_LIST || node->overload_count == 0) {
        return false;
    }
    struct cel_constants *constants = cel_plan_constants(p, list->constant.list);
    if (constants == NULL) {
        return p->failed;
    }
    struct cel_op op = cel_plan_operand(p, to);
    op.pointer = constants;
    cel_plan_op(p, node, cel_op_in, op);
    return true;
}

bool cel_plan_compare(struct cel_planner *p, const struct cel_node *node, uint32_t to)
{
    if (node->member || node->count != 2 || node->args[1]->kind != CEL_NODE_CONST) {
        return false;
    }
    uint32_t relation = cel_plan_relation(node->name);
    if (relation == 0) {
        return cel_plan_in(p, node, to);
    }
    if (node->overload_count == 0 || !node->overloads[0]->generic) {
        return false;
    }
    if (!cel_plan_path_compare(p, node, to, relation)) {
        struct cel_op op = cel_plan_operand(p, to);
        op.b = (uint16_t)relation;
        op.constant = &node->args[1]->constant;
        cel_plan_op(p, node, cel_op_compare, op);
    }
    return true;
}

void cel_plan_then(struct cel_planner *p, uint32_t to, bool or, bool last)
{
    struct cel_op *op = p->failed ? NULL : &p->ops[p->op_count - 1];
    if (op == NULL || op->to != to ||
        (op->run != cel_op_compare && op->run != cel_op_path_compare && op->run != cel_op_in)) {
        return;
    }
    op->flag =
        (uint8_t)(op->flag | CEL_THEN_LOGIC | (or ? CEL_THEN_OR : 0) | (last ? CEL_THEN_LAST : 0));
}
