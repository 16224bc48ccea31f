/* Reading the keywords of one schema. */
#include "core/cel/sort.h"
#include "core/schema/compile.h"

const Google__Protobuf__Value *schema_draft_get(const struct schema_draft *draft,
                                                const char *keyword)
{
    return schema_value_member(draft->document, keyword);
}

struct schema_check *schema_draft_add(struct schema_draft *draft,
                                      const struct schema_keyword *keyword)
{
    assert(draft->count < SCHEMA_CHECKS_MAX);
    struct schema_check *check = &draft->checks[draft->count++];
    *check = (struct schema_check){ .keyword = keyword, .place = &draft->node->place };
    return check;
}

bool schema_draft_fail(struct schema_draft *draft, const char *keyword, const char *expected)
{
    return schema_compile_fail(draft->compiler, &draft->node->place, keyword, expected,
                               schema_draft_get(draft, keyword));
}

static bool schema_draft_make(struct schema_draft *draft, struct schema_place place,
                              const Google__Protobuf__Value *value, const struct schema_node **node)
{
    struct schema_node *made;
    if (!schema_node_make(draft->compiler, place, value, &made)) {
        return false;
    }
    *node = made;
    return true;
}

bool schema_draft_node(struct schema_draft *draft, const char *keyword,
                       const Google__Protobuf__Value *value, const struct schema_node **node)
{
    struct schema_place place = { &draft->node->place, keyword, 0 };
    return schema_draft_make(draft, place, value, node);
}

bool schema_draft_list(struct schema_draft *draft, const char *keyword,
                       const struct schema_node ***nodes, uint32_t *count)
{
    const Google__Protobuf__Value *value = schema_draft_get(draft, keyword);
    if (schema_kind(value) != SCHEMA_LIST || value->list_value->n_values == 0) {
        return schema_draft_fail(draft, keyword, "an array of at least one schema");
    }
    size_t size = value->list_value->n_values;
    const struct schema_place *up =
        schema_place_keep(draft->compiler, &draft->node->place, keyword, 0);
    *nodes = cel_alloc(&draft->compiler->run, size * sizeof **nodes);
    if (up == NULL || *nodes == NULL) {
        return false;
    }
    for (*count = 0; *count < size; ++*count) {
        struct schema_place place = { up, NULL, *count };
        if (!schema_draft_make(draft, place, value->list_value->values[*count],
                               &(*nodes)[*count])) {
            return false;
        }
    }
    return true;
}

bool schema_draft_map(struct schema_draft *draft, const char *keyword,
                      const struct schema_node ***nodes, const char ***names, uint32_t *count)
{
    const Google__Protobuf__Value *value = schema_draft_get(draft, keyword);
    if (schema_kind(value) != SCHEMA_OBJECT) {
        return schema_draft_fail(draft, keyword, "an object of schemas");
    }
    size_t size = value->struct_value->n_fields;
    const struct schema_place *up =
        schema_place_keep(draft->compiler, &draft->node->place, keyword, 0);
    *nodes = cel_alloc(&draft->compiler->run, size * sizeof **nodes);
    *names = cel_alloc(&draft->compiler->run, size * sizeof **names);
    if (up == NULL || *nodes == NULL || *names == NULL) {
        return false;
    }
    for (*count = 0; *count < size; ++*count) {
        const Google__Protobuf__Struct__FieldsEntry *entry = value->struct_value->fields[*count];
        struct schema_place place = { up, entry->key, 0 };
        (*names)[*count] = entry->key;
        if (!schema_draft_make(draft, place, entry->value, &(*nodes)[*count])) {
            return false;
        }
    }
    return true;
}

static bool schema_names_compare(struct cel_run *run, const void *of, uint32_t a, uint32_t b,
                                 int *order)
{
    const char *const *names = of;
    *order = strcmp(names[a], names[b]);
    return cel_charge_bytes(run, strlen(names[a]));
}

/* Sorts the names; *different false when one is there twice. */
static bool schema_names_sort(struct cel_run *run, const char **names, uint32_t count,
                              bool *different)
{
    uint32_t *order = cel_sort(run, count, schema_names_compare, names);
    const char **sorted = order == NULL ? NULL : cel_alloc(run, count * sizeof *sorted);
    if (sorted == NULL) {
        return false;
    }
    *different = true;
    for (uint32_t i = 0; i < count; i++) {
        sorted[i] = names[order[i]];
        *different = *different && (i == 0 || strcmp(sorted[i - 1], sorted[i]) != 0);
    }
    if (count > 0) {
        memcpy(names, sorted, count * sizeof *names);
    }
    return true;
}

bool schema_draft_names(struct schema_draft *draft, const char *keyword,
                        const Google__Protobuf__Value *value, const char ***names, uint32_t *count)
{
    struct cel_run *run = &draft->compiler->run;
    bool list = schema_kind(value) == SCHEMA_LIST, strings = list, different = false;
    *count = list ? (uint32_t)value->list_value->n_values : 0;
    *names = cel_alloc(run, *count * sizeof **names);
    if (*names == NULL) {
        return false;
    }
    for (uint32_t i = 0; strings && i < *count; i++) {
        const Google__Protobuf__Value *name = value->list_value->values[i];
        strings = schema_kind(name) == SCHEMA_STRING;
        (*names)[i] = strings ? name->string_value : NULL;
    }
    if (strings && !schema_names_sort(run, *names, *count, &different)) {
        return false;
    }
    return different || schema_draft_fail(draft, keyword, "an array of different strings");
}

bool schema_draft_size(struct schema_draft *draft, const char *keyword, double *size)
{
    const Google__Protobuf__Value *value = schema_draft_get(draft, keyword);
    if (value == NULL) {
        return true;
    }
    if (schema_kind(value) != SCHEMA_NUMBER || value->number_value < 0 ||
        !schema_is_whole(value->number_value)) {
        return schema_draft_fail(draft, keyword, "a whole number from 0 on");
    }
    *size = value->number_value;
    return true;
}

bool schema_draft_limit(struct schema_draft *draft, const struct schema_keyword *keyword)
{
    return schema_draft_get(draft, keyword->name) == NULL ||
           schema_draft_size(draft, keyword->name, &schema_draft_add(draft, keyword)->number);
}
