/* The generic half of decide: what is the same for every command.
 *
 * Order, cheapest first: the envelope; fields that wait for a later part; the org; who asks and
 * whether he may (authority.c); times of imports; expected_version; the command's own function;
 * what must hold for every decision afterwards. A decision emits into a scratch layer, so each rule
 * sees what the decision has changed so far, and nothing enters the log that replay cannot apply.
 */
#include "core/domain/decide.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "core/base/limits.h"
#include "core/base/utf8.h"
#include "core/domain/authority.h"
#include "core/domain/fields.h"
#include "core/domain/id.h"
#include "core/domain/owner.h"
#include "core/domain/rules.h"
#include "core/pb/field.h"

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

#define X(upper, pascal, snake, entity_pascal, entity_snake, entity_kind, presence) \
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

/* ---- the envelope ---- */

static struct status decide_check_annotations(const Agency__V1__Command *command)
{
    size_t size = 0;
    for (size_t i = 0; i < command->n_annotations; i++) {
        const Agency__V1__Annotation *annotation = command->annotations[i];
        if (annotation->key[0] == '\0') {
            return status_error(STATUS_INVALID_ARGUMENT,
                                "expected a key in each annotation, but number %zu has none",
                                i + 1);
        }
        size += strlen(annotation->key) + strlen(annotation->value);
    }
    if (command->n_annotations > ANNOTATIONS_MAX || size > ANNOTATIONS_SIZE_MAX) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected at most %d annotations of %d bytes in all, but there are %zu "
                            "of %zu bytes",
                            ANNOTATIONS_MAX, ANNOTATIONS_SIZE_MAX, command->n_annotations, size);
    }
    return status_ok();
}

static struct status decide_check_envelope(const Agency__V1__Command *command)
{
    if (registry_command_payload(command) == NULL) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected a command, such as assignRole, but none is set");
    }
    if (!id_valid(str_z(command->org_id))) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected org_id to be " ID_RULE);
    }
    if (!id_valid(str_z(command->command_id))) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected command_id to be " ID_RULE);
    }
    TRY(fields_check_time(command->occurred_at, "occurred_at"));
    TRY(fields_check_time(command->issued_at, "issued_at"));
    return decide_check_annotations(command);
}

/* Fields that need an engine that is not there yet: refused, never ignored. */
static const char *const fields_of_later[] = {
    "spec_id",    "spec_data",        "constraint_ids",   "prequalification",
    "evaluation", "selection",        "removal",          "auction",
    "condition",  "joining_workflow", "leaving_workflow", "approver_roles",
};

static struct status decide_check_implemented(const ProtobufCMessage *payload)
{
    for (size_t i = 0; i < sizeof fields_of_later / sizeof fields_of_later[0]; i++) {
        const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field_by_name(
            payload->descriptor, fields_of_later[i]);
        if (field != NULL && pb_field_has(payload, field)) {
            return status_error(STATUS_UNIMPLEMENTED,
                                "expected %s.%s to be empty: it is not supported yet",
                                payload->descriptor->short_name, field->name);
        }
    }
    return status_ok();
}

static struct status decide_check_payload_times(struct decide *d, const ProtobufCMessage *payload)
{
    for (unsigned i = 0; i < payload->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &payload->descriptor->fields[i];
        if (field->descriptor != &google__protobuf__timestamp__descriptor) {
            continue;
        }
        const Google__Protobuf__Timestamp *time;
        memcpy(&time, (const char *)payload + field->offset, sizeof(void *));
        struct status checked = fields_check_time(time, field->name);
        if (checked.code != STATUS_OK) {
            return decide_reject(d, checked.code, "%s", checked.msg);
        }
    }
    return status_ok();
}

/* ---- rules for every command ---- */

