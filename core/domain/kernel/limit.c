#include "core/domain/kernel/limit.h"

#include "agency/v1/subject.pb-c.h"
#include "core/base/limits.h"
#include "core/pb/field.h"
#include "google/protobuf/struct.pb-c.h"

static bool limit_ends(struct str name, struct str end)
{
    return name.size >= end.size && str_eq(str_from(name, name.size - end.size), end);
}

static bool limit_is_id(struct str name)
{
    /* What a config is about may be an assignment, whose id is two. */
    bool ends = limit_ends(name, STR("_id")) || limit_ends(name, STR("_ids"));
    return (ends && !str_eq(name, STR("entity_id"))) || str_eq(name, STR("system")) ||
           str_eq(name, STR("hmac")) || str_eq(name, STR("acts_as"));
}

static bool limit_is_name(struct str name)
{
    return str_eq(name, STR("name")) || str_eq(name, STR("owner_name")) ||
           str_eq(name, STR("type"));
}

uint32_t limit_size_max(const ProtobufCFieldDescriptor *field)
{
    struct str name = str_z(field->name);
    if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
        bool data = field->descriptor == &google__protobuf__struct__descriptor ||
                    field->descriptor == &google__protobuf__value__descriptor;
        return data ? DATA_SIZE_MAX : 0;
    }
    if (field->type != PROTOBUF_C_TYPE_STRING) {
        return 0;
    }
    return limit_is_id(name)            ? ID_SIZE_MAX
           : limit_is_name(name)        ? NAME_SIZE_MAX
           : str_eq(name, STR("value")) ? EXTERNAL_VALUE_SIZE_MAX
                                        : TEXT_SIZE_MAX;
}

/* Items of a list. */
static uint32_t limit_items_max(const ProtobufCFieldDescriptor *field)
{
    if (field->descriptor == &agency__v1__external_id__descriptor) {
        return EXTERNAL_IDS_MAX;
    }
    return field->descriptor == &agency__v1__external_id_hash__descriptor ? EXTERNAL_HASHES_MAX
                                                                          : LIST_ITEMS_MAX;
}

bool limit_hides(const ProtobufCFieldDescriptor *field)
{
    return field->type == PROTOBUF_C_TYPE_MESSAGE &&
           field->descriptor == &agency__v1__profile__descriptor;
}

struct cel_field_limit limit_of_field(const ProtobufCFieldDescriptor *field)
{
    if (limit_hides(field)) {
        return (struct cel_field_limit){ .hidden = true };
    }
    uint32_t size_max = limit_size_max(field);
    if (pb_field_repeated(field)) {
        return (struct cel_field_limit){ .size_max = limit_items_max(field), .item_max = size_max };
    }
    return (struct cel_field_limit){ .size_max = size_max };
}
