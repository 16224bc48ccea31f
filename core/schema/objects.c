/* properties, patternProperties, additionalProperties, propertyNames, minProperties, maxProperties,
 * required, dependentRequired, unevaluatedProperties. */
#include "core/schema/compile.h"
#include "core/schema/run.h"

static bool object_min(struct schema_run *run, const struct schema_check *check,
                       const struct schema_spot *spot)
{
    size_t count = spot->value->struct_value->n_fields;
    return (double)count >= check->number ||
           schema_note(run, check, spot, "expected at least %.0f members, but there are %zu",
                       check->number, count);
}

static bool object_max(struct schema_run *run, const struct schema_check *check,
                       const struct schema_spot *spot)
{
    size_t count = spot->value->struct_value->n_fields;
    return (double)count <= check->number ||
           schema_note(run, check, spot, "expected at most %.0f members, but there are %zu",
                       check->number, count);
}

/* What finding one among so many costs. */
static bool object_charge(struct schema_run *run, const Google__Protobuf__Struct *object,
                          uint64_t names)
{
    return cel_charge(&run->cel, names * cel_gas_halves(object->n_fields)) ||
           schema_stop(run, "less gas");
}

static bool object_required(struct schema_run *run, const struct schema_check *check,
                            const struct schema_spot *spot)
{
    const Google__Protobuf__Struct *object = spot->value->struct_value;
    bool holds = object_charge(run, object, check->count);
    for (uint32_t i = 0; i < check->count && (holds || !schema_is_quick(run)); i++) {
        holds = (schema_value_member(object, check->names[i]) != NULL ||
                 schema_note(run, check, spot, "expected the member '%s'", check->names[i])) &&
                holds;
    }
    return holds;
}

static bool object_depends(struct schema_run *run, const struct schema_check *check,
                           const struct schema_dependency *dependency,
                           const struct schema_spot *spot)
{
    const Google__Protobuf__Struct *object = spot->value->struct_value;
    bool holds = object_charge(run, object, 1 + dependency->count);
    if (!holds || schema_value_member(object, dependency->name) == NULL) {
        return holds;
    }
    for (uint32_t i = 0; i < dependency->count && (holds || !schema_is_quick(run)); i++) {
        holds = (schema_value_member(object, dependency->names[i]) != NULL ||
                 schema_note(run, check, spot, "expected the member '%s', as there is '%s'",
                             dependency->names[i], dependency->name)) &&
                holds;
    }
    return holds;
}

static bool object_dependencies(struct schema_run *run, const struct schema_check *check,
                                const struct schema_spot *spot)
{
    bool holds = true;
    for (uint32_t i = 0; i < check->count && (holds || !schema_is_quick(run)); i++) {
        holds = object_depends(run, check, &check->dependencies[i], spot) && holds;
    }
    return holds;
}

static bool object_names(struct schema_run *run, const struct schema_check *check,
                         const struct schema_spot *spot)
{
    const Google__Protobuf__Struct *object = spot->value->struct_value;
    bool holds = true;
    for (size_t i = 0; i < object->n_fields && (holds || !schema_is_quick(run)); i++) {
        Google__Protobuf__Value name = GOOGLE__PROTOBUF__VALUE__INIT;
        name.kind_case = GOOGLE__PROTOBUF__VALUE__KIND_STRING_VALUE;
        name.string_value = object->fields[i]->key;
        holds =
            schema_holds_below(run, check->node, spot, object->fields[i]->key, 0, &name) && holds;
    }
    return holds;
}

/* The member under each pattern that its name matches; *known when there is one. */
static bool object_patterns(struct schema_run *run, const struct schema_members *members,
                            const struct schema_spot *spot,
                            const Google__Protobuf__Struct__FieldsEntry *entry, bool *known)
{
    bool holds = true;
    for (uint32_t i = 0; i < members->patterned_count && (holds || !schema_is_quick(run)); i++) {
        bool matched;
        if (!cel_regex_match(&run->cel, members->patterns[i].regex, str_z(entry->key), &matched)) {
            return schema_stop(run, "less gas");
        }
        if (matched) {
            *known = true;
            holds =
                schema_holds_below(run, members->patterned[i], spot, entry->key, 0, entry->value) &&
                holds;
        }
    }
    return holds;
}

/* Names of both sides are sorted: *at is the first name of the schema's that may come next. */
static const struct schema_node *object_named(const struct schema_members *members,
                                              const char *name, uint32_t *at)
{
    for (; *at < members->named_count; ++*at) {
        int order = strcmp(members->names[*at], name);
        if (order >= 0) {
            return order == 0 ? members->named[(*at)++] : NULL;
        }
    }
    return NULL;
}

static bool object_members(struct schema_run *run, const struct schema_check *check,
                           const struct schema_spot *spot)
{
    const Google__Protobuf__Struct *object = spot->value->struct_value;
    const struct schema_members *members = check->members;
    uint32_t at = 0;
    bool holds = cel_charge(&run->cel, object->n_fields + members->named_count) ||
                 schema_stop(run, "less gas");
    for (size_t i = 0; i < object->n_fields && (holds || !schema_is_quick(run)); i++) {
        const Google__Protobuf__Struct__FieldsEntry *entry = object->fields[i];
        const struct schema_node *named = object_named(members, entry->key, &at);
        bool known = named != NULL;
        if (named != NULL) {
            holds = schema_holds_below(run, named, spot, entry->key, 0, entry->value) && holds;
        }
        holds = object_patterns(run, members, spot, entry, &known) && holds;
        if (!known && members->others != NULL) {
            known = true;
            holds = schema_holds_below(run, members->others, spot, entry->key, 0, entry->value) &&
                    holds;
        }
        if (known) {
            schema_mark(&run->marks, i);
        }
    }
    return holds;
}

