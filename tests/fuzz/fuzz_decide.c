/* Arbitrary commands, made by the descriptors from the input's bytes, so that ids meet again:
 * decide never fails inside, and what it accepts a second fold applies to the same entities. */
#include "core/domain/decide.h"
#include "core/domain/kernel/fields.h"
#include "core/model/before.h"
#include "core/pb/field.h"
#include "core/pb/json.h"
#include "core/pb/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FUZZ_MEMORY = 64 << 20, FUZZ_COMMANDS_MAX = 200, FUZZ_ITEMS_MAX = 2, FUZZ_DEPTH_MAX = 3 };
enum { FUZZ_BATCH_MAX = 6 };
enum { FUZZ_CLIENT_MIN = 16 }; /* of field numbers: smaller ones are keys and relations */
static const int64_t FUZZ_START_US = INT64_C(1767225600000000);

#define FUZZ_HASH "00000000000000000000000000000000000000000000000000000000000000"

/* ---- commands from bytes ---- */

struct input {
    struct arena arena;
    const uint8_t *data;
    size_t size;
};

/* Zero after the end. */
static unsigned input_byte(struct input *input)
{
    if (input->size == 0) {
        return 0;
    }
    input->size--;
    return *input->data++;
}

/* Few ids, the same for all kinds, so that they meet; now and then what is none. */
static char *input_id(struct input *input)
{
    static const char *const ids[] = { "a", "b", "c", "a", "b", "owner", "root", "" };
    static const char *const odd[] = { "*", "name:a", "a~b", "a b", "acme", "read", "d", "e" };
    unsigned byte = input_byte(input);
    return (char *)(uintptr_t)(byte < 240 ? ids[byte % 8] : odd[byte % 8]);
}

static char *input_text(struct input *input, const ProtobufCFieldDescriptor *field)
{
    if (strcmp(field->name, "identity_hash") == 0) {
        return input_byte(input) % 2 == 0 ? FUZZ_HASH "01" : FUZZ_HASH "02";
    }
    if (strcmp(field->name, "org_id") == 0) {
        return "acme";
    }
    if (field->id < FUZZ_CLIENT_MIN || strcmp(field->name, "permissions") == 0) {
        return input_id(input);
    }
    return input_byte(input) % 4 == 0 ? "text" : "";
}

static ProtobufCMessage *
input_message(struct input *input, const ProtobufCMessageDescriptor *descriptor, unsigned depth);

static uint64_t input_number(struct input *input, const ProtobufCFieldDescriptor *field)
{
    unsigned byte = input_byte(input);
    if (strcmp(field->name, "seconds") == 0) {
        return (uint64_t)(FUZZ_START_US / 1000000) + byte;
    }
    if (field->type == PROTOBUF_C_TYPE_ENUM) {
        return byte % ((const ProtobufCEnumDescriptor *)field->descriptor)->n_values;
    }
    return field->type == PROTOBUF_C_TYPE_BOOL ? byte % 2 : 0;
}

/* What is sealed, mostly as long as that is. */
static ProtobufCBinaryData input_bytes(struct input *input)
{
    unsigned byte = input_byte(input);
    size_t size = byte % 8 == 0 ? byte : SEALED_SIZE_MIN;
    uint8_t *bytes = arena_zalloc(&input->arena, size + 1);
    assert(bytes != NULL);
    bytes[0] = (uint8_t)(byte % 3);
    return (ProtobufCBinaryData){ size, bytes };
}

/* Writes one C value of the field's type. */
static void input_value(struct input *input, const ProtobufCFieldDescriptor *field, void *value,
                        unsigned depth)
{
    if (field->type == PROTOBUF_C_TYPE_STRING) {
        char *text = input_text(input, field);
        memcpy(value, &text, sizeof text);
    } else if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
        ProtobufCMessage *inner = input_message(input, pb_field_type(field), depth + 1);
        memcpy(value, &inner, sizeof inner);
    } else if (field->type == PROTOBUF_C_TYPE_BYTES) {
        ProtobufCBinaryData bytes = input_bytes(input);
        memcpy(value, &bytes, sizeof bytes);
    } else {
        uint64_t number = input_number(input, field); /* little-endian: narrower ones fit */
        memcpy(value, &number, pb_field_size(field));
    }
}

