/* Two logs that should tell one history. */
#ifndef TESTS_LIB_HISTORY_KIT_H
#define TESTS_LIB_HISTORY_KIT_H

#include "core/model/history.h"
#include "tests/lib/partition_kit.h"

/* An entity as one of org `acme`'s decisions left it, as packed bytes in an arena. */
void history_kit_entity(const struct partition *partition, struct arena *arena,
                        const Agency__V1__EntityRef *ref, uint64_t version, struct str *packed);

/* A row of the first log; the arena is emptied before the next. */
typedef void history_kit_row(void *context, const struct partition *lived, struct arena *arena,
                             const Agency__V1__DecisionRow *row);
/* Gives each decision that the first log has of the org in turn; fails the test unless the other
 * says the same of it, and of all that it has changed. */
void history_kit_each(struct partition_kit *lived, struct partition_kit *imported,
                      history_kit_row *take, void *context);

#endif
