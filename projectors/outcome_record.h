/* What is told of a command's answer to everybody: its record of outcomes. All that is given lies
 * in the arena. */
#ifndef PROJECTORS_OUTCOME_RECORD_H
#define PROJECTORS_OUTCOME_RECORD_H

#include "agency/v1/stream.pb-c.h"
#include "core/model/partition.h"
#include "projectors/record_place.h"

/* The outcome of a decision: key and value; the partition must have taken it. */
MUST_USE struct status outcome_record_of_decision(struct arena *arena,
                                                  const struct partition *partition,
                                                  const struct record_place *place,
                                                  const Agency__V1__Decision *decision,
                                                  struct evlog_item *item);
/* The outcome of a repeat, as its first answer was; the partition must have taken that. */
MUST_USE struct status outcome_record_of_repeat(struct arena *arena,
                                                const struct partition *partition,
                                                const struct record_place *place,
                                                const Agency__V1__Repeat *repeat,
                                                struct evlog_item *item);

#endif
