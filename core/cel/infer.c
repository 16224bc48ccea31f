/* Inference by substitution, with the reference checker's rules: dyn goes anywhere, null goes where
 * a message may be missing, a wrapper and its type go both ways, and a variable takes the more
 * general of the types that meet in it. Types nest no deeper than the source; of the language's own
 * only maps have two params, whose keys are simple, so that those are lines and no trees. Types of
 * the caller's own may be trees of twins: the steps are counted, and after too many all is dyn. */
#include "core/cel/infer.h"

/* Deeper types than a source can nest come from chains such as [].min().min() only, each of whose
 * links wraps the variable of the one before. What lies deeper is dyn. */
enum { CEL_TYPE_LEVELS_MAX = CEL_DEPTH_MAX + 8, CEL_INFER_STEPS_MAX = 500000 };

/* Whether to look no deeper into types. */
static bool cel_infer_enough(struct cel_infer *infer, uint32_t level)
{
    return level >= CEL_TYPE_LEVELS_MAX || ++infer->steps > CEL_INFER_STEPS_MAX;
}

static bool cel_infer_grow(struct cel_infer *infer)
{
    uint32_t max = infer->max == 0 ? 32 : infer->max * 2;
    const struct cel_type **bound = arena_zalloc(infer->arena, max * sizeof(*bound));
    if (bound == NULL) {
        infer->full = true;
        return false;
    }
    if (infer->count > 0) {
        memcpy(bound, infer->bound, infer->count * sizeof(*bound));
    }
    infer->bound = bound;
    infer->max = max;
    return true;
}

const struct cel_type *cel_infer_fresh(struct cel_infer *infer)
{
    struct cel_type *type = arena_alloc(infer->arena, sizeof *type);
    if (type == NULL || (infer->count == infer->max && !cel_infer_grow(infer))) {
        infer->full = true;
        return &cel_type_dyn;
    }
    *type = (struct cel_type){ .kind = CEL_PARAM, .param_index = ++infer->count, .name = STR("_") };
    infer->bound[infer->count - 1] = NULL;
    return type;
}

/* The type with other params; the same one when nothing changed. */
static const struct cel_type *cel_infer_with(struct cel_infer *infer, const struct cel_type *type,
                                             const struct cel_type *const *params)
{
    if (memcmp(params, type->params, sizeof type->params) == 0) {
        return type;
    }
    struct cel_type *copy = arena_alloc(infer->arena, sizeof *copy);
    if (copy == NULL) {
        infer->full = true;
        return &cel_type_dyn;
    }
    *copy = *type;
    memcpy(copy->params, params, sizeof copy->params);
    return copy;
}

/* The variable of that name. */
static const struct cel_type *cel_infer_named(struct cel_infer *infer, struct str name,
                                              struct cel_infer_names *names)
{
    uint32_t i = 0;
    while (i < names->count && !str_eq(names->names[i], name)) {
        i++;
    }
    if (i == CEL_INFER_NAMES_MAX) {
        return &cel_type_dyn;
    }
    if (i == names->count) {
        names->names[i] = name;
        names->types[i] = cel_infer_fresh(infer);
        names->count++;
    }
    return names->types[i];
}

const struct cel_type *cel_infer_instance(struct cel_infer *infer, const struct cel_type *type,
                                          struct cel_infer_names *names)
{
    const struct cel_type *params[CEL_TYPE_PARAMS_MAX] = { 0 };
    if (type == NULL) {
        return NULL;
    }
    if (type->kind == CEL_PARAM && type->param_index == 0) {
        return cel_infer_named(infer, type->name, names);
    }
    for (int i = 0; i < CEL_TYPE_PARAMS_MAX && type->params[i] != NULL; i++) {
        params[i] = cel_infer_instance(infer, type->params[i], names);
    }
    return cel_infer_with(infer, type, params);
}

const struct cel_type *cel_infer_find(const struct cel_infer *infer, const struct cel_type *type)
{
    while (type->kind == CEL_PARAM && type->param_index > 0 &&
           infer->bound[type->param_index - 1] != NULL) {
        type = infer->bound[type->param_index - 1];
    }
    return type;
}

uint32_t cel_infer_mark(const struct cel_infer *infer)
{
    return infer->trail_count;
}

