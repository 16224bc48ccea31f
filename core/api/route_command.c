/* The paths of commands. All of them are Commands/Submit, of a Command whose payload the path
 * chooses. */
#include <stdio.h>

#include "core/api/route_add.h"
#include "core/api/route_text.h"

#define COMMAND "agency.v1.Command"
#define SUBMIT "agency.v1.Commands/Submit"
#define SUBMIT_INPUT "agency.v1.SubmitRequest"
#define SUBMIT_OUTPUT "agency.v1.SubmitResponse"

enum { COMMAND_NAME_MAX = 192 };

struct command_parts {
    const struct command_type *type;
    const api_field *field;       /* of Command: "create_role" */
    const api_message *payload;   /* CreateRole */
    const api_field *carried;     /* "role", where the payload has the entity */
    const api_message *body;      /* what the body is: Role, or CreateRole */
    char whole[COMMAND_NAME_MAX]; /* the payload: "command.create_role" */
    char base[COMMAND_NAME_MAX];  /* where it goes: "command.create_role.role" */
    unsigned under;               /* the kind in its path */
    bool bodiless;                /* what it says stands in its path and query */
};

static const api_field *command_field(const struct api_schema *schema, unsigned number)
{
    const api_message *command = api_schema_message(schema, COMMAND);
    for (size_t i = 0; command != NULL && i < command->n_field; i++) {
        if (command->field[i]->number == (int32_t)number) {
            return command->field[i];
        }
    }
    return NULL;
}

/* What a query can say: one value or several, no message with fields of its own, nothing that is
 * JSON of any kind. */
static bool command_fits_query(const api_field *field)
{
    return !api_field_is_message(field) || api_field_is(field, ".google.protobuf.Timestamp") ||
           api_field_is(field, ".google.protobuf.FieldMask");
}

/* The entity that the payload carries; NULL where the payload only names it. */
static const api_field *command_carried(const struct command_type *type, const api_message *payload)
{
    const char *entity = registry_entity(type->entity)->descriptor->name;
    for (size_t i = 0; i < payload->n_field; i++) {
        const api_field *field = payload->field[i];
        if (api_field_is_plain(field) && strcmp(field->type_name + 1, entity) == 0) {
            return field;
        }
    }
    return NULL;
}

static bool command_key_begins(unsigned kind, unsigned entity)
{
    const struct entity_type *a = registry_entity(kind), *b = registry_entity(entity);
    bool begins = a->key_parts <= b->key_parts;
    for (size_t i = 0; begins && i < a->key_parts; i++) {
        begins = strcmp(a->descriptor->fields[i].name, b->descriptor->fields[i].name) == 0;
    }
    return begins;
}

/* The kind with the longest name that the command's ends in; 0 for none. */
static unsigned command_named(struct str name)
{
    unsigned found = 0;
    size_t longest = 0;
    for (unsigned kind = 0; kind < ENTITY_KINDS_END; kind++) {
        const struct entity_type *type = registry_entity(kind);
        size_t size = type == NULL ? 0 : strlen(type->name);
        if (size > longest && size <= name.size &&
            str_eq(str_from(name, name.size - size), str_z(type->name))) {
            found = kind;
            longest = size;
        }
    }
    return found;
}

static unsigned command_under(const struct command_type *type)
{
    unsigned named = command_named(str_z(type->name));
    return named != 0 && command_key_begins(named, type->entity) ? named : type->entity;
}

/* The words of the command that say neither what it is about nor the kind that it ends in: "assign"
 * of AssignRole, "setParent" of SetGroupParent. */
static void command_verb(const struct command_type *type, struct buf *out)
{
    struct str name = str_z(type->name), word, part;
    struct buf verb = { 0 };
    unsigned named = command_named(name);
    if (named != 0) {
        name.size -= strlen(registry_entity(named)->name);
    }
    while (route_text_next_word(&name, &word)) {
        struct str entity = str_z(registry_entity(type->entity)->name);
        bool about = false;
        while (route_text_next_word(&entity, &part)) {
            about = about || str_eq(part, word);
        }
        buf_append(&verb, about ? STR("") : word);
    }
    route_text_camel(buf_str(&verb), out);
    buf_release(&verb);
}

