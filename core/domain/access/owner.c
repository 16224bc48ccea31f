#include "core/domain/access/owner.h"

/* Owners looked at to find one that counts; an org with more has other worries. */
enum { OWNERS_MAX = 1024 };

/* Whether a subject holds a seat of type `owner`. */
static struct status owner_holds(struct decide *d, struct str subject_id, bool *holds)
{
    struct str *ids;
    size_t count;
    *holds = false;
    TRY(view_ids(d->view, d->arena, INDEX_ASSIGNMENT_BY_SUBJECT, &subject_id, 1, OWNERS_MAX, &ids,
                 &count));
    for (size_t i = 0; i < count && !*holds; i++) {
        const Agency__V1__Assignment *held;
        TRY(view_assignment(d->view, ids[i], &held));
        *holds = held != NULL && strcmp(held->role_type, "owner") == 0;
    }
    return status_ok();
}

static struct status owner_lost_credential(struct decide *d, const char *credential_id, bool *lost)
{
    const Agency__V1__Credential *credential;
    TRY(view_credential(d->view, str_z(credential_id), &credential));
    assert(credential != NULL);
    return owner_holds(d, str_z(credential->subject_id), lost);
}

static struct status owner_lost_seat(struct decide *d, const Agency__V1__RoleRevoked *event,
                                     bool *lost)
{
    const Agency__V1__Assignment *held;
    struct str id;
    TRY(evolve_entity_id(d->arena, ENTITY_ASSIGNMENT, &event->base, &id));
    TRY(view_assignment(d->view, id, &held));
    assert(held != NULL);
    *lost = strcmp(held->role_type, "owner") == 0;
    return status_ok();
}

/* Whether an event took something from an owner. A removed subject loses its seats by events of
 * their own. An org that has lost its owner to an expiry is not held up in other matters. */
static struct status owner_loses(struct decide *d, const Agency__V1__Event *event, bool *loses)
{
    *loses = false;
    switch ((unsigned)event->payload_case) {
    case EVENT_SUBJECT_SUSPENDED:
        return owner_holds(d, str_z(event->subject_suspended->subject_id), loses);
    case EVENT_CREDENTIAL_REVOKED:
        return owner_lost_credential(d, event->credential_revoked->credential_id, loses);
    case EVENT_ROLE_REVOKED:
        return owner_lost_seat(d, event->role_revoked, loses);
    case EVENT_ROLE_ASSIGNED:
        *loses = strcmp(event->role_assigned->role_type, "owner") == 0 &&
                 event->role_assigned->expires_at != NULL;
    }
    return status_ok();
}

static struct status owner_has_credential(struct decide *d, struct str subject_id, bool *has)
{
    struct str *ids;
    size_t count;
    *has = false;
    TRY(view_ids(d->view, d->arena, INDEX_CREDENTIAL_BY_SUBJECT, &subject_id, 1, OWNERS_MAX, &ids,
                 &count));
    for (size_t i = 0; i < count && !*has; i++) {
        const Agency__V1__Credential *credential;
        TRY(view_credential(d->view, ids[i], &credential));
        *has = credential != NULL && !decide_expired(d, credential->expires_at);
    }
    return status_ok();
}

/* Whether an assignment to an owner's seat keeps the org owned. */
static struct status owner_counts(struct decide *d, struct str assignment_id, bool *counts)
{
    const Agency__V1__Assignment *held;
    const Agency__V1__Subject *subject;
    *counts = false;
    TRY(view_assignment(d->view, assignment_id, &held));
    if (held == NULL || held->n_group_ids > 0 || held->expires_at != NULL) {
        return status_ok();
    }
    TRY(view_subject(d->view, str_z(held->subject_id), &subject));
    if (subject == NULL || subject->status != LIFE_ACTIVE) {
        return status_ok();
    }
    return owner_has_credential(d, str_z(held->subject_id), counts);
}

static struct status owner_exists(struct decide *d, bool *exists)
{
    /* Of type `owner`, outside all job spaces: the permission `*` on the org. */
    const struct str parts[] = { STR("owner"), STR("") };
    struct str *ids;
    size_t count;
    *exists = false;
    TRY(view_ids(d->view, d->arena, INDEX_ASSIGNMENT_BY_TYPE, parts, 2, OWNERS_MAX, &ids, &count));
    for (size_t i = 0; i < count && !*exists; i++) {
        TRY(owner_counts(d, ids[i], exists));
    }
    return status_ok();
}

struct status owner_check(struct decide *d)
{
    bool loses = false, exists;
    for (size_t i = 0; i < d->events_count && !loses; i++) {
        TRY(owner_loses(d, d->events[i], &loses));
    }
    if (!loses) {
        return status_ok();
    }
    TRY(owner_exists(d, &exists));
    return exists
               ? status_ok()
               : decide_reject(d, STATUS_FAILED_PRECONDITION,
                               "expected an active owner with a credential to be left, but there "
                               "would be none");
}
