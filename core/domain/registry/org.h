/* The area org/: the org itself, its children, its goals, and configuration. What the columns mean:
 * registry.h. */
#ifndef CORE_DOMAIN_REGISTRY_ORG_H
#define CORE_DOMAIN_REGISTRY_ORG_H

#define ORG_ENTITIES(X)                                                                     \
    X(ORG, Org, org, 1, "orgs", UNNAMED, EXTERNAL)                                          \
    X(ORG_CHILD, OrgChild, org_child, 1, "org-children", UNNAMED, INTERNAL)                 \
    X(CONFIG, Config, config, 3, "configs", UNNAMED, INTERNAL)                              \
    X(GOAL, Goal, goal, 1, "goals", UNNAMED, INTERNAL)                                      \
    X(SCHEDULE, Schedule, schedule, 1, "schedules", UNNAMED, INTERNAL)                      \
    X(APPLIED_DOCUMENT, AppliedDocument, applied_document, 3, "applied-documents", UNNAMED, \
      INTERNAL)

#define ORG_COMMANDS(X)                                                                            \
    X(CREATE_ORG, CreateOrg, create_org, ORG, NONE, OWN, ORG_CREATED, NONE, NONE)                  \
    X(UPDATE_ORG, UpdateOrg, update_org, ORG, ACTIVE, UPDATE, ORG_UPDATED, ORG, NONE)              \
    X(SET_ORG_ACCESS_MODE, SetOrgAccessMode, set_org_access_mode, ORG, ACTIVE, OWN,                \
      ORG_ACCESS_MODE_SET, ORG, ORG)                                                               \
    X(SET_ORG_READ_MODE, SetOrgReadMode, set_org_read_mode, ORG, ACTIVE, OWN, ORG_READ_MODE_SET,   \
      ORG, ORG)                                                                                    \
    X(SET_ORG_ATTENUATION, SetOrgAttenuation, set_org_attenuation, ORG, ACTIVE, OWN,               \
      ORG_ATTENUATION_SET, ORG, ORG)                                                               \
    X(FINISH_IMPORT, FinishImport, finish_import, ORG, ACTIVE, OWN, IMPORT_FINISHED, ORG, NONE)    \
    X(ARCHIVE_ORG, ArchiveOrg, archive_org, ORG, ACTIVE | ARCHIVED, MOVE, ORG_ARCHIVED, ORG, NONE) \
    X(RESTORE_ORG, RestoreOrg, restore_org, ORG, ARCHIVED | ACTIVE, MOVE, ORG_RESTORED, ORG, ORG)  \
    X(CLAIM_PARENT_ORG, ClaimParentOrg, claim_parent_org, ORG, ACTIVE, OWN, PARENT_ORG_CLAIMED,    \
      ORG, NONE)                                                                                   \
    X(ACCEPT_CHILD_ORG, AcceptChildOrg, accept_child_org, ORG_CHILD, NONE | ACTIVE | ENDED, OWN,   \
      CHILD_ORG_ACCEPTED, ORG, NONE)                                                               \
    X(RELEASE_CHILD_ORG, ReleaseChildOrg, release_child_org, ORG_CHILD, ACTIVE | ENDED, MOVE,      \
      CHILD_ORG_RELEASED, ORG, NONE)                                                               \
    X(SET_CONFIG, SetConfig, set_config, CONFIG, NONE | ACTIVE | REMOVED, OWN, CONFIG_SET, CONFIG, \
      NONE)                                                                                        \
    X(UNSET_CONFIG, UnsetConfig, unset_config, CONFIG, ACTIVE | REMOVED | NONE, OWN, CONFIG_UNSET, \
      CONFIG, NONE)                                                                                \
    X(SET_GOAL, SetGoal, set_goal, GOAL, NONE | ACTIVE, OWN, GOAL_SET, ORG, NONE)                  \
    X(REPORT_GOAL, ReportGoal, report_goal, GOAL, ACTIVE, OWN, GOAL_REPORTED, ORG, NONE)           \
    X(CLOSE_GOAL, CloseGoal, close_goal, GOAL, ACTIVE | CLOSED, MOVE, GOAL_CLOSED, ORG, NONE)      \
    X(ERASE_ORG, EraseOrg, erase_org, ORG, ACTIVE | ARCHIVED | ERASED, MOVE, ORG_ERASED, ORG,      \
      NONE)                                                                                        \
    X(PUT_SCHEDULE, PutSchedule, put_schedule, SCHEDULE, NONE | ACTIVE | SUSPENDED, OWN,           \
      SCHEDULE_PUT, ACTS_AS, ACTS_AS_OTHER)                                                        \
    X(PAUSE_SCHEDULE, PauseSchedule, pause_schedule, SCHEDULE, ACTIVE | SUSPENDED, MOVE,           \
      SCHEDULE_PAUSED, ACTS_AS, NONE)                                                              \
    X(RESUME_SCHEDULE, ResumeSchedule, resume_schedule, SCHEDULE, SUSPENDED | ACTIVE, OWN,         \
      SCHEDULE_RESUMED, ACTS_AS, ACTS_AS_OTHER)                                                    \
    X(REMOVE_SCHEDULE, RemoveSchedule, remove_schedule, SCHEDULE, ACTIVE | SUSPENDED | REMOVED,    \
      MOVE, SCHEDULE_REMOVED, ACTS_AS, NONE)                                                       \
    X(RECORD_DOCUMENT, RecordDocument, record_document, APPLIED_DOCUMENT, NONE | ACTIVE | REMOVED, \
      OWN, DOCUMENT_RECORDED, ORG, NONE)                                                           \
    X(FORGET_DOCUMENT, ForgetDocument, forget_document, APPLIED_DOCUMENT, ACTIVE | REMOVED, MOVE,  \
      DOCUMENT_FORGOTTEN, ORG, NONE)

