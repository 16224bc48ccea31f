/* Every message of ours in a command is looked at in the same way, so that no rule stops at the
 * first level: fields of the system's are refused wherever they stand, as decide emits what it was
 * given (plain.c). */
#include "core/domain/kernel/given.h"

#include <inttypes.h>

#include "core/base/limits.h"
#include "core/domain/kernel/fields.h"
#include "core/domain/kernel/limit.h"
#include "core/pb/field.h"
#include "core/pb/message.h"

/* ---- every message ---- */

struct given {
    struct decide *d;               /* NULL: what is asked is a status */
    const ProtobufCMessage *update; /* the entity that an update carries */
    struct status (*check)(const struct given *given, const ProtobufCMessage *message);
};

static bool given_is_ours(const ProtobufCFieldDescriptor *field)
{
    return field->type == PROTOBUF_C_TYPE_MESSAGE &&
           strcmp(pb_field_type(field)->package_name,
                  agency__v1__command__descriptor.package_name) == 0;
}

static bool given_ended(const struct given *given)
{
    return given->d != NULL && given->d->rejection != NULL;
}

static struct status given_each(const struct given *given, const ProtobufCMessage *message,
                                size_t depth);

/* The messages that a field holds. */
static struct status given_each_in(const struct given *given, const ProtobufCMessage *message,
                                   const ProtobufCFieldDescriptor *field, size_t depth)
{
    assert(depth < MESSAGE_DEPTH_MAX);
    size_t count =
        pb_field_repeated(field) ? pb_field_count(message, field) : pb_field_has(message, field);
    for (size_t i = 0; i < count && !given_ended(given); i++) {
        const void *at = pb_field_repeated(field) ? pb_field_item(message, field, i)
                                                  : pb_field_at(message, field);
        TRY(given_each(given, pb_field_message(at), depth + 1));
    }
    return status_ok();
}

/* The message and all of ours in it. */
static struct status given_each(const struct given *given, const ProtobufCMessage *message,
                                size_t depth)
{
    assert(depth <= MESSAGE_DEPTH_MAX);
    if (depth == MESSAGE_DEPTH_MAX) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected at most %d levels of messages",
                            MESSAGE_DEPTH_MAX);
    }
    TRY(given->check(given, message));
    for (unsigned i = 0; i < message->descriptor->n_fields && !given_ended(given); i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        if (given_is_ours(field)) {
            TRY(given_each_in(given, message, field, depth));
        }
    }
    return status_ok();
}

/* ---- what is there at all ---- */

/* Fields that need an engine that is not there yet: refused, never ignored. */
static const struct {
    const ProtobufCMessageDescriptor *message;
    const char *field;
} fields_of_later[] = {
    { &agency__v1__org__descriptor, "spec_id" },
    { &agency__v1__org__descriptor, "spec_data" },
    { &agency__v1__group__descriptor, "constraint_ids" },
    { &agency__v1__role_type__descriptor, "prequalification" },
    { &agency__v1__role_type__descriptor, "evaluation" },
    { &agency__v1__role_type__descriptor, "selection" },
    { &agency__v1__role_type__descriptor, "removal" },
    { &agency__v1__role_type__descriptor, "auction" },
    { &agency__v1__role_type__descriptor, "joining_workflow" },
    { &agency__v1__role_type__descriptor, "leaving_workflow" },
    { &agency__v1__role_type__descriptor, "approver_roles" },
    { &agency__v1__goal__descriptor, "measure" },
};

static struct status given_check_implemented(const struct given *given,
                                             const ProtobufCMessage *message)
{
    (void)given;
    for (size_t i = 0; i < sizeof fields_of_later / sizeof fields_of_later[0]; i++) {
        if (fields_of_later[i].message != message->descriptor) {
            continue;
        }
        const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field_by_name(
            message->descriptor, fields_of_later[i].field);
        assert(field != NULL);
        if (pb_field_has(message, field)) {
            return status_error(STATUS_UNIMPLEMENTED,
                                "expected %s.%s to be empty: it is not supported yet",
                                message->descriptor->short_name, field->name);
        }
    }
    return status_ok();
}

static struct status given_check_sealed(const Agency__V1__Profile *profile)
{
    return profile->data == NULL && !profile->erased
               ? status_ok()
               : status_error(STATUS_INVALID_ARGUMENT,
                              "expected profile.sealed, but the profile is in clear: who reads "
                              "this log knows it; send it to an intake of this installation, which "
                              "seals it");
}

