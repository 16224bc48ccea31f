#include "core/pb/types.h"

#include "core/base/memory.h"
#include "core/pb/field.h"

enum { PB_TYPES_ROOM_MIN = 32 };

void pb_types_release(struct pb_types *types)
{
    mem_free(types->items);
    *types = (struct pb_types){ 0 };
}

/* False when it is there already. */
static bool pb_types_put(struct pb_types *types, const ProtobufCMessageDescriptor *descriptor)
{
    for (size_t i = 0; i < types->count; i++) {
        if (types->items[i] == descriptor) {
            return false;
        }
    }
    if (types->count == types->room) {
        types->room = types->room == 0 ? PB_TYPES_ROOM_MIN : types->room * 2;
        types->items = mem_realloc(types->items, types->room * sizeof *types->items);
    }
    types->items[types->count++] = descriptor;
    return true;
}

/* Those that are added are the queue of those to be looked at, so that a deep schema needs no
 * stack. */
void pb_types_add(struct pb_types *types, const ProtobufCMessageDescriptor *descriptor)
{
    size_t at = types->count;
    if (!pb_types_put(types, descriptor)) {
        return;
    }
    for (; at < types->count; at++) {
        const ProtobufCMessageDescriptor *type = types->items[at];
        for (unsigned i = 0; i < type->n_fields; i++) {
            if (type->fields[i].type == PROTOBUF_C_TYPE_MESSAGE) {
                pb_types_put(types, pb_field_type(&type->fields[i]));
            }
        }
    }
}

const ProtobufCMessageDescriptor *pb_types_find(const struct pb_types *types, struct str name)
{
    const char *slash = name.size == 0 ? NULL : memrchr(name.data, '/', name.size);
    struct str found = slash == NULL ? name : str_from(name, (size_t)(slash - name.data) + 1);
    for (size_t i = 0; types != NULL && i < types->count; i++) {
        if (str_eq(str_z(types->items[i]->name), found)) {
            return types->items[i];
        }
    }
    return NULL;
}
