/* What is said of a decision to everybody: one record of events for each event, as a CloudEvent in
 * the binary mode of its Kafka binding 1.0.2 (attributes as headers `ce_...`, the data as value),
 * and one record of outcomes. All that is given lies in the arena. */
#ifndef PROJECTORS_NOTICE_H
#define PROJECTORS_NOTICE_H

#include "agency/v1/stream.pb-c.h"
#include "core/evlog/evlog.h"
#include "core/model/partition.h"

/* Where the record lies that the notices are about. */
struct notice_place {
    struct evlog_id history_id;
    uint32_t partition;
    uint64_t sequence;
};

enum { NOTICE_HEADERS_MAX = 8 };

/* The index-th event of an accepted decision: key, value and headers of its record. The partition
 * must have taken the decision. */
MUST_USE struct status notice_event(struct arena *arena, const struct partition *partition,
                                    const struct notice_place *place,
                                    const Agency__V1__Decision *decision, uint32_t index,
                                    struct evlog_item *item);

/* The outcome of a decision: key and value. */
MUST_USE struct status notice_decision(struct arena *arena, const struct notice_place *place,
                                       const Agency__V1__Decision *decision,
                                       struct evlog_item *item);
/* The outcome of a repeat, as its first answer was; the partition must have taken that. */
MUST_USE struct status notice_repeat(struct arena *arena, const struct partition *partition,
                                     const struct notice_place *place,
                                     const Agency__V1__Repeat *repeat, struct evlog_item *item);

#endif