static struct status given_check_hashed(const Agency__V1__ExternalId *id)
{
    return !id->personal || id->value[0] == '\0'
               ? status_ok()
               : status_error(STATUS_INVALID_ARGUMENT,
                              "expected hashes of the personal external id of system '%s', but it "
                              "is in clear: who reads this log knows it; send it to an intake of "
                              "this installation, which makes them",
                              id->system);
}

/* In clear it would lie readable in the commands' topic: it is not even recorded as a rejection. */
static struct status given_check_hidden(const struct given *given, const ProtobufCMessage *message)
{
    (void)given;
    if (message->descriptor == &agency__v1__profile__descriptor) {
        return given_check_sealed((const Agency__V1__Profile *)(const void *)message);
    }
    if (message->descriptor == &agency__v1__external_id__descriptor) {
        return given_check_hashed((const Agency__V1__ExternalId *)(const void *)message);
    }
    return status_ok();
}

struct status given_check_whole(const ProtobufCMessage *payload)
{
    if (registry_subject_of(payload) == NULL) {
        return status_error(STATUS_INVALID_ARGUMENT, "expected %s in %s, but it is not set",
                            registry_carried(payload->descriptor)->name,
                            payload->descriptor->short_name);
    }
    TRY(given_each(&(struct given){ .check = given_check_hidden }, payload, 0));
    return given_each(&(struct given){ .check = given_check_implemented }, payload, 0);
}

/* ---- sizes, names of numbers, times ---- */

static struct status given_check_size(struct decide *d, const ProtobufCFieldDescriptor *field,
                                      size_t size)
{
    size_t size_max = limit_size_max(field);
    if (size_max > 0 && size > size_max) {
        return decide_reject(d, STATUS_INVALID_ARGUMENT,
                             "expected %s of at most %zu bytes, but it has %zu", field->name,
                             size_max, size);
    }
    return status_ok();
}

/* A text, or a message of which data has a limit. */
static struct status given_check_item(struct decide *d, const ProtobufCFieldDescriptor *field,
                                      const void *at)
{
    assert(field->type == PROTOBUF_C_TYPE_STRING || field->type == PROTOBUF_C_TYPE_MESSAGE);
    if (field->type == PROTOBUF_C_TYPE_STRING) {
        return given_check_size(d, field, strlen(*(char *const *)at));
    }
    const ProtobufCMessage *message = pb_field_message(at);
    return message == NULL ? status_ok() : given_check_size(d, field, pb_packed_size(message));
}

/* A number that the schema does not name: the wire guard refuses it, too, but who decides does not
 * rely on that. */
static struct status given_check_enum(struct decide *d, const ProtobufCFieldDescriptor *field,
                                      int value)
{
    if (protobuf_c_enum_descriptor_get_value(field->descriptor, value) == NULL) {
        return decide_reject(d, STATUS_INVALID_ARGUMENT,
                             "expected %s to be a number that has a name, but it is %d",
                             field->name, value);
    }
    return status_ok();
}

static struct status given_check_time(struct decide *d, const ProtobufCFieldDescriptor *field,
                                      const void *at)
{
    const Google__Protobuf__Timestamp *time;
    assert(field->descriptor == &google__protobuf__timestamp__descriptor);
    memcpy(&time, at, sizeof time);
    struct status checked = fields_check_time(time, field->name);
    return checked.code == STATUS_OK ? checked : decide_reject(d, checked.code, "%s", checked.msg);
}

static struct status given_check_list(struct decide *d, const ProtobufCMessage *message,
                                      const ProtobufCFieldDescriptor *field)
{
    assert(pb_field_repeated(field));
    if (limit_size_max(field) == 0) {
        return status_ok();
    }
    for (size_t i = 0; i < pb_field_count(message, field); i++) {
        TRY_ACCEPTED(d, given_check_item(d, field, pb_field_item(message, field, i)));
    }
    return status_ok();
}

static struct status given_check_value(struct decide *d, const ProtobufCMessage *message,
                                       const ProtobufCFieldDescriptor *field)
{
    assert(!pb_field_in_oneof(field)); /* which has a value of its own type at most */
    if (pb_field_repeated(field)) {
        return given_check_list(d, message, field);
    }
    const void *at = pb_field_at(message, field);
    if (field->type == PROTOBUF_C_TYPE_ENUM) {
        return given_check_enum(d, field, *(const int *)at);
    }
    if (field->descriptor == &google__protobuf__timestamp__descriptor) {
        return given_check_time(d, field, at);
    }
    return limit_size_max(field) == 0 ? status_ok() : given_check_item(d, field, at);
}

