/* What the schema cannot say about entities, commands, events and indexes: one list each, from
 * which come the typed prototypes, the dispatch tables and the typed helpers. Each area has its own
 * lists (directory.h, access.h, ...), in the order of the areas. proto/agency/v1 owns names and
 * numbers; tests/unit/domain/test_registry.c walks the descriptors both ways. */
#ifndef CORE_DOMAIN_REGISTRY_REGISTRY_H
#define CORE_DOMAIN_REGISTRY_REGISTRY_H

#include <protobuf-c/protobuf-c.h>

#include <assert.h>
#include <stdbool.h>

#include "agency/v1/command.pb-c.h"
#include "agency/v1/event.pb-c.h"
#include "core/base/fsm.h"
#include "core/base/str.h"
#include "core/domain/registry/access.h"
#include "core/domain/registry/directory.h"
#include "core/domain/registry/org.h"
#include "core/domain/registry/policy.h"

/* X(KIND, Message, prefix, key_parts, plural, named, external): the first key_parts fields of the
 * message are its key; the names of NAMED ones are unique among the live ones, and find them; so do
 * the external_ids of EXTERNAL ones. */
#define ENTITIES(X)       \
    DIRECTORY_ENTITIES(X) \
    ACCESS_ENTITIES(X)    \
    ORG_ENTITIES(X)       \
    POLICY_ENTITIES(X)

/* X(COMMAND, Message, prefix, ENTITY, from, how, EVENT, own, delegate): the entity that the
 * command's key names (expected_version is about it), and the statuses from which it may start; how
 * it is decided (enum decide_how), and by which event; the objects on which the command's own
 * permission is needed, and those on which `delegate` is needed, too, as the command can widen
 * access (enum object_rule). */
#define COMMANDS(X)       \
    DIRECTORY_COMMANDS(X) \
    ACCESS_COMMANDS(X)    \
    ORG_COMMANDS(X)       \
    POLICY_COMMANDS(X)

/* X(EVENT, Message, prefix, ENTITY, presence, to, how): the entity that it changes (ANY: it says
 * which); it MAKES one
 * that must not be there yet, CHANGES one that must be there, or does EITHER; the status that the
 * entity has afterwards, or SAME; how it is applied (enum evolve_how). */
#define EVENTS(X)       \
    DIRECTORY_EVENTS(X) \
    ACCESS_EVENTS(X)    \
    ORG_EVENTS(X)       \
    POLICY_EVENTS(X)

/* X(ENTITY, Message, prefix, field, statuses): a time of an entity that is due while it is in one
 * of these statuses. What then happens, elapse_PREFIX decides, of each kind in TIMED. Of the times
 * of an entity the first is due; of two at once, that of the upper row. X(ENTITY, Message, prefix):
 * a kind with times. */
#define DUES(X)    \
    ACCESS_DUES(X) \
    ORG_DUES(X)
#define TIMED(X)    \
    ACCESS_TIMED(X) \
    ORG_TIMED(X)

/* X(ENTITY, Message, prefix): a kind in TIMED from which something can follow at once; the time
 * `continues` says that it does. X(ENTITY): a kind in TIMED whose entities wait again when their
 * time has come. */
#define CONTINUED(X) ORG_CONTINUED(X)
#define RENEWING(X) ORG_RENEWING(X)

/* X(EVENT, COMMAND): the events of a command beside that of its row. */
#define OTHER_EVENTS(X) ACCESS_OTHER_EVENTS(X)

/* X(EVENT, from): the events that no command has, and the statuses from which they start. The one
 * of ANY entity names its kind itself. */
#define TIME_EVENTS(X)    \
    ACCESS_TIME_EVENTS(X) \
    ORG_TIME_EVENTS(X)

/* X(COMMAND): a command that no entity may carry (core/domain/kernel/carried.h). */
#define UNCARRIED(X)       \
    DIRECTORY_UNCARRIED(X) \
    ORG_UNCARRIED(X)

/* X(NAME, ENTITY, field, INDEX, words): the field of an entity that names those above it; the index
 * that finds those below it. */
