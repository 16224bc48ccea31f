/* Who may command, in this order: the operator; the credential and its subject; the subject acted
 * for, and those through whom; the command's own permission; `delegate`, where the command can
 * widen access; `import`.
 *
 * Whoever acts on behalf of another needs `act_as` on it, and is then judged as that other: its
 * permissions count and not the actor's own, so that an agent cannot do for a person what the
 * person may not do. An agent of an agent of a person needs it on that agent, and that agent on
 * the person: each link is granted by itself, and revoked by itself. An operator may act for
 * everybody; his authority stays the operator's.
 *
 * What an entity carries is judged as the subject that its definition names, at the time of its
 * decision.
 *
 * Everything else is judged at the decider's clock, not at the occurred_at of an import: an expired
 * credential or grant does not come to life again because a command says that it is about the past.
 *
 * An object that is not there is covered by the org only: "there is no such group" is told to those
 * only who may command the org. */
#include "core/domain/access/authority.h"

#include "core/domain/access/acting.h"
#include "core/domain/check/check.h"
#include "core/domain/kernel/carried.h"
#include "core/domain/kernel/fields.h"
#include "core/domain/kernel/hierarchy.h"
#include "core/domain/kernel/targets.h"

/* Groups or assets below one, at most, that are asked about one by one. */
enum { AUTHORITY_BELOW_MAX = 1024 };

/* ---- permissions ---- */

static struct status authority_record(struct decide *d, Agency__V1__AuthorityKind kind,
                                      Agency__V1__Authority **authority)
{
    ARENA_TRY(d->arena, *authority, arena_alloc(d->arena, sizeof **authority));
    agency__v1__authority__init(*authority);
    (*authority)->kind = kind;
    return status_ok();
}

static char *authority_text(struct str id)
{
    return (char *)(uintptr_t)id.data; /* ids of a path end with a NUL, as they lie in messages */
}

/* The way that a permission was held by, as it is recorded. */
static struct status authority_record_way(struct decide *d, const struct check_answer *answer)
{
    const struct check_step *first = &answer->steps[0];
    TRY(authority_record(d,
                         first->kind == STEP_GRANT
                             ? AGENCY__V1__AUTHORITY_KIND__AUTHORITY_KIND_GRANT
                             : AGENCY__V1__AUTHORITY_KIND__AUTHORITY_KIND_ROLE,
                         &d->authority));
    for (size_t i = 0; i < answer->steps_count; i++) {
        const struct check_step *step = &answer->steps[i];
        if (step->kind == STEP_GRANT) {
            d->authority->grant_id = authority_text(step->id);
        } else if (step->kind == STEP_SEAT) {
            d->authority->role_id = authority_text(step->id);
        } else if (step->kind == STEP_PARENT && d->authority->subject_id[0] == '\0') {
            d->authority->subject_id = authority_text(step->id);
        }
    }
    return status_ok();
}

static struct status authority_deny(struct decide *d, struct str subject_id, struct str permission,
                                    struct object object)
{
    struct str id = object.kind == OBJECT_ORG ? d->view->org_id : object.id;
    return decide_reject(d, STATUS_PERMISSION_DENIED,
                         "expected permission '%.*s' on %s '%.*s', but subject '%.*s' does not "
                         "have it",
                         STR_ARG(permission), object_kind_name(object.kind), STR_ARG(id),
                         STR_ARG(subject_id));
}

struct status authority_actors(struct decide *d, struct check_question *question)
{
    struct str *actors;
    bool alone = d->carried != NULL || d->on_behalf_of.size == 0 ||
                 str_eq(d->on_behalf_of, d->subject_id) ||
                 str_eq(question->subject_id, d->subject_id);
    if (alone) {
        return status_ok();
    }
    ARENA_TRY(d->arena, actors, arena_alloc(d->arena, (d->actors_count + 1) * sizeof *actors));
    actors[question->actors_count++] = d->subject_id;
    for (size_t i = 0; i < d->actors_count && !str_eq(d->actors[i], question->subject_id); i++) {
        actors[question->actors_count++] = d->actors[i];
    }
    question->actors = actors;
    return status_ok();
}

