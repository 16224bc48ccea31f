/* What is due in an org, before its next command or by itself.
 *
 * An org that takes imports has the time of its imports, not the decider's: what is due in it moves
 * on with them, so that a history that is imported leaves what living through it would have left.
 * Only what follows at once from a decision does so by itself. */
#include <inttypes.h>

#include "core/domain/decide.h"
#include "core/domain/kernel/due.h"
#include "core/model/elapse.h"
#include "core/pb/message.h"
#include "writers/decider_inside.h"

enum {
    /* Entities that may be due before a command, which waits for all of them. */
    DUE_BEFORE_MAX = 1024,
    /* Decisions in a row that may follow at once before it. */
    CONTINUATIONS_BEFORE_MAX = 64,
    /* What is due is decided in half of the partition's time: some thousands a second. */
    DUE_PER_SECOND = 10000,
};

/* ---- one decision ---- */

/* The note of what is judged, so that a death tells of it. */
struct due_watch {
    struct elapse_watch watch;
    struct poison *poison;
};

static bool due_watch_begin(struct elapse_watch *self, struct str entity)
{
    struct poison *poison = ((struct due_watch *)(void *)self)->poison;
    bool killer = poison_is(poison, entity);
    poison_begin(poison, entity);
    return !killer;
}

static void due_watch_end(struct elapse_watch *self)
{
    poison_end(((struct due_watch *)(void *)self)->poison);
}

static struct status due_record(struct decider *decider, const struct elapse *elapse,
                                Agency__V1__OrgHead *head, uint64_t next_command_offset)
{
    const struct decide *d = &elapse->decide;
    Agency__V1__Authority time = AGENCY__V1__AUTHORITY__INIT;
    Agency__V1__Decision decision = AGENCY__V1__DECISION__INIT;
    time.kind = AGENCY__V1__AUTHORITY_KIND__AUTHORITY_KIND_TIME;
    TRY(arena_text(&decider->arena, elapse->org_id, &decision.org_id));
    TRY(arena_text(&decider->arena, d->on_behalf_of, &decision.on_behalf_of));
    decision.command = d->command == NULL ? 0 : (uint32_t)d->command->payload_case;
    decision.org_prev = head->decision_hash;
    decision.org_sequence = head->org_sequence + 1;
    decision.authority = d->authority == NULL ? &time : d->authority;
    decision.recorded_at_us = elapse->context->recorded_at_us;
    decision.occurred_at_us = d->occurred_at_us;
    decision.imported = !head->live;
    decision.events = d->events;
    decision.n_events = d->events_count;
    decision.elapsed = elapse->elapsed;
    decision.n_elapsed = elapse->elapsed_count;
    decision.constraints = elapse->decide.constraints;
    decision.n_constraints = elapse->decide.constraints_count;
    struct str body;
    TRY(pb_pack(&decider->arena, &decision.base, &body));
    assert(body.size <= RECORD_BODY_SIZE_MAX);
    struct fold_place place = { .sequence = decider->chain.sequence + 1,
                                .body = body,
                                .head = head };
    TRY(fold_keep(decider->fold, &decider->arena, &decision, &place));
    decider_chain(decider, RECORD_DECISION, body, next_command_offset);
    decider->recorded_at_us = decision.recorded_at_us;
    decider->next_due_us = dues_next_us(head);
    return status_ok();
}

/* The next decision of what is due by a time; *record is empty if nothing is. */
static struct status due_decide(struct decider *decider, struct str org_id,
                                Agency__V1__OrgHead *head, int64_t recorded_at_us, int64_t until_us,
                                uint64_t next_command_offset, struct str *record)
{
    struct due_watch watch = { { due_watch_begin, due_watch_end }, decider->poison };
    struct decide_context context = { .config = &decider->config,
                                      .head = fold_org_head(head),
                                      .recorded_at_us = recorded_at_us,
                                      .until_us = until_us };
    struct elapse elapse = { .arena = &decider->arena,
                             .scratch = &decider->fold->scratch,
                             .org_id = org_id,
                             .head = head,
                             .context = &context,
                             .memory = &decider->fold->check_cache.memory,
                             .expressions = decider->expressions,
                             .watch = decider->poison == NULL ? NULL : &watch.watch,
                             .until_us = until_us };
    *record = (struct str){ 0 };
    struct status st = elapse_decide(&elapse);
    if (st.code == STATUS_OK && elapse.elapsed_count > 0) {
        st = due_record(decider, &elapse, head, next_command_offset);
        *record = st.code == STATUS_OK ? buf_str(&decider->value) : *record;
    }
    if (st.code != STATUS_OK) {
        fold_discard(decider->fold);
    }
    return st;
}

static struct status due_rests(const struct decider *decider, struct str org_id, bool *rests)
{
    struct org_view view;
    const Agency__V1__Org *org;
    org_view_init(&view, &decider->fold->scratch.source, org_id);
    TRY(view_org(&view.view, org_id, &org));
    *rests = due_stands_still(org);
    return status_ok();
}

