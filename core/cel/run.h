/* One evaluation: what it may use, and why it failed. All functions of the language have the shape
 * of cel_function: false means that `run->error` says why, and the result is not set.
 *
 * (No struct status here: these calls take nanoseconds, and a status is 256 bytes.) */
#ifndef CORE_CEL_RUN_H
#define CORE_CEL_RUN_H

#include "core/cel/gas.h"
#include "core/cel/value.h"

enum cel_error_kind {
    CEL_ERROR_NONE,
    CEL_ERROR_VALUE,  /* the expression's own: absorbed by || and && */
    CEL_ERROR_GAS,    /* used up: ends the evaluation */
    CEL_ERROR_MEMORY, /* the arena's cap: ends the evaluation */
};

enum { CEL_ERROR_MSG_MAX = 160 };

struct cel_error {
    enum cel_error_kind kind;
    uint32_t node; /* the AST node that failed; set by the evaluator */
    char msg[CEL_ERROR_MSG_MAX];
};

struct cel_provider;

struct cel_run {
    struct arena *arena; /* of the evaluation: intermediate values and the result */
    struct cel_gas gas;
    const struct cel_provider *provider; /* of messages; NULL when there are none */
    void *host;                          /* of the caller's own functions; NULL: none was given */
    uint32_t depth;                      /* of the walk over values inside each other; 0 outside */
    struct cel_error error;
};

/* Values inside each other that a walk follows: bounds its stack. */
enum { CEL_WALK_DEPTH_MAX = 128 };

/* A function of the language. `args` has as many values as the overload has parameters (a member's
 * receiver first), of exactly their kinds. */
typedef bool cel_function(struct cel_run *run, const struct cel_value *args,
                          struct cel_value *result);

/* Sets the error (lower case, what was expected, values in 'quotes'); always false. */
bool cel_fail(struct cel_run *run, const char *format, ...) PRINTF_LIKE(2, 3);
/* Sets the error of used up gas; always false. */
bool cel_fail_gas(struct cel_run *run);
/* Sets the error of a full arena; always false. */
bool cel_fail_memory(struct cel_run *run);

/* Charges gas before the work. */
static inline bool cel_charge(struct cel_run *run, uint64_t amount)
{
    return cel_gas_charge(&run->gas, amount) || cel_fail_gas(run);
}

/* Charges for touching `size` bytes. */
static inline bool cel_charge_bytes(struct cel_run *run, uint64_t size)
{
    return cel_charge(run, cel_gas_bytes(size));
}

/* One value deeper into a walk; false, with the error set, at the limit. cel_leave after each. */
bool cel_enter(struct cel_run *run);

static inline void cel_leave(struct cel_run *run)
{
    run->depth--;
}

/* Bytes of the evaluation's arena, charged for by size; NULL with the error set. */
void *cel_alloc(struct cel_run *run, size_t size);

/* A list of `count` values to fill in (at `*items`) before anybody else sees it. */
bool cel_list_new(struct cel_run *run, uint32_t count, struct cel_value **items,
                  struct cel_value *result);
/* A list of these values (borrowed). */
bool cel_list_of(struct cel_run *run, const struct cel_value *items, uint32_t count,
                 struct cel_value *result);
/* A map of these entries (taken; keys bool, int, uint or string). Fails on a key of another kind
 * and on keys that are equal. */
bool cel_map_new(struct cel_run *run, struct cel_entry *entries, uint32_t count,
                 struct cel_value *result);
/* The same, but of keys that are equal the last one's value stays, as in messages. */
bool cel_map_of_last(struct cel_run *run, struct cel_entry *entries, uint32_t count,
                     struct cel_value *result);
/* The value at the key (numbers match across int, uint and double); *found NULL if there is none.
 */
bool cel_map_find(struct cel_run *run, const struct cel_map *map, struct cel_value key,
                  const struct cel_value **found);
/* A copy of the bytes as string. */
bool cel_string_new(struct cel_run *run, struct str s, struct cel_value *result);
/* An optional with that content. */
bool cel_optional_new(struct cel_run *run, struct cel_value content, struct cel_value *result);

/* a == b as the language has it: numbers across kinds, NaN unequal to itself, maps unordered,
 * messages by the provider. Charged per element. */
bool cel_equal(struct cel_run *run, struct cel_value a, struct cel_value b, bool *equal);
enum { CEL_UNORDERED = 2 };
/* Order of two values of one ordered kind, numbers across kinds. *order below, at or above zero;
 * CEL_UNORDERED for NaN. Fails for other kinds. */
bool cel_compare(struct cel_run *run, struct cel_value a, struct cel_value b, int *order);

/* The type of the value, as `type(x)` gives it. */
bool cel_type_of(struct cel_run *run, struct cel_value value, const struct cel_type **type);

#endif
