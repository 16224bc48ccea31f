/* Checker: every node gets a type, every name a meaning, every call its overloads.
 *
 * Left-leaning chains (a.b.c, a + b + c, x.f().g()) are walked down by args[0] and up by parents,
 * so recursion is as deep as the source nests and no deeper. With env->unchecked nothing is
 * refused: what does not fit is dyn and seen at run time. */
#include "core/cel/check.h"
#include "core/base/nearest.h"

struct str cel_type_text(struct cel_checker *checker, const struct cel_type *type)
{
    if (cel_problems_full(checker->c)) {
        return STR("");
    }
    struct buf text = { 0 };
    cel_type_print(&text, cel_infer_final(&checker->infer, type));
    struct str copy = arena_copy(checker->c->arena, buf_str(&text));
    checker->c->arena_full = checker->c->arena_full || copy.data == NULL;
    buf_release(&text);
    return copy;
}

static bool cel_check_fits(struct cel_checker *checker, const struct cel_type *from,
                           const struct cel_type *to)
{
    uint32_t mark = cel_infer_mark(&checker->infer);
    if (cel_infer_assign(&checker->infer, from, to)) {
        return true;
    }
    cel_infer_undo(&checker->infer, mark);
    return false;
}

/* The operand must fit; `what` names what it is for. */
void cel_check_expect(struct cel_checker *checker, const struct cel_node *node,
                      const struct cel_type *type, const char *what)
{
    if (!checker->c->env->unchecked && !cel_check_fits(checker, node->type, type)) {
        struct str have = cel_type_text(checker, node->type);
        struct str want = cel_type_text(checker, type);
        cel_problem(checker->c, node->begin, "expected %.*s for %s, but found %.*s", STR_ARG(want),
                    what, STR_ARG(have));
    }
}

static const struct cel_type *cel_constant_type(struct cel_value value)
{
    static const struct cel_type *const types[] = {
        [CEL_NULL] = &cel_type_null,     [CEL_BOOL] = &cel_type_bool,
        [CEL_INT] = &cel_type_int,       [CEL_UINT] = &cel_type_uint,
        [CEL_DOUBLE] = &cel_type_double, [CEL_STRING] = &cel_type_string,
        [CEL_BYTES] = &cel_type_bytes,
    };
    return types[value.kind];
}

const struct cel_type *cel_check_made(struct cel_checker *checker, const struct cel_type *type)
{
    if (type == NULL) {
        checker->c->arena_full = true;
        return &cel_type_dyn;
    }
    return type;
}

static const struct cel_type *cel_optional_type(struct cel_checker *checker,
                                                const struct cel_type *item)
{
    return cel_check_made(checker, cel_type_optional_of(checker->c->arena, item));
}

void cel_check_no_field(struct cel_checker *checker, const struct cel_node *node,
                        const struct cel_message_type *message)
{
    if (cel_problems_full(checker->c)) {
        return;
    }
    const struct cel_provider *provider = checker->c->env->provider;
    struct str type = provider->type_name(provider->self, message);
    struct nearest nearest;
    nearest_init(&nearest, node->name);
    for (uint32_t i = 0; provider->field_name != NULL; i++) {
        struct str name = provider->field_name(provider->self, message, i);
        if (name.size == 0) {
            break;
        }
        nearest_offer(&nearest, name);
    }
    cel_problem(checker->c, node->at, "expected a field of %.*s, but it has no '%.*s'%s",
                STR_ARG(type), STR_ARG(node->name), nearest_hint(&nearest));
}

const struct cel_field *cel_check_field(struct cel_checker *checker,
                                        const struct cel_message_type *message, struct str name)
{
    const struct cel_provider *provider = checker->c->env->provider;
    struct cel_field *field = arena_zalloc(checker->c->arena, sizeof *field);
    if (field == NULL) {
        return cel_compilation_full(checker->c);
    }
    bool found = provider->find_field(provider->self, message, name, checker->c->arena, field);
    checker->c->arena_full = checker->c->arena_full || (!found && field->handle != NULL);
    return found ? field : NULL;
}

