/* What ends together with something else: each ended entity gets its own event, in one decision. */
#ifndef CORE_DOMAIN_KERNEL_CASCADE_H
#define CORE_DOMAIN_KERNEL_CASCADE_H

#include "core/domain/kernel/decision.h"
#include "core/domain/kernel/ids.h"

/* Dependants of one decision. Starts as cascade_make(d). */
struct cascade {
    struct decide *d;
    struct ids roles;
    struct ids assignments;
    struct ids grants;
    struct ids credentials;
};

struct cascade cascade_make(struct decide *d);

/* The ids of all rows of an index with these parts; rejects with FAILED_PRECONDITION above
 * RULES_SCAN_MAX. */
MUST_USE struct status cascade_scan(struct cascade *cascade, enum index_number index,
                                    const struct str *parts, size_t parts_count, struct str **ids,
                                    size_t *ids_count);

/* Each adds what is live (expired counts as ended) and not yet there; rejects as cascade_scan. */
MUST_USE struct status cascade_add_assignments_of_subject(struct cascade *cascade,
                                                          const char *subject_id);
/* The seat with its dependants; only these: its assignments and the grants to it. */
MUST_USE struct status cascade_add_role(struct cascade *cascade, const char *role_id);
MUST_USE struct status cascade_add_dependants_of_role(struct cascade *cascade, const char *role_id);
MUST_USE struct status cascade_add_grants_to(struct cascade *cascade, Agency__V1__GranteeKind kind,
                                             const char *id);
MUST_USE struct status cascade_add_grants_on(struct cascade *cascade, Agency__V1__ObjectKind kind,
                                             const char *id);
MUST_USE struct status cascade_add_credentials(struct cascade *cascade, const char *subject_id);

/* Rejects with FAILED_PRECONDITION, saying the count of dependants, if there are more of them than
 * a decision holds beside the event of what ends. To be called before that event is emitted. */
MUST_USE struct status cascade_check(struct cascade *cascade);

/* Emits RoleDeleted ..., RoleRevoked ..., PermissionRevoked ..., CredentialRevoked ..., each in
 * byte order of the ids. To be called after the event of what ends. */
MUST_USE struct status cascade_emit(struct cascade *cascade);

#endif
