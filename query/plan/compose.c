/* By the registry: what makes a kind, what updates it, and what sets its relations, each a command
 * of its own. */
#include "query/plan/compose.h"

#include "core/base/hash.h"
#include "core/domain/kernel/fields.h"
#include "core/domain/kernel/ids.h"
#include "core/pb/field.h"
#include "core/pb/message.h"

/* ---- commands ---- */

static struct status compose_add(struct commands *commands, unsigned number,
                                 ProtobufCMessage *payload)
{
    Agency__V1__Command *command;
    TRY(pb_new(commands->arena, &agency__v1__command__descriptor, &command));
    command->payload_case = (Agency__V1__Command__PayloadCase)number;
    command->create_org = (Agency__V1__CreateOrg *)(void *)payload; /* a union of pointers */
    ARENA_TRY(commands->arena, commands->items,
              arena_grow(commands->arena, commands->items, commands->count, sizeof *commands->items,
                         &commands->cap));
    commands->items[commands->count++] = command;
    return status_ok();
}

/* One that names the entity by its key. */
static struct status compose_named(struct commands *commands, unsigned number,
                                   const ProtobufCMessage *entity, ProtobufCMessage **payload)
{
    const struct command_type *type = registry_command(number);
    TRY(pb_new(commands->arena, type->descriptor, payload));
    evolve_copy_key(type->entity, entity, *payload);
    return compose_add(commands, number, *payload);
}

/* The command that makes a kind, or the one that changes it by a mask; 0: there is none. */
static unsigned compose_command(enum entity_kind kind, bool makes)
{
    for (unsigned number = 0; number < REGISTRY_NUMBERS_END; number++) {
        const struct command_type *type = registry_command(number);
        if (type == NULL || type->entity != kind || registry_carried(type->descriptor) == NULL ||
            number == COMMAND_CREATE_ORG) {
            continue;
        }
        bool masks = fields_mask_field(type->descriptor) != NULL;
        if (masks != makes) {
            return number;
        }
    }
    return 0;
}

/* Whether what makes a kind also puts it anew where it is there. */
static bool compose_puts(unsigned number)
{
    const struct command_type *type = registry_command(number);
    return registry_event((unsigned)type->event)->presence == PRESENCE_EITHER;
}

/* ---- relations ---- */

/* Fields that commands of their own set, which carry the key and the field. */
static const struct {
    enum entity_kind kind;
    const char *field;
    unsigned command;
} relations[] = {
    { ENTITY_GROUP, "parent_group_id", COMMAND_SET_GROUP_PARENT },
    { ENTITY_ASSET, "parent_asset_id", COMMAND_SET_ASSET_PARENT },
    { ENTITY_SUBJECT, "parent_subject_ids", COMMAND_SET_SUBJECT_PARENTS },
    { ENTITY_ORG, "read_mode", COMMAND_SET_ORG_READ_MODE },
    { ENTITY_ORG, "attenuate", COMMAND_SET_ORG_ATTENUATION },
    { ENTITY_ORG, "access_mode", COMMAND_SET_ORG_ACCESS_MODE },
};

static unsigned compose_relation(enum entity_kind kind, const char *field)
{
    for (size_t i = 0; i < sizeof relations / sizeof relations[0]; i++) {
        if (relations[i].kind == kind && strcmp(relations[i].field, field) == 0) {
            return relations[i].command;
        }
    }
    return 0;
}

/* The groups of `from` that `to` has not. */
static struct status compose_inclusions(struct commands *commands, unsigned number,
                                        const Agency__V1__Group *from, const Agency__V1__Group *to)
{
    for (size_t i = 0; from != NULL && i < from->n_included_group_ids; i++) {
        ProtobufCMessage *payload;
        char *id = from->included_group_ids[i];
        if (to != NULL && ids_listed(to->included_group_ids, to->n_included_group_ids, str_z(id))) {
            continue;
        }
        TRY(compose_named(commands, number, &from->base, &payload));
        pb_field_set(payload, pb_field_find(payload->descriptor, STR("included_group_id")), &id);
    }
    return status_ok();
}

