/* The area access/: who may do what: permissions, role types, seats, assignments, grants. What the
 * columns mean: registry.h. */
#ifndef CORE_DOMAIN_REGISTRY_ACCESS_H
#define CORE_DOMAIN_REGISTRY_ACCESS_H

#define ACCESS_ENTITIES(X)                                                     \
    X(PERMISSION, Permission, permission, 1, "permissions", UNNAMED, INTERNAL) \
    X(ROLE_TYPE, RoleType, role_type, 1, "role-types", UNNAMED, INTERNAL)      \
    X(ROLE, Role, role, 1, "roles", NAMED, INTERNAL)                           \
    X(ASSIGNMENT, Assignment, assignment, 2, "assignments", UNNAMED, INTERNAL) \
    X(GRANT, Grant, grant, 1, "grants", UNNAMED, INTERNAL)

#define ACCESS_COMMANDS(X)                                                                         \
    X(DEFINE_PERMISSION, DefinePermission, define_permission, PERMISSION, NONE, OWN,               \
      PERMISSION_DEFINED, ORG, ORG)                                                                \
    X(UPDATE_PERMISSION, UpdatePermission, update_permission, PERMISSION, ACTIVE, OWN,             \
      PERMISSION_UPDATED, ORG, ORG)                                                                \
    X(RETIRE_PERMISSION, RetirePermission, retire_permission, PERMISSION, ACTIVE | RETIRED, MOVE,  \
      PERMISSION_RETIRED, ORG, ORG)                                                                \
    X(DEFINE_ROLE_TYPE, DefineRoleType, define_role_type, ROLE_TYPE, NONE, OWN, ROLE_TYPE_DEFINED, \
      ORG, ORG)                                                                                    \
    X(UPDATE_ROLE_TYPE, UpdateRoleType, update_role_type, ROLE_TYPE, ACTIVE, OWN,                  \
      ROLE_TYPE_UPDATED, ORG, ORG)                                                                 \
    X(RETIRE_ROLE_TYPE, RetireRoleType, retire_role_type, ROLE_TYPE, ACTIVE | RETIRED, OWN,        \
      ROLE_TYPE_RETIRED, ORG, ORG)                                                                 \
    X(CREATE_ROLE, CreateRole, create_role, ROLE, NONE, OWN, ROLE_CREATED, SEAT, SEAT_KEPT)        \
    X(UPDATE_ROLE, UpdateRole, update_role, ROLE, ACTIVE, UPDATE, ROLE_UPDATED, SEAT, NONE)        \
    X(DELETE_ROLE, DeleteRole, delete_role, ROLE, ACTIVE | REMOVED, MOVE, ROLE_DELETED, SEAT,      \
      NONE)                                                                                        \
    X(ASSIGN_ROLE, AssignRole, assign_role, ASSIGNMENT, NONE | SCHEDULED | ACTIVE | ENDED, OWN,    \
      ROLE_ASSIGNED, SEAT, SEAT_KEPT)                                                              \
    X(REVOKE_ROLE, RevokeRole, revoke_role, ASSIGNMENT, SCHEDULED | ACTIVE | ENDED, OWN,           \
      ROLE_REVOKED, SEAT, NONE)                                                                    \
    X(GRANT_PERMISSION, GrantPermission, grant_permission, GRANT, NONE, OWN, PERMISSION_GRANTED,   \
      GRANT, GRANT_BELOW)                                                                          \
    X(CHANGE_GRANT, ChangeGrant, change_grant, GRANT, SCHEDULED | ACTIVE, OWN, GRANT_CHANGED,      \
      GRANT, GRANT_BELOW)                                                                          \
    X(REVOKE_PERMISSION, RevokePermission, revoke_permission, GRANT, SCHEDULED | ACTIVE | ENDED,   \
      MOVE, PERMISSION_REVOKED, GRANT, NONE)

