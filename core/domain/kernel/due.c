#include "core/domain/kernel/due.h"

#include <stddef.h>

#include "core/domain/kernel/fields.h"
#include "core/pb/field.h"
#include "core/pb/message.h"

/* Statuses as bits, by the names of the lists. */
enum { ACTIVE = BIT(LIFE_ACTIVE), SCHEDULED = BIT(LIFE_SCHEDULED) };

static const struct due_row {
    enum entity_kind kind;
    const char *field;
    size_t at;
    uint32_t statuses;
} rows[] = {
#define X(upper, pascal, snake, field_name, in)                \
    { .kind = ENTITY_##upper,                                  \
      .field = #field_name,                                    \
      .at = offsetof(struct Agency__V1__##pascal, field_name), \
      .statuses = (in) },
    DUES(X)
#undef X
};

/* Where the kinds with times keep what is the same in all of them. */
static const struct due_place {
    size_t due_at;
    size_t due_error;
} places[ENTITY_KINDS_END] = {
#define X(upper, pascal, snake)                                                   \
    [ENTITY_##upper] = { .due_at = offsetof(struct Agency__V1__##pascal, due_at), \
                         .due_error = offsetof(struct Agency__V1__##pascal, due_error) },
    TIMED(X)
#undef X
};

/* Where those of which something can follow at once say that it does. */
static const size_t continues_at[ENTITY_KINDS_END] = {
#define X(upper, pascal, snake) [ENTITY_##upper] = offsetof(struct Agency__V1__##pascal, continues),
    CONTINUED(X)
#undef X
};

static const bool renewing[ENTITY_KINDS_END] = {
#define X(upper) [ENTITY_##upper] = true,
    RENEWING(X)
#undef X
};

bool due_renews(enum entity_kind kind)
{
    assert((size_t)kind < ENTITY_KINDS_END);
    return renewing[kind];
}

static bool due_is_timed(enum entity_kind kind)
{
    assert((size_t)kind < ENTITY_KINDS_END);
    return places[kind].due_at > 0;
}

static const Google__Protobuf__Timestamp *due_time(const ProtobufCMessage *entity, size_t at)
{
    const Google__Protobuf__Timestamp *time;
    memcpy(&time, (const char *)entity + at, sizeof time);
    return time;
}

struct due due_of(enum entity_kind kind, const ProtobufCMessage *entity)
{
    struct due due = { .field = NULL, .time_us = INT64_MAX };
    const uint32_t status = BIT(fields_status(entity));
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].kind != kind || (rows[i].statuses & status) == 0) {
            continue;
        }
        const Google__Protobuf__Timestamp *time = due_time(entity, rows[i].at);
        if (time != NULL && (due.field == NULL || fields_time_us(time) < due.time_us)) {
            due = (struct due){ .field = rows[i].field, .time_us = fields_time_us(time) };
        }
    }
    return due;
}

bool due_same(const struct due *a, const struct due *b)
{
    return a->time_us == b->time_us &&
           (a->field == NULL ? b->field == NULL
                             : b->field != NULL && strcmp(a->field, b->field) == 0);
}

struct status due_stamp(struct arena *arena, enum entity_kind kind, const ProtobufCMessage *before,
                        ProtobufCMessage *after, int64_t occurred_at_us, bool failed)
{
    if (!due_is_timed(kind)) {
        return status_ok();
    }
    struct due due = due_of(kind, after);
    struct due was = before == NULL ? (struct due){ .time_us = INT64_MAX } : due_of(kind, before);
    Google__Protobuf__Timestamp *at = NULL;
    if (due.field != NULL) {
        int64_t time_us = due.time_us > occurred_at_us ? due.time_us : occurred_at_us;
        TRY(fields_time_new(arena, time_us, &at));
    }
    memcpy((char *)after + places[kind].due_at, &at, sizeof at);
    if (!failed && !due_same(&due, &was)) {
        memset((char *)after + places[kind].due_error, 0, sizeof(void *));
    }
    return status_ok();
}

bool due_stands_still(const Agency__V1__Org *org)
{
    const unsigned status = org == NULL ? LIFE_NONE : fields_status(&org->base);
    return status == LIFE_ARCHIVED || status == LIFE_ERASED;
}

bool due_row_time(enum entity_kind kind, const ProtobufCMessage *entity, int64_t *time_us)
{
    const Google__Protobuf__Timestamp *time =
        due_is_timed(kind) ? due_time(entity, places[kind].due_at) : NULL;
    const bool at_once =
        time != NULL && continues_at[kind] > 0 && due_time(entity, continues_at[kind]) != NULL;
    *time_us = at_once ? DUE_AT_ONCE_US : fields_time_us(time);
    return time != NULL;
}

/* ---- what could not happen ---- */

/* What is due no longer: the field is cleared, whatever its type. */
static struct status due_clear(const Agency__V1__DeadlineFailed *event, ProtobufCMessage *entity)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].kind == (enum entity_kind)event->kind &&
            strcmp(rows[i].field, event->field) == 0) {
            memset((char *)entity + rows[i].at, 0, sizeof(void *));
            return status_ok();
        }
    }
    return status_error(STATUS_DATA_LOSS, "expected a field that can be due, but it is '%s'",
                        event->field);
}

struct status evolve_deadline_failed(const struct evolve *evolve,
                                     const Agency__V1__DeadlineFailed *event, void *entity)
{
    Agency__V1__DueError *error;
    TRY(due_clear(event, entity));
    TRY(pb_new(evolve->arena, &agency__v1__due_error__descriptor, &error));
    fields_copy(&event->base, &error->base);
    memcpy((char *)entity + places[event->kind].due_error, &error, sizeof error);
    return status_ok();
}
