#include "tests/cel-conformance/suite.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void suite_broken(const char *what)
{
    fprintf(stderr, "the suite's data: expected %s\n", what);
    abort();
}

static void suite_field(struct suite *suite, struct cel_value message, const char *name,
                        struct cel_field *field)
{
    const struct cel_provider *provider = &suite->provider;
    if (message.kind != CEL_MESSAGE ||
        !provider->find_field(provider->self, provider->type_of(provider->self, message.message),
                              str_z(name), suite->run.arena, field)) {
        suite_broken(name);
    }
}

struct cel_value suite_get(struct suite *suite, struct cel_value message, const char *name)
{
    struct cel_field field;
    struct cel_value value;
    suite_field(suite, message, name, &field);
    if (!suite->provider.get(suite->provider.self, &suite->run, message.message, &field, &value)) {
        suite_broken(suite->run.error.msg);
    }
    return value;
}

bool suite_has(struct suite *suite, struct cel_value message, const char *name)
{
    struct cel_field field;
    suite_field(suite, message, name, &field);
    return suite->provider.has(suite->provider.self, message.message, &field);
}

struct str suite_text(struct suite *suite, struct cel_value message, const char *name)
{
    return cel_str(suite_get(suite, message, name));
}

static const struct cel_type *suite_primitive(int64_t number, bool wrapper)
{
    static const struct cel_type *const types[][2] = {
        { &cel_type_dyn, &cel_type_dyn },
        { &cel_type_bool, &cel_type_bool_wrapper },
        { &cel_type_int, &cel_type_int_wrapper },
        { &cel_type_uint, &cel_type_uint_wrapper },
        { &cel_type_double, &cel_type_double_wrapper },
        { &cel_type_string, &cel_type_string_wrapper },
        { &cel_type_bytes, &cel_type_bytes_wrapper },
    };
    return types[number][wrapper];
}

static const struct cel_type *suite_message_type(struct suite *suite, struct str name)
{
    const struct cel_type *known = cel_type_well_known(name);
    return known != NULL ? known : cel_type_message(suite->run.arena, name);
}

static const struct cel_type *suite_abstract(struct suite *suite, struct cel_value abstract)
{
    struct str name = suite_text(suite, abstract, "name");
    struct cel_value params = suite_get(suite, abstract, "parameter_types");
    if (str_eq(name, STR("optional_type")) && params.list->count == 1) {
        return cel_type_optional_of(suite->run.arena, suite_type(suite, params.list->items[0]));
    }
    const struct cel_type *own[CEL_TYPE_PARAMS_MAX] = { 0 };
    for (uint32_t i = 0; i < CEL_TYPE_PARAMS_MAX && i < params.list->count; i++) {
        own[i] = suite_type(suite, params.list->items[i]);
    }
    return cel_type_own(suite->run.arena, name, own);
}

static const struct cel_type *suite_param(struct suite *suite, struct str name)
{
    struct cel_type *type = arena_zalloc(suite->run.arena, sizeof *type);
    if (type != NULL) {
        *type = (struct cel_type){ .kind = CEL_PARAM, .name = name };
    }
    return type;
}

static const struct cel_type *suite_well_known(int64_t number)
{
    static const struct cel_type *const types[] = { &cel_type_dyn, &cel_type_any,
                                                    &cel_type_timestamp, &cel_type_duration };
    return types[number];
}

