#include "tests/lib/random_command.h"

#include "core/base/limits.h"
#include "core/domain/kernel/fields.h"
#include "core/domain/kernel/life.h"
#include "core/pb/field.h"
#include "core/pb/message.h"
#include "tests/lib/deep_field.h"
#include "tests/lib/random_carried.h"
#include "tests/lib/random_pool.h"
#include "tests/lib/test.h"

/* What a command is made in. */
struct maker {
    struct random_state *random;
    struct arena *arena;
    const struct layer *state;
    int64_t now_us;
};

enum {
    LIVE_MAX = 6,
    GRANTS_FOR_EACH = 3, /* times as many grants, which tie the others to each other */
    DEPTH_MAX = 3,       /* of messages in messages */
};

static const char *const builtin[] = { "*", "import", "act_as", "AssignRole" };

static char *random_text(struct arena *arena, const char *prefix, unsigned number)
{
    struct str text = arena_printf(arena, "%s%u", prefix, number);
    assert_non_null(text.data);
    return (char *)(uintptr_t)text.data;
}

static const uint32_t random_statuses = BIT(LIFE_ACTIVE) | BIT(LIFE_SUSPENDED) | BIT(LIFE_ARCHIVED);

/* Counts the entities of a kind in these statuses, and picks one by its place. */
static size_t random_count(const struct layer *state, enum entity_kind kind, uint32_t statuses,
                           size_t pick, const ProtobufCMessage **picked)
{
    const ProtobufCMessageDescriptor *wanted = registry_entity((unsigned)kind)->descriptor;
    const struct omap_entry *entry = omap_lower_bound(&state->entities, STR(""));
    size_t live = 0;
    for (; entry != NULL; entry = omap_next(entry)) {
        const ProtobufCMessage *entity = layer_entity(entry);
        if (entity->descriptor == wanted && (statuses & BIT(fields_status(entity))) != 0) {
            *picked = live++ == pick ? entity : *picked;
        }
    }
    return live;
}

const ProtobufCMessage *random_entity(struct random_state *random, const struct layer *state,
                                      enum entity_kind kind)
{
    const ProtobufCMessage *picked = NULL;
    uint32_t statuses = random_below(random, 100) < 85 ? random_statuses : UINT32_MAX;
    size_t count = random_count(state, kind, statuses, SIZE_MAX, &picked);
    if (count > 0) {
        random_count(state, kind, statuses, random_below(random, (unsigned)count), &picked);
    }
    return picked;
}

static char *random_builtin(struct maker *maker);

/* An id that an entity of the kind has, had, or will have. */
static char *random_id(struct maker *maker, const struct random_pool *pool)
{
    const ProtobufCMessage *entity = NULL;
    if (random_below(maker->random, 100) < 90) {
        entity = random_entity(maker->random, maker->state, pool->kind);
    }
    if (entity == NULL && pool->kind == ENTITY_PERMISSION) {
        return random_builtin(maker);
    }
    if (entity == NULL) {
        return random_text(maker->arena, pool->prefix,
                           random_below(maker->random, maker->random->made + 1));
    }
    struct str id =
        arena_copy(maker->arena, fields_string(entity, entity->descriptor->fields[0].name));
    return (char *)(uintptr_t)id.data;
}

/* The name of a command, which is a permission; the numbers of commands have gaps. */
static char *random_command_name(struct maker *maker)
{
    const ProtobufCMessageDescriptor *commands = &agency__v1__command__descriptor;
    const ProtobufCFieldDescriptor *member;
    do {
        member = &commands->fields[random_below(maker->random, commands->n_fields)];
    } while (registry_command(member->id) == NULL);
    return (char *)(uintptr_t)pb_field_type(member)->short_name;
}

/* A permission that needs no definition. */
static char *random_builtin(struct maker *maker)
{
    unsigned percent = random_below(maker->random, 100);
    if (percent < 40) {
        return (char *)(uintptr_t) "delegate";
    }
    return percent < 80 ? random_command_name(maker)
                        : (char *)(uintptr_t)builtin[random_below(maker->random, 4)];
}

