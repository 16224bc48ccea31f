/* The area directory/: who and what there is in an org: subjects and their credentials, groups,
 * assets, job spaces. What the columns mean: registry.h. */
#ifndef CORE_DOMAIN_REGISTRY_DIRECTORY_H
#define CORE_DOMAIN_REGISTRY_DIRECTORY_H

#define DIRECTORY_ENTITIES(X)                                        \
    X(SUBJECT, Subject, subject, 1, "subjects", NAMED)               \
    X(CREDENTIAL, Credential, credential, 1, "credentials", UNNAMED) \
    X(GROUP, Group, group, 1, "groups", NAMED)                       \
    X(ASSET, Asset, asset, 1, "assets", NAMED)                       \
    X(JOB_SPACE, JobSpace, job_space, 1, "job-spaces", NAMED)

#define DIRECTORY_COMMANDS(X)                                                            \
    X(REGISTER_SUBJECT, RegisterSubject, register_subject, SUBJECT, ORG, NONE)           \
    X(UPDATE_SUBJECT, UpdateSubject, update_subject, SUBJECT, SELF, NONE)                \
    X(SUSPEND_SUBJECT, SuspendSubject, suspend_subject, SUBJECT, SELF, NONE)             \
    X(RESUME_SUBJECT, ResumeSubject, resume_subject, SUBJECT, SELF, SELF)                \
    X(REMOVE_SUBJECT, RemoveSubject, remove_subject, SUBJECT, SELF, NONE)                \
    X(RESTORE_SUBJECT, RestoreSubject, restore_subject, SUBJECT, SELF, SELF)             \
    X(SET_SUBJECT_PARENTS, SetSubjectParents, set_subject_parents, SUBJECT, SELF,        \
      PARENTS_AND_SELF)                                                                  \
    X(BIND_CREDENTIAL, BindCredential, bind_credential, CREDENTIAL, SUBJECT, IDENTITY)   \
    X(REVOKE_CREDENTIAL, RevokeCredential, revoke_credential, CREDENTIAL, SUBJECT, NONE) \
    X(CREATE_GROUP, CreateGroup, create_group, GROUP, PARENT, NONE)                      \
    X(UPDATE_GROUP, UpdateGroup, update_group, GROUP, SELF, NONE)                        \
    X(SET_GROUP_PARENT, SetGroupParent, set_group_parent, GROUP, MOVE, BELOW)            \
    X(INCLUDE_GROUP, IncludeGroup, include_group, GROUP, INCLUSION, SELF)                \
    X(EXCLUDE_GROUP, ExcludeGroup, exclude_group, GROUP, INCLUSION_ANY, NONE)            \
    X(ARCHIVE_GROUP, ArchiveGroup, archive_group, GROUP, BELOW, NONE)                    \
    X(RESTORE_GROUP, RestoreGroup, restore_group, GROUP, SELF, BELOW)                    \
    X(DELETE_GROUP, DeleteGroup, delete_group, GROUP, SELF, NONE)                        \
    X(REGISTER_ASSET, RegisterAsset, register_asset, ASSET, PARENT, NONE)                \
    X(UPDATE_ASSET, UpdateAsset, update_asset, ASSET, SELF, NONE)                        \
    X(SET_ASSET_PARENT, SetAssetParent, set_asset_parent, ASSET, MOVE, BELOW)            \
    X(ARCHIVE_ASSET, ArchiveAsset, archive_asset, ASSET, BELOW, NONE)                    \
    X(RESTORE_ASSET, RestoreAsset, restore_asset, ASSET, SELF, BELOW)                    \
    X(REMOVE_ASSET, RemoveAsset, remove_asset, ASSET, SELF, NONE)                        \
    X(OPEN_JOB_SPACE, OpenJobSpace, open_job_space, JOB_SPACE, ORG, NONE)                \
    X(UPDATE_JOB_SPACE, UpdateJobSpace, update_job_space, JOB_SPACE, SELF, NONE)         \
    X(CLOSE_JOB_SPACE, CloseJobSpace, close_job_space, JOB_SPACE, SELF, NONE)

#define DIRECTORY_EVENTS(X)                                                                        \
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
    X(JOB_SPACE_CLOSED, JobSpaceClosed, job_space_closed, JobSpace, job_space, JOB_SPACE, CHANGES)

