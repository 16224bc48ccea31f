/* The functions that the registry's rows name: of commands and events that are not decided or
 * applied as most are (OWN), and of object rules. The kernel calls them through here, so that it
 * knows no kind. */
#include "core/domain/own.h"

#include "core/domain/kernel/targets.h"

#define DECIDE_CASE_MAKE(upper, snake)
#define DECIDE_CASE_MOVE(upper, snake)
#define DECIDE_CASE_UPDATE(upper, snake)
#define DECIDE_CASE_OWN(upper, snake) \
    case COMMAND_##upper:             \
        return decide_##snake(d, d->command->snake);

struct status decide_own(struct decide *d)
{
    switch ((unsigned)d->command->payload_case) {
#define X(upper, pascal, snake, kind, from, how, ...) DECIDE_CASE_##how(upper, snake)
        COMMANDS(X)
#undef X
    }
    return status_error(STATUS_INTERNAL, "expected a command with a function of its own");
}

struct status elapse_own(struct decide *d, enum entity_kind kind, const ProtobufCMessage *entity,
                         const struct due *due)
{
    switch ((unsigned)kind) {
#define X(upper, pascal, snake) \
    case ENTITY_##upper:        \
        return elapse_##snake(d, (const Agency__V1__##pascal *)(const void *)entity, due);
        TIMED(X)
#undef X
    }
    return status_error(STATUS_INTERNAL, "expected a kind that waits for times");
}

struct status refused_own(struct decide *d, enum entity_kind kind, const ProtobufCMessage *entity,
                          const Agency__V1__DueError *error)
{
    switch ((unsigned)kind) {
#define X(upper, pascal, snake) \
    case ENTITY_##upper:        \
        return refused_##snake(d, (const Agency__V1__##pascal *)(const void *)entity, error);
        CONTINUED(X)
#undef X
    }
    return status_error(STATUS_INTERNAL, "expected a kind of which something follows at once");
}

#define EVOLVE_CASE_SETS(upper, snake)
#define EVOLVE_CASE_MASKS(upper, snake)
#define EVOLVE_CASE_OWN(upper, snake) \
    case EVENT_##upper:               \
        return evolve_##snake(evolve, event->snake, entity);

struct status evolve_own(const struct evolve *evolve, const Agency__V1__Event *event,
                         ProtobufCMessage *entity)
{
    switch ((unsigned)event->payload_case) {
#define X(upper, pascal, snake, kind, presence, to, how) EVOLVE_CASE_##how(upper, snake)
        EVENTS(X)
#undef X
    }
    return status_error(STATUS_INTERNAL, "expected an event with a function of its own");
}

struct status targets_of(struct decide *d, enum object_rule rule, struct targets *targets)
{
    const struct object_rule_type *type = registry_object_rule(rule);
    *targets = (struct targets){ .items = targets->items, .any = type->any, .below = type->below };
    switch (rule) {
#define X(upper, snake, ...) \
    case OBJECTS_##upper:    \
        return targets_##snake(d, targets);
        OBJECT_RULES(X)
#undef X
    }
    return status_error(STATUS_INTERNAL, "expected a rule of the registry, not %u", (unsigned)rule);
}
