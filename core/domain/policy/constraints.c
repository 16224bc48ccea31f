/* Found before the command's own rules have emitted anything, judged when all is emitted: so that
 * an expression has the entity as it was and as it will be. A command that changes nothing is
 * judged by none.
 *
 * Fail closed: an expression that is false, has an error, or finds no gas, is not true. Which one
 * it was, and why, stands in the decision.
 *
 * No constraint can keep an org from mending itself: what takes away or makes powerless, and what
 * brings an archived org back, passes for whoever holds `delegate` on the org, and for an operator;
 * then the decision says that it was overridden. So a constraint can always be removed. */
#include "core/domain/policy/constraints.h"

#include "core/base/utf8.h"
#include "core/domain/access/authority.h"
#include "core/domain/check/check.h"
#include "core/domain/kernel/rules.h"
#include "core/domain/policy/constraint_why.h"
#include "core/domain/policy/places.h"

/* ---- finding ---- */

static size_t constraints_place(const struct constraints *constraints, struct str id, bool *there)
{
    size_t place = 0;
    int order = 1;
    while (place < constraints->count &&
           (order = str_cmp(str_z(constraints->items[place]->constraint_id), id)) < 0) {
        place++;
    }
    *there = place < constraints->count && order == 0;
    return place;
}

static struct status constraints_add(struct decide *d, struct str id,
                                     struct constraints *constraints)
{
    const Agency__V1__Constraint *constraint;
    bool there;
    size_t place = constraints_place(constraints, id, &there);
    if (there) {
        return status_ok();
    }
    if (constraints->count == CONSTRAINTS_MAX) {
        constraints->more = true;
        return status_ok();
    }
    TRY(rules_get_constraint(d->view, id, &constraint));
    const Agency__V1__Constraint **items = constraints->items;
    memmove(&items[place + 1], &items[place], (constraints->count - place) * sizeof *items);
    items[place] = constraint;
    constraints->count++;
    return status_ok();
}

/* Adds those that stand in one place (no id: the org) for the command, its kind, or all commands.
 */
static struct status constraints_add_at(struct decide *d, enum index_number index, struct str id,
                                        struct constraints *constraints)
{
    const struct command_type *type = decide_type(d);
    const struct str what[] = { str_z(type->name), index_kind((unsigned)type->entity),
                                STR(CONSTRAINT_FOR_ALL) };
    for (size_t i = 0; i < sizeof what / sizeof what[0]; i++) {
        const struct str parts[] = { id, what[i] };
        const bool org = id.size == 0;
        struct str *ids;
        size_t count;
        TRY(view_ids(d->view, d->arena, index, org ? &parts[1] : parts, org ? 1 : 2,
                     CONSTRAINTS_MAX + 1, &ids, &count));
        for (size_t j = 0; j < count; j++) {
            TRY(constraints_add(d, ids[j], constraints));
        }
    }
    return status_ok();
}

static enum index_number constraints_index(enum object_kind kind)
{
    static const enum index_number indexes[] = {
        [OBJECT_ORG] = INDEX_CONSTRAINT_BY_ORG,
        [OBJECT_ASSET] = INDEX_CONSTRAINT_BY_ASSET,
        [OBJECT_GROUP] = INDEX_CONSTRAINT_BY_GROUP,
        [OBJECT_JOB_SPACE] = INDEX_CONSTRAINT_BY_JOB_SPACE,
        [OBJECT_SUBJECT] = INDEX_CONSTRAINT_BY_SUBJECT,
    };
    assert(indexes[kind] != 0);
    return indexes[kind];
}

static struct status constraints_find_entity(struct decide *d, const ProtobufCMessage **entity)
{
    const enum entity_kind kind = decide_type(d)->entity;
    struct str id;
    TRY(evolve_entity_id(d->arena, kind, registry_command_payload(d->command), &id));
    return view_get(d->view, kind, id, entity);
}

/* The state before the command. Where others of a batch came before it, that is a copy of what they
 * have changed, which counts as read: a row of it costs a fraction of a look-up. */
static struct status constraints_see(struct decide *d, struct constraints *constraints)
{
    enum { ROWS_OF_A_LOOKUP = 4 };
    const bool copied = d->events_before > 0;
    d->lookups += copied ? d->events_before + d->rows_count / ROWS_OF_A_LOOKUP : 0;
    return d->before->view(d->before, copied, &constraints->view);
}

struct status constraints_find(struct decide *d, struct constraints **constraints)
{
    const ProtobufCMessage *entity;
    struct places places;
    *constraints = NULL;
    assert(d->events_count == 0);
    if (!d->context->head.constrained && !d->constrained) {
        return status_ok();
    }
    TRY(constraints_find_entity(d, &entity));
    TRY_ACCEPTED(d, places_of(d, entity, &places));
    ARENA_TRY(d->arena, *constraints, arena_alloc(d->arena, sizeof **constraints));
    (*constraints)->before = entity;
    (*constraints)->count = 0;
    (*constraints)->more = false;
    TRY(constraints_add_at(d, INDEX_CONSTRAINT_BY_ORG, STR(""), *constraints));
    for (size_t i = 0; i < places.count; i++) {
        const struct object place = places.items[i];
        TRY(constraints_add_at(d, constraints_index(place.kind), place.id, *constraints));
    }
    return (*constraints)->count == 0 ? status_ok() : constraints_see(d, *constraints);
}

