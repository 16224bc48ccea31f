/* What the schema cannot say about entities, commands, events and indexes: one list each, from
 * which come the typed prototypes, the dispatch tables and the typed helpers. proto/agency/v1 owns
 * names and numbers; tests/unit/test_registry.c walks the descriptors both ways. */
#ifndef CORE_DOMAIN_REGISTRY_REGISTRY_H
#define CORE_DOMAIN_REGISTRY_REGISTRY_H

#include <protobuf-c/protobuf-c.h>

#include <assert.h>
#include <stdbool.h>

#include "agency/v1/log.pb-c.h"
#include "core/base/str.h"

/* X(KIND, Message, prefix, key_parts, plural): the first key_parts fields of the message are its
 * key. */
#define ENTITIES(X)                                         \
    X(ORG, Org, org, 1, "orgs")                             \
    X(ORG_CHILD, OrgChild, org_child, 1, "org-children")    \
    X(SUBJECT, Subject, subject, 1, "subjects")             \
    X(CREDENTIAL, Credential, credential, 1, "credentials") \
    X(GROUP, Group, group, 1, "groups")                     \
    X(ASSET, Asset, asset, 1, "assets")                     \
    X(JOB_SPACE, JobSpace, job_space, 1, "job-spaces")      \
    X(PERMISSION, Permission, permission, 1, "permissions") \
    X(ROLE_TYPE, RoleType, role_type, 1, "role-types")      \
    X(ROLE, Role, role, 1, "roles")                         \
    X(ASSIGNMENT, Assignment, assignment, 2, "assignments") \
    X(GRANT, Grant, grant, 1, "grants")                     \
    X(CONFIG, Config, config, 3, "configs")

/* X(COMMAND, Message, prefix, ENTITY, own, delegate): the entity that the command's key names
 * (expected_version is about it); the objects on which the command's own permission is needed, and
 * those on which `delegate` is needed, too, as the command can widen access (enum object_rule). */
