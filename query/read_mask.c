#include "query/read_mask.h"

#include "core/pb/field.h"
#include "core/pb/json_known.h"
#include "core/pb/message.h"

/* Takes the first name off a path; whether there is more behind it. */
static bool mask_step(struct str *path, struct str *name)
{
    const char *dot = path->size == 0 ? NULL : memchr(path->data, '.', path->size);
    *name = dot == NULL ? *path : str_make(path->data, (size_t)(dot - path->data));
    *path = dot == NULL ? STR("") : str_from(*path, name->size + 1);
    return dot != NULL;
}

/* ---- whether there is such a path ---- */

/* The message that a path goes into; NULL: it cannot. */
static const ProtobufCMessageDescriptor *mask_inside(const ProtobufCFieldDescriptor *field)
{
    const bool message = field->type == PROTOBUF_C_TYPE_MESSAGE && !pb_field_repeated(field);
    return message && pb_known(field->descriptor) == PB_KNOWN_NOT ? field->descriptor : NULL;
}

static struct status mask_check_path(const ProtobufCMessageDescriptor *descriptor, const char *text)
{
    const ProtobufCMessageDescriptor *inside = descriptor;
    struct str path = str_z(text), name;
    bool more;
    do {
        more = mask_step(&path, &name);
        const ProtobufCFieldDescriptor *field = inside == NULL ? NULL : pb_field_find(inside, name);
        if (field == NULL) {
            return status_error(STATUS_INVALID_ARGUMENT,
                                "read_mask: expected fields of %s, but one is '%s'",
                                descriptor->short_name, text);
        }
        inside = mask_inside(field);
    } while (more);
    return status_ok();
}

struct status read_mask_check(const ProtobufCMessageDescriptor *descriptor,
                              const Google__Protobuf__FieldMask *mask)
{
    const size_t count = mask == NULL ? 0 : mask->n_paths;
    if (count > READ_MASK_PATHS_MAX) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "read_mask: expected at most %d paths, but there are %zu",
                            READ_MASK_PATHS_MAX, count);
    }
    for (size_t i = 0; i < count; i++) {
        TRY(mask_check_path(descriptor, mask->paths[i]));
    }
    return status_ok();
}

/* ---- what it leaves ---- */

/* The part of a message within `shown`, made where there is none; NULL where there is nothing of it
 * to show, or all of it is shown. */
static struct status mask_enter(struct arena *arena, const ProtobufCFieldDescriptor *field,
                                const ProtobufCMessage **entity, ProtobufCMessage **shown)
{
    const ProtobufCMessage *whole =
        pb_field_has(*entity, field) ? pb_field_message(pb_field_at(*entity, field)) : NULL;
    ProtobufCMessage *part =
        pb_field_has(*shown, field) ? pb_field_message(pb_field_at(*shown, field)) : NULL;
    if (whole != NULL && part == NULL) {
        TRY(pb_new(arena, field->descriptor, &part));
        pb_field_set(*shown, field, &part);
    }
    *entity = whole;
    *shown = part == whole ? NULL : part;
    return status_ok();
}

static struct status mask_apply_path(struct arena *arena, struct str path,
                                     const ProtobufCMessage *entity, ProtobufCMessage *shown)
{
    struct str name;
    while (shown != NULL) {
        const bool more = mask_step(&path, &name);
        const ProtobufCFieldDescriptor *field = pb_field_find(entity->descriptor, name);
        if (!more) {
            pb_field_share(entity, field, shown, field);
            return status_ok();
        }
        TRY(mask_enter(arena, field, &entity, &shown));
    }
    return status_ok();
}

struct status read_mask_apply(struct arena *arena, const Google__Protobuf__FieldMask *mask,
                              const ProtobufCMessage *entity, const ProtobufCMessage **shown)
{
    ProtobufCMessage *some;
    *shown = entity;
    if (mask == NULL || mask->n_paths == 0) {
        return status_ok();
    }
    TRY(pb_new(arena, entity->descriptor, &some));
    for (size_t i = 0; i < mask->n_paths; i++) {
        TRY(mask_apply_path(arena, str_z(mask->paths[i]), entity, some));
    }
    *shown = some;
    return status_ok();
}
