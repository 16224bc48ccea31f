/* Each entity is judged in a layer of its own above the scratch: what fails is dropped from there,
 * and DeadlineFailed takes its place, so that nothing that is due can stop its org.
 *
 * Invariants: (1) after it the entity's row in DUE is gone, or that of another of its times
 * (elapse_entity); (2) an entity that found no room beside the others is the first of the next
 * decision: alone it fails by itself or not at all; (3) its rules read no more than those of two
 * commands may. */
#include "core/model/elapse.h"

#include "core/base/buf.h"
#include "core/base/limits.h"
#include "core/domain/kernel/rules.h"
#include "core/model/before.h"
#include "core/store/key.h"

struct elapse_one {
    struct elapse *elapse;
    const struct dues_row *row;
    struct layer layer;
    struct layer_org changes;
    struct org_view org;
    struct before before;
    struct due due;
    bool no_room;
};

static bool elapse_is_answer(enum status_code code)
{
    return code != STATUS_UNAVAILABLE && code != STATUS_DATA_LOSS;
}

/* Takes back what was emitted since. */
static void elapse_take_back(struct elapse_one *one, const struct decide *before)
{
    struct decide *d = &one->elapse->decide;
    layer_reset(&one->layer);
    d->events_count = before->events_count;
    d->events_size = before->events_size;
    d->rows_count = before->rows_count;
    d->dues = before->dues;
    d->renewing = before->renewing;
    d->constraints_count = before->constraints_count;
    d->command = NULL;
    d->authority = NULL;
    d->on_behalf_of = (struct str){ 0 };
    d->rejection = NULL;
    d->full = false;
}

/* Why an entity could not be judged, as the code and reason of what is recorded. */
static enum status_code elapse_why(const struct decide *d, struct status st, const char **reason)
{
    static const char nothing[] = "expected something to happen, but nothing did";
    if (st.code == STATUS_OK && d->rejection == NULL) {
        *reason = nothing;
        return STATUS_INTERNAL;
    }
    *reason = d->rejection == NULL ? NULL : d->rejection->reason;
    return d->rejection == NULL ? st.code : (enum status_code)d->rejection->code;
}

static struct status elapse_fail(struct elapse_one *one, const struct decide *before,
                                 struct status st)
{
    struct decide *d = &one->elapse->decide;
    const char *reason;
    enum status_code code = elapse_why(d, st, &reason);
    bool alone = one->elapse->elapsed_count == 0;
    one->no_room = d->full && !alone;
    elapse_take_back(one, before);
    if (one->no_room) {
        return status_ok();
    }
    TRY(elapse_failed(d, one->row->kind, one->row->id, &one->due, code,
                      reason == NULL ? st.msg : reason));
    one->no_room = d->rejection != NULL && !alone;
    if (one->no_room) {
        elapse_take_back(one, before);
    }
    return d->rejection == NULL ? status_ok()
                                : status_error(STATUS_INTERNAL, "expected room for one event: %s",
                                               d->rejection->reason);
}

static struct status elapse_judge(struct elapse_one *one)
{
    struct decide *d = &one->elapse->decide;
    const struct decide before = *d;
    struct status st = elapse_entity(d, one->row->kind, one->row->id, &one->due);
    bool happened =
        st.code == STATUS_OK && d->rejection == NULL && d->events_count > before.events_count;
    if (happened || !elapse_is_answer(st.code)) {
        return st;
    }
    return elapse_fail(one, &before, st);
}

/* It fails without being judged. */
static struct status elapse_unjudged(struct elapse_one *one, struct status why)
{
    struct decide *d = &one->elapse->decide;
    const struct decide before = *d;
    const ProtobufCMessage *entity;
    TRY(view_get(d->view, one->row->kind, one->row->id, &entity));
    if (entity == NULL) {
        return status_error(STATUS_DATA_LOSS, "expected what a row of DUE names");
    }
    one->due = due_of(one->row->kind, entity);
    return elapse_fail(one, &before, why);
}

static struct status elapse_poisoned(struct elapse_one *one)
{
    return elapse_unjudged(one, status_error(STATUS_INTERNAL,
                                             "expected something that can be decided, but it has "
                                             "stopped the process three times"));
}

static struct status elapse_endless(struct elapse_one *one)
{
    return elapse_unjudged(one, status_error(STATUS_RESOURCE_EXHAUSTED,
                                             "expected at most %d decisions in a row that follow "
                                             "at once from the one before",
                                             CONTINUATIONS_MAX));
}

