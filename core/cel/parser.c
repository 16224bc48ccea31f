/* Parser: precedence climbing with a counted depth.
 *
 * Grammar, weakest first: ?: (right), || , && , relations and in, + -, * / %, ! -, member access.
 * Chains of one operator are one level of depth: || and && become one node with all operands, the
 * others lean to the left and are walked up by their parents, never by recursion. So stack and time
 * are bounded by CEL_DEPTH_MAX and the source's size.
 * The first syntax error ends parsing: what follows it is guesswork. */
#include "core/cel/parser.h"

#include "core/cel/utf8.h"

/* For conformance tests, which nest deeper than people do. */
enum { CEL_DEPTH_UNLIMITED = 64, CEL_NODES_UNLIMITED = 10000 };

static bool cel_nodes_grow(struct cel_compilation *c)
{
    uint32_t max = c->node_max == 0 ? 64 : c->node_max * 2;
    struct cel_node **nodes = arena_alloc(c->arena, max * sizeof(struct cel_node *));
    if (nodes == NULL) {
        return cel_compilation_full(c) != NULL;
    }
    if (c->node_count > 0) {
        memcpy(nodes, c->nodes, c->node_count * sizeof(struct cel_node *));
    }
    c->nodes = nodes;
    c->node_max = max;
    return true;
}

struct cel_node *cel_node_new(struct cel_parser *p, enum cel_node_kind kind, uint32_t begin,
                              uint32_t end, uint32_t count)
{
    uint32_t max = p->c->env->without_limits ? CEL_NODES_UNLIMITED : CEL_NODES_MAX;
    if (p->c->node_count == max) {
        cel_problem(p->c, begin, "expected at most %u terms in one expression", max);
        return NULL;
    }
    if (p->c->node_count == p->c->node_max && !cel_nodes_grow(p->c)) {
        return NULL;
    }
    struct cel_node *node = arena_zalloc(p->c->arena, sizeof *node + count * sizeof *node->args);
    if (node == NULL) {
        return cel_compilation_full(p->c);
    }
    node->kind = kind;
    node->id = p->c->node_count;
    p->c->nodes[p->c->node_count++] = node;
    node->begin = node->at = begin;
    node->end = end;
    node->count = count;
    node->args = (struct cel_node **)(node + 1);
    return node;
}

struct cel_node *cel_node_like(struct cel_parser *p, const struct cel_node *place,
                               enum cel_node_kind kind, uint32_t count)
{
    struct cel_node *node = cel_node_new(p, kind, place->begin, place->end, count);
    if (node != NULL) {
        node->at = place->at;
    }
    return node;
}

void cel_parse_next(struct cel_parser *p)
{
    p->end = p->token.end;
    p->token = cel_lex(p->c, p->token.end);
}

/* Says what was expected at the next token; NULL always. */
struct cel_node *cel_parse_wrong(struct cel_parser *p, const char *expected)
{
    if (p->token.kind != CEL_TOKEN_WRONG) {
        char found[40];
        cel_token_print(p->c, &p->token, found, sizeof found);
        cel_problem(p->c, p->token.begin, "expected %s, but found %s", expected, found);
    }
    return NULL;
}

bool cel_parse_take(struct cel_parser *p, int kind)
{
    if (p->token.kind != kind) {
        return false;
    }
    cel_parse_next(p);
    return true;
}

bool cel_parse_push(struct cel_parser *p, struct cel_node *node)
{
    if (node == NULL) {
        return false;
    }
    if (p->stack_count == p->stack_max) {
        uint32_t max = p->stack_max == 0 ? 64 : p->stack_max * 2;
        struct cel_node **stack = arena_alloc(p->c->arena, max * sizeof(struct cel_node *));
        if (stack == NULL) {
            return cel_compilation_full(p->c) != NULL;
        }
        if (p->stack_count > 0) {
            memcpy(stack, p->stack, p->stack_count * sizeof(struct cel_node *));
        }
        p->stack = stack;
        p->stack_max = max;
    }
    p->stack[p->stack_count++] = node;
    return true;
}

/* A node whose args are what was pushed since `from`. */
struct cel_node *cel_parse_gather(struct cel_parser *p, enum cel_node_kind kind, uint32_t begin,
                                  uint32_t from)
{
    struct cel_node *node = cel_node_new(p, kind, begin, p->end, p->stack_count - from);
    for (uint32_t i = 0; node != NULL && i < node->count; i++) {
        cel_node_adopt(node, i, p->stack[from + i]);
    }
    p->stack_count = from;
    return node;
}

