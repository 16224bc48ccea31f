#include "core/domain/kernel/fields.h"

#include <inttypes.h>

#include "core/base/limits.h"
#include "core/base/time.h"
#include "core/domain/registry/registry.h"
#include "core/pb/field.h"
#include "core/pb/message.h"

bool fields_is_client(const ProtobufCFieldDescriptor *field)
{
    return field->id >= FIELD_CLIENT_MIN && field->id <= FIELD_CLIENT_MAX;
}

void fields_copy(const ProtobufCMessage *from, ProtobufCMessage *to)
{
    assert(from != to);
    for (unsigned i = 0; i < from->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *source = &from->descriptor->fields[i];
        const ProtobufCFieldDescriptor *target =
            protobuf_c_message_descriptor_get_field_by_name(to->descriptor, source->name);
        if (target != NULL && source->type == target->type && source->label == target->label &&
            source->descriptor == target->descriptor) {
            pb_field_share(from, source, to, target);
        }
    }
}

void fields_replace(const ProtobufCMessage *from, ProtobufCMessage *to)
{
    assert(from != to);
    assert(from->descriptor == to->descriptor);
    for (unsigned i = 0; i < from->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &from->descriptor->fields[i];
        if (field->id < FIELD_VERSION || field->id > FIELD_UPDATED_AT) {
            pb_field_share(from, field, to, field);
        }
    }
}

static struct status fields_mask_target(const ProtobufCMessageDescriptor *descriptor,
                                        const char *path, const ProtobufCFieldDescriptor **field)
{
    *field = protobuf_c_message_descriptor_get_field_by_name(descriptor, path);
    if (*field == NULL || !fields_is_client(*field)) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected update_mask to name fields that an update may change, but "
                            "'%s' is none of %s",
                            path, descriptor->short_name);
    }
    return status_ok();
}

struct status fields_copy_masked(const ProtobufCMessage *from,
                                 const Google__Protobuf__FieldMask *mask, ProtobufCMessage *to)
{
    assert(from->descriptor == to->descriptor);
    if (mask == NULL || mask->n_paths == 0) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected update_mask to name the fields that change, or fields that "
                            "are set, but there are none");
    }
    for (size_t i = 0; i < mask->n_paths; i++) {
        const ProtobufCFieldDescriptor *field;
        TRY(fields_mask_target(from->descriptor, mask->paths[i], &field));
        assert(field->id < FIELD_VERSION); /* what is the system's, no mask changes */
        pb_field_share(from, field, to, field);
    }
    return status_ok();
}

void fields_copy_profiles(const ProtobufCMessage *from, const Google__Protobuf__FieldMask *mask,
                          ProtobufCMessage *to)
{
    static const char suffix[] = "_profile";
    for (unsigned i = 0; i < from->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &from->descriptor->fields[i];
        size_t size = strlen(field->name), end = sizeof suffix - 1;
        bool profile = field->id >= FIELD_VERSION && size > end &&
                       strcmp(field->name + size - end, suffix) == 0;
        for (size_t j = 0; profile && j < mask->n_paths; j++) {
            if (strlen(mask->paths[j]) == size - end &&
                memcmp(mask->paths[j], field->name, size - end) == 0) {
                pb_field_share(from, field, to, field);
            }
        }
    }
}

struct status fields_mask_of(struct arena *arena, const ProtobufCMessage *entity,
                             Google__Protobuf__FieldMask **mask)
{
    const ProtobufCMessageDescriptor *descriptor = entity->descriptor;
    TRY(pb_new(arena, &google__protobuf__field_mask__descriptor, mask));
    ARENA_TRY(arena, (*mask)->paths, arena_alloc(arena, descriptor->n_fields * sizeof(char *)));
    for (unsigned i = 0; i < descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &descriptor->fields[i];
        if (fields_is_client(field) && pb_field_has(entity, field)) {
            (*mask)->paths[(*mask)->n_paths++] = (char *)(uintptr_t)field->name;
        }
    }
    assert((*mask)->n_paths <= descriptor->n_fields);
    return status_ok();
}

/* Packs a fresh message that has only this field: the deep comparison is then one of bytes. */
static struct status fields_pack_one(struct arena *arena, const ProtobufCMessage *from,
                                     const ProtobufCFieldDescriptor *field, struct str *packed)
{
    ProtobufCMessage *only;
    TRY(pb_new(arena, from->descriptor, &only));
    pb_field_share(from, field, only, field);
    return pb_pack(arena, only, packed);
}

struct status fields_equal(struct arena *arena, const ProtobufCMessage *a,
                           const ProtobufCMessage *b, const ProtobufCFieldDescriptor *field,
                           bool *equal)
{
    struct str left, right;
    assert(a->descriptor == b->descriptor);
    assert(field != NULL);
    TRY(fields_pack_one(arena, a, field, &left));
    TRY(fields_pack_one(arena, b, field, &right));
    *equal = str_eq(left, right);
    return status_ok();
}

struct str fields_string(const ProtobufCMessage *message, const char *name)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(message->descriptor, name);
    if (field == NULL || field->type != PROTOBUF_C_TYPE_STRING ||
        field->label == PROTOBUF_C_LABEL_REPEATED) {
        return (struct str){ 0 };
    }
    return str_z(*(char *const *)pb_field_at(message, field));
}