static struct status compose_group(struct commands *commands, const ProtobufCMessage *before,
                                   const ProtobufCMessage *after)
{
    const Agency__V1__Group *old = (const Agency__V1__Group *)(const void *)before;
    const Agency__V1__Group *new = (const Agency__V1__Group *)(const void *)after;
    TRY(compose_inclusions(commands, COMMAND_EXCLUDE_GROUP, old, new));
    return compose_inclusions(commands, COMMAND_INCLUDE_GROUP, new, old);
}

static bool compose_is_inclusion(const ProtobufCFieldDescriptor *field)
{
    return strcmp(field->name, "included_group_ids") == 0;
}

static struct status compose_relate(struct commands *commands, const struct document *document,
                                    const ProtobufCFieldDescriptor *field,
                                    const ProtobufCMessage *entity)
{
    ProtobufCMessage *payload;
    if (compose_is_inclusion(field)) {
        return compose_group(commands, entity, document->entity);
    }
    TRY(compose_named(commands, compose_relation(document->kind, field->name), document->entity,
                      &payload));
    pb_field_share(document->entity, field, payload,
                   pb_field_find(payload->descriptor, str_z(field->name)));
    return status_ok();
}

static bool compose_is_relation(const struct document *document,
                                const ProtobufCFieldDescriptor *field)
{
    return compose_is_inclusion(field) || compose_relation(document->kind, field->name) != 0;
}

/* ---- what is new ---- */

static struct status compose_wrong(const struct document *document,
                                   const ProtobufCFieldDescriptor *field, const char *why)
{
    return status_error(STATUS_INVALID_ARGUMENT, "%.*s:%u: expected %s.%s %s",
                        STR_ARG(document->file),
                        (unsigned)yaml_line(document->yaml, document->spec, str_z(field->name)),
                        registry_entity((unsigned)document->kind)->name, field->name, why);
}

static struct status compose_make(struct commands *commands, const struct document *document)
{
    unsigned number = compose_command(document->kind, true);
    ProtobufCMessage *payload, *entity;
    if (number == 0) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "%.*s:%u: expected a kind that a document can make, but it is %s",
                            STR_ARG(document->file), (unsigned)document->line,
                            registry_entity((unsigned)document->kind)->name);
    }
    TRY(pb_copy(commands->arena, document->entity, &entity));
    TRY(pb_new(commands->arena, registry_command(number)->descriptor, &payload));
    pb_field_set(payload, registry_carried(payload->descriptor), &entity);
    for (size_t i = 0; i < document->fields_count; i++) {
        const ProtobufCFieldDescriptor *field = document->fields[i];
        if (field->id >= FIELD_VERSION && compose_is_relation(document, field)) {
            pb_field_clear(entity, field); /* once it is there, and what it names, too */
        }
    }
    return compose_add(commands, number, payload);
}

/* ---- what is there ---- */

/* What a document says of a field that no command changes. */
static struct status compose_put(struct commands *commands, const struct document *document,
                                 const ProtobufCMessage *entity,
                                 const ProtobufCFieldDescriptor *changed)
{
    unsigned number = compose_command(document->kind, true);
    ProtobufCMessage *payload, *whole;
    if (number == 0 || !compose_puts(number)) {
        return compose_wrong(document, changed, "as it is: no command changes it");
    }
    TRY(pb_copy(commands->arena, entity, &whole));
    for (unsigned i = 0; i < whole->descriptor->n_fields; i++) {
        if (whole->descriptor->fields[i].id >= FIELD_VERSION) {
            pb_field_clear(whole, &whole->descriptor->fields[i]);
        }
    }
    for (size_t i = 0; i < document->fields_count; i++) {
        pb_field_share(document->entity, document->fields[i], whole, document->fields[i]);
    }
    TRY(pb_new(commands->arena, registry_command(number)->descriptor, &payload));
    pb_field_set(payload, registry_carried(payload->descriptor), &whole);
    TRY(compose_add(commands, number, payload));
    /* Put anew, a paused one would run again, which no document says. */
    return document->kind == ENTITY_SCHEDULE && fields_status(entity) == LIFE_SUSPENDED
               ? compose_named(commands, COMMAND_PAUSE_SCHEDULE, entity, &payload)
               : status_ok();
}

