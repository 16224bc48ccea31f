#include "tests/lib/random_command.h"

#include "core/domain/fields.h"
#include "core/pb/field.h"
#include "tests/lib/test.h"

/* SplitMix64 (public domain, Sebastiano Vigna). */
uint64_t random_next(struct random_state *random)
{
    uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

unsigned random_below(struct random_state *random, unsigned below)
{
    return (unsigned)(random_next(random) % below);
}

/* Commands after which every pool of ids gets one new id and drops one. */
enum { POOL_PACE = 300 };

struct pool {
    const char *field;
    const char *prefix;
    unsigned count;
    unsigned empty_percent; /* of references; keys are never empty */
};

static const struct pool pools[] = {
    { "subject_id", "s", 4, 0 },
    { "owner_subject_id", "s", 4, 0 },
    { "parent_subject_ids", "s", 4, 0 },
    { "holder_subject_ids", "s", 4, 0 },
    { "group_id", "g", 6, 0 },
    { "parent_group_id", "g", 6, 50 },
    { "included_group_id", "g", 6, 0 },
    { "group_ids", "g", 6, 0 },
    { "asset_id", "a", 5, 0 },
    { "parent_asset_id", "a", 5, 50 },
    { "job_space_id", "j", 3, 70 },
    { "permission", "p", 6, 0 },
    { "permissions", "p", 6, 0 },
    { "implied_by", "p", 6, 0 },
    { "role_type", "t", 4, 0 },
    { "role_types", "t", 4, 0 },
    { "role_id", "r", 4, 0 },
    { "grant_id", "x", 6, 0 },
    { "credential_id", "c", 8, 0 },
    { "child_org_id", "o", 3, 0 },
    { "parent_org_id", "o", 3, 30 },
    { "name", "Name ", 9, 50 },
    { "key", "k", 2, 0 },
    { "type", "y", 2, 30 },
    { "description", "text ", 3, 20 },
    { "identity_hash", "", 0, 0 },
};

/* What `kind` beside an id says about it. */
static const struct {
    const char *kind; /* the end of the enum's name */
    const char *field;
} kinds[] = { { "_SUBJECT", "subject_id" },
              { "_ROLE", "role_id" },
              { "_GROUP", "group_id" },
              { "_ASSET", "asset_id" },
              { "_ASSET_TYPE", "type" } };

static const char *const builtin[] = { "*", "delegate", "import", "act_as", "AssignRole" };

/* Commands that end things are rarer, or little would be there; those that make them, or seldom
 * meet what they are about, are more frequent. */
static const char *const ending[] = { "Remove", "Delete", "Retire", "Close", "ArchiveOrg", NULL };
static const char *const frequent[] = { "Create", "Register", "Define",  "Grant",  "Assign",
                                        "Revoke", "Unset",    "Exclude", "Change", NULL };

static char *random_text(struct arena *arena, const char *prefix, unsigned number)
{
    struct str text = arena_printf(arena, "%s%u", prefix, number);
    assert_non_null(text.data);
    return (char *)(uintptr_t)text.data;
}

char *random_id(struct random_state *random, struct arena *arena, const char *prefix,
                unsigned count)
{
    return random_text(arena, prefix, random->calls / POOL_PACE + random_below(random, count));
}

static char *random_from_pool(struct random_state *random, struct arena *arena,
                              const struct pool *pool, bool key)
{
    if (strcmp(pool->field, "identity_hash") == 0) {
        struct str hash = arena_printf(arena, "%064x", random_below(random, 8));
        return (char *)(uintptr_t)hash.data;
    }
    if (pool->prefix[0] == 'p' && random_below(random, 100) < 15) {
        return (char *)(uintptr_t)builtin[random_below(random, 5)];
    }
    if (!key && random_below(random, 100) < pool->empty_percent) {
        return (char *)(uintptr_t) "";
    }
    return random_id(random, arena, pool->prefix, pool->count);
}

static const struct pool *random_pool(const char *field)
{
    for (size_t i = 0; i < sizeof pools / sizeof pools[0]; i++) {
        if (strcmp(pools[i].field, field) == 0) {
            return &pools[i];
        }
    }
    return NULL;
}

/* The pool that a message's field `kind` asks for; NULL if it has none, or for the org. */
static const struct pool *random_pool_of_kind(const ProtobufCMessage *message)
{
    const ProtobufCFieldDescriptor *field = pb_field_find(message->descriptor, STR("kind"));
    const ProtobufCEnumValue *value =
        field == NULL ? NULL
                      : protobuf_c_enum_descriptor_get_value(field->descriptor,
                                                             *(int *)pb_field_at(message, field));
    for (size_t i = 0; value != NULL && i < sizeof kinds / sizeof kinds[0]; i++) {
        size_t size = strlen(value->name), end = strlen(kinds[i].kind);
        if (size > end && strcmp(value->name + size - end, kinds[i].kind) == 0) {
            return random_pool(kinds[i].field);
        }
    }
    return NULL;
}

static char *random_string(struct random_state *random, struct arena *arena,
                           const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    bool of_kind = strcmp(field->name, "id") == 0 || strcmp(field->name, "entity_id") == 0;
    const struct pool *pool = of_kind ? random_pool_of_kind(message) : random_pool(field->name);
    if (pool != NULL) {
        return random_from_pool(random, arena, pool, field->id == 1 || of_kind);
    }
    if (strcmp(field->name, "org_id") == 0) {
        return (char *)(uintptr_t) "acme";
    }
    return random_below(random, 300) == 0 ? random_text(arena, "other", 1) : (char *)(uintptr_t) "";
}

static Google__Protobuf__Timestamp *random_time(struct random_state *random, struct arena *arena,
                                                int64_t now_us)
{
    Google__Protobuf__Timestamp *time;
    if (random_below(random, 100) < 60) {
        return NULL;
    }
    int64_t after_us = (int64_t)random_below(random, 200000000) - 20000000;
    assert_ok(fields_time_new(arena, now_us + after_us, &time));
    return time;
}

/* One to three of the message's client fields. */
static Google__Protobuf__FieldMask *random_mask(struct random_state *random, struct arena *arena,
                                                const ProtobufCMessageDescriptor *descriptor)
{
    Google__Protobuf__FieldMask *mask = arena_alloc(arena, sizeof *mask);
    google__protobuf__field_mask__init(mask);
    mask->paths = arena_alloc(arena, 3 * sizeof(char *));
    unsigned wanted = 1 + random_below(random, 3);
    while (mask->n_paths < wanted) {
        const ProtobufCFieldDescriptor *field =
            &descriptor->fields[random_below(random, descriptor->n_fields)];
        mask->paths[mask->n_paths++] = (char *)(uintptr_t)field->name;
    }
    return mask;
}

static Google__Protobuf__Value *random_value(struct random_state *random, struct arena *arena)
{
    Google__Protobuf__Value *value = arena_alloc(arena, sizeof *value);
    google__protobuf__value__init(value);
    value->kind_case = GOOGLE__PROTOBUF__VALUE__KIND_NUMBER_VALUE;
    value->number_value = random_below(random, 4);
    return value;
}

static Google__Protobuf__Struct *random_struct(struct random_state *random, struct arena *arena)
{
    if (random_below(random, 2) == 0) {
        return NULL;
    }
    Google__Protobuf__Struct *data = arena_alloc(arena, sizeof *data);
    Google__Protobuf__Struct__FieldsEntry *entry = arena_alloc(arena, sizeof *entry);
    google__protobuf__struct__init(data);
    google__protobuf__struct__fields_entry__init(entry);
    entry->key = random_text(arena, "key", random_below(random, 2));
    entry->value = random_value(random, arena);
    data->n_fields = 1;
    data->fields = arena_alloc(arena, sizeof(void *));
    data->fields[0] = entry;
    return data;
}

static void random_fill(struct random_state *random, struct arena *arena, int64_t now_us,
                        ProtobufCMessage *message, bool nested);

static void *random_message(struct random_state *random, struct arena *arena, int64_t now_us,
                            const ProtobufCMessageDescriptor *owner,
                            const ProtobufCMessageDescriptor *type, bool nested)
{
    if (type == &google__protobuf__timestamp__descriptor) {
        return random_time(random, arena, now_us);
    }
    if (type == &google__protobuf__field_mask__descriptor) {
        return random_mask(random, arena, owner);
    }
    if (type == &google__protobuf__struct__descriptor) {
        return random_struct(random, arena);
    }
    if (type == &google__protobuf__value__descriptor) {
        return random_value(random, arena);
    }
    assert_false(nested); /* messages in commands hold no others of ours */
    ProtobufCMessage *inner = arena_alloc(arena, type->sizeof_message);
    type->message_init(inner);
    random_fill(random, arena, now_us, inner, true);
    return inner;
}

static void random_list(struct random_state *random, struct arena *arena, ProtobufCMessage *message,
                        const ProtobufCFieldDescriptor *field)
{
    assert_int_equal(field->type, PROTOBUF_C_TYPE_STRING);
    size_t count = random_below(random, 3);
    char **items = arena_alloc(arena, 2 * sizeof(char *));
    for (size_t i = 0; i < count; i++) {
        items[i] = random_string(random, arena, message, field);
    }
    if (count > 0 && items[0][0] != '\0') {
        pb_field_set_items(message, field, items, count);
    }
}

static void random_number(struct random_state *random, ProtobufCMessage *message,
                          const ProtobufCFieldDescriptor *field)
{
    uint64_t number = random_below(random, 4);
    if (field->type == PROTOBUF_C_TYPE_ENUM) {
        const ProtobufCEnumDescriptor *names = field->descriptor;
        number = (uint64_t)names->values[random_below(random, names->n_values)].value;
    }
    number = field->type == PROTOBUF_C_TYPE_BOOL ? number % 2 : number;
    pb_field_set(message, field, &number); /* little-endian: smaller types take the low bytes */
}

static void random_field(struct random_state *random, struct arena *arena, int64_t now_us,
                         ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
                         bool nested)
{
    if (pb_field_repeated(field)) {
        random_list(random, arena, message, field);
    } else if (field->type == PROTOBUF_C_TYPE_STRING) {
        char *text = random_string(random, arena, message, field);
        pb_field_set(message, field, &text);
    } else if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
        void *inner = random_message(random, arena, now_us, message->descriptor,
                                     pb_field_type(field), nested);
        pb_field_set(message, field, &inner);
    } else {
        random_number(random, message, field);
    }
}

