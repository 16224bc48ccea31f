/* The schema and the registry say the same, walked both ways by their descriptors. */
#include "core/domain/registry/registry.h"

#include "core/base/limits.h"
#include "core/domain/kernel/fields.h"
#include "core/domain/kernel/life.h"
#include "tests/lib/test.h"

typedef void check_field(const ProtobufCMessageDescriptor *message,
                         const ProtobufCFieldDescriptor *field, const struct entity_type *entity);

static bool in_oneof(const ProtobufCFieldDescriptor *field)
{
    return (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
}

static const ProtobufCFieldDescriptor *find(const ProtobufCMessageDescriptor *message,
                                            const char *name)
{
    return protobuf_c_message_descriptor_get_field_by_name(message, name);
}

/* Calls `check` for each field of each entity. */
static void each_entity_field(check_field *check)
{
    for (unsigned kind = 1; kind < ENTITY_KINDS_END; kind++) {
        const struct entity_type *entity = registry_entity(kind); /* some numbers are free */
        for (unsigned i = 0; entity != NULL && i < entity->descriptor->n_fields; i++) {
            check(entity->descriptor, &entity->descriptor->fields[i], entity);
        }
    }
}

/* The entity of a command or event; NULL if it is not in the registry. */
static const struct entity_type *entity_of(bool command, unsigned number)
{
    const struct command_type *asked = command ? registry_command(number) : NULL;
    const struct event_type *happened = command ? NULL : registry_event(number);
    if (asked == NULL && happened == NULL) {
        return NULL;
    }
    return registry_entity(asked != NULL ? asked->entity : happened->entity);
}

/* Calls `check` for each field of each command and event, with the entity that it is about. */
static void each_payload_field(check_field *check)
{
    const ProtobufCMessageDescriptor *const unions[] = { &agency__v1__command__descriptor,
                                                         &agency__v1__event__descriptor };
    for (size_t u = 0; u < 2; u++) {
        for (unsigned f = 0; f < unions[u]->n_fields; f++) {
            const ProtobufCFieldDescriptor *member = &unions[u]->fields[f];
            const struct entity_type *entity = entity_of(u == 0, member->id);
            const ProtobufCMessageDescriptor *message = member->descriptor;
            for (unsigned i = 0; entity != NULL && i < message->n_fields; i++) {
                check(message, &message->fields[i], entity);
            }
        }
    }
}

TEST(registry, has_each_command_of_the_schema_and_no_other)
{
    const ProtobufCMessageDescriptor *command = &agency__v1__command__descriptor;
    size_t members = 0;
    for (unsigned i = 0; i < command->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &command->fields[i];
        if (in_oneof(field) && field->id != COMMAND_BATCH) {
            const struct command_type *type = registry_command(field->id);
            if (type == NULL) {
                fail_msg("%s: expected a row in COMMANDS of registry.h", field->name);
                return;
            }
            assert_ptr_equal(type->descriptor, field->descriptor);
            assert_string_equal(type->name, type->descriptor->short_name);
            members++;
        }
    }
    for (unsigned number = 0; number < REGISTRY_NUMBERS_END; number++) {
        members -= registry_command(number) != NULL;
    }
    assert_int_equal(members, 0);
}

TEST(registry, has_each_event_of_the_schema_and_no_other)
{
    const ProtobufCMessageDescriptor *event = &agency__v1__event__descriptor;
    size_t members = 0;
    for (unsigned i = 0; i < event->n_fields; i++) {
        const struct event_type *type = registry_event(event->fields[i].id);
        assert_true(in_oneof(&event->fields[i]));
        if (type == NULL) {
            fail_msg("%s: expected a row in EVENTS of registry.h", event->fields[i].name);
            return;
        }
        assert_ptr_equal(type->descriptor, event->fields[i].descriptor);
        assert_string_equal(type->name, type->descriptor->short_name);
        members++;
    }
    for (unsigned number = 0; number < REGISTRY_NUMBERS_END; number++) {
        members -= registry_event(number) != NULL;
    }
    assert_int_equal(members, 0);
}

TEST(registry, names_each_kind_of_the_schema)
{
    const ProtobufCEnumDescriptor *kinds = &agency__v1__entity_kind__descriptor;
    unsigned known = 1; /* unspecified */
    for (unsigned kind = 1; kind < ENTITY_KINDS_END; kind++) {
        known += registry_entity(kind) != NULL;
    }
    assert_int_equal(kinds->n_values, known);
    for (unsigned i = 0; i < kinds->n_values; i++) {
        unsigned kind = (unsigned)kinds->values[i].value;
        assert_true(kind == 0 || registry_entity(kind) != NULL);
    }
}

TEST(registry, says_which_kinds_outside_systems_know)
{
    for (unsigned kind = 1; kind < ENTITY_KINDS_END; kind++) {
        const struct entity_type *entity = registry_entity(kind);
        if (entity == NULL) {
            continue;
        }
        const ProtobufCFieldDescriptor *field = find(entity->descriptor, "external_ids");
        assert_int_equal(entity->external_at, field == NULL ? 0 : field->offset);
        assert_int_equal(entity->external_count_at, field == NULL ? 0 : field->quantifier_offset);
        assert_true(field == NULL || field->descriptor == &agency__v1__external_id__descriptor);
    }
}

static void check_same_as_entity(const ProtobufCMessageDescriptor *message,
                                 const ProtobufCFieldDescriptor *field,
                                 const struct entity_type *entity)
{
    const ProtobufCFieldDescriptor *own = find(entity->descriptor, field->name);
    bool same = own == NULL || registry_carried(message) == field ||
                (own->type == field->type && own->label == field->label &&
                 own->descriptor == field->descriptor);
    if (!same) {
        fail_msg("%s.%s: expected the type of %s.%s", message->short_name, field->name,
                 entity->name, field->name);
    }
}

TEST(registry, fields_that_share_a_name_with_the_entity_share_its_type)
{
    each_payload_field(check_same_as_entity);
}

/* A payload carries its entity in field 1, under the name of its kind, or begins with its key. */
static void check_begins(const ProtobufCMessageDescriptor *message,
                         const struct entity_type *entity)
{
    const ProtobufCFieldDescriptor *carried = registry_carried(message);
    if (carried != NULL) {
        assert_ptr_equal(carried->descriptor, entity->descriptor);
        return;
    }
    for (unsigned part = 0; part < entity->key_parts; part++) {
        const ProtobufCFieldDescriptor *own = &entity->descriptor->fields[part];
        assert_string_equal(message->fields[part].name, own->name);
        assert_int_equal(message->fields[part].id, part + 1);
        assert_int_equal(own->id, part + 1);
    }
}

TEST(registry, every_command_and_event_begins_with_its_entity_or_the_key_of_it)
{
    for (unsigned number = 0; number < REGISTRY_NUMBERS_END; number++) {
        const struct command_type *command = registry_command(number);
        const struct event_type *event = registry_event(number);
        if (command != NULL) {
            check_begins(command->descriptor, entity_of(true, number));
        }
        if (event != NULL && event->entity == ENTITY_ANY) {
            assert_string_equal(event->descriptor->fields[0].name, "kind");
            assert_string_equal(event->descriptor->fields[1].name, "id");
        } else if (event != NULL) {
            check_begins(event->descriptor, entity_of(false, number));
        }
    }
}

/* What makes an entity, and what changes its client fields, carries it. */
TEST(registry, what_makes_or_masks_an_entity_carries_it)
{
    for (unsigned number = 0; number < REGISTRY_NUMBERS_END; number++) {
        const struct event_type *event = registry_event(number);
        if (event == NULL) {
            continue;
        }
        bool masks = event->how == EVOLVE_MASKS;
        bool carries = masks || event->presence != PRESENCE_CHANGES;
        assert_int_equal(registry_carried(event->descriptor) != NULL, carries);
        assert_int_equal(fields_mask_field(event->descriptor) != NULL, masks);
    }
    for (unsigned number = 0; number < REGISTRY_NUMBERS_END; number++) {
        const struct command_type *command = registry_command(number);
        if (command != NULL) {
            const struct event_type *event = registry_event(command->event);
            assert_int_equal(registry_carried(command->descriptor) != NULL,
                             registry_carried(event->descriptor) != NULL);
            assert_int_equal(fields_mask_field(command->descriptor) != NULL,
                             fields_mask_field(event->descriptor) != NULL);
        }
    }
}

/* Else what a person gives for a command could mean either (core/pb/json_body.h). */
static void check_beside(const ProtobufCMessageDescriptor *message,
                         const ProtobufCFieldDescriptor *field, const struct entity_type *entity)
{
    const ProtobufCFieldDescriptor *carried = registry_carried(message);
    if (carried != NULL && carried != field) {
        assert_null(find(entity->descriptor, field->name));
    }
}

TEST(registry, what_stands_beside_an_entity_has_a_name_of_its_own)
{
    each_payload_field(check_beside);
}

TEST(registry, every_entity_has_the_system_fields)
{
    static const struct {
        const char *name;
        unsigned number;
    } system[] = { { "version", FIELD_VERSION },
                   { "status", FIELD_STATUS },
                   { "created_at", FIELD_CREATED_AT },
                   { "updated_at", FIELD_UPDATED_AT } };
    for (unsigned kind = 1; kind < ENTITY_KINDS_END; kind++) {
        const struct entity_type *entity = registry_entity(kind);
        for (size_t i = 0; entity != NULL && i < sizeof system / sizeof system[0]; i++) {
            const ProtobufCFieldDescriptor *field = find(entity->descriptor, system[i].name);
            assert_non_null(field);
            assert_int_equal(field->id, system[i].number);
        }
    }
}

static void check_not_system(const ProtobufCMessageDescriptor *message,
                             const ProtobufCFieldDescriptor *field,
                             const struct entity_type *entity)
{
    (void)message;
    (void)entity;
    assert_true(field->id < FIELD_VERSION);
}

TEST(registry, commands_and_events_carry_nothing_of_the_system)
{
    each_payload_field(check_not_system);
}

/* A map is a list of messages called ...Entry; Struct, which has one, is sorted when it is read. */
static void check_no_map(const ProtobufCMessageDescriptor *message,
                         const ProtobufCFieldDescriptor *field, const struct entity_type *entity)
{
    (void)entity;
    const ProtobufCMessageDescriptor *type = field->descriptor;
    bool list_of_messages =
        field->label == PROTOBUF_C_LABEL_REPEATED && field->type == PROTOBUF_C_TYPE_MESSAGE;
    if (list_of_messages && strstr(type->short_name, "Entry") != NULL) {
        fail_msg("%s.%s: expected no map in an entity", message->short_name, field->name);
    }
}

TEST(registry, entities_have_no_maps)
{
    each_entity_field(check_no_map);
}

static void check_list_limit(const ProtobufCMessageDescriptor *message,
                             const ProtobufCFieldDescriptor *field,
                             const struct entity_type *entity)
{
    (void)entity;
    if (field->label != PROTOBUF_C_LABEL_REPEATED) {
        return;
    }
    union {
        ProtobufCMessage base;
        char room[4096];
    } fresh;
    assert_true(message->sizeof_message <= sizeof fresh);
    message->message_init(&fresh.base);
    size_t count = LIST_ITEMS_MAX;
    memcpy(fresh.room + field->quantifier_offset, &count, sizeof count);
    assert_ok(fields_check_lists(&fresh.base));
    count++;
    memcpy(fresh.room + field->quantifier_offset, &count, sizeof count);
    assert_code(STATUS_RESOURCE_EXHAUSTED, fields_check_lists(&fresh.base));
}

TEST(registry, no_list_of_an_entity_is_without_limit)
{
    each_entity_field(check_list_limit);
}

TEST(registry, each_status_has_a_name)
{
    const ProtobufCEnumDescriptor *statuses = &agency__v1__entity_status__descriptor;
    for (unsigned i = 0; i < statuses->n_values; i++) {
        assert_string_not_equal(life_name((unsigned)statuses->values[i].value), "unknown");
    }
}

TEST(registry, every_command_starts_from_some_status)
{
    for (unsigned number = 0; number < REGISTRY_NUMBERS_END; number++) {
        const struct command_type *command = registry_command(number);
        if (command != NULL) {
            assert_int_not_equal(command->from, 0);
            assert_int_equal(registry_event(command->event)->entity, command->entity);
        }
    }
}

/* And no event without a way to it. */
TEST(registry, every_event_has_a_command_or_comes_by_time)
{
    bool commanded[REGISTRY_NUMBERS_END] = { false };
    for (unsigned number = 0; number < REGISTRY_NUMBERS_END; number++) {
        const struct command_type *command = registry_command(number);
        if (command != NULL) {
            commanded[command->event] = true;
        }
    }
#define X(event, command) commanded[EVENT_##event] = true;
    OTHER_EVENTS(X)
#undef X
    for (unsigned number = 0; number < REGISTRY_NUMBERS_END; number++) {
        const struct event_type *event = registry_event(number);
        if (event != NULL) {
            bool by_time = event->entity == ENTITY_ANY || registry_time_event(number) != 0;
            assert_true(commanded[number] != by_time);
        }
    }
}

/* What is new has no status that could stay. */
TEST(registry, every_event_that_makes_says_the_status)
{
    for (unsigned number = 0; number < REGISTRY_NUMBERS_END; number++) {
        const struct event_type *event = registry_event(number);
        if (event != NULL && event->presence != PRESENCE_CHANGES) {
            assert_int_not_equal(event->to, LIFE_SAME);
        }
    }
}

/* A cascade goes through the rows once. */
TEST(registry, what_ends_with_others_ends_before_its_own_dependants)
{
    static const struct {
        enum entity_kind ends;
        enum event_number event;
    } rows[] = {
#define X(kind, index, part, happens, condition) { ENTITY_##kind, EVENT_##happens },
        DEPENDANTS(X)
#undef X
    };
    size_t count = sizeof rows / sizeof rows[0];
    for (size_t i = 0; i < count; i++) {
        enum entity_kind kind = registry_event(rows[i].event)->entity;
        for (size_t before = 0; before <= i; before++) {
            for (size_t own = 0; own < count; own++) {
                bool dependant = rows[own].ends == kind;
                assert_false(dependant && rows[own].event == rows[before].event);
            }
        }
        assert_true(registry_event(rows[i].event)->to == LIFE_ENDED ||
                    registry_event(rows[i].event)->to == LIFE_REMOVED);
    }
}
