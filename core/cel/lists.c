/* Functions over lists: parts, order, sets, sums. */
#include "core/cel/program.h"
#include "core/cel/sort.h"
#include "core/cel/standard.h"

static bool cel_list_slice(struct cel_run *run, const struct cel_value *args,
                           struct cel_value *result)
{
    int64_t from = args[1].integer, to = args[2].integer, count = args[0].list->count;
    if (from < 0 || to < from || to > count) {
        return cel_fail(run, "expected 0 <= from <= to <= %lld, but they are %lld and %lld",
                        (long long)count, (long long)from, (long long)to);
    }
    return cel_list_of(run, args[0].list->items + from, (uint32_t)(to - from), result);
}

static bool cel_list_end(struct cel_run *run, const struct cel_list *list, bool last,
                         struct cel_value *result)
{
    *result = cel_optional(NULL);
    return list->count == 0 ||
           cel_optional_new(run, list->items[last ? list->count - 1 : 0], result);
}

static bool cel_list_first(struct cel_run *run, const struct cel_value *args,
                           struct cel_value *result)
{
    return cel_list_end(run, args[0].list, false, result);
}

static bool cel_list_last(struct cel_run *run, const struct cel_value *args,
                          struct cel_value *result)
{
    return cel_list_end(run, args[0].list, true, result);
}

static bool cel_list_range(struct cel_run *run, const struct cel_value *args,
                           struct cel_value *result)
{
    enum { RANGE_MAX = 1000000 };
    struct cel_value *items;
    int64_t count = args[0].integer;
    if (count < 0 || count > RANGE_MAX) {
        return cel_fail(run, "expected a size of 0 to %d, but it is %lld", RANGE_MAX,
                        (long long)count);
    }
    if (!cel_list_new(run, (uint32_t)count, &items, result)) {
        return false;
    }
    for (int64_t i = 0; i < count; i++) {
        items[i] = cel_int(i);
    }
    return true;
}

static bool cel_list_reverse(struct cel_run *run, const struct cel_value *args,
                             struct cel_value *result)
{
    const struct cel_list *list = args[0].list;
    struct cel_value *items;
    if (!cel_list_new(run, list->count, &items, result)) {
        return false;
    }
    for (uint32_t i = 0; i < list->count; i++) {
        items[i] = list->items[list->count - 1 - i];
    }
    return true;
}

static bool cel_list_distinct(struct cel_run *run, const struct cel_value *args,
                              struct cel_value *result)
{
    const struct cel_list *list = args[0].list;
    struct cel_value *items;
    uint32_t count = 0;
    if (!cel_list_new(run, list->count, &items, result)) {
        return false;
    }
    for (uint32_t i = 0; i < list->count; i++) {
        bool known = false;
        for (uint32_t j = 0; j < count && !known; j++) {
            if (!cel_equal(run, list->items[i], items[j], &known)) {
                return false;
            }
        }
        if (!known) {
            items[count++] = list->items[i];
        }
    }
    return cel_list_of(run, items, count, result);
}

/* Items that flattening gives; the depth is bounded by that of values. */
static bool cel_flat_count(struct cel_run *run, const struct cel_list *list, int64_t depth,
                           uint64_t *count)
{
    if (!cel_charge(run, 1 + (uint64_t)list->count)) {
        return false;
    }
    for (uint32_t i = 0; i < list->count; i++) {
        if (list->items[i].kind != CEL_LIST || depth == 0) {
            ++*count;
        } else if (!cel_flat_count(run, list->items[i].list, depth - 1, count)) {
            return false;
        }
    }
    return true;
}

static void cel_flat_copy(const struct cel_list *list, int64_t depth, struct cel_value **next)
{
    for (uint32_t i = 0; i < list->count; i++) {
        if (list->items[i].kind != CEL_LIST || depth == 0) {
            *(*next)++ = list->items[i];
        } else {
            cel_flat_copy(list->items[i].list, depth - 1, next);
        }
    }
}

static bool cel_list_flatten_by(struct cel_run *run, const struct cel_list *list, int64_t depth,
                                struct cel_value *result)
{
    enum { FLATTEN_DEPTH_MAX = 64 };
    uint64_t count = 0;
    struct cel_value *items;
    if (depth < 0) {
        return cel_fail(run, "expected a depth that is not negative, but it is %lld",
                        (long long)depth);
    }
    depth = depth > FLATTEN_DEPTH_MAX ? FLATTEN_DEPTH_MAX : depth;
    if (!cel_flat_count(run, list, depth, &count)) {
        return false;
    }
    if (count > UINT32_MAX) {
        return cel_fail_gas(run);
    }
    if (!cel_list_new(run, (uint32_t)count, &items, result)) {
        return false;
    }
    cel_flat_copy(list, depth, &items);
    return true;
}

