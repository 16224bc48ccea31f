/* Operators: arithmetic with overflow as an error, order, equality, membership, indexing. */
#include <math.h>

#include "core/cel/program.h"
#include "core/cel/standard.h"

static bool cel_overflow(struct cel_run *run, const char *type)
{
    return cel_fail(run, "expected a result within the range of %s", type);
}

static bool cel_by_zero(struct cel_run *run)
{
    return cel_fail(run, "expected a divisor that is not 0");
}

static bool cel_not(struct cel_run *run, const struct cel_value *args, struct cel_value *result)
{
    (void)run;
    *result = cel_bool(!args[0].boolean);
    return true;
}

static bool cel_negate_int(struct cel_run *run, const struct cel_value *args,
                           struct cel_value *result)
{
    *result = cel_int(-(args[0].integer == INT64_MIN ? 0 : args[0].integer));
    return args[0].integer != INT64_MIN || cel_overflow(run, "int");
}

static bool cel_negate_double(struct cel_run *run, const struct cel_value *args,
                              struct cel_value *result)
{
    (void)run;
    *result = cel_double(-args[0].number);
    return true;
}

static bool cel_add_int(struct cel_run *run, const struct cel_value *args, struct cel_value *result)
{
    *result = cel_int(0);
    return !__builtin_add_overflow(args[0].integer, args[1].integer, &result->integer) ||
           cel_overflow(run, "int");
}

static bool cel_subtract_int(struct cel_run *run, const struct cel_value *args,
                             struct cel_value *result)
{
    *result = cel_int(0);
    return !__builtin_sub_overflow(args[0].integer, args[1].integer, &result->integer) ||
           cel_overflow(run, "int");
}

static bool cel_multiply_int(struct cel_run *run, const struct cel_value *args,
                             struct cel_value *result)
{
    *result = cel_int(0);
    return !__builtin_mul_overflow(args[0].integer, args[1].integer, &result->integer) ||
           cel_overflow(run, "int");
}

static bool cel_divide_int(struct cel_run *run, const struct cel_value *args,
                           struct cel_value *result)
{
    if (args[1].integer == 0) {
        return cel_by_zero(run);
    }
    if (args[0].integer == INT64_MIN && args[1].integer == -1) {
        return cel_overflow(run, "int");
    }
    *result = cel_int(args[0].integer / args[1].integer);
    return true;
}

static bool cel_modulo_int(struct cel_run *run, const struct cel_value *args,
                           struct cel_value *result)
{
    if (args[1].integer == 0) {
        return cel_by_zero(run);
    }
    if (args[0].integer == INT64_MIN && args[1].integer == -1) {
        return cel_overflow(run, "int");
    }
    *result = cel_int(args[0].integer % args[1].integer);
    return true;
}

static bool cel_add_uint(struct cel_run *run, const struct cel_value *args,
                         struct cel_value *result)
{
    *result = cel_uint(0);
    return !__builtin_add_overflow(args[0].unsigned_integer, args[1].unsigned_integer,
                                   &result->unsigned_integer) ||
           cel_overflow(run, "uint");
}

static bool cel_subtract_uint(struct cel_run *run, const struct cel_value *args,
                              struct cel_value *result)
{
    *result = cel_uint(0);
    return !__builtin_sub_overflow(args[0].unsigned_integer, args[1].unsigned_integer,
                                   &result->unsigned_integer) ||
           cel_overflow(run, "uint");
}

static bool cel_multiply_uint(struct cel_run *run, const struct cel_value *args,
                              struct cel_value *result)
{
    *result = cel_uint(0);
    return !__builtin_mul_overflow(args[0].unsigned_integer, args[1].unsigned_integer,
                                   &result->unsigned_integer) ||
           cel_overflow(run, "uint");
}

static bool cel_divide_uint(struct cel_run *run, const struct cel_value *args,
                            struct cel_value *result)
{
    if (args[1].unsigned_integer == 0) {
        return cel_by_zero(run);
    }
    *result = cel_uint(args[0].unsigned_integer / args[1].unsigned_integer);
    return true;
}

static bool cel_modulo_uint(struct cel_run *run, const struct cel_value *args,
                            struct cel_value *result)
{
    if (args[1].unsigned_integer == 0) {
        return cel_by_zero(run);
    }
    *result = cel_uint(args[0].unsigned_integer % args[1].unsigned_integer);
    return true;
}

static bool cel_add_double(struct cel_run *run, const struct cel_value *args,
                           struct cel_value *result)
{
    (void)run;
    *result = cel_double(args[0].number + args[1].number);
    return true;
}

static bool cel_subtract_double(struct cel_run *run, const struct cel_value *args,
                                struct cel_value *result)
{
    (void)run;
    *result = cel_double(args[0].number - args[1].number);
    return true;
}