/* All that ChangeGrant says it sets. */
static struct status compose_grant(struct commands *commands, const struct document *document,
                                   const ProtobufCMessage *entity,
                                   const ProtobufCFieldDescriptor *changed)
{
    ProtobufCMessage *payload;
    if (pb_field_find(&agency__v1__change_grant__descriptor, str_z(changed->name)) == NULL) {
        return compose_wrong(document, changed, "as it is: make another grant");
    }
    TRY(compose_named(commands, COMMAND_CHANGE_GRANT, entity, &payload));
    fields_copy(entity, payload);
    for (size_t i = 0; i < document->fields_count; i++) {
        const ProtobufCFieldDescriptor *field =
            pb_field_find(payload->descriptor, str_z(document->fields[i]->name));
        if (field != NULL) {
            pb_field_share(document->entity, document->fields[i], payload, field);
        }
    }
    return status_ok();
}

static struct status compose_update(struct commands *commands, const struct document *document,
                                    Google__Protobuf__FieldMask *mask)
{
    unsigned number = compose_command(document->kind, false);
    ProtobufCMessage *payload, *entity;
    if (mask->n_paths == 0) {
        return status_ok();
    }
    assert(number != 0);
    TRY(pb_new(commands->arena, document->entity->descriptor, &entity));
    evolve_copy_key(document->kind, document->entity, entity);
    for (size_t i = 0; i < mask->n_paths; i++) {
        const ProtobufCFieldDescriptor *field =
            pb_field_find(entity->descriptor, str_z(mask->paths[i]));
        pb_field_share(document->entity, field, entity, field);
    }
    TRY(pb_new(commands->arena, registry_command(number)->descriptor, &payload));
    pb_field_set(payload, registry_carried(payload->descriptor), &entity);
    pb_field_set(payload, fields_mask_field(payload->descriptor), &mask);
    return compose_add(commands, number, payload);
}

static struct status compose_change(struct commands *commands, const struct document *document,
                                    const ProtobufCMessage *entity)
{
    Google__Protobuf__FieldMask *mask;
    bool put = false;
    TRY(pb_new(commands->arena, &google__protobuf__field_mask__descriptor, &mask));
    ARENA_TRY(commands->arena, mask->paths,
              arena_alloc(commands->arena, (document->fields_count + 1) * sizeof(char *)));
    for (size_t i = 0; i < document->fields_count; i++) {
        const ProtobufCFieldDescriptor *field = document->fields[i];
        bool same;
        TRY(fields_equal(commands->arena, document->entity, entity, field, &same));
        if (same) {
            continue;
        }
        if (compose_is_relation(document, field)) {
            TRY(compose_relate(commands, document, field, entity));
        } else if (fields_is_client(field) && compose_command(document->kind, false) != 0) {
            mask->paths[mask->n_paths++] = (char *)(uintptr_t)field->name;
        } else if (!put) {
            TRY(document->kind == ENTITY_GRANT ? compose_grant(commands, document, entity, field)
                                               : compose_put(commands, document, entity, field));
            put = true;
        }
    }
    return compose_update(commands, document, mask);
}

/* ---- what is to end ---- */

