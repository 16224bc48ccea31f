/* The area access/: who may do what: permissions, role types, seats, assignments, grants. What the
 * columns mean: registry.h. */
#ifndef CORE_DOMAIN_REGISTRY_ACCESS_H
#define CORE_DOMAIN_REGISTRY_ACCESS_H

#define ACCESS_ENTITIES(X)                                           \
    X(PERMISSION, Permission, permission, 1, "permissions", UNNAMED) \
    X(ROLE_TYPE, RoleType, role_type, 1, "role-types", UNNAMED)      \
    X(ROLE, Role, role, 1, "roles", NAMED)                           \
    X(ASSIGNMENT, Assignment, assignment, 2, "assignments", UNNAMED) \
    X(GRANT, Grant, grant, 1, "grants", UNNAMED)

#define ACCESS_COMMANDS(X)                                                            \
    X(DEFINE_PERMISSION, DefinePermission, define_permission, PERMISSION, ORG, ORG)   \
    X(UPDATE_PERMISSION, UpdatePermission, update_permission, PERMISSION, ORG, ORG)   \
    X(RETIRE_PERMISSION, RetirePermission, retire_permission, PERMISSION, ORG, ORG)   \
    X(DEFINE_ROLE_TYPE, DefineRoleType, define_role_type, ROLE_TYPE, ORG, ORG)        \
    X(UPDATE_ROLE_TYPE, UpdateRoleType, update_role_type, ROLE_TYPE, ORG, ORG)        \
    X(RETIRE_ROLE_TYPE, RetireRoleType, retire_role_type, ROLE_TYPE, ORG, ORG)        \
    X(CREATE_ROLE, CreateRole, create_role, ROLE, SEAT, SEAT_KEPT)                    \
    X(UPDATE_ROLE, UpdateRole, update_role, ROLE, SEAT, NONE)                         \
    X(DELETE_ROLE, DeleteRole, delete_role, ROLE, SEAT, NONE)                         \
    X(ASSIGN_ROLE, AssignRole, assign_role, ASSIGNMENT, SEAT, SEAT_KEPT)              \
    X(REVOKE_ROLE, RevokeRole, revoke_role, ASSIGNMENT, SEAT, NONE)                   \
    X(GRANT_PERMISSION, GrantPermission, grant_permission, GRANT, GRANT, GRANT_BELOW) \
    X(CHANGE_GRANT, ChangeGrant, change_grant, GRANT, GRANT, GRANT_BELOW)             \
    X(REVOKE_PERMISSION, RevokePermission, revoke_permission, GRANT, GRANT, NONE)

#define ACCESS_EVENTS(X)                                                                      \
    X(PERMISSION_DEFINED, PermissionDefined, permission_defined, Permission, permission,      \
      PERMISSION, MAKES)                                                                      \
    X(PERMISSION_UPDATED, PermissionUpdated, permission_updated, Permission, permission,      \
      PERMISSION, CHANGES)                                                                    \
    X(PERMISSION_RETIRED, PermissionRetired, permission_retired, Permission, permission,      \
      PERMISSION, CHANGES)                                                                    \
    X(ROLE_TYPE_DEFINED, RoleTypeDefined, role_type_defined, RoleType, role_type, ROLE_TYPE,  \
      MAKES)                                                                                  \
    X(ROLE_TYPE_UPDATED, RoleTypeUpdated, role_type_updated, RoleType, role_type, ROLE_TYPE,  \
      CHANGES)                                                                                \
    X(ROLE_TYPE_RETIRED, RoleTypeRetired, role_type_retired, RoleType, role_type, ROLE_TYPE,  \
      CHANGES)                                                                                \
    X(ROLE_CREATED, RoleCreated, role_created, Role, role, ROLE, MAKES)                       \
    X(ROLE_UPDATED, RoleUpdated, role_updated, Role, role, ROLE, CHANGES)                     \
    X(ROLE_DELETED, RoleDeleted, role_deleted, Role, role, ROLE, CHANGES)                     \
    X(ROLE_ASSIGNED, RoleAssigned, role_assigned, Assignment, assignment, ASSIGNMENT, EITHER) \
    X(ROLE_REVOKED, RoleRevoked, role_revoked, Assignment, assignment, ASSIGNMENT, CHANGES)   \
    X(PERMISSION_GRANTED, PermissionGranted, permission_granted, Grant, grant, GRANT, MAKES)  \
    X(GRANT_CHANGED, GrantChanged, grant_changed, Grant, grant, GRANT, CHANGES)               \
    X(PERMISSION_REVOKED, PermissionRevoked, permission_revoked, Grant, grant, GRANT, CHANGES)