struct status decider_elapse(struct decider *decider, const struct decider_due *due,
                             struct str *record)
{
    Agency__V1__OrgHead *head;
    bool rests;
    int64_t recorded_at_us = decider_next_time(decider, due->now_us);
    *record = (struct str){ 0 };
    arena_reset(&decider->arena);
    decider->org_id = arena_copy(&decider->arena, due->org_id);
    decider->command_id = decider->trace = (struct str){ 0 };
    decider->command = 0;
    TRY(fold_head(decider->fold, &decider->arena, due->org_id, &head));
    decider->next_due_us = dues_next_us(head);
    int64_t until_us =
        head->live || due->until_us > recorded_at_us ? recorded_at_us : due->until_us;
    if (decider->next_due_us > until_us) {
        return status_ok();
    }
    TRY(due_rests(decider, due->org_id, &rests));
    return rests ? status_ok()
                 : due_decide(decider, due->org_id, head, recorded_at_us, until_us,
                              due->next_command_offset, record);
}

/* ---- before a command ---- */

/* Up to when what is due comes before the command; INT64_MIN at least: what follows at once. */
static struct status settle_until(struct decider_settling *settling, int64_t *until_us)
{
    struct decider *decider = settling->decider;
    struct org_view org;
    *until_us = settling->recorded_at_us;
    if (settling->head->live) {
        return status_ok();
    }
    org_view_init(&org, &decider->fold->scratch.source, str_z(settling->command->org_id));
    org.view.expressions = decider->expressions;
    struct decide_context context = { .principal = settling->principal,
                                      .config = &decider->config,
                                      .head = fold_org_head(settling->head),
                                      .recorded_at_us = settling->recorded_at_us };
    struct decide d = { .arena = &decider->arena,
                        .view = &org.view,
                        .context = &context,
                        .memory = &decider->fold->check_cache.memory,
                        .command = settling->command };
    bool moves;
    TRY(decide_moves_time(&d, &moves));
    *until_us = moves ? d.occurred_at_us : DUE_AT_ONCE_US;
    settling->unsettled = !moves && dues_next_us(settling->head) <= settling->recorded_at_us;
    return status_ok();
}

/* Whether it is too much to be waited for. */
static struct status settle_check(struct decider_settling *settling, int64_t until_us,
                                  struct submit_answer *answer, bool *answered)
{
    struct decider *decider = settling->decider;
    const Agency__V1__OrgHead *head = settling->head;
    struct org_view org;
    struct dues_row *rows;
    size_t count = 0;
    org_view_init(&org, &decider->fold->scratch.source, str_z(settling->command->org_id));
    if (head->dues > DUE_BEFORE_MAX) {
        TRY(dues_first(&org.view, &decider->arena, head, until_us, DUE_BEFORE_MAX + 1, &rows,
                       &count));
    }
    bool chained =
        head->next_due_us == DUE_AT_ONCE_US && head->continuations >= CONTINUATIONS_BEFORE_MAX;
    *answered = count > DUE_BEFORE_MAX || chained;
    if (!*answered) {
        return status_ok();
    }
    decider->owed_until_us = until_us;
    decider->next_due_us = dues_next_us(head);
    return decider_fail(
        answer, status_error(STATUS_RESOURCE_EXHAUSTED,
                             "expected at most %d %s before a command, but there are more: try "
                             "again in %" PRIu64 " s",
                             chained ? CONTINUATIONS_BEFORE_MAX : DUE_BEFORE_MAX,
                             chained ? "decisions that follow at once" : "things to be due",
                             head->dues / DUE_PER_SECOND + 1));
}

struct status decider_settle(struct decider_settling *settling, struct submit_answer *answer,
                             struct str *record, bool *answered)
{
    struct decider *decider = settling->decider;
    Agency__V1__OrgHead *head = settling->head;
    const struct str org_id = str_z(settling->command->org_id);
    int64_t until_us;
    bool rests;
    *answered = false;
    if (dues_next_us(head) > settling->recorded_at_us) {
        return status_ok(); /* as nearly always */
    }
    TRY(due_rests(decider, org_id, &rests));
    if (rests) {
        return status_ok();
    }
    TRY(settle_until(settling, &until_us));
    if (dues_next_us(head) > until_us) {
        return status_ok();
    }
    if (!settling->waits) {
        TRY(settle_check(settling, until_us, answer, answered));
    }
    if (*answered) {
        return status_ok();
    }
    TRY(due_decide(decider, org_id, head, settling->recorded_at_us, until_us,
                   decider->chain.next_command_offset, record));
    *answered = true;
    *answer =
        (struct submit_answer){ .outcome = SUBMIT_ELAPSED, .sequence = decider->chain.sequence };
    return status_ok();
}
