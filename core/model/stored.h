/* A store as of one moment, as a source. Entities are decoded once and kept: the working set of one
 * request, or of a decider across the writes of its store. */
#ifndef CORE_MODEL_STORED_H
#define CORE_MODEL_STORED_H

#include "agency/v1/decision.pb-c.h"
#include "core/base/hmap.h"
#include "core/model/row_cache.h"
#include "core/model/source.h"
#include "core/store/store.h"

/* Index rows that were gone at the moment, or not there yet, and lie between those that a question
 * looks for: whoever may make and end rows could pile up any number, and they are no look-ups of
 * the domain. As many as the dearest question has look-ups. */
enum { STORED_DEAD_MAX = 1000000 };

struct stored {
    struct source source;
    struct store_reader *reader;
    uint64_t as_of;
    struct arena arena;   /* of the entities and their keys */
    struct hmap entities; /* key -> the message, NULL where there is none */
    struct row_cache rows;
    struct hmap decisions; /* key -> Agency__V1__DecisionRow */
    size_t dead_left;      /* of a past moment: index rows that may still be passed */
};

/* Borrows the reader. Of a past moment, more than STORED_DEAD_MAX rows passed are
 * RESOURCE_EXHAUSTED. `as_of` is an org_sequence, so a past moment is that of one org; or
 * STORE_LATEST. Entities take at most `memory_max` bytes: above it a read is RESOURCE_EXHAUSTED. */
void stored_init(struct stored *stored, struct store_reader *reader, uint64_t as_of,
                 size_t memory_max);
/* A zeroed one is fine. */
void stored_release(struct stored *stored);

/* A decision that the store has, decoded once; it lives as long as what is kept. DATA_LOSS: it has
 * none of this number. */
MUST_USE struct status stored_decision(struct stored *stored, struct str org_id,
                                       uint64_t org_sequence, const Agency__V1__DecisionRow **row);

/* True when more than half of the memory is used: it is time for stored_renew. */
bool stored_crowded(const struct stored *stored);
/* Goes on with a later reader, or the same: forgets the entities that were changed, or all when it
 * is crowded. What was given before is invalid. */
MUST_USE struct status stored_renew(struct stored *stored, struct store_reader *reader,
                                    const struct store_change *changes, size_t changes_count);

#endif
