/* A copy of a generated type, with fewer fields and another name: agency.v1.given.Role. Where a
 * field lies in memory stays as it is, so that a message needs only another type's name to be read
 * by. Fields of the system's stand behind all others, as fields are in order of their numbers. */
#include "core/domain/kernel/given_type.h"

#include <stdlib.h>
#include <string.h>

#include "core/domain/kernel/fields.h"
#include "core/domain/registry/registry.h"

static const char given_package[] = "agency.v1.given.";

static struct status given_type_name(struct arena *arena, ProtobufCMessageDescriptor *made)
{
    struct str name = arena_printf(arena, "%s%s", given_package, made->short_name);
    if (name.data == NULL) {
        return arena_full(arena);
    }
    made->name = name.data;
    return status_ok();
}

/* The places of the first fields in order of their names. */
static struct status given_type_sort(struct arena *arena, ProtobufCMessageDescriptor *made,
                                     const ProtobufCMessageDescriptor *of)
{
    unsigned *sorted, count = 0;
    ARENA_TRY(arena, sorted, arena_alloc(arena, (made->n_fields + 1) * sizeof *sorted));
    for (unsigned i = 0; i < of->n_fields; i++) {
        if (of->fields_sorted_by_name[i] < made->n_fields) {
            sorted[count++] = of->fields_sorted_by_name[i];
        }
    }
    assert(count == made->n_fields);
    made->fields_sorted_by_name = sorted;
    return status_ok();
}

/* The runs of numbers; behind the last stands how many fields there are. */
static struct status given_type_ranges(struct arena *arena, ProtobufCMessageDescriptor *made)
{
    ProtobufCIntRange *ranges;
    unsigned count = 0;
    ARENA_TRY(arena, ranges, arena_zalloc(arena, (made->n_fields + 1) * sizeof *ranges));
    for (unsigned i = 0; i < made->n_fields; i++) {
        if (i == 0 || made->fields[i].id != made->fields[i - 1].id + 1) {
            ranges[count++] = (ProtobufCIntRange){ (int)made->fields[i].id, i };
        }
    }
    ranges[count].orig_index = made->n_fields;
    made->n_field_ranges = count;
    made->field_ranges = ranges;
    return status_ok();
}

static struct status given_type_cut(struct arena *arena, const ProtobufCMessageDescriptor *of,
                                    ProtobufCFieldDescriptor **fields,
                                    ProtobufCMessageDescriptor **made)
{
    ARENA_TRY(arena, *made, arena_alloc(arena, sizeof **made));
    **made = *of;
    for ((*made)->n_fields = 0; (*made)->n_fields < of->n_fields; (*made)->n_fields++) {
        if (of->fields[(*made)->n_fields].id >= FIELD_VERSION) {
            break;
        }
    }
    ARENA_TRY(arena, *fields, arena_alloc(arena, ((*made)->n_fields + 1) * sizeof **fields));
    memcpy(*fields, of->fields, (*made)->n_fields * sizeof **fields);
    (*made)->fields = *fields;
    TRY(given_type_name(arena, *made));
    TRY(given_type_sort(arena, *made, of));
    return given_type_ranges(arena, *made);
}

struct status given_type_new(struct arena *arena, const ProtobufCMessageDescriptor *of,
                             const ProtobufCMessageDescriptor **type)
{
    ProtobufCMessageDescriptor *made, *entity;
    ProtobufCFieldDescriptor *fields, *unused;
    TRY(given_type_cut(arena, of, &fields, &made));
    if (registry_carried(of) != NULL) {
        TRY(given_type_cut(arena, fields[0].descriptor, &unused, &entity));
        fields[0].descriptor = entity;
    }
    *type = made;
    return status_ok();
}

static struct status given_type_as(struct arena *arena, const ProtobufCMessageDescriptor *type,
                                   const ProtobufCMessage *message, ProtobufCMessage **copy)
{
    assert(message->descriptor->sizeof_message == type->sizeof_message);
    ARENA_TRY(arena, *copy, arena_alloc(arena, type->sizeof_message));
    memcpy(*copy, message, type->sizeof_message);
    (*copy)->descriptor = type;
    return status_ok();
}

struct status given_type_copy(struct arena *arena, const ProtobufCMessageDescriptor *type,
                              const ProtobufCMessage *payload, const ProtobufCMessage **copy)
{
    const ProtobufCFieldDescriptor *carried = registry_carried(type);
    const ProtobufCMessage *subject = registry_subject_of(payload);
    ProtobufCMessage *made, *entity;
    TRY(given_type_as(arena, type, payload, &made));
    if (carried != NULL && subject != NULL) {
        TRY(given_type_as(arena, carried->descriptor, subject, &entity));
        memcpy((char *)made + carried->offset, &entity, sizeof entity);
    }
    *copy = made;
    return status_ok();
}