void cel_infer_undo(struct cel_infer *infer, uint32_t mark)
{
    while (infer->trail_count > mark) {
        struct cel_infer_step step = infer->trail[--infer->trail_count];
        infer->bound[step.variable] = step.before;
    }
}

/* Also through what the variable stands for: bound to what leads back to it, it would be a circle.
 */
static bool cel_infer_occurs(struct cel_infer *infer, const struct cel_type *variable,
                             const struct cel_type *in, uint32_t level)
{
    while (in != NULL && in != variable && in->kind == CEL_PARAM &&
           infer->bound[in->param_index - 1] != NULL) {
        in = infer->bound[in->param_index - 1];
    }
    if (in == NULL || in == variable || cel_infer_enough(infer, level)) {
        return in == variable;
    }
    bool occurs = false;
    for (int i = 0; !occurs && i < CEL_TYPE_PARAMS_MAX && in->params[i] != NULL; i++) {
        occurs = cel_infer_occurs(infer, variable, in->params[i], level + 1);
    }
    return occurs;
}

/* Binds a variable, or replaces what it stands for by something more general. */
static bool cel_infer_bind(struct cel_infer *infer, const struct cel_type *variable,
                           const struct cel_type *type)
{
    if (cel_infer_occurs(infer, variable, type, 0)) {
        return false;
    }
    if (infer->trail_count == infer->trail_max) {
        uint32_t max = infer->trail_max == 0 ? 32 : infer->trail_max * 2;
        struct cel_infer_step *trail = arena_alloc(infer->arena, max * sizeof *trail);
        if (trail == NULL) {
            infer->full = true;
            return false;
        }
        if (infer->trail_count > 0) {
            memcpy(trail, infer->trail, infer->trail_count * sizeof *trail);
        }
        infer->trail = trail;
        infer->trail_max = max;
    }
    uint32_t i = variable->param_index - 1;
    infer->trail[infer->trail_count++] = (struct cel_infer_step){ i, infer->bound[i] };
    infer->bound[i] = type;
    return true;
}

static bool cel_infer_nullable(const struct cel_type *type)
{
    return type->kind == CEL_NULL || type->kind == CEL_MESSAGE || type->kind == CEL_WRAPPER ||
           type->kind == CEL_TIMESTAMP || type->kind == CEL_DURATION || type->kind == CEL_ANY ||
           type->kind == CEL_OPTIONAL || type->kind == CEL_IP || type->kind == CEL_CIDR;
}

static bool cel_infer_is_dyn(const struct cel_type *type)
{
    return type->kind == CEL_DYN || type->kind == CEL_ANY || type->kind == CEL_ERROR;
}

static bool cel_infer_go(struct cel_infer *infer, const struct cel_type *from,
                         const struct cel_type *to);

/* The last variable of a chain, and what it stands for (NULL: nothing). */
static const struct cel_type *cel_infer_last(const struct cel_infer *infer,
                                             const struct cel_type *variable,
                                             const struct cel_type **stands_for)
{
    const struct cel_type *next = infer->bound[variable->param_index - 1];
    while (next != NULL && next->kind == CEL_PARAM) {
        variable = next;
        next = infer->bound[variable->param_index - 1];
    }
    *stands_for = next;
    return variable;
}

/* Whether `a` says no more than `b`. */
static bool cel_infer_general(struct cel_infer *infer, const struct cel_type *a,
                              const struct cel_type *b, uint32_t level)
{
    a = cel_infer_find(infer, a);
    b = cel_infer_find(infer, b);
    if (cel_infer_is_dyn(a) || a->kind == CEL_PARAM || cel_infer_enough(infer, level)) {
        return true;
    }
    if (cel_infer_is_dyn(b) || b->kind == CEL_PARAM) {
        return false;
    }
    if (a->kind == CEL_NULL) {
        return false;
    }
    if (b->kind == CEL_NULL) {
        return true;
    }
    if (a->kind == CEL_WRAPPER || b->kind == CEL_WRAPPER) {
        return a->kind == CEL_WRAPPER;
    }
    if (a->kind != b->kind) {
        return false;
    }
    bool general = true;
    for (int i = 0; general && i < CEL_TYPE_PARAMS_MAX; i++) {
        general = a->params[i] == NULL || b->params[i] == NULL ||
                  cel_infer_general(infer, a->params[i], b->params[i], level + 1);
    }
    return general;
}

