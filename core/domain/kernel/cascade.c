/* Collecting comes first and emitting last, so that a cascade that is too large is refused before
 * anything is emitted, with its true size. An entity that is reached twice (a grant of a removed
 * subject on itself) ends once. What has expired is skipped: it has ended already.
 *
 * Order: cascade_collect, the event of what ends, cascade_emit. What ends may have dependants of
 * its own; kinds never depend on each other in a circle (tests/unit/domain/test_registry.c), so
 * that the walk comes to an end. */
#include "core/domain/kernel/cascade.h"

#include "core/base/limits.h"
#include "core/domain/kernel/fields.h"
#include "core/domain/kernel/life.h"
#include "core/domain/kernel/rules.h"
#include "core/pb/message.h"

/* The kinds that keys of grants begin with. */
#define GRANTEE(name) AGENCY__V1__GRANTEE_KIND__GRANTEE_KIND_##name
#define OBJECT(name) AGENCY__V1__OBJECT_KIND__OBJECT_KIND_##name

static const struct dependant_row {
    enum entity_kind kind; /* of what ends */
    enum index_number index;
    unsigned part; /* the kind that the key begins with; 0: none */
    enum event_number event;
    struct status (*ends)(struct decide *d, const ProtobufCMessage *dependant, struct str ending_id,
                          bool *ends);
} rows[] = {
#define X(ending, index_name, first, happens, condition) \
    { ENTITY_##ending, INDEX_##index_name, (first), EVENT_##happens, dependant_##condition },
    DEPENDANTS(X)
#undef X
};

static const struct blocker_row {
    enum entity_kind kind;
    enum index_number index;
    const char *words;
} blockers[] = {
#define X(ending, index_name, word) { ENTITY_##ending, INDEX_##index_name, (word) },
    BLOCKERS(X)
#undef X
};

struct status dependant_always(struct decide *d, const ProtobufCMessage *dependant,
                               struct str ending_id, bool *ends)
{
    (void)d;
    (void)dependant;
    (void)ending_id;
    *ends = true;
    return status_ok();
}

/* The list that holds what ends by the event of a row. */
static struct ids *cascade_ended(struct cascade *cascade, size_t row)
{
    size_t first = 0;
    assert(row < CASCADE_ROWS);
    while (rows[first].event != rows[row].event) {
        first++;
    }
    assert(first <= row);
    return &cascade->ended[first];
}

/* Too many: each of them can be ended by itself, by whoever may end all of them. */
static struct status cascade_reject(struct decide *d, const struct dependant_row *row,
                                    struct str dependant_id, struct str how_many)
{
    if (how_many.data == NULL) {
        return arena_full(d->arena);
    }
    return decide_reject(d, STATUS_FAILED_PRECONDITION,
                         "expected at most %d dependants to end with it, but there are %.*s: first "
                         "end some, such as '%.*s' by %s",
                         DECISION_EVENTS_MAX - 1, STR_ARG(how_many), STR_ARG(dependant_id),
                         life_command_of(row->event)->name);
}

static struct status cascade_scan(struct cascade *cascade, const struct dependant_row *row,
                                  struct str id, struct str **ids, size_t *ids_count)
{
    struct decide *d = cascade->d;
    const struct str parts[] = { index_kind(row->part), id };
    const struct str *first = row->part == 0 ? &parts[1] : parts;
    size_t parts_count = row->part == 0 ? 1 : 2;
    assert(parts_count >= index_type(row->index)->parts_asked);
    TRY(view_ids(d->view, d->arena, row->index, first, parts_count, RULES_SCAN_MAX + 1, ids,
                 ids_count));
    if (*ids_count > RULES_SCAN_MAX) {
        struct str many =
            arena_printf(d->arena, "more than %d, with those that have expired", RULES_SCAN_MAX);
        return cascade_reject(d, row, (*ids)[0], many);
    }
    return status_ok();
}

/* Adds what ends by one row to its list. */
static struct status cascade_add(struct cascade *cascade, size_t row, struct str id)
{
    struct decide *d = cascade->d;
    enum entity_kind kind = registry_event(rows[row].event)->entity;
    struct ids *ended = cascade_ended(cascade, row);
    struct str *ids;
    size_t ids_count;
    TRY_ACCEPTED(d, cascade_scan(cascade, &rows[row], id, &ids, &ids_count));
    assert(ids_count <= RULES_SCAN_MAX);
    for (size_t i = 0; i < ids_count; i++) {
        const ProtobufCMessage *dependant;
        bool ends;
        TRY(rules_get(d->view, kind, ids[i], &dependant));
        TRY(rows[row].ends(d, dependant, id, &ends));
        if (ends && !decide_expired(d, fields_expiry(dependant))) {
            TRY(ids_add(ended, ids[i]));
        }
    }
    return status_ok();
}

/* Adds what ends with each entity of a list; those that come first have no dependants of what comes
 * later, as rows stand in the order of their events. */
static struct status cascade_add_all(struct cascade *cascade, enum entity_kind kind,
                                     const struct ids *ending)
{
    for (size_t row = 0; row < CASCADE_ROWS; row++) {
        for (size_t i = 0; rows[row].kind == kind && i < ending->count; i++) {
            TRY_ACCEPTED(cascade->d, cascade_add(cascade, row, ending->items[i]));
        }
    }
    return status_ok();
}

static struct status cascade_check_blockers(struct decide *d, enum entity_kind kind, struct str id)
{
    for (size_t i = 0; i < sizeof blockers / sizeof blockers[0]; i++) {
        if (blockers[i].kind == kind) {
            TRY_ACCEPTED(
                d, rules_check_unused(d, kind, blockers[i].index, id.data, blockers[i].words));
        }
    }
    return status_ok();
}

/* Puts the lists into order, and counts. */
static struct status cascade_check(struct cascade *cascade)
{
    size_t count = 0, most = 0;
    for (size_t row = 0; row < CASCADE_ROWS; row++) {
        ids_sort(&cascade->ended[row]);
        count += cascade->ended[row].count;
        most = cascade->ended[row].count > cascade->ended[most].count ? row : most;
    }
    if (count <= DECISION_EVENTS_MAX - 1) {
        return status_ok();
    }
    assert(cascade->ended[most].count > 0);
    struct str many = arena_printf(cascade->d->arena, "%zu", count);
    return cascade_reject(cascade->d, &rows[most], cascade->ended[most].items[0], many);
}

struct status cascade_collect(struct decide *d, enum entity_kind kind, struct str id,
                              struct cascade *cascade)
{
    struct ids first = { .items = &id, .count = 1 };
    assert(d->events_count == 0 && d->rejection == NULL);
    *cascade = (struct cascade){ .d = d };
    for (size_t row = 0; row < CASCADE_ROWS; row++) {
        cascade->ended[row].arena = d->arena;
    }
    TRY_ACCEPTED(d, cascade_check_blockers(d, kind, id));
    TRY_ACCEPTED(d, cascade_add_all(cascade, kind, &first));
    for (size_t row = 0; row < CASCADE_ROWS; row++) {
        const struct ids *ended = &cascade->ended[row];
        if (ended->count > 0) {
            TRY_ACCEPTED(d,
                         cascade_add_all(cascade, registry_event(rows[row].event)->entity, ended));
        }
    }
    return cascade_check(cascade);
}

static struct status cascade_emit_one(struct decide *d, enum event_number event, struct str id)
{
    const struct event_type *type = registry_event(event);
    const ProtobufCMessage *entity;
    ProtobufCMessage *payload;
    assert(type->to == LIFE_ENDED || type->to == LIFE_REMOVED);
    TRY(rules_get(d->view, type->entity, id, &entity));
    TRY(pb_new(d->arena, type->descriptor, &payload));
    evolve_copy_key(type->entity, entity, payload);
    return decide_emit(d, event, payload);
}

struct status cascade_emit(struct cascade *cascade)
{
    assert(cascade->d->events_count > 0); /* that of what ends stands first */
    for (size_t row = 0; row < CASCADE_ROWS; row++) {
        for (size_t i = 0; i < cascade->ended[row].count; i++) {
            TRY(cascade_emit_one(cascade->d, rows[row].event, cascade->ended[row].items[i]));
        }
    }
    return status_ok();
}