static void input_field(struct input *input, ProtobufCMessage *message,
                        const ProtobufCFieldDescriptor *field, unsigned depth)
{
    uint64_t value[2] = { 0 }; /* room for any C value */
    if (!pb_field_repeated(field)) {
        input_value(input, field, value, depth);
        pb_field_set(message, field, value);
        return;
    }
    size_t count = input_byte(input) % (FUZZ_ITEMS_MAX + 1), item = pb_field_size(field);
    char *items = arena_zalloc(&input->arena, FUZZ_ITEMS_MAX * item);
    assert(items != NULL);
    for (size_t i = 0; i < count; i++) {
        input_value(input, field, items + i * item, depth);
    }
    pb_field_set_items(message, field, items, count);
}

static ProtobufCMessage *input_message(struct input *input,
                                       const ProtobufCMessageDescriptor *descriptor, unsigned depth)
{
    ProtobufCMessage *message;
    struct status st = pb_new(&input->arena, descriptor, &message);
    assert(st.code == STATUS_OK);
    for (unsigned i = 0; i < descriptor->n_fields && depth < FUZZ_DEPTH_MAX; i++) {
        const ProtobufCFieldDescriptor *field = &descriptor->fields[i];
        bool own = field->id < FUZZ_CLIENT_MIN && strcmp(field->name, "condition") != 0 &&
                   field->descriptor != &google__protobuf__timestamp__descriptor;
        bool clear = (descriptor == &agency__v1__profile__descriptor &&
                      field->type != PROTOBUF_C_TYPE_BYTES) ||
                     (descriptor == &agency__v1__external_id__descriptor &&
                      strcmp(field->name, "personal") == 0);
        bool systems = clear || field->id >= FIELD_VERSION; /* refused, wherever it stands */
        own = own && !clear;
        if (own || input_byte(input) % (systems ? 128 : 8) == 1) {
            input_field(input, message, field, depth);
        }
    }
    return message;
}

/* A mask with paths of the entity in place of arbitrary text. */
static void input_fix_mask(struct input *input, ProtobufCMessage *payload)
{
    const ProtobufCFieldDescriptor *field = pb_field_find(payload->descriptor, STR("update_mask"));
    if (field == NULL) {
        return;
    }
    Google__Protobuf__FieldMask *mask;
    struct status st = pb_new(&input->arena, &google__protobuf__field_mask__descriptor, &mask);
    assert(st.code == STATUS_OK);
    mask->n_paths = 1 + input_byte(input) % 2;
    mask->paths = arena_alloc(&input->arena, 2 * sizeof(char *));
    assert(mask->paths != NULL);
    for (size_t i = 0; i < mask->n_paths; i++) {
        const ProtobufCMessageDescriptor *entity =
            registry_carried(payload->descriptor)->descriptor;
        unsigned at = input_byte(input) % entity->n_fields;
        mask->paths[i] = (char *)(uintptr_t)entity->fields[at].name;
    }
    pb_field_set(payload, field, &mask);
}

static void input_batch(struct input *input, Agency__V1__Command *command);

/* The members of Command.payload are its last fields; their first is CreateOrg. */
static void input_command(struct input *input, Agency__V1__Command *command)
{
    const ProtobufCMessageDescriptor *descriptor = command->base.descriptor;
    unsigned first = 0;
    while (!pb_field_in_oneof(&descriptor->fields[first])) {
        first++;
    }
    unsigned members = descriptor->n_fields - first;
    const ProtobufCFieldDescriptor *member =
        &descriptor->fields[first + input_byte(input) % members];
    if (member->id == COMMAND_ERASE_ORG && input_byte(input) % 8 > 0) {
        member--; /* it would stop all that follows, */
    }
    if (member->id == COMMAND_ARCHIVE_ORG && input_byte(input) % 8 > 0) {
        member++; /* and this most of it */
    }
    if (member->id == COMMAND_BATCH && input_byte(input) % 4 > 0) {
        input_batch(input, command);
        return;
    }
    ProtobufCMessage *payload = input_message(input, pb_field_type(member), 0);
    input_fix_mask(input, payload);
    pb_field_set(&command->base, member, &payload);
}

