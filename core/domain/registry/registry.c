#include "core/domain/registry/registry.h"

#include <stddef.h>
#include <string.h>

/* The hundreds of the areas: so that a number tells where it belongs, and areas grow apart. */
#define NUMBER_IS_OF(hundred, number) \
    static_assert((number) / 100 == (hundred), "a number of the area's hundred");
#define X(upper, ...) NUMBER_IS_OF(1, COMMAND_##upper)
DIRECTORY_COMMANDS(X)
#undef X
#define X(upper, ...) NUMBER_IS_OF(1, EVENT_##upper)
DIRECTORY_EVENTS(X)
#undef X
#define X(upper, ...) NUMBER_IS_OF(2, COMMAND_##upper)
ACCESS_COMMANDS(X)
#undef X
#define X(upper, ...) NUMBER_IS_OF(2, EVENT_##upper)
ACCESS_EVENTS(X)
#undef X
#define X(upper, ...) NUMBER_IS_OF(3, COMMAND_##upper)
ORG_COMMANDS(X)
#undef X
#define X(upper, ...) NUMBER_IS_OF(3, EVENT_##upper)
ORG_EVENTS(X)
#undef X
#define X(upper, ...) NUMBER_IS_OF(4, COMMAND_##upper)
POLICY_COMMANDS(X)
#undef X
#define X(upper, ...) NUMBER_IS_OF(4, EVENT_##upper)
POLICY_EVENTS(X)
#undef X

