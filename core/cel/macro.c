/* Macros: calls that stand for another tree. A call with a macro's name but another number of
 * arguments stays a call, so that functions of the same name can exist. */
#include "core/cel/parser.h"

/* The name that a macro's argument declares; false with a problem when it is no plain name. */
static bool cel_macro_variable(struct cel_parser *p, const struct cel_node *arg, struct str *name)
{
    if (arg->kind != CEL_NODE_IDENT || arg->absolute) {
        return cel_problem(p->c, arg->begin, "expected the name of a variable");
    }
    *name = arg->name;
    return true;
}

static struct cel_node *cel_macro_has(struct cel_parser *p, struct cel_node *call)
{
    struct cel_node *field = call->args[0];
    if (field->kind != CEL_NODE_SELECT || field->test) {
        cel_problem(p->c, field->begin, "expected a field's selection such as has(a.b)");
        return NULL;
    }
    field->test = true;
    field->begin = call->begin;
    field->end = call->end;
    return field;
}

/* The loop of a call receiver.name(variables..., bodies...). */
static struct cel_node *cel_macro_loop(struct cel_parser *p, struct cel_node *call,
                                       enum cel_loop loop, uint32_t variables)
{
    struct cel_node *node = cel_node_like(p, call, CEL_NODE_LOOP, call->count - variables);
    if (node == NULL || !cel_macro_variable(p, call->args[1], &node->name) ||
        (variables == 2 && !cel_macro_variable(p, call->args[2], &node->second))) {
        return NULL;
    }
    if (str_eq(node->name, node->second)) {
        cel_problem(p->c, call->args[2]->begin, "expected two variables of different names");
        return NULL;
    }
    node->loop = loop;
    cel_node_adopt(node, 0, call->args[0]);
    for (uint32_t i = 1; i < node->count; i++) {
        cel_node_adopt(node, i, call->args[i + variables]);
    }
    return node;
}

static struct cel_node *cel_macro_bind(struct cel_parser *p, const struct cel_node *place,
                                       struct str name, struct cel_node *init,
                                       struct cel_node *body)
{
    struct cel_node *node = body == NULL ? NULL : cel_node_like(p, place, CEL_NODE_BIND, 2);
    if (node != NULL) {
        node->name = name;
        cel_node_adopt(node, 0, init);
        cel_node_adopt(node, 1, body);
    }
    return node;
}

static struct cel_node *cel_macro_ident(struct cel_parser *p, const struct cel_node *place,
                                        struct str name)
{
    struct cel_node *node = name.data == NULL ? NULL : cel_node_like(p, place, CEL_NODE_IDENT, 0);
    if (node != NULL) {
        node->name = name;
    }
    return node;
}

/* A call of a function by its full name. */
static struct cel_node *cel_macro_call(struct cel_parser *p, const struct cel_node *place,
                                       struct str name, bool member, struct cel_node *arg)
{
    struct cel_node *node = cel_node_like(p, place, CEL_NODE_CALL, arg == NULL ? 0 : 1);
    if (node != NULL) {
        node->name = name;
        node->member = member;
        node->absolute = !member;
        if (arg != NULL) {
            cel_node_adopt(node, 0, arg);
        }
    }
    return node;
}

static struct str cel_macro_hidden(struct cel_parser *p, const char *kind, uint64_t a, uint64_t b)
{
    struct str name = arena_printf(p->c->arena, "@%s:%llu:%llu", kind, (unsigned long long)a,
                                   (unsigned long long)b);
    p->c->arena_full = p->c->arena_full || name.data == NULL;
    return name;
}

/* target.optMap(v, body): target.hasValue() ? optional.of(bind(v, target.value(), body)) : none;
 * optFlatMap without the optional.of. */