/* Some commands that may stand in a batch, but for now and then what must not. */
static void input_batch(struct input *input, Agency__V1__Command *command)
{
    Agency__V1__Batch *batch;
    struct status st = pb_new(&input->arena, &agency__v1__batch__descriptor, &batch);
    assert(st.code == STATUS_OK);
    size_t count = 1 + input_byte(input) % FUZZ_BATCH_MAX;
    batch->commands = arena_alloc(&input->arena, count * sizeof *batch->commands);
    for (size_t i = 0; i < count && input->size > 0; i++) {
        st = pb_new(&input->arena, &agency__v1__command__descriptor, &batch->commands[i]);
        assert(st.code == STATUS_OK);
        input_command(input, batch->commands[i]);
        batch->n_commands++;
    }
    command->payload_case = AGENCY__V1__COMMAND__PAYLOAD_BATCH;
    command->batch = batch;
}

/* ---- the org ---- */

struct org {
    struct layer state;
    struct layer scratch;
    struct layer replayed; /* a second fold of what was accepted */
    struct org_head head;
    struct decide_config config;
    int64_t now_us;
};

/* The second fold agrees on every entity that an event changed. */
static void org_replay(struct org *org, struct arena *arena, const struct decide *d)
{
    struct layer_org changes = { &org->replayed, STR("acme") };
    struct org_view first, second;
    org_view_init(&first, &org->scratch.source, STR("acme"));
    org_view_init(&second, &org->replayed.source, STR("acme"));
    const struct evolve evolve = {
        &second.view, &layer_changes, &changes, arena, org->head.org_sequence + 1, d->occurred_at_us
    };
    for (size_t i = 0; i < d->events_count; i++) {
        struct status st = evolve_apply(&evolve, d->events[i], NULL);
        assert(st.code == STATUS_OK);
    }
    for (size_t i = 0; i < d->events_count; i++) {
        enum entity_kind kind = registry_event((unsigned)d->events[i]->payload_case)->entity;
        const ProtobufCMessage *decided, *replayed;
        struct str id;
        struct status st = evolve_entity_id(arena, kind, registry_event_payload(d->events[i]), &id);
        assert(st.code == STATUS_OK);
        st = view_get(&first.view, kind, id, &decided);
        assert(st.code == STATUS_OK);
        st = view_get(&second.view, kind, id, &replayed);
        assert(st.code == STATUS_OK && pb_equal(decided, replayed));
    }
}

static void org_decide(struct org *org, struct arena *arena, const Agency__V1__Principal *principal,
                       const Agency__V1__Command *command)
{
    struct layer_org changes = { &org->scratch, STR("acme") };
    struct org_view view;
    struct before before;
    org_view_init(&view, &org->scratch.source, STR("acme"));
    before_init(&before, &org->scratch, STR("acme"), NULL);
    org->now_us += 1000000;
    const struct decide_context context = { .principal = principal,
                                            .config = &org->config,
                                            .head = org->head,
                                            .recorded_at_us = org->now_us };
    struct decide d = { .arena = arena,
                        .view = &view.view,
                        .before = &before.port,
                        .changes = &layer_changes,
                        .changes_self = &changes,
                        .context = &context,
                        .command = command };
    struct status st = decide_command(&d);
    before_release(&before);
    assert(st.code != STATUS_INTERNAL && st.code != STATUS_DATA_LOSS);
    if (st.code == STATUS_OK && d.events_count > 0) {
        assert(d.rejection == NULL && (d.authority != NULL || d.commands_count > 0));
        org_replay(org, arena, &d);
        st = layer_merge(&org->state, &org->scratch);
        assert(st.code == STATUS_OK);
        org->head.org_sequence++;
        org->head.last_occurred_at_us = d.occurred_at_us;
        org->head.live = org->head.live || command->occurred_at == NULL;
        org->head.constrained = true; /* there may be some */
    }
    layer_reset(&org->scratch);
}

