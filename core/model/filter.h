/* Equality of an entity's field with a text; which index finds such entities. */
#ifndef CORE_MODEL_FILTER_H
#define CORE_MODEL_FILTER_H

#include "core/model/list.h"

/* A filter that is known to make sense for a kind of entity. */
struct filter {
    const ProtobufCFieldDescriptor *outer; /* NULL, or the message field that holds the field */
    const ProtobufCFieldDescriptor *field;
    struct str value;
    int64_t number;     /* of an enum, boolean or integer */
    size_t system_size; /* of an external id: of the system in the value, before its ':' */
};

/* Finds the field alone. INVALID_ARGUMENT: there is no such one. */
MUST_USE struct status filter_field(struct filter *filter, enum entity_kind kind, struct str path);
/* INVALID_ARGUMENT: no such field, or it cannot have that value. Borrows. */
MUST_USE struct status filter_init(struct filter *filter, enum entity_kind kind,
                                   const struct list_filter *asked);
bool filter_matches(const struct filter *filter, const ProtobufCMessage *entity);

/* What a list scans: an index, or all entities of the kind (0); the first parts of its keys. */
struct filter_scan {
    enum index_number index;
    struct str parts; /* lie in the arena */
};

/* An index that finds all live entities that pass, but those that wait for their beginning; 0 if
 * there is none. */
MUST_USE struct status filter_index(struct arena *arena, enum entity_kind kind,
                                    const struct filter *filters, size_t filters_count,
                                    struct filter_scan *scan);
/* One that finds the others of them, perhaps with more; 0: none of that kind ever waits. */
MUST_USE struct status filter_waiting(struct arena *arena, enum entity_kind kind,
                                      const struct filter *filters, size_t filters_count,
                                      struct filter_scan *scan);

#endif
