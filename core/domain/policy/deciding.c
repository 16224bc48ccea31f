/* What they see is typed by the command: `command` is its payload as a client gives it, `object`
 * the entity that its key names as it was before, `after` the same as the command leaves it. All
 * else is read from the state before the command: what a command gives itself is no reason to let
 * it pass. */
#include "core/domain/policy/deciding.h"

#include <stdio.h>

#include "agency/v1/capability.pb-c.h"
#include "core/base/limits.h"
#include "core/base/time.h"
#include "core/cel/generated.h"
#include "core/domain/kernel/given_type.h"

/* ---- environments ---- */

static const struct expression_variable deciding_variables[DECIDING_VARIABLES] = {
    [DECIDING_ACTOR] = { { "actor", 5 }, &agency__v1__subject__descriptor, 0, NULL, 0, 0 },
    [DECIDING_ACTORS] = { { "actors", 6 },
                          &agency__v1__subject__descriptor,
                          ACTORS_MAX + 1,
                          NULL,
                          0,
                          0 },
    [DECIDING_SUBJECT] = { { "subject", 7 }, &agency__v1__subject__descriptor, 0, NULL, 0, 0 },
    [DECIDING_ORG] = { { "org", 3 }, &agency__v1__org__descriptor, 0, NULL, 0, 0 },
    [DECIDING_NOW] = { { "now", 3 }, NULL, 0, &cel_type_timestamp, 0, 0 },
    [DECIDING_PERMISSION] = { { "permission", 10 }, NULL, 0, &cel_type_string, ID_SIZE_MAX, 0 },
    [DECIDING_COMMAND] = { { "command", 7 }, NULL, 0, NULL, 0, 0 },
    [DECIDING_OBJECT] = { { "object", 6 }, NULL, 0, NULL, 0, 0 },
    [DECIDING_AFTER] = { { "after", 5 }, NULL, 0, NULL, 0, 0 },
    [DECIDING_MADE] = { { "made", 4 }, NULL, 0, &cel_type_bool, 0, 0 },
};

static const ProtobufCMessageDescriptor *const deciding_more[] = {
    &agency__v1__capability__descriptor, NULL
};

static struct status deciding_message(struct arena *arena, unsigned about, uint32_t variable,
                                      const ProtobufCMessageDescriptor **message)
{
    const struct command_type *type = registry_command(about);
    assert(type != NULL);
    if (variable == DECIDING_COMMAND) {
        return given_type_new(arena, type->descriptor, message);
    }
    if (variable == DECIDING_OBJECT || variable == DECIDING_AFTER) {
        *message = registry_entity(type->entity)->descriptor;
    }
    return status_ok();
}

static const struct expression_environment *deciding_environment(unsigned command)
{
    static const struct expression_environment any = { .name = "expression",
                                                       .variables = deciding_variables,
                                                       .variables_count = DECIDING_COMMAND,
                                                       .data = DECIDING_VARIABLES,
                                                       .result = &cel_type_bool,
                                                       .functions = deciding_functions,
                                                       .functions_count = DECIDING_FUNCTIONS - 1,
                                                       .more = deciding_more,
                                                       .fits = deciding_check_call };
    static const struct expression_environment one = { .name = "expression",
                                                       .variables = deciding_variables,
                                                       .variables_count = DECIDING_VARIABLES,
                                                       .data = DECIDING_VARIABLES,
                                                       .result = &cel_type_bool,
                                                       .functions = deciding_functions,
                                                       .functions_count = DECIDING_FUNCTIONS,
                                                       .more = deciding_more,
                                                       .message = deciding_message,
                                                       .fits = deciding_check_call };
    return command == DECIDING_ANY ? &any : &one;
}

struct status deciding_expressions(struct decide *d, struct expressions **expressions)
{
    *expressions = d->view->expressions;
    return *expressions != NULL ? status_ok() : expressions_in(d->arena, expressions);
}

struct status deciding_find(struct expressions *expressions, unsigned command, struct str source,
                            uint32_t profile, const struct expression **expression)
{
    return expressions_get(expressions, deciding_environment(command), command, source, profile,
                           expression);
}

/* ---- variables ---- */

/* Of who is not there, only the id is known; of an operator, not even that. */
static struct status deciding_subject(struct deciding *deciding, struct str id,
                                      struct cel_value *value)
{
    struct decide *d = deciding->d;
    const Agency__V1__Subject *subject = NULL;
    if (id.size > 0) {
        TRY(view_subject(deciding->view, id, &subject));
    }
    if (subject == NULL) {
        Agency__V1__Subject *unknown;
        ARENA_TRY(d->arena, unknown, arena_alloc(d->arena, sizeof *unknown));
        agency__v1__subject__init(unknown);
        TRY(arena_text(d->arena, id, &unknown->subject_id));
        subject = unknown;
    }
    *value = cel_generated_value(&subject->base);
    return status_ok();
}

static struct status deciding_actor(struct deciding *deciding, struct cel_value *value)
{
    return deciding_subject(deciding, deciding->d->subject_id, value);
}

static struct status deciding_for_whom(struct deciding *deciding, struct cel_value *value)
{
    const struct decide *d = deciding->d;
    return deciding_subject(deciding, d->on_behalf_of.size > 0 ? d->on_behalf_of : d->subject_id,
                            value);
}

