/* Kinds come in the order in which they name each other. Within a kind, and where two kinds name
 * each other, a document whose commands find something missing waits for another turn, as long as
 * there is any that finds more than before: so no order has to be known. */
#include "query/plan/plan.h"

#include "core/domain/decide.h"
#include "core/domain/kernel/fields.h"
#include "core/model/fold.h"
#include "core/model/key.h"
#include "core/pb/message.h"
#include "core/store/key.h"

/* Those that are named stand before those that name them. */
static const enum entity_kind plan_order[] = {
    ENTITY_ORG,        ENTITY_JOB_SPACE,  ENTITY_PERMISSION, ENTITY_SUBJECT,
    ENTITY_GROUP,      ENTITY_ASSET,      ENTITY_ROLE_TYPE,  ENTITY_ROLE,
    ENTITY_CREDENTIAL, ENTITY_CAPABILITY, ENTITY_ASSIGNMENT, ENTITY_GRANT,
};

static size_t plan_rank(enum entity_kind kind)
{
    size_t rank = 0;
    while (rank < sizeof plan_order / sizeof plan_order[0] && plan_order[rank] != kind) {
        rank++;
    }
    return rank;
}

/* ---- the org ---- */

static struct status plan_read_head(struct plan *plan)
{
    struct snapshot *snapshot = plan->snapshot;
    Agency__V1__OrgHead *head;
    struct store_row row;
    char room[KEY_ROOM];
    struct buf key = buf_in(room, sizeof room);
    key_head(&key, snapshot->org_id);
    struct status st = store_get(snapshot->reader, plan->arena, STORE_INDEX_LATEST, buf_str(&key),
                                 STORE_LATEST, &row);
    buf_release(&key);
    TRY(st);
    if (!row.found) {
        return status_error(STATUS_NOT_FOUND, "expected an org, but there is no '%.*s'",
                            STR_ARG(snapshot->org_id));
    }
    TRY(pb_unpack(plan->arena, &agency__v1__org_head__descriptor, row.value, PB_STORED, &head));
    plan->context.head = fold_org_head(head);
    return status_ok();
}

static struct status plan_begin(struct plan *plan)
{
    const struct snapshot *snapshot = plan->snapshot;
    layer_init(&plan->sum, &snapshot->stored->source);
    layer_init(&plan->tried, &plan->sum.source);
    layer_init(&plan->scratch, &plan->tried.source);
    org_view_init(&plan->before, &snapshot->stored->source, snapshot->org_id);
    org_view_init(&plan->after, &plan->scratch.source, snapshot->org_id);
    plan->before.view.expressions = plan->after.view.expressions = plan->options.expressions;
    before_init(&plan->state, &plan->scratch, snapshot->org_id, plan->options.expressions);
    plan->context.principal = plan->options.principal;
    plan->context.config = plan->options.config;
    plan->context.recorded_at_us = plan->options.now_us;
    return plan_read_head(plan);
}

void plan_release(struct plan *plan)
{
    if (plan->snapshot != NULL) {
        before_release(&plan->state);
        layer_release(&plan->scratch);
        layer_release(&plan->tried);
        layer_release(&plan->sum);
    }
    plan->snapshot = NULL;
}

/* ---- one document ---- */

static struct status plan_decide_whole(struct plan *plan, const Agency__V1__Command *command,
                                       struct decide *d)
{
    struct layer_org changes = { &plan->scratch, plan->snapshot->org_id };
    *d = (struct decide){ .arena = plan->arena,
                          .view = &plan->after.view,
                          .before = &plan->state.port,
                          .changes = &layer_changes,
                          .changes_self = &changes,
                          .context = &plan->context,
                          .command = command };
    struct status st = decide_command(d);
    d->command = NULL;
    plan->context.head.constrained = plan->context.head.constrained || d->constrained;
    return st;
}

static struct status plan_decide(struct plan *plan, Agency__V1__Command *bare, struct decide *d)
{
    Agency__V1__Command command;
    TRY(arena_text(plan->arena, plan->snapshot->org_id, &bare->org_id));
    TRY(command_record_hide(plan->arena, plan->options.keys, bare));
    command = *bare;
    bare->org_id = (char *)(uintptr_t) "";
    command.command_id = (char *)(uintptr_t) "plan";
    TRY(arena_text(plan->arena, plan->options.on_behalf_of, &command.on_behalf_of));
    return plan_decide_whole(plan, &command, d);
}

/* The command outlives the snapshot, from which it may borrow. */
static struct status plan_keep(struct plan *plan, const struct document *document,
                               const Agency__V1__Command *bare, const struct decide *d)
{
    ProtobufCMessage *copy;
    TRY(pb_copy(plan->arena, &bare->base, &copy));
    ARENA_TRY(plan->arena, plan->items,
              arena_grow(plan->arena, plan->items, plan->count, sizeof *plan->items, &plan->cap));
    plan->items[plan->count++] = (struct planned){ .document = document,
                                                   .command = (Agency__V1__Command *)copy,
                                                   .events = d->events,
                                                   .events_count = d->events_count,
                                                   .constraints = d->constraints,
                                                   .constraints_count = d->constraints_count };
    return status_ok();
}

