#include "core/domain/kernel/plain.h"

#include "core/domain/kernel/cascade.h"
#include "core/domain/kernel/external.h"
#include "core/domain/kernel/fields.h"
#include "core/pb/message.h"

/* The command's event, with the key that the command names. */
static struct status plain_event(struct decide *d, ProtobufCMessage **event)
{
    const struct command_type *type = decide_type(d);
    assert(registry_event(type->event)->entity == type->entity);
    TRY(pb_new(d->arena, registry_event(type->event)->descriptor, event));
    evolve_copy_key(type->entity, registry_command_payload(d->command), *event);
    return status_ok();
}

/* What others may not have at the same time: the entity's name and external ids. */
static struct status plain_check_free(struct decide *d, const ProtobufCMessage *entity)
{
    const struct command_type *type = decide_type(d);
    struct str id;
    TRY(evolve_entity_id(d->arena, type->entity, entity, &id));
    if (registry_entity(type->entity)->named) {
        TRY_ACCEPTED(
            d, rules_check_name(d, type->entity, id.data, fields_string(entity, "name").data));
    }
    return external_check(d, type->entity, id, entity);
}

struct status plain_emit(struct decide *d, const ProtobufCMessage *entity)
{
    return decide_emit_entity(d, decide_type(d)->event, entity, NULL);
}

struct status plain_check_new(struct decide *d)
{
    const ProtobufCMessage *none;
    const ProtobufCMessage *made = registry_subject_of(registry_command_payload(d->command));
    TRY_ACCEPTED(d, life_find(d, &none));
    return plain_check_free(d, made);
}

static struct status plain_make(struct decide *d)
{
    assert(registry_event(decide_type(d)->event)->presence != PRESENCE_CHANGES);
    TRY_ACCEPTED(d, plain_check_new(d));
    return plain_emit(d, registry_subject_of(registry_command_payload(d->command)));
}

/* Whether a move finds the entity where it would bring it. What has only expired has not been
 * brought there: it is ended, so that its index rows go and hinder nobody. */
static bool plain_already(const struct decide *d, const ProtobufCMessage *entity)
{
    return fields_status(entity) == registry_event(decide_type(d)->event)->to;
}

static struct status plain_end(struct decide *d, const ProtobufCMessage *event)
{
    const struct command_type *type = decide_type(d);
    struct cascade cascade;
    struct str id;
    assert(life_is_over(registry_event(type->event)->to));
    TRY(evolve_entity_id(d->arena, type->entity, event, &id));
    TRY_ACCEPTED(d, cascade_collect(d, type->entity, id, &cascade));
    TRY_ACCEPTED(d, decide_emit(d, type->event, event));
    return cascade_emit(&cascade);
}

struct status plain_move(struct decide *d)
{
    const ProtobufCMessage *entity;
    ProtobufCMessage *event;
    TRY_ACCEPTED(d, life_find(d, &entity));
    assert(entity != NULL); /* no move starts from nothing */
    if (plain_already(d, entity)) {
        return status_ok();
    }
    bool ends = life_is_over(registry_event(decide_type(d)->event)->to);
    if (!ends && fields_is_over(entity)) {
        TRY_ACCEPTED(d, plain_check_free(d, entity));
    }
    TRY(plain_event(d, &event));
    return ends ? plain_end(d, event) : decide_emit(d, decide_type(d)->event, event);
}

struct status plain_emit_change(struct decide *d, const struct rules_change *change)
{
    assert(change->mask == NULL || change->mask->n_paths > 0);
    return change->mask == NULL
               ? status_ok()
               : decide_emit_entity(d, decide_type(d)->event, change->entity, change->mask);
}

/* Changes the fields that the mask names. Rejects as life_find and rules_update. */
static struct status plain_update(struct decide *d)
{
    const ProtobufCMessage *entity;
    struct rules_change change;
    TRY_ACCEPTED(d, life_find(d, &entity));
    assert(entity != NULL); /* no update makes one */
    TRY_ACCEPTED(d, rules_update(d, entity, &change));
    return plain_emit_change(d, &change);
}

struct status plain_decide(struct decide *d)
{
    switch (decide_type(d)->how) {
    case DECIDE_MAKE:
        return plain_make(d);
    case DECIDE_MOVE:
        return plain_move(d);
    case DECIDE_UPDATE:
        return plain_update(d);
    case DECIDE_OWN:
        break;
    }
    return status_error(STATUS_INTERNAL, "expected a command that is decided plainly");
}
