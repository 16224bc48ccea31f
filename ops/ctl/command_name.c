#include "ops/ctl/command_name.h"

#include "core/base/nearest.h"

struct status command_name_find(const char *name, const ProtobufCFieldDescriptor **member)
{
    struct nearest nearest;
    nearest_init(&nearest, str_z(name));
    for (unsigned i = 0; i < agency__v1__command__descriptor.n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &agency__v1__command__descriptor.fields[i];
        const char *type = registry_command_name(field->id);
        if (type == NULL) {
            continue; /* of the envelope */
        }
        if (strcmp(type, name) == 0 || strcmp(field->name, name) == 0) {
            *member = field;
            return status_ok();
        }
        nearest_offer(&nearest, str_z(type));
    }
    return status_error(STATUS_INVALID_ARGUMENT,
                        "expected the name of a command, such as AssignRole, but it is '%s'%s",
                        name, nearest_hint(&nearest));
}
