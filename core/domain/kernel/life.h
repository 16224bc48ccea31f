/* The lives of entities: which command takes an entity from which status to which, as the registry
 * says. What it does not say is refused. */
#ifndef CORE_DOMAIN_KERNEL_LIFE_H
#define CORE_DOMAIN_KERNEL_LIFE_H

#include "core/domain/kernel/decision.h"

/* Where a command takes an entity of this status; false if it refuses it. From LIFE_NONE to
 * LIFE_NONE goes a command that finds nothing to change. */
bool life_move(unsigned command, unsigned from, unsigned *to);
/* Whether the command of an event may take its entity from one status to the other. */
bool life_may(enum event_number event, unsigned from, unsigned to);
/* The command whose event it is. */
const struct command_type *life_command_of(enum event_number event);

/* "active" for LIFE_ACTIVE; "new" for LIFE_NONE. Static memory. */
const char *life_name(unsigned status);

/* A kind in words, for messages: "job space". */
enum { LIFE_NOUN_SIZE = 32 };
const char *life_noun(enum entity_kind kind, char noun[LIFE_NOUN_SIZE]);

/* Rejects unless the statuses (BIT(LIFE_ACTIVE) | ...) have that of the entity: with NOT_FOUND
 * where there is none (entity is NULL), else with FAILED_PRECONDITION. */
MUST_USE struct status life_check(struct decide *d, enum entity_kind kind, struct str id,
                                  const ProtobufCMessage *entity, uint32_t statuses);

/* The entity that the command's key names, if the command may start from its status; NULL for one
 * that is to be made. Rejects a new entity's id with INVALID_ARGUMENT if it is none, with
 * ALREADY_EXISTS if it was ever used; else as life_check. */
MUST_USE struct status life_find(struct decide *d, const ProtobufCMessage **entity);

/* life_find_group(d, &group): the same with the type that the command is about. */
#define X(upper, pascal, snake, ...)                                                            \
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