static const struct {
    enum entity_kind kind;
    unsigned command;
} ends[] = {
    { ENTITY_SUBJECT, COMMAND_REMOVE_SUBJECT },
    { ENTITY_CREDENTIAL, COMMAND_REVOKE_CREDENTIAL },
    { ENTITY_GROUP, COMMAND_DELETE_GROUP },
    { ENTITY_ASSET, COMMAND_REMOVE_ASSET },
    { ENTITY_JOB_SPACE, COMMAND_CLOSE_JOB_SPACE },
    { ENTITY_PERMISSION, COMMAND_RETIRE_PERMISSION },
    { ENTITY_ROLE_TYPE, COMMAND_RETIRE_ROLE_TYPE },
    { ENTITY_ROLE, COMMAND_DELETE_ROLE },
    { ENTITY_ASSIGNMENT, COMMAND_REVOKE_ROLE },
    { ENTITY_GRANT, COMMAND_REVOKE_PERMISSION },
    { ENTITY_CONFIG, COMMAND_UNSET_CONFIG },
    { ENTITY_CAPABILITY, COMMAND_REVOKE_CAPABILITY },
    { ENTITY_GOAL, COMMAND_CLOSE_GOAL },
    { ENTITY_SCHEDULE, COMMAND_REMOVE_SCHEDULE },
    { ENTITY_CONSTRAINT, COMMAND_REMOVE_CONSTRAINT },
};

static struct status compose_end(struct commands *commands, const struct document *document,
                                 const ProtobufCMessage *entity)
{
    ProtobufCMessage *payload;
    if (entity == NULL || fields_is_over(entity)) {
        return status_ok();
    }
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        if (ends[i].kind == document->kind) {
            return compose_named(commands, ends[i].command, entity, &payload);
        }
    }
    return status_ok(); /* of the org, which a document cannot end */
}

/* ---- what a set owns ---- */

/* Of what may tell who a person is no hash is kept either: it could be guessed. */
static struct status compose_content(struct commands *commands, const struct document *document,
                                     char **content)
{
    ProtobufCMessage *copy;
    struct str packed;
    char hex[HASH_HEX_SIZE];
    TRY(pb_copy(commands->arena, document->entity, &copy));
    for (unsigned i = 0; i < copy->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &copy->descriptor->fields[i];
        if (field->descriptor == &agency__v1__profile__descriptor ||
            field->descriptor == &agency__v1__external_id__descriptor) {
            pb_field_clear(copy, field);
        }
    }
    TRY(pb_pack(commands->arena, copy, &packed));
    const struct hash hash = hash_sha256(&packed, 1);
    hash_hex(&hash, hex);
    return arena_text(commands->arena, str_z(hex), content);
}

struct status compose_owned(struct commands *commands, struct str set_id,
                            const struct document *document,
                            const Agency__V1__AppliedDocument *known)
{
    Agency__V1__AppliedDocument *owned;
    ProtobufCMessage *payload;
    bool live = known != NULL && known->status == LIFE_ACTIVE;
    TRY(pb_new(commands->arena, &agency__v1__applied_document__descriptor, &owned));
    owned->kind = (Agency__V1__EntityKind)document->kind;
    TRY(arena_text(commands->arena, set_id, &owned->set_id));
    TRY(arena_text(commands->arena, document->id, &owned->entity_id));
    if (document->entity == NULL) {
        return live ? compose_named(commands, COMMAND_FORGET_DOCUMENT, &owned->base, &payload)
                    : status_ok();
    }
    TRY(compose_content(commands, document, &owned->content));
    if (live && strcmp(known->content, owned->content) == 0) {
        return status_ok();
    }
    TRY(pb_new(commands->arena, &agency__v1__record_document__descriptor, &payload));
    ((Agency__V1__RecordDocument *)(void *)payload)->applied_document = owned;
    return compose_add(commands, COMMAND_RECORD_DOCUMENT, payload);
}

struct status compose(struct commands *commands, const struct document *document,
                      const ProtobufCMessage *entity, bool expects)
{
    size_t first = commands->count;
    bool there = entity != NULL && !fields_is_over(entity);
    if (document->entity == NULL) {
        return compose_end(commands, document, entity);
    }
    TRY(there ? compose_change(commands, document, entity) : compose_make(commands, document));
    if (entity != NULL && expects && commands->count > first) {
        commands->items[first]->expected_version = fields_version(entity);
    }
    return status_ok();
}
