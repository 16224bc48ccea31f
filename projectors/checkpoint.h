/* Where a publisher goes on: the last record of what it publishes of a decision bears a checkpoint,
 * and nothing else is kept: the outcome, or, where nobody commanded the decision, its last event.
 * All that lies before the checkpoint is published, in its order. */
#ifndef PROJECTORS_CHECKPOINT_H
#define PROJECTORS_CHECKPOINT_H

#include "core/base/arena.h"
#include "core/evlog/chain.h"
#include "core/evlog/evlog.h"

#define CHECKPOINT_HEADER "agencygrid_checkpoint"

struct checkpoint {
    uint64_t publisher;  /* who sent the record that bears it */
    uint64_t last;       /* sequence of the record that bears it: published, too, but perhaps not
                            all that lies between */
    uint64_t offset;     /* in decisions: what lies before it is published */
    struct chain chain;  /* of the partition before that offset */
    uint64_t skip_below; /* publish only from this sequence on; for one that was found, not read */
    uint64_t end;        /* of outcomes and events, when it was found: what comes is somebody's */
};

/* The value of the header: publisher, last, offset, chain. */
enum { CHECKPOINT_SIZE = 3 * 8 + CHAIN_SIZE };

/* Appends CHECKPOINT_SIZE bytes. */
void checkpoint_encode(const struct checkpoint *checkpoint, struct buf *out);
/* The rest is zero. DATA_LOSS if it is none. */
MUST_USE struct status checkpoint_decode(struct str in, uint32_t level_known,
                                         struct checkpoint *checkpoint);

/* Puts it into the headers of a record. */
MUST_USE struct status checkpoint_mark(struct arena *arena, const struct checkpoint *checkpoint,
                                       struct evlog_item *item);

/* Keeps what is wanted of a record; `found` says whether it was there. */
typedef struct status checkpoint_visit(void *self, const struct evlog_record *record, bool *found);
/* Visits the last records of a stream, from `begin` to `end` of a partition, going back until one
 * has what is wanted; of those that have it the last is visited last. Waits for the log. */
MUST_USE struct status checkpoint_visit_last(struct evlog_reader *reader, uint32_t partition,
                                             uint64_t begin, uint64_t end, checkpoint_visit *visit,
                                             void *self, bool *found);

/* What checkpoints are found with, one after the other. The caller sets `log`, which it keeps open;
 * all else is zero. */
struct checkpoint_search {
    struct evlog *log;
    uint32_t level_known;
    /* NULL until needed; each a client of its own on Kafka, so they are kept. */
    struct evlog_reader *outcomes;
    struct evlog_reader *events;
};
/* Closes what was opened. */
void checkpoint_search_release(struct checkpoint_search *search);

/* Finds where to go on in a partition: by the last of the outcomes, or the last of the events,
 * whichever was published later; where retention has dropped all outcomes, by the decision of the
 * last event; else at the beginning. Waits for the log. DATA_LOSS: the checkpoint is damaged or of
 * another partition. UNAVAILABLE. */
MUST_USE struct status checkpoint_find(struct checkpoint_search *search, uint32_t partition,
                                       struct checkpoint *checkpoint);

#endif
