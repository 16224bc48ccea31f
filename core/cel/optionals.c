/* Optionals: a value that may be missing. or and orValue are instructions of their own, since they
 * compute their argument only when it is needed; their rows are for the checker. */
#include "core/cel/program.h"
#include "core/cel/standard.h"

static bool cel_optional_of(struct cel_run *run, const struct cel_value *args,
                            struct cel_value *result)
{
    return cel_optional_new(run, args[0], result);
}

/* Whether the value is what an unset field of its type holds. */
static bool cel_is_zero(struct cel_run *run, struct cel_value value, bool *zero)
{
    switch (value.kind) {
    case CEL_NULL:
        *zero = true;
        return true;
    case CEL_STRING:
    case CEL_BYTES:
        *zero = value.size == 0;
        return true;
    case CEL_LIST:
        *zero = value.list->count == 0;
        return true;
    case CEL_MAP:
        *zero = value.map->count == 0;
        return true;
    case CEL_OPTIONAL:
        *zero = value.content == NULL;
        return true;
    case CEL_DOUBLE:
        *zero = value.number == 0;
        return true;
    case CEL_DURATION:
        *zero = value.seconds == 0 && value.nanos == 0;
        return true;
    case CEL_BOOL:
    case CEL_INT:
    case CEL_UINT:
        *zero = value.integer == 0;
        return true;
    case CEL_MESSAGE:;
        const struct cel_provider *provider = run->provider;
        void *empty;
        return provider->make(provider->self, run, provider->type_of(provider->self, value.message),
                              &empty) &&
               provider->equal(provider->self, run, value.message, empty, zero);
    default:
        *zero = false;
        return true;
    }
}

static bool cel_optional_of_non_zero(struct cel_run *run, const struct cel_value *args,
                                     struct cel_value *result)
{
    bool zero;
    if (!cel_is_zero(run, args[0], &zero)) {
        return false;
    }
    *result = cel_optional(NULL);
    return zero || cel_optional_new(run, args[0], result);
}

static bool cel_optional_none(struct cel_run *run, const struct cel_value *args,
                              struct cel_value *result)
{
    (void)run;
    (void)args;
    *result = cel_optional(NULL);
    return true;
}

static bool cel_optional_has_value(struct cel_run *run, const struct cel_value *args,
                                   struct cel_value *result)
{
    (void)run;
    *result = cel_bool(args[0].content != NULL);
    return true;
}

static bool cel_optional_value(struct cel_run *run, const struct cel_value *args,
                               struct cel_value *result)
{
    if (args[0].content == NULL) {
        return cel_fail(run, "expected an optional that has a value");
    }
    *result = *args[0].content;
    return true;
}

static bool cel_optional_or(struct cel_run *run, const struct cel_value *args,
                            struct cel_value *result)
{
    (void)run;
    *result = args[0].content != NULL ? args[0] : args[1];
    return true;
}

static bool cel_optional_or_value(struct cel_run *run, const struct cel_value *args,
                                  struct cel_value *result)
{
    (void)run;
    *result = args[0].content != NULL ? *args[0].content : args[1];
    return true;
}

/* The contents of those that have one. */
static bool cel_optional_unwrap(struct cel_run *run, const struct cel_value *args,
                                struct cel_value *result)
{
    const struct cel_list *list = args[0].list;
    struct cel_value *items;
    uint32_t count = 0;
    if (!cel_list_new(run, list->count, &items, result)) {
        return false;
    }
    for (uint32_t i = 0; i < list->count; i++) {
        if (list->items[i].kind != CEL_OPTIONAL) {
            return cel_fail(run, "expected a list of optionals, but found %s",
                            cel_kind_name(list->items[i].kind));
        }
        if (list->items[i].content != NULL) {
            items[count++] = *list->items[i].content;
        }
    }
    return cel_list_of(run, items, count, result);
}

static const struct cel_type cel_type_list_optional_a = { .kind = CEL_LIST,
                                                          .name = { "list", 4 },
                                                          .params = { &cel_type_optional_a } };

#define OPTIONAL(name_, id_, member_, size_, fn, result_, ...)                      \
    {                                                                               \
        .name = name_, .id = id_, .member = member_, .size = size_, .function = fn, \
        .result = &cel_type_##result_, .params = {                                  \
            __VA_ARGS__                                                             \
        }                                                                           \
    }

static const struct cel_overload cel_optional_rows[] = {
    OPTIONAL("optional.of", "optional_of", false, CEL_SIZE_FIRST, cel_optional_of, optional_a,
             &cel_type_a),
    OPTIONAL("optional.ofNonZeroValue", "optional_ofNonZeroValue", false, CEL_SIZE_FIRST,
             cel_optional_of_non_zero, optional_a, &cel_type_a),
    OPTIONAL("optional.none", "optional_none", false, CEL_SIZE_SMALL, cel_optional_none, optional_a,
             NULL),
    OPTIONAL("hasValue", "optional_hasValue", true, CEL_SIZE_SMALL, cel_optional_has_value, bool,
             &cel_type_optional_a),
    OPTIONAL("value", "optional_value", true, CEL_SIZE_FIRST, cel_optional_value, a,
             &cel_type_optional_a),
    OPTIONAL("or", "optional_or_optional", true, CEL_SIZE_SUM, cel_optional_or, optional_a,
             &cel_type_optional_a, &cel_type_optional_a),
    OPTIONAL("orValue", "optional_orValue_value", true, CEL_SIZE_SUM, cel_optional_or_value, a,
             &cel_type_optional_a, &cel_type_a),
    { .name = "optional.unwrap",
      .id = "optional_unwrap",
      .cost = CEL_COST_ARGS,
      .size = CEL_SIZE_FIRST,
      .function = cel_optional_unwrap,
      .result = &cel_type_list_a,
      .params = { &cel_type_list_optional_a } },
    { .name = "unwrapOpt",
      .id = "optional_unwrapOpt",
      .member = true,
      .cost = CEL_COST_ARGS,
      .size = CEL_SIZE_FIRST,
      .function = cel_optional_unwrap,
      .result = &cel_type_list_a,
      .params = { &cel_type_list_optional_a } },
};

const struct cel_overload_table cel_optionals = CEL_TABLE(cel_optional_rows);