static struct status decide_check_org(struct decide *d, const Agency__V1__Org *org)
{
    unsigned number = (unsigned)d->command->payload_case;
    if (org != NULL && fields_status(&org->base) == LIFE_ARCHIVED &&
        number != COMMAND_RESTORE_ORG && number != COMMAND_CREATE_ORG &&
        number != COMMAND_ARCHIVE_ORG) {
        return decide_reject(d, STATUS_FAILED_PRECONDITION,
                             "expected an active org, but '%s' is archived", org->org_id);
    }
    return status_ok();
}

static struct status decide_check_import(struct decide *d)
{
    const struct decide_context *context = d->context;
    if (d->command->occurred_at == NULL) {
        return status_ok();
    }
    if (d->occurred_at_us > context->recorded_at_us) {
        return decide_reject(d, STATUS_INVALID_ARGUMENT,
                             "expected occurred_at not to lie in the future");
    }
    if (context->head.live) {
        return decide_reject(d, STATUS_FAILED_PRECONDITION,
                             "expected no occurred_at, but org '%s' has live decisions",
                             d->command->org_id);
    }
    if (context->head.org_sequence > 0 && d->occurred_at_us < context->head.last_occurred_at_us) {
        return decide_reject(d, STATUS_FAILED_PRECONDITION,
                             "expected occurred_at not before that of the org's last decision");
    }
    return status_ok();
}

static struct status decide_check_version(struct decide *d, const ProtobufCMessage *payload)
{
    if (d->command->expected_version == 0) {
        return status_ok();
    }
    enum entity_kind kind = registry_command((unsigned)d->command->payload_case)->entity;
    struct str id;
    const ProtobufCMessage *entity;
    TRY(evolve_entity_id(d->arena, kind, payload, &id));
    TRY(view_get(d->view, kind, id, &entity));
    uint64_t version = entity == NULL ? 0 : fields_version(entity);
    if (version != d->command->expected_version) {
        return decide_reject(
            d, STATUS_ABORTED, "expected version %" PRIu64 " of %s '%.*s', but it is %" PRIu64,
            d->command->expected_version, registry_entity(kind)->name, STR_ARG(id), version);
    }
    return status_ok();
}

static struct status decide_dispatch(struct decide *d)
{
    switch ((unsigned)d->command->payload_case) {
#define X(upper, pascal, snake, entity, own, delegate) \
    case COMMAND_##upper:                              \
        return decide_##snake(d, d->command->snake);
        COMMANDS(X)
#undef X
    }
    return status_error(STATUS_INTERNAL, "expected a command of the registry");
}

static struct status decide_rules(struct decide *d, const Agency__V1__Org *org)
{
    const ProtobufCMessage *payload = registry_command_payload(d->command);
    TRY_ACCEPTED(d, authority_check(d));
    TRY_ACCEPTED(d, decide_check_org(d, org));
    TRY_ACCEPTED(d, decide_check_import(d));
    TRY_ACCEPTED(d, decide_check_payload_times(d, payload));
    TRY_ACCEPTED(d, rules_check_fields(d, payload));
    TRY_ACCEPTED(d, decide_check_version(d, payload));
    TRY_ACCEPTED(d, decide_dispatch(d));
    return owner_check(d);
}

struct status decide_command(struct decide *d)
{
    assert(d->events_count == 0 && d->rejection == NULL);
    TRY(decide_check_envelope(d->command));
    TRY(decide_check_implemented(registry_command_payload(d->command)));
    d->occurred_at_us = d->command->occurred_at == NULL ? d->context->recorded_at_us
                                                        : fields_time_us(d->command->occurred_at);
    const Agency__V1__Org *org;
    TRY(view_org(d->view, d->view->org_id, &org));
    if (org == NULL && (unsigned)d->command->payload_case != COMMAND_CREATE_ORG) {
        return status_error(STATUS_NOT_FOUND, "expected an org, but there is no '%s'",
                            d->command->org_id);
    }
    TRY(decide_rules(d, org));
    if (d->rejection != NULL) {
        d->events_count = 0;
    }
    return status_ok();
}