static struct status authority_ask(struct decide *d, const struct check_question *question,
                                   struct check_answer *answer)
{
    int64_t at_us = d->context->recorded_at_us;
    struct check_question asked = *question;
    TRY(authority_actors(d, &asked));
    asked.gas_used = &d->gas_used;
    TRY(d->memory == NULL ? check(d->view, d->arena, at_us, &asked, answer)
                          : d->memory->ask(d->memory, d->view, d->arena, at_us, &asked, answer));
    d->lookups += answer->lookups;
    return status_ok();
}

/* Rejects unless the subject has the permission on the object. */
static struct status authority_need(struct decide *d, struct str subject_id, struct str permission,
                                    struct object object, struct check_answer *answer)
{
    const struct check_question question = {
        .subject_id = subject_id, .permission = permission, .object = object, .for_command = true
    };
    TRY(authority_ask(d, &question, answer));
    return answer->allowed ? status_ok() : authority_deny(d, subject_id, permission, object);
}

/* The groups or assets below an object; rejects where they are too many to ask about each. */
static struct status authority_find_below(struct decide *d, struct object object, struct ids *below)
{
    enum hierarchy hierarchy =
        object.kind == OBJECT_GROUP ? HIERARCHY_GROUP_PARENTS : HIERARCHY_ASSET_PARENTS;
    TRY_ACCEPTED(d, hierarchy_walk(d, hierarchy, HIERARCHY_DOWN, object.id.data, below));
    if (below->count - 1 > AUTHORITY_BELOW_MAX) {
        return decide_reject(d, STATUS_FAILED_PRECONDITION,
                             "expected at most %d %ss below %s '%.*s', or a permission on it or "
                             "above it that covers them all, but there are %zu",
                             AUTHORITY_BELOW_MAX, object_kind_name(object.kind),
                             object_kind_name(object.kind), STR_ARG(object.id), below->count - 1);
    }
    return status_ok();
}

/* Rejects unless the subject has the permission on the object and on all that lies below it. What
 * is held on it, above it or on the org is held there, too: one question. What is held by its asset
 * type or job space is not. */
static struct status authority_need_below(struct decide *d, struct str subject_id,
                                          struct str permission, struct object object,
                                          struct check_answer *answer)
{
    const struct check_question whole = { .subject_id = subject_id,
                                          .permission = permission,
                                          .object = object,
                                          .for_command = true,
                                          .below = true };
    struct ids below = { .arena = d->arena };
    struct check_answer one;
    TRY(authority_ask(d, &whole, answer));
    if (answer->allowed) {
        return status_ok();
    }
    TRY_ACCEPTED(d, authority_need(d, subject_id, permission, object, answer));
    if (object.kind != OBJECT_GROUP && object.kind != OBJECT_ASSET) {
        return status_ok();
    }
    TRY_ACCEPTED(d, authority_find_below(d, object, &below));
    for (size_t i = 0; i < below.count; i++) {
        TRY_ACCEPTED(d, authority_need(d, subject_id, permission,
                                       (struct object){ object.kind, below.items[i] }, &one));
    }
    return status_ok();
}

static struct status authority_need_target(struct decide *d, struct str subject_id,
                                           struct str permission, const struct targets *targets,
                                           size_t i, struct check_answer *answer)
{
    return targets->below
               ? authority_need_below(d, subject_id, permission, targets->items[i], answer)
               : authority_need(d, subject_id, permission, targets->items[i], answer);
}