static void random_fill(struct random_state *random, struct arena *arena, int64_t now_us,
                        ProtobufCMessage *message, bool nested)
{
    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        random_field(random, arena, now_us, message, &message->descriptor->fields[i], nested);
    }
}

static bool random_begins(const char *name, const char *const *words)
{
    while (*words != NULL && strncmp(name, *words, strlen(*words)) != 0) {
        words++;
    }
    return *words != NULL;
}

/* Of a hundred times that the command is drawn, how often it is taken. */
static unsigned random_weight(const ProtobufCFieldDescriptor *member)
{
    if (!pb_field_in_oneof(member)) {
        return 0;
    }
    const char *name = pb_field_type(member)->short_name;
    if (random_begins(name, ending)) {
        return 8;
    }
    return random_begins(name, frequent) ? 100 : 40;
}

static const ProtobufCFieldDescriptor *random_member(struct random_state *random)
{
    const ProtobufCMessageDescriptor *descriptor = &agency__v1__command__descriptor;
    const ProtobufCFieldDescriptor *member;
    do {
        member = &descriptor->fields[random_below(random, descriptor->n_fields)];
    } while (random_below(random, 100) >= random_weight(member));
    return member;
}

Agency__V1__Command *random_command(struct random_state *random, struct arena *arena,
                                    int64_t now_us)
{
    const ProtobufCFieldDescriptor *member = random_member(random);
    Agency__V1__Command *command = arena_alloc(arena, sizeof *command);
    agency__v1__command__init(command);
    random->calls++;
    command->org_id = (char *)(uintptr_t) "acme";
    command->command_id = random_text(arena, "c", (unsigned)random_next(random));
    ProtobufCMessage *payload = arena_alloc(arena, pb_field_type(member)->sizeof_message);
    pb_field_type(member)->message_init(payload);
    random_fill(random, arena, now_us, payload, false);
    pb_field_set(&command->base, member, &payload);
    return command;
}