#define ORG_EVENTS(X)                                                                            \
    X(ORG_CREATED, OrgCreated, org_created, ORG, MAKES, ACTIVE, SETS)                            \
    X(ORG_UPDATED, OrgUpdated, org_updated, ORG, CHANGES, SAME, MASKS)                           \
    X(ORG_ACCESS_MODE_SET, OrgAccessModeSet, org_access_mode_set, ORG, CHANGES, SAME, SETS)      \
    X(ORG_READ_MODE_SET, OrgReadModeSet, org_read_mode_set, ORG, CHANGES, SAME, SETS)            \
    X(ORG_ATTENUATION_SET, OrgAttenuationSet, org_attenuation_set, ORG, CHANGES, SAME, SETS)     \
    X(IMPORT_FINISHED, ImportFinished, import_finished, ORG, CHANGES, SAME, SETS)                \
    X(ORG_ARCHIVED, OrgArchived, org_archived, ORG, CHANGES, ARCHIVED, SETS)                     \
    X(ORG_RESTORED, OrgRestored, org_restored, ORG, CHANGES, ACTIVE, SETS)                       \
    X(PARENT_ORG_CLAIMED, ParentOrgClaimed, parent_org_claimed, ORG, CHANGES, SAME, SETS)        \
    X(CHILD_ORG_ACCEPTED, ChildOrgAccepted, child_org_accepted, ORG_CHILD, EITHER, ACTIVE, SETS) \
    X(CHILD_ORG_RELEASED, ChildOrgReleased, child_org_released, ORG_CHILD, CHANGES, ENDED, SETS) \
    X(CONFIG_SET, ConfigSet, config_set, CONFIG, EITHER, ACTIVE, SETS)                           \
    X(CONFIG_UNSET, ConfigUnset, config_unset, CONFIG, CHANGES, REMOVED, OWN)                    \
    X(GOAL_SET, GoalSet, goal_set, GOAL, EITHER, ACTIVE, SETS)                                   \
    X(GOAL_REPORTED, GoalReported, goal_reported, GOAL, CHANGES, SAME, SETS)                     \
    X(GOAL_CLOSED, GoalClosed, goal_closed, GOAL, CHANGES, CLOSED, SETS)                         \
    X(ORG_ERASED, OrgErased, org_erased, ORG, CHANGES, ERASED, OWN)                              \
    X(DEADLINE_FAILED, DeadlineFailed, deadline_failed, ANY, CHANGES, SAME, OWN)                 \
    X(SCHEDULE_PUT, SchedulePut, schedule_put, SCHEDULE, EITHER, ACTIVE, SETS)                   \
    X(SCHEDULE_PAUSED, SchedulePaused, schedule_paused, SCHEDULE, CHANGES, SUSPENDED, OWN)       \
    X(SCHEDULE_RESUMED, ScheduleResumed, schedule_resumed, SCHEDULE, CHANGES, ACTIVE, SETS)      \
    X(SCHEDULE_REMOVED, ScheduleRemoved, schedule_removed, SCHEDULE, CHANGES, REMOVED, SETS)     \
    X(SCHEDULE_TURNED, ScheduleTurned, schedule_turned, SCHEDULE, CHANGES, SAME, SETS)           \
    X(SCHEDULE_RAN, ScheduleRan, schedule_ran, SCHEDULE, CHANGES, SAME, OWN)                     \
    X(DOCUMENT_RECORDED, DocumentRecorded, document_recorded, APPLIED_DOCUMENT, EITHER, ACTIVE,  \
      SETS)                                                                                      \
    X(DOCUMENT_FORGOTTEN, DocumentForgotten, document_forgotten, APPLIED_DOCUMENT, CHANGES,      \
      REMOVED, SETS)

