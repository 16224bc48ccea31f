/* What waits for run time: the choice of an overload, and selections on whatever there is. */
#include "core/cel/program.h"

struct str cel_shown_name(struct str name)
{
    if (str_starts(name, STR("_["))) {
        return str_eq(name, STR("_[_]")) ? STR("[]") : STR("[?]");
    }
    bool before = str_starts(name, STR("_")) || str_starts(name, STR("@"));
    struct str shown = str_from(name, before);
    bool behind = shown.size > 0 && shown.data[shown.size - 1] == '_';
    return str_make(shown.data, shown.size - behind);
}

static bool cel_late_takes(const struct cel_type *param, struct cel_value arg)
{
    switch ((int)param->kind) {
    case CEL_DYN:
    case CEL_ANY:
    case CEL_PARAM:
        return true;
    case CEL_WRAPPER:
        return arg.kind == CEL_NULL || arg.kind == param->params[0]->kind;
    default:
        return arg.kind == param->kind;
    }
}

static bool cel_late_fits(const struct cel_overload *overload, const struct cel_value *args,
                          uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (!cel_late_takes(overload->params[i], args[i])) {
            return false;
        }
    }
    return true;
}

bool cel_late_call(struct cel_run *run, const struct cel_late *late, const struct cel_value *args,
                   struct cel_value *result)
{
    for (uint32_t i = 0; i < late->overload_count; i++) {
        if (cel_late_fits(late->overloads[i], args, late->arg_count)) {
            return late->overloads[i]->function(run, args, result);
        }
    }
    const char *first = late->arg_count > 0 ? cel_kind_name(args[0].kind) : "nothing";
    const char *second = late->arg_count > 1 ? cel_kind_name(args[1].kind) : NULL;
    return cel_fail(run, "expected operands that '%.*s' takes, but found %s%s%s",
                    STR_ARG(cel_shown_name(late->name)), first, second == NULL ? "" : ", ",
                    second == NULL ? "" : second);
}

bool cel_to_string(struct cel_run *run, struct cel_value value, struct cel_value *result)
{
    for (uint32_t table = 0; cel_tables[table] != NULL; table++) {
        for (uint32_t row = 0; row < cel_tables[table]->count; row++) {
            const struct cel_overload *overload = &cel_tables[table]->rows[row];
            if (strcmp(overload->name, "string") == 0 && cel_late_fits(overload, &value, 1)) {
                return overload->function(run, &value, result);
            }
        }
    }
    return cel_fail(run, "expected a value that has a text, but found %s",
                    cel_kind_name(value.kind));
}

bool cel_field_optional(struct cel_run *run, const void *message, const struct cel_field *field,
                        struct cel_value *result)
{
    const struct cel_provider *provider = run->provider;
    if (!provider->has(provider->self, message, field)) {
        *result = cel_optional(NULL);
        return true;
    }
    struct cel_value content;
    return provider->get(provider->self, run, message, field, &content) &&
           cel_optional_new(run, content, result);
}

static bool cel_late_message(struct cel_run *run, const struct cel_select *select,
                             const void *message, struct cel_value *result)
{
    const struct cel_provider *provider = run->provider;
    const struct cel_message_type *type = provider->type_of(provider->self, message);
    struct cel_field field = { 0 };
    if (!provider->find_field(provider->self, type, cel_str(select->name), run->arena, &field)) {
        if (field.handle != NULL) {
            return cel_fail_memory(run);
        }
        struct str name = provider->type_name(provider->self, type);
        return cel_fail(run, "expected a field of %.*s, but it has no '%.*s'", STR_ARG(name),
                        STR_ARG(cel_str(select->name)));
    }
    if (select->test) {
        *result = cel_bool(provider->has(provider->self, message, &field));
        return true;
    }
    if (select->optional) {
        return cel_field_optional(run, message, &field, result);
    }
    return provider->get(provider->self, run, message, &field, result);
}

static bool cel_late_map(struct cel_run *run, const struct cel_select *select,
                         const struct cel_map *map, struct cel_value *result)
{
    const struct cel_value *found;
    if (!cel_map_find(run, map, select->name, &found)) {
        return false;
    }
    if (select->test) {
        *result = cel_bool(found != NULL);
        return true;
    }
    if (select->optional) {
        *result = cel_optional(found);
        return true;
    }
    if (found == NULL) {
        return cel_fail(run, "expected a map with the key '%.*s'", STR_ARG(cel_str(select->name)));
    }
    *result = *found;
    return true;
}

/* Of an optional: of its content, as optional again. */
static bool cel_late_optional(struct cel_run *run, const struct cel_select *select,
                              const struct cel_value *content, struct cel_value *result)
{
    if (content == NULL) {
        *result = select->test ? cel_bool(false) : cel_optional(NULL);
        return true;
    }
    struct cel_select inner = { select->name, true, select->test };
    return cel_late_select(run, &inner, *content, result);
}

bool cel_late_select(struct cel_run *run, const struct cel_select *select, struct cel_value operand,
                     struct cel_value *result)
{
    switch (operand.kind) {
    case CEL_MAP:
        return cel_late_map(run, select, operand.map, result);
    case CEL_MESSAGE:
        return cel_late_message(run, select, operand.message, result);
    case CEL_OPTIONAL:
        if (operand.content != NULL && operand.content->kind == CEL_OPTIONAL) {
            return cel_fail(run, "expected an optional message or map");
        }
        return cel_late_optional(run, select, operand.content, result);
    default:
        return cel_fail(run, "expected a message or map to select '%.*s' of, but found %s",
                        STR_ARG(cel_str(select->name)), cel_kind_name(operand.kind));
    }
}
