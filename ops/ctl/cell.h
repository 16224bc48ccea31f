/* Fields of entities as people read them, in tables and histories. */
#ifndef OPS_CTL_CELL_H
#define OPS_CTL_CELL_H

#include <protobuf-c/protobuf-c.h>

#include "agency/v1/query.pb-c.h"
#include "ops/ctl/table.h"

/* One value of a field (an item, where it is a list). Lies in the arena, or is borrowed. */
MUST_USE struct status cell_of_value(struct arena *arena, const ProtobufCFieldDescriptor *field,
                                     const void *value, struct str *text);
/* A field; empty where it is not set. Items of a list are joined by commas. */
MUST_USE struct status cell_of_field(struct arena *arena, const ProtobufCMessage *entity,
                                     const ProtobufCFieldDescriptor *field, struct str *text);
/* Adds two cells: a time, and the decision that made it one, such as "#17 AssignRole"; `otherwise`
 * where there is a time that none did. */
MUST_USE struct status cell_add_when(struct table *table, const Google__Protobuf__Timestamp *time,
                                     const Agency__V1__DecisionItem *decision,
                                     const char *otherwise);

#endif