static bool cel_is_reserved(struct str name)
{
    static const char *const reserved[] = {
        "as",  "break", "const",     "continue", "else",   "for", "function", "if",    "import",
        "let", "loop",  "namespace", "package",  "return", "var", "void",     "while",
    };
    for (size_t i = 0; i < sizeof reserved / sizeof reserved[0]; i++) {
        if (str_eq(name, str_z(reserved[i]))) {
            return true;
        }
    }
    return false;
}

/* Comma-separated expressions up to `close`, pushed; `close` is taken. */
static bool cel_parse_arguments(struct cel_parser *p, int close)
{
    const char *expected = close == ')' ? "',' or ')'" : "',' or ']'";
    if (cel_parse_take(p, close)) {
        return true;
    }
    for (;;) {
        if (!cel_parse_push(p, cel_parse_expression(p))) {
            return false;
        }
        if (cel_parse_take(p, close)) {
            return true;
        }
        if (!cel_parse_take(p, ',')) {
            return cel_parse_wrong(p, expected) != NULL;
        }
    }
}

/* A call of `name`; the receiver, if any, is pushed first. */
static struct cel_node *cel_parse_call(struct cel_parser *p, struct cel_node *receiver,
                                       struct str name, uint32_t begin, uint32_t at)
{
    uint32_t from = p->stack_count;
    if ((receiver != NULL && !cel_parse_push(p, receiver)) || !cel_parse_arguments(p, ')')) {
        return NULL;
    }
    struct cel_node *call = cel_parse_gather(p, CEL_NODE_CALL, begin, from);
    if (call == NULL) {
        return NULL;
    }
    call->name = name;
    call->member = receiver != NULL;
    call->at = at;
    return cel_macro(p, call);
}

static struct cel_node *cel_parse_name(struct cel_parser *p, bool absolute)
{
    uint32_t begin = p->token.begin;
    if (absolute) {
        cel_parse_next(p);
    }
    if (p->token.kind != CEL_TOKEN_IDENT) {
        return cel_parse_wrong(p, "a name");
    }
    struct str name = p->token.text;
    uint32_t at = p->token.begin;
    if (cel_is_reserved(name)) {
        return cel_parse_wrong(p, "a name that is no reserved word");
    }
    cel_parse_next(p);
    if (cel_parse_take(p, '(')) {
        struct cel_node *call = cel_parse_call(p, NULL, name, begin, at);
        if (call != NULL && absolute) {
            call->absolute = true;
        }
        return call;
    }
    struct cel_node *node = cel_node_new(p, CEL_NODE_IDENT, begin, p->end, 0);
    if (node != NULL) {
        node->name = name;
        node->absolute = absolute;
    }
    return node;
}

static struct cel_node *cel_parse_primary(struct cel_parser *p)
{
    uint32_t begin = p->token.begin;
    switch (p->token.kind) {
    case '(':;
        cel_parse_next(p);
        struct cel_node *inside = cel_parse_expression(p);
        if (inside != NULL && !cel_parse_take(p, ')')) {
            return cel_parse_wrong(p, "')'");
        }
        return inside;
    case '[':
        return cel_parse_list(p);
    case '{':
        return cel_parse_map(p);
    case '.':
        return cel_parse_name(p, true);
    case CEL_TOKEN_IDENT:
        return cel_parse_name(p, false);
    case CEL_TOKEN_INT:
    case CEL_TOKEN_UINT:
    case CEL_TOKEN_DOUBLE:
        return cel_parse_number(p, begin, false);
    case CEL_TOKEN_STRING:
        return cel_parse_constant(p, begin, cel_string(p->token.text));
    case CEL_TOKEN_BYTES:
        return cel_parse_constant(p, begin, cel_bytes(p->token.text));
    case CEL_TOKEN_TRUE:
    case CEL_TOKEN_FALSE:
        return cel_parse_constant(p, begin, cel_bool(p->token.kind == CEL_TOKEN_TRUE));
    case CEL_TOKEN_NULL:
        return cel_parse_constant(p, begin, cel_null());
    default:
        return cel_parse_wrong(p, "an expression");
    }
}