#define ACCESS_EVENTS(X)                                                                           \
    X(PERMISSION_DEFINED, PermissionDefined, permission_defined, PERMISSION, MAKES, ACTIVE, SETS)  \
    X(PERMISSION_UPDATED, PermissionUpdated, permission_updated, PERMISSION, CHANGES, SAME, MASKS) \
    X(PERMISSION_RETIRED, PermissionRetired, permission_retired, PERMISSION, CHANGES, RETIRED,     \
      SETS)                                                                                        \
    X(ROLE_TYPE_DEFINED, RoleTypeDefined, role_type_defined, ROLE_TYPE, MAKES, ACTIVE, SETS)       \
    X(ROLE_TYPE_UPDATED, RoleTypeUpdated, role_type_updated, ROLE_TYPE, CHANGES, SAME, MASKS)      \
    X(ROLE_TYPE_RETIRED, RoleTypeRetired, role_type_retired, ROLE_TYPE, CHANGES, RETIRED, SETS)    \
    X(ROLE_CREATED, RoleCreated, role_created, ROLE, MAKES, ACTIVE, SETS)                          \
    X(ROLE_UPDATED, RoleUpdated, role_updated, ROLE, CHANGES, SAME, MASKS)                         \
    X(ROLE_DELETED, RoleDeleted, role_deleted, ROLE, CHANGES, REMOVED, SETS)                       \
    X(ROLE_ASSIGNED, RoleAssigned, role_assigned, ASSIGNMENT, EITHER, ACTIVE, SETS)                \
    X(ROLE_REVOKED, RoleRevoked, role_revoked, ASSIGNMENT, CHANGES, ENDED, SETS)                   \
    X(PERMISSION_GRANTED, PermissionGranted, permission_granted, GRANT, MAKES, ACTIVE, SETS)       \
    X(GRANT_CHANGED, GrantChanged, grant_changed, GRANT, CHANGES, SAME, SETS)                      \
    X(PERMISSION_REVOKED, PermissionRevoked, permission_revoked, GRANT, CHANGES, ENDED, SETS)      \
    X(ROLE_SCHEDULED, RoleScheduled, role_scheduled, ASSIGNMENT, EITHER, SCHEDULED, SETS)          \
    X(ROLE_STARTED, RoleStarted, role_started, ASSIGNMENT, CHANGES, ACTIVE, SETS)                  \
    X(ROLE_EXPIRED, RoleExpired, role_expired, ASSIGNMENT, CHANGES, ENDED, SETS)                   \
    X(GRANT_SCHEDULED, GrantScheduled, grant_scheduled, GRANT, MAKES, SCHEDULED, SETS)             \
    X(GRANT_STARTED, GrantStarted, grant_started, GRANT, CHANGES, ACTIVE, SETS)                    \
    X(GRANT_EXPIRED, GrantExpired, grant_expired, GRANT, CHANGES, ENDED, SETS)

#define ACCESS_OTHER_EVENTS(X)     \
    X(ROLE_SCHEDULED, ASSIGN_ROLE) \
    X(GRANT_SCHEDULED, GRANT_PERMISSION)

/* What could not begin still ends. */
#define ACCESS_DUES(X)                                                    \
    X(ASSIGNMENT, Assignment, assignment, starts_at, SCHEDULED)           \
    X(ASSIGNMENT, Assignment, assignment, expires_at, SCHEDULED | ACTIVE) \
    X(GRANT, Grant, grant, starts_at, SCHEDULED)                          \
    X(GRANT, Grant, grant, expires_at, SCHEDULED | ACTIVE)

#define ACCESS_TIMED(X)                   \
    X(ASSIGNMENT, Assignment, assignment) \
    X(GRANT, Grant, grant)

#define ACCESS_TIME_EVENTS(X)           \
    X(ROLE_STARTED, SCHEDULED)          \
    X(ROLE_EXPIRED, SCHEDULED | ACTIVE) \
    X(GRANT_STARTED, SCHEDULED)         \
    X(GRANT_EXPIRED, SCHEDULED | ACTIVE)

/* ROLE_TYPE_BY_PERMISSION finds retired role types, too. GRANT_BY_CONTENT: permission, grantee and
 * object together are unique. In ASSIGNMENT_BY_MEMBER a holder is in each group once as "", if it
 * makes him a member, and once as the role type. What ends comes after what lasts longer. The last
 * part of GRANT_BY_OBJECT is empty where nothing but these parts matters. What waits for its
 * beginning has rows of its own, which no question about access reads. */
#define ACCESS_INDEXES(X)                                                              \
    X(PERMISSION_BY_IMPLYING, 21, PERMISSION, 1, MANY(Permission, implied_by))         \
    X(ROLE_TYPE_BY_PERMISSION, 22, ROLE_TYPE, 1, MANY(RoleType, permissions))          \
    X(ROLE_BY_GROUP, 11, ROLE, 1, MANY(Role, group_ids))                               \
    X(ROLE_BY_TYPE, 10, ROLE, 1, ONE(Role, role_type))                                 \
    X(ROLE_BY_JOB_SPACE, 12, ROLE, 1, ONE(Role, job_space_id))                         \
    X(ASSIGNMENT_BY_ROLE, 14, ASSIGNMENT, 1, ONE(Assignment, role_id))                 \
    X(ASSIGNMENT_BY_SUBJECT, 13, ASSIGNMENT, 1, ONE(Assignment, subject_id),           \
      ONE(Assignment, role_type), ONE(Assignment, job_space_id), MADE(assignment_end)) \
    X(ASSIGNMENT_BY_MEMBER, 23, ASSIGNMENT, 1, ONE(Assignment, subject_id),            \
      MADE_MANY(assignment_as), MANY(Assignment, group_ids), MADE(assignment_end))     \
    X(ASSIGNMENT_BY_GROUP, 16, ASSIGNMENT, 1, MANY(Assignment, group_ids),             \
      ONE(Assignment, role_type))                                                      \
    X(ASSIGNMENT_BY_TYPE, 15, ASSIGNMENT, 1, ONE(Assignment, role_type),               \
      ONE(Assignment, job_space_id))                                                   \
    X(GRANT_BY_GRANTEE, 17, GRANT, 2, KIND_IN(Grant, grantee, Grantee, kind),          \
      ONE_IN(Grant, grantee, Grantee, id))                                             \
    X(GRANT_BY_OBJECT, 18, GRANT, 2, KIND_IN(Grant, on, GrantObject, kind),            \
      ONE_IN(Grant, on, GrantObject, id), ONE(Grant, permission),                      \
      KIND_IN(Grant, grantee, Grantee, kind), ONE_IN(Grant, grantee, Grantee, id),     \
      MADE(grant_end), MADE(grant_how))                                                \
    X(GRANT_BY_CONTENT, 19, GRANT, 1, MADE(grant_content))                             \
    X(ASSIGNMENT_WAITING_BY_ROLE, 46, ASSIGNMENT, 1, ONE(Assignment, role_id))         \
    X(ASSIGNMENT_WAITING_BY_SUBJECT, 47, ASSIGNMENT, 1, ONE(Assignment, subject_id))   \
    X(GRANT_WAITING_BY_GRANTEE, 48, GRANT, 2, KIND_IN(Grant, grantee, Grantee, kind),  \
      ONE_IN(Grant, grantee, Grantee, id))                                             \
    X(GRANT_WAITING_BY_OBJECT, 49, GRANT, 2, KIND_IN(Grant, on, GrantObject, kind),    \
      ONE_IN(Grant, on, GrantObject, id), KIND_IN(Grant, grantee, Grantee, kind))