const struct cel_type *suite_type(struct suite *suite, struct cel_value type)
{
    struct arena *arena = suite->run.arena;
    if (suite_has(suite, type, "primitive")) {
        return suite_primitive(suite_get(suite, type, "primitive").integer, false);
    } else if (suite_has(suite, type, "wrapper")) {
        return suite_primitive(suite_get(suite, type, "wrapper").integer, true);
    } else if (suite_has(suite, type, "null")) {
        return &cel_type_null;
    } else if (suite_has(suite, type, "well_known")) {
        return suite_well_known(suite_get(suite, type, "well_known").integer);
    } else if (suite_has(suite, type, "list_type")) {
        struct cel_value list = suite_get(suite, type, "list_type");
        return cel_type_list_of(arena, suite_type(suite, suite_get(suite, list, "elem_type")));
    } else if (suite_has(suite, type, "map_type")) {
        struct cel_value map = suite_get(suite, type, "map_type");
        return cel_type_map_of(arena, suite_type(suite, suite_get(suite, map, "key_type")),
                               suite_type(suite, suite_get(suite, map, "value_type")));
    } else if (suite_has(suite, type, "message_type")) {
        return suite_message_type(suite, suite_text(suite, type, "message_type"));
    } else if (suite_has(suite, type, "type_param")) {
        return suite_param(suite, suite_text(suite, type, "type_param"));
    } else if (suite_has(suite, type, "type")) {
        return cel_type_type_of(arena, suite_type(suite, suite_get(suite, type, "type")));
    } else if (suite_has(suite, type, "abstract_type")) {
        return suite_abstract(suite, suite_get(suite, type, "abstract_type"));
    }
    return &cel_type_dyn;
}

static struct cel_value suite_list(struct suite *suite, struct cel_value list)
{
    struct cel_value values = suite_get(suite, list, "values"), *items, result;
    if (!cel_list_new(&suite->run, values.list->count, &items, &result)) {
        suite_broken(suite->run.error.msg);
    }
    for (uint32_t i = 0; i < values.list->count; i++) {
        items[i] = suite_value(suite, values.list->items[i]);
    }
    return result;
}

static struct cel_value suite_map(struct suite *suite, struct cel_value map)
{
    struct cel_value list = suite_get(suite, map, "entries"), result;
    struct cel_entry *entries =
        cel_alloc(&suite->run, (list.list->count + 1) * sizeof(struct cel_entry));
    for (uint32_t i = 0; entries != NULL && i < list.list->count; i++) {
        entries[i].key = suite_value(suite, suite_get(suite, list.list->items[i], "key"));
        entries[i].value = suite_value(suite, suite_get(suite, list.list->items[i], "value"));
    }
    if (!cel_map_new(&suite->run, entries, list.list->count, &result)) {
        suite_broken(suite->run.error.msg);
    }
    return result;
}

struct cel_value suite_value(struct suite *suite, struct cel_value value)
{
    static const char *const plain[] = {
        "bool_value",   "int64_value", "uint64_value", "double_value",
        "string_value", "bytes_value", "object_value",
    };
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        if (suite_has(suite, value, plain[i])) {
            return suite_get(suite, value, plain[i]);
        }
    }
    if (suite_has(suite, value, "map_value")) {
        return suite_map(suite, suite_get(suite, value, "map_value"));
    } else if (suite_has(suite, value, "list_value")) {
        return suite_list(suite, suite_get(suite, value, "list_value"));
    } else if (suite_has(suite, value, "type_value")) {
        return cel_type_value(
            cel_type_message(suite->run.arena, suite_text(suite, value, "type_value")));
    } else if (suite_has(suite, value, "enum_value")) {
        return suite_get(suite, suite_get(suite, value, "enum_value"), "value");
    }
    return cel_null();
}

static void suite_variable(struct suite_environment *made, struct str name,
                           const struct cel_type *type)
{
    if (made->env.variable_count == SUITE_NAMES_MAX) {
        suite_broken("fewer variables");
    }
    made->bindings[made->env.variable_count] = (struct cel_value){ .kind = CEL_ERROR };
    made->variables[made->env.variable_count++] =
        (struct cel_variable){ .name = name, .type = type };
}

static bool suite_not_given(struct cel_run *run, const struct cel_value *args,
                            struct cel_value *result)
{
    (void)args;
    (void)result;
    return cel_fail(run, "expected a function that is more than declared");
}

static void suite_function(struct suite *suite, struct suite_environment *made, struct str name,
                           struct cel_value overload)
{
    struct cel_value params = suite_get(suite, overload, "params");
    if (made->env.function_count == SUITE_NAMES_MAX || params.list->count > CEL_PARAMS_MAX) {
        suite_broken("fewer functions");
    }
    struct cel_overload *row = &made->functions[made->env.function_count++];
    *row = (struct cel_overload){
        .name = arena_copy(suite->run.arena, name).data,
        .id = arena_copy(suite->run.arena, suite_text(suite, overload, "overload_id")).data,
        .member = suite_get(suite, overload, "is_instance_function").boolean,
        .function = suite_not_given,
        .result = suite_type(suite, suite_get(suite, overload, "result_type")),
    };
    for (uint32_t i = 0; i < params.list->count; i++) {
        row->params[i] = suite_type(suite, params.list->items[i]);
    }
}

