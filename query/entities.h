/* The entities of an org as of a moment: one, or all of a kind. */
#ifndef QUERY_ENTITIES_H
#define QUERY_ENTITIES_H

#include "core/domain/kernel/life.h"
#include "core/model/list.h"
#include "query/page.h"

/* The word by which people call one of a kind: "job-space". */
const char *entities_word(enum entity_kind kind, char word[LIFE_NOUN_SIZE]);
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

/* A page of a list of entities. */
struct entities_page {
    const ProtobufCMessage **items;
    size_t count;
    enum index_number index; /* that served it; 0: all of the kind were looked at */
    size_t looked;           /* rows that were */
    struct page_end end;
};

/* A page of the entities of a kind that pass filters: kind, filters and all of `request` say which,
 * the rest is filled in. LIST_PAGE_MAX items at most. Statuses of selection_page. */
MUST_USE struct status entities_page(struct snapshot *snapshot, const struct list_request *request,
                                     const struct page_ask *ask, struct entities_page *page);

#endif
