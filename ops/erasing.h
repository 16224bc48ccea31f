/* Erasing: the keys of what was erased are destroyed wherever there is a keyring, as soon as the
 * store has the decision, and again at each start: a process may die between the two. */
#ifndef OPS_ERASING_H
#define OPS_ERASING_H

#include "core/keyring/keyring.h"
#include "core/store/store.h"

/* Destroys the keys of all that was erased from the partition's sequence *from on, and moves *from
 * behind that. Statuses of erasures_each and keyring_destroy. */
MUST_USE struct status erasing_of(struct store_reader *reader, const struct keyring *keyring,
                                  uint64_t *from);

#endif