static struct cel_node *cel_macro_opt(struct cel_parser *p, struct cel_node *call, bool flat)
{
    struct str name = { 0 };
    struct str target = cel_macro_hidden(p, "opt", p->hidden++, 0);
    if (!cel_macro_variable(p, call->args[1], &name)) {
        return NULL;
    }
    struct cel_node *ident[2];
    for (int i = 0; i < 2; i++) {
        ident[i] = cel_macro_ident(p, call, target);
        if (ident[i] == NULL) {
            return NULL;
        }
    }
    struct cel_node *has = cel_macro_call(p, call, STR("hasValue"), true, ident[0]);
    struct cel_node *value = cel_macro_call(p, call, STR("value"), true, ident[1]);
    struct cel_node *some =
        value == NULL ? NULL : cel_macro_bind(p, call, name, value, call->args[2]);
    if (some != NULL && !flat) {
        some = cel_macro_call(p, call, STR("optional.of"), false, some);
    }
    struct cel_node *none = cel_macro_call(p, call, STR("optional.none"), false, NULL);
    struct cel_node *node = cel_node_like(p, call, CEL_NODE_IF, 3);
    if (has == NULL || some == NULL || none == NULL || node == NULL) {
        return NULL;
    }
    cel_node_adopt(node, 0, has);
    cel_node_adopt(node, 1, some);
    cel_node_adopt(node, 2, none);
    return cel_macro_bind(p, call, target, call->args[0], node);
}

/* list.sortBy(v, key): the list, sorted by the list of its items' keys. */
static struct cel_node *cel_macro_sort_by(struct cel_parser *p, struct cel_node *call)
{
    struct str list = cel_macro_hidden(p, "sort", p->hidden++, 0);
    struct cel_node *items = cel_macro_ident(p, call, list);
    struct cel_node *range = cel_macro_ident(p, call, list);
    struct cel_node *sort = cel_node_like(p, call, CEL_NODE_CALL, 2);
    if (items == NULL || range == NULL || sort == NULL) {
        return NULL;
    }
    struct cel_node *receiver = call->args[0];
    call->args[0] = range;
    struct cel_node *keys = cel_macro_loop(p, call, CEL_LOOP_LIST, 1);
    if (keys == NULL) {
        return NULL;
    }
    sort->name = STR("@sortByKeys");
    sort->member = true;
    cel_node_adopt(sort, 0, items);
    cel_node_adopt(sort, 1, keys);
    return cel_macro_bind(p, call, list, receiver, sort);
}

struct cel_macro_row {
    const char *name;
    uint32_t count; /* args with the receiver */
    uint32_t variables;
    enum cel_loop loop;
};

static struct cel_node *cel_macro_member(struct cel_parser *p, struct cel_node *call)
{
    static const struct cel_macro_row rows[] = {
        { "all", 3, 1, CEL_LOOP_ALL },
        { "exists", 3, 1, CEL_LOOP_EXISTS },
        { "exists_one", 3, 1, CEL_LOOP_ONE },
        { "existsOne", 3, 1, CEL_LOOP_ONE },
        { "map", 3, 1, CEL_LOOP_LIST },
        { "map", 4, 1, CEL_LOOP_LIST },
        { "filter", 3, 1, CEL_LOOP_FILTER },
        { "all", 4, 2, CEL_LOOP_ALL },
        { "exists", 4, 2, CEL_LOOP_EXISTS },
        { "exists_one", 4, 2, CEL_LOOP_ONE },
        { "existsOne", 4, 2, CEL_LOOP_ONE },
        { "transformList", 4, 2, CEL_LOOP_LIST },
        { "transformList", 5, 2, CEL_LOOP_LIST },
        { "transformMap", 4, 2, CEL_LOOP_MAP },
        { "transformMap", 5, 2, CEL_LOOP_MAP },
        { "transformMapEntry", 4, 2, CEL_LOOP_ENTRY },
        { "transformMapEntry", 5, 2, CEL_LOOP_ENTRY },
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (call->count == rows[i].count && str_eq(call->name, str_z(rows[i].name))) {
            return cel_macro_loop(p, call, rows[i].loop, rows[i].variables);
        }
    }
    if (call->count == 3 && str_eq(call->name, STR("optMap"))) {
        return cel_macro_opt(p, call, false);
    }
    if (call->count == 3 && str_eq(call->name, STR("optFlatMap"))) {
        return cel_macro_opt(p, call, true);
    }
    if (call->count == 3 && str_eq(call->name, STR("sortBy"))) {
        return cel_macro_sort_by(p, call);
    }
    return call;
}

/* cel.block([a, b, ...], body): binds of @index:0, @index:1 ... around the body. */
static struct cel_node *cel_macro_block(struct cel_parser *p, struct cel_node *call)
{
    struct cel_node *slots = call->args[1], *body = call->args[2];
    if (slots->kind != CEL_NODE_LIST) {
        cel_problem(p->c, slots->begin, "expected a list of what cel.index(0) and so on stand for");
        return NULL;
    }
    for (uint32_t i = slots->count; body != NULL && i-- > 0;) {
        body = cel_macro_bind(p, call, cel_macro_hidden(p, "index", i, 0), slots->args[i], body);
    }
    return body;
}

