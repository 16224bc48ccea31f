/* Collecting comes first and emitting last, so that a cascade that is too large is refused before
 * anything is emitted, with its true size.
 *
 * Order: cascade_make, cascade_add_..., cascade_check, the event of what ends, cascade_emit. An
 * entity that is reached twice (a grant of a removed subject on itself) ends once. What has expired
 * is skipped: it has ended already. */
#include "core/domain/kernel/cascade.h"

#include "core/base/limits.h"
#include "core/domain/kernel/rules.h"

struct cascade cascade_make(struct decide *d)
{
    return (struct cascade){ .d = d,
                             .roles = { .arena = d->arena },
                             .assignments = { .arena = d->arena },
                             .grants = { .arena = d->arena },
                             .credentials = { .arena = d->arena } };
}

/* When an entity of this kind expires; NULL: never. */
static const Google__Protobuf__Timestamp *cascade_expiry(enum entity_kind kind,
                                                         const ProtobufCMessage *entity)
{
    const void *typed = entity;
    if (kind == ENTITY_ASSIGNMENT) {
        return ((const Agency__V1__Assignment *)typed)->expires_at;
    }
    if (kind == ENTITY_GRANT) {
        return ((const Agency__V1__Grant *)typed)->expires_at;
    }
    assert(kind == ENTITY_CREDENTIAL);
    return ((const Agency__V1__Credential *)typed)->expires_at;
}

struct status cascade_scan(struct cascade *cascade, enum index_number index,
                           const struct str *parts, size_t parts_count, struct str **ids,
                           size_t *ids_count)
{
    struct decide *d = cascade->d;
    TRY(view_ids(d->view, d->arena, index, parts, parts_count, RULES_SCAN_MAX + 1, ids, ids_count));
    if (*ids_count > RULES_SCAN_MAX) {
        return decide_reject(d, STATUS_FAILED_PRECONDITION,
                             "expected at most %d dependants to end with it, but there are more "
                             "than %d, with those that have expired",
                             DECISION_EVENTS_MAX - 1, RULES_SCAN_MAX);
    }
    return status_ok();
}

/* Adds the unexpired entities of the index rows with these parts. */
static struct status cascade_add(struct cascade *cascade, enum entity_kind kind,
                                 enum index_number index, const struct str *parts,
                                 size_t parts_count, struct ids *list)
{
    struct decide *d = cascade->d;
    struct str *ids;
    size_t ids_count;
    TRY_ACCEPTED(d, cascade_scan(cascade, index, parts, parts_count, &ids, &ids_count));
    for (size_t i = 0; i < ids_count; i++) {
        const ProtobufCMessage *entity;
        TRY(rules_get(d->view, kind, ids[i], &entity));
        if (!decide_expired(d, cascade_expiry(kind, entity))) {
            TRY(ids_add(list, ids[i]));
        }
    }
    return status_ok();
}

struct status cascade_add_assignments_of_subject(struct cascade *cascade, const char *subject_id)
{
    struct str part = str_z(subject_id);
    return cascade_add(cascade, ENTITY_ASSIGNMENT, INDEX_ASSIGNMENT_BY_SUBJECT, &part, 1,
                       &cascade->assignments);
}

struct status cascade_add_role(struct cascade *cascade, const char *role_id)
{
    TRY(ids_add(&cascade->roles, str_z(role_id)));
    return cascade_add_dependants_of_role(cascade, role_id);
}

struct status cascade_add_dependants_of_role(struct cascade *cascade, const char *role_id)
{
    struct str part = str_z(role_id);
    TRY_ACCEPTED(cascade->d, cascade_add(cascade, ENTITY_ASSIGNMENT, INDEX_ASSIGNMENT_BY_ROLE,
                                         &part, 1, &cascade->assignments));
    return cascade_add_grants_to(cascade, AGENCY__V1__GRANTEE_KIND__GRANTEE_KIND_ROLE, role_id);
}

