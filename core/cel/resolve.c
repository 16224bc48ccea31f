/* What names mean. A name x in container a.b is tried as a.b.x, a.x and x; of a.b.c the longest
 * part that is a known name wins, the rest selects fields. Locals come first. */
#include "core/base/nearest.h"
#include "core/cel/check.h"

enum { CEL_QUALIFIED_PARTS_MAX = 16 };

/* The candidates of a name, longest container first: *at starts at 0; an empty slice ends. */
static struct str cel_candidate(struct cel_checker *checker, struct str name, uint32_t *at)
{
    struct str container = checker->c->env->container;
    if (str_starts(name, STR("."))) {
        return (*at)++ == 0 ? str_from(name, 1) : (struct str){ 0 };
    }
    for (uint32_t skip = (*at)++; skip > 0; skip--) {
        if (container.size == 0) {
            return (struct str){ 0 };
        }
        do {
            container.size--;
        } while (container.size > 0 && container.data[container.size] != '.');
    }
    if (container.size == 0) {
        return name;
    }
    struct str full =
        arena_printf(checker->c->arena, "%.*s.%.*s", STR_ARG(container), STR_ARG(name));
    checker->c->arena_full = checker->c->arena_full || full.data == NULL;
    return full;
}

static const struct cel_type *cel_type_by_name(struct cel_checker *checker, struct str name)
{
    static const struct cel_type *const types[] = {
        &cel_type_bool,     &cel_type_int,   &cel_type_uint,     &cel_type_double,
        &cel_type_string,   &cel_type_bytes, &cel_type_list,     &cel_type_map,
        &cel_type_type,     &cel_type_null,  &cel_type_optional, &cel_type_timestamp,
        &cel_type_duration, &cel_type_ip,    &cel_type_cidr,
    };
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (str_eq(name, types[i]->name)) {
            return types[i];
        }
    }
    const struct cel_provider *provider = checker->c->env->provider;
    if (provider == NULL || provider->find_message(provider->self, name) == NULL) {
        return NULL;
    }
    const struct cel_type *well_known = cel_type_well_known(name);
    const struct cel_type *type =
        well_known != NULL ? well_known : cel_type_message(checker->c->arena, name);
    checker->c->arena_full = checker->c->arena_full || type == NULL;
    return type;
}

static void cel_resolve_constant(struct cel_node *node, struct cel_value value,
                                 const struct cel_type *type)
{
    node->kind = CEL_NODE_CONST;
    node->count = 0;
    node->constant = value;
    node->type = type;
}

static bool cel_resolve_candidate(struct cel_checker *checker, struct cel_node *node,
                                  struct str name)
{
    const struct cel_env *env = checker->c->env;
    for (uint32_t i = 0; i < env->variable_count; i++) {
        if (str_eq(env->variables[i].name, name)) {
            node->kind = CEL_NODE_IDENT;
            node->count = 0;
            node->meaning = CEL_MEANS_VARIABLE;
            node->slot = i;
            node->type = env->unchecked ? &cel_type_dyn : env->variables[i].type;
            return true;
        }
    }
    const struct cel_type *type = cel_type_by_name(checker, name);
    if (type != NULL) {
        const struct cel_type *of = cel_type_type_of(checker->c->arena, type);
        cel_resolve_constant(node, cel_type_value(type), of != NULL ? of : &cel_type_type);
        return true;
    }
    int64_t number;
    if (env->provider != NULL && env->provider->find_enum_value != NULL &&
        env->provider->find_enum_value(env->provider->self, name, &number)) {
        cel_resolve_constant(node, cel_int(number), &cel_type_int);
        return true;
    }
    return false;
}

static bool cel_resolve_local(struct cel_checker *checker, struct cel_node *node)
{
    for (const struct cel_scope *scope = checker->scope; scope != NULL; scope = scope->outer) {
        bool first = str_eq(scope->node->name, node->name);
        if (first || (scope->node->second.size > 0 && str_eq(scope->node->second, node->name))) {
            node->meaning = CEL_MEANS_LOCAL;
            node->scope = scope->node;
            node->slot = first ? 0 : 1;
            node->type = scope->node->variables[node->slot];
            return true;
        }
    }
    return false;
}

