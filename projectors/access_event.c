#include "projectors/access_event.h"

#include <inttypes.h>

#include "core/base/num.h"
#include "core/model/access_message.h"
#include "core/pb/message.h"
#include "projectors/cloud_event.h"
#include "projectors/record_header.h"

static const size_t ACCESS_EVENT_ARENA_MAX = (size_t)64 << 20;

uint32_t access_event_records(const struct access_feed *feed)
{
    size_t count = (feed->count + ACCESS_EVENT_LINES - 1) / ACCESS_EVENT_LINES;
    return count == 0 ? 1 : (uint32_t)count;
}

/* The entities whose changes can change access. */
static struct status access_event_causes(struct arena *arena, const struct org_walk *walk,
                                         Agency__V1__AccessEvent *event)
{
    ARENA_TRY(arena, event->causes,
              arena_alloc(arena, (walk->changes_count + 1) * sizeof *event->causes));
    for (size_t i = 0; i < walk->changes_count; i++) {
        if (access_cause_is(walk->changes[i].kind)) {
            event->causes[event->n_causes++] = walk->decision->changed[i];
        }
    }
    return status_ok();
}

static struct status access_event_headers(struct arena *arena,
                                          const struct access_event_place *place,
                                          const Agency__V1__EntityEvent *event, uint32_t index,
                                          int64_t time_us, struct evlog_item *item)
{
    struct cloud_event told = { .type = str_z(agency__v1__access_event__descriptor.name),
                                .subject = STR("access"),
                                .org_id = str_z(event->org_id),
                                .time_us = time_us,
                                .history_id = place->history_id };
    char source[8];
    told.id = arena_printf(arena, "%" PRIu32 "-%" PRIu64 "-access-%" PRIu32, place->partition,
                           event->sequence, index);
    if (told.id.data == NULL) {
        return arena_full(arena);
    }
    num_put_u64be(source, place->offset);
    TRY(cloud_event_headers(arena, &told, item));
    return record_header_add(arena, item, STR(ACCESS_EVENT_SOURCE),
                             str_make(source, sizeof source));
}

struct status access_event_make(struct arena *arena, const struct access_event_place *place,
                                const struct org_walk *walk, const Agency__V1__EntityEvent *event,
                                const struct access_feed *feed, uint32_t index,
                                struct evlog_item *item)
{
    Agency__V1__AccessEvent made = AGENCY__V1__ACCESS_EVENT__INIT;
    size_t first = (size_t)index * ACCESS_EVENT_LINES;
    size_t left = feed->count - first;
    made.org_id = event->org_id;
    made.org_sequence = event->org_sequence;
    made.partition = place->partition;
    made.sequence = event->sequence;
    made.index = index;
    made.records = access_event_records(feed);
    made.changed = feed->changed;
    made.candidates = feed->changed ? feed->candidates : 0;
    made.command_id = event->command_id;
    made.occurred_at = event->occurred_at;
    made.n_lines = left < ACCESS_EVENT_LINES ? left : ACCESS_EVENT_LINES;
    TRY(access_messages(arena, feed->lines + first, made.n_lines, &made.lines));
    TRY(access_event_causes(arena, walk, &made));
    *item = (struct evlog_item){ .stream = EVLOG_EVENTS,
                                 .partition = place->partition,
                                 .key = str_z(event->org_id) };
    TRY(access_event_headers(arena, place, event, index, walk->decision->occurred_at_us, item));
    return pb_pack(arena, &made.base, &item->value);
}

struct status access_event_read(const struct evlog_record *record, struct access_event_mark *mark)
{
    struct arena arena;
    Agency__V1__AccessEvent *event;
    *mark = (struct access_event_mark){ .offset = EVLOG_OFFSET_UNKNOWN };
    for (size_t i = 0; i < record->headers_count; i++) {
        const struct evlog_header *header = &record->headers[i];
        if (str_eq(header->name, STR(ACCESS_EVENT_SOURCE)) && header->value.size == 8) {
            mark->offset = num_get_u64be(header->value.data);
        }
    }
    arena_init(&arena, ACCESS_EVENT_ARENA_MAX);
    struct status st =
        pb_unpack(&arena, &agency__v1__access_event__descriptor, record->value, PB_STORED, &event);
    if (st.code == STATUS_OK) {
        mark->sequence = event->sequence - (event->index + 1 < event->records);
    }
    arena_release(&arena);
    if (st.code == STATUS_OK && mark->offset >= record->offset) {
        st = status_error(STATUS_DATA_LOSS, "expected an AccessEvent to say what it is about");
    }
    return st;
}
