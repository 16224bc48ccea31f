/* Every command of the schema with one thing wrong in it, at every depth: no field is out of reach
 * of the rules about what a client may give. */
#include "core/domain/kernel/given.h"

#include "core/base/limits.h"
#include "core/domain/kernel/fields.h"
#include "core/domain/kernel/limit.h"
#include "core/pb/field.h"
#include "core/pb/message.h"
#include "google/protobuf/struct.pb-c.h"
#include "tests/lib/deep_field.h"
#include "tests/lib/org_world.h"
#include "tests/lib/test.h"

struct trial {
    struct org_world world;
    Agency__V1__Command command;
    const ProtobufCMessage *update; /* the entity that an update carries */
    size_t tried;
};

/* ---- a command that has each message of ours that is the client's to give ---- */

/* What is sealed has to be there. */
static void trial_seal(struct trial *trial, ProtobufCMessage *message,
                       const ProtobufCFieldDescriptor *field, size_t size)
{
    ProtobufCBinaryData sealed = { size, arena_zalloc(&trial->world.arena, size) };
    pb_field_set(message, field, &sealed);
}

static void trial_fill(struct trial *trial, ProtobufCMessage *message)
{
    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        ProtobufCMessage *inner;
        if (field->type == PROTOBUF_C_TYPE_BYTES) {
            trial_seal(trial, message, field, SEALED_SIZE_MIN);
        }
        if (field->id < FIELD_VERSION && field->type == PROTOBUF_C_TYPE_MESSAGE &&
            !pb_field_repeated(field) && deep_field_is_ours(pb_field_type(field))) {
            assert_ok(pb_new(&trial->world.arena, pb_field_type(field), &inner));
            trial_fill(trial, inner);
            pb_field_set(message, field, &inner);
        }
    }
}

static ProtobufCMessage *trial_command(struct trial *trial, const ProtobufCFieldDescriptor *member)
{
    ProtobufCMessage *payload;
    assert_ok(pb_new(&trial->world.arena, pb_field_type(member), &payload));
    trial_fill(trial, payload);
    agency__v1__command__init(&trial->command);
    pb_field_set(&trial->command.base, member, &payload);
    trial->update =
        fields_mask_field(payload->descriptor) == NULL ? NULL : registry_subject_of(payload);
    return payload;
}

/* ---- one thing wrong ---- */

static void trial_refused(struct trial *trial, const ProtobufCFieldDescriptor *field)
{
    struct decide d = { .arena = &trial->world.arena,
                        .view = org_world_view(&trial->world),
                        .command = &trial->command };
    assert_ok(given_check(&d));
    const char *name = registry_command((unsigned)trial->command.payload_case)->name;
    if (d.rejection == NULL) {
        fail_msg("%s: expected a refusal for field '%s'", name, field->name);
        return;
    }
    assert_int_equal(d.rejection->code, STATUS_INVALID_ARGUMENT);
    if (strstr(d.rejection->reason, field->name) == NULL) {
        fail_msg("%s: expected '%s' in: %s", name, field->name, d.rejection->reason);
    }
    trial->tried++;
}

/* A text of one byte more than the limit. */
static char *trial_text(struct trial *trial, size_t size_max)
{
    char *text = arena_alloc(&trial->world.arena, size_max + 2);
    assert_non_null(text);
    memset(text, 'x', size_max + 1);
    text[size_max + 1] = '\0';
    return text;
}

static void *trial_data(struct trial *trial, const ProtobufCFieldDescriptor *field)
{
    Google__Protobuf__Value *value = arena_alloc(&trial->world.arena, sizeof *value);
    google__protobuf__value__init(value);
    value->kind_case = GOOGLE__PROTOBUF__VALUE__KIND_STRING_VALUE;
    value->string_value = trial_text(trial, DATA_SIZE_MAX);
    if (field->descriptor == &google__protobuf__value__descriptor) {
        return value;
    }
    Google__Protobuf__Struct *data = arena_alloc(&trial->world.arena, sizeof *data);
    Google__Protobuf__Struct__FieldsEntry *entry = arena_alloc(&trial->world.arena, sizeof *entry);
    google__protobuf__struct__init(data);
    google__protobuf__struct__fields_entry__init(entry);
    entry->value = value;
    data->n_fields = 1;
    data->fields = arena_alloc(&trial->world.arena, sizeof(void *));
    data->fields[0] = entry;
    return data;
}

/* A value above the field's limit; false where it has none. */
static bool trial_too_much(struct trial *trial, const ProtobufCFieldDescriptor *field, void *value)
{
    void *made = NULL;
    if (field->type == PROTOBUF_C_TYPE_STRING) {
        made = trial_text(trial, limit_size_max(field));
    } else if (field->descriptor == &google__protobuf__timestamp__descriptor) {
        Google__Protobuf__Timestamp *time;
        assert_ok(fields_time_new(&trial->world.arena, 0, &time));
        time->nanos = 1;
        made = time;
    } else if (field->type == PROTOBUF_C_TYPE_MESSAGE && limit_size_max(field) > 0) {
        made = trial_data(trial, field);
    }
    const int unnamed = 9999;
    memcpy(value, field->type == PROTOBUF_C_TYPE_ENUM ? (const void *)&unnamed : &made,
           field->type == PROTOBUF_C_TYPE_ENUM ? sizeof unnamed : sizeof made);
    return made != NULL || field->type == PROTOBUF_C_TYPE_ENUM;
}