static bool cel_list_flatten(struct cel_run *run, const struct cel_value *args,
                             struct cel_value *result)
{
    return cel_list_flatten_by(run, args[0].list, 1, result);
}

static bool cel_list_flatten_depth(struct cel_run *run, const struct cel_value *args,
                                   struct cel_value *result)
{
    return cel_list_flatten_by(run, args[0].list, args[1].integer, result);
}

static bool cel_list_compare(struct cel_run *run, const void *of, uint32_t a, uint32_t b,
                             int *order)
{
    const struct cel_list *keys = of;
    return cel_compare(run, keys->items[a], keys->items[b], order);
}

static bool cel_list_check_keys(struct cel_run *run, const struct cel_list *keys)
{
    for (uint32_t i = 0; i < keys->count; i++) {
        int ignored;
        if (keys->items[i].kind != keys->items[0].kind) {
            return cel_fail(run, "expected items of one type to sort, but found %s and %s",
                            cel_kind_name(keys->items[0].kind), cel_kind_name(keys->items[i].kind));
        }
        if (!cel_compare(run, keys->items[i], keys->items[i], &ignored)) {
            return false;
        }
    }
    return true;
}

static bool cel_list_sort_by_keys(struct cel_run *run, const struct cel_value *args,
                                  struct cel_value *result)
{
    const struct cel_list *list = args[0].list, *keys = args[1].list;
    struct cel_value *items;
    if (list->count != keys->count) {
        return cel_fail(run, "expected one key per item");
    }
    if (!cel_list_check_keys(run, keys)) {
        return false;
    }
    uint32_t *order = cel_sort(run, list->count, cel_list_compare, keys);
    if (order == NULL || !cel_list_new(run, list->count, &items, result)) {
        return false;
    }
    for (uint32_t i = 0; i < list->count; i++) {
        items[i] = list->items[order[i]];
    }
    return true;
}

static bool cel_list_sort(struct cel_run *run, const struct cel_value *args,
                          struct cel_value *result)
{
    const struct cel_value twice[2] = { args[0], args[0] };
    return cel_list_sort_by_keys(run, twice, result);
}

static bool cel_has_item(struct cel_run *run, const struct cel_list *list, struct cel_value item,
                         bool *has)
{
    *has = false;
    for (uint32_t i = 0; i < list->count && !*has; i++) {
        if (!cel_equal(run, list->items[i], item, has)) {
            return false;
        }
    }
    return true;
}

/* Whether all of `part` are in `list`. */
static bool cel_has_all(struct cel_run *run, const struct cel_list *list,
                        const struct cel_list *part, bool *all)
{
    *all = true;
    for (uint32_t i = 0; i < part->count && *all; i++) {
        if (!cel_has_item(run, list, part->items[i], all)) {
            return false;
        }
    }
    return true;
}

static bool cel_sets_contains(struct cel_run *run, const struct cel_value *args,
                              struct cel_value *result)
{
    *result = cel_bool(false);
    return cel_has_all(run, args[0].list, args[1].list, &result->boolean);
}

static bool cel_sets_equivalent(struct cel_run *run, const struct cel_value *args,
                                struct cel_value *result)
{
    *result = cel_bool(false);
    return cel_has_all(run, args[0].list, args[1].list, &result->boolean) &&
           (!result->boolean || cel_has_all(run, args[1].list, args[0].list, &result->boolean));
}

static bool cel_sets_intersects(struct cel_run *run, const struct cel_value *args,
                                struct cel_value *result)
{
    *result = cel_bool(false);
    for (uint32_t i = 0; i < args[0].list->count && !result->boolean; i++) {
        if (!cel_has_item(run, args[1].list, args[0].list->items[i], &result->boolean)) {
            return false;
        }
    }
    return true;
}