#define DIRECTORY_MOVES(X)                       \
    X(REGISTER_SUBJECT, NONE, ACTIVE)            \
    X(UPDATE_SUBJECT, ACTIVE, ACTIVE)            \
    X(UPDATE_SUBJECT, SUSPENDED, SUSPENDED)      \
    X(SET_SUBJECT_PARENTS, ACTIVE, ACTIVE)       \
    X(SET_SUBJECT_PARENTS, SUSPENDED, SUSPENDED) \
    X(SUSPEND_SUBJECT, ACTIVE, SUSPENDED)        \
    X(SUSPEND_SUBJECT, SUSPENDED, SUSPENDED)     \
    X(RESUME_SUBJECT, SUSPENDED, ACTIVE)         \
    X(RESUME_SUBJECT, ACTIVE, ACTIVE)            \
    X(REMOVE_SUBJECT, ACTIVE, REMOVED)           \
    X(REMOVE_SUBJECT, SUSPENDED, REMOVED)        \
    X(REMOVE_SUBJECT, REMOVED, REMOVED)          \
    X(RESTORE_SUBJECT, REMOVED, ACTIVE)          \
    X(RESTORE_SUBJECT, ACTIVE, ACTIVE)           \
    X(BIND_CREDENTIAL, NONE, ACTIVE)             \
    X(REVOKE_CREDENTIAL, ACTIVE, ENDED)          \
    X(REVOKE_CREDENTIAL, ENDED, ENDED)           \
    X(CREATE_GROUP, NONE, ACTIVE)                \
    X(UPDATE_GROUP, ACTIVE, ACTIVE)              \
    X(UPDATE_GROUP, ARCHIVED, ARCHIVED)          \
    X(SET_GROUP_PARENT, ACTIVE, ACTIVE)          \
    X(SET_GROUP_PARENT, ARCHIVED, ARCHIVED)      \
    X(INCLUDE_GROUP, ACTIVE, ACTIVE)             \
    X(INCLUDE_GROUP, ARCHIVED, ARCHIVED)         \
    X(EXCLUDE_GROUP, ACTIVE, ACTIVE)             \
    X(EXCLUDE_GROUP, ARCHIVED, ARCHIVED)         \
    X(ARCHIVE_GROUP, ACTIVE, ARCHIVED)           \
    X(ARCHIVE_GROUP, ARCHIVED, ARCHIVED)         \
    X(RESTORE_GROUP, ARCHIVED, ACTIVE)           \
    X(RESTORE_GROUP, ACTIVE, ACTIVE)             \
    X(DELETE_GROUP, ACTIVE, REMOVED)             \
    X(DELETE_GROUP, ARCHIVED, REMOVED)           \
    X(DELETE_GROUP, REMOVED, REMOVED)            \
    X(REGISTER_ASSET, NONE, ACTIVE)              \
    X(UPDATE_ASSET, ACTIVE, ACTIVE)              \
    X(UPDATE_ASSET, ARCHIVED, ARCHIVED)          \
    X(SET_ASSET_PARENT, ACTIVE, ACTIVE)          \
    X(SET_ASSET_PARENT, ARCHIVED, ARCHIVED)      \
    X(ARCHIVE_ASSET, ACTIVE, ARCHIVED)           \
    X(ARCHIVE_ASSET, ARCHIVED, ARCHIVED)         \
    X(RESTORE_ASSET, ARCHIVED, ACTIVE)           \
    X(RESTORE_ASSET, ACTIVE, ACTIVE)             \
    X(REMOVE_ASSET, ACTIVE, REMOVED)             \
    X(REMOVE_ASSET, ARCHIVED, REMOVED)           \
    X(REMOVE_ASSET, REMOVED, REMOVED)            \
    X(OPEN_JOB_SPACE, NONE, ACTIVE)              \
    X(UPDATE_JOB_SPACE, ACTIVE, ACTIVE)          \
    X(CLOSE_JOB_SPACE, ACTIVE, CLOSED)           \
    X(CLOSE_JOB_SPACE, CLOSED, CLOSED)

#define DIRECTORY_INDEXES(X)                                                \
    X(SUBJECT_BY_PARENT, 2, SUBJECT, 1, MANY(Subject, parent_subject_ids))  \
    X(CREDENTIAL_BY_IDENTITY, 3, CREDENTIAL, 2, KIND(Credential, kind),     \
      ONE(Credential, identity_hash))                                       \
    X(CREDENTIAL_BY_SUBJECT, 4, CREDENTIAL, 1, ONE(Credential, subject_id)) \
    X(GROUP_BY_PARENT, 5, GROUP, 1, ONE(Group, parent_group_id))            \
    X(GROUP_BY_INCLUDED, 6, GROUP, 1, MANY(Group, included_group_ids))      \
    X(GROUP_BY_JOB_SPACE, 7, GROUP, 1, ONE(Group, job_space_id))            \
    X(ASSET_BY_PARENT, 8, ASSET, 1, ONE(Asset, parent_asset_id))            \
    X(ASSET_BY_TYPE, 9, ASSET, 1, ONE(Asset, type))

#define DIRECTORY_HIERARCHIES(X)                                                      \
    X(SUBJECT_PARENTS, SUBJECT, "parent_subject_ids", SUBJECT_BY_PARENT, "subjects")  \
    X(GROUP_PARENTS, GROUP, "parent_group_id", GROUP_BY_PARENT, "groups")             \
    X(GROUP_INCLUSIONS, GROUP, "included_group_ids", GROUP_BY_INCLUDED, "inclusions") \
    X(ASSET_PARENTS, ASSET, "parent_asset_id", ASSET_BY_PARENT, "assets")

#endif