static char *random_from_pool(struct maker *maker, const struct random_pool *pool)
{
    if (random_below(maker->random, 100) < pool->empty_percent) {
        return (char *)(uintptr_t) "";
    }
    if (pool->kind == 0) {
        return random_text(maker->arena, pool->prefix, random_below(maker->random, 5));
    }
    if (pool->kind == ENTITY_PERMISSION && random_below(maker->random, 100) < 20) {
        return random_builtin(maker);
    }
    return random_id(maker, pool);
}

static char *random_string(struct maker *maker, const ProtobufCMessage *message,
                           const ProtobufCFieldDescriptor *field)
{
    bool of_kind = strcmp(field->name, "id") == 0 || strcmp(field->name, "entity_id") == 0;
    const struct random_pool *pool =
        of_kind ? random_pool_of_kind(message) : random_pool_of(field->name);
    if (pool != NULL) {
        return random_from_pool(maker, pool);
    }
    if (strcmp(field->name, "org_id") == 0) {
        return (char *)(uintptr_t) "acme";
    }
    if (strcmp(field->name, "commands") == 0) {
        return random_command_name(maker);
    }
    if (strcmp(field->name, "identity_hash") == 0) {
        struct str hash = arena_printf(maker->arena, "%064x", random_below(maker->random, 8));
        return (char *)(uintptr_t)hash.data;
    }
    bool hidden = strcmp(field->name, "identity") == 0; /* the intake leaves none */
    return !hidden && random_below(maker->random, 300) == 0 ? random_text(maker->arena, "other", 1)
                                                            : (char *)(uintptr_t) "";
}

static Google__Protobuf__Timestamp *random_time(struct maker *maker)
{
    Google__Protobuf__Timestamp *time;
    if (random_below(maker->random, 100) < 60) {
        return NULL;
    }
    int64_t after_us = (int64_t)random_below(maker->random, 200000000) - 20000000;
    assert_ok(fields_time_new(maker->arena, maker->now_us + after_us, &time));
    return time;
}

/* The message whose fields a mask beside it names: an entity in the same command, else the command
 * itself. */
static const ProtobufCMessageDescriptor *
random_mask_owner(const ProtobufCMessageDescriptor *descriptor)
{
    for (unsigned i = 0; i < descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &descriptor->fields[i];
        if (field->type == PROTOBUF_C_TYPE_MESSAGE && !pb_field_repeated(field) &&
            deep_field_is_ours(pb_field_type(field))) {
            return pb_field_type(field);
        }
    }
    return descriptor;
}

/* One to three of the message's client fields. */
static Google__Protobuf__FieldMask *random_mask(struct maker *maker,
                                                const ProtobufCMessageDescriptor *descriptor)
{
    Google__Protobuf__FieldMask *mask = arena_alloc(maker->arena, sizeof *mask);
    google__protobuf__field_mask__init(mask);
    mask->paths = arena_alloc(maker->arena, 3 * sizeof(char *));
    unsigned wanted = 1 + random_below(maker->random, 3);
    descriptor = random_mask_owner(descriptor);
    while (mask->n_paths < wanted) {
        const ProtobufCFieldDescriptor *field =
            &descriptor->fields[random_below(maker->random, descriptor->n_fields)];
        mask->paths[mask->n_paths++] = (char *)(uintptr_t)field->name;
    }
    return mask;
}

static Google__Protobuf__Value *random_value(struct maker *maker)
{
    Google__Protobuf__Value *value = arena_alloc(maker->arena, sizeof *value);
    google__protobuf__value__init(value);
    value->kind_case = GOOGLE__PROTOBUF__VALUE__KIND_NUMBER_VALUE;
    value->number_value = random_below(maker->random, 4);
    return value;
}

static Google__Protobuf__Struct *random_struct(struct maker *maker)
{
    if (random_below(maker->random, 2) == 0) {
        return NULL;
    }
    Google__Protobuf__Struct *data = arena_alloc(maker->arena, sizeof *data);
    Google__Protobuf__Struct__FieldsEntry *entry = arena_alloc(maker->arena, sizeof *entry);
    google__protobuf__struct__init(data);
    google__protobuf__struct__fields_entry__init(entry);
    entry->key = random_text(maker->arena, "key", random_below(maker->random, 2));
    entry->value = random_value(maker);
    data->n_fields = 1;
    data->fields = arena_alloc(maker->arena, sizeof(void *));
    data->fields[0] = entry;
    return data;
}