#define ACCESS_WAITING(X)                   \
    X(GRANT_BY_CONTENT, TOO)                \
    X(ASSIGNMENT_WAITING_BY_ROLE, ALONE)    \
    X(ASSIGNMENT_WAITING_BY_SUBJECT, ALONE) \
    X(GRANT_WAITING_BY_GRANTEE, ALONE)      \
    X(GRANT_WAITING_BY_OBJECT, ALONE)

#define ACCESS_HIERARCHIES(X) \
    X(IMPLICATIONS, PERMISSION, "implied_by", PERMISSION_BY_IMPLYING, "implications")

#define ACCESS_OBJECT_RULES(X)                                                                   \
    X(SEAT, seat, ALL, ITSELF, "each live group of the seat, else its job space, else the org")  \
    X(SEAT_KEPT, seat_kept, ALL, ITSELF,                                                         \
      "each live group of the seat, else its job space, else the org; what is above a deleted "  \
      "group; and the seat's job space, else the org, if its type has permissions or one place") \
    X(GRANT, grant, ALL, ITSELF, "what the grant is on")                                         \
    X(GRANT_BELOW, grant, ALL, BELOW, "what the grant is on")

/* in_no_other_group: a seat ends with its last live group. */
#define ACCESS_DEPENDANTS(X)                                                           \
    X(GROUP, ROLE_BY_GROUP, 0, ROLE_DELETED, in_no_other_group)                        \
    X(SUBJECT, ASSIGNMENT_BY_SUBJECT, 0, ROLE_REVOKED, always)                         \
    X(SUBJECT, ASSIGNMENT_WAITING_BY_SUBJECT, 0, ROLE_REVOKED, always)                 \
    X(ROLE, ASSIGNMENT_BY_ROLE, 0, ROLE_REVOKED, always)                               \
    X(ROLE, ASSIGNMENT_WAITING_BY_ROLE, 0, ROLE_REVOKED, always)                       \
    X(SUBJECT, GRANT_BY_GRANTEE, GRANTEE(SUBJECT), PERMISSION_REVOKED, always)         \
    X(SUBJECT, GRANT_WAITING_BY_GRANTEE, GRANTEE(SUBJECT), PERMISSION_REVOKED, always) \
    X(ROLE, GRANT_BY_GRANTEE, GRANTEE(ROLE), PERMISSION_REVOKED, always)               \
    X(ROLE, GRANT_WAITING_BY_GRANTEE, GRANTEE(ROLE), PERMISSION_REVOKED, always)       \
    X(GROUP, GRANT_BY_GRANTEE, GRANTEE(GROUP), PERMISSION_REVOKED, always)             \
    X(GROUP, GRANT_WAITING_BY_GRANTEE, GRANTEE(GROUP), PERMISSION_REVOKED, always)     \
    X(SUBJECT, GRANT_BY_OBJECT, OBJECT(SUBJECT), PERMISSION_REVOKED, always)           \
    X(SUBJECT, GRANT_WAITING_BY_OBJECT, OBJECT(SUBJECT), PERMISSION_REVOKED, always)   \
    X(GROUP, GRANT_BY_OBJECT, OBJECT(GROUP), PERMISSION_REVOKED, always)               \
    X(GROUP, GRANT_WAITING_BY_OBJECT, OBJECT(GROUP), PERMISSION_REVOKED, always)       \
    X(ASSET, GRANT_BY_OBJECT, OBJECT(ASSET), PERMISSION_REVOKED, always)               \
    X(ASSET, GRANT_WAITING_BY_OBJECT, OBJECT(ASSET), PERMISSION_REVOKED, always)

#endif
