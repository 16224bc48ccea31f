/* Gas: the integer budget of one evaluation. It is charged before work and inside it (per element
 * compared, per byte copied, per step of the regex), so that no single call can run long. What
 * things cost is part of the CEL profile: a change is a new profile. */
#ifndef CORE_CEL_GAS_H
#define CORE_CEL_GAS_H

#include <stdbool.h>
#include <stdint.h>

/* Bytes read, compared or copied for one unit. */
enum { CEL_GAS_BYTES = 16 };

struct cel_gas {
    uint64_t left;
};

/* Takes `amount` from what is left; false, and nothing is left, when it is more than that. */
static inline bool cel_gas_charge(struct cel_gas *gas, uint64_t amount)
{
    if (amount > gas->left) {
        gas->left = 0;
        return false;
    }
    gas->left -= amount;
    return true;
}

/* What touching `size` bytes costs: at least 1. */
static inline uint64_t cel_gas_bytes(uint64_t size)
{
    return 1 + size / CEL_GAS_BYTES;
}

/* Steps of finding one of so many by halves. */
static inline uint64_t cel_gas_halves(uint64_t count)
{
    uint64_t steps = 1;
    for (; count > 1; count /= 2) {
        steps++;
    }
    return steps;
}

#endif
