/* The area directory/: who and what there is in an org: subjects with their credentials and
 * capabilities, groups, assets, job spaces. What the columns mean: registry.h. */
#ifndef CORE_DOMAIN_REGISTRY_DIRECTORY_H
#define CORE_DOMAIN_REGISTRY_DIRECTORY_H

#define DIRECTORY_ENTITIES(X)                                                  \
    X(SUBJECT, Subject, subject, 1, "subjects", NAMED, EXTERNAL)               \
    X(CREDENTIAL, Credential, credential, 1, "credentials", UNNAMED, INTERNAL) \
    X(GROUP, Group, group, 1, "groups", NAMED, EXTERNAL)                       \
    X(ASSET, Asset, asset, 1, "assets", NAMED, EXTERNAL)                       \
    X(JOB_SPACE, JobSpace, job_space, 1, "job-spaces", NAMED, INTERNAL)        \
    X(CAPABILITY, Capability, capability, 2, "capabilities", UNNAMED, INTERNAL)

#define DIRECTORY_COMMANDS(X)                                                                     \
    X(REGISTER_SUBJECT, RegisterSubject, register_subject, SUBJECT, NONE, MAKE,                   \
      SUBJECT_REGISTERED, ORG, NONE)                                                              \
    X(UPDATE_SUBJECT, UpdateSubject, update_subject, SUBJECT, ACTIVE | SUSPENDED, UPDATE,         \
      SUBJECT_UPDATED, SELF, NONE)                                                                \
    X(SUSPEND_SUBJECT, SuspendSubject, suspend_subject, SUBJECT, ACTIVE | SUSPENDED, MOVE,        \
      SUBJECT_SUSPENDED, SELF, NONE)                                                              \
    X(RESUME_SUBJECT, ResumeSubject, resume_subject, SUBJECT, SUSPENDED | ACTIVE, MOVE,           \
      SUBJECT_RESUMED, SELF, SELF)                                                                \
    X(REMOVE_SUBJECT, RemoveSubject, remove_subject, SUBJECT, ACTIVE | SUSPENDED | REMOVED, MOVE, \
      SUBJECT_REMOVED, SELF, NONE)                                                                \
    X(RESTORE_SUBJECT, RestoreSubject, restore_subject, SUBJECT, REMOVED | ACTIVE, MOVE,          \
      SUBJECT_RESTORED, SELF, SELF)                                                               \
    X(SET_SUBJECT_PARENTS, SetSubjectParents, set_subject_parents, SUBJECT, ACTIVE | SUSPENDED,   \
      OWN, SUBJECT_PARENTS_SET, SELF, PARENTS_AND_SELF)                                           \
    X(BIND_CREDENTIAL, BindCredential, bind_credential, CREDENTIAL, NONE, OWN, CREDENTIAL_BOUND,  \
      SUBJECT, IDENTITY)                                                                          \
    X(REVOKE_CREDENTIAL, RevokeCredential, revoke_credential, CREDENTIAL, ACTIVE | ENDED, MOVE,   \
      CREDENTIAL_REVOKED, SUBJECT, NONE)                                                          \
    X(CREATE_GROUP, CreateGroup, create_group, GROUP, NONE, OWN, GROUP_CREATED, PARENT, NONE)     \
    X(UPDATE_GROUP, UpdateGroup, update_group, GROUP, ACTIVE | ARCHIVED, UPDATE, GROUP_UPDATED,   \
      SELF, NONE)                                                                                 \
    X(SET_GROUP_PARENT, SetGroupParent, set_group_parent, GROUP, ACTIVE | ARCHIVED, OWN,          \
      GROUP_PARENT_SET, MOVE, BELOW)                                                              \
    X(INCLUDE_GROUP, IncludeGroup, include_group, GROUP, ACTIVE | ARCHIVED, OWN, GROUP_INCLUDED,  \
      INCLUSION, SELF)                                                                            \
    X(EXCLUDE_GROUP, ExcludeGroup, exclude_group, GROUP, ACTIVE | ARCHIVED, OWN, GROUP_EXCLUDED,  \
      INCLUSION_ANY, NONE)                                                                        \
    X(ARCHIVE_GROUP, ArchiveGroup, archive_group, GROUP, ACTIVE | ARCHIVED, MOVE, GROUP_ARCHIVED, \
      BELOW, NONE)                                                                                \
    X(RESTORE_GROUP, RestoreGroup, restore_group, GROUP, ARCHIVED | ACTIVE, MOVE, GROUP_RESTORED, \
      SELF, BELOW)                                                                                \
    X(DELETE_GROUP, DeleteGroup, delete_group, GROUP, ACTIVE | ARCHIVED | REMOVED, MOVE,          \
      GROUP_DELETED, SELF, NONE)                                                                  \
    X(REGISTER_ASSET, RegisterAsset, register_asset, ASSET, NONE, OWN, ASSET_REGISTERED, PARENT,  \
      NONE)                                                                                       \
    X(UPDATE_ASSET, UpdateAsset, update_asset, ASSET, ACTIVE | ARCHIVED, UPDATE, ASSET_UPDATED,   \
      SELF, NONE)                                                                                 \
    X(SET_ASSET_PARENT, SetAssetParent, set_asset_parent, ASSET, ACTIVE | ARCHIVED, OWN,          \
      ASSET_PARENT_SET, MOVE, BELOW)                                                              \
    X(ARCHIVE_ASSET, ArchiveAsset, archive_asset, ASSET, ACTIVE | ARCHIVED, MOVE, ASSET_ARCHIVED, \
      BELOW, NONE)                                                                                \
    X(RESTORE_ASSET, RestoreAsset, restore_asset, ASSET, ARCHIVED | ACTIVE, MOVE, ASSET_RESTORED, \
      SELF, BELOW)                                                                                \
    X(REMOVE_ASSET, RemoveAsset, remove_asset, ASSET, ACTIVE | ARCHIVED | REMOVED, MOVE,          \
      ASSET_REMOVED, SELF, NONE)                                                                  \
    X(OPEN_JOB_SPACE, OpenJobSpace, open_job_space, JOB_SPACE, NONE, MAKE, JOB_SPACE_OPENED, ORG, \
      NONE)                                                                                       \
    X(UPDATE_JOB_SPACE, UpdateJobSpace, update_job_space, JOB_SPACE, ACTIVE, UPDATE,              \
      JOB_SPACE_UPDATED, SELF, NONE)                                                              \
    X(CLOSE_JOB_SPACE, CloseJobSpace, close_job_space, JOB_SPACE, ACTIVE | CLOSED, MOVE,          \
      JOB_SPACE_CLOSED, SELF, NONE)                                                               \
    X(DECLARE_CAPABILITY, DeclareCapability, declare_capability, CAPABILITY,                      \
      NONE | ACTIVE | ENDED, OWN, CAPABILITY_DECLARED, SUBJECT, NONE)                             \
    X(VERIFY_CAPABILITY, VerifyCapability, verify_capability, CAPABILITY, ACTIVE, OWN,            \
      CAPABILITY_VERIFIED, SUBJECT, NONE)                                                         \
    X(REVOKE_CAPABILITY, RevokeCapability, revoke_capability, CAPABILITY, ACTIVE | ENDED, MOVE,   \
      CAPABILITY_REVOKED, SUBJECT, NONE)                                                          \
    X(ERASE_SUBJECT, EraseSubject, erase_subject, SUBJECT, ACTIVE | SUSPENDED | REMOVED | ERASED, \
      MOVE, SUBJECT_ERASED, SELF, NONE)

