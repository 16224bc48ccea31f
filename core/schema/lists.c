/* prefixItems, items, contains, minContains, maxContains, minItems, maxItems, uniqueItems,
 * unevaluatedItems. */
#include <math.h>

#include "core/cel/sort.h"
#include "core/schema/compile.h"
#include "core/schema/run.h"

static bool list_min(struct schema_run *run, const struct schema_check *check,
                     const struct schema_spot *spot)
{
    size_t count = spot->value->list_value->n_values;
    return (double)count >= check->number ||
           schema_note(run, check, spot, "expected at least %.0f items, but there are %zu",
                       check->number, count);
}

static bool list_max(struct schema_run *run, const struct schema_check *check,
                     const struct schema_spot *spot)
{
    size_t count = spot->value->list_value->n_values;
    return (double)count <= check->number ||
           schema_note(run, check, spot, "expected at most %.0f items, but there are %zu",
                       check->number, count);
}

static bool list_compare(struct cel_run *run, const void *of, uint32_t a, uint32_t b, int *order)
{
    Google__Protobuf__Value *const *values = of;
    return schema_value_compare(run, values[a], values[b], order);
}

/* Equal items are neighbours once they are sorted; of several the first two are told. */
static bool list_unique(struct schema_run *run, const struct schema_check *check,
                        const struct schema_spot *spot)
{
    const Google__Protobuf__ListValue *list = spot->value->list_value;
    uint32_t count = (uint32_t)list->n_values;
    uint32_t *order = cel_sort(&run->cel, count, list_compare, list->values);
    for (uint32_t i = 1; order != NULL && i < count; i++) {
        int difference;
        if (!list_compare(&run->cel, list->values, order[i - 1], order[i], &difference)) {
            return schema_stop(run, "less gas");
        }
        if (difference == 0) {
            return schema_note(run, check, spot,
                               "expected different items, but the items %u and %u are equal",
                               order[i - 1], order[i]);
        }
    }
    return order != NULL || schema_stop(run, "less memory");
}

static bool list_items(struct schema_run *run, const struct schema_check *check,
                       const struct schema_spot *spot)
{
    const Google__Protobuf__ListValue *list = spot->value->list_value;
    const struct schema_items *items = check->items;
    bool holds = true;
    for (size_t i = 0; i < list->n_values && (holds || !schema_is_quick(run)); i++) {
        const struct schema_node *node = i < items->first_count ? items->first[i] : items->rest;
        if (node == NULL) {
            break;
        }
        holds = schema_holds_below(run, node, spot, NULL, i, list->values[i]) && holds;
        schema_mark(&run->marks, i);
    }
    return holds;
}

/* Items that are as the schema says; all are looked at only where that matters. */
static double list_count_contained(struct schema_run *run, const struct schema_contains *contains,
                                   const struct schema_spot *spot)
{
    const Google__Protobuf__ListValue *list = spot->value->list_value;
    bool all = run->marks.set.active || contains->max < HUGE_VAL;
    double count = 0;
    run->silent++;
    for (size_t i = 0; i < list->n_values && (all || count < contains->min); i++) {
        if (schema_holds_below(run, contains->node, spot, NULL, i, list->values[i])) {
            schema_mark(&run->marks, i);
            count++;
        }
    }
    run->silent--;
    return count;
}

static bool list_contains(struct schema_run *run, const struct schema_check *check,
                          const struct schema_spot *spot)
{
    const struct schema_contains *contains = check->contains;
    double count = list_count_contained(run, contains, spot);
    if (count < contains->min && contains->min == 1) {
        return schema_note(run, check, spot, "expected an item that is as the schema says");
    }
    if (count < contains->min) {
        return schema_note_at(run, check, "minContains", spot,
                              "expected at least %.0f items that are as 'contains' says, but there "
                              "are %.0f",
                              contains->min, count);
    }
    return count <= contains->max ||
           schema_note_at(run, check, "maxContains", spot,
                          "expected at most %.0f items that are as 'contains' says, but there are "
                          "%.0f",
                          contains->max, count);
}

