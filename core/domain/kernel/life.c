#include "core/domain/kernel/life.h"

#include <stdio.h>

#include "core/domain/kernel/fields.h"
#include "core/domain/kernel/id.h"

/* The command of an event, whose statuses it starts from; each event but those of time has one. */
static const enum command_number commands[] = {
#define X(upper, pascal, snake, kind, from, how, event, ...) [EVENT_##event] = COMMAND_##upper,
    COMMANDS(X)
#undef X
#define X(event, command) [EVENT_##event] = COMMAND_##command,
        OTHER_EVENTS(X)
#undef X
};

static const char *const names[] = {
    [LIFE_NONE] = "new",          [LIFE_ACTIVE] = "active",   [LIFE_SUSPENDED] = "suspended",
    [LIFE_ARCHIVED] = "archived", [LIFE_CLOSED] = "closed",   [LIFE_RETIRED] = "retired",
    [LIFE_ENDED] = "ended",       [LIFE_REMOVED] = "removed", [LIFE_SCHEDULED] = "scheduled",
    [LIFE_ERASED] = "erased",
};
enum { LIFE_NAMES = sizeof names / sizeof names[0], LIFE_LIST_SIZE = 96 };
static_assert(LIFE_NAMES <= LIFE_STATUSES_MAX, "a set of statuses is 32 bits");

/* Whether a command may start from a status, and the one that one of its events gives. */
static bool life_move_by(const struct command_type *type, enum event_number number, unsigned from,
                         unsigned *to)
{
    const struct event_type *event = registry_event(number);
    assert(event != NULL && event->entity == type->entity);
    bool nothing = from == LIFE_NONE && event->presence == PRESENCE_CHANGES;
    *to = nothing || event->to == LIFE_SAME ? from : event->to;
    return from < LIFE_NAMES && (type->from & BIT(from)) != 0;
}

bool life_move(unsigned command, unsigned from, unsigned *to)
{
    const struct command_type *type = registry_command(command);
    return life_move_by(type, type->event, from, to);
}

bool life_may(enum event_number event, unsigned from, unsigned to)
{
    unsigned allowed;
    const struct event_type *type = registry_event(event);
    if (type->entity == ENTITY_ANY) {
        return to == from;
    }
    if (registry_time_event(event) != 0) {
        return (registry_time_event(event) & BIT(from)) != 0 &&
               to == (type->to == LIFE_SAME ? from : type->to);
    }
    return life_move_by(life_command_of(event), event, from, &allowed) && allowed == to;
}

const struct command_type *life_command_of(enum event_number event)
{
    assert((size_t)event < sizeof commands / sizeof commands[0] && commands[event] != 0);
    return registry_command(commands[event]);
}

const char *life_name(unsigned status)
{
    return status < LIFE_NAMES ? names[status] : "unknown";
}

const char *life_noun(enum entity_kind kind, char noun[LIFE_NOUN_SIZE])
{
    const char *name = registry_entity((unsigned)kind)->name;
    size_t size = 0;
    for (const char *c = name; *c != '\0' && size + 2 < LIFE_NOUN_SIZE; c++) {
        bool upper = *c >= 'A' && *c <= 'Z';
        if (upper && c != name) {
            noun[size++] = ' ';
        }
        noun[size++] = (char)(upper ? *c - 'A' + 'a' : *c);
    }
    assert(size > 0 && size < LIFE_NOUN_SIZE);
    noun[size] = '\0';
    return noun;
}

/* "active or archived". */
static const char *life_list(uint32_t statuses, char list[LIFE_LIST_SIZE])
{
    size_t size = 0;
    list[0] = '\0';
    for (unsigned status = 0; status < LIFE_NAMES; status++) {
        if ((statuses & BIT(status)) != 0) {
            size += (size_t)snprintf(list + size, LIFE_LIST_SIZE - size, "%s%s",
                                     size == 0 ? "" : " or ", names[status]);
            assert(size < LIFE_LIST_SIZE);
        }
    }
    return list;
}

struct status life_check(struct decide *d, enum entity_kind kind, struct str id,
                         const ProtobufCMessage *entity, uint32_t statuses)
{
    char noun[LIFE_NOUN_SIZE];
    assert(statuses != 0);
    if (entity == NULL) {
        return decide_reject(d, STATUS_NOT_FOUND, "expected %s '%.*s', but there is none",
                             life_noun(kind, noun), STR_ARG(id));
    }
    unsigned status = fields_status(entity);
    if (status < LIFE_NAMES && (statuses & BIT(status)) != 0) {
        return status_ok();
    }
    char list[LIFE_LIST_SIZE];
    return decide_reject(d, STATUS_FAILED_PRECONDITION, "expected %s '%.*s' to be %s, but it is %s",
                         life_noun(kind, noun), STR_ARG(id),
                         life_list(statuses & registry_statuses(kind), list), life_name(status));
}

/* An id that is to be given to a new entity. */
static struct status life_check_new(struct decide *d, enum entity_kind kind, struct str id,
                                    const ProtobufCMessage *entity)
{
    const struct entity_type *type = registry_entity((unsigned)kind);
    assert(type->key_parts == 1); /* parts of a composite key name what is there */
    if (!id_valid(id)) {
        return decide_reject(d, STATUS_INVALID_ARGUMENT, "expected %s to be " ID_RULE,
                             type->descriptor->fields[0].name);
    }
    if (entity != NULL) {
        char noun[LIFE_NOUN_SIZE];
        return decide_reject(d, STATUS_ALREADY_EXISTS,
                             "expected %s to be an id never used before, but %s '%.*s' is %s",
                             type->descriptor->fields[0].name, life_noun(kind, noun), STR_ARG(id),
                             life_name(fields_status(entity)));
    }
    return status_ok();
}

/* What is about the org must mean the org whose log the command is in. */
static struct status life_check_org(struct decide *d, enum entity_kind kind, struct str id)
{
    if (kind != ENTITY_ORG || str_eq(id, d->view->org_id)) {
        return status_ok();
    }
    return decide_reject(d, STATUS_INVALID_ARGUMENT,
                         "expected org_id to be '%.*s', as in the command's envelope, but it is "
                         "'%.*s'",
                         STR_ARG(d->view->org_id), STR_ARG(id));
}

struct status life_find(struct decide *d, const ProtobufCMessage **entity)
{
    const enum entity_kind kind = decide_type(d)->entity;
    const uint32_t starts = decide_type(d)->from;
    assert(starts != 0 && d->events_count == 0); /* it is the first that a decide asks */
    struct str id;
    TRY(evolve_entity_id(d->arena, kind, registry_command_payload(d->command), &id));
    TRY_ACCEPTED(d, life_check_org(d, kind, id));
    TRY(view_get(d->view, kind, id, entity));
    if (starts == BIT(LIFE_NONE)) {
        return life_check_new(d, kind, id, *entity);
    }
    if (*entity == NULL && (starts & BIT(LIFE_NONE)) != 0) {
        /* The parts of a composite one name others, or are checked by the kind. */
        return registry_entity(kind)->key_parts > 1 ? status_ok()
                                                    : life_check_new(d, kind, id, NULL);
    }
    return life_check(d, kind, id, *entity, starts);
}