/* Whether the first part of a qualified name is a loop's or bind's variable. */
static bool cel_resolve_shadowed(struct cel_checker *checker, const struct cel_node *node,
                                 uint32_t *parts)
{
    *parts = 1;
    for (; node->kind == CEL_NODE_SELECT; node = node->args[0]) {
        (*parts)++;
    }
    if (node->absolute) {
        return false;
    }
    for (const struct cel_scope *scope = checker->scope; scope != NULL; scope = scope->outer) {
        if (str_eq(scope->node->name, node->name) ||
            (scope->node->second.size > 0 && str_eq(scope->node->second, node->name))) {
            return true;
        }
    }
    return false;
}

bool cel_resolve(struct cel_checker *checker, struct cel_node *node)
{
    struct str name;
    uint32_t parts, at = 0;
    if (node->kind == CEL_NODE_IDENT && !node->absolute && cel_resolve_local(checker, node)) {
        return true;
    }
    if (cel_resolve_shadowed(checker, node, &parts) || parts > CEL_QUALIFIED_PARTS_MAX ||
        !cel_node_qualified(checker->c, node, &name)) {
        return false;
    }
    for (;;) {
        struct str candidate = cel_candidate(checker, name, &at);
        if (candidate.size == 0) {
            return false;
        }
        if (cel_resolve_candidate(checker, node, candidate)) {
            return true;
        }
    }
}

const struct cel_overload *cel_overload_next(const struct cel_env *env, struct str name,
                                             uint32_t *table, uint32_t *row)
{
    for (;; ++*table, *row = 0) {
        const struct cel_overload_table *standard = cel_tables[*table];
        const struct cel_overload *rows = standard != NULL ? standard->rows : env->functions;
        uint32_t count = standard != NULL ? standard->count : env->function_count;
        while (*row < count) {
            const struct cel_overload *overload = &rows[(*row)++];
            if (strncmp(overload->name, name.data, name.size) == 0 &&
                overload->name[name.size] == '\0') {
                return overload;
            }
        }
        if (standard == NULL) {
            return NULL;
        }
    }
}

bool cel_resolve_function(struct cel_checker *checker, struct str name, struct str *full)
{
    for (uint32_t at = 0;;) {
        *full = cel_candidate(checker, name, &at);
        if (full->size == 0) {
            return false;
        }
        uint32_t table = 0, row = 0;
        const struct cel_overload *found;
        while ((found = cel_overload_next(checker->c->env, *full, &table, &row)) != NULL) {
            if (!found->member) {
                return true;
            }
        }
    }
}

const struct cel_message_type *cel_resolve_message(struct cel_checker *checker, struct str name,
                                                   struct str *full)
{
    const struct cel_provider *provider = checker->c->env->provider;
    for (uint32_t at = 0; provider != NULL;) {
        *full = cel_candidate(checker, name, &at);
        if (full->size == 0) {
            return NULL;
        }
        const struct cel_message_type *type = provider->find_message(provider->self, *full);
        if (type != NULL) {
            return type;
        }
    }
    return NULL;
}

void cel_resolve_problem(struct cel_checker *checker, const struct cel_node *node)
{
    if (cel_problems_full(checker->c)) {
        return;
    }
    const struct cel_env *env = checker->c->env;
    struct nearest nearest;
    nearest_init(&nearest, node->name);
    for (const struct cel_scope *scope = checker->scope; scope != NULL; scope = scope->outer) {
        nearest_offer(&nearest, scope->node->name);
        nearest_offer(&nearest, scope->node->second);
    }
    for (uint32_t i = 0; i < env->variable_count; i++) {
        nearest_offer(&nearest, env->variables[i].name);
    }
    cel_problem(checker->c, node->at, "expected a known name, but there is no '%.*s'%s",
                STR_ARG(node->name), nearest_hint(&nearest));
}
