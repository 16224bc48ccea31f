/* The area org/: the org itself, its children, and configuration. What the columns mean:
 * registry.h. */
#ifndef CORE_DOMAIN_REGISTRY_ORG_H
#define CORE_DOMAIN_REGISTRY_ORG_H

#define ORG_ENTITIES(X)                                           \
    X(ORG, Org, org, 1, "orgs", UNNAMED)                          \
    X(ORG_CHILD, OrgChild, org_child, 1, "org-children", UNNAMED) \
    X(CONFIG, Config, config, 3, "configs", UNNAMED)

#define ORG_COMMANDS(X)                                                            \
    X(CREATE_ORG, CreateOrg, create_org, ORG, NONE, NONE)                          \
    X(UPDATE_ORG, UpdateOrg, update_org, ORG, ORG, NONE)                           \
    X(SET_ORG_ACCESS_MODE, SetOrgAccessMode, set_org_access_mode, ORG, ORG, ORG)   \
    X(ARCHIVE_ORG, ArchiveOrg, archive_org, ORG, ORG, NONE)                        \
    X(RESTORE_ORG, RestoreOrg, restore_org, ORG, ORG, ORG)                         \
    X(CLAIM_PARENT_ORG, ClaimParentOrg, claim_parent_org, ORG, ORG, NONE)          \
    X(ACCEPT_CHILD_ORG, AcceptChildOrg, accept_child_org, ORG_CHILD, ORG, NONE)    \
    X(RELEASE_CHILD_ORG, ReleaseChildOrg, release_child_org, ORG_CHILD, ORG, NONE) \
    X(SET_CONFIG, SetConfig, set_config, CONFIG, CONFIG, NONE)                     \
    X(UNSET_CONFIG, UnsetConfig, unset_config, CONFIG, CONFIG, NONE)

#define ORG_EVENTS(X)                                                                           \
    X(ORG_CREATED, OrgCreated, org_created, Org, org, ORG, MAKES)                               \
    X(ORG_UPDATED, OrgUpdated, org_updated, Org, org, ORG, CHANGES)                             \
    X(ORG_ACCESS_MODE_SET, OrgAccessModeSet, org_access_mode_set, Org, org, ORG, CHANGES)       \
    X(ORG_ARCHIVED, OrgArchived, org_archived, Org, org, ORG, CHANGES)                          \
    X(ORG_RESTORED, OrgRestored, org_restored, Org, org, ORG, CHANGES)                          \
    X(PARENT_ORG_CLAIMED, ParentOrgClaimed, parent_org_claimed, Org, org, ORG, CHANGES)         \
    X(CHILD_ORG_ACCEPTED, ChildOrgAccepted, child_org_accepted, OrgChild, org_child, ORG_CHILD, \
      EITHER)                                                                                   \
    X(CHILD_ORG_RELEASED, ChildOrgReleased, child_org_released, OrgChild, org_child, ORG_CHILD, \
      CHANGES)                                                                                  \
    X(CONFIG_SET, ConfigSet, config_set, Config, config, CONFIG, EITHER)                        \
    X(CONFIG_UNSET, ConfigUnset, config_unset, Config, config, CONFIG, CHANGES)

#define ORG_MOVES(X)                       \
    X(CREATE_ORG, NONE, ACTIVE)            \
    X(UPDATE_ORG, ACTIVE, ACTIVE)          \
    X(SET_ORG_ACCESS_MODE, ACTIVE, ACTIVE) \
    X(CLAIM_PARENT_ORG, ACTIVE, ACTIVE)    \
    X(ARCHIVE_ORG, ACTIVE, ARCHIVED)       \
    X(ARCHIVE_ORG, ARCHIVED, ARCHIVED)     \
    X(RESTORE_ORG, ARCHIVED, ACTIVE)       \
    X(RESTORE_ORG, ACTIVE, ACTIVE)         \
    X(ACCEPT_CHILD_ORG, NONE, ACTIVE)      \
    X(ACCEPT_CHILD_ORG, ACTIVE, ACTIVE)    \
    X(ACCEPT_CHILD_ORG, ENDED, ACTIVE)     \
    X(RELEASE_CHILD_ORG, ACTIVE, ENDED)    \
    X(RELEASE_CHILD_ORG, ENDED, ENDED)     \
    X(SET_CONFIG, NONE, ACTIVE)            \
    X(SET_CONFIG, ACTIVE, ACTIVE)          \
    X(SET_CONFIG, REMOVED, ACTIVE)         \
    X(UNSET_CONFIG, ACTIVE, REMOVED)       \
    X(UNSET_CONFIG, REMOVED, REMOVED)      \
    X(UNSET_CONFIG, NONE, NONE)

#define ORG_INDEXES(X) \
    X(CONFIG_BY_ENTITY, 20, CONFIG, 2, KIND(Config, kind), ONE(Config, entity_id))

#endif