static bool list_unevaluated(struct schema_run *run, const struct schema_check *check,
                             const struct schema_spot *spot)
{
    const Google__Protobuf__ListValue *list = spot->value->list_value;
    bool holds = true;
    for (size_t i = 0; i < list->n_values && (holds || !schema_is_quick(run)); i++) {
        if (!schema_is_marked(&run->marks, i)) {
            holds = schema_holds_below(run, check->node, spot, NULL, i, list->values[i]) && holds;
            schema_mark(&run->marks, i);
        }
    }
    return holds;
}

static const struct schema_keyword list_min_items = { "minItems", list_min, SCHEMA_BIT(SCHEMA_LIST),
                                                      false };
static const struct schema_keyword list_max_items = { "maxItems", list_max, SCHEMA_BIT(SCHEMA_LIST),
                                                      false };
static const struct schema_keyword list_unique_items = { "uniqueItems", list_unique,
                                                         SCHEMA_BIT(SCHEMA_LIST), false };
static const struct schema_keyword list_items_are = { "items", list_items, SCHEMA_BIT(SCHEMA_LIST),
                                                      false };
static const struct schema_keyword list_contains_some = { "contains", list_contains,
                                                          SCHEMA_BIT(SCHEMA_LIST), false };
static const struct schema_keyword list_others = { "unevaluatedItems", list_unevaluated,
                                                   SCHEMA_BIT(SCHEMA_LIST), false };

static bool list_compile_unique(struct schema_draft *draft)
{
    const Google__Protobuf__Value *unique = schema_draft_get(draft, "uniqueItems");
    if (unique != NULL && schema_kind(unique) != SCHEMA_BOOLEAN) {
        return schema_draft_fail(draft, "uniqueItems", "true or false");
    }
    if (unique != NULL && unique->bool_value) {
        schema_draft_add(draft, &list_unique_items);
    }
    return true;
}

static bool list_compile_items(struct schema_draft *draft)
{
    const Google__Protobuf__Value *first = schema_draft_get(draft, "prefixItems");
    const Google__Protobuf__Value *rest = schema_draft_get(draft, "items");
    if (first == NULL && rest == NULL) {
        return true;
    }
    if (rest != NULL && schema_kind(rest) == SCHEMA_LIST) {
        return schema_draft_fail(draft, "items", "a schema (an array of them is 'prefixItems')");
    }
    struct schema_items *items = cel_alloc(&draft->compiler->run, sizeof *items);
    if (items == NULL) {
        return false;
    }
    *items = (struct schema_items){ 0 };
    schema_draft_add(draft, &list_items_are)->items = items;
    return (first == NULL ||
            schema_draft_list(draft, "prefixItems", &items->first, &items->first_count)) &&
           (rest == NULL || schema_draft_node(draft, "items", rest, &items->rest));
}

static bool list_compile_contains(struct schema_draft *draft)
{
    const Google__Protobuf__Value *node = schema_draft_get(draft, "contains");
    double min = 1, max = HUGE_VAL;
    if (!schema_draft_size(draft, "minContains", &min) ||
        !schema_draft_size(draft, "maxContains", &max)) {
        return false;
    }
    if (node == NULL) {
        return true;
    }
    struct schema_contains *contains = cel_alloc(&draft->compiler->run, sizeof *contains);
    if (contains == NULL) {
        return false;
    }
    *contains = (struct schema_contains){ NULL, min, max };
    schema_draft_add(draft, &list_contains_some)->contains = contains;
    return schema_draft_node(draft, "contains", node, &contains->node);
}

bool schema_compile_lists(struct schema_draft *draft)
{
    return schema_draft_limit(draft, &list_min_items) &&
           schema_draft_limit(draft, &list_max_items) && list_compile_unique(draft) &&
           list_compile_items(draft) && list_compile_contains(draft);
}

bool schema_compile_other_items(struct schema_draft *draft)
{
    const Google__Protobuf__Value *others = schema_draft_get(draft, "unevaluatedItems");
    draft->node->collects = draft->node->collects || others != NULL;
    return others == NULL || schema_draft_node(draft, "unevaluatedItems", others,
                                               &schema_draft_add(draft, &list_others)->node);
}
