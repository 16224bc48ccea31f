/* The entities of an org as of a moment: one, or all of a kind. */
#ifndef QUERY_ENTITIES_H
#define QUERY_ENTITIES_H

#include "core/model/list.h"
#include "query/snapshot.h"

/* A kind of entity by the word that people use: "group" or "groups". INVALID_ARGUMENT with the
 * nearest. */
MUST_USE struct status entities_kind(struct str name, enum entity_kind *kind);

/* One entity by its id or name:X; an id of several parts has them one behind the other.
 * INVALID_ARGUMENT: one is empty. NOT_FOUND. Borrows from the snapshot. */
MUST_USE struct status entities_get(struct snapshot *snapshot, enum entity_kind kind,
                                    const struct str *parts, size_t parts_count,
                                    const ProtobufCMessage **entity);

/* Whether an entity is a setting of what is gone, so that it has no effect. */
MUST_USE struct status entities_is_idle(const struct snapshot *snapshot,
                                        const ProtobufCMessage *entity, bool *idle);

/* A page of a list: org and moment are the snapshot's, all else as list.h has it. */
MUST_USE struct status entities_page(struct snapshot *snapshot, struct list_request *request,
                                     struct list_page *page);

#endif