/* ---- what its parameters stand for ---- */

static struct status command_bind(struct route_draft *draft, enum rpc_bind_from from,
                                  const char *name, const char *base, const char *field)
{
    struct str path = arena_printf(draft->arena, "%s.%s", base, field);
    return path.data == NULL ? arena_full(draft->arena) : route_bind(draft, from, name, path);
}

/* A part of the key: where the payload has it itself, else where the entity in it has it. */
static struct status command_bind_key(struct route_draft *draft, const struct command_parts *parts,
                                      const char *key)
{
    const api_field *own = api_message_field(parts->payload, key);
    if (own != NULL && !api_field_is_message(own)) {
        return command_bind(draft, RPC_BIND_PARAMETER, key, parts->whole, key);
    }
    if (api_message_field(parts->body, key) == NULL) {
        return status_error(STATUS_DATA_LOSS, "expected '%s' in %s", key, parts->type->name);
    }
    return command_bind(draft, RPC_BIND_PARAMETER, key, parts->base, key);
}

/* The org of a new one stands in its body, and everywhere else in the path. */
static struct status command_bind_org(struct route_draft *draft, const struct command_parts *parts,
                                      bool makes)
{
    bool in_body = parts->type->entity == ENTITY_ORG && makes;
    return route_bind(draft, in_body ? RPC_BIND_BODY : RPC_BIND_PARAMETER, "org_id",
                      STR("command.org_id"));
}

/* The fields of the command around the payload: when it happened, for whom ...; a version of one
 * entity only. */
static struct status command_bind_envelope(struct route_draft *draft, bool versioned)
{
    const api_message *command = api_schema_message(draft->schema, COMMAND);
    for (size_t i = 0; i < command->n_field; i++) {
        const api_field *field = command->field[i];
        if (field->has_oneof_index || !command_fits_query(field) ||
            strcmp(field->name, "org_id") == 0 || strcmp(field->name, "command_id") == 0 ||
            (!versioned && strcmp(field->name, "expected_version") == 0)) {
            continue;
        }
        TRY(command_bind(draft, RPC_BIND_PARAMETER, field->name, "command", field->name));
    }
    TRY(route_bind(draft, RPC_BIND_HEADER, "idempotency-key", STR("command.command_id")));
    return versioned
               ? route_bind(draft, RPC_BIND_HEADER, "if-match", STR("command.expected_version"))
               : status_ok();
}

