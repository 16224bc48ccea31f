/* Stable sorting of numbered things, charged for by comparison. */
#ifndef CORE_CEL_SORT_H
#define CORE_CEL_SORT_H

#include "core/cel/run.h"

/* The order of things number a and b of what `of` points to: -1, 0 or 1, or
 * CEL_UNORDERED, which keeps them as they are. Charges what comparing takes. */
typedef bool cel_sort_compare(struct cel_run *run, const void *of, uint32_t a, uint32_t b,
                              int *order);

/* The numbers 0 to count - 1, sorted, in the run's arena; NULL with the error set. */
uint32_t *cel_sort(struct cel_run *run, uint32_t count, cel_sort_compare *compare, const void *of);

#endif