static bool cel_multiply_double(struct cel_run *run, const struct cel_value *args,
                                struct cel_value *result)
{
    (void)run;
    *result = cel_double(args[0].number * args[1].number);
    return true;
}

static bool cel_divide_double(struct cel_run *run, const struct cel_value *args,
                              struct cel_value *result)
{
    (void)run;
    *result = cel_double(args[0].number / args[1].number);
    return true;
}

/* Strings and bytes. */
static bool cel_add_string(struct cel_run *run, const struct cel_value *args,
                           struct cel_value *result)
{
    size_t size = (size_t)args[0].size + args[1].size;
    char *both = size > UINT32_MAX ? NULL : cel_alloc(run, size);
    if (both == NULL) {
        return size <= UINT32_MAX ? false : cel_fail_memory(run);
    }
    if (args[0].size > 0) {
        memcpy(both, args[0].data, args[0].size);
    }
    if (args[1].size > 0) {
        memcpy(both + args[0].size, args[1].data, args[1].size);
    }
    *result = (struct cel_value){ .kind = args[0].kind, .size = (uint32_t)size, .data = both };
    return true;
}

static bool cel_add_list(struct cel_run *run, const struct cel_value *args,
                         struct cel_value *result)
{
    const struct cel_list *a = args[0].list, *b = args[1].list;
    struct cel_value *items;
    if (a->count > UINT32_MAX - b->count ||
        !cel_list_new(run, a->count + b->count, &items, result)) {
        return run->error.kind != CEL_ERROR_NONE ? false : cel_fail_memory(run);
    }
    if (a->count > 0) {
        memcpy(items, a->items, a->count * sizeof *items);
    }
    if (b->count > 0) {
        memcpy(items + a->count, b->items, b->count * sizeof *items);
    }
    return true;
}

static bool cel_equals(struct cel_run *run, const struct cel_value *args, struct cel_value *result)
{
    *result = cel_bool(false);
    return cel_equal(run, args[0], args[1], &result->boolean);
}

static bool cel_differs(struct cel_run *run, const struct cel_value *args, struct cel_value *result)
{
    bool equal;
    if (!cel_equal(run, args[0], args[1], &equal)) {
        return false;
    }
    *result = cel_bool(!equal);
    return true;
}

/* Whether the order of the operands is in the set. */
static bool cel_relate(struct cel_run *run, const struct cel_value *args, uint32_t relation,
                       struct cel_value *result)
{
    int order;
    if (!cel_compare(run, args[0], args[1], &order)) {
        return false;
    }
    *result = cel_bool(order != CEL_UNORDERED && cel_relation_holds(relation, order));
    return true;
}

static bool cel_less(struct cel_run *run, const struct cel_value *args, struct cel_value *result)
{
    return cel_relate(run, args, CEL_RELATION_LESS, result);
}

static bool cel_less_equal(struct cel_run *run, const struct cel_value *args,
                           struct cel_value *result)
{
    return cel_relate(run, args, CEL_RELATION_LESS_EQUAL, result);
}

static bool cel_greater(struct cel_run *run, const struct cel_value *args, struct cel_value *result)
{
    return cel_relate(run, args, CEL_RELATION_GREATER, result);
}

static bool cel_greater_equal(struct cel_run *run, const struct cel_value *args,
                              struct cel_value *result)
{
    return cel_relate(run, args, CEL_RELATION_GREATER_EQUAL, result);
}

static bool cel_in_list(struct cel_run *run, const struct cel_value *args, struct cel_value *result)
{
    const struct cel_list *list = args[1].list;
    *result = cel_bool(false);
    for (uint32_t i = 0; i < list->count && !result->boolean; i++) {
        if (!cel_equal(run, args[0], list->items[i], &result->boolean)) {
            return false;
        }
    }
    return true;
}

static bool cel_in_map(struct cel_run *run, const struct cel_value *args, struct cel_value *result)
{
    const struct cel_value *found;
    if (!cel_map_find(run, args[1].map, args[0], &found)) {
        return false;
    }
    *result = cel_bool(found != NULL);
    return true;
}

/* An index of any numeric kind that is a whole number. */
static bool cel_index_number(struct cel_run *run, struct cel_value index, uint64_t *at)
{
    if (index.kind == CEL_INT || index.kind == CEL_UINT) {
        *at = index.kind == CEL_INT && index.integer < 0 ? UINT64_MAX : index.unsigned_integer;
        return true;
    }
    if (index.kind == CEL_DOUBLE && index.number >= 0 && index.number < 0x1p32 &&
        (double)(uint64_t)index.number == index.number) {
        *at = (uint64_t)index.number;
        return true;
    }
    return cel_fail(run, "expected an int as index, but found %s", cel_kind_name(index.kind));
}