static struct status plan_text(struct plan *plan, const char *text, struct str *copy)
{
    *copy = arena_copy(plan->arena, str_z(text));
    return copy->data == NULL ? arena_full(plan->arena) : status_ok();
}

/* What became of a command that is not accepted; OK: it is. What failed here is given back. */
static struct status plan_verdict(struct plan *plan, struct status decided, const struct decide *d,
                                  enum status_code *code, struct str *reason)
{
    *code = decided.code;
    if (decided.code == STATUS_UNAVAILABLE || decided.code == STATUS_DATA_LOSS) {
        return decided;
    }
    if (decided.code != STATUS_OK) {
        return plan_text(plan, decided.msg, reason);
    }
    if (d->rejection != NULL) {
        *code = (enum status_code)d->rejection->code;
        return plan_text(plan, d->rejection->reason, reason);
    }
    return status_ok();
}

/* Decides the commands of a document, all or none of them. */
static struct status plan_run(struct plan *plan, struct outlook *outlook,
                              const struct commands *commands)
{
    size_t kept = plan->count, events = outlook->events_count;
    outlook->code = STATUS_OK;
    for (size_t i = 0; i < commands->count && outlook->code == STATUS_OK; i++) {
        struct decide d;
        struct status st = plan_decide(plan, commands->items[i], &d);
        TRY(plan_verdict(plan, st, &d, &outlook->code, &outlook->reason));
        if (outlook->code == STATUS_OK && d.events_count > 0) {
            outlook->events_count += d.events_count;
            TRY(plan_keep(plan, outlook->document, commands->items[i], &d));
            layer_take(&plan->tried, &plan->scratch);
        }
        layer_reset(&plan->scratch);
    }
    if (outlook->code == STATUS_OK) {
        layer_take(&plan->sum, &plan->tried);
    } else {
        plan->count = kept;
        outlook->events_count = events;
    }
    layer_reset(&plan->tried);
    return status_ok();
}

/* What the set says of a document, beside what that says. */
static struct status plan_own(struct plan *plan, const struct document *document,
                              struct commands *commands)
{
    const Agency__V1__AppliedDocument *known;
    Agency__V1__AppliedDocument key = AGENCY__V1__APPLIED_DOCUMENT__INIT;
    struct str id;
    if (plan->options.set_id.size == 0) {
        return status_ok();
    }
    key.kind = (Agency__V1__EntityKind)document->kind;
    TRY(arena_text(plan->arena, plan->options.set_id, &key.set_id));
    TRY(arena_text(plan->arena, document->id, &key.entity_id));
    TRY(evolve_entity_id(plan->arena, ENTITY_APPLIED_DOCUMENT, &key.base, &id));
    TRY(view_applied_document(&plan->after.view, id, &known));
    return compose_owned(commands, plan->options.set_id, document, known);
}

static struct status plan_one(struct plan *plan, struct outlook *outlook, bool *changed)
{
    const struct document *document = outlook->document;
    struct commands commands = { .arena = plan->arena };
    const ProtobufCMessage *now, *then;
    TRY(view_get(&plan->before.view, document->kind, document->id, &then));
    TRY(view_get(&plan->after.view, document->kind, document->id, &now));
    size_t before = outlook->events_count;
    outlook->made = then == NULL;
    TRY(compose(&commands, document, now, now == then));
    TRY(plan_own(plan, document, &commands));
    TRY(plan_run(plan, outlook, &commands));
    *changed = outlook->events_count > before;
    return status_ok();
}

/* ---- all of them ---- */

/* Whether another document may yet bring what one has missed. */
static bool plan_waits(const struct outlook *outlook)
{
    return outlook->code == STATUS_NOT_FOUND || outlook->code == STATUS_FAILED_PRECONDITION;
}

/* Those of a rank that are not done: what it says is so already, or never will be. Says whether any
 * came further. */
static struct status plan_turn(struct plan *plan, size_t rank, bool *further)
{
    for (size_t i = 0; i < plan->outlooks_count; i++) {
        struct outlook *outlook = &plan->outlooks[i];
        if (outlook->done || plan_rank(outlook->document->kind) != rank) {
            continue;
        }
        bool changed;
        TRY(plan_one(plan, outlook, &changed));
        outlook->done = outlook->code == STATUS_OK ? !changed : !plan_waits(outlook);
        *further = *further || changed;
    }
    return status_ok();
}

static struct status plan_all(struct plan *plan)
{
    const size_t ranks = sizeof plan_order / sizeof plan_order[0] + 1;
    bool further = true;
    while (further) {
        further = false;
        for (size_t rank = 0; rank < ranks; rank++) {
            TRY(plan_turn(plan, rank, &further));
        }
    }
    for (size_t i = 0; i < plan->outlooks_count; i++) {
        plan->rejected += plan->outlooks[i].code != STATUS_OK;
    }
    return status_ok();
}

