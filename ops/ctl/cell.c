#include "ops/ctl/cell.h"

#include <inttypes.h>

#include "core/base/time.h"
#include "core/domain/kernel/fields.h"
#include "core/pb/field.h"
#include "core/pb/json.h"
#include "query/grant_text.h"

/* An enum value without the name of its enum: ACTIVE for ENTITY_STATUS_ACTIVE. */
static struct str cell_enum(const ProtobufCEnumDescriptor *descriptor, int number)
{
    const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(descriptor, number);
    if (value == NULL) {
        return STR("?");
    }
    struct str name = str_z(value->name), prefix = pb_enum_prefix(descriptor);
    return str_starts(name, prefix) ? str_from(name, prefix.size) : name;
}

static struct status cell_time(struct arena *arena, const ProtobufCMessage *message,
                               struct str *text)
{
    char out[TIME_TEXT_SIZE];
    time_format(fields_time_us((const Google__Protobuf__Timestamp *)(const void *)message), out);
    *text = arena_copy(arena, str_z(out));
    return text->data == NULL ? arena_full(arena) : status_ok();
}

static struct status cell_json(struct arena *arena, const ProtobufCMessage *message,
                               struct str *text)
{
    struct buf json = { 0 };
    struct status st = pb_to_json(message, (struct pb_json_options){ 0 }, &json);
    *text = arena_copy(arena, buf_str(&json));
    buf_release(&json);
    return st.code == STATUS_OK && text->data == NULL ? arena_full(arena) : st;
}

/* As it is asked for behind ext: */
static struct status cell_external(struct arena *arena, const Agency__V1__ExternalId *id,
                                   struct str *text)
{
    *text = arena_printf(arena, "%s:%s", id->system, id->personal ? "(personal)" : id->value);
    return text->data == NULL ? arena_full(arena) : status_ok();
}

struct status cell_of_value(struct arena *arena, const ProtobufCFieldDescriptor *field,
                            const void *value, struct str *text)
{
    if (field->type == PROTOBUF_C_TYPE_STRING) {
        const char *z;
        memcpy(&z, value, sizeof z);
        *text = str_z(z);
        return status_ok();
    }
    if (field->type == PROTOBUF_C_TYPE_ENUM) {
        int number;
        memcpy(&number, value, sizeof number);
        *text = cell_enum(field->descriptor, number);
        return status_ok();
    }
    if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
        const ProtobufCMessage *message = pb_field_message(value);
        if (field->descriptor == &google__protobuf__timestamp__descriptor) {
            return cell_time(arena, message, text);
        }
        if (field->descriptor == &agency__v1__grant_object__descriptor) {
            return grant_text_on(arena, (const void *)message, text);
        }
        if (field->descriptor == &agency__v1__grantee__descriptor) {
            return grant_text_grantee(arena, (const void *)message, text);
        }
        if (field->descriptor == &agency__v1__external_id__descriptor) {
            return cell_external(arena, (const void *)message, text);
        }
        return cell_json(arena, message, text);
    }
    uint64_t number = 0;
    memcpy(&number, value, pb_field_size(field) < 8 ? pb_field_size(field) : 8);
    bool boolean = field->type == PROTOBUF_C_TYPE_BOOL;
    *text = boolean ? (number != 0 ? STR("true") : STR("false"))
                    : arena_printf(arena, "%" PRIu64, number);
    return text->data == NULL ? arena_full(arena) : status_ok();
}

struct status cell_of_field(struct arena *arena, const ProtobufCMessage *entity,
                            const ProtobufCFieldDescriptor *field, struct str *text)
{
    *text = STR("");
    if (!pb_field_has(entity, field)) {
        return status_ok();
    }
    if (!pb_field_repeated(field)) {
        return cell_of_value(arena, field, pb_field_at(entity, field), text);
    }
    for (size_t i = 0; i < pb_field_count(entity, field); i++) {
        struct str item;
        TRY(cell_of_value(arena, field, pb_field_item(entity, field, i), &item));
        *text = arena_printf(arena, "%.*s%s%.*s", STR_ARG(*text), i > 0 ? ", " : "", STR_ARG(item));
        if (text->data == NULL) {
            return arena_full(arena);
        }
    }
    return status_ok();
}

struct status cell_add_when(struct table *table, const Google__Protobuf__Timestamp *time,
                            const Agency__V1__DecisionItem *decision, const char *otherwise)
{
    struct str when = STR(""), by = str_z(time == NULL ? "" : otherwise);
    if (time != NULL) {
        TRY(cell_time(table->arena, &time->base, &when));
    }
    if (decision != NULL) {
        by = arena_printf(table->arena, "#%" PRIu64 " %s", decision->org_sequence,
                          decision->command);
    }
    TRY(table_add(table, when));
    return by.data == NULL ? arena_full(table->arena) : table_add(table, by);
}
