/* Which overloads a call can mean. With types known there is one; where an operand is dyn, those
 * that fit are kept and the choice is made at run time. */
#include "core/base/nearest.h"
#include "core/cel/check.h"

enum { CEL_CANDIDATES_MAX = 64 };

struct cel_candidates {
    const struct cel_overload *rows[CEL_CANDIDATES_MAX];
    uint32_t count;
};

static uint32_t cel_overload_params(const struct cel_overload *overload)
{
    uint32_t count = 0;
    while (count < CEL_PARAMS_MAX && overload->params[count] != NULL) {
        count++;
    }
    return count;
}

/* Tries one overload; *result is its result's type when the arguments fit. */
static bool cel_overload_fits(struct cel_checker *checker, const struct cel_node *node,
                              const struct cel_overload *overload, const struct cel_type **result)
{
    struct cel_infer_names names = { 0 };
    uint32_t mark = cel_infer_mark(&checker->infer);
    for (uint32_t i = 0; i < node->count; i++) {
        const struct cel_type *param =
            cel_infer_instance(&checker->infer, overload->params[i], &names);
        if (!cel_infer_assign(&checker->infer, node->args[i]->type, param)) {
            cel_infer_undo(&checker->infer, mark);
            return false;
        }
    }
    *result = cel_infer_instance(&checker->infer, overload->result, &names);
    return true;
}

static bool cel_is_number_type(const struct cel_type *type)
{
    return type->kind == CEL_INT || type->kind == CEL_UINT || type->kind == CEL_DOUBLE;
}

/* What to do about numbers of two types. */
static bool cel_overload_advise(struct cel_checker *checker, const struct cel_node *node,
                                struct buf *text)
{
    if (node->count != 2) {
        return false;
    }
    const struct cel_type *a = cel_infer_final(&checker->infer, node->args[0]->type);
    const struct cel_type *b = cel_infer_final(&checker->infer, node->args[1]->type);
    if (!cel_is_number_type(a) || !cel_is_number_type(b) || a->kind == b->kind) {
        return false;
    }
    bool real = a->kind == CEL_DOUBLE || b->kind == CEL_DOUBLE;
    buf_printf(text, "; convert one, as in %s(x)", real ? "double" : "int");
    return true;
}

static bool cel_overload_is_any(const struct cel_type *type)
{
    bool any = type->kind == CEL_PARAM;
    for (uint32_t i = 0; !any && i < CEL_TYPE_PARAMS_MAX && type->params[i] != NULL; i++) {
        any = cel_overload_is_any(type->params[i]);
    }
    return any;
}

/* Whether it has letters for types, as list(A) has. */
static bool cel_overload_has_any(const struct cel_overload *overload)
{
    bool any = false;
    for (uint32_t i = 0; !any && i < cel_overload_params(overload); i++) {
        any = cel_overload_is_any(overload->params[i]);
    }
    return any;
}

/* (A, A): said in words. */
static bool cel_overload_takes_equals(const struct cel_overload *overload)
{
    const struct cel_type *const *params = overload->params;
    return cel_overload_params(overload) == 2 && params[0]->kind == CEL_PARAM &&
           params[0] == params[1];
}

static void cel_overload_print_params(struct buf *text, const struct cel_overload *overload)
{
    if (cel_overload_takes_equals(overload)) {
        buf_append(text, STR("two of the same type"));
        return;
    }
    buf_append(text, STR("("));
    for (uint32_t i = 0; i < cel_overload_params(overload); i++) {
        buf_append(text, i == 0 ? STR("") : STR(", "));
        cel_type_print(text, overload->params[i]);
    }
    buf_append(text, STR(")"));
}

static void cel_overload_print_shapes(struct cel_checker *checker, const struct cel_node *node,
                                      struct buf *text)
{
    enum { SHOWN_MAX = 4 };
    uint32_t table = 0, row = 0, shown = 0;
    bool any = false;
    const struct cel_overload *overload;
    while ((overload = cel_overload_next(checker->c->env, node->name, &table, &row)) != NULL) {
        if (overload->member != node->member || overload->late) {
            continue;
        }
        if (shown == SHOWN_MAX) {
            buf_append(text, STR(" or more"));
            return;
        }
        buf_append(text, shown++ == 0 ? STR("; it takes ") : STR(" or "));
        cel_overload_print_params(text, overload);
        any = any || (cel_overload_has_any(overload) && !cel_overload_takes_equals(overload));
    }
    buf_append(text, any ? STR(", where a letter is any type") : STR(""));
}