/* What the commands find: two of each kind. The text is that of the commands' JSON form. */
static const char *const org_things[] = {
    "{\"createOrg\":{\"org\":{\"orgId\":\"acme\"},\"owner\":{\"subjectId\":\"root\"},"
    "\"credential\":{\"credentialId\":\"root\",\"kind\":\"CREDENTIAL_KIND_JWT\",\"identityHash\":"
    "\"" FUZZ_HASH "00\"}}}",
    "{\"registerSubject\":{\"subject\":{\"subjectId\":\"a\"}}}",
    "{\"registerSubject\":{\"subject\":{\"subjectId\":\"b\"}}}",
    "{\"bindCredential\":{\"credential\":{\"credentialId\":\"a\",\"kind\":\"CREDENTIAL_KIND_JWT\","
    "\"identityHash\":\"" FUZZ_HASH "01\",\"subjectId\":\"a\"}}}",
    "{\"openJobSpace\":{\"jobSpace\":{\"jobSpaceId\":\"a\"}}}",
    "{\"createGroup\":{\"group\":{\"groupId\":\"a\"}}}",
    "{\"createGroup\":{\"group\":{\"groupId\":\"b\",\"jobSpaceId\":\"a\"}}}",
    "{\"registerAsset\":{\"asset\":{\"assetId\":\"a\",\"type\":\"a\"}}}",
    "{\"registerAsset\":{\"asset\":{\"assetId\":\"b\"}}}",
    "{\"definePermission\":{\"permission\":{\"permission\":\"a\"}}}",
    "{\"definePermission\":{\"permission\":{\"permission\":\"b\",\"impliedBy\":[\"a\"]}}}",
    "{\"defineRoleType\":{\"roleType\":{\"roleType\":\"a\",\"permissions\":[\"a\"]}}}",
    "{\"defineRoleType\":{\"roleType\":{\"roleType\":\"b\",\"assignment\":2}}}",
    "{\"createRole\":{\"role\":{\"roleId\":\"a\",\"roleType\":\"a\",\"groupIds\":[\"a\",\"b\"]}}}",
    "{\"createRole\":{\"role\":{\"roleId\":\"b\",\"roleType\":\"b\"}}}",
};

static void org_make(struct org *org, struct arena *arena, const Agency__V1__Principal *admin)
{
    const size_t count = sizeof org_things / sizeof org_things[0];
    for (size_t i = 0; i < count; i++) {
        Agency__V1__Command *command;
        struct status st =
            pb_from_json(arena, &agency__v1__command__descriptor, str_z(org_things[i]), &command);
        assert(st.code == STATUS_OK);
        command->org_id = "acme";
        command->command_id = "c";
        org_decide(org, arena, admin, command);
    }
    assert(org->head.org_sequence == count);
}

/* By turns the operator, the owner, or whoever an identity was bound to. */
static void org_run(struct org *org, struct input *input)
{
    Agency__V1__Principal principal = AGENCY__V1__PRINCIPAL__INIT;
    principal.operator_ = "admin";
    org_make(org, &input->arena, &principal);
    for (unsigned i = 0; i < FUZZ_COMMANDS_MAX && input->size > 0; i++) {
        Agency__V1__Command command = AGENCY__V1__COMMAND__INIT;
        command.org_id = "acme";
        command.command_id = "c";
        unsigned who = input_byte(input) % 16;
        principal.operator_ = who < 14 ? "admin" : "";
        principal.kind = AGENCY__V1__CREDENTIAL_KIND__CREDENTIAL_KIND_JWT;
        principal.identity_hash = who == 14 ? FUZZ_HASH "00" : FUZZ_HASH "01";
        input_command(input, &command);
        org_decide(org, &input->arena, &principal, &command);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct str creators[] = { STR("admin") };
    struct input input = { .data = data, .size = size };
    struct org org = { .config = { creators, 1 }, .now_us = FUZZ_START_US };
    arena_init(&input.arena, FUZZ_MEMORY);
    layer_init(&org.state, source_empty());
    layer_init(&org.scratch, &org.state.source);
    layer_init(&org.replayed, source_empty());
    org_run(&org, &input);
    layer_release(&org.replayed);
    layer_release(&org.scratch);
    layer_release(&org.state);
    arena_release(&input.arena);
    return 0;
}