#define DIRECTORY_EVENTS(X)                                                                        \
    X(SUBJECT_REGISTERED, SubjectRegistered, subject_registered, SUBJECT, MAKES, ACTIVE, SETS)     \
    X(SUBJECT_UPDATED, SubjectUpdated, subject_updated, SUBJECT, CHANGES, SAME, MASKS)             \
    X(SUBJECT_SUSPENDED, SubjectSuspended, subject_suspended, SUBJECT, CHANGES, SUSPENDED, SETS)   \
    X(SUBJECT_RESUMED, SubjectResumed, subject_resumed, SUBJECT, CHANGES, ACTIVE, SETS)            \
    X(SUBJECT_REMOVED, SubjectRemoved, subject_removed, SUBJECT, CHANGES, REMOVED, OWN)            \
    X(SUBJECT_RESTORED, SubjectRestored, subject_restored, SUBJECT, CHANGES, ACTIVE, SETS)         \
    X(SUBJECT_PARENTS_SET, SubjectParentsSet, subject_parents_set, SUBJECT, CHANGES, SAME, SETS)   \
    X(CREDENTIAL_BOUND, CredentialBound, credential_bound, CREDENTIAL, MAKES, ACTIVE, SETS)        \
    X(CREDENTIAL_REVOKED, CredentialRevoked, credential_revoked, CREDENTIAL, CHANGES, ENDED, SETS) \
    X(GROUP_CREATED, GroupCreated, group_created, GROUP, MAKES, ACTIVE, SETS)                      \
    X(GROUP_UPDATED, GroupUpdated, group_updated, GROUP, CHANGES, SAME, MASKS)                     \
    X(GROUP_PARENT_SET, GroupParentSet, group_parent_set, GROUP, CHANGES, SAME, SETS)              \
    X(GROUP_INCLUDED, GroupIncluded, group_included, GROUP, CHANGES, SAME, OWN)                    \
    X(GROUP_EXCLUDED, GroupExcluded, group_excluded, GROUP, CHANGES, SAME, OWN)                    \
    X(GROUP_ARCHIVED, GroupArchived, group_archived, GROUP, CHANGES, ARCHIVED, SETS)               \
    X(GROUP_RESTORED, GroupRestored, group_restored, GROUP, CHANGES, ACTIVE, SETS)                 \
    X(GROUP_DELETED, GroupDeleted, group_deleted, GROUP, CHANGES, REMOVED, SETS)                   \
    X(ASSET_REGISTERED, AssetRegistered, asset_registered, ASSET, MAKES, ACTIVE, SETS)             \
    X(ASSET_UPDATED, AssetUpdated, asset_updated, ASSET, CHANGES, SAME, MASKS)                     \
    X(ASSET_PARENT_SET, AssetParentSet, asset_parent_set, ASSET, CHANGES, SAME, SETS)              \
    X(ASSET_ARCHIVED, AssetArchived, asset_archived, ASSET, CHANGES, ARCHIVED, SETS)               \
    X(ASSET_RESTORED, AssetRestored, asset_restored, ASSET, CHANGES, ACTIVE, SETS)                 \
    X(ASSET_REMOVED, AssetRemoved, asset_removed, ASSET, CHANGES, REMOVED, SETS)                   \
    X(JOB_SPACE_OPENED, JobSpaceOpened, job_space_opened, JOB_SPACE, MAKES, ACTIVE, SETS)          \
    X(JOB_SPACE_UPDATED, JobSpaceUpdated, job_space_updated, JOB_SPACE, CHANGES, SAME, MASKS)      \
    X(JOB_SPACE_CLOSED, JobSpaceClosed, job_space_closed, JOB_SPACE, CHANGES, CLOSED, SETS)        \
    X(CAPABILITY_DECLARED, CapabilityDeclared, capability_declared, CAPABILITY, EITHER, ACTIVE,    \
      SETS)                                                                                        \
    X(CAPABILITY_VERIFIED, CapabilityVerified, capability_verified, CAPABILITY, CHANGES, SAME,     \
      SETS)                                                                                        \
    X(CAPABILITY_REVOKED, CapabilityRevoked, capability_revoked, CAPABILITY, CHANGES, ENDED, SETS) \
    X(SUBJECT_ERASED, SubjectErased, subject_erased, SUBJECT, CHANGES, ERASED, OWN)