/* ---- what a set owns, and no document is about ---- */

static bool plan_has(const struct documents *documents, const Agency__V1__AppliedDocument *owned)
{
    bool has = false;
    for (size_t i = 0; i < documents->count && !has; i++) {
        has = documents->items[i].kind == (enum entity_kind)owned->kind &&
              str_eq(documents->items[i].id, str_z(owned->entity_id));
    }
    return has;
}

static struct status plan_find_pruned(struct plan *plan, const struct documents *documents,
                                      struct documents *pruned)
{
    struct str *ids;
    size_t count;
    const struct view *view = &plan->before.view;
    TRY(view_ids(view, plan->arena, INDEX_APPLIED_DOCUMENT_BY_SET, &plan->options.set_id, 1,
                 DOCUMENTS_MAX, &ids, &count));
    for (size_t i = 0; i < count; i++) {
        const Agency__V1__AppliedDocument *owned;
        TRY(view_applied_document(view, ids[i], &owned));
        if (owned == NULL || plan_has(documents, owned)) {
            continue;
        }
        ARENA_TRY(plan->arena, pruned->items,
                  arena_grow(plan->arena, pruned->items, pruned->count, sizeof *pruned->items,
                             &pruned->cap));
        pruned->items[pruned->count++] =
            (struct document){ .file = STR("set"),
                               .kind = (enum entity_kind)owned->kind,
                               .id = arena_copy(plan->arena, str_z(owned->entity_id)) };
    }
    return status_ok();
}

static struct status plan_add(struct plan *plan, const struct documents *documents,
                              const struct documents *pruned)
{
    ARENA_TRY(
        plan->arena, plan->outlooks,
        arena_zalloc(plan->arena, (documents->count + pruned->count + 1) * sizeof *plan->outlooks));
    for (size_t i = 0; i < documents->count; i++) {
        plan->outlooks[plan->outlooks_count++].document = &documents->items[i];
    }
    for (size_t i = 0; i < pruned->count; i++) {
        plan->outlooks[plan->outlooks_count++].document = &pruned->items[i];
    }
    return status_ok();
}

struct status plan_make(struct plan *plan, struct snapshot *snapshot,
                        const struct plan_options *options, const struct documents *documents)
{
    *plan = (struct plan){ .snapshot = snapshot, .options = *options, .arena = snapshot->arena };
    struct documents pruned = { .arena = plan->arena };
    TRY(plan_begin(plan));
    if (options->prune) {
        TRY(plan_find_pruned(plan, documents, &pruned));
    }
    TRY(plan_add(plan, documents, &pruned));
    return plan_all(plan);
}

/* ---- one command ---- */

struct status plan_command(struct plan *plan, struct snapshot *snapshot,
                           const struct plan_options *options, Agency__V1__Command *command,
                           struct forecast *forecast)
{
    struct decide d;
    *plan = (struct plan){ .snapshot = snapshot, .options = *options, .arena = snapshot->arena };
    *forecast = (struct forecast){ .code = STATUS_OK };
    TRY(plan_begin(plan));
    TRY(command_record_hide(plan->arena, options->keys, command));
    struct status st = plan_decide_whole(plan, command, &d);
    TRY(plan_verdict(plan, st, &d, &forecast->code, &forecast->reason));
    forecast->constraints = d.constraints;
    forecast->constraints_count = d.constraints_count;
    if (forecast->code != STATUS_OK) {
        return status_ok();
    }
    forecast->authority = d.authority;
    forecast->events = d.events;
    forecast->events_count = d.events_count;
    layer_take(&plan->sum, &plan->scratch);
    layer_reset(&plan->scratch);
    return status_ok();
}

/* ---- access ---- */

static struct status plan_change(struct plan *plan, const struct omap_entry *entry,
                                 struct access_change *change)
{
    struct str key = entry->key, org_id;
    uint8_t kind;
    TRY(key_get_str(&key, plan->arena, &org_id));
    TRY(key_get_u8(&key, &kind));
    TRY(key_get_str(&key, plan->arena, &change->id));
    change->kind = (enum entity_kind)kind;
    change->after = layer_entity(entry);
    return view_get(&plan->before.view, change->kind, change->id, &change->before);
}

struct status plan_access(struct plan *plan, struct access_feed *feed)
{
    const int64_t now_us = plan->options.now_us;
    const struct access_side before = { &plan->before.view, now_us - 1 };
    const struct access_side after = { &plan->after.view, now_us };
    struct access_change *changes;
    size_t count = 0;
    ARENA_TRY(plan->arena, changes,
              arena_zalloc(plan->arena, (plan->sum.entities.count + 1) * sizeof *changes));
    for (const struct omap_entry *e = omap_lower_bound(&plan->sum.entities, STR("")); e != NULL;
         e = omap_next(e)) {
        TRY(plan_change(plan, e, &changes[count++]));
    }
    return access_feed_of(plan->arena, &before, &after, changes, count, feed);
}
