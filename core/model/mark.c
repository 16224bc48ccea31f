#include "core/model/mark.h"

#include "core/base/hash.h"
#include "core/domain/registry/registry.h"
#include "core/pb/field.h"

static const char *const mark_fields[] = {
    "spec_id",           "tags",          "skill_tags",   "org_group_ids",
    "asset_registry_id", "parent_org_id", "external_ids",
};
enum { MARK_FIELDS = sizeof mark_fields / sizeof mark_fields[0] };

/* A NUL is in no text of the domain. */
static struct mark mark_of(struct str what, struct str name, struct str value)
{
    const struct str end = str_make("", 1);
    const struct str parts[] = { what, end, name, end, value };
    struct hash hash = hash_sha256(parts, sizeof parts / sizeof parts[0]);
    struct mark mark;
    memcpy(mark.bytes, hash.bytes, MARK_SIZE);
    return mark;
}

struct mark mark_of_field(struct str field, struct str value)
{
    assert(mark_field(field) && value.size > 0);
    return mark_of(STR("org"), field, value);
}

bool mark_field(struct str field)
{
    for (size_t i = 0; i < MARK_FIELDS; i++) {
        if (str_eq(field, str_z(mark_fields[i]))) {
            return true;
        }
    }
    return false;
}

struct mark mark_of_uri(struct str uri)
{
    return mark_of(STR("org"), STR("uri"), uri);
}

struct mark mark_of_note(struct str name, struct str value)
{
    return mark_of(STR("note"), name, value);
}

/* ---- of an org ---- */

static struct status mark_external(const Agency__V1__ExternalId *id, mark_take *take, void *context)
{
    struct buf text = { 0 };
    buf_printf(&text, "%s:%s", id->system, id->value);
    const struct mark mark = mark_of_field(STR("external_ids"), buf_str(&text));
    buf_release(&text);
    return take(context, &mark);
}

static struct status mark_value(const ProtobufCFieldDescriptor *field, const void *value,
                                mark_take *take, void *context)
{
    if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
        return mark_external((const Agency__V1__ExternalId *)(const void *)pb_field_message(value),
                             take, context);
    }
    const char *text;
    memcpy(&text, value, sizeof text);
    if (text[0] == '\0') {
        return status_ok();
    }
    const struct mark mark = mark_of_field(str_z(field->name), str_z(text));
    return take(context, &mark);
}

static struct status mark_values(const Agency__V1__Org *org, const char *name, mark_take *take,
                                 void *context)
{
    const ProtobufCFieldDescriptor *field =
        protobuf_c_message_descriptor_get_field_by_name(&agency__v1__org__descriptor, name);
    assert(field != NULL);
    if (!pb_field_repeated(field)) {
        return mark_value(field, pb_field_at(&org->base, field), take, context);
    }
    for (size_t i = 0; i < pb_field_count(&org->base, field); i++) {
        TRY(mark_value(field, pb_field_item(&org->base, field, i), take, context));
    }
    return status_ok();
}

struct status mark_org(const Agency__V1__Org *org, mark_take *take, void *context)
{
    for (size_t i = 0; i < MARK_FIELDS; i++) {
        TRY(mark_values(org, mark_fields[i], take, context));
    }
    if (org->spec_id[0] == '\0') {
        return status_ok();
    }
    struct buf uri = { 0 };
    buf_printf(&uri, "%s:%s", org->name, org->spec_id);
    const struct mark mark = mark_of_uri(buf_str(&uri));
    buf_release(&uri);
    return take(context, &mark);
}
