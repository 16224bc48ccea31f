/* What a decide function makes: rejections and events. Each event is applied to the scratch layer
 * at once, so that rules see what the decision has changed so far, and nothing enters the log that
 * replay cannot apply. */
#include "core/domain/kernel/decision.h"

#include <stdarg.h>
#include <stdio.h>

#include "core/base/limits.h"
#include "core/base/utf8.h"
#include "core/domain/kernel/due.h"
#include "core/domain/kernel/fields.h"
#include "core/domain/kernel/life.h"
#include "core/pb/field.h"
#include "core/pb/message.h"

/* A rejection's reason, at most: two lines of a terminal. */
enum { REASON_SIZE_MAX = 512 };
/* What a decision's body needs beside its events: ids, hashes, annotations, times. */
enum { DECISION_FRAME_MAX = 8 * 1024 };
static_assert(DECISION_FRAME_MAX > ANNOTATIONS_SIZE_MAX + REASON_SIZE_MAX + 16 * ID_SIZE_MAX,
              "the frame holds annotations, reason and ids");

struct status decide_reject(struct decide *d, enum status_code code, const char *format, ...)
{
    assert(code != STATUS_OK && d->rejection == NULL); /* the first one ends the decide */
    char reason[REASON_SIZE_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(reason, sizeof reason, format, args);
    va_end(args);
    struct str text = str_z(reason);
    while (!utf8_valid(text)) {
        text.size--; /* cut inside a character: a reason is kept as protobuf's text */
    }
    assert(text.size > 0); /* it says what was expected */
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

const struct command_type *decide_type(const struct decide *d)
{
    const struct command_type *type = registry_command((unsigned)d->command->payload_case);
    assert(type != NULL); /* decide_check_envelope */
    return type;
}

bool decide_expired(const struct decide *d, const Google__Protobuf__Timestamp *expires_at)
{
    return fields_expired(expires_at, d->occurred_at_us);
}

bool decide_says_time(const Agency__V1__Command *command)
{
    return command->occurred_at != NULL || (unsigned)command->payload_case == COMMAND_FINISH_IMPORT;
}

/* ---- emit ---- */

/* Limits of a decision are the client's to keep: over them it is rejected. */
static struct status decide_check_limits(struct decide *d, const Agency__V1__Event *event)
{
    size_t count = d->events_before + d->events_count;
    assert(count <= DECISION_EVENTS_MAX);
    d->full = d->full || count == DECISION_EVENTS_MAX;
    if (count == DECISION_EVENTS_MAX) {
        return decide_reject(d, STATUS_FAILED_PRECONDITION,
                             "expected a decision of at most %d events, but it has more",
                             DECISION_EVENTS_MAX);
    }
    return decide_take_room(d, &event->base);
}

struct status decide_take_room(struct decide *d, const ProtobufCMessage *message)
{
    size_t size = protobuf_c_message_get_packed_size(message);
    d->events_size += size + 8;
    d->full = d->full || d->events_size > RECORD_SIZE_MAX - DECISION_FRAME_MAX;
    if (size > EVENT_SIZE_MAX || d->full) {
        return decide_reject(d, STATUS_RESOURCE_EXHAUSTED,
                             "expected events of at most %d bytes, %d in all, but it is %zu, %zu",
                             EVENT_SIZE_MAX, RECORD_SIZE_MAX - DECISION_FRAME_MAX, size,
                             d->events_size);
    }
    return status_ok();
}

struct status decide_note_constraint(struct decide *d, Agency__V1__ConstraintResult *result)
{
    ARENA_TRY(d->arena, d->constraints,
              arena_grow(d->arena, d->constraints, d->constraints_count, sizeof *d->constraints,
                         &d->constraints_cap));
    d->constraints[d->constraints_count++] = result;
    return status_ok();
}

static bool decide_over(uint64_t before, int64_t more, uint64_t max)
{
    return more > 0 && before + (uint64_t)more > max;
}

/* What has come by time may wait for the next: it makes nobody wait longer. */
static struct status decide_check_dues(struct decide *d, const struct evolved *evolved)
{
    const struct org_head *head = &d->context->head;
    int64_t unused;
    bool was = evolved->before != NULL && due_row_time(evolved->kind, evolved->before, &unused);
    int more = due_row_time(evolved->kind, evolved->after, &unused) - was;
    d->dues += more;
    d->renewing += due_renews(evolved->kind) ? more : 0;
    if (d->command != NULL && decide_over(head->dues, d->dues, DUES_MAX)) {
        return decide_reject(d, STATUS_RESOURCE_EXHAUSTED,
                             "expected at most %d entities of an org that wait for a time, such "
                             "as an expiry",
                             DUES_MAX);
    }
    if (d->command != NULL && decide_over(head->renewing, d->renewing, DUES_RENEWING_MAX)) {
        return decide_reject(d, STATUS_RESOURCE_EXHAUSTED,
                             "expected at most %d entities of an org that wait for a time again "
                             "and again, such as a schedule",
                             DUES_RENEWING_MAX);
    }
    return status_ok();
}

static struct status decide_check_entity(struct decide *d, const struct evolved *evolved)
{
    size_t size = protobuf_c_message_get_packed_size(evolved->after);
    assert(evolved->after->descriptor == registry_entity(evolved->kind)->descriptor);
    if (size > EVENT_SIZE_MAX) {
        return decide_reject(d, STATUS_RESOURCE_EXHAUSTED,
                             "expected %s '%.*s' to take at most %d bytes, but it would take %zu",
                             registry_entity(evolved->kind)->name, STR_ARG(evolved->id),
                             EVENT_SIZE_MAX, size);
    }
    d->rows_count += evolved->rows_count;
    d->full = d->full || d->rows_count > DECISION_ROWS_MAX;
    if (d->full) {
        return decide_reject(d, STATUS_RESOURCE_EXHAUSTED,
                             "expected a decision that changes at most %d rows of indexes, but it "
                             "changes more: make fewer holders or groups at once",
                             DECISION_ROWS_MAX);
    }
    TRY_ACCEPTED(d, decide_check_dues(d, evolved));
    struct status lists = fields_check_lists(evolved->after);
    return lists.code == STATUS_OK ? lists : decide_reject(d, lists.code, "%s", lists.msg);
}

/* What every event of every kind does: it moves its entity as the registry allows its command, and
 * the version is that of this decision. */
static void decide_assert_evolved(const struct decide *d, enum event_number number,
                                  const struct evolved *evolved)
{
    unsigned before = evolved->before == NULL ? LIFE_NONE : fields_status(evolved->before);
    assert(life_may(number, before, fields_status(evolved->after)));
    uint64_t version = fields_version(evolved->after);
    assert(version == d->context->head.org_sequence + 1);
    assert(evolved->before == NULL || fields_version(evolved->before) <= version);
}

static struct status decide_apply(struct decide *d, const Agency__V1__Event *event)
{
    struct evolve evolve = { .view = d->view,
                             .changes = d->changes,
                             .changes_self = d->changes_self,
                             .arena = d->arena,
                             .org_sequence = d->context->head.org_sequence + 1,
                             .occurred_at_us = d->occurred_at_us };
    struct evolved evolved;
    assert(d->events[d->events_count - 1] == event); /* it stands in the decision first */
    struct status applied = evolve_apply(&evolve, event, &evolved);
    if (applied.code == STATUS_DATA_LOSS) {
        /* Not damage but a bug: decide emitted what evolve cannot apply. It must not reach the log.
         */
        applied.code = STATUS_INTERNAL;
    }
    TRY(applied);
    decide_assert_evolved(d, (enum event_number)event->payload_case, &evolved);
    return decide_check_entity(d, &evolved);
}

struct status decide_emit(struct decide *d, enum event_number number, const ProtobufCMessage *event)
{
    const struct event_type *type = registry_event(number);
    assert(type != NULL && event->descriptor == type->descriptor);
    ProtobufCMessage *copy;
    Agency__V1__Event *wrapper;
    if (d->rejection != NULL) {
        return status_ok();
    }
    ARENA_TRY(d->arena, copy, arena_alloc(d->arena, type->descriptor->sizeof_message));
    ARENA_TRY(d->arena, wrapper, arena_alloc(d->arena, sizeof *wrapper));
    memcpy(copy, event, type->descriptor->sizeof_message);
    registry_event_init(wrapper, number, copy);
    TRY_ACCEPTED(d, decide_check_limits(d, wrapper));
    ARENA_TRY(d->arena, d->events,
              arena_grow(d->arena, d->events, d->events_count, sizeof *d->events, &d->events_cap));
    d->events[d->events_count++] = wrapper;
    d->constrained = d->constrained || number == EVENT_CONSTRAINT_PUT;
    return decide_apply(d, wrapper);
}

/* What evolve stamps, no event says. */
static bool decide_unstamped(const ProtobufCMessage *entity)
{
    bool set = false;
    for (unsigned number = FIELD_VERSION; number <= FIELD_UPDATED_AT; number++) {
        set = set || pb_field_has(entity, protobuf_c_message_descriptor_get_field(
                                              entity->descriptor, number));
    }
    return !set;
}

struct status decide_emit_entity(struct decide *d, enum event_number number,
                                 const ProtobufCMessage *entity,
                                 const Google__Protobuf__FieldMask *mask)
{
    const struct event_type *type = registry_event(number);
    const ProtobufCFieldDescriptor *masked = fields_mask_field(type->descriptor);
    ProtobufCMessage *event, *copy;
    assert(registry_carried(type->descriptor) != NULL);
    assert(entity->descriptor == registry_carried(type->descriptor)->descriptor);
    assert((masked == NULL) == (mask == NULL) && decide_unstamped(entity));
    TRY(pb_new(d->arena, type->descriptor, &event));
    ARENA_TRY(d->arena, copy, arena_alloc(d->arena, entity->descriptor->sizeof_message));
    memcpy(copy, entity, entity->descriptor->sizeof_message);
    pb_field_set(event, registry_carried(type->descriptor), &copy);
    if (mask != NULL) {
        pb_field_set(event, masked, &mask);
    }
    return decide_emit(d, number, event);
}
