/* Who may command, in this order: the operator; the credential and its subject; the subject acted
 * for; the command's own permission; `delegate`, where the command can widen access; `import`.
 *
 * Whoever acts on behalf of another needs `act_as` on it, and is then judged as that other: its
 * permissions count and not the actor's own, so that an agent cannot do for a person what the
 * person may not do. An operator may act for everybody; his authority stays the operator's.
 *
 * Everything is judged at the decider's clock, not at the occurred_at of an import: an expired
 * credential or grant does not come to life again because a command says that it is about the past.
 *
 * An object that is not there is covered by the org only: "there is no such group" is told to those
 * only who may command the org. */
#include "core/domain/access/authority.h"

#include "core/domain/access/targets.h"
#include "core/domain/check/check.h"
#include "core/domain/kernel/fields.h"

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

/* Rejects unless the subject has the permission on the object. `answer` may be NULL. */
static struct status authority_need(struct decide *d, struct str subject_id, struct str permission,
                                    struct object object, struct check_answer *answer)
{
    struct check_answer here;
    answer = answer == NULL ? &here : answer;
    const struct check_question question = {
        .subject_id = subject_id, .permission = permission, .object = object, .for_command = true
    };
    int64_t at_us = d->context->recorded_at_us;
    TRY(d->memory == NULL ? check(d->view, d->arena, at_us, &question, answer)
                          : d->memory->ask(d->memory, d->view, d->arena, at_us, &question, answer));
    return answer->allowed ? status_ok() : authority_deny(d, subject_id, permission, object);
}

static struct status authority_need_all(struct decide *d, struct str subject_id,
                                        struct str permission, const struct targets *targets,
                                        struct check_answer *answer)
{
    for (size_t i = 0; i < targets->count; i++) {
        /* The way to the first object is the one recorded. */
        TRY_ACCEPTED(d, authority_need(d, subject_id, permission, targets->items[i],
                                       i == 0 ? answer : NULL));
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

/* The command's own permission, which an OPEN org waives. */
static struct status authority_need_own(struct decide *d, struct str subject_id,
                                        const struct command_type *type, struct targets *targets)
{
    bool open;
    TRY(authority_is_open(d, &open));
    if (open) {
        return authority_record(d, AGENCY__V1__AUTHORITY_KIND__AUTHORITY_KIND_OPEN, &d->authority);
    }
    struct check_answer answer;
    TRY_ACCEPTED(d, targets_of(d, type->own, targets));
    TRY_ACCEPTED(d, authority_need_all(d, subject_id, str_z(type->name), targets, &answer));
    return authority_record_way(d, &answer);
}

static struct status authority_need_command(struct decide *d, struct str subject_id)
{
    const struct command_type *type = registry_command((unsigned)d->command->payload_case);
    struct targets targets = { 0 };
    ARENA_TRY(d->arena, targets.items, arena_alloc(d->arena, TARGETS_MAX * sizeof *targets.items));
    TRY_ACCEPTED(d, authority_need_own(d, subject_id, type, &targets));
    TRY_ACCEPTED(d, targets_of(d, type->delegate, &targets));
    TRY_ACCEPTED(d, authority_need_all(d, subject_id, STR("delegate"), &targets, NULL));
    return d->command->occurred_at == NULL
               ? status_ok()
               : authority_need(d, subject_id, STR("import"), object_org(), NULL);
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
    if (d->command->on_behalf_of[0] != '\0') {
        TRY_ACCEPTED(d, authority_need_active(d, str_z(d->command->on_behalf_of)));
    }
    return authority_record(d, AGENCY__V1__AUTHORITY_KIND__AUTHORITY_KIND_OPERATOR, &d->authority);
}

/* The live credential of the principal in this org; UNAUTHENTICATED if there is none. */
static struct status authority_credential(struct decide *d)
{
    const Agency__V1__Principal *principal = d->context->principal;
    const struct str parts[] = { index_kind((unsigned)principal->kind),
                                 str_z(principal->identity_hash) };
    struct str *ids;
    size_t count;
    /* One at most: binding an identity again ends what has expired of it (credential.c). */
    TRY(view_ids(d->view, d->arena, INDEX_CREDENTIAL_BY_IDENTITY, parts, 2, 1, &ids, &count));
    const Agency__V1__Credential *credential = NULL;
    if (count > 0) {
        TRY(view_credential(d->view, ids[0], &credential));
    }
    if (credential == NULL ||
        (credential->expires_at != NULL &&
         fields_time_us(credential->expires_at) <= d->context->recorded_at_us)) {
        return status_error(STATUS_UNAUTHENTICATED,
                            "expected a principal with a credential in org '%.*s'",
                            STR_ARG(d->view->org_id));
    }
    d->credential_id = str_z(credential->credential_id);
    d->subject_id = str_z(credential->subject_id);
    return status_ok();
}

struct status authority_check(struct decide *d)
{
    assert(d->events_count == 0); /* what is asked here is about the state before the decision */
    if (d->context->principal->operator_[0] != '\0') {
        return authority_operator(d);
    }
    TRY(authority_credential(d));
    TRY_ACCEPTED(d, authority_need_active(d, d->subject_id));
    if ((unsigned)d->command->payload_case == COMMAND_CREATE_ORG) {
        return decide_reject(d, STATUS_PERMISSION_DENIED,
                             "expected an operator that may create orgs");
    }
    struct str subject_id = str_z(d->command->on_behalf_of);
    if (subject_id.size == 0 || str_eq(subject_id, d->subject_id)) {
        return authority_need_command(d, d->subject_id);
    }
    TRY_ACCEPTED(d, authority_need(d, d->subject_id, STR("act_as"),
                                   (struct object){ OBJECT_SUBJECT, subject_id }, NULL));
    TRY_ACCEPTED(d, authority_need_active(d, subject_id));
    return authority_need_command(d, subject_id);
}
