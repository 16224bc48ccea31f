/* Sums and products of bounds, which stop at "unbounded", and the bounds of texts made of others.
 */
#ifndef CORE_CEL_BOUND_H
#define CORE_CEL_BOUND_H

#include "core/cel/ast.h"

static inline uint64_t cel_plus(uint64_t a, uint64_t b)
{
    uint64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? CEL_UNBOUNDED : sum;
}

static inline uint64_t cel_times(uint64_t a, uint64_t b)
{
    uint64_t product;
    if (a == 0 || b == 0) {
        return 0;
    }
    return __builtin_mul_overflow(a, b, &product) || a == CEL_UNBOUNDED || b == CEL_UNBOUNDED
               ? CEL_UNBOUNDED
               : product;
}

static inline uint64_t cel_larger(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static inline uint64_t cel_smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* The most that finding a key of so many units in a map of so many entries costs. */
static inline uint64_t cel_look_up(uint64_t count, uint64_t key)
{
    uint64_t halves = cel_gas_halves(cel_smaller(count, UINT32_MAX));
    return cel_plus(8, cel_times(halves, cel_plus(key, 1)));
}

/* The most that putting them in order costs; `keys`: units of all. */
static inline uint64_t cel_sort_keys(uint64_t count, uint64_t keys)
{
    uint64_t halves = cel_gas_halves(cel_smaller(count, UINT32_MAX));
    return cel_times(halves + 4, cel_plus(count, keys));
}

/* Units of so many bytes of text. */
static inline uint64_t cel_units(uint64_t bytes)
{
    return bytes == CEL_UNBOUNDED ? CEL_UNBOUNDED : 1 + bytes / CEL_GAS_BYTES;
}

bool cel_is_text(const struct cel_type *type);
/* Of a list's items or a map's values. */
const struct cel_type *cel_item_type(const struct cel_type *type);
/* Values of some types have one size, whatever they are. */
bool cel_is_small(const struct cel_type *type);

/* What a value of the type holds, by the sizes declared for it (0: unknown). */
struct cel_bound cel_bound_declared(const struct cel_type *type, uint32_t size_max,
                                    uint32_t item_max);
/* Values inside each other that take so many bytes: an item takes two at least, a text one per
 * byte. */
struct cel_bound cel_bound_data(uint32_t data_max);
struct cel_bound cel_bound_constant(struct cel_value value);
/* An item of what is bounded so. */
struct cel_bound cel_bound_item(const struct cel_bound *of, const struct cel_type *type);

/* What a call makes whose overload has that size, one of those after CEL_SIZE_SUM. */
struct cel_bound cel_bound_text(const struct cel_node *node, enum cel_size size);
/* The gas of format: printing, and sorting what maps hold. */
uint64_t cel_gas_format(const struct cel_node *node);

#endif