static struct status given_check_profile(struct decide *d, const ProtobufCMessage *message)
{
    const Agency__V1__Profile *profile = (const Agency__V1__Profile *)(const void *)message;
    if (message->descriptor != &agency__v1__profile__descriptor ||
        (profile->sealed.len >= SEALED_SIZE_MIN && profile->sealed.len <= SEALED_SIZE_MAX)) {
        return status_ok();
    }
    return decide_reject(d, STATUS_INVALID_ARGUMENT,
                         "expected profile.sealed of %d to %d bytes, but it has %zu",
                         SEALED_SIZE_MIN, SEALED_SIZE_MAX, profile->sealed.len);
}

/* ---- whose they are ---- */

static struct status given_check_system(struct decide *d, const ProtobufCMessage *message,
                                        const ProtobufCFieldDescriptor *field)
{
    if (field->id >= FIELD_VERSION && pb_field_has(message, field)) {
        return decide_reject(d, STATUS_INVALID_ARGUMENT,
                             "expected no %s.%s in a command: it is not the client's to give",
                             message->descriptor->short_name, field->name);
    }
    return status_ok();
}

/* A field of an update's entity that its mask cannot name: as it is, if it is set. */
static struct status given_check_same(struct decide *d, const ProtobufCMessage *update,
                                      const ProtobufCFieldDescriptor *field,
                                      const ProtobufCMessage *entity)
{
    assert(update->descriptor == entity->descriptor);
    bool same = true;
    if (!fields_is_client(field) && pb_field_has(update, field)) {
        TRY(fields_equal(d->arena, update, entity, field, &same));
    }
    return same ? status_ok()
                : decide_reject(d, STATUS_INVALID_ARGUMENT,
                                "expected %s.%s as it is, or not set, in an update: a mask cannot "
                                "change it",
                                update->descriptor->short_name, field->name);
}

static struct status given_check_message(const struct given *given, const ProtobufCMessage *message)
{
    struct decide *d = given->d;
    assert(d->rejection == NULL);
    struct status lists = fields_check_lists(message);
    if (lists.code != STATUS_OK) {
        return decide_reject(d, STATUS_INVALID_ARGUMENT, "%s", lists.msg);
    }
    TRY_ACCEPTED(d, given_check_profile(d, message));
    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        if (!pb_field_in_oneof(field)) {
            TRY_ACCEPTED(d, given_check_value(d, message, field));
        }
        if (message != given->update) {
            TRY_ACCEPTED(d, given_check_system(d, message, field));
        }
    }
    return status_ok();
}

/* Where there is no such entity, the command's own function says so. */
static struct status given_check_update(struct decide *d, const ProtobufCMessage *update)
{
    enum entity_kind kind = decide_type(d)->entity;
    struct str id;
    const ProtobufCMessage *entity;
    TRY(evolve_entity_id(d->arena, kind, update, &id));
    TRY(view_get(d->view, kind, id, &entity));
    for (unsigned i = 0; entity != NULL && i < update->descriptor->n_fields; i++) {
        TRY_ACCEPTED(d, given_check_same(d, update, &update->descriptor->fields[i], entity));
    }
    return status_ok();
}

static const ProtobufCMessage *given_update(const ProtobufCMessage *payload)
{
    return fields_mask_field(payload->descriptor) == NULL ? NULL : registry_subject_of(payload);
}

struct status given_check(struct decide *d)
{
    const ProtobufCMessage *payload = registry_command_payload(d->command);
    struct given given = { d, given_update(payload), given_check_message };
    assert(d->events_count == 0 && d->rejection == NULL); /* before anything is decided */
    TRY_ACCEPTED(d, given_each(&given, payload, 0));
    return given.update == NULL ? status_ok() : given_check_update(d, given.update);
}

/* ---- the version ---- */

static struct status given_check_one_version(struct decide *d, const ProtobufCMessage *payload,
                                             uint64_t expected)
{
    enum entity_kind kind = decide_type(d)->entity;
    struct str id;
    const ProtobufCMessage *entity;
    if (expected == 0) {
        return status_ok();
    }
    TRY(evolve_entity_id(d->arena, kind, payload, &id));
    TRY(view_get(d->view, kind, id, &entity));
    uint64_t version = entity == NULL ? 0 : fields_version(entity);
    return version == expected
               ? status_ok()
               : decide_reject(d, STATUS_ABORTED,
                               "expected version %" PRIu64 " of %s '%.*s', but it is %" PRIu64,
                               expected, registry_entity(kind)->name, STR_ARG(id), version);
}

struct status given_check_version(struct decide *d)
{
    const ProtobufCMessage *payload = registry_command_payload(d->command);
    const ProtobufCMessage *update = given_update(payload);
    TRY_ACCEPTED(d, given_check_one_version(d, payload, d->command->expected_version));
    return update == NULL ? status_ok()
                          : given_check_one_version(d, payload, fields_version(update));
}