/* The permission on one of the targets; the rejection names the first. */
static struct status authority_need_any(struct decide *d, struct str subject_id,
                                        struct str permission, const struct targets *targets,
                                        struct check_answer *answer)
{
    Agency__V1__Rejection *first = NULL;
    for (size_t i = 0; i < targets->count; i++) {
        d->rejection = NULL;
        TRY(authority_need_target(d, subject_id, permission, targets, i, answer));
        if (d->rejection == NULL) {
            return status_ok();
        }
        first = first == NULL ? d->rejection : first;
    }
    d->rejection = first;
    return status_ok();
}

/* The permission on the targets; *answer is the way to the first. */
static struct status authority_need_all(struct decide *d, struct str subject_id,
                                        struct str permission, const struct targets *targets,
                                        struct check_answer *answer)
{
    if (targets->any) {
        return authority_need_any(d, subject_id, permission, targets, answer);
    }
    struct check_answer other;
    for (size_t i = 0; i < targets->count; i++) {
        TRY_ACCEPTED(d, authority_need_target(d, subject_id, permission, targets, i,
                                              i == 0 ? answer : &other));
    }
    return status_ok();
}

static struct status authority_is_open(const struct decide *d, bool *open)
{
    const Agency__V1__Org *org;
    TRY(view_org(d->view, d->view->org_id, &org));
    *open = org != NULL && org->access_mode == AGENCY__V1__ACCESS_MODE__ACCESS_MODE_OPEN;
    return status_ok();
}

/* What cannot be undone is waived for nobody. */
static bool authority_is_erasure(const struct command_type *type)
{
    return registry_event(type->event)->to == LIFE_ERASED;
}

/* The command's own permission, which an OPEN org waives. */
static struct status authority_need_own(struct decide *d, struct str subject_id,
                                        const struct command_type *type, struct targets *targets)
{
    bool open;
    TRY(authority_is_open(d, &open));
    if (open && !authority_is_erasure(type)) {
        return authority_record(d, AGENCY__V1__AUTHORITY_KIND__AUTHORITY_KIND_OPEN, &d->authority);
    }
    struct check_answer answer;
    TRY_ACCEPTED(d, targets_of(d, type->own, targets));
    TRY_ACCEPTED(d, authority_need_all(d, subject_id, str_z(type->name), targets, &answer));
    return authority_record_way(d, &answer);
}

static struct status authority_need_command(struct decide *d, struct str subject_id)
{
    const struct command_type *type = decide_type(d);
    struct targets targets = { 0 };
    struct check_answer unused;
    ARENA_TRY(d->arena, targets.items, arena_alloc(d->arena, TARGETS_MAX * sizeof *targets.items));
    TRY_ACCEPTED(d, authority_need_own(d, subject_id, type, &targets));
    TRY_ACCEPTED(d, targets_of(d, type->delegate, &targets));
    TRY_ACCEPTED(d, authority_need_all(d, subject_id, STR("delegate"), &targets, &unused));
    return !decide_says_time(d->command)
               ? status_ok()
               : authority_need(d, subject_id, STR("import"), object_org(), &unused);
}

/* ---- who ---- */

/* Rejects unless the subject that acts, or is acted for, is ACTIVE. */
static struct status authority_need_active(struct decide *d, struct str subject_id)
{
    const Agency__V1__Subject *subject;
    TRY(view_subject(d->view, subject_id, &subject));
    if (subject == NULL || subject->status != LIFE_ACTIVE) {
        return decide_reject(d, STATUS_PERMISSION_DENIED,
                             "expected an active subject to act, but '%.*s' is not",
                             STR_ARG(subject_id));
    }
    return status_ok();
}

