/* Sizes, and the search in strings. */
#include "core/cel/program.h"
#include "core/cel/standard.h"
#include "core/cel/utf8.h"

static bool cel_size_string(struct cel_run *run, const struct cel_value *args,
                            struct cel_value *result)
{
    if (!cel_charge_bytes(run, args[0].size)) {
        return false;
    }
    *result = cel_int((int64_t)cel_utf8_count(cel_str(args[0])));
    return true;
}

static bool cel_size_bytes(struct cel_run *run, const struct cel_value *args,
                           struct cel_value *result)
{
    (void)run;
    *result = cel_int(args[0].size);
    return true;
}

static bool cel_size_list(struct cel_run *run, const struct cel_value *args,
                          struct cel_value *result)
{
    (void)run;
    *result = cel_int(args[0].list->count);
    return true;
}

static bool cel_size_map(struct cel_run *run, const struct cel_value *args,
                         struct cel_value *result)
{
    (void)run;
    *result = cel_int(args[0].map->count);
    return true;
}

static bool cel_contains(struct cel_run *run, const struct cel_value *args,
                         struct cel_value *result)
{
    if (!cel_charge_bytes(run, (uint64_t)args[0].size + args[1].size)) {
        return false;
    }
    bool found = args[1].size == 0 || (args[0].size > 0 && memmem(args[0].data, args[0].size,
                                                                  args[1].data, args[1].size));
    *result = cel_bool(found);
    return true;
}

static bool cel_starts_with(struct cel_run *run, const struct cel_value *args,
                            struct cel_value *result)
{
    *result = cel_bool(str_starts(cel_str(args[0]), cel_str(args[1])));
    return cel_charge_bytes(run, args[1].size);
}

static bool cel_ends_with(struct cel_run *run, const struct cel_value *args,
                          struct cel_value *result)
{
    struct str text = cel_str(args[0]), suffix = cel_str(args[1]);
    bool ends = text.size >= suffix.size && str_eq(str_from(text, text.size - suffix.size), suffix);
    *result = cel_bool(ends);
    return cel_charge_bytes(run, suffix.size);
}

#define SIZE(type, fn, cost_)                                                               \
    { .name = "size",                                                                       \
      .id = "size_" #type,                                                                  \
      .cost = cost_,                                                                        \
      .function = fn,                                                                       \
      .result = &cel_type_int,                                                              \
      .params = { &cel_type_##type } },                                                     \
    {                                                                                       \
        .name = "size", .id = #type "_size", .member = true, .cost = cost_, .function = fn, \
        .result = &cel_type_int, .params = {                                                \
            &cel_type_##type                                                                \
        }                                                                                   \
    }
#define SEARCH(name_, id_, fn)                                                           \
    {                                                                                    \
        .name = name_, .id = id_, .member = true, .cost = CEL_COST_ARGS, .function = fn, \
        .result = &cel_type_bool, .params = {                                            \
            &cel_type_string,                                                            \
            &cel_type_string                                                             \
        }                                                                                \
    }

static const struct cel_overload cel_collection_rows[] = {
    SIZE(string, cel_size_string, CEL_COST_ARGS),
    SIZE(bytes, cel_size_bytes, CEL_COST_ONE),
    SIZE(list_a, cel_size_list, CEL_COST_ONE),
    SIZE(map_ab, cel_size_map, CEL_COST_ONE),
    SEARCH("contains", "contains_string", cel_contains),
    SEARCH("startsWith", "starts_with_string", cel_starts_with),
    SEARCH("endsWith", "ends_with_string", cel_ends_with),
};

const struct cel_overload_table cel_collections = CEL_TABLE(cel_collection_rows);