static const struct cel_type *cel_check_message_field(struct cel_checker *checker,
                                                      struct cel_node *node,
                                                      const struct cel_type *operand)
{
    struct str full;
    const struct cel_provider *provider = checker->c->env->provider;
    const struct cel_message_type *message =
        provider == NULL ? NULL : provider->find_message(provider->self, operand->name);
    if (message == NULL) {
        full = operand->name;
        cel_problem(checker->c, node->at, "expected a known message, but there is no '%.*s'",
                    STR_ARG(full));
        return &cel_type_error;
    }
    const struct cel_field *field = cel_check_field(checker, message, node->name);
    if (field == NULL) {
        cel_check_no_field(checker, node, message);
        return &cel_type_error;
    }
    node->meaning = CEL_MEANS_FIELD;
    node->field = field;
    return field->type;
}

/* The type of operand.name, without what optionals add. */
static const struct cel_type *cel_check_member(struct cel_checker *checker, struct cel_node *node,
                                               const struct cel_type *operand)
{
    switch ((int)operand->kind) {
    case CEL_DYN:
    case CEL_ANY:
    case CEL_PARAM:
    case CEL_ERROR:
        return &cel_type_dyn;
    case CEL_MAP:
        return operand->params[1];
    case CEL_MESSAGE:
        return cel_check_message_field(checker, node, operand);
    default:
        break;
    }
    if (!checker->c->env->unchecked) {
        struct str text = cel_type_text(checker, operand);
        cel_problem(checker->c, node->at,
                    "expected a message or map to select '%.*s' of, but found %.*s",
                    STR_ARG(node->name), STR_ARG(text));
    }
    return &cel_type_dyn;
}

static void cel_check_select(struct cel_checker *checker, struct cel_node *node)
{
    const struct cel_type *operand = cel_infer_find(&checker->infer, node->args[0]->type);
    bool optional = node->optional || operand->kind == CEL_OPTIONAL;
    if (operand->kind == CEL_OPTIONAL) {
        operand = cel_infer_find(&checker->infer, operand->params[0]);
    }
    const struct cel_type *type = cel_check_member(checker, node, operand);
    if (node->test) {
        type = &cel_type_bool;
    } else if (optional) {
        type = cel_optional_type(checker, type);
    }
    node->type = type;
}

static void cel_check_if(struct cel_checker *checker, struct cel_node *node)
{
    for (uint32_t i = 0; i < 3; i++) {
        cel_check_node(checker, node->args[i]);
    }
    cel_check_expect(checker, node->args[0], &cel_type_bool, "the condition");
    const struct cel_type *yes = node->args[1]->type, *no = node->args[2]->type;
    const struct cel_type *both = cel_infer_fresh(&checker->infer);
    if (cel_check_fits(checker, yes, both) && cel_check_fits(checker, no, both)) {
        node->type = both;
        return;
    }
    node->type = &cel_type_dyn;
    if (!checker->c->env->unchecked) {
        struct str a = cel_type_text(checker, yes), b = cel_type_text(checker, no);
        cel_problem(checker->c, node->at,
                    "expected two values of one type around ':', but found %.*s and %.*s",
                    STR_ARG(a), STR_ARG(b));
    }
}

static void cel_check_logic(struct cel_checker *checker, struct cel_node *node)
{
    for (uint32_t i = 0; i < node->count; i++) {
        cel_check_node(checker, node->args[i]);
        cel_check_expect(checker, node->args[i], &cel_type_bool,
                         node->kind == CEL_NODE_AND ? "'&&'" : "'||'");
    }
    node->type = &cel_type_bool;
}