static bool command_in_key(const struct command_parts *parts, const char *name)
{
    const struct entity_type *type = registry_entity(parts->under);
    for (size_t i = 0; i < type->key_parts; i++) {
        if (strcmp(type->descriptor->fields[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

/* What stands beside the entity is said beside its fields; masks, and all that a command without a
 * body says, in the query. */
static struct status command_bind_rest(struct route_draft *draft, const struct command_parts *parts)
{
    for (size_t i = 0; i < parts->payload->n_field; i++) {
        const api_field *field = parts->payload->field[i];
        bool mask = api_field_is(field, ".google.protobuf.FieldMask");
        bool query = mask || parts->bodiless;
        bool beside = parts->carried != NULL && field != parts->carried;
        if ((!query && !beside) || command_in_key(parts, field->name)) {
            continue;
        }
        if (!query && api_message_field(parts->body, field->name) != NULL) {
            return status_error(STATUS_DATA_LOSS, "expected '%s' of %s in one message", field->name,
                                parts->type->name);
        }
        TRY(command_bind(draft, query ? RPC_BIND_PARAMETER : RPC_BIND_BESIDE, field->name,
                         parts->whole, field->name));
    }
    return status_ok();
}

/* ---- its path ---- */

static bool command_has_mask(const struct command_parts *parts)
{
    for (size_t i = 0; i < parts->payload->n_field; i++) {
        if (api_field_is(parts->payload->field[i], ".google.protobuf.FieldMask")) {
            return true;
        }
    }
    return false;
}

static const char *command_path(struct command_parts *parts, struct buf *path)
{
    const struct event_type *event = registry_event(parts->type->event);
    if (event->presence == PRESENCE_MAKES) {
        parts->under = parts->type->entity;
        route_collection(parts->under, path);
        return "POST";
    }
    route_resource(parts->under, path);
    if (command_has_mask(parts)) {
        return "PATCH";
    }
    parts->bodiless = event->to == LIFE_REMOVED;
    if (parts->bodiless) {
        return "DELETE";
    }
    buf_byte(path, ':');
    command_verb(parts->type, path);
    return "POST";
}

static struct status command_bind_all(struct route_draft *draft, const struct command_parts *parts,
                                      bool makes)
{
    const struct entity_type *under = registry_entity(parts->under);
    TRY(command_bind_org(draft, parts, makes));
    for (size_t i = 0; !makes && i < under->key_parts; i++) {
        TRY(command_bind_key(draft, parts, under->descriptor->fields[i].name));
    }
    TRY(command_bind_rest(draft, parts));
    return command_bind_envelope(draft, true);
}

static struct status command_add(struct route_draft *draft, struct command_parts *parts)
{
    struct buf path = { 0 };
    const char *verb = command_path(parts, &path);
    bool makes = registry_event(parts->type->event)->presence == PRESENCE_MAKES;
    struct str base = arena_copy(draft->arena, str_z(parts->base));
    draft->route = (struct api_route){
        .route = { .method = SUBMIT, .body = parts->bodiless ? NULL : base.data },
        .operation = parts->type->name,
        .tag = registry_entity(parts->under)->plural,
        .comment = api_schema_comment(draft->schema, str_z(parts->type->descriptor->name)),
        .input = SUBMIT_INPUT,
        .output = SUBMIT_OUTPUT,
        .command = true,
    };
    struct status st =
        base.data == NULL ? arena_full(draft->arena) : command_bind_all(draft, parts, makes);
    if (st.code == STATUS_OK) {
        st = route_add(draft, verb, buf_str(&path));
    }
    buf_release(&path);
    return st;
}

/* Several commands as one, under the org. */
static struct status command_add_batch(struct route_draft *draft)
{
    const char *name = agency__v1__batch__descriptor.name;
    draft->route = (struct api_route){
        .route = { .method = SUBMIT, .body = "command.batch" },
        .operation = registry_command_name(COMMAND_BATCH),
        .tag = registry_entity(ENTITY_ORG)->plural,
        .comment = api_schema_comment(draft->schema, str_z(name)),
        .input = SUBMIT_INPUT,
        .output = SUBMIT_OUTPUT,
        .command = true,
    };
    TRY(route_bind(draft, RPC_BIND_PARAMETER, "org_id", STR("command.org_id")));
    TRY(command_bind_envelope(draft, false));
    return route_add(draft, "POST", STR("/v1/orgs/{org_id}:batch"));
}

struct status route_add_commands(struct route_draft *draft)
{
    for (unsigned number = 0; number < REGISTRY_NUMBERS_END; number++) {
        struct command_parts parts = { .type = registry_command(number) };
        if (parts.type == NULL) {
            continue;
        }
        parts.field = command_field(draft->schema, number);
        parts.payload = api_schema_message(draft->schema, parts.type->descriptor->name);
        if (parts.field == NULL || parts.payload == NULL) {
            return status_error(STATUS_DATA_LOSS, "expected a schema with the command %s",
                                parts.type->name);
        }
        parts.carried = command_carried(parts.type, parts.payload);
        parts.body = parts.carried == NULL
                         ? parts.payload
                         : api_schema_message(draft->schema, parts.carried->type_name);
        parts.under = command_under(parts.type);
        snprintf(parts.whole, sizeof parts.whole, "command.%s", parts.field->name);
        snprintf(parts.base, sizeof parts.base, "command.%s%s%s", parts.field->name,
                 parts.carried == NULL ? "" : ".",
                 parts.carried == NULL ? "" : parts.carried->name);
        TRY(command_add(draft, &parts));
    }
    return command_add_batch(draft);
}
