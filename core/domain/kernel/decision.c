/* What a decide function makes: rejections and events. Each event is applied to the scratch layer
 * at once, so that rules see what the decision has changed so far, and nothing enters the log that
 * replay cannot apply. */
#include "core/domain/kernel/decision.h"

#include <stdarg.h>
#include <stdio.h>

#include "core/base/limits.h"
#include "core/base/utf8.h"
#include "core/domain/kernel/fields.h"

/* A rejection's reason, at most: two lines of a terminal. */
enum { REASON_SIZE_MAX = 512 };
/* What a decision's body needs beside its events: ids, hashes, annotations, times. */
enum { DECISION_FRAME_MAX = 8 * 1024 };
static_assert(DECISION_FRAME_MAX > ANNOTATIONS_SIZE_MAX + REASON_SIZE_MAX + 16 * ID_SIZE_MAX,
              "the frame holds annotations, reason and ids");

struct status decide_reject(struct decide *d, enum status_code code, const char *format, ...)
{
    assert(code != STATUS_OK);
    char reason[REASON_SIZE_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(reason, sizeof reason, format, args);
    va_end(args);
    struct str text = str_z(reason);
    while (!utf8_valid(text)) {
        text.size--; /* cut inside a character: a reason is kept as protobuf's text */
    }
    struct str copy = arena_copy(d->arena, text);
    Agency__V1__Rejection *rejection = arena_alloc(d->arena, sizeof *rejection);
    if (copy.data == NULL || rejection == NULL) {
        return arena_full(d->arena);
    }
    agency__v1__rejection__init(rejection);
    rejection->code = (uint32_t)code;
    rejection->reason = (char *)(uintptr_t)copy.data;
    d->rejection = rejection;
    return status_ok();
}

bool decide_expired(const struct decide *d, const Google__Protobuf__Timestamp *expires_at)
{
    return expires_at != NULL && fields_time_us(expires_at) <= d->occurred_at_us;
}

/* ---- emit ---- */

static struct status decide_events_grow(struct decide *d)
{
    if (d->events_count < d->events_cap) {
        return status_ok();
    }
    size_t cap = d->events_cap == 0 ? 4 : d->events_cap * 2;
    Agency__V1__Event **events;
    ARENA_TRY(d->arena, events, arena_alloc(d->arena, cap * sizeof(void *)));
    if (d->events_count > 0) {
        memcpy(events, d->events, d->events_count * sizeof(void *));
    }
    d->events = events;
    d->events_cap = cap;
    return status_ok();
}

/* Limits of a decision are the client's to keep: over them it is refused, and the refusal recorded.
 */
static struct status decide_check_limits(struct decide *d, const Agency__V1__Event *event)
{
    size_t size = agency__v1__event__get_packed_size(event);
    if (d->events_count == DECISION_EVENTS_MAX) {
        return decide_reject(d, STATUS_FAILED_PRECONDITION,
                             "expected a decision of at most %d events, but it has more",
                             DECISION_EVENTS_MAX);
    }
    d->events_size += size + 8;
    if (size > EVENT_SIZE_MAX || d->events_size > RECORD_SIZE_MAX - DECISION_FRAME_MAX) {
        return decide_reject(d, STATUS_RESOURCE_EXHAUSTED,
                             "expected events of at most %d bytes, %d in all, but it is %zu, %zu",
                             EVENT_SIZE_MAX, RECORD_SIZE_MAX - DECISION_FRAME_MAX, size,
                             d->events_size);
    }
    return status_ok();
}

static struct status decide_check_entity(struct decide *d, const Agency__V1__Event *event)
{
    const struct event_type *type = registry_event((unsigned)event->payload_case);
    struct str id;
    const ProtobufCMessage *entity;
    TRY(evolve_entity_id(d->arena, type->entity, registry_event_payload(event), &id));
    TRY(view_get(d->view, type->entity, id, &entity));
    assert(entity != NULL);
    size_t size = protobuf_c_message_get_packed_size(entity);
    if (size > EVENT_SIZE_MAX) {
        return decide_reject(d, STATUS_RESOURCE_EXHAUSTED,
                             "expected %s '%.*s' to take at most %d bytes, but it would take %zu",
                             registry_entity(type->entity)->name, STR_ARG(id), EVENT_SIZE_MAX,
                             size);
    }
    struct status lists = fields_check_lists(entity);
    return lists.code == STATUS_OK ? lists : decide_reject(d, lists.code, "%s", lists.msg);
}

static struct status decide_emit(struct decide *d, Agency__V1__Event *event)
{
    if (d->rejection != NULL) {
        return status_ok();
    }
    TRY_ACCEPTED(d, decide_check_limits(d, event));
    TRY(decide_events_grow(d));
    struct evolve evolve = { .view = d->view,
                             .changes = d->changes,
                             .changes_self = d->changes_self,
                             .arena = d->arena,
                             .org_sequence = d->context->head.org_sequence + 1,
                             .occurred_at_us = d->occurred_at_us };
    struct status applied = evolve_apply(&evolve, event);
    if (applied.code == STATUS_DATA_LOSS) {
        /* Not damage but a bug: decide emitted what evolve cannot apply. It must not reach the log.
         */
        applied.code = STATUS_INTERNAL;
    }
    TRY(applied);
    d->events[d->events_count++] = event;
    return decide_check_entity(d, event);
}

#define X(upper, pascal, snake, ...)                                                \
    struct status emit_##snake(struct decide *d, const Agency__V1__##pascal *event) \
    {                                                                               \
        Agency__V1__##pascal *copy;                                                 \
        Agency__V1__Event *wrapper;                                                 \
        ARENA_TRY(d->arena, copy, arena_alloc(d->arena, sizeof *copy));             \
        ARENA_TRY(d->arena, wrapper, arena_alloc(d->arena, sizeof *wrapper));       \
        *copy = *event;                                                             \
        agency__v1__event__init(wrapper);                                           \
        wrapper->payload_case = AGENCY__V1__EVENT__PAYLOAD_##upper;                 \
        wrapper->snake = copy;                                                      \
        return decide_emit(d, wrapper);                                             \
    }
EVENTS(X)
#undef X