/* The types of a loop's variables from that of what it walks over. */
static void cel_check_range(struct cel_checker *checker, struct cel_node *node)
{
    const struct cel_type *range = cel_infer_find(&checker->infer, node->args[0]->type);
    bool two = node->second.size > 0;
    if (range->kind == CEL_LIST) {
        node->variables[0] = two ? &cel_type_int : range->params[0];
        node->variables[1] = range->params[0];
    } else if (range->kind == CEL_MAP) {
        node->variables[0] = range->params[0];
        node->variables[1] = range->params[1];
    } else {
        node->variables[0] = node->variables[1] = &cel_type_dyn;
        bool dynamic = range->kind == CEL_DYN || range->kind == CEL_ANY ||
                       range->kind == CEL_PARAM || range->kind == CEL_ERROR;
        if (!dynamic && !checker->c->env->unchecked) {
            struct str text = cel_type_text(checker, range);
            cel_problem(checker->c, node->args[0]->begin,
                        "expected a list or map to walk over, but found %.*s", STR_ARG(text));
        }
    }
}

static const struct cel_type *cel_loop_type(struct cel_checker *checker, struct cel_node *node)
{
    struct arena *arena = checker->c->arena;
    const struct cel_node *body = node->args[node->count - 1];
    switch (node->loop) {
    case CEL_LOOP_ALL:
    case CEL_LOOP_EXISTS:
    case CEL_LOOP_ONE:
        return &cel_type_bool;
    case CEL_LOOP_LIST:
        return cel_check_made(checker, cel_type_list_of(arena, body->type));
    case CEL_LOOP_FILTER:
        return cel_check_made(checker, cel_type_list_of(arena, node->variables[0]));
    case CEL_LOOP_MAP:
        return cel_check_made(checker, cel_type_map_of(arena, node->variables[0], body->type));
    case CEL_LOOP_ENTRY:
        return body->type;
    }
    return &cel_type_dyn;
}

/* What it walks over, args[0], has been checked. */
static void cel_check_loop(struct cel_checker *checker, struct cel_node *node)
{
    cel_check_range(checker, node);
    const struct cel_scope scope = { checker->scope, node };
    checker->scope = &scope;
    if (++checker->loops > CEL_LOOPS_MAX && !checker->c->env->without_limits) {
        cel_problem(checker->c, node->at, "expected at most %d loops inside each other",
                    CEL_LOOPS_MAX);
    }
    for (uint32_t i = 1; i < node->count; i++) {
        cel_check_node(checker, node->args[i]);
    }
    checker->loops--;
    checker->scope = scope.outer;
    bool predicate = node->loop == CEL_LOOP_ALL || node->loop == CEL_LOOP_EXISTS ||
                     node->loop == CEL_LOOP_ONE || node->loop == CEL_LOOP_FILTER;
    if (predicate || node->count == 3) {
        cel_check_expect(checker, node->args[1], &cel_type_bool, "the condition");
    }
    if (node->loop == CEL_LOOP_ENTRY) {
        cel_check_expect(checker, node->args[node->count - 1], &cel_type_map, "the new entries");
    }
    node->type = cel_loop_type(checker, node);
}

static void cel_check_bind(struct cel_checker *checker, struct cel_node *node)
{
    cel_check_node(checker, node->args[0]);
    node->variables[0] = node->args[0]->type;
    const struct cel_scope scope = { checker->scope, node };
    checker->scope = &scope;
    cel_check_node(checker, node->args[1]);
    checker->scope = scope.outer;
    node->type = node->args[1]->type;
}

static void cel_check_ident(struct cel_checker *checker, struct cel_node *node)
{
    node->type = &cel_type_dyn;
    if (!cel_resolve(checker, node) && !checker->c->env->unchecked) {
        node->type = &cel_type_error;
        cel_resolve_problem(checker, node);
    }
}