/* As an intake leaves it: one of two, none, or seldom one that is too short. */
static Agency__V1__Profile *random_profile(struct maker *maker)
{
    if (random_below(maker->random, 3) == 0) {
        return NULL;
    }
    Agency__V1__Profile *profile = arena_alloc(maker->arena, sizeof *profile);
    agency__v1__profile__init(profile);
    profile->sealed.data = arena_zalloc(maker->arena, SEALED_SIZE_MIN);
    profile->sealed.data[0] = (uint8_t)random_below(maker->random, 2);
    profile->sealed.len = random_below(maker->random, 16) == 0 ? 1 : SEALED_SIZE_MIN;
    return profile;
}

static void random_fill(struct maker *maker, ProtobufCMessage *message, int depth);

static void *random_message(struct maker *maker, const ProtobufCMessageDescriptor *owner,
                            const ProtobufCMessageDescriptor *type, int depth)
{
    if (type == &google__protobuf__timestamp__descriptor) {
        return random_time(maker);
    }
    if (type == &google__protobuf__field_mask__descriptor) {
        return random_mask(maker, owner);
    }
    if (type == &google__protobuf__struct__descriptor) {
        return owner == &agency__v1__schedule__descriptor
                   ? random_carried(maker->random, maker->arena,
                                    random_from_pool(maker, random_pool_of("subject_id")))
                   : random_struct(maker);
    }
    if (type == &google__protobuf__value__descriptor) {
        return random_value(maker);
    }
    if (type == &agency__v1__profile__descriptor) {
        return random_profile(maker);
    }
    if (depth == DEPTH_MAX) {
        return NULL;
    }
    ProtobufCMessage *inner = arena_alloc(maker->arena, type->sizeof_message);
    type->message_init(inner);
    random_fill(maker, inner, depth + 1);
    return inner;
}

/* Under a key that all have, and at times another. */
static void random_hashes(struct maker *maker, Agency__V1__ExternalId *id)
{
    unsigned person = random_below(maker->random, 4);
    id->n_hashes = 1 + random_below(maker->random, 2);
    id->hashes = arena_alloc(maker->arena, 2 * sizeof(void *));
    for (unsigned i = 0; i < id->n_hashes; i++) {
        id->hashes[i] = arena_alloc(maker->arena, sizeof **id->hashes);
        agency__v1__external_id_hash__init(id->hashes[i]);
        id->hashes[i]->key_id = random_text(maker->arena, "k", i);
        struct str hmac = arena_printf(maker->arena, "%064x", 16 * i + person);
        id->hashes[i]->hmac = (char *)(uintptr_t)hmac.data;
    }
}

/* Up to two of few, so that others have them already, or had them; personal ones of systems of
 * their own, as a rule. */
static void random_external_ids(struct maker *maker, ProtobufCMessage *message,
                                const ProtobufCFieldDescriptor *field)
{
    size_t count = random_below(maker->random, 3);
    Agency__V1__ExternalId **items = arena_alloc(maker->arena, 2 * sizeof(void *));
    for (size_t i = 0; i < count; i++) {
        unsigned system = random_below(maker->random, 4);
        items[i] = arena_alloc(maker->arena, sizeof **items);
        agency__v1__external_id__init(items[i]);
        items[i]->system = random_text(maker->arena, "y", system);
        items[i]->personal = (system > 1) != (random_below(maker->random, 10) == 0);
        if (items[i]->personal) {
            random_hashes(maker, items[i]);
        } else {
            items[i]->value = random_text(maker->arena, "v", random_below(maker->random, 4));
        }
    }
    pb_field_set_items(message, field, items, count);
}