static bool object_unevaluated(struct schema_run *run, const struct schema_check *check,
                               const struct schema_spot *spot)
{
    const Google__Protobuf__Struct *object = spot->value->struct_value;
    bool holds = true;
    for (size_t i = 0; i < object->n_fields && (holds || !schema_is_quick(run)); i++) {
        const Google__Protobuf__Struct__FieldsEntry *entry = object->fields[i];
        if (!schema_is_marked(&run->marks, i)) {
            holds =
                schema_holds_below(run, check->node, spot, entry->key, 0, entry->value) && holds;
            schema_mark(&run->marks, i);
        }
    }
    return holds;
}

static const struct schema_keyword object_min_members = { "minProperties", object_min,
                                                          SCHEMA_BIT(SCHEMA_OBJECT), false };
static const struct schema_keyword object_max_members = { "maxProperties", object_max,
                                                          SCHEMA_BIT(SCHEMA_OBJECT), false };
static const struct schema_keyword object_requires = { "required", object_required,
                                                       SCHEMA_BIT(SCHEMA_OBJECT), false };
static const struct schema_keyword object_dependent = { "dependentRequired", object_dependencies,
                                                        SCHEMA_BIT(SCHEMA_OBJECT), false };
static const struct schema_keyword object_names_are = { "propertyNames", object_names,
                                                        SCHEMA_BIT(SCHEMA_OBJECT), false };
static const struct schema_keyword object_members_are = { "properties", object_members,
                                                          SCHEMA_BIT(SCHEMA_OBJECT), false };
static const struct schema_keyword object_others = { "unevaluatedProperties", object_unevaluated,
                                                     SCHEMA_BIT(SCHEMA_OBJECT), false };

static bool object_compile_required(struct schema_draft *draft)
{
    const Google__Protobuf__Value *required = schema_draft_get(draft, "required");
    if (required == NULL) {
        return true;
    }
    struct schema_check *check = schema_draft_add(draft, &object_requires);
    return schema_draft_names(draft, "required", required, &check->names, &check->count);
}

static bool object_compile_dependent(struct schema_draft *draft)
{
    const Google__Protobuf__Value *all = schema_draft_get(draft, "dependentRequired");
    if (all == NULL) {
        return true;
    }
    if (schema_kind(all) != SCHEMA_OBJECT) {
        return schema_draft_fail(draft, "dependentRequired", "an object");
    }
    const Google__Protobuf__Struct *map = all->struct_value;
    struct schema_dependency *made = cel_alloc(&draft->compiler->run, map->n_fields * sizeof *made);
    struct schema_check *check = schema_draft_add(draft, &object_dependent);
    check->dependencies = made;
    for (; made != NULL && check->count < map->n_fields; check->count++, made++) {
        made->name = map->fields[check->count]->key;
        if (!schema_draft_names(draft, "dependentRequired", map->fields[check->count]->value,
                                &made->names, &made->count)) {
            return false;
        }
    }
    return made != NULL;
}

static bool object_compile_patterns(struct schema_draft *draft, struct schema_members *members)
{
    struct cel_run *run = &draft->compiler->run;
    const char **sources;
    if (schema_draft_get(draft, "patternProperties") == NULL) {
        return true;
    }
    if (!schema_draft_map(draft, "patternProperties", &members->patterned, &sources,
                          &members->patterned_count)) {
        return false;
    }
    members->patterns = cel_alloc(run, members->patterned_count * sizeof *members->patterns);
    for (uint32_t i = 0; members->patterns != NULL && i < members->patterned_count; i++) {
        if (!schema_pattern_compile(run, sources[i], &members->patterns[i])) {
            return schema_draft_fail(draft, "patternProperties", NULL);
        }
    }
    return members->patterns != NULL;
}

static bool object_compile_members(struct schema_draft *draft)
{
    const Google__Protobuf__Value *named = schema_draft_get(draft, "properties");
    const Google__Protobuf__Value *others = schema_draft_get(draft, "additionalProperties");
    if (named == NULL && others == NULL && schema_draft_get(draft, "patternProperties") == NULL) {
        return true;
    }
    struct schema_members *members = cel_alloc(&draft->compiler->run, sizeof *members);
    if (members == NULL) {
        return false;
    }
    *members = (struct schema_members){ 0 };
    schema_draft_add(draft, &object_members_are)->members = members;
    return (named == NULL || schema_draft_map(draft, "properties", &members->named, &members->names,
                                              &members->named_count)) &&
           object_compile_patterns(draft, members) &&
           (others == NULL ||
            schema_draft_node(draft, "additionalProperties", others, &members->others));
}

bool schema_compile_objects(struct schema_draft *draft)
{
    const Google__Protobuf__Value *names = schema_draft_get(draft, "propertyNames");
    return schema_draft_limit(draft, &object_min_members) &&
           schema_draft_limit(draft, &object_max_members) && object_compile_required(draft) &&
           object_compile_dependent(draft) &&
           (names == NULL ||
            schema_draft_node(draft, "propertyNames", names,
                              &schema_draft_add(draft, &object_names_are)->node)) &&
           object_compile_members(draft);
}

bool schema_compile_other_members(struct schema_draft *draft)
{
    const Google__Protobuf__Value *others = schema_draft_get(draft, "unevaluatedProperties");
    draft->node->collects = draft->node->collects || others != NULL;
    return others == NULL || schema_draft_node(draft, "unevaluatedProperties", others,
                                               &schema_draft_add(draft, &object_others)->node);
}