/* Gives the node its type; of a chain only this link: args[0] has been checked. */
static void cel_check_kind(struct cel_checker *checker, struct cel_node *node)
{
    switch (node->kind) {
    case CEL_NODE_CONST:
        if (node->type == NULL) {
            node->type = cel_constant_type(node->constant);
        }
        return;
    case CEL_NODE_IDENT:
        if (node->type == NULL) {
            cel_check_ident(checker, node);
        }
        return;
    case CEL_NODE_SELECT:
        cel_check_select(checker, node);
        return;
    case CEL_NODE_CALL:
        for (uint32_t i = 1; i < node->count; i++) {
            cel_check_node(checker, node->args[i]);
        }
        cel_check_call(checker, node);
        return;
    case CEL_NODE_AND:
    case CEL_NODE_OR:
        cel_check_logic(checker, node);
        return;
    case CEL_NODE_IF:
        cel_check_if(checker, node);
        return;
    case CEL_NODE_LIST:
        cel_check_list(checker, node);
        return;
    case CEL_NODE_MAP:
        cel_check_map(checker, node);
        return;
    case CEL_NODE_MESSAGE:
        cel_check_message(checker, node);
        return;
    case CEL_NODE_LOOP:
        cel_check_loop(checker, node);
        return;
    case CEL_NODE_BIND:
        cel_check_bind(checker, node);
        return;
    }
}

static void cel_check_link(struct cel_checker *checker, struct cel_node *node)
{
    cel_check_kind(checker, node);
    checker->c->order[checker->c->order_count++] = node;
}

/* a.b.f(x): the function a.b.f when there is one, else the member f of a.b. */
static void cel_check_namespace(struct cel_checker *checker, struct cel_node *node)
{
    struct str receiver, full;
    const struct cel_node *first = node->args[0];
    if ((first->kind != CEL_NODE_IDENT && first->kind != CEL_NODE_SELECT) ||
        !cel_node_qualified(checker->c, first, &receiver)) {
        return;
    }
    struct str name =
        arena_printf(checker->c->arena, "%.*s.%.*s", STR_ARG(receiver), STR_ARG(node->name));
    if (name.data == NULL) {
        checker->c->arena_full = true;
    } else if (cel_resolve_function(checker, name, &full)) {
        node->name = full;
        node->member = false;
        node->absolute = true;
        node->args++;
        node->count--;
    }
}

/* Whether args[0] is the next link down a chain. */
static bool cel_check_descend(struct cel_checker *checker, struct cel_node *node)
{
    if (node->kind == CEL_NODE_CALL) {
        if (node->member) {
            cel_check_namespace(checker, node);
        }
        return node->count > 0;
    }
    if (node->kind == CEL_NODE_LOOP) {
        return true;
    }
    return node->kind == CEL_NODE_SELECT && (node->test || !cel_resolve(checker, node));
}

void cel_check_node(struct cel_checker *checker, struct cel_node *node)
{
    struct cel_node *link = node;
    while (cel_check_descend(checker, link)) {
        link = link->args[0];
    }
    while (link != node) {
        cel_check_link(checker, link);
        link = link->parent;
    }
    cel_check_link(checker, node);
}

static void cel_check_finish(struct cel_checker *checker)
{
    struct cel_compilation *c = checker->c;
    for (uint32_t i = 0; i < c->node_count; i++) {
        c->nodes[i]->type = cel_infer_final(&checker->infer, c->nodes[i]->type);
    }
}

bool cel_check(struct cel_compilation *c)
{
    struct cel_checker checker = { .c = c, .infer = { .arena = c->arena } };
    c->order = arena_alloc(c->arena, c->node_count * sizeof(struct cel_node *));
    if (c->order == NULL) {
        return cel_compilation_full(c) != NULL;
    }
    cel_check_node(&checker, c->root);
    if (c->env->result != NULL) {
        cel_check_expect(&checker, c->root, c->env->result, "the result");
    }
    cel_check_finish(&checker);
    c->arena_full = c->arena_full || checker.infer.full;
    return c->problems->count == 0 && !c->arena_full;
}
