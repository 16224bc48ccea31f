/* Random bytes of the kernel, for shells only (ids of processes, owners, epochs): what decides gets
 * randomness as a value. */
#ifndef CORE_BASE_RANDOM_H
#define CORE_BASE_RANDOM_H

#include <stddef.h>

/* Fills `out`; at most 256 bytes. Aborts when the kernel has none to give, which Linux does not do
 * after boot. */
void random_bytes(void *out, size_t size);

#endif