#define ACCESS_MOVES(X)                    \
    X(DEFINE_PERMISSION, NONE, ACTIVE)     \
    X(UPDATE_PERMISSION, ACTIVE, ACTIVE)   \
    X(RETIRE_PERMISSION, ACTIVE, RETIRED)  \
    X(RETIRE_PERMISSION, RETIRED, RETIRED) \
    X(DEFINE_ROLE_TYPE, NONE, ACTIVE)      \
    X(UPDATE_ROLE_TYPE, ACTIVE, ACTIVE)    \
    X(RETIRE_ROLE_TYPE, ACTIVE, RETIRED)   \
    X(RETIRE_ROLE_TYPE, RETIRED, RETIRED)  \
    X(CREATE_ROLE, NONE, ACTIVE)           \
    X(UPDATE_ROLE, ACTIVE, ACTIVE)         \
    X(DELETE_ROLE, ACTIVE, REMOVED)        \
    X(DELETE_ROLE, REMOVED, REMOVED)       \
    X(ASSIGN_ROLE, NONE, ACTIVE)           \
    X(ASSIGN_ROLE, ACTIVE, ACTIVE)         \
    X(ASSIGN_ROLE, ENDED, ACTIVE)          \
    X(REVOKE_ROLE, ACTIVE, ENDED)          \
    X(REVOKE_ROLE, ENDED, ENDED)           \
    X(GRANT_PERMISSION, NONE, ACTIVE)      \
    X(CHANGE_GRANT, ACTIVE, ACTIVE)        \
    X(REVOKE_PERMISSION, ACTIVE, ENDED)    \
    X(REVOKE_PERMISSION, ENDED, ENDED)

/* ROLE_TYPE_BY_PERMISSION finds retired role types, too. GRANT_BY_CONTENT: permission, grantee and
 * object together are unique. */
#define ACCESS_INDEXES(X)                                                      \
    X(PERMISSION_BY_IMPLYING, 21, PERMISSION, 1, MANY(Permission, implied_by)) \
    X(ROLE_TYPE_BY_PERMISSION, 22, ROLE_TYPE, 1, MANY(RoleType, permissions))  \
    X(ROLE_BY_GROUP, 11, ROLE, 1, MANY(Role, group_ids))                       \
    X(ROLE_BY_TYPE, 10, ROLE, 1, ONE(Role, role_type))                         \
    X(ROLE_BY_JOB_SPACE, 12, ROLE, 1, ONE(Role, job_space_id))                 \
    X(ASSIGNMENT_BY_ROLE, 14, ASSIGNMENT, 1, ONE(Assignment, role_id))         \
    X(ASSIGNMENT_BY_SUBJECT, 13, ASSIGNMENT, 1, ONE(Assignment, subject_id))   \
    X(ASSIGNMENT_BY_GROUP, 16, ASSIGNMENT, 1, MANY(Assignment, group_ids),     \
      ONE(Assignment, role_type))                                              \
    X(ASSIGNMENT_BY_TYPE, 15, ASSIGNMENT, 1, ONE(Assignment, role_type),       \
      ONE(Assignment, job_space_id))                                           \
    X(GRANT_BY_GRANTEE, 17, GRANT, 2, KIND_IN(Grant, grantee, Grantee, kind),  \
      ONE_IN(Grant, grantee, Grantee, id))                                     \
    X(GRANT_BY_OBJECT, 18, GRANT, 2, KIND_IN(Grant, on, GrantObject, kind),    \
      ONE_IN(Grant, on, GrantObject, id), ONE(Grant, permission))              \
    X(GRANT_BY_CONTENT, 19, GRANT, 1, MADE(grant_content))

#define ACCESS_HIERARCHIES(X) \
    X(IMPLICATIONS, PERMISSION, "implied_by", PERMISSION_BY_IMPLYING, "implications")

#endif
