#include "core/domain/owner.h"

/* Owners looked at to find one that counts; an org with more has other worries. */
enum { OWNERS_MAX = 1024 };

/* True if the event can take the last owner away. */
static bool owner_can_break(const Agency__V1__Event *event)
{
    switch ((unsigned)event->payload_case) {
    case EVENT_SUBJECT_SUSPENDED:
    case EVENT_SUBJECT_REMOVED:
    case EVENT_CREDENTIAL_REVOKED:
    case EVENT_ROLE_REVOKED:
    case EVENT_ROLE_ASSIGNED: /* again, with an expiry */
        return true;
    }
    return false;
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
    bool exists = true;
    for (size_t i = 0; i < d->events_count; i++) {
        if (owner_can_break(d->events[i])) {
            TRY(owner_exists(d, &exists));
            break;
        }
    }
    return exists
               ? status_ok()
               : decide_reject(d, STATUS_FAILED_PRECONDITION,
                               "expected an active owner with a credential to be left, but there "
                               "would be none");
}