/* What a schedule may carry, and at times another one. */
static void random_powers(struct maker *maker, ProtobufCMessage *message,
                          const ProtobufCFieldDescriptor *field)
{
    char **items = arena_alloc(maker->arena, (RANDOM_CARRIED + 1) * sizeof(char *));
    size_t count = 0;
    for (; count < RANDOM_CARRIED; count++) {
        items[count] = (char *)(uintptr_t)random_carried_name(count);
    }
    items[count] = random_command_name(maker);
    count += random_below(maker->random, 4) == 0;
    pb_field_set_items(message, field, items, count);
}

static void random_list(struct maker *maker, ProtobufCMessage *message,
                        const ProtobufCFieldDescriptor *field)
{
    if (message->descriptor == &agency__v1__schedule__descriptor) {
        random_powers(maker, message, field);
        return;
    }
    if (field->descriptor == &agency__v1__external_id__descriptor) {
        random_external_ids(maker, message, field);
        return;
    }
    if (field->type != PROTOBUF_C_TYPE_STRING) {
        return; /* lists of other things stay empty until a command has one that matters */
    }
    size_t count = random_below(maker->random, 3) > 0 ? 0 : 1 + random_below(maker->random, 2);
    char **items = arena_alloc(maker->arena, 2 * sizeof(char *));
    for (size_t i = 0; i < count; i++) {
        items[i] = random_string(maker, message, field);
    }
    if (count > 0 && items[0][0] != '\0') {
        pb_field_set_items(message, field, items, count);
    }
}

static void random_number(struct maker *maker, ProtobufCMessage *message,
                          const ProtobufCFieldDescriptor *field)
{
    uint64_t number = random_below(maker->random, 4);
    if (strcmp(field->name, "every_seconds") == 0) {
        number = number > 0 ? 0 : 60 * random_below(maker->random, 4); /* beside cron */
    }
    if (field->type == PROTOBUF_C_TYPE_ENUM) {
        const ProtobufCEnumDescriptor *names = field->descriptor;
        unsigned place = random_below(maker->random, names->n_values);
        place = place == 0 ? random_below(maker->random, names->n_values) : place; /* seldom none */
        number = (uint64_t)names->values[place].value;
    }
    number = field->type == PROTOBUF_C_TYPE_BOOL ? number % 2 : number;
    pb_field_set(message, field, &number); /* little-endian: smaller types take the low bytes */
}

static void random_field(struct maker *maker, ProtobufCMessage *message,
                         const ProtobufCFieldDescriptor *field, int depth)
{
    if (pb_field_repeated(field)) {
        random_list(maker, message, field);
    } else if (field->type == PROTOBUF_C_TYPE_STRING) {
        char *text = random_string(maker, message, field);
        pb_field_set(message, field, &text);
    } else if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
        void *inner = random_message(maker, message->descriptor, pb_field_type(field), depth);
        pb_field_set(message, field, &inner);
    } else {
        random_number(maker, message, field);
    }
}

/* What the system writes and derives is refused in a command: seldom there, or every command that
 * holds an entity would be refused for that. */
static void random_fill(struct maker *maker, ProtobufCMessage *message, int depth)
{
    bool systems = random_below(maker->random, 25) == 0;
    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        if (field->id < FIELD_VERSION || (systems && random_below(maker->random, 4) == 0)) {
            random_field(maker, message, field, depth);
        }
    }
}

/* How a command's key is chosen: every command that only makes begins with no entity. */
enum key_choice { KEY_NEW, KEY_OF_ENTITY, KEY_EITHER };

static enum key_choice random_key_choice(unsigned command)
{
    uint32_t from = registry_command(command)->from;
    return (from & BIT(LIFE_NONE)) == 0 ? KEY_OF_ENTITY
           : from == BIT(LIFE_NONE)     ? KEY_NEW
                                        : KEY_EITHER;
}

static void random_new_key(struct maker *maker, enum entity_kind kind, ProtobufCMessage *payload)
{
    const ProtobufCMessage *ignored = NULL;
    unsigned live_max = maker->random->live_max > 0 ? maker->random->live_max : LIVE_MAX;
    live_max *= kind == ENTITY_GRANT ? GRANTS_FOR_EACH : 1;
    bool room = random_count(maker->state, kind, random_statuses, SIZE_MAX, &ignored) < live_max;
    const char *key = registry_entity((unsigned)kind)->descriptor->fields[0].name;
    const struct random_pool *pool = random_pool_of(key);
    if (room && pool != NULL && random_below(maker->random, 100) < 90) {
        char *id = random_text(maker->arena, pool->prefix, maker->random->made++);
        deep_field_set(payload, key, &id);
    }
}