static struct status deciding_actors(struct deciding *deciding, struct cel_value *value)
{
    struct decide *d = deciding->d;
    const bool alone = d->on_behalf_of.size == 0 || str_eq(d->on_behalf_of, d->subject_id);
    struct cel_list *list;
    struct cel_value *items;
    ARENA_TRY(d->arena, list, arena_zalloc(d->arena, sizeof *list));
    ARENA_TRY(d->arena, items, arena_alloc(d->arena, (d->actors_count + 1) * sizeof *items));
    if (!alone && d->subject_id.size > 0) {
        TRY(deciding_subject(deciding, d->subject_id, &items[list->count++]));
    }
    for (size_t i = 0; !alone && i < d->actors_count; i++) {
        TRY(deciding_subject(deciding, d->actors[i], &items[list->count++]));
    }
    list->items = items;
    *value = cel_list_value(list);
    return status_ok();
}

static struct status deciding_org(struct deciding *deciding, struct cel_value *value)
{
    const struct view *before = deciding->view;
    const Agency__V1__Org *org;
    TRY(view_org(before, before->org_id, &org));
    assert(org != NULL); /* constraints are in an org */
    *value = cel_generated_value(&org->base);
    return status_ok();
}

static struct status deciding_now(struct deciding *deciding, struct cel_value *value)
{
    int64_t seconds;
    int32_t nanos;
    time_split(deciding->d->occurred_at_us, &seconds, &nanos);
    *value = cel_timestamp(seconds, nanos);
    return status_ok();
}

static struct status deciding_permission(struct deciding *deciding, struct cel_value *value)
{
    *value = cel_string(str_z(decide_type(deciding->d)->name));
    return status_ok();
}

static void deciding_missing(struct cel_error *error, const char *what, const char *when,
                             const struct decide *d, struct cel_value *value)
{
    *error = (struct cel_error){ .kind = CEL_ERROR_VALUE };
    snprintf(error->msg, sizeof error->msg, "expected %s, but %s %s there is none", what, when,
             decide_type(d)->name);
    *value = (struct cel_value){ .kind = CEL_ERROR, .error = error };
}

static struct status deciding_object(struct deciding *deciding, struct cel_value *value)
{
    if (deciding->before == NULL) {
        deciding_missing(&deciding->missing_object, "object", "before", deciding->d, value);
    } else {
        *value = cel_generated_value(deciding->before);
    }
    return status_ok();
}

static struct status deciding_after(struct deciding *deciding, struct cel_value *value)
{
    if (deciding->after == NULL) {
        deciding_missing(&deciding->missing_after, "after", "after", deciding->d, value);
    } else {
        *value = cel_generated_value(deciding->after);
    }
    return status_ok();
}

static struct status deciding_made(struct deciding *deciding, struct cel_value *value)
{
    *value = cel_bool(deciding->before == NULL);
    return status_ok();
}

/* The payload, of the type that one environment made for it: so that another one's is not read by
 * it, it is bound for each expression anew. */
static struct status deciding_payload(struct deciding *deciding,
                                      const struct expression *expression)
{
    struct decide *d = deciding->d;
    const ProtobufCMessage *copy;
    TRY(given_type_copy(d->arena, expression->messages[DECIDING_COMMAND],
                        registry_command_payload(d->command), &copy));
    deciding->bindings[DECIDING_COMMAND] = cel_generated_value(copy);
    return status_ok();
}

/* A look-up, and an entity by its size. */
static uint64_t deciding_price(const struct cel_value *value)
{
    uint64_t gas = DECIDING_LOOKUP_GAS;
    if (value->kind == CEL_MESSAGE) {
        gas += cel_gas_bytes(protobuf_c_message_get_packed_size(value->message));
    } else if (value->kind == CEL_LIST) {
        gas *= 1 + (uint64_t)value->list->count;
    }
    return gas;
}

struct status deciding_bind(struct deciding *deciding, const struct expression *expression)
{
    static struct status (*const binds[DECIDING_VARIABLES])(struct deciding *,
                                                            struct cel_value *) = {
        [DECIDING_ACTOR] = deciding_actor,      [DECIDING_ACTORS] = deciding_actors,
        [DECIDING_SUBJECT] = deciding_for_whom, [DECIDING_ORG] = deciding_org,
        [DECIDING_NOW] = deciding_now,          [DECIDING_PERMISSION] = deciding_permission,
        [DECIDING_OBJECT] = deciding_object,    [DECIDING_AFTER] = deciding_after,
        [DECIDING_MADE] = deciding_made,
    };
    for (uint32_t i = 0; i < DECIDING_VARIABLES; i++) {
        const uint32_t bit = UINT32_C(1) << i;
        if ((expression->uses & bit) == 0 || (deciding->bound & bit) != 0) {
            continue;
        }
        if (i == DECIDING_COMMAND) {
            TRY(deciding_payload(deciding, expression));
            continue;
        }
        TRY(binds[i](deciding, &deciding->bindings[i]));
        deciding->d->gas_used += deciding_price(&deciding->bindings[i]);
        deciding->bound |= bit;
    }
    return status_ok();
}