static void cel_overload_problem(struct cel_checker *checker, const struct cel_node *node)
{
    if (cel_problems_full(checker->c)) {
        return;
    }
    struct buf text = { 0 };
    struct str name = cel_shown_name(node->name);
    buf_printf(&text, "expected operands that '%.*s' takes, but found (", STR_ARG(name));
    for (uint32_t i = 0; i < node->count; i++) {
        buf_append(&text, i == 0 ? STR("") : STR(", "));
        cel_type_print(&text, cel_infer_final(&checker->infer, node->args[i]->type));
    }
    buf_append(&text, STR(")"));
    if (!cel_overload_advise(checker, node, &text)) {
        cel_overload_print_shapes(checker, node, &text);
    }
    cel_problem(checker->c, node->at, "%.*s", STR_ARG(buf_str(&text)));
    buf_release(&text);
}

static void cel_overload_unknown(struct cel_checker *checker, const struct cel_node *node)
{
    if (cel_problems_full(checker->c)) {
        return;
    }
    struct nearest nearest;
    nearest_init(&nearest, node->name);
    for (uint32_t table = 0; cel_tables[table] != NULL; table++) {
        for (uint32_t row = 0; row < cel_tables[table]->count; row++) {
            nearest_offer(&nearest, str_z(cel_tables[table]->rows[row].name));
        }
    }
    cel_problem(checker->c, node->at, "expected a known function, but there is no '%.*s'%s",
                STR_ARG(node->name), nearest_hint(&nearest));
}

/* The overloads of the call's name with as many parameters. */
static bool cel_overload_shape(struct cel_checker *checker, const struct cel_node *node,
                               struct cel_candidates *shape)
{
    uint32_t table = 0, row = 0;
    bool known = false;
    const struct cel_overload *overload;
    while ((overload = cel_overload_next(checker->c->env, node->name, &table, &row)) != NULL) {
        known = true;
        if (overload->member == node->member && shape->count < CEL_CANDIDATES_MAX &&
            cel_overload_params(overload) == node->count) {
            shape->rows[shape->count++] = overload;
        }
    }
    return known;
}

static void cel_overload_keep(struct cel_checker *checker, struct cel_node *node,
                              const struct cel_candidates *kept)
{
    const struct cel_overload **rows =
        arena_alloc(checker->c->arena, (kept->count + 1) * sizeof(*rows));
    if (rows == NULL) {
        cel_compilation_full(checker->c);
        return;
    }
    memcpy(rows, kept->rows, kept->count * sizeof(*rows));
    node->overloads = rows;
    node->overload_count = kept->count;
    node->overload = kept->count == 1 ? rows[0] : NULL;
}

/* Of the overloads with the right shape, those whose parameters take the arguments. Their results
 * must agree, else the call's type is dyn. */
static void cel_overload_choose(struct cel_checker *checker, struct cel_node *node,
                                const struct cel_candidates *shape)
{
    struct cel_candidates kept = { .count = 0 };
    const struct cel_type *type = NULL, *result;
    bool late = false;
    for (uint32_t i = 0; i < shape->count; i++) {
        if (shape->rows[i]->late) {
            late = true;
            continue;
        }
        if (!cel_overload_fits(checker, node, shape->rows[i], &result)) {
            continue;
        }
        kept.rows[kept.count++] = shape->rows[i];
        if (type == NULL) {
            type = result;
        } else if (type->kind != CEL_DYN &&
                   !cel_type_equal(cel_infer_final(&checker->infer, type),
                                   cel_infer_final(&checker->infer, result))) {
            type = &cel_type_dyn;
        }
    }
    if (kept.count == 0 && !checker->c->env->unchecked) {
        node->type = &cel_type_error;
        cel_overload_problem(checker, node);
        return;
    }
    node->type = type == NULL ? &cel_type_dyn : type;
    cel_overload_keep(checker, node, kept.count != 1 || late ? shape : &kept);
    if (kept.count == 1) {
        node->overload = kept.rows[0];
    }
}

void cel_check_call(struct cel_checker *checker, struct cel_node *node)
{
    struct cel_candidates shape = { .count = 0 };
    struct str full;
    if (!node->member && !node->absolute && cel_resolve_function(checker, node->name, &full)) {
        node->name = full;
    }
    bool known = cel_overload_shape(checker, node, &shape);
    node->type = &cel_type_dyn;
    if (node->member && node->args[0]->type->kind == CEL_ERROR) {
        node->type = &cel_type_error; /* What is wrong has been said. */
        return;
    }
    if (shape.count == 0 && !checker->c->env->unchecked) {
        node->type = &cel_type_error;
        if (!known) {
            cel_overload_unknown(checker, node);
        } else {
            cel_overload_problem(checker, node);
        }
        return;
    }
    cel_overload_choose(checker, node, &shape);
}