static struct cel_node *cel_parse_select(struct cel_parser *p, struct cel_node *operand)
{
    cel_parse_next(p);
    bool optional = cel_parse_take(p, '?');
    bool quoted = p->token.kind == CEL_TOKEN_QUOTED;
    if (p->token.kind != CEL_TOKEN_IDENT && !quoted) {
        return cel_parse_wrong(p, "a field's name after '.'");
    }
    struct str name = p->token.text;
    uint32_t at = p->token.begin;
    cel_parse_next(p);
    if (!optional && !quoted && cel_parse_take(p, '(')) {
        return cel_parse_call(p, operand, name, operand->begin, at);
    }
    struct cel_node *node = cel_node_new(p, CEL_NODE_SELECT, operand->begin, p->end, 1);
    if (node != NULL) {
        node->name = name;
        node->optional = optional;
        node->at = at;
        cel_node_adopt(node, 0, operand);
    }
    return node;
}

static struct cel_node *cel_parse_index(struct cel_parser *p, struct cel_node *operand)
{
    uint32_t at = p->token.begin;
    cel_parse_next(p);
    bool optional = cel_parse_take(p, '?');
    struct cel_node *index = cel_parse_expression(p);
    if (index == NULL) {
        return NULL;
    }
    if (!cel_parse_take(p, ']')) {
        return cel_parse_wrong(p, "']'");
    }
    struct cel_node *node = cel_node_new(p, CEL_NODE_CALL, operand->begin, p->end, 2);
    if (node != NULL) {
        node->name = optional ? STR("_[?_]") : STR("_[_]");
        node->at = at;
        cel_node_adopt(node, 0, operand);
        cel_node_adopt(node, 1, index);
    }
    return node;
}

static struct cel_node *cel_parse_members(struct cel_parser *p, struct cel_node *node)
{
    while (node != NULL) {
        if (p->token.kind == '.') {
            node = cel_parse_select(p, node);
        } else if (p->token.kind == '[') {
            node = cel_parse_index(p, node);
        } else if (p->token.kind == '{' &&
                   (node->kind == CEL_NODE_IDENT || node->kind == CEL_NODE_SELECT)) {
            node = cel_parse_message(p, node);
        } else {
            return node;
        }
    }
    return NULL;
}

static struct cel_node *cel_parse_unary(struct cel_parser *p)
{
    uint32_t begin = p->token.begin;
    int sign = p->token.kind;
    if (sign != '!' && sign != '-') {
        return cel_parse_members(p, cel_parse_primary(p));
    }
    bool odd = false;
    uint32_t last = begin;
    while (p->token.kind == sign) {
        odd = !odd;
        last = p->token.begin;
        cel_parse_next(p);
    }
    struct cel_node *node;
    if (sign == '-' && (p->token.kind == CEL_TOKEN_INT || p->token.kind == CEL_TOKEN_DOUBLE)) {
        odd = !odd; /* The last sign belongs to the number: so the smallest int can be written. */
        node = cel_parse_members(p, cel_parse_number(p, last, true));
    } else {
        node = cel_parse_members(p, cel_parse_primary(p));
    }
    if (node == NULL || !odd) {
        return node;
    }
    struct cel_node *call = cel_node_new(p, CEL_NODE_CALL, begin, p->end, 1);
    if (call != NULL) {
        call->name = sign == '!' ? STR("!_") : STR("-_");
        cel_node_adopt(call, 0, node);
    }
    return call;
}

struct cel_operator {
    int token;
    int precedence;
    const char *name;
};

static const struct cel_operator *cel_parse_operator(int token)
{
    static const struct cel_operator operators[] = {
        { CEL_TOKEN_OR, 1, "_||_" }, { CEL_TOKEN_AND, 2, "_&&_" },
        { '<', 3, "_<_" },           { CEL_TOKEN_LE, 3, "_<=_" },
        { '>', 3, "_>_" },           { CEL_TOKEN_GE, 3, "_>=_" },
        { CEL_TOKEN_EQ, 3, "_==_" }, { CEL_TOKEN_NE, 3, "_!=_" },
        { CEL_TOKEN_IN, 3, "@in" },  { '+', 4, "_+_" },
        { '-', 4, "_-_" },           { '*', 5, "_*_" },
        { '/', 5, "_/_" },           { '%', 5, "_%_" },
    };
    for (size_t i = 0; i < sizeof operators / sizeof operators[0]; i++) {
        if (operators[i].token == token) {
            return &operators[i];
        }
    }
    return NULL;
}

