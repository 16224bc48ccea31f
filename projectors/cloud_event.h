/* What is told of an event to everybody: a record of events that is a CloudEvent in the binary mode
 * of its Kafka binding 1.0.2 (attributes as headers `ce_...`, the data as value). All that is given
 * lies in the arena. */
#ifndef PROJECTORS_CLOUD_EVENT_H
#define PROJECTORS_CLOUD_EVENT_H

#include "agency/v1/stream.pb-c.h"
#include "core/model/partition.h"
#include "projectors/record_place.h"

enum { CLOUD_EVENT_HEADERS_MAX = 8 };

/* The attributes that differ from event to event. */
struct cloud_event {
    struct str id;
    struct str type;
    struct str subject;
    struct str org_id;
    int64_t time_us;
    struct evlog_id history_id;
};
/* Sets the headers of its record. */
MUST_USE struct status cloud_event_headers(struct arena *arena, const struct cloud_event *event,
                                           struct evlog_item *item);
/* Whether a record of events is an AccessEvent. */
bool cloud_event_is_access(const struct evlog_record *record);

/* The index-th event of an accepted decision: key, value and headers of its record. The partition
 * must have taken the decision. */
MUST_USE struct status cloud_event_make(struct arena *arena, const struct partition *partition,
                                        const struct record_place *place,
                                        const Agency__V1__Decision *decision, uint32_t index,
                                        struct evlog_item *item);

#endif