#define ORG_DUES(X)                                    \
    X(SCHEDULE, Schedule, schedule, continues, ACTIVE) \
    X(SCHEDULE, Schedule, schedule, next_at, ACTIVE)

#define ORG_TIMED(X) X(SCHEDULE, Schedule, schedule)
#define ORG_CONTINUED(X) X(SCHEDULE, Schedule, schedule)
#define ORG_RENEWING(X) X(SCHEDULE)

#define ORG_TIME_EVENTS(X)     \
    X(SCHEDULE_TURNED, ACTIVE) \
    X(SCHEDULE_RAN, ACTIVE)

/* What cannot be undone, gives away or takes time, and what carries commands itself. */
#define ORG_UNCARRIED(X) \
    X(CREATE_ORG)        \
    X(FINISH_IMPORT)     \
    X(ERASE_ORG)         \
    X(PUT_SCHEDULE)      \
    X(PAUSE_SCHEDULE)    \
    X(RESUME_SCHEDULE)   \
    X(REMOVE_SCHEDULE)

#define ORG_INDEXES(X)                                                                \
    X(CONFIG_BY_ENTITY, 20, CONFIG, 2, KIND(Config, kind), ONE(Config, entity_id))    \
    X(GOAL_BY_PARENT, 26, GOAL, 1, ONE(Goal, parent_goal_id))                         \
    X(GOAL_BY_OWNER, 27, GOAL, 1, ONE(Goal, owner_subject_id))                        \
    X(APPLIED_DOCUMENT_BY_SET, 85, APPLIED_DOCUMENT, 1, ONE(AppliedDocument, set_id)) \
    X(SCHEDULE_BY_ACTS_AS, 41, SCHEDULE, 1, ONE(Schedule, acts_as))

#define ORG_HIERARCHIES(X) X(GOAL_PARENTS, GOAL, "parent_goal_id", GOAL_BY_PARENT, "goals")

#define ORG_OBJECT_RULES(X)                                                                    \
    X(CONFIG, config, ALL, ITSELF,                                                             \
      "what is configured if it is a group, an asset, a job space or a subject, else the org") \
    X(ACTS_AS, acts_as, ALL, ITSELF, "the subject that it acts as")                            \
    X(ACTS_AS_OTHER, acts_as_other, ALL, ITSELF,                                               \
      "the subject that it acts as, unless that is who calls")

#define ORG_DEPENDANTS(X) X(SUBJECT, SCHEDULE_BY_ACTS_AS, 0, SCHEDULE_REMOVED, always)

#endif