#define COMMANDS(X)                                                                      \
    X(CREATE_ORG, CreateOrg, create_org, ORG, NONE, NONE)                                \
    X(UPDATE_ORG, UpdateOrg, update_org, ORG, ORG, NONE)                                 \
    X(SET_ORG_ACCESS_MODE, SetOrgAccessMode, set_org_access_mode, ORG, ORG, ORG)         \
    X(ARCHIVE_ORG, ArchiveOrg, archive_org, ORG, ORG, NONE)                              \
    X(RESTORE_ORG, RestoreOrg, restore_org, ORG, ORG, NONE)                              \
    X(CLAIM_PARENT_ORG, ClaimParentOrg, claim_parent_org, ORG, ORG, NONE)                \
    X(ACCEPT_CHILD_ORG, AcceptChildOrg, accept_child_org, ORG_CHILD, ORG, NONE)          \
    X(RELEASE_CHILD_ORG, ReleaseChildOrg, release_child_org, ORG_CHILD, ORG, NONE)       \
    X(REGISTER_SUBJECT, RegisterSubject, register_subject, SUBJECT, ORG, NONE)           \
    X(UPDATE_SUBJECT, UpdateSubject, update_subject, SUBJECT, SELF, NONE)                \
    X(SUSPEND_SUBJECT, SuspendSubject, suspend_subject, SUBJECT, SELF, NONE)             \
    X(RESUME_SUBJECT, ResumeSubject, resume_subject, SUBJECT, SELF, SELF)                \
    X(REMOVE_SUBJECT, RemoveSubject, remove_subject, SUBJECT, SELF, NONE)                \
    X(RESTORE_SUBJECT, RestoreSubject, restore_subject, SUBJECT, SELF, SELF)             \
    X(SET_SUBJECT_PARENTS, SetSubjectParents, set_subject_parents, SUBJECT, SELF,        \
      PARENTS_AND_SELF)                                                                  \
    X(BIND_CREDENTIAL, BindCredential, bind_credential, CREDENTIAL, SUBJECT, SUBJECT)    \
    X(REVOKE_CREDENTIAL, RevokeCredential, revoke_credential, CREDENTIAL, SUBJECT, NONE) \
    X(CREATE_GROUP, CreateGroup, create_group, GROUP, PARENT, NONE)                      \
    X(UPDATE_GROUP, UpdateGroup, update_group, GROUP, SELF, NONE)                        \
    X(SET_GROUP_PARENT, SetGroupParent, set_group_parent, GROUP, SELF, SELF)             \
    X(INCLUDE_GROUP, IncludeGroup, include_group, GROUP, SELF, SELF)                     \
    X(EXCLUDE_GROUP, ExcludeGroup, exclude_group, GROUP, SELF, NONE)                     \
    X(ARCHIVE_GROUP, ArchiveGroup, archive_group, GROUP, SELF, NONE)                     \
    X(RESTORE_GROUP, RestoreGroup, restore_group, GROUP, SELF, SELF)                     \
    X(DELETE_GROUP, DeleteGroup, delete_group, GROUP, SELF, NONE)                        \
    X(REGISTER_ASSET, RegisterAsset, register_asset, ASSET, PARENT, NONE)                \
    X(UPDATE_ASSET, UpdateAsset, update_asset, ASSET, SELF, NONE)                        \
    X(SET_ASSET_PARENT, SetAssetParent, set_asset_parent, ASSET, SELF, SELF)             \
    X(ARCHIVE_ASSET, ArchiveAsset, archive_asset, ASSET, SELF, NONE)                     \
    X(RESTORE_ASSET, RestoreAsset, restore_asset, ASSET, SELF, SELF)                     \
    X(REMOVE_ASSET, RemoveAsset, remove_asset, ASSET, SELF, NONE)                        \
    X(OPEN_JOB_SPACE, OpenJobSpace, open_job_space, JOB_SPACE, ORG, NONE)                \
    X(UPDATE_JOB_SPACE, UpdateJobSpace, update_job_space, JOB_SPACE, SELF, NONE)         \
    X(CLOSE_JOB_SPACE, CloseJobSpace, close_job_space, JOB_SPACE, SELF, NONE)            \
    X(DEFINE_PERMISSION, DefinePermission, define_permission, PERMISSION, ORG, ORG)      \
    X(UPDATE_PERMISSION, UpdatePermission, update_permission, PERMISSION, ORG, ORG)      \
    X(RETIRE_PERMISSION, RetirePermission, retire_permission, PERMISSION, ORG, ORG)      \
    X(DEFINE_ROLE_TYPE, DefineRoleType, define_role_type, ROLE_TYPE, ORG, ORG)           \
    X(UPDATE_ROLE_TYPE, UpdateRoleType, update_role_type, ROLE_TYPE, ORG, ORG)           \
    X(RETIRE_ROLE_TYPE, RetireRoleType, retire_role_type, ROLE_TYPE, ORG, ORG)           \
    X(CREATE_ROLE, CreateRole, create_role, ROLE, SEAT, SEAT_AND_SCOPE)                  \
    X(UPDATE_ROLE, UpdateRole, update_role, ROLE, SEAT, NONE)                            \
    X(DELETE_ROLE, DeleteRole, delete_role, ROLE, SEAT, NONE)                            \
    X(ASSIGN_ROLE, AssignRole, assign_role, ASSIGNMENT, SEAT, SEAT_AND_SCOPE)            \
    X(REVOKE_ROLE, RevokeRole, revoke_role, ASSIGNMENT, SEAT, NONE)                      \
    X(GRANT_PERMISSION, GrantPermission, grant_permission, GRANT, GRANT, GRANT)          \
    X(CHANGE_GRANT, ChangeGrant, change_grant, GRANT, GRANT, GRANT)                      \
    X(REVOKE_PERMISSION, RevokePermission, revoke_permission, GRANT, GRANT, NONE)        \
    X(SET_CONFIG, SetConfig, set_config, CONFIG, CONFIG, NONE)                           \
    X(UNSET_CONFIG, UnsetConfig, unset_config, CONFIG, CONFIG, NONE)

/* X(EVENT, Message, prefix, Entity, entity_prefix, ENTITY, presence): the entity that it changes;
 * it MAKES one that must not be there yet, CHANGES one that must be there, or does EITHER. */
