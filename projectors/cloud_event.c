/* The entity in an event is as the decision left it, asked of the partition at that version: so a
 * record is the same whenever it is made, live, late, or again after a crash, and readers may
 * compare. An event of an entity that the decision removed has none: what is gone is not told. */
#include "projectors/cloud_event.h"

#include <ctype.h>
#include <inttypes.h>

#include "core/base/hex.h"
#include "core/base/num.h"
#include "core/base/time.h"
#include "core/domain/kernel/evolve.h"
#include "core/domain/kernel/fields.h"
#include "core/domain/kernel/life.h"
#include "core/model/key.h"
#include "core/pb/message.h"

#define CLOUD_EVENT_TYPE "ce_type"

/* Letters of an entity's name; twice as many with a hyphen before each. */
enum { CLOUD_EVENT_KIND_SIZE_MAX = 64 };

/* "job-space/ID" of a JobSpace. */
static struct status cloud_event_subject(struct arena *arena, const char *name, struct str id,
                                         struct str *subject)
{
    char kind[2 * CLOUD_EVENT_KIND_SIZE_MAX];
    size_t size = 0;
    for (const char *at = name; *at != '\0'; at++) {
        assert(size + 2 <= sizeof kind);
        if (isupper((unsigned char)*at) && at != name) {
            kind[size++] = '-';
        }
        kind[size++] = (char)tolower((unsigned char)*at);
    }
    const struct str parts[] = { str_make(kind, size), STR("/"), id };
    *subject = arena_join(arena, parts, 3);
    return subject->data == NULL ? arena_full(arena) : status_ok();
}

static struct status cloud_event_source(struct arena *arena, const struct evlog_id *history_id,
                                        struct str *source)
{
    char hex[2 * EVLOG_ID_SIZE];
    hex_write(history_id->bytes, EVLOG_ID_SIZE, hex);
    const struct str parts[] = { STR("/agencygrid/"), str_make(hex, sizeof hex) };
    *source = arena_join(arena, parts, 2);
    return source->data == NULL ? arena_full(arena) : status_ok();
}

/* "PARTITION-SEQUENCE-INDEX" */
static struct status cloud_event_id(struct arena *arena, const struct record_place *place,
                                    uint32_t index, struct str *id)
{
    char text[3 * (NUM_DIGITS_MAX + 1)];
    size_t size = num_put_decimal(text, place->partition);
    text[size++] = '-';
    size += num_put_decimal(text + size, place->sequence);
    text[size++] = '-';
    size += num_put_decimal(text + size, index);
    *id = arena_copy(arena, str_make(text, size));
    return id->data == NULL ? arena_full(arena) : status_ok();
}

struct status cloud_event_headers(struct arena *arena, const struct cloud_event *event,
                                  struct evlog_item *item)
{
    char time[TIME_TEXT_SIZE];
    struct str source;
    struct str at = arena_copy(arena, str_make(time, time_format(event->time_us, time)));
    TRY(cloud_event_source(arena, &event->history_id, &source));
    struct evlog_header *headers;
    ARENA_TRY(arena, headers, arena_alloc(arena, CLOUD_EVENT_HEADERS_MAX * sizeof *headers));
    if (at.data == NULL) {
        return arena_full(arena);
    }
    const struct evlog_header all[CLOUD_EVENT_HEADERS_MAX] = {
        { STR("ce_specversion"), STR("1.0") },
        { STR("ce_id"), event->id },
        { STR("ce_source"), source },
        { STR(CLOUD_EVENT_TYPE), event->type },
        { STR("ce_subject"), event->subject },
        { STR("ce_time"), at },
        { STR("ce_partitionkey"), event->org_id },
        { STR("content-type"), STR("application/protobuf") },
    };
    memcpy(headers, all, sizeof all);
    item->headers = headers;
    item->headers_count = CLOUD_EVENT_HEADERS_MAX;
    return status_ok();
}

bool cloud_event_is_access(const struct evlog_record *record)
{
    for (size_t i = 0; i < record->headers_count; i++) {
        if (str_eq(record->headers[i].name, STR(CLOUD_EVENT_TYPE))) {
            return str_eq(record->headers[i].value,
                          str_z(agency__v1__access_event__descriptor.name));
        }
    }
    return false;
}

