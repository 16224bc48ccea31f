/* allOf, anyOf, oneOf, not, if with then and else, dependentSchemas, $ref: schemas that judge the
 * same value. Of alternatives none of which holds, each tells its first problem. */
#include "core/schema/compile.h"
#include "core/schema/run.h"

static bool combine_all(struct schema_run *run, const struct schema_check *check,
                        const struct schema_spot *spot)
{
    bool holds = true;
    for (uint32_t i = 0; i < check->count && (holds || !schema_is_quick(run)); i++) {
        holds = schema_holds(run, check->nodes[i], spot) && holds;
    }
    return holds;
}

/* Once: alternatives of alternatives would take a time exponential in their depth. */
static bool combine_explain(struct schema_run *run, const struct schema_check *check,
                            const struct schema_spot *spot)
{
    if (!schema_is_silent(run) && !run->explaining) {
        run->explaining = true;
        for (uint32_t i = 0; i < check->count && !run->verdict->more; i++) {
            bool holds = schema_holds(run, check->nodes[i], spot);
            assert(!holds);
        }
        run->explaining = false;
    }
    return false;
}

static bool combine_any(struct schema_run *run, const struct schema_check *check,
                        const struct schema_spot *spot)
{
    bool any = false;
    for (uint32_t i = 0; i < check->count && (!any || run->marks.set.active); i++) {
        any = schema_holds_silently(run, check->nodes[i], spot) || any;
    }
    return any ||
           schema_note(run, check, spot, "expected one of %u schemas to hold", check->count) ||
           combine_explain(run, check, spot);
}

static bool combine_one(struct schema_run *run, const struct schema_check *check,
                        const struct schema_spot *spot)
{
    uint32_t held[2] = { 0 }, count = 0;
    for (uint32_t i = 0; i < check->count && count < 2; i++) {
        if (schema_holds_silently(run, check->nodes[i], spot)) {
            held[count++] = i;
        }
    }
    if (count == 2) {
        return schema_note(run, check, spot,
                           "expected only one of %u schemas to hold, but %u and %u do",
                           check->count, held[0], held[1]);
    }
    return count == 1 ||
           schema_note(run, check, spot, "expected one of %u schemas to hold", check->count) ||
           combine_explain(run, check, spot);
}

static bool combine_not(struct schema_run *run, const struct schema_check *check,
                        const struct schema_spot *spot)
{
    return !schema_holds_silently(run, check->nodes[0], spot) ||
           schema_note(run, check, spot, "expected what the schema does not say");
}

static bool combine_if(struct schema_run *run, const struct schema_check *check,
                       const struct schema_spot *spot)
{
    enum { IF, THEN, ELSE };
    bool holds = schema_holds_silently(run, check->nodes[IF], spot);
    const struct schema_node *next = check->nodes[holds ? THEN : ELSE];
    return next == NULL || schema_holds(run, next, spot);
}

static bool combine_dependent(struct schema_run *run, const struct schema_check *check,
                              const struct schema_spot *spot)
{
    const Google__Protobuf__Struct *object = spot->value->struct_value;
    bool holds = cel_charge(&run->cel, check->count * cel_gas_halves(object->n_fields)) ||
                 schema_stop(run, "less gas");
    for (uint32_t i = 0; i < check->count && (holds || !schema_is_quick(run)); i++) {
        if (schema_value_member(object, check->names[i]) != NULL) {
            holds = schema_holds(run, check->nodes[i], spot) && holds;
        }
    }
    return holds;
}

static const struct schema_keyword combine_all_of = { "allOf", combine_all, SCHEMA_ANY, true };
static const struct schema_keyword combine_any_of = { "anyOf", combine_any, SCHEMA_ANY, true };
static const struct schema_keyword combine_one_of = { "oneOf", combine_one, SCHEMA_ANY, true };
static const struct schema_keyword combine_is_not = { "not", combine_not, SCHEMA_ANY, true };
static const struct schema_keyword combine_choice = { "if", combine_if, SCHEMA_ANY, true };
static const struct schema_keyword combine_dependents = { "dependentSchemas", combine_dependent,
                                                          SCHEMA_BIT(SCHEMA_OBJECT), true };
static const struct schema_keyword combine_reference = { "$ref", combine_all, SCHEMA_ANY, true };

static bool combine_compile_list(struct schema_draft *draft, const struct schema_keyword *keyword)
{
    if (schema_draft_get(draft, keyword->name) == NULL) {
        return true;
    }
    struct schema_check *check = schema_draft_add(draft, keyword);
    return schema_draft_list(draft, keyword->name, &check->nodes, &check->count);
}

/* A check with room for so many schemas, none of them set. */
static struct schema_check *combine_add(struct schema_draft *draft,
                                        const struct schema_keyword *keyword, uint32_t count)
{
    size_t size = count * sizeof(void *);
    const struct schema_node **nodes = cel_alloc(&draft->compiler->run, size);
    if (nodes == NULL) {
        return NULL;
    }
    memset(nodes, 0, size);
    struct schema_check *check = schema_draft_add(draft, keyword);
    check->nodes = nodes;
    check->count = count;
    return check;
}

static bool combine_compile_not(struct schema_draft *draft)
{
    const Google__Protobuf__Value *not = schema_draft_get(draft, "not");
    struct schema_check *check = not == NULL ? NULL : combine_add(draft, &combine_is_not, 1);
    return not == NULL || (check != NULL && schema_draft_node(draft, "not", not, check->nodes));
}

/* then and else without if say nothing, but must be schemas. */
static bool combine_compile_if(struct schema_draft *draft)
{
    static const char *const keywords[] = { "if", "then", "else" };
    bool any = schema_draft_get(draft, "if") != NULL;
    const struct schema_node *unused[3], **nodes = unused;
    if (any) {
        struct schema_check *check = combine_add(draft, &combine_choice, 3);
        if (check == NULL) {
            return false;
        }
        nodes = check->nodes;
    }
    for (unsigned i = 0; i < 3; i++) {
        const Google__Protobuf__Value *value = schema_draft_get(draft, keywords[i]);
        if (value != NULL && !schema_draft_node(draft, keywords[i], value, &nodes[i])) {
            return false;
        }
    }
    return true;
}

static bool combine_compile_dependent(struct schema_draft *draft)
{
    if (schema_draft_get(draft, "dependentSchemas") == NULL) {
        return true;
    }
    struct schema_check *check = schema_draft_add(draft, &combine_dependents);
    return schema_draft_map(draft, "dependentSchemas", &check->nodes, &check->names, &check->count);
}

bool schema_compile_reference(struct schema_draft *draft)
{
    struct schema_compiler *c = draft->compiler;
    const Google__Protobuf__Value *text = schema_draft_get(draft, "$ref");
    if (text == NULL) {
        return true;
    }
    if (schema_kind(text) != SCHEMA_STRING) {
        return schema_draft_fail(draft, "$ref", "a string");
    }
    struct schema_check *check = combine_add(draft, &combine_reference, 1);
    struct schema_pending *pending = cel_alloc(&c->run, sizeof *pending);
    if (check == NULL || pending == NULL) {
        return false;
    }
    *pending = (struct schema_pending){ c->pending, &draft->node->place, text->string_value,
                                        check->nodes };
    c->pending = pending;
    return true;
}

bool schema_compile_combined(struct schema_draft *draft)
{
    return combine_compile_list(draft, &combine_all_of) && combine_compile_not(draft) &&
           combine_compile_if(draft) && combine_compile_list(draft, &combine_any_of) &&
           combine_compile_list(draft, &combine_one_of) && combine_compile_dependent(draft);
}