static struct status elapse_watched(struct elapse_one *one)
{
    struct elapse_watch *watch = one->elapse->watch;
    struct buf name = { 0 };
    if (one->row->time_us == DUE_AT_ONCE_US &&
        one->elapse->head->continuations >= CONTINUATIONS_MAX) {
        return elapse_endless(one);
    }
    if (watch == NULL) {
        return elapse_judge(one);
    }
    key_put_str(&name, one->elapse->org_id);
    key_put_u8(&name, (uint8_t)one->row->kind);
    key_put_u64(&name, (uint64_t)one->row->time_us);
    key_put_str(&name, one->row->id);
    bool poison = !watch->begin(watch, buf_str(&name));
    struct status st = poison ? elapse_poisoned(one) : elapse_judge(one);
    watch->end(watch);
    buf_release(&name);
    return st;
}

static struct status elapse_note(struct elapse_one *one)
{
    struct elapse *elapse = one->elapse;
    Agency__V1__Elapsed *elapsed;
    ARENA_TRY(elapse->arena, elapsed, arena_alloc(elapse->arena, sizeof *elapsed));
    agency__v1__elapsed__init(elapsed);
    elapsed->kind = (Agency__V1__EntityKind)one->row->kind;
    elapsed->field = (char *)(uintptr_t)one->due.field;
    elapsed->due_us = one->due.time_us;
    elapse->elapsed[elapse->elapsed_count++] = elapsed;
    return arena_text(elapse->arena, one->row->id, &elapsed->id);
}

/* One entity; *more is false if there is no room for it. */
static struct status elapse_one(struct elapse *elapse, const struct dues_row *row, bool *more)
{
    struct decide *d = &elapse->decide;
    struct elapse_one one = { .elapse = elapse, .row = row };
    layer_init(&one.layer, &elapse->scratch->source);
    one.changes = (struct layer_org){ &one.layer, elapse->org_id };
    org_view_init(&one.org, &one.layer.source, elapse->org_id);
    one.org.view.expressions = elapse->expressions;
    before_init(&one.before, &one.layer, elapse->org_id, elapse->expressions);
    d->view = &one.org.view;
    d->before = &one.before.port;
    d->changes_self = &one.changes;
    struct status st = elapse_watched(&one);
    *more = st.code == STATUS_OK && !one.no_room;
    if (*more) {
        layer_take(elapse->scratch, &one.layer);
        st = elapse_note(&one);
    }
    before_release(&one.before);
    layer_release(&one.layer);
    d->view = NULL;
    d->before = NULL;
    d->changes_self = NULL;
    return st;
}

/* How many of the rows are one decision. */
static size_t elapse_batch(const struct dues_row *rows, size_t count)
{
    size_t batch = 1;
    while (rows[0].time_us != DUE_AT_ONCE_US && batch < count &&
           rows[batch].time_us == rows[0].time_us) {
        batch++;
    }
    return batch;
}

struct status elapse_decide(struct elapse *elapse)
{
    struct org_view org;
    struct dues_row *rows;
    size_t count;
    bool more = true;
    elapse->elapsed_count = 0;
    if (dues_next_us(elapse->head) > elapse->until_us) {
        return status_ok();
    }
    org_view_init(&org, &elapse->scratch->source, elapse->org_id);
    TRY(dues_first(&org.view, elapse->arena, elapse->head, elapse->until_us, ELAPSE_MAX, &rows,
                   &count));
    if (count == 0) {
        return status_error(STATUS_DATA_LOSS, "expected a row of what is due in org '%.*s'",
                            STR_ARG(elapse->org_id));
    }
    count = elapse_batch(rows, count);
    elapse->decide = (struct decide){ .arena = elapse->arena,
                                      .changes = &layer_changes,
                                      .context = elapse->context,
                                      .memory = elapse->memory };
    int64_t last_us = elapse->context->head.last_occurred_at_us;
    elapse->decide.occurred_at_us = rows[0].time_us > last_us ? rows[0].time_us : last_us;
    ARENA_TRY(elapse->arena, elapse->elapsed, arena_alloc(elapse->arena, count * sizeof(void *)));
    for (size_t i = 0; i < count && more && elapse->decide.rows_read <= RULES_SCAN_MAX; i++) {
        TRY(elapse_one(elapse, &rows[i], &more));
    }
    assert(elapse->elapsed_count > 0 && elapse->decide.events_count > 0);
    return status_ok();
}
