/* The lives of entities: which command takes an entity from which status to which. What is not
 * listed is refused. */
#ifndef CORE_DOMAIN_KERNEL_LIFE_H
#define CORE_DOMAIN_KERNEL_LIFE_H

#include "core/base/fsm.h"
#include "core/domain/kernel/decision.h"

/* An entity that never was. */
#define LIFE_NONE AGENCY__V1__ENTITY_STATUS__ENTITY_STATUS_UNSPECIFIED

/* X(COMMAND, FROM, TO), sorted by entity. A status that stays means that the command changes
 * something else, or nothing where it is already so. */
#define MOVES(X)                                 \
    X(CREATE_ORG, NONE, ACTIVE)                  \
    X(UPDATE_ORG, ACTIVE, ACTIVE)                \
    X(SET_ORG_ACCESS_MODE, ACTIVE, ACTIVE)       \
    X(CLAIM_PARENT_ORG, ACTIVE, ACTIVE)          \
    X(ARCHIVE_ORG, ACTIVE, ARCHIVED)             \
    X(ARCHIVE_ORG, ARCHIVED, ARCHIVED)           \
    X(RESTORE_ORG, ARCHIVED, ACTIVE)             \
    X(RESTORE_ORG, ACTIVE, ACTIVE)               \
    X(ACCEPT_CHILD_ORG, NONE, ACTIVE)            \
    X(ACCEPT_CHILD_ORG, ACTIVE, ACTIVE)          \
    X(ACCEPT_CHILD_ORG, ENDED, ACTIVE)           \
    X(RELEASE_CHILD_ORG, ACTIVE, ENDED)          \
    X(RELEASE_CHILD_ORG, ENDED, ENDED)           \
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
    X(CLOSE_JOB_SPACE, CLOSED, CLOSED)           \
    X(DEFINE_PERMISSION, NONE, ACTIVE)           \
    X(UPDATE_PERMISSION, ACTIVE, ACTIVE)         \
    X(RETIRE_PERMISSION, ACTIVE, RETIRED)        \
    X(RETIRE_PERMISSION, RETIRED, RETIRED)       \
    X(DEFINE_ROLE_TYPE, NONE, ACTIVE)            \
    X(UPDATE_ROLE_TYPE, ACTIVE, ACTIVE)          \
    X(RETIRE_ROLE_TYPE, ACTIVE, RETIRED)         \
    X(RETIRE_ROLE_TYPE, RETIRED, RETIRED)        \
    X(CREATE_ROLE, NONE, ACTIVE)                 \
    X(UPDATE_ROLE, ACTIVE, ACTIVE)               \
    X(DELETE_ROLE, ACTIVE, REMOVED)              \
    X(DELETE_ROLE, REMOVED, REMOVED)             \
    X(ASSIGN_ROLE, NONE, ACTIVE)                 \
    X(ASSIGN_ROLE, ACTIVE, ACTIVE)               \
    X(ASSIGN_ROLE, ENDED, ACTIVE)                \
    X(REVOKE_ROLE, ACTIVE, ENDED)                \
    X(REVOKE_ROLE, ENDED, ENDED)                 \
    X(GRANT_PERMISSION, NONE, ACTIVE)            \
    X(CHANGE_GRANT, ACTIVE, ACTIVE)              \
    X(REVOKE_PERMISSION, ACTIVE, ENDED)          \
    X(REVOKE_PERMISSION, ENDED, ENDED)           \
    X(SET_CONFIG, NONE, ACTIVE)                  \
    X(SET_CONFIG, ACTIVE, ACTIVE)                \
    X(SET_CONFIG, REMOVED, ACTIVE)               \
    X(UNSET_CONFIG, ACTIVE, REMOVED)             \
    X(UNSET_CONFIG, REMOVED, REMOVED)            \
    X(UNSET_CONFIG, NONE, NONE)

struct life_move {
    enum command_number command;
    Agency__V1__EntityStatus from;
    Agency__V1__EntityStatus to;
};

/* The rows of MOVES, in their order. Static memory. */
const struct life_move *life_moves(size_t *count);

/* "active" for LIFE_ACTIVE; "new" for LIFE_NONE. Static memory. */
const char *life_name(unsigned status);

/* A kind in words, for messages: "job space". */
enum { LIFE_NOUN_SIZE = 32 };
const char *life_noun(enum entity_kind kind, char noun[LIFE_NOUN_SIZE]);

/* Rejects unless the statuses (BIT(LIFE_ACTIVE) | ...) have that of the entity: with NOT_FOUND
 * where there is none (entity is NULL), else with FAILED_PRECONDITION. */
MUST_USE struct status life_check(struct decide *d, enum entity_kind kind, struct str id,
                                  const ProtobufCMessage *entity, uint32_t statuses);

/* The entity that the command's key names, if MOVES allows the command for its status; NULL for one
 * that is to be made. Rejects a new entity's id with INVALID_ARGUMENT if it is none, with
 * ALREADY_EXISTS if it was ever used; else as life_check. */
MUST_USE struct status life_find(struct decide *d, const ProtobufCMessage **entity);

/* life_find_group(d, &group): the same with the type that the command is about. */
#define X(upper, pascal, snake, key_parts, plural)                                              \
    MUST_USE static inline struct status life_find_##snake(struct decide *d,                    \
                                                           const Agency__V1__##pascal **entity) \
    {                                                                                           \
        const ProtobufCMessage *found = NULL;                                                   \
        struct status status = life_find(d, &found);                                            \
        *entity = (const Agency__V1__##pascal *)(const void *)found;                            \
        return status;                                                                          \
    }
ENTITIES(X)
#undef X

#endif
