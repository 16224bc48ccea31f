#include "core/domain/elapse.h"

#include "core/domain/kernel/fields.h"
#include "core/domain/kernel/rules.h"
#include "core/domain/own.h"

struct status elapse_entity(struct decide *d, enum entity_kind kind, struct str id, struct due *due)
{
    const ProtobufCMessage *entity, *after;
    assert(d->command == NULL && d->rejection == NULL);
    TRY(rules_get(d->view, kind, id, &entity));
    *due = due_of(kind, entity);
    if (due->field == NULL) {
        return status_error(STATUS_DATA_LOSS, "expected '%.*s' to wait for a time, as its row says",
                            STR_ARG(id));
    }
    TRY_ACCEPTED(d, elapse_own(d, kind, entity, due));
    TRY(rules_get(d->view, kind, id, &after));
    struct due left = due_of(kind, after);
    return due_same(due, &left)
               ? status_error(STATUS_INTERNAL, "expected '%s' to be over, but it is due again",
                              due->field)
               : status_ok();
}

/* An expiry is a comparison for every rule, so that it has happened already. */
static bool elapse_must_happen(const struct due *due)
{
    return strcmp(due->field, "expires_at") == 0;
}

struct status elapse_failed(struct decide *d, enum entity_kind kind, struct str id,
                            const struct due *due, enum status_code code, const char *reason)
{
    const ProtobufCMessage *entity;
    TRY(rules_get(d->view, kind, id, &entity));
    if (elapse_must_happen(due)) {
        return elapse_own(d, kind, entity, due);
    }
    Agency__V1__DeadlineFailed event = AGENCY__V1__DEADLINE_FAILED__INIT;
    event.kind = (Agency__V1__EntityKind)kind;
    event.field = (char *)(uintptr_t)due->field;
    event.code = (uint32_t)code;
    TRY(arena_text(d->arena, id, &event.id));
    TRY(arena_text(d->arena, str_z(reason), &event.reason));
    TRY(fields_time_new(d->arena, due->time_us, &event.due));
    TRY_ACCEPTED(d, emit_deadline_failed(d, &event));
    if (strcmp(due->field, DUE_CONTINUES) != 0) {
        return status_ok();
    }
    Agency__V1__DueError error = AGENCY__V1__DUE_ERROR__INIT;
    fields_copy(&event.base, &error.base);
    TRY(rules_get(d->view, kind, id, &entity));
    return refused_own(d, kind, entity, &error);
}