/* Bindings are always to what the other side stands for at last, never to a variable on the way:
 * so no chain of variables ever closes. */
static bool cel_infer_go_variable(struct cel_infer *infer, const struct cel_type *from,
                                  const struct cel_type *to)
{
    bool to_variable = to->kind == CEL_PARAM;
    const struct cel_type *stands_for;
    const struct cel_type *variable = cel_infer_last(infer, to_variable ? to : from, &stands_for);
    const struct cel_type *other = cel_infer_find(infer, to_variable ? from : to);
    if (other == variable || other == stands_for) {
        return true;
    }
    if (stands_for == NULL) {
        return cel_infer_bind(infer, variable, other);
    }
    if (other->kind == CEL_PARAM) {
        return cel_infer_bind(infer, other, variable);
    }
    bool fits = to_variable ? cel_infer_go(infer, other, stands_for)
                            : cel_infer_go(infer, stands_for, other);
    if (fits && cel_infer_general(infer, other, stands_for, 0)) {
        cel_infer_bind(infer, variable, other);
    }
    return fits;
}

static bool cel_infer_go_params(struct cel_infer *infer, const struct cel_type *from,
                                const struct cel_type *to)
{
    for (int i = 0; i < CEL_TYPE_PARAMS_MAX; i++) {
        if (from->params[i] != NULL && to->params[i] != NULL &&
            !cel_infer_go(infer, from->params[i], to->params[i])) {
            return false;
        }
    }
    return true;
}

static bool cel_infer_go_level(struct cel_infer *infer, const struct cel_type *from,
                               const struct cel_type *to)
{
    if (from->kind == CEL_PARAM || to->kind == CEL_PARAM) {
        return cel_infer_go_variable(infer, from, to);
    }
    if (cel_infer_is_dyn(from) || cel_infer_is_dyn(to)) {
        return true;
    }
    if (from->kind == CEL_NULL || to->kind == CEL_NULL) {
        return cel_infer_nullable(from->kind == CEL_NULL ? to : from);
    }
    if (from->kind == CEL_WRAPPER) {
        from = from->params[0];
    }
    if (to->kind == CEL_WRAPPER) {
        to = to->params[0];
    }
    if (from->kind != to->kind) {
        return false;
    }
    if (from->kind == CEL_MESSAGE && !str_eq(from->name, to->name)) {
        return false;
    }
    return from->kind == CEL_TYPE || cel_infer_go_params(infer, from, to);
}

static bool cel_infer_go(struct cel_infer *infer, const struct cel_type *from,
                         const struct cel_type *to)
{
    if (cel_infer_enough(infer, infer->level)) {
        return true;
    }
    infer->level++;
    bool fits = cel_infer_go_level(infer, from, to);
    infer->level--;
    return fits;
}

bool cel_infer_assign(struct cel_infer *infer, const struct cel_type *from,
                      const struct cel_type *to)
{
    return cel_infer_go(infer, from, to);
}

static const struct cel_type *cel_infer_final_level(struct cel_infer *infer,
                                                    const struct cel_type *type, uint32_t level)
{
    const struct cel_type *params[CEL_TYPE_PARAMS_MAX] = { 0 };
    type = cel_infer_find(infer, type);
    if (type->kind == CEL_PARAM || cel_infer_enough(infer, level)) {
        return &cel_type_dyn;
    }
    for (int i = 0; i < CEL_TYPE_PARAMS_MAX && type->params[i] != NULL; i++) {
        params[i] = cel_infer_final_level(infer, type->params[i], level + 1);
    }
    return cel_infer_with(infer, type, params);
}

const struct cel_type *cel_infer_final(struct cel_infer *infer, const struct cel_type *type)
{
    return type == NULL ? NULL : cel_infer_final_level(infer, type, 0);
}

const struct cel_type *cel_infer_join(struct cel_infer *infer, const struct cel_type *so_far,
                                      const struct cel_type *item)
{
    if (so_far == NULL) {
        return item;
    }
    uint32_t mark = cel_infer_mark(infer);
    if (!cel_infer_assign(infer, so_far, item)) {
        cel_infer_undo(infer, mark);
        return &cel_type_dyn;
    }
    return cel_infer_general(infer, so_far, item, 0) ? so_far : item;
}