const ProtobufCFieldDescriptor *fields_mask_field(const ProtobufCMessageDescriptor *payload)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field(payload, FIELD_MASK);
    bool mask = field != NULL && field->descriptor == &google__protobuf__field_mask__descriptor;
    return mask ? field : NULL;
}

const Google__Protobuf__FieldMask *fields_mask(const ProtobufCMessage *payload)
{
    const ProtobufCFieldDescriptor *field = fields_mask_field(payload->descriptor);
    const Google__Protobuf__FieldMask *mask = NULL;
    if (field != NULL) {
        memcpy(&mask, pb_field_at(payload, field), sizeof mask);
    }
    return mask;
}

const Google__Protobuf__Timestamp *fields_expiry(const ProtobufCMessage *entity)
{
    const Google__Protobuf__Timestamp *time = NULL;
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(entity->descriptor, "expires_at");
    if (field != NULL) {
        assert(field->descriptor == &google__protobuf__timestamp__descriptor);
        memcpy(&time, pb_field_at(entity, field), sizeof time);
    }
    return time;
}

bool fields_expired(const Google__Protobuf__Timestamp *expires_at, int64_t at_us)
{
    return expires_at != NULL && fields_time_us(expires_at) <= at_us;
}

static void *fields_system(const ProtobufCMessage *entity, unsigned number)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field(entity->descriptor, number);
    assert(field != NULL);
    return pb_field_at(entity, field);
}

uint64_t fields_version(const ProtobufCMessage *entity)
{
    uint64_t version;
    memcpy(&version, fields_system(entity, FIELD_VERSION), sizeof version);
    return version;
}

unsigned fields_status(const ProtobufCMessage *entity)
{
    unsigned status;
    memcpy(&status, fields_system(entity, FIELD_STATUS), sizeof status);
    return status;
}

void fields_erase(ProtobufCMessage *entity, size_t key_parts)
{
    for (unsigned i = 0; i < entity->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &entity->descriptor->fields[i];
        if (field->id > key_parts && field->id <= FIELD_CLIENT_MAX) {
            pb_field_clear(entity, field);
        }
    }
}

bool fields_is_over(const ProtobufCMessage *entity)
{
    return life_is_over(fields_status(entity));
}

void fields_set_status(ProtobufCMessage *entity, Agency__V1__EntityStatus status)
{
    unsigned value = (unsigned)status;
    assert(status != 0); /* nothing becomes what never was */
    memcpy(fields_system(entity, FIELD_STATUS), &value, sizeof value);
}

struct status fields_stamp(struct arena *arena, ProtobufCMessage *entity, uint64_t version,
                           int64_t occurred_at_us)
{
    Google__Protobuf__Timestamp *time, *created;
    assert(version > 0);
    TRY(fields_time_new(arena, occurred_at_us, &time));
    memcpy(fields_system(entity, FIELD_VERSION), &version, sizeof version);
    memcpy(fields_system(entity, FIELD_UPDATED_AT), &time, sizeof(void *));
    memcpy(&created, fields_system(entity, FIELD_CREATED_AT), sizeof(void *));
    if (created == NULL) {
        memcpy(fields_system(entity, FIELD_CREATED_AT), &time, sizeof(void *));
    }
    return status_ok();
}

struct status fields_check_lists(const ProtobufCMessage *entity)
{
    for (unsigned i = 0; i < entity->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &entity->descriptor->fields[i];
        if (!pb_field_repeated(field)) {
            continue;
        }
        size_t count = pb_field_count(entity, field);
        if (count > LIST_ITEMS_MAX) {
            return status_error(STATUS_RESOURCE_EXHAUSTED,
                                "expected at most %d items in %s, but there are %zu",
                                LIST_ITEMS_MAX, field->name, count);
        }
    }
    return status_ok();
}

int64_t fields_time_us(const Google__Protobuf__Timestamp *time)
{
    return time == NULL ? 0 : time->seconds * TIME_SECOND_US + time->nanos / 1000;
}

bool fields_same_time(const Google__Protobuf__Timestamp *a, const Google__Protobuf__Timestamp *b)
{
    return (a == NULL) == (b == NULL) && fields_time_us(a) == fields_time_us(b);
}

struct status fields_time_new(struct arena *arena, int64_t time_us,
                              Google__Protobuf__Timestamp **time)
{
    ARENA_TRY(arena, *time, arena_alloc(arena, sizeof **time));
    google__protobuf__timestamp__init(*time);
    time_split(time_us, &(*time)->seconds, &(*time)->nanos);
    assert((*time)->nanos >= 0 && (*time)->nanos < 1000000000);
    return status_ok();
}

struct status fields_check_time(const Google__Protobuf__Timestamp *time, const char *what)
{
    if (time == NULL) {
        return status_ok();
    }
    if (time->seconds < TIME_SECONDS_MIN || time->seconds > TIME_SECONDS_MAX || time->nanos < 0 ||
        time->nanos >= 1000000000) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected %s to lie in the years 1 to 9999, but it has %" PRId64
                            " seconds and %d nanoseconds",
                            what, time->seconds, time->nanos);
    }
    if (time->nanos % 1000 != 0) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected %s in whole microseconds, but it has %d nanoseconds", what,
                            time->nanos);
    }
    return status_ok();
}