#define HIERARCHIES(X)       \
    DIRECTORY_HIERARCHIES(X) \
    ACCESS_HIERARCHIES(X)    \
    ORG_HIERARCHIES(X)

/* X(INDEX, number, ENTITY, asked, parts...): what finds an entity while it has not ended: its keys
 * are made from its fields. A key is its parts and then the entity's id; kinds are parts as decimal
 * text. `asked` is how many first parts every question gives. Lists take the first index of a kind
 * that fits their filters. Numbers are part of stored keys: for ever; number 1 is NAME: kind | name
 * of a NAMED entity, 40 is DUE: time | kind of a TIMED one that waits for a time, and 45 is
 * EXTERNAL_ID: kind | system | key | value of an EXTERNAL one, where the value is a hash under that
 * key, or the key is empty. Parts (core/domain/kernel/index.h):
 *   ONE(Entity, field)                    its text
 *   MANY(Entity, field)                   each item of a list of texts; one row for each
 *   KIND(Entity, field)                   its number
 *   ONE_IN, KIND_IN(Entity, message, Message, field)   the same in a message of the entity
 *   MADE(function)                        what the function makes of the entity
 *   MADE_MANY(function)                   each of the texts that it makes; one row for each */
#define INDEXES(X)       \
    DIRECTORY_INDEXES(X) \
    ACCESS_INDEXES(X)    \
    ORG_INDEXES(X)       \
    POLICY_INDEXES(X)

/* X(INDEX, whether): the indexes that have rows of what is SCHEDULED, TOO or ALONE. The others have
 * none: what has not begun is found by nothing that asks who may do or have something. */
#define WAITING(X) ACCESS_WAITING(X)

/* X(ENTITY, INDEX, words): an entity does not end while this index finds others by its id; what
 * they are, in words. */
#define BLOCKERS(X) DIRECTORY_BLOCKERS(X)

/* X(ENTITY, INDEX, kind, EVENT, condition): with an entity ends, in the same decision, what the
 * index finds by its id (after a kind, where the index begins with one): by the event, if
 * dependant_CONDITION says so (core/domain/kernel/cascade.h). What stands above ends first: the
 * rows' order is that of the events. Declared by the area of what ends with it. */
#define DEPENDANTS(X)       \
    ACCESS_DEPENDANTS(X)    \
    DIRECTORY_DEPENDANTS(X) \
    ORG_DEPENDANTS(X)

/* X(RULE, function, how_many, how_far, words): the objects on which a command needs a permission:
 * those that targets_FUNCTION adds (core/domain/kernel/targets.h), which are in words these; on ALL
 * of them, or ONE is enough; on each ITSELF, or also on all groups or assets BELOW it. */
#define OBJECT_RULES(X)                                                                        \
    X(NONE, none, ALL, ITSELF, "nothing")                                                      \
    X(ORG, org, ALL, ITSELF, "the org")                                                        \
    X(SELF, self, ALL, ITSELF, "what it is about")                                             \
    X(BELOW, self, ALL, BELOW, "what it is about")                                             \
    X(PARENT, parent, ALL, ITSELF, "the parent and the job space that it names, else the org") \
    X(MOVE, move, ALL, ITSELF,                                                                 \
      "what it is about, the parent that it leaves and the one it comes to")                   \
    DIRECTORY_OBJECT_RULES(X)                                                                  \
    ACCESS_OBJECT_RULES(X)                                                                     \
    ORG_OBJECT_RULES(X)                                                                        \
    POLICY_OBJECT_RULES(X)

enum entity_kind {
    ENTITY_ANY = AGENCY__V1__ENTITY_KIND__ENTITY_KIND_UNSPECIFIED,
#define X(upper, pascal, snake, ...) ENTITY_##upper = AGENCY__V1__ENTITY_KIND__ENTITY_KIND_##upper,
    ENTITIES(X)
#undef X
};