/* *found NULL: there is nothing at that index or key. */
static bool cel_index_find(struct cel_run *run, struct cel_value of, struct cel_value index,
                           const struct cel_value **found)
{
    if (of.kind == CEL_MAP) {
        return cel_map_find(run, of.map, index, found);
    }
    if (of.kind != CEL_LIST) {
        return cel_fail(run, "expected a list or map to index, but found %s",
                        cel_kind_name(of.kind));
    }
    uint64_t at = 0;
    if (!cel_index_number(run, index, &at)) {
        return false;
    }
    *found = at < of.list->count ? &of.list->items[at] : NULL;
    return true;
}

static bool cel_index_missing(struct cel_run *run, struct cel_value of, struct cel_value index)
{
    if (of.kind == CEL_LIST) {
        return cel_fail(
            run, "expected an index below %u, but it is %lld", of.list->count,
            (long long)(index.kind == CEL_DOUBLE ? (int64_t)index.number : index.integer));
    }
    if (index.kind == CEL_STRING) {
        return cel_fail(run, "expected a map with the key '%.*s'", STR_ARG(cel_str(index)));
    }
    return cel_fail(run, "expected a map with that key of type %s", cel_kind_name(index.kind));
}

/* Optionals are looked into, and the answer is an optional, too. */
static bool cel_index_optional(struct cel_run *run, const struct cel_value *args,
                               struct cel_value *result)
{
    const struct cel_value *found = NULL;
    struct cel_value of = args[0];
    if (of.kind == CEL_OPTIONAL) {
        if (of.content == NULL) {
            *result = cel_optional(NULL);
            return true;
        }
        of = *of.content;
    }
    if (!cel_index_find(run, of, args[1], &found)) {
        return false;
    }
    *result = cel_optional(found);
    return true;
}

static bool cel_index(struct cel_run *run, const struct cel_value *args, struct cel_value *result)
{
    if (args[0].kind == CEL_OPTIONAL) {
        return cel_index_optional(run, args, result);
    }
    const struct cel_value *found;
    if (!cel_index_find(run, args[0], args[1], &found)) {
        return false;
    }
    if (found == NULL) {
        return cel_index_missing(run, args[0], args[1]);
    }
    *result = *found;
    return true;
}

#define OPERATOR(name_, id_, function_, result_, ...)                                   \
    {                                                                                   \
        .name = name_, .id = id_, .function = function_, .result = &cel_type_##result_, \
        .params = {                                                                     \
            __VA_ARGS__                                                                 \
        }                                                                               \
    }
#define GENERIC(name_, id_, cost_, function_, result_, ...)                  \
    {                                                                        \
        .name = name_, .id = id_, .generic = true, .cost = CEL_COST_##cost_, \
        .function = function_, .result = &cel_type_##result_, .params = {    \
            __VA_ARGS__                                                      \
        }                                                                    \
    }
#define JOIN(name_, id_, function_, result_, ...)                              \
    {                                                                          \
        .name = name_, .id = id_, .cost = CEL_COST_ARGS, .size = CEL_SIZE_SUM, \
        .function = function_, .result = &cel_type_##result_, .params = {      \
            __VA_ARGS__                                                        \
        }                                                                      \
    }
#define CROSS(name_, id_, function_, a, b)                                              \
    {                                                                                   \
        .name = name_, .id = id_, .generic = true, .late = true, .function = function_, \
        .result = &cel_type_bool, .params = {                                           \
            &cel_type_##a,                                                              \
            &cel_type_##b                                                               \
        }                                                                               \
    }
#define BOTH(type) &cel_type_##type, &cel_type_##type

#define ORDER(name_, word, fn)                                             \
    GENERIC(name_, word "_bool", ONE, fn, bool, BOTH(bool)),               \
        GENERIC(name_, word "_int64", ONE, fn, bool, BOTH(int)),           \
        GENERIC(name_, word "_uint64", ONE, fn, bool, BOTH(uint)),         \
        GENERIC(name_, word "_double", ONE, fn, bool, BOTH(double)),       \
        GENERIC(name_, word "_string", ARGS, fn, bool, BOTH(string)),      \
        GENERIC(name_, word "_bytes", ARGS, fn, bool, BOTH(bytes)),        \
        GENERIC(name_, word "_timestamp", ONE, fn, bool, BOTH(timestamp)), \
        GENERIC(name_, word "_duration", ONE, fn, bool, BOTH(duration)),   \
        CROSS(name_, word "_int64_double", fn, int, double),               \
        CROSS(name_, word "_int64_uint64", fn, int, uint),                 \
        CROSS(name_, word "_uint64_double", fn, uint, double),             \
        CROSS(name_, word "_uint64_int64", fn, uint, int),                 \
        CROSS(name_, word "_double_int64", fn, double, int),               \
        CROSS(name_, word "_double_uint64", fn, double, uint)