/* cel.index(1), cel.iterVar(0, 1), cel.accuVar(0, 1): names that no source can spell. */
static struct cel_node *cel_macro_slot(struct cel_parser *p, struct cel_node *call,
                                       const char *kind)
{
    uint64_t numbers[2] = { 0 };
    for (uint32_t i = 1; i < call->count; i++) {
        const struct cel_node *arg = call->args[i];
        if (arg->kind != CEL_NODE_CONST || arg->constant.kind != CEL_INT ||
            arg->constant.integer < 0) {
            cel_problem(p->c, arg->begin, "expected a number that is not negative");
            return NULL;
        }
        numbers[i - 1] = arg->constant.unsigned_integer;
    }
    return cel_macro_ident(p, call, cel_macro_hidden(p, kind, numbers[0], numbers[1]));
}

static struct cel_node *cel_macro_cel(struct cel_parser *p, struct cel_node *call)
{
    if (call->count == 4 && str_eq(call->name, STR("bind"))) {
        struct str name = { 0 };
        return cel_macro_variable(p, call->args[1], &name)
                   ? cel_macro_bind(p, call, name, call->args[2], call->args[3])
                   : NULL;
    }
    if (!p->c->env->block_macros) {
        return call;
    }
    if (call->count == 3 && str_eq(call->name, STR("block"))) {
        return cel_macro_block(p, call);
    }
    if (call->count == 2 && str_eq(call->name, STR("index"))) {
        return cel_macro_slot(p, call, "index");
    }
    if (call->count == 3 && str_eq(call->name, STR("iterVar"))) {
        return cel_macro_slot(p, call, "iterVar");
    }
    if (call->count == 3 && str_eq(call->name, STR("accuVar"))) {
        return cel_macro_slot(p, call, "accuVar");
    }
    return call;
}

/* proto.getExt(message, a.b.extension): a selection by the extension's full name. */
static struct cel_node *cel_macro_extension(struct cel_parser *p, struct cel_node *call, bool test)
{
    struct cel_node *node = cel_node_like(p, call, CEL_NODE_SELECT, 1);
    if (node == NULL) {
        return NULL;
    }
    node->test = test;
    if (!cel_node_qualified(p->c, call->args[2], &node->name)) {
        cel_problem(p->c, call->args[2]->begin, "expected the full name of an extension");
        return NULL;
    }
    cel_node_adopt(node, 0, call->args[1]);
    return node;
}

/* math.greatest(a, b, c ...): one list instead of more than two arguments. */
static struct cel_node *cel_macro_math(struct cel_parser *p, struct cel_node *call)
{
    bool variadic = str_eq(call->name, STR("greatest")) || str_eq(call->name, STR("least"));
    if (!variadic || call->count <= 3) {
        return call;
    }
    struct cel_node *list = cel_node_like(p, call, CEL_NODE_LIST, call->count - 1);
    struct cel_node *node = cel_node_like(p, call, CEL_NODE_CALL, 2);
    if (list == NULL || node == NULL) {
        return NULL;
    }
    for (uint32_t i = 0; i < list->count; i++) {
        cel_node_adopt(list, i, call->args[i + 1]);
    }
    node->name = call->name;
    node->member = true;
    cel_node_adopt(node, 0, call->args[0]);
    cel_node_adopt(node, 1, list);
    return node;
}

struct cel_node *cel_macro(struct cel_parser *p, struct cel_node *call)
{
    if (!call->member) {
        bool has = call->count == 1 && str_eq(call->name, STR("has"));
        return has ? cel_macro_has(p, call) : call;
    }
    const struct cel_node *receiver = call->args[0];
    if (receiver->kind == CEL_NODE_IDENT && !receiver->absolute) {
        if (str_eq(receiver->name, STR("cel"))) {
            return cel_macro_cel(p, call);
        }
        if (str_eq(receiver->name, STR("math"))) {
            return cel_macro_math(p, call);
        }
        bool get = str_eq(call->name, STR("getExt")), has = str_eq(call->name, STR("hasExt"));
        if (call->count == 3 && str_eq(receiver->name, STR("proto")) && (get || has)) {
            return cel_macro_extension(p, call, has);
        }
    }
    return cel_macro_member(p, call);
}