/* ---- evaluating ---- */

static uint64_t constraints_gas(const struct decide *d)
{
    uint64_t left = d->gas_used < DECIDING_GAS_MAX ? DECIDING_GAS_MAX - d->gas_used : 0;
    return left < CEL_GAS_MAX ? left : CEL_GAS_MAX;
}

/* One that fits all commands needs no environment of its own for each. */
static struct status constraints_compile(const struct decide *d, struct expressions *expressions,
                                         const Agency__V1__Constraint *constraint,
                                         const struct expression **expression)
{
    TRY(deciding_find(expressions, DECIDING_ANY, str_z(constraint->expression),
                      constraint->expression_profile, expression));
    return (*expression)->program != NULL
               ? status_ok()
               : deciding_find(expressions, (unsigned)d->command->payload_case,
                               str_z(constraint->expression), constraint->expression_profile,
                               expression);
}

static struct status constraints_run(struct deciding *deciding, const struct expression *expression,
                                     struct constraint_why *why)
{
    struct decide *d = deciding->d;
    struct cel_outcome outcome;
    struct arena work;
    TRY(deciding_bind(deciding, expression));
    uint64_t gas = constraints_gas(d);
    arena_init(&work, CEL_ARENA_MAX);
    bool done =
        cel_eval_for(expression->program, deciding->bindings, deciding, &work, gas, &outcome);
    d->gas_used += outcome.gas_used;
    why->holds = done && outcome.value.boolean;
    struct status st = deciding->failed;
    if (st.code == STATUS_OK && !done) {
        st = constraint_why_failed(d, &outcome, gas < CEL_GAS_MAX, why);
    } else if (st.code == STATUS_OK && !why->holds) {
        st = constraint_why_false(deciding, expression, constraints_gas(d), why);
    }
    arena_release(&work);
    return st;
}

static struct status constraints_evaluate_in(struct deciding *deciding,
                                             struct expressions *expressions,
                                             const Agency__V1__Constraint *constraint,
                                             struct constraint_why *why)
{
    const struct expression *expression;
    deciding->d->gas_used += cel_gas_bytes(strlen(constraint->expression));
    TRY(constraints_compile(deciding->d, expressions, constraint, &expression));
    return expression->program != NULL
               ? constraints_run(deciding, expression, why)
               : constraint_why_set(deciding->d, str_z(expression->problem), why);
}

/* It costs by its length, whether it is still compiled or not, however little of it is evaluated.
 * Each has room for itself, however large the others are: what finds none is not true, as whatever
 * else cannot be evaluated, so that it can be overridden. */
static struct status constraints_evaluate(struct deciding *deciding,
                                          const Agency__V1__Constraint *constraint,
                                          struct constraint_why *why)
{
    struct expressions *expressions;
    *why = (struct constraint_why){ 0 };
    TRY(deciding_expressions(deciding->d, &expressions));
    expressions_trim(expressions);
    expressions_hold(expressions);
    struct status st = constraints_evaluate_in(deciding, expressions, constraint, why);
    expressions_let_go(expressions);
    return st.code == STATUS_RESOURCE_EXHAUSTED
               ? constraint_why_set(deciding->d, str_z(st.msg), why)
               : st;
}

/* ---- what it comes to ---- */

static Agency__V1__ConstraintOutcome constraints_outcome(const Agency__V1__Constraint *constraint)
{
    if (constraint->enforcement == AGENCY__V1__ENFORCEMENT__ENFORCEMENT_WARN) {
        return AGENCY__V1__CONSTRAINT_OUTCOME__CONSTRAINT_OUTCOME_WARNED;
    }
    return constraint->enforcement == AGENCY__V1__ENFORCEMENT__ENFORCEMENT_AUDIT
               ? AGENCY__V1__CONSTRAINT_OUTCOME__CONSTRAINT_OUTCOME_AUDITED
               : AGENCY__V1__CONSTRAINT_OUTCOME__CONSTRAINT_OUTCOME_DENIED;
}

static struct status constraints_note(struct decide *d, const Agency__V1__Constraint *constraint,
                                      const struct constraint_why *why)
{
    Agency__V1__ConstraintResult *result;
    ARENA_TRY(d->arena, result, arena_alloc(d->arena, sizeof *result));
    agency__v1__constraint_result__init(result);
    result->constraint_id = constraint->constraint_id;
    result->version = constraint->version;
    result->outcome = constraints_outcome(constraint);
    TRY(arena_text(d->arena, utf8_cut(why->text, CONSTRAINT_WHY_MAX), &result->why));
    TRY(arena_text(d->arena, utf8_cut(str_z(constraint->message), CONSTRAINT_TOLD_MAX),
                   &result->message));
    TRY_ACCEPTED(d, decide_take_room(d, &result->base));
    return decide_note_constraint(d, result);
}