static void random_key_of_entity(struct maker *maker, enum entity_kind kind,
                                 ProtobufCMessage *payload)
{
    ProtobufCMessage *copy;
    const ProtobufCMessage *entity = random_entity(maker->random, maker->state, kind);
    if (entity == NULL) {
        return;
    }
    assert_ok(pb_copy(maker->arena, entity, &copy));
    for (size_t part = 0; part < registry_entity((unsigned)kind)->key_parts; part++) {
        const ProtobufCFieldDescriptor *field = &copy->descriptor->fields[part];
        deep_field_set(payload, field->name, pb_field_at(copy, field));
    }
}

/* An update mostly leaves out what no mask can change. */
static void random_leave_fixed(struct maker *maker, const ProtobufCMessage *payload)
{
    ProtobufCMessage *entity = (ProtobufCMessage *)(uintptr_t)registry_subject_of(payload);
    if (fields_mask_field(payload->descriptor) == NULL || random_below(maker->random, 4) == 0) {
        return;
    }
    for (unsigned i = 0; i < entity->descriptor->n_fields; i++) {
        if (entity->descriptor->fields[i].id < FIELD_CLIENT_MIN) {
            pb_field_clear(entity, &entity->descriptor->fields[i]);
        }
    }
}

static void random_key(struct maker *maker, unsigned command, ProtobufCMessage *payload)
{
    enum entity_kind kind = registry_command(command)->entity;
    enum key_choice choice = random_key_choice(command);
    random_leave_fixed(maker, payload);
    if (choice == KEY_NEW) {
        random_new_key(maker, kind, payload);
    } else if (random_below(maker->random, 100) < (choice == KEY_EITHER ? 30U : 90U)) {
        random_key_of_entity(maker, kind, payload);
    }
}

static const ProtobufCFieldDescriptor *random_member(struct random_state *random)
{
    const ProtobufCMessageDescriptor *descriptor = &agency__v1__command__descriptor;
    for (;;) {
        const ProtobufCFieldDescriptor *member =
            &descriptor->fields[random_below(random, descriptor->n_fields)];
        if (registry_command(member->id) != NULL &&
            random_below(random, 100) < random_weight(pb_field_type(member)->short_name)) {
            return member;
        }
    }
}

static Agency__V1__Command *random_make(struct maker *maker, const ProtobufCFieldDescriptor *member)
{
    struct arena *arena = maker->arena;
    Agency__V1__Command *command = arena_alloc(arena, sizeof *command);
    ProtobufCMessage *payload = arena_alloc(arena, pb_field_type(member)->sizeof_message);
    agency__v1__command__init(command);
    command->org_id = (char *)(uintptr_t) "acme";
    command->command_id = random_text(arena, "c", (unsigned)random_next(maker->random));
    pb_field_type(member)->message_init(payload);
    random_fill(maker, payload, 0);
    random_key(maker, member->id, payload);
    pb_field_set(&command->base, member, &payload);
    return command;
}

Agency__V1__Command *random_command(struct random_state *random, struct arena *arena,
                                    const struct layer *state, int64_t now_us)
{
    struct maker maker = { random, arena, state, now_us };
    return random_make(&maker, random_member(random));
}

Agency__V1__Command *random_command_named(struct random_state *random, struct arena *arena,
                                          const struct layer *state, int64_t now_us,
                                          const char *name)
{
    struct maker maker = { random, arena, state, now_us };
    const ProtobufCMessageDescriptor *commands = &agency__v1__command__descriptor;
    for (unsigned i = 0; i < commands->n_fields; i++) {
        const ProtobufCFieldDescriptor *member = &commands->fields[i];
        if (pb_field_in_oneof(member) && strcmp(pb_field_type(member)->short_name, name) == 0) {
            return random_make(&maker, member);
        }
    }
    fail_msg("expected a command '%s'", name);
    return NULL;
}