static const struct entity_type entities[] = {
#define NAMED true
#define UNNAMED false
#define EXTERNAL(pascal)                                                \
    .external_at = offsetof(struct Agency__V1__##pascal, external_ids), \
    .external_count_at = offsetof(struct Agency__V1__##pascal, n_external_ids)
#define INTERNAL(pascal) .external_at = 0
#define X(upper, pascal, snake, parts, plural_name, is_named, external)    \
    [ENTITY_##upper] = { .name = #pascal,                                  \
                         .plural = (plural_name),                          \
                         .descriptor = &agency__v1__##snake##__descriptor, \
                         .key_parts = (parts),                             \
                         .named = (is_named),                              \
                         external(pascal) },
    ENTITIES(X)
#undef X
};

/* Statuses as bits, by the names of the lists. */
enum status_bit {
    NONE = BIT(LIFE_NONE),
    ACTIVE = BIT(LIFE_ACTIVE),
    SUSPENDED = BIT(LIFE_SUSPENDED),
    ARCHIVED = BIT(LIFE_ARCHIVED),
    CLOSED = BIT(LIFE_CLOSED),
    RETIRED = BIT(LIFE_RETIRED),
    ENDED = BIT(LIFE_ENDED),
    REMOVED = BIT(LIFE_REMOVED),
    SCHEDULED = BIT(LIFE_SCHEDULED),
    ERASED = BIT(LIFE_ERASED),
};

static const struct command_type commands[] = {
#define X(upper, pascal, snake, kind, statuses, decided, happens, own_rule, delegate_rule) \
    [COMMAND_##upper] = { .name = #pascal,                                                 \
                          .descriptor = &agency__v1__##snake##__descriptor,                \
                          .entity = ENTITY_##kind,                                         \
                          .from = (statuses),                                              \
                          .how = DECIDE_##decided,                                         \
                          .event = EVENT_##happens,                                        \
                          .own = OBJECTS_##own_rule,                                       \
                          .delegate = OBJECTS_##delegate_rule },
    COMMANDS(X)
#undef X
};

static const struct event_type events[] = {
#define X(upper, pascal, snake, kind, presence_rule, status, applied)     \
    [EVENT_##upper] = { .name = #pascal,                                  \
                        .descriptor = &agency__v1__##snake##__descriptor, \
                        .entity = ENTITY_##kind,                          \
                        .presence = PRESENCE_##presence_rule,             \
                        .to = LIFE_##status,                              \
                        .how = EVOLVE_##applied },
    EVENTS(X)
#undef X
};

/* The statuses that a kind can have: those that its commands start from, and that its events give.
 */
static const struct {
    enum entity_kind kind;
    uint32_t statuses;
} lives[] = {
#define X(upper, pascal, snake, kind, statuses, ...) { ENTITY_##kind, (statuses) },
    COMMANDS(X)
#undef X
#define X(upper, pascal, snake, kind, presence, status, how) { ENTITY_##kind, BIT(LIFE_##status) },
        EVENTS(X)
#undef X
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

const struct entity_type *registry_entity(unsigned kind)
{
    return kind < COUNT(entities) && entities[kind].name != NULL ? &entities[kind] : NULL;
}

const struct command_type *registry_command(unsigned number)
{
    return number < COUNT(commands) && commands[number].name != NULL ? &commands[number] : NULL;
}

const char *registry_command_name(unsigned number)
{
    const struct command_type *type = registry_command(number);
    return type != NULL ? type->name : number == COMMAND_BATCH ? "Batch" : NULL;
}

unsigned registry_command_named(struct str name)
{
    for (unsigned number = 0; number < COUNT(commands); number++) {
        if (commands[number].name != NULL && str_eq(str_z(commands[number].name), name)) {
            return number;
        }
    }
    return 0;
}

const struct event_type *registry_event(unsigned number)
{
    return number < COUNT(events) && events[number].name != NULL ? &events[number] : NULL;
}

unsigned registry_other_event(unsigned command, size_t n)
{
    static const struct {
        enum event_number event;
        enum command_number command;
    } others[] = {
#define X(event, command) { EVENT_##event, COMMAND_##command },
        OTHER_EVENTS(X)
#undef X
    };
    for (size_t i = 0; i < COUNT(others); i++) {
        if (others[i].command == command && n-- == 0) {
            return others[i].event;
        }
    }
    return 0;
}

static const struct object_rule_type object_rules[] = {
#define ONE true
#define ALL false
#define BELOW true
#define ITSELF false
#define X(upper, function, how_many, how_far, text) \
    [OBJECTS_##upper] = { .words = (text), .any = (how_many), .below = (how_far) },
    OBJECT_RULES(X)
#undef X
#undef ONE
#undef ALL
#undef BELOW
#undef ITSELF
};

const struct object_rule_type *registry_object_rule(enum object_rule rule)
{
    assert((size_t)rule < COUNT(object_rules));
    return &object_rules[rule];
}

bool registry_carries(unsigned number)
{
    switch (number) {
#define X(upper) case COMMAND_##upper:
        UNCARRIED(X)
#undef X
        return false;
    default:
        return registry_command(number) != NULL;
    }
}

static const uint32_t time_events[] = {
#define X(upper, statuses) [EVENT_##upper] = (statuses),
    TIME_EVENTS(X)
#undef X
};

uint32_t registry_time_event(enum event_number number)
{
    return (size_t)number < COUNT(time_events) ? time_events[number] : 0;
}

enum entity_kind registry_event_kind(const Agency__V1__Event *event)
{
    const struct event_type *type = registry_event((unsigned)event->payload_case);
    if (type == NULL || type->entity != ENTITY_ANY) {
        return type == NULL ? ENTITY_ANY : type->entity;
    }
    unsigned kind = (unsigned)event->deadline_failed->kind;
    return registry_entity(kind) == NULL ? ENTITY_ANY : (enum entity_kind)kind;
}

/* All members of the payload are pointers in one union, so any of them reads the one that is set.
 */
const ProtobufCMessage *registry_command_payload(const Agency__V1__Command *command)
{
    bool known = registry_command((unsigned)command->payload_case) != NULL;
    return known ? (const ProtobufCMessage *)(const void *)command->create_org : NULL;
}

const ProtobufCMessage *registry_event_payload(const Agency__V1__Event *event)
{
    bool known = registry_event((unsigned)event->payload_case) != NULL;
    return known ? (const ProtobufCMessage *)(const void *)event->org_created : NULL;
}

/* Of payloads only field 1 can be a message: their entity (tests/unit/domain/test_registry.c). */
const ProtobufCFieldDescriptor *registry_carried(const ProtobufCMessageDescriptor *payload)
{
    const ProtobufCFieldDescriptor *first = &payload->fields[0];
    assert(payload->n_fields > 0 && first->id == 1);
    bool one = first->type == PROTOBUF_C_TYPE_MESSAGE && first->label != PROTOBUF_C_LABEL_REPEATED;
    return one ? first : NULL;
}

const ProtobufCMessage *registry_subject_of(const ProtobufCMessage *payload)
{
    const ProtobufCFieldDescriptor *carried = registry_carried(payload->descriptor);
    return carried == NULL ? payload
                           : *(ProtobufCMessage *const *)(const void *)((const char *)payload +
                                                                        carried->offset);
}

Agency__V1__ExternalId *const *registry_external_ids(enum entity_kind kind,
                                                     const ProtobufCMessage *entity, size_t *count)
{
    const struct entity_type *type = registry_entity(kind);
    Agency__V1__ExternalId *const *ids = NULL;
    assert(type->descriptor == entity->descriptor);
    *count = 0;
    if (type->external_at > 0) {
        memcpy(&ids, (const char *)entity + type->external_at, sizeof ids);
        memcpy(count, (const char *)entity + type->external_count_at, sizeof *count);
    }
    return ids;
}

uint32_t registry_statuses(enum entity_kind kind)
{
    uint32_t statuses = 0;
    for (size_t i = 0; i < COUNT(lives); i++) {
        statuses |= lives[i].kind == kind ? lives[i].statuses : 0;
    }
    return statuses & ~(uint32_t)NONE;
}

void registry_event_init(Agency__V1__Event *event, enum event_number number,
                         ProtobufCMessage *payload)
{
    assert(payload->descriptor == registry_event(number)->descriptor);
    agency__v1__event__init(event);
    event->payload_case = (Agency__V1__Event__PayloadCase)number;
    event->org_created = (Agency__V1__OrgCreated *)(void *)payload;
}