static struct cel_node *cel_parse_binary(struct cel_parser *p, int precedence);

/* All operands of a chain of || or &&: one node, so that its length costs no depth. */
static struct cel_node *cel_parse_logic(struct cel_parser *p, struct cel_node *first,
                                        const struct cel_operator *operator)
{
    uint32_t from = p->stack_count, at = p->token.begin;
    if (!cel_parse_push(p, first)) {
        return NULL;
    }
    while (cel_parse_take(p, operator->token)) {
        if (!cel_parse_push(p, cel_parse_binary(p, operator->precedence + 1))) {
            return NULL;
        }
    }
    struct cel_node *node = cel_parse_gather(
        p, operator->token == CEL_TOKEN_OR ? CEL_NODE_OR : CEL_NODE_AND, first->begin, from);
    if (node != NULL) {
        node->at = at;
    }
    return node;
}

static struct cel_node *cel_parse_binary(struct cel_parser *p, int precedence)
{
    struct cel_node *left = cel_parse_unary(p);
    while (left != NULL) {
        const struct cel_operator *operator= cel_parse_operator(p->token.kind);
        if (operator== NULL || operator->precedence<precedence) {
            return left;
        }
        if (operator->precedence <= 2) {
            left = cel_parse_logic(p, left, operator);
            continue;
        }
        uint32_t at = p->token.begin;
        cel_parse_next(p);
        struct cel_node *right = cel_parse_binary(p, operator->precedence + 1);
        struct cel_node *call =
            right == NULL ? NULL : cel_node_new(p, CEL_NODE_CALL, left->begin, p->end, 2);
        if (call != NULL) {
            call->name = str_z(operator->name);
            call->at = at;
            cel_node_adopt(call, 0, left);
            cel_node_adopt(call, 1, right);
        }
        left = call;
    }
    return NULL;
}

static struct cel_node *cel_parse_conditional(struct cel_parser *p)
{
    struct cel_node *condition = cel_parse_binary(p, 1);
    if (condition == NULL || p->token.kind != '?') {
        return condition;
    }
    uint32_t at = p->token.begin;
    cel_parse_next(p);
    struct cel_node *yes = cel_parse_binary(p, 1);
    if (yes == NULL) {
        return NULL;
    }
    if (!cel_parse_take(p, ':')) {
        return cel_parse_wrong(p, "':' and the value for when the condition is false");
    }
    struct cel_node *no = cel_parse_expression(p);
    struct cel_node *node =
        no == NULL ? NULL : cel_node_new(p, CEL_NODE_IF, condition->begin, p->end, 3);
    if (node != NULL) {
        node->at = at;
        cel_node_adopt(node, 0, condition);
        cel_node_adopt(node, 1, yes);
        cel_node_adopt(node, 2, no);
    }
    return node;
}

struct cel_node *cel_parse_expression(struct cel_parser *p)
{
    uint32_t max = p->c->env->without_limits ? CEL_DEPTH_UNLIMITED : CEL_DEPTH_MAX;
    if (p->depth == max) {
        cel_problem(p->c, p->token.begin, "expected at most %u levels of nesting", max);
        return NULL;
    }
    p->depth++;
    struct cel_node *node = cel_parse_conditional(p);
    p->depth--;
    return node;
}

bool cel_parse(struct cel_compilation *c)
{
    if (!c->env->without_limits && c->source.size > CEL_SOURCE_MAX) {
        return cel_problem(c, 0, "expected at most %d bytes, but there are %zu", CEL_SOURCE_MAX,
                           c->source.size);
    }
    if (c->source.size > UINT32_MAX / 64 || !utf8_valid(c->source)) {
        return cel_problem(c, 0, "expected valid UTF-8");
    }
    struct cel_parser p = { .c = c };
    p.token = cel_lex(c, 0);
    c->root = cel_parse_expression(&p);
    if (c->root != NULL && p.token.kind != CEL_TOKEN_END) {
        c->root = cel_parse_wrong(&p, "an operator or the end");
    }
    return c->root != NULL;
}
