/* Changes in the order in which a batch writes them. Internal to core/store. */
#ifndef CORE_STORE_SORT_H
#define CORE_STORE_SORT_H

#include "core/store/store.h"

/* Gives a list of the changes (mem_free), by family, then by key; changes of one key stay in their
 * order. Borrows the changes. */
const struct store_change **store_sort(const struct store_change *changes, size_t count);

#endif