static struct status cloud_event_of_entity(struct arena *arena, const struct record_place *place,
                                           const Agency__V1__Decision *decision,
                                           const Agency__V1__EntityEvent *event,
                                           struct evlog_item *item)
{
    const char *kind = registry_entity(event->entity->kind)->name;
    struct cloud_event told = { .type =
                                    str_z(registry_event_payload(event->event)->descriptor->name),
                                .org_id = str_z(decision->org_id),
                                .time_us = decision->occurred_at_us,
                                .history_id = place->history_id };
    TRY(cloud_event_id(arena, place, event->index, &told.id));
    TRY(cloud_event_subject(arena, kind, str_z(event->entity->id), &told.subject));
    return cloud_event_headers(arena, &told, item);
}

static struct status cloud_event_any(struct arena *arena, const ProtobufCMessageDescriptor *type,
                                     struct str value, Google__Protobuf__Any **any)
{
    const struct str parts[] = { STR("type.googleapis.com/"), str_z(type->name) };
    struct str url = arena_join(arena, parts, 2);
    TRY(pb_new(arena, &google__protobuf__any__descriptor, any));
    (*any)->type_url = (char *)(uintptr_t)url.data;
    (*any)->value = (ProtobufCBinaryData){ value.size, (uint8_t *)(uintptr_t)value.data };
    return url.data == NULL ? arena_full(arena) : status_ok();
}

/* The entity as the decision left it; NULL where that removed it. */
static struct status cloud_event_after(struct arena *arena, const struct partition *partition,
                                       const Agency__V1__Decision *decision,
                                       const Agency__V1__EntityRef *ref,
                                       Google__Protobuf__Any **after)
{
    struct buf key = { 0 };
    struct str value;
    key_entity(&key, str_z(decision->org_id), (enum entity_kind)ref->kind, str_z(ref->id));
    struct status st =
        partition_entity_at(partition, arena, buf_str(&key), decision->org_sequence, &value);
    buf_release(&key);
    TRY(st);
    if (value.data == NULL) {
        return status_error(STATUS_DATA_LOSS,
                            "expected entity '%s' of org '%s' as of its decision '%" PRIu64 "'",
                            ref->id, decision->org_id, decision->org_sequence);
    }
    const ProtobufCMessageDescriptor *type = registry_entity(ref->kind)->descriptor;
    ProtobufCMessage *entity;
    TRY(pb_unpack(arena, type, value, PB_STORED, &entity));
    *after = NULL;
    bool gone = fields_status(entity) == LIFE_REMOVED || fields_status(entity) == LIFE_ERASED;
    return gone ? status_ok() : cloud_event_any(arena, type, value, after);
}

static struct status cloud_event_entity(struct arena *arena, const Agency__V1__Event *event,
                                        Agency__V1__EntityRef **ref)
{
    enum entity_kind kind;
    struct str id;
    TRY(evolve_event_entity(arena, event, &kind, &id));
    id = arena_copy(arena, id);
    TRY(pb_new(arena, &agency__v1__entity_ref__descriptor, ref));
    (*ref)->kind = (Agency__V1__EntityKind)kind;
    (*ref)->id = (char *)(uintptr_t)id.data;
    return id.data == NULL ? arena_full(arena) : status_ok();
}

struct status cloud_event_make(struct arena *arena, const struct partition *partition,
                               const struct record_place *place,
                               const Agency__V1__Decision *decision, uint32_t index,
                               struct evlog_item *item)
{
    Agency__V1__EntityEvent event = AGENCY__V1__ENTITY_EVENT__INIT;
    event.event = decision->events[index];
    event.org_id = decision->org_id;
    event.org_sequence = decision->org_sequence;
    event.partition = place->partition;
    event.sequence = place->sequence;
    event.index = index;
    event.events = (uint32_t)decision->n_events;
    event.command_id = decision->command_id;
    event.subject_id = decision->subject_id;
    event.operator_ = decision->operator_;
    event.on_behalf_of = decision->on_behalf_of;
    event.actors = decision->actors;
    event.n_actors = decision->n_actors;
    event.trace_id = decision->trace_id;
    TRY(fields_time_new(arena, decision->occurred_at_us, &event.occurred_at));
    TRY(fields_time_new(arena, decision->recorded_at_us, &event.recorded_at));
    TRY(cloud_event_entity(arena, event.event, &event.entity));
    TRY(cloud_event_after(arena, partition, decision, event.entity, &event.after));
    *item = (struct evlog_item){ .stream = EVLOG_EVENTS,
                                 .partition = place->partition,
                                 .key = str_z(decision->org_id) };
    TRY(cloud_event_of_entity(arena, place, decision, &event, item));
    return pb_pack(arena, &event.base, &item->value);
}