static struct status authority_operator(struct decide *d)
{
    const struct decide_config *config = d->context->config;
    const struct str name = str_z(d->context->principal->operator_);
    bool creates = (unsigned)d->command->payload_case == COMMAND_CREATE_ORG;
    for (size_t i = 0; creates && i < config->org_creators_count; i++) {
        creates = !str_eq(config->org_creators[i], name);
    }
    if (creates) {
        return decide_reject(d, STATUS_PERMISSION_DENIED,
                             "expected an operator that may create orgs, but '%.*s' may not",
                             STR_ARG(name));
    }
    if (d->command->n_actors > 0) {
        return decide_reject(d, STATUS_INVALID_ARGUMENT,
                             "expected no actors, as an operator acts by himself");
    }
    d->on_behalf_of = str_z(d->command->on_behalf_of);
    if (d->on_behalf_of.size > 0) {
        TRY_ACCEPTED(d, authority_need_active(d, d->on_behalf_of));
    }
    return authority_record(d, AGENCY__V1__AUTHORITY_KIND__AUTHORITY_KIND_OPERATOR, &d->authority);
}

/* Rejects unless each of those who act holds `act_as` on the next, and the last on who is acted
 * for; all of them ACTIVE. */
static struct status authority_need_links(struct decide *d)
{
    struct check_answer unused;
    struct str from = d->subject_id;
    for (size_t i = 0; i <= d->actors_count; i++) {
        struct str to = i < d->actors_count ? d->actors[i] : d->on_behalf_of;
        TRY_ACCEPTED(d, authority_need(d, from, STR("act_as"),
                                       (struct object){ OBJECT_SUBJECT, to }, &unused));
        TRY_ACCEPTED(d, authority_need_active(d, to));
        from = to;
    }
    return status_ok();
}

/* Where the org wants it, each of those who act may command it himself. */
static struct status authority_attenuate(struct decide *d)
{
    const Agency__V1__Org *org;
    TRY(view_org(d->view, d->view->org_id, &org));
    if (org == NULL || !org->attenuate) {
        return status_ok();
    }
    TRY_ACCEPTED(d, authority_need_command(d, d->subject_id));
    for (size_t i = 0; i < d->actors_count; i++) {
        TRY_ACCEPTED(d, authority_need_command(d, d->actors[i]));
    }
    return status_ok();
}

/* Whoever put what carries it could delegate what the subject may do; whether the subject still may
 * is asked each time. */
static struct status authority_carried(struct decide *d)
{
    const struct carried *carried = d->carried;
    Agency__V1__EntityRef *origin;
    d->on_behalf_of = str_z(carried->acts_as);
    TRY_ACCEPTED(d, authority_need_active(d, d->on_behalf_of));
    TRY_ACCEPTED(d, authority_need_command(d, d->on_behalf_of));
    ARENA_TRY(d->arena, origin, arena_alloc(d->arena, sizeof *origin));
    agency__v1__entity_ref__init(origin);
    origin->kind = (Agency__V1__EntityKind)carried->origin;
    origin->id = (char *)(uintptr_t)carried->origin_id;
    d->authority->kind = AGENCY__V1__AUTHORITY_KIND__AUTHORITY_KIND_ORIGIN;
    d->authority->origin = origin;
    return status_ok();
}

struct status authority_check(struct decide *d)
{
    assert(d->events_count == 0); /* what is asked here is about the state before the decision */
    if (d->carried != NULL) {
        return authority_carried(d);
    }
    if (d->context->principal->operator_[0] != '\0') {
        return authority_operator(d);
    }
    TRY_ACCEPTED(d, acting_find(d));
    TRY_ACCEPTED(d, authority_need_active(d, d->subject_id));
    if ((unsigned)d->command->payload_case == COMMAND_CREATE_ORG) {
        return decide_reject(d, STATUS_PERMISSION_DENIED,
                             "expected an operator that may create orgs");
    }
    if (d->on_behalf_of.size == 0 || str_eq(d->on_behalf_of, d->subject_id)) {
        return authority_need_command(d, d->subject_id);
    }
    TRY_ACCEPTED(d, authority_need_links(d));
    TRY_ACCEPTED(d, authority_attenuate(d));
    return authority_need_command(d, d->on_behalf_of);
}
