/* Configuration values on entities and on the org. */
#include "core/domain/kernel/fields.h"
#include "core/domain/kernel/id.h"
#include "core/domain/kernel/plain.h"
#include "core/domain/kernel/targets.h"

/* What can still be configured. */
static const uint32_t config_lives = BIT(LIFE_ACTIVE) | BIT(LIFE_SUSPENDED) | BIT(LIFE_ARCHIVED) |
                                     BIT(LIFE_CLOSED) | BIT(LIFE_RETIRED);
static const uint32_t config_lives_any = UINT32_MAX;

/* The entity must be in one of the statuses; the org is named by its kind alone. */
static struct status config_check_entity(struct decide *d, unsigned kind, struct str entity_id,
                                         uint32_t lives)
{
    if (kind == ENTITY_ORG) {
        return entity_id.size == 0
                   ? status_ok()
                   : decide_reject(d, STATUS_INVALID_ARGUMENT,
                                   "expected no entity_id for the org, but it is '%.*s'",
                                   STR_ARG(entity_id));
    }
    if (registry_entity(kind) == NULL || kind == ENTITY_CONFIG) {
        return decide_reject(d, STATUS_INVALID_ARGUMENT,
                             "expected a kind of entity that has configuration, but it is %u",
                             kind);
    }
    const ProtobufCMessage *entity;
    TRY(view_get(d->view, (enum entity_kind)kind, entity_id, &entity));
    return life_check(d, (enum entity_kind)kind, entity_id, entity, lives);
}

static struct status config_check_key(struct decide *d, const char *key)
{
    return id_valid(str_z(key))
               ? status_ok()
               : decide_reject(d, STATUS_INVALID_ARGUMENT, "expected key to be " ID_RULE);
}

/* Whether the value is already set to this. */
static struct status config_is_set(struct decide *d, const Agency__V1__Config *config,
                                   const Agency__V1__Config *wanted, bool *same)
{
    *same = false;
    if (config == NULL || config->status != LIFE_ACTIVE) {
        return status_ok();
    }
    return fields_equal(
        d->arena, &config->base, &wanted->base,
        protobuf_c_message_descriptor_get_field_by_name(config->base.descriptor, "value"), same);
}

struct status decide_set_config(struct decide *d, const Agency__V1__SetConfig *command)
{
    const Agency__V1__Config *config, *wanted = command->config;
    bool same;
    TRY_ACCEPTED(d, config_check_key(d, wanted->key));
    if (wanted->value == NULL) {
        return decide_reject(d, STATUS_INVALID_ARGUMENT, "expected a value, but none is set");
    }
    TRY_ACCEPTED(
        d, config_check_entity(d, (unsigned)wanted->kind, str_z(wanted->entity_id), config_lives));
    TRY_ACCEPTED(d, life_find_config(d, &config));
    TRY(config_is_set(d, config, wanted, &same));
    return same ? status_ok() : plain_emit(d, &wanted->base);
}

struct status decide_unset_config(struct decide *d, const Agency__V1__UnsetConfig *command)
{
    const Agency__V1__Config *config;
    TRY_ACCEPTED(d, config_check_key(d, command->key));
    TRY_ACCEPTED(d, config_check_entity(d, (unsigned)command->kind, str_z(command->entity_id),
                                        config_lives_any));
    TRY_ACCEPTED(d, life_find_config(d, &config));
    if (config == NULL || config->status == LIFE_REMOVED) {
        return status_ok();
    }
    Agency__V1__ConfigUnset event = AGENCY__V1__CONFIG_UNSET__INIT;
    fields_copy(&command->base, &event.base);
    return emit_config_unset(d, &event);
}

/* ---- where permissions are asked ---- */

struct status targets_config(struct decide *d, struct targets *targets)
{
    unsigned kind = (unsigned)d->command->payload_case == COMMAND_SET_CONFIG
                        ? (unsigned)d->command->set_config->config->kind
                        : (unsigned)d->command->unset_config->kind;
    targets_add(targets, object_of((enum entity_kind)kind, targets_field(d, "entity_id")));
    return status_ok();
}

struct status evolve_config_unset(const struct evolve *evolve, const Agency__V1__ConfigUnset *event,
                                  void *entity)
{
    Agency__V1__Config *config = entity;
    (void)evolve;
    (void)event;
    config->value = NULL;
    return status_ok();
}
