/* Two logs that should tell one history. */
#ifndef TESTS_LIB_HISTORY_KIT_H
#define TESTS_LIB_HISTORY_KIT_H

#include "core/model/history.h"
#include "tests/lib/partition_kit.h"

/* An entity as one of org `acme`'s decisions left it, as packed bytes in an arena. */
void history_kit_entity(const struct partition *partition, struct arena *arena,
                        const Agency__V1__EntityRef *ref, uint64_t version, struct str *packed);

/* The rows of the same decision in both; fails the test unless both say the same, and so do all
 * that it has changed. */
void history_kit_compare(struct partition *partitions[2], struct arena *arena, uint64_t number,
                         const Agency__V1__DecisionRow *rows[2]);

#endif
