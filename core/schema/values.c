/* type, enum, const, and the schema `false`. */
#include "core/cel/sort.h"
#include "core/schema/compile.h"
#include "core/schema/run.h"

static const char *const value_types[] = {
    [SCHEMA_NULL] = "null",       [SCHEMA_BOOLEAN] = "boolean", [SCHEMA_NUMBER] = "number",
    [SCHEMA_STRING] = "string",   [SCHEMA_LIST] = "array",      [SCHEMA_OBJECT] = "object",
    [SCHEMA_INTEGER] = "integer",
};

/* "a string, an integer or null" */
static void value_types_print(uint32_t types, struct buf *out)
{
    for (unsigned kind = 0; kind < SCHEMA_TYPES; kind++) {
        if ((types & SCHEMA_BIT(kind)) != 0) {
            types &= ~SCHEMA_BIT(kind);
            const char *between = out->size == 0 ? "" : types == 0 ? " or " : ", ";
            buf_printf(out, "%s%s", between, schema_kind_article(kind));
        }
    }
}

static bool value_type(struct schema_run *run, const struct schema_check *check,
                       const struct schema_spot *spot)
{
    bool number = spot->kind == SCHEMA_NUMBER;
    bool whole = number && schema_is_whole(spot->value->number_value);
    uint32_t types = SCHEMA_BIT(spot->kind) | (whole ? SCHEMA_BIT(SCHEMA_INTEGER) : 0);
    if ((check->types & types) != 0 || schema_is_silent(run)) {
        return (check->types & types) != 0;
    }
    char memory[160], shown[SCHEMA_SHOWN_MAX];
    struct buf expected = buf_in(memory, sizeof memory);
    value_types_print(check->types, &expected);
    schema_note(run, check, spot, "expected %.*s, but it is %s", STR_ARG(buf_str(&expected)),
                number ? schema_value_show(spot->value, shown) : schema_kind_article(spot->kind));
    buf_release(&expected);
    return false;
}

/* The first few of them. */
static void value_list_print(const struct schema_values *values, struct buf *out)
{
    enum { VALUES_SHOWN_MAX = 3 };
    char shown[SCHEMA_SHOWN_MAX];
    for (uint32_t i = 0; i < values->count && i < VALUES_SHOWN_MAX; i++) {
        buf_printf(out, "%s%s", i > 0 ? ", " : "", schema_value_show(values->items[i], shown));
    }
    if (values->count > VALUES_SHOWN_MAX) {
        buf_printf(out, " or %u more", values->count - VALUES_SHOWN_MAX);
    }
}

static bool value_find(struct schema_run *run, const struct schema_values *values,
                       const Google__Protobuf__Value *value, bool *found)
{
    uint32_t low = 0, high = values->count;
    for (*found = false; low < high && !*found;) {
        uint32_t middle = low + (high - low) / 2;
        int order;
        if (!schema_value_compare(&run->cel, values->items[middle], value, &order)) {
            return schema_stop(run, "less gas");
        }
        *found = order == 0;
        *(order < 0 ? &low : &high) = order < 0 ? middle + 1 : middle;
    }
    return true;
}

static bool value_listed(struct schema_run *run, const struct schema_check *check,
                         const struct schema_spot *spot)
{
    bool found;
    if (!value_find(run, &check->values, spot->value, &found) || found || schema_is_silent(run)) {
        return found;
    }
    char memory[320], shown[SCHEMA_SHOWN_MAX];
    struct buf expected = buf_in(memory, sizeof memory);
    value_list_print(&check->values, &expected);
    schema_note(run, check, spot, "expected %s%.*s, but it is %s",
                check->values.count > 1 ? "one of " : "", STR_ARG(buf_str(&expected)),
                schema_value_show(spot->value, shown));
    buf_release(&expected);
    return false;
}

static bool value_never(struct schema_run *run, const struct schema_check *check,
                        const struct schema_spot *spot)
{
    return schema_note(run, check, spot,
                       spot->place.name != NULL ? "expected no member of that name"
                                                : "expected no value here");
}

const struct schema_keyword schema_never = { NULL, value_never, SCHEMA_ANY, false };
static const struct schema_keyword value_type_is = { "type", value_type, SCHEMA_ANY, false };
static const struct schema_keyword value_enum = { "enum", value_listed, SCHEMA_ANY, false };
static const struct schema_keyword value_const = { "const", value_listed, SCHEMA_ANY, false };

static bool value_add_type(const Google__Protobuf__Value *name, uint32_t *types)
{
    for (unsigned kind = 0; schema_kind(name) == SCHEMA_STRING && kind < SCHEMA_TYPES; kind++) {
        if (strcmp(name->string_value, value_types[kind]) == 0) {
            bool doubled = (*types & SCHEMA_BIT(kind)) != 0;
            *types |= SCHEMA_BIT(kind);
            return !doubled;
        }
    }
    return false;
}

static bool value_compile_type(struct schema_draft *draft)
{
    const Google__Protobuf__Value *type = schema_draft_get(draft, "type");
    if (type == NULL) {
        return true;
    }
    bool list = schema_kind(type) == SCHEMA_LIST, valid = !list || type->list_value->n_values > 0;
    uint32_t types = 0;
    for (size_t i = 0; list && valid && i < type->list_value->n_values; i++) {
        valid = value_add_type(type->list_value->values[i], &types);
    }
    valid = valid && (list || value_add_type(type, &types));
    schema_draft_add(draft, &value_type_is)->types = types;
    return valid || schema_draft_fail(draft, "type",
                                      "null, boolean, number, integer, string, array, object, or "
                                      "an array of some of them, each once");
}

static bool value_compare(struct cel_run *run, const void *of, uint32_t a, uint32_t b, int *order)
{
    Google__Protobuf__Value *const *values = of;
    return schema_value_compare(run, values[a], values[b], order);
}

static bool value_compile_enum(struct schema_draft *draft)
{
    struct cel_run *run = &draft->compiler->run;
    const Google__Protobuf__Value *all = schema_draft_get(draft, "enum");
    if (all == NULL) {
        return true;
    }
    if (schema_kind(all) != SCHEMA_LIST) {
        return schema_draft_fail(draft, "enum", "an array");
    }
    uint32_t count = (uint32_t)all->list_value->n_values;
    uint32_t *order = cel_sort(run, count, value_compare, all->list_value->values);
    const Google__Protobuf__Value **items = cel_alloc(run, count * sizeof(void *));
    if (order == NULL || items == NULL) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        items[i] = all->list_value->values[order[i]];
    }
    schema_draft_add(draft, &value_enum)->values = (struct schema_values){ items, count };
    return true;
}

static bool value_compile_const(struct schema_draft *draft)
{
    const Google__Protobuf__Value *only = schema_draft_get(draft, "const");
    if (only == NULL) {
        return true;
    }
    const Google__Protobuf__Value **items = cel_alloc(&draft->compiler->run, sizeof(void *));
    if (items == NULL) {
        return false;
    }
    items[0] = only;
    schema_draft_add(draft, &value_const)->values = (struct schema_values){ items, 1 };
    return true;
}

bool schema_compile_values(struct schema_draft *draft)
{
    return value_compile_type(draft) && value_compile_const(draft) && value_compile_enum(draft);
}