/* What an org can always be mended by. */
static bool constraints_may_not_stop(unsigned command)
{
    static const char *const begins[] = { "Revoke", "Suspend", "Remove", "Archive" };
    const struct str name = str_z(registry_command(command)->name);
    bool mends = command == COMMAND_SET_ORG_ACCESS_MODE || command == COMMAND_ERASE_SUBJECT ||
                 command == COMMAND_RESTORE_ORG;
    for (size_t i = 0; !mends && i < sizeof begins / sizeof begins[0]; i++) {
        mends = str_starts(name, str_z(begins[i]));
    }
    return mends;
}

/* Whether who commands may mend the org; what conditions of a grant of it cost is not taken from
 * the gas that constraints have used. They see who acts, as where authority is asked. */
static struct status constraints_mended(struct decide *d, const struct view *before, bool *mended)
{
    const Agency__V1__Principal *principal = d->carried == NULL ? d->context->principal : NULL;
    struct check_question question = { .subject_id = d->on_behalf_of.size > 0 ? d->on_behalf_of
                                                                              : d->subject_id,
                                       .permission = STR("delegate"),
                                       .object = object_org(),
                                       .for_command = true };
    struct check_answer answer;
    *mended = constraints_may_not_stop((unsigned)d->command->payload_case);
    if (!*mended || (principal != NULL && principal->operator_[0] != '\0')) {
        return status_ok();
    }
    TRY(authority_actors(d, &question));
    struct status st = check(before, d->arena, d->context->recorded_at_us, &question, &answer);
    *mended = st.code == STATUS_OK && answer.allowed;
    return st.code == STATUS_RESOURCE_EXHAUSTED ? status_ok() : st;
}

static struct status constraints_reject(struct decide *d,
                                        const Agency__V1__ConstraintResult *denied)
{
    const bool says = denied->message[0] != '\0';
    TRY(decide_reject(d, STATUS_PERMISSION_DENIED, "expected constraint '%s' to hold%s%s%s, but %s",
                      denied->constraint_id, says ? " (" : "", denied->message, says ? ")" : "",
                      denied->why));
    d->rejection->constraint_id = denied->constraint_id;
    return status_ok();
}

static bool constraints_denies(const Agency__V1__ConstraintResult *result)
{
    return result->outcome == AGENCY__V1__CONSTRAINT_OUTCOME__CONSTRAINT_OUTCOME_DENIED;
}

static void constraints_override(struct decide *d)
{
    for (size_t i = 0; i < d->constraints_count; i++) {
        if (constraints_denies(d->constraints[i])) {
            d->constraints[i]->outcome =
                AGENCY__V1__CONSTRAINT_OUTCOME__CONSTRAINT_OUTCOME_OVERRIDDEN;
        }
    }
}

/* Rejects, unless nothing denies, or what denies is overridden. */
static struct status constraints_conclude(struct decide *d, const struct constraints *constraints)
{
    const Agency__V1__ConstraintResult *denied = NULL;
    bool mended = false;
    for (size_t i = d->constraints_count; i > 0; i--) {
        denied = constraints_denies(d->constraints[i - 1]) ? d->constraints[i - 1] : denied;
    }
    if (denied == NULL && !constraints->more) {
        return status_ok();
    }
    TRY(constraints_mended(d, constraints->view, &mended));
    if (mended) {
        constraints_override(d);
        return status_ok();
    }
    return denied != NULL ? constraints_reject(d, denied)
                          : decide_reject(d, STATUS_RESOURCE_EXHAUSTED,
                                          "expected at most %d constraints that are for one "
                                          "command, but there are more",
                                          CONSTRAINTS_MAX);
}

static struct status constraints_find_after(struct decide *d, struct deciding *deciding)
{
    const enum entity_kind kind = decide_type(d)->entity;
    struct str id;
    TRY(evolve_entity_id(d->arena, kind, registry_command_payload(d->command), &id));
    return view_get(d->view, kind, id, &deciding->after);
}

struct status constraints_judge(struct decide *d, struct constraints *constraints)
{
    struct deciding *deciding;
    struct constraint_why why;
    if (constraints == NULL || constraints->count == 0 || d->events_count == 0) {
        return status_ok();
    }
    assert(d->rejection == NULL);
    ARENA_TRY(d->arena, deciding, arena_zalloc(d->arena, sizeof *deciding));
    deciding->d = d;
    deciding->view = constraints->view;
    deciding->before = constraints->before;
    TRY(constraints_find_after(d, deciding));
    for (size_t i = 0; i < constraints->count; i++) {
        TRY(constraints_evaluate(deciding, constraints->items[i], &why));
        if (!why.holds) {
            TRY_ACCEPTED(d, constraints_note(d, constraints->items[i], &why));
        }
    }
    return constraints_conclude(d, constraints);
}