/* The sum of numbers of one kind; of none it is 0. */
static bool cel_list_sum(struct cel_run *run, const struct cel_value *args,
                         struct cel_value *result)
{
    const struct cel_list *list = args[0].list;
    struct cel_value sum = list->count == 0 ? cel_int(0) : list->items[0];
    if (sum.kind != CEL_INT && sum.kind != CEL_UINT && sum.kind != CEL_DOUBLE) {
        return cel_fail(run, "expected numbers to sum, but found %s", cel_kind_name(sum.kind));
    }
    for (uint32_t i = 1; i < list->count; i++) {
        struct cel_value item = list->items[i];
        bool over = false;
        if (!cel_charge(run, 1) || item.kind != sum.kind) {
            return item.kind == sum.kind ? false
                                         : cel_fail(run, "expected numbers of one type to sum");
        }
        if (sum.kind == CEL_DOUBLE) {
            sum.number += item.number;
        } else if (sum.kind == CEL_INT) {
            over = __builtin_add_overflow(sum.integer, item.integer, &sum.integer);
        } else {
            over = __builtin_add_overflow(sum.unsigned_integer, item.unsigned_integer,
                                          &sum.unsigned_integer);
        }
        if (over) {
            return cel_fail(run, "expected a sum within the range of %s", cel_kind_name(sum.kind));
        }
    }
    *result = sum;
    return true;
}

static bool cel_list_extreme(struct cel_run *run, const struct cel_list *list, int sign,
                             struct cel_value *result)
{
    if (list->count == 0) {
        return cel_fail(run, "expected a list with at least one item");
    }
    *result = list->items[0];
    for (uint32_t i = 0; i < list->count; i++) {
        int order;
        if (!cel_charge(run, 1) || !cel_compare(run, list->items[i], *result, &order)) {
            return false;
        }
        if (order != CEL_UNORDERED && order * sign > 0) {
            *result = list->items[i];
        }
    }
    return true;
}

static bool cel_list_min(struct cel_run *run, const struct cel_value *args,
                         struct cel_value *result)
{
    return cel_list_extreme(run, args[0].list, -1, result);
}

static bool cel_list_max(struct cel_run *run, const struct cel_value *args,
                         struct cel_value *result)
{
    return cel_list_extreme(run, args[0].list, 1, result);
}

#define LIST_SIZED(name_, id_, cost_, size_, fn, result_, ...)                               \
    {                                                                                        \
        .name = name_, .id = id_, .member = true, .cost = CEL_COST_##cost_,                  \
        .size = CEL_SIZE_##size_, .function = fn, .result = &cel_type_##result_, .params = { \
            &cel_type_##__VA_ARGS__                                                          \
        }                                                                                    \
    }
#define LIST(name_, id_, cost_, ...) LIST_SIZED(name_, id_, cost_, FIRST, __VA_ARGS__)
#define SETS(name_, id_, fn)                                                \
    {                                                                       \
        .name = name_, .id = id_, .cost = CEL_COST_PRODUCT, .function = fn, \
        .result = &cel_type_bool, .params = {                               \
            &cel_type_list_a,                                               \
            &cel_type_list_a                                                \
        }                                                                   \
    }

static const struct cel_overload cel_list_rows[] = {
    LIST("slice", "list_slice", ONE, cel_list_slice, list_a, list_a, &cel_type_int, &cel_type_int),
    LIST("first", "list_first", ONE, cel_list_first, optional_a, list_a),
    LIST("last", "list_last", ONE, cel_list_last, optional_a, list_a),
    LIST("reverse", "list_reverse", ARGS, cel_list_reverse, list_a, list_a),
    LIST("distinct", "list_distinct", SQUARE, cel_list_distinct, list_a, list_a),
    LIST_SIZED("flatten", "list_flatten", DEEP, FLAT, cel_list_flatten, list_dyn, list_a),
    LIST_SIZED("flatten", "list_flatten_int", DEEP, FLAT, cel_list_flatten_depth, list_dyn, list_a,
               &cel_type_int),
    LIST("sort", "list_sort", SORT, cel_list_sort, list_a, list_a),
    LIST("@sortByKeys", "list_sort_by_keys", SORT, cel_list_sort_by_keys, list_a, list_a,
         &cel_type_list_b),
    LIST("sum", "list_sum", ARGS, cel_list_sum, a, list_a),
    LIST("min", "list_min", ARGS, cel_list_min, a, list_a),
    LIST("max", "list_max", ARGS, cel_list_max, a, list_a),
    { .name = "lists.range",
      .id = "lists_range",
      .cost = CEL_COST_VARIABLE,
      .function = cel_list_range,
      .result = &cel_type_list_int,
      .params = { &cel_type_int } },
    SETS("sets.contains", "list_sets_contains_list", cel_sets_contains),
    SETS("sets.equivalent", "list_sets_equivalent_list", cel_sets_equivalent),
    SETS("sets.intersects", "list_sets_intersects_list", cel_sets_intersects),
};

const struct cel_overload_table cel_lists = CEL_TABLE(cel_list_rows);