struct status cascade_add_grants_to(struct cascade *cascade, Agency__V1__GranteeKind kind,
                                    const char *id)
{
    const struct str parts[] = { index_kind((unsigned)kind), str_z(id) };
    return cascade_add(cascade, ENTITY_GRANT, INDEX_GRANT_BY_GRANTEE, parts, 2, &cascade->grants);
}

struct status cascade_add_grants_on(struct cascade *cascade, Agency__V1__ObjectKind kind,
                                    const char *id)
{
    const struct str parts[] = { index_kind((unsigned)kind), str_z(id) };
    return cascade_add(cascade, ENTITY_GRANT, INDEX_GRANT_BY_OBJECT, parts, 2, &cascade->grants);
}

struct status cascade_add_credentials(struct cascade *cascade, const char *subject_id)
{
    struct str part = str_z(subject_id);
    return cascade_add(cascade, ENTITY_CREDENTIAL, INDEX_CREDENTIAL_BY_SUBJECT, &part, 1,
                       &cascade->credentials);
}

struct status cascade_check(struct cascade *cascade)
{
    ids_sort(&cascade->roles);
    ids_sort(&cascade->assignments);
    ids_sort(&cascade->grants);
    ids_sort(&cascade->credentials);
    size_t count = cascade->roles.count + cascade->assignments.count + cascade->grants.count +
                   cascade->credentials.count;
    if (count > DECISION_EVENTS_MAX - 1) {
        return decide_reject(cascade->d, STATUS_FAILED_PRECONDITION,
                             "expected at most %d dependants to end with it, but there are %zu",
                             DECISION_EVENTS_MAX - 1, count);
    }
    return status_ok();
}

static struct status cascade_emit_roles(struct cascade *cascade)
{
    for (size_t i = 0; i < cascade->roles.count; i++) {
        Agency__V1__RoleDeleted event = AGENCY__V1__ROLE_DELETED__INIT;
        const Agency__V1__Role *role;
        TRY(rules_get_role(cascade->d->view, cascade->roles.items[i], &role));
        event.role_id = role->role_id;
        TRY(emit_role_deleted(cascade->d, &event));
    }
    return status_ok();
}

static struct status cascade_emit_assignments(struct cascade *cascade)
{
    for (size_t i = 0; i < cascade->assignments.count; i++) {
        Agency__V1__RoleRevoked event = AGENCY__V1__ROLE_REVOKED__INIT;
        const Agency__V1__Assignment *assignment;
        TRY(rules_get_assignment(cascade->d->view, cascade->assignments.items[i], &assignment));
        event.role_id = assignment->role_id;
        event.subject_id = assignment->subject_id;
        TRY(emit_role_revoked(cascade->d, &event));
    }
    return status_ok();
}

static struct status cascade_emit_grants(struct cascade *cascade)
{
    for (size_t i = 0; i < cascade->grants.count; i++) {
        Agency__V1__PermissionRevoked event = AGENCY__V1__PERMISSION_REVOKED__INIT;
        const Agency__V1__Grant *grant;
        TRY(rules_get_grant(cascade->d->view, cascade->grants.items[i], &grant));
        event.grant_id = grant->grant_id;
        TRY(emit_permission_revoked(cascade->d, &event));
    }
    return status_ok();
}

static struct status cascade_emit_credentials(struct cascade *cascade)
{
    for (size_t i = 0; i < cascade->credentials.count; i++) {
        Agency__V1__CredentialRevoked event = AGENCY__V1__CREDENTIAL_REVOKED__INIT;
        const Agency__V1__Credential *credential;
        TRY(rules_get_credential(cascade->d->view, cascade->credentials.items[i], &credential));
        event.credential_id = credential->credential_id;
        TRY(emit_credential_revoked(cascade->d, &event));
    }
    return status_ok();
}

struct status cascade_emit(struct cascade *cascade)
{
    TRY(cascade_emit_roles(cascade));
    TRY(cascade_emit_assignments(cascade));
    TRY(cascade_emit_grants(cascade));
    return cascade_emit_credentials(cascade);
}