#define EVENTS(X)                                                                                  \
    X(ORG_CREATED, OrgCreated, org_created, Org, org, ORG, MAKES)                                  \
    X(ORG_UPDATED, OrgUpdated, org_updated, Org, org, ORG, CHANGES)                                \
    X(ORG_ACCESS_MODE_SET, OrgAccessModeSet, org_access_mode_set, Org, org, ORG, CHANGES)          \
    X(ORG_ARCHIVED, OrgArchived, org_archived, Org, org, ORG, CHANGES)                             \
    X(ORG_RESTORED, OrgRestored, org_restored, Org, org, ORG, CHANGES)                             \
    X(PARENT_ORG_CLAIMED, ParentOrgClaimed, parent_org_claimed, Org, org, ORG, CHANGES)            \
    X(CHILD_ORG_ACCEPTED, ChildOrgAccepted, child_org_accepted, OrgChild, org_child, ORG_CHILD,    \
      EITHER)                                                                                      \
    X(CHILD_ORG_RELEASED, ChildOrgReleased, child_org_released, OrgChild, org_child, ORG_CHILD,    \
      CHANGES)                                                                                     \
    X(SUBJECT_REGISTERED, SubjectRegistered, subject_registered, Subject, subject, SUBJECT, MAKES) \
    X(SUBJECT_UPDATED, SubjectUpdated, subject_updated, Subject, subject, SUBJECT, CHANGES)        \
    X(SUBJECT_SUSPENDED, SubjectSuspended, subject_suspended, Subject, subject, SUBJECT, CHANGES)  \
    X(SUBJECT_RESUMED, SubjectResumed, subject_resumed, Subject, subject, SUBJECT, CHANGES)        \
    X(SUBJECT_REMOVED, SubjectRemoved, subject_removed, Subject, subject, SUBJECT, CHANGES)        \
    X(SUBJECT_RESTORED, SubjectRestored, subject_restored, Subject, subject, SUBJECT, CHANGES)     \
    X(SUBJECT_PARENTS_SET, SubjectParentsSet, subject_parents_set, Subject, subject, SUBJECT,      \
      CHANGES)                                                                                     \
    X(CREDENTIAL_BOUND, CredentialBound, credential_bound, Credential, credential, CREDENTIAL,     \
      MAKES)                                                                                       \
    X(CREDENTIAL_REVOKED, CredentialRevoked, credential_revoked, Credential, credential,           \
      CREDENTIAL, CHANGES)                                                                         \
    X(GROUP_CREATED, GroupCreated, group_created, Group, group, GROUP, MAKES)                      \
    X(GROUP_UPDATED, GroupUpdated, group_updated, Group, group, GROUP, CHANGES)                    \
    X(GROUP_PARENT_SET, GroupParentSet, group_parent_set, Group, group, GROUP, CHANGES)            \
    X(GROUP_INCLUDED, GroupIncluded, group_included, Group, group, GROUP, CHANGES)                 \
    X(GROUP_EXCLUDED, GroupExcluded, group_excluded, Group, group, GROUP, CHANGES)                 \
    X(GROUP_ARCHIVED, GroupArchived, group_archived, Group, group, GROUP, CHANGES)                 \
    X(GROUP_RESTORED, GroupRestored, group_restored, Group, group, GROUP, CHANGES)                 \
    X(GROUP_DELETED, GroupDeleted, group_deleted, Group, group, GROUP, CHANGES)                    \
    X(ASSET_REGISTERED, AssetRegistered, asset_registered, Asset, asset, ASSET, MAKES)             \
    X(ASSET_UPDATED, AssetUpdated, asset_updated, Asset, asset, ASSET, CHANGES)                    \
    X(ASSET_PARENT_SET, AssetParentSet, asset_parent_set, Asset, asset, ASSET, CHANGES)            \
    X(ASSET_ARCHIVED, AssetArchived, asset_archived, Asset, asset, ASSET, CHANGES)                 \
    X(ASSET_RESTORED, AssetRestored, asset_restored, Asset, asset, ASSET, CHANGES)                 \
    X(ASSET_REMOVED, AssetRemoved, asset_removed, Asset, asset, ASSET, CHANGES)                    \
    X(JOB_SPACE_OPENED, JobSpaceOpened, job_space_opened, JobSpace, job_space, JOB_SPACE, MAKES)   \
    X(JOB_SPACE_UPDATED, JobSpaceUpdated, job_space_updated, JobSpace, job_space, JOB_SPACE,       \
      CHANGES)                                                                                     \
    X(JOB_SPACE_CLOSED, JobSpaceClosed, job_space_closed, JobSpace, job_space, JOB_SPACE, CHANGES) \
    X(PERMISSION_DEFINED, PermissionDefined, permission_defined, Permission, permission,           \
      PERMISSION, MAKES)                                                                           \
    X(PERMISSION_UPDATED, PermissionUpdated, permission_updated, Permission, permission,           \
      PERMISSION, CHANGES)                                                                         \
    X(PERMISSION_RETIRED, PermissionRetired, permission_retired, Permission, permission,           \
      PERMISSION, CHANGES)                                                                         \
    X(ROLE_TYPE_DEFINED, RoleTypeDefined, role_type_defined, RoleType, role_type, ROLE_TYPE,       \
      MAKES)                                                                                       \
    X(ROLE_TYPE_UPDATED, RoleTypeUpdated, role_type_updated, RoleType, role_type, ROLE_TYPE,       \
      CHANGES)                                                                                     \
    X(ROLE_TYPE_RETIRED, RoleTypeRetired, role_type_retired, RoleType, role_type, ROLE_TYPE,       \
      CHANGES)                                                                                     \
    X(ROLE_CREATED, RoleCreated, role_created, Role, role, ROLE, MAKES)                            \
    X(ROLE_UPDATED, RoleUpdated, role_updated, Role, role, ROLE, CHANGES)                          \
    X(ROLE_DELETED, RoleDeleted, role_deleted, Role, role, ROLE, CHANGES)                          \
    X(ROLE_ASSIGNED, RoleAssigned, role_assigned, Assignment, assignment, ASSIGNMENT, EITHER)      \
    X(ROLE_REVOKED, RoleRevoked, role_revoked, Assignment, assignment, ASSIGNMENT, CHANGES)        \
    X(PERMISSION_GRANTED, PermissionGranted, permission_granted, Grant, grant, GRANT, MAKES)       \
    X(GRANT_CHANGED, GrantChanged, grant_changed, Grant, grant, GRANT, CHANGES)                    \
    X(PERMISSION_REVOKED, PermissionRevoked, permission_revoked, Grant, grant, GRANT, CHANGES)     \
    X(CONFIG_SET, ConfigSet, config_set, Config, config, CONFIG, EITHER)                           \
    X(CONFIG_UNSET, ConfigUnset, config_unset, Config, config, CONFIG, CHANGES)