static void suite_declare(struct suite *suite, struct suite_environment *made,
                          struct cel_value declaration)
{
    struct str name = suite_text(suite, declaration, "name");
    if (suite_has(suite, declaration, "ident")) {
        struct cel_value ident = suite_get(suite, declaration, "ident");
        suite_variable(made, name, suite_type(suite, suite_get(suite, ident, "type")));
        return;
    }
    struct cel_value overloads =
        suite_get(suite, suite_get(suite, declaration, "function"), "overloads");
    for (uint32_t i = 0; i < overloads.list->count; i++) {
        suite_function(suite, made, name, overloads.list->items[i]);
    }
}

/* Binds a variable; one that only an unchecked test knows is declared by that. */
static void suite_bind(struct suite *suite, struct suite_environment *made, struct str name,
                       struct cel_value bound)
{
    uint32_t i = 0;
    while (i < made->env.variable_count && !str_eq(made->variables[i].name, name)) {
        i++;
    }
    if (i == made->env.variable_count) {
        suite_variable(made, name, &cel_type_dyn);
    }
    if (suite_has(suite, bound, "value")) {
        made->bindings[i] = suite_value(suite, suite_get(suite, bound, "value"));
    }
}

void suite_environment(struct suite *suite, struct cel_value test, struct suite_environment *made)
{
    struct cel_value declarations = suite_get(suite, test, "type_env");
    struct cel_value bindings = suite_get(suite, test, "bindings");
    made->env = (struct cel_env){
        .provider = &suite->provider,
        .container = suite_text(suite, test, "container"),
        .variables = made->variables,
        .functions = made->functions,
        .unchecked = suite_get(suite, test, "disable_check").boolean,
        .block_macros = true,
        .without_limits = true,
    };
    for (uint32_t i = 0; i < declarations.list->count; i++) {
        suite_declare(suite, made, declarations.list->items[i]);
    }
    for (uint32_t i = 0; i < bindings.map->count; i++) {
        const struct cel_entry *entry = &bindings.map->entries[i];
        suite_bind(suite, made, cel_str(entry->key), entry->value);
    }
}

static bool suite_same_lists(struct suite *suite, const struct cel_list *a,
                             const struct cel_list *b)
{
    if (a->count != b->count) {
        return false;
    }
    for (uint32_t i = 0; i < a->count; i++) {
        if (!suite_same(suite, a->items[i], b->items[i])) {
            return false;
        }
    }
    return true;
}

static bool suite_same_maps(struct suite *suite, const struct cel_map *a, const struct cel_map *b)
{
    if (a->count != b->count) {
        return false;
    }
    for (uint32_t i = 0; i < a->count; i++) {
        bool found = false;
        for (uint32_t k = 0; !found && k < b->count; k++) {
            found = suite_same(suite, a->entries[i].key, b->entries[k].key) &&
                    suite_same(suite, a->entries[i].value, b->entries[k].value);
        }
        if (!found) {
            return false;
        }
    }
    return true;
}

bool suite_same(struct suite *suite, struct cel_value expected, struct cel_value value)
{
    bool equal = false;
    if (expected.kind != value.kind) {
        return false;
    }
    if (value.kind == CEL_DOUBLE && isnan(expected.number)) {
        return isnan(value.number);
    }
    if (value.kind == CEL_LIST) {
        return suite_same_lists(suite, expected.list, value.list);
    }
    if (value.kind == CEL_MAP) {
        return suite_same_maps(suite, expected.map, value.map);
    }
    if (value.kind == CEL_TYPE) {
        return str_eq(expected.type->name, value.type->name);
    }
    return cel_equal(&suite->run, expected, value, &equal) && equal;
}
