#include "core/domain/registry/registry.h"

#include <stddef.h>

static const struct entity_type entities[] = {
#define NAMED true
#define UNNAMED false
#define X(upper, pascal, snake, parts, plural_name, is_named)              \
    [ENTITY_##upper] = { .name = #pascal,                                  \
                         .plural = (plural_name),                          \
                         .descriptor = &agency__v1__##snake##__descriptor, \
                         .key_parts = (parts),                             \
                         .named = (is_named) },
    ENTITIES(X)
#undef X
};

static const struct command_type commands[] = {
#define X(upper, pascal, snake, entity_kind, own_rule, delegate_rule)       \
    [COMMAND_##upper] = { .name = #pascal,                                  \
                          .descriptor = &agency__v1__##snake##__descriptor, \
                          .entity = ENTITY_##entity_kind,                   \
                          .own = OBJECTS_##own_rule,                        \
                          .delegate = OBJECTS_##delegate_rule },
    COMMANDS(X)
#undef X
};

static const struct event_type events[] = {
#define X(upper, pascal, snake, entity_pascal, entity_snake, entity_kind, presence_rule) \
    [EVENT_##upper] = { .name = #pascal,                                                 \
                        .descriptor = &agency__v1__##snake##__descriptor,                \
                        .entity = ENTITY_##entity_kind,                                  \
                        .presence = PRESENCE_##presence_rule },
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

const struct event_type *registry_event(unsigned number)
{
    return number < COUNT(events) && events[number].name != NULL ? &events[number] : NULL;
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