/* A kind is one byte of a key, and decimal text as a part of an index key. */
#define ENTITY_KINDS_MAX 256
union entity_kinds { /* as large as the highest kind */
#define X(upper, pascal, snake, ...) char upper[ENTITY_##upper + 1];
    ENTITIES(X)
#undef X
};
enum { ENTITY_KINDS_END = sizeof(union entity_kinds) };
static_assert(ENTITY_KINDS_END <= ENTITY_KINDS_MAX, "a kind is one byte of a key");

enum command_number {
#define X(upper, pascal, snake, ...) COMMAND_##upper = AGENCY__V1__COMMAND__PAYLOAD_##upper,
    COMMANDS(X)
#undef X
};

/* Several commands in one (core/domain/batch.h): in none of the lists, as it has neither an entity
 * nor an event nor a permission of its own. */
enum { COMMAND_BATCH = AGENCY__V1__COMMAND__PAYLOAD_BATCH };

enum event_number {
#define X(upper, pascal, snake, ...) EVENT_##upper = AGENCY__V1__EVENT__PAYLOAD_##upper,
    EVENTS(X)
#undef X
};

enum index_number {
    INDEX_NAME = 1,
    INDEX_EXTERNAL_ID = 45,
    INDEX_DUE = 40,
#define X(upper, number, ...) INDEX_##upper = (number),
    INDEXES(X)
#undef X
};
/* An index is one byte of a key. */
#define INDEX_NUMBERS_MAX 256
#define X(upper, number, ...)                                                                     \
    static_assert((number) > INDEX_NAME && (number) < INDEX_NUMBERS_MAX && (number) != INDEX_DUE, \
                  "an index is one byte of a key, and has a number of its own");
INDEXES(X)
#undef X

/* A set of statuses is 32 bits. */
#define LIFE_STATUSES_MAX 32

/* Where an entity is in its life: the constants of EntityStatus with short names. */
#define LIFE_NONE AGENCY__V1__ENTITY_STATUS__ENTITY_STATUS_UNSPECIFIED /* never was */
#define LIFE_SAME LIFE_NONE                                            /* stays as it is */
#define LIFE_ACTIVE AGENCY__V1__ENTITY_STATUS__ENTITY_STATUS_ACTIVE
#define LIFE_SUSPENDED AGENCY__V1__ENTITY_STATUS__ENTITY_STATUS_SUSPENDED
#define LIFE_ARCHIVED AGENCY__V1__ENTITY_STATUS__ENTITY_STATUS_ARCHIVED
#define LIFE_CLOSED AGENCY__V1__ENTITY_STATUS__ENTITY_STATUS_CLOSED
#define LIFE_RETIRED AGENCY__V1__ENTITY_STATUS__ENTITY_STATUS_RETIRED
#define LIFE_ENDED AGENCY__V1__ENTITY_STATUS__ENTITY_STATUS_ENDED
#define LIFE_REMOVED AGENCY__V1__ENTITY_STATUS__ENTITY_STATUS_REMOVED
#define LIFE_SCHEDULED AGENCY__V1__ENTITY_STATUS__ENTITY_STATUS_SCHEDULED
#define LIFE_ERASED AGENCY__V1__ENTITY_STATUS__ENTITY_STATUS_ERASED

/* Whether what is in this status no longer counts: it has ended, or was removed or erased. */
static inline bool life_is_over(unsigned status)
{
    return status == LIFE_ENDED || status == LIFE_REMOVED || status == LIFE_ERASED;
}

enum object_rule {
#define X(upper, ...) OBJECTS_##upper,
    OBJECT_RULES(X)
#undef X
};

/* How a command is decided: as most are (core/domain/kernel/plain.h), or by a function of its own,
 * decide_X of its kind. */
enum decide_how {
    DECIDE_MAKE,   /* the entity that the command carries */
    DECIDE_MOVE,   /* another status */
    DECIDE_UPDATE, /* the fields that the mask names */
    DECIDE_OWN,
};