static const struct cel_type cel_type_optional_list_a = { .kind = CEL_OPTIONAL,
                                                          .name = { "optional_type", 13 },
                                                          .params = { &cel_type_list_a } };
static const struct cel_type cel_type_optional_map_ab = { .kind = CEL_OPTIONAL,
                                                          .name = { "optional_type", 13 },
                                                          .params = { &cel_type_map_ab } };
static const struct cel_type cel_type_optional_b = { .kind = CEL_OPTIONAL,
                                                     .name = { "optional_type", 13 },
                                                     .params = { &cel_type_b } };

static const struct cel_overload cel_operator_rows[] = {
    OPERATOR("!_", "logical_not", cel_not, bool, &cel_type_bool),
    OPERATOR("-_", "negate_int64", cel_negate_int, int, &cel_type_int),
    OPERATOR("-_", "negate_double", cel_negate_double, double, &cel_type_double),
    OPERATOR("_+_", "add_int64", cel_add_int, int, BOTH(int)),
    OPERATOR("_+_", "add_uint64", cel_add_uint, uint, BOTH(uint)),
    OPERATOR("_+_", "add_double", cel_add_double, double, BOTH(double)),
    JOIN("_+_", "add_string", cel_add_string, string, BOTH(string)),
    JOIN("_+_", "add_bytes", cel_add_string, bytes, BOTH(bytes)),
    JOIN("_+_", "add_list", cel_add_list, list_a, BOTH(list_a)),
    OPERATOR("_-_", "subtract_int64", cel_subtract_int, int, BOTH(int)),
    OPERATOR("_-_", "subtract_uint64", cel_subtract_uint, uint, BOTH(uint)),
    OPERATOR("_-_", "subtract_double", cel_subtract_double, double, BOTH(double)),
    OPERATOR("_*_", "multiply_int64", cel_multiply_int, int, BOTH(int)),
    OPERATOR("_*_", "multiply_uint64", cel_multiply_uint, uint, BOTH(uint)),
    OPERATOR("_*_", "multiply_double", cel_multiply_double, double, BOTH(double)),
    OPERATOR("_/_", "divide_int64", cel_divide_int, int, BOTH(int)),
    OPERATOR("_/_", "divide_uint64", cel_divide_uint, uint, BOTH(uint)),
    OPERATOR("_/_", "divide_double", cel_divide_double, double, BOTH(double)),
    OPERATOR("_%_", "modulo_int64", cel_modulo_int, int, BOTH(int)),
    OPERATOR("_%_", "modulo_uint64", cel_modulo_uint, uint, BOTH(uint)),
    GENERIC("_==_", "equals", DEEP, cel_equals, bool, BOTH(a)),
    GENERIC("_!=_", "not_equals", DEEP, cel_differs, bool, BOTH(a)),
    ORDER("_<_", "less", cel_less),
    ORDER("_<=_", "less_equals", cel_less_equal),
    ORDER("_>_", "greater", cel_greater),
    ORDER("_>=_", "greater_equals", cel_greater_equal),
    { .name = "@in",
      .id = "in_list",
      .cost = CEL_COST_DEEP,
      .function = cel_in_list,
      .result = &cel_type_bool,
      .params = { &cel_type_a, &cel_type_list_a } },
    { .name = "@in",
      .id = "in_map",
      .cost = CEL_COST_ARGS,
      .function = cel_in_map,
      .result = &cel_type_bool,
      .params = { &cel_type_a, &cel_type_map_ab } },
    GENERIC("_[_]", "index_list", ONE, cel_index, a, &cel_type_list_a, &cel_type_int),
    GENERIC("_[_]", "index_map", ONE, cel_index, b, &cel_type_map_ab, &cel_type_a),
    GENERIC("_[_]", "optional_list_index_int", ONE, cel_index, optional_a,
            &cel_type_optional_list_a, &cel_type_int),
    GENERIC("_[_]", "optional_map_index_value", ONE, cel_index, optional_b,
            &cel_type_optional_map_ab, &cel_type_a),
    GENERIC("_[?_]", "list_optindex_optional_int", ONE, cel_index_optional, optional_a,
            &cel_type_list_a, &cel_type_int),
    GENERIC("_[?_]", "map_optindex_optional_value", ONE, cel_index_optional, optional_b,
            &cel_type_map_ab, &cel_type_a),
    GENERIC("_[?_]", "optional_list_optindex_optional_int", ONE, cel_index_optional, optional_a,
            &cel_type_optional_list_a, &cel_type_int),
    GENERIC("_[?_]", "optional_map_optindex_optional_value", ONE, cel_index_optional, optional_b,
            &cel_type_optional_map_ab, &cel_type_a),
};

const struct cel_overload_table cel_operators = CEL_TABLE(cel_operator_rows);
