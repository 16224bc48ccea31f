/* What was erased in a partition, by the rows that the fold keeps of it. */
#ifndef CORE_MODEL_ERASURES_H
#define CORE_MODEL_ERASURES_H

#include "core/store/store.h"

/* The data of a subject, or, where subject_id is empty, of all subjects of the org. */
typedef struct status erasures_take(void *context, struct str org_id, struct str subject_id);

/* Gives all that was erased from the partition's sequence *from on to `take`, and moves *from
 * behind what it has taken. Statuses of the store and of take. */
MUST_USE struct status erasures_each(struct store_reader *reader, uint64_t *from,
                                     erasures_take *take, void *context);

#endif