/* X(INDEX, number): an index is a function from one entity to keys (index.c). A key is its parts
 * and then the entity's id; kinds are parts as decimal text. Numbers are part of stored keys: for
 * ever. NAME: kind | name -> live entity of that kind; names are unique among them.
 * SUBJECT_BY_PARENT: parent subject -> live subject that inherits from it.
 * CREDENTIAL_BY_IDENTITY: kind | identity_hash -> active credential.
 * CREDENTIAL_BY_SUBJECT: subject -> active credential.
 * GROUP_BY_PARENT: parent group -> live group.
 * GROUP_BY_INCLUDED: included group -> live group that includes it.
 * GROUP_BY_JOB_SPACE: job space -> live group.
 * ASSET_BY_PARENT: parent asset -> live asset.
 * ASSET_BY_TYPE: type -> live asset.
 * ROLE_BY_TYPE: role type -> live seat.
 * ROLE_BY_GROUP: group -> live seat.
 * ROLE_BY_JOB_SPACE: job space -> live seat.
 * ASSIGNMENT_BY_SUBJECT: subject -> active assignment.
 * ASSIGNMENT_BY_ROLE: seat -> active assignment.
 * ASSIGNMENT_BY_TYPE: role type | job space (may be empty) -> active assignment.
 * ASSIGNMENT_BY_GROUP: group | role type -> active assignment.
 * GRANT_BY_GRANTEE: grantee kind | grantee -> active grant.
 * GRANT_BY_OBJECT: object kind | object (empty for the org) | permission -> active grant.
 * GRANT_BY_CONTENT: permission, grantee and object -> active grant; unique.
 * CONFIG_BY_ENTITY: entity kind | entity -> value that is set.
 * PERMISSION_BY_IMPLYING: implying permission -> permission that it implies.
 * ROLE_TYPE_BY_PERMISSION: permission -> role type whose holders have it, retired ones included.
 */
#define INDEXES(X)                \
    X(NAME, 1)                    \
    X(SUBJECT_BY_PARENT, 2)       \
    X(CREDENTIAL_BY_IDENTITY, 3)  \
    X(CREDENTIAL_BY_SUBJECT, 4)   \
    X(GROUP_BY_PARENT, 5)         \
    X(GROUP_BY_INCLUDED, 6)       \
    X(GROUP_BY_JOB_SPACE, 7)      \
    X(ASSET_BY_PARENT, 8)         \
    X(ASSET_BY_TYPE, 9)           \
    X(ROLE_BY_TYPE, 10)           \
    X(ROLE_BY_GROUP, 11)          \
    X(ROLE_BY_JOB_SPACE, 12)      \
    X(ASSIGNMENT_BY_SUBJECT, 13)  \
    X(ASSIGNMENT_BY_ROLE, 14)     \
    X(ASSIGNMENT_BY_TYPE, 15)     \
    X(ASSIGNMENT_BY_GROUP, 16)    \
    X(GRANT_BY_GRANTEE, 17)       \
    X(GRANT_BY_OBJECT, 18)        \
    X(GRANT_BY_CONTENT, 19)       \
    X(CONFIG_BY_ENTITY, 20)       \
    X(PERMISSION_BY_IMPLYING, 21) \
    X(ROLE_TYPE_BY_PERMISSION, 22)

