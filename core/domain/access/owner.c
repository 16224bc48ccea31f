/* What keeps an org owned lasts: an assignment without expiry, and a credential without expiry, of
 * an ACTIVE subject; what expires would leave the org to nobody by time alone. It is looked for
 * from the side of the type `owner`, whose seats only owners fill: how many other seats somebody
 * has been given does not matter. */
#include "core/domain/access/owner.h"

#include "core/domain/kernel/rules.h"

/* Of type `owner`, outside all job spaces: the permission `*` on the org. */
static const struct str owner_type[] = { { "owner", 5 }, { "", 0 } };

/* Whether an assignment to a seat of type `owner` is a subject's. */
static struct status owner_holds(struct decide *d, struct str subject_id, bool *holds)
{
    struct str *ids;
    size_t count;
    *holds = false;
    TRY_ACCEPTED(d, rules_scan(d, INDEX_ASSIGNMENT_BY_TYPE, owner_type, 2, &ids, &count));
    for (size_t i = 0; i < count && !*holds; i++) {
        const Agency__V1__Assignment *held;
        TRY(rules_get_assignment(d->view, ids[i], &held));
        *holds = str_eq(str_z(held->subject_id), subject_id);
    }
    return status_ok();
}

/* What has an end never counted. */
static struct status owner_lost_credential(struct decide *d, const char *credential_id, bool *lost)
{
    const Agency__V1__Credential *credential;
    TRY(rules_get_credential(d->view, str_z(credential_id), &credential));
    *lost = false;
    return credential->expires_at == NULL ? owner_holds(d, str_z(credential->subject_id), lost)
                                          : status_ok();
}

static struct status owner_lost_seat(struct decide *d, const Agency__V1__RoleRevoked *event,
                                     bool *lost)
{
    const Agency__V1__Assignment *held;
    struct str id;
    TRY(evolve_entity_id(d->arena, ENTITY_ASSIGNMENT, &event->base, &id));
    TRY(rules_get_assignment(d->view, id, &held));
    *lost = str_eq(str_z(held->role_type), owner_type[0]);
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
        *loses = str_eq(str_z(event->role_assigned->assignment->role_type), owner_type[0]) &&
                 event->role_assigned->assignment->expires_at != NULL;
    }
    return status_ok();
}

static struct status owner_has_credential(struct decide *d, struct str subject_id, bool *has)
{
    struct str *ids;
    size_t count;
    *has = false;
    TRY_ACCEPTED(d, rules_scan(d, INDEX_CREDENTIAL_BY_SUBJECT, &subject_id, 1, &ids, &count));
    for (size_t i = 0; i < count && !*has; i++) {
        const Agency__V1__Credential *credential;
        TRY(rules_get_credential(d->view, ids[i], &credential));
        *has = credential->expires_at == NULL;
    }
    return status_ok();
}

/* Whether an assignment to an owner's seat keeps the org owned. */
static struct status owner_counts(struct decide *d, struct str assignment_id, bool *counts)
{
    const Agency__V1__Assignment *held;
    const Agency__V1__Subject *subject;
    *counts = false;
    TRY(rules_get_assignment(d->view, assignment_id, &held));
    if (held->n_group_ids > 0 || held->expires_at != NULL) {
        return status_ok();
    }
    TRY(rules_get_subject(d->view, str_z(held->subject_id), &subject));
    return subject->status == LIFE_ACTIVE ? owner_has_credential(d, str_z(held->subject_id), counts)
                                          : status_ok();
}

static struct status owner_exists(struct decide *d, bool *exists)
{
    struct str *ids;
    size_t count;
    *exists = false;
    TRY_ACCEPTED(d, rules_scan(d, INDEX_ASSIGNMENT_BY_TYPE, owner_type, 2, &ids, &count));
    for (size_t i = 0; i < count && !*exists; i++) {
        TRY_ACCEPTED(d, owner_counts(d, ids[i], exists));
    }
    return status_ok();
}

struct status owner_check(struct decide *d)
{
    bool loses = false, exists;
    for (size_t i = 0; i < d->events_count && !loses; i++) {
        TRY_ACCEPTED(d, owner_loses(d, d->events[i], &loses));
    }
    if (!loses) {
        return status_ok();
    }
    TRY_ACCEPTED(d, owner_exists(d, &exists));
    return exists ? status_ok()
                  : decide_reject(d, STATUS_FAILED_PRECONDITION,
                                  "expected an active owner with a credential that does not expire "
                                  "to be left, but there would be none");
}