/* How an event is applied, before status, version and times are set. */
enum evolve_how {
    EVOLVE_SETS,  /* the entity that the event carries; else each field that both have */
    EVOLVE_MASKS, /* the fields that the mask names, and the profiles of expressions among them */
    EVOLVE_OWN,   /* by a function of its own, evolve_X of its kind */
};

enum event_presence { PRESENCE_MAKES, PRESENCE_CHANGES, PRESENCE_EITHER };

struct entity_type {
    const char *name;   /* "Role" */
    const char *plural; /* "roles", as people type it */
    const ProtobufCMessageDescriptor *descriptor;
    size_t key_parts;
    bool named; /* its names are unique among the live ones of its kind */
    /* Where external_ids and their number are in the message; 0: it has none. */
    size_t external_at, external_count_at;
};

struct command_type {
    const char *name; /* "AssignRole"; the built-in permission of the same name */
    const ProtobufCMessageDescriptor *descriptor;
    enum entity_kind entity;
    uint32_t from; /* BIT of each status from which it may start */
    enum decide_how how;
    enum event_number event;
    enum object_rule own;
    enum object_rule delegate;
};

struct event_type {
    const char *name; /* "RoleAssigned" */
    const ProtobufCMessageDescriptor *descriptor;
    enum entity_kind entity; /* ENTITY_ANY: registry_event_kind */
    enum event_presence presence;
    Agency__V1__EntityStatus to; /* LIFE_SAME: it stays */
    enum evolve_how how;
};

/* Above the numbers of commands and events: each area has a hundred of both (registry.c). */
enum { REGISTRY_NUMBERS_END = 1600 };

/* The objects of a rule, for people: "each live group of the seat, ...", "one of ...". */
struct object_rule_type {
    const char *words;
    bool any;   /* the permission on one of them is enough */
    bool below; /* it is needed on all that lies below them, too */
};
const struct object_rule_type *registry_object_rule(enum object_rule rule);

/* The rows by number; NULL for a number that is in no list. Static memory. */
const struct entity_type *registry_entity(unsigned kind);
const struct command_type *registry_command(unsigned number);
const struct event_type *registry_event(unsigned number);
/* "AssignRole", "Batch"; NULL for a number that is no command's. */
const char *registry_command_name(unsigned number);
/* The number of the row of that name; 0: there is none. */
unsigned registry_command_named(struct str name);
/* The kind of entity that an event is about. Of an event that is not in the list, or names no kind
 * of the list: ENTITY_ANY. */
enum entity_kind registry_event_kind(const Agency__V1__Event *event);
/* The n-th of a command's events beside that of its row; 0: it has no more. */
unsigned registry_other_event(unsigned command, size_t n);
/* Whether an entity may carry a command of that number. */
bool registry_carries(unsigned number);
/* The statuses from which an event of no command starts, as bits; 0 for one of a command. */
uint32_t registry_time_event(enum event_number number);

/* What outside systems call the entity; none where its kind has none. Borrows. */
Agency__V1__ExternalId *const *registry_external_ids(enum entity_kind kind,
                                                     const ProtobufCMessage *entity, size_t *count);

/* The statuses that entities of this kind can have, as bits. */
uint32_t registry_statuses(enum entity_kind kind);

/* The payload of a command or event; NULL where none is set. Borrows. */
const ProtobufCMessage *registry_command_payload(const Agency__V1__Command *command);
const ProtobufCMessage *registry_event_payload(const Agency__V1__Event *event);
/* The field of a payload that carries its entity; NULL where the payload only names it, by its key.
 */
const ProtobufCFieldDescriptor *registry_carried(const ProtobufCMessageDescriptor *payload);
/* The message that holds the key, and whatever else of the entity a payload says: the entity that
 * it carries, or the payload itself. An entity is its own. NULL where the one to be carried is not
 * set: no command that is decided, and no event that is applied, lacks it. Borrows. */
const ProtobufCMessage *registry_subject_of(const ProtobufCMessage *payload);
/* Makes `event` carry the payload, which is of that number's type. Borrows it. */
void registry_event_init(Agency__V1__Event *event, enum event_number number,
                         ProtobufCMessage *payload);

#endif