#define DIRECTORY_INDEXES(X)                                                 \
    X(SUBJECT_BY_PARENT, 2, SUBJECT, 1, MANY(Subject, parent_subject_ids))   \
    X(CREDENTIAL_BY_IDENTITY, 3, CREDENTIAL, 2, KIND(Credential, kind),      \
      ONE(Credential, identity_hash))                                        \
    X(CREDENTIAL_BY_SUBJECT, 4, CREDENTIAL, 1, ONE(Credential, subject_id))  \
    X(GROUP_BY_PARENT, 5, GROUP, 1, ONE(Group, parent_group_id))             \
    X(GROUP_BY_INCLUDED, 6, GROUP, 1, MANY(Group, included_group_ids))       \
    X(GROUP_BY_JOB_SPACE, 7, GROUP, 1, ONE(Group, job_space_id))             \
    X(ASSET_BY_PARENT, 8, ASSET, 1, ONE(Asset, parent_asset_id))             \
    X(ASSET_BY_TYPE, 9, ASSET, 1, ONE(Asset, type))                          \
    X(CAPABILITY_BY_SUBJECT, 24, CAPABILITY, 1, ONE(Capability, subject_id)) \
    X(CAPABILITY_BY_NAME, 25, CAPABILITY, 1, ONE(Capability, capability))

#define DIRECTORY_HIERARCHIES(X)                                                      \
    X(SUBJECT_PARENTS, SUBJECT, "parent_subject_ids", SUBJECT_BY_PARENT, "subjects")  \
    X(GROUP_PARENTS, GROUP, "parent_group_id", GROUP_BY_PARENT, "groups")             \
    X(GROUP_INCLUSIONS, GROUP, "included_group_ids", GROUP_BY_INCLUDED, "inclusions") \
    X(ASSET_PARENTS, ASSET, "parent_asset_id", ASSET_BY_PARENT, "assets")

#define DIRECTORY_OBJECT_RULES(X)                                                                \
    X(INCLUSION, inclusion, ALL, ITSELF, "the group that includes and the one that is included") \
    X(INCLUSION_ANY, inclusion, ONE, ITSELF,                                                     \
      "the group that includes or the one that is included")                                     \
    X(SUBJECT, subject, ALL, ITSELF, "the credential's subject")                                 \
    X(IDENTITY, identity, ALL, ITSELF,                                                           \
      "the credential's subject, and the org for an identity that others can know")              \
    X(PARENTS_AND_SELF, parents, ALL, ITSELF, "every subject newly named as parent, and the child")

#define DIRECTORY_BLOCKERS(X)                          \
    X(GROUP, GROUP_BY_PARENT, "groups below")          \
    X(GROUP, GROUP_BY_INCLUDED, "groups that include") \
    X(ASSET, ASSET_BY_PARENT, "assets below")

#define DIRECTORY_DEPENDANTS(X)                                      \
    X(SUBJECT, CREDENTIAL_BY_SUBJECT, 0, CREDENTIAL_REVOKED, always) \
    X(SUBJECT, CAPABILITY_BY_SUBJECT, 0, CAPABILITY_REVOKED, always)

/* Who is bound speaks for himself from then on, and what is erased is gone. */
#define DIRECTORY_UNCARRIED(X) \
    X(BIND_CREDENTIAL)         \
    X(ERASE_SUBJECT)

#endif
