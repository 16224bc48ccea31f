/* What is told of access to everybody: records of events, each a CloudEvent of the type
 * agency.v1.AccessEvent. */
#ifndef PROJECTORS_ACCESS_EVENT_H
#define PROJECTORS_ACCESS_EVENT_H

#include "agency/v1/stream.pb-c.h"
#include "core/evlog/evlog.h"
#include "core/model/org_walk.h"

/* Where a publisher of them goes on: the record of events behind which nothing was looked at. */
#define ACCESS_EVENT_SOURCE "agencygrid_source"

/* Where the decision lies that it is about. */
struct access_event_place {
    struct evlog_id history_id;
    uint32_t partition;
    uint64_t offset; /* of its last event among the events */
};

/* Lines of one record. */
enum { ACCESS_EVENT_LINES = 500 };

/* How many records a decision has; at least one. */
uint32_t access_event_records(const struct access_feed *feed);
/* One of them: key, value and headers. The walk is at the decision, `event` is one of its events.
 * All of it lies in the arena or is borrowed. */
MUST_USE struct status
access_event_make(struct arena *arena, const struct access_event_place *place,
                  const struct org_walk *walk, const Agency__V1__EntityEvent *event,
                  const struct access_feed *feed, uint32_t index, struct evlog_item *item);

/* What a record says of where to go on. */
struct access_event_mark {
    uint64_t sequence; /* all up to this one is told */
    uint64_t offset;   /* of the events, where what is not told yet begins */
};
/* DATA_LOSS: it is no such record. */
MUST_USE struct status access_event_read(const struct evlog_record *record,
                                         struct access_event_mark *mark);

#endif