static void trial_limit(struct trial *trial, ProtobufCMessage *message,
                        const ProtobufCFieldDescriptor *field)
{
    uint64_t value[2] = { 0 };
    if (field->type == PROTOBUF_C_TYPE_BYTES) {
        trial_seal(trial, message, field, SEALED_SIZE_MAX + 1);
        trial_refused(trial, field);
        trial_seal(trial, message, field, SEALED_SIZE_MIN);
        return;
    }
    if (pb_field_repeated(field)) {
        void *items =
            arena_zalloc(&trial->world.arena, (LIST_ITEMS_MAX + 1) * pb_field_size(field));
        pb_field_set_items(message, field, items, LIST_ITEMS_MAX + 1);
    } else if (trial_too_much(trial, field, value)) {
        pb_field_set(message, field, value);
    } else {
        return;
    }
    trial_refused(trial, field);
    pb_field_clear(message, field);
}

/* What a client would say of it, were it his. */
static void trial_system(struct trial *trial, ProtobufCMessage *message,
                         const ProtobufCFieldDescriptor *field)
{
    static char *texts[] = { "x" };
    const uint64_t number = 1;
    ProtobufCMessage *empty;
    if (pb_field_repeated(field)) {
        assert_int_equal(field->type, PROTOBUF_C_TYPE_STRING);
        pb_field_set_items(message, field, texts, 1);
    } else if (field->type == PROTOBUF_C_TYPE_STRING) {
        pb_field_set(message, field, &texts[0]);
    } else if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
        assert_ok(pb_new(&trial->world.arena, pb_field_type(field), &empty));
        pb_field_set(message, field, &empty);
    } else {
        pb_field_set(message, field, &number);
    }
    trial_refused(trial, field);
    pb_field_clear(message, field);
}

/* ---- every field of every message ---- */

static void trial_each(struct trial *trial, ProtobufCMessage *message,
                       void (*one)(struct trial *trial, ProtobufCMessage *message,
                                   const ProtobufCFieldDescriptor *field),
                       unsigned from)
{
    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        bool inner = field->id < FIELD_VERSION && field->type == PROTOBUF_C_TYPE_MESSAGE &&
                     !pb_field_repeated(field) && deep_field_is_ours(pb_field_type(field));
        if (inner) {
            trial_each(trial, pb_field_message(pb_field_at(message, field)), one, from);
        } else if (field->id >= from &&
                   field->descriptor != &google__protobuf__field_mask__descriptor) {
            one(trial, message, field);
        }
    }
}

static size_t trial_all(void (*one)(struct trial *trial, ProtobufCMessage *message,
                                    const ProtobufCFieldDescriptor *field),
                        unsigned from, bool updates)
{
    static struct trial trial;
    trial = (struct trial){ 0 };
    org_world_init_owned(&trial.world);
    for (unsigned i = 0; i < agency__v1__command__descriptor.n_fields; i++) {
        const ProtobufCFieldDescriptor *member = &agency__v1__command__descriptor.fields[i];
        if (pb_field_in_oneof(member) && member->id != COMMAND_BATCH) {
            ProtobufCMessage *payload = trial_command(&trial, member);
            if (updates || trial.update == NULL) {
                trial_each(&trial, payload, one, from);
            }
        }
    }
    org_world_release(&trial.world);
    return trial.tried;
}

TEST(given, nothing_is_too_long_too_many_or_malformed_at_any_depth)
{
    assert_in_range(trial_all(trial_limit, 1, true), 300, 5000);
}

/* In an update it must be as it is: tests/golden/decide/access/role.txt. */
TEST(given, nothing_of_the_systems_is_in_a_command_at_any_depth)
{
    assert_in_range(trial_all(trial_system, FIELD_VERSION, false), 50, 5000);
}

TEST(given, an_entity_that_is_to_be_carried_is_there)
{
    for (unsigned i = 0; i < agency__v1__command__descriptor.n_fields; i++) {
        const ProtobufCFieldDescriptor *member = &agency__v1__command__descriptor.fields[i];
        ProtobufCMessage *payload;
        struct arena arena;
        if (!pb_field_in_oneof(member)) {
            continue;
        }
        arena_init(&arena, 1 << 16);
        assert_ok(pb_new(&arena, pb_field_type(member), &payload));
        bool carries = registry_carried(pb_field_type(member)) != NULL;
        assert_int_equal(given_check_whole(payload).code,
                         carries ? STATUS_INVALID_ARGUMENT : STATUS_OK);
        arena_release(&arena);
    }
}