enum entity_kind {
#define X(upper, pascal, snake, key_parts, plural) \
    ENTITY_##upper = AGENCY__V1__ENTITY_KIND__ENTITY_KIND_##upper,
    ENTITIES(X)
#undef X
};

/* A kind is one byte of a key, and decimal text as a part of an index key. */
#define ENTITY_KINDS_MAX 256
union entity_kinds { /* as large as the highest kind */
#define X(upper, pascal, snake, key_parts, plural) char upper[ENTITY_##upper + 1];
    ENTITIES(X)
#undef X
};
enum { ENTITY_KINDS_END = sizeof(union entity_kinds) };
static_assert(ENTITY_KINDS_END <= ENTITY_KINDS_MAX, "a kind is one byte of a key");

enum command_number {
#define X(upper, pascal, snake, entity, own, delegate) \
    COMMAND_##upper = AGENCY__V1__COMMAND__PAYLOAD_##upper,
    COMMANDS(X)
#undef X
};

enum event_number {
#define X(upper, pascal, snake, entity_pascal, entity_snake, entity, presence) \
    EVENT_##upper = AGENCY__V1__EVENT__PAYLOAD_##upper,
    EVENTS(X)
#undef X
};

enum index_number {
#define X(upper, number) INDEX_##upper = (number),
    INDEXES(X)
#undef X
};
/* An index is one byte of a key. */
#define INDEX_NUMBERS_MAX 256
#define X(upper, number) \
    static_assert((number) > 0 && (number) < INDEX_NUMBERS_MAX, "an index is one byte of a key");
INDEXES(X)
#undef X

/* Where an entity is in its life: the constants of EntityStatus with short names. */
#define LIFE_ACTIVE AGENCY__V1__ENTITY_STATUS__ENTITY_STATUS_ACTIVE
#define LIFE_SUSPENDED AGENCY__V1__ENTITY_STATUS__ENTITY_STATUS_SUSPENDED
#define LIFE_ARCHIVED AGENCY__V1__ENTITY_STATUS__ENTITY_STATUS_ARCHIVED
#define LIFE_CLOSED AGENCY__V1__ENTITY_STATUS__ENTITY_STATUS_CLOSED
#define LIFE_RETIRED AGENCY__V1__ENTITY_STATUS__ENTITY_STATUS_RETIRED
#define LIFE_ENDED AGENCY__V1__ENTITY_STATUS__ENTITY_STATUS_ENDED
#define LIFE_REMOVED AGENCY__V1__ENTITY_STATUS__ENTITY_STATUS_REMOVED

/* The objects on which a command needs a permission (the plan's "Who may command"). */
enum object_rule {
    OBJECTS_NONE,             /* none: CreateOrg has its own rule; others cannot widen */
    OBJECTS_ORG,              /* the org */
    OBJECTS_SELF,             /* the entity that the command's key names */
    OBJECTS_PARENT,           /* the parent named, else the job space named, else the org */
    OBJECTS_SUBJECT,          /* the credential's subject */
    OBJECTS_PARENTS_AND_SELF, /* every subject named as parent, and the child */
    OBJECTS_SEAT,             /* each group of the seat, else its job space, else the org */
    OBJECTS_SEAT_AND_SCOPE,   /* the same; if its type has permissions, also its job space, else org
                               */
    OBJECTS_GRANT,            /* what the grant is on */
    OBJECTS_CONFIG,           /* the entity configured if Check knows its kind, else the org */
};

enum event_presence { PRESENCE_MAKES, PRESENCE_CHANGES, PRESENCE_EITHER };

struct entity_type {
    const char *name;   /* "Role" */
    const char *plural; /* "roles", as people type it */
    const ProtobufCMessageDescriptor *descriptor;
    size_t key_parts;
};

struct command_type {
    const char *name; /* "AssignRole"; the built-in permission of the same name */
    const ProtobufCMessageDescriptor *descriptor;
    enum entity_kind entity;
    enum object_rule own;
    enum object_rule delegate;
};

struct event_type {
    const char *name; /* "RoleAssigned" */
    const ProtobufCMessageDescriptor *descriptor;
    enum entity_kind entity;
    enum event_presence presence;
};

/* The rows by number; NULL for a number that is in no list. Static memory. */
const struct entity_type *registry_entity(unsigned kind);
const struct command_type *registry_command(unsigned number);
const struct event_type *registry_event(unsigned number);

/* The payload of a command or event; NULL where none is set. Borrows. */
const ProtobufCMessage *registry_command_payload(const Agency__V1__Command *command);
const ProtobufCMessage *registry_event_payload(const Agency__V1__Event *event);

#endif
