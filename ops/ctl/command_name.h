/* Commands by the names that people give them. */
#ifndef OPS_CTL_COMMAND_NAME_H
#define OPS_CTL_COMMAND_NAME_H

#include "core/base/status.h"
#include "core/domain/registry/registry.h"

/* The member of Command by the command's name, "AssignRole" or "assign_role"; its id is the number
 * in the registry. INVALID_ARGUMENT with the nearest name. */
MUST_USE struct status command_name_find(const char *name, const ProtobufCFieldDescriptor **member);

#endif
