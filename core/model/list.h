/* Lists of the entities of a kind, as of one moment, page by page. Filters are equalities; where an
 * index knows the answer it is used, else all entities of the kind are looked at. */
#ifndef CORE_MODEL_LIST_H
#define CORE_MODEL_LIST_H

#include "core/domain/registry/registry.h"
#include "core/model/moment.h"

enum { LIST_FILTERS_MAX = 8, LIST_PAGE_MAX = 1000, LIST_PAGE_DEFAULT = 100 };

/* A field of the entity, or of a message in it ("grantee.id"), by its name in the schema or in
 * JSON; and its value as text: enums by name with or without prefix, booleans as true and false. A
 * list of texts equals each of its items, and an empty text where it has none. */
struct list_filter {
    struct str field;
    struct str value;
};

struct list_request {
    struct str org_id;
    enum entity_kind kind;
    struct moment moment; /* as moment_resolve gave it */
    struct list_filter filters[LIST_FILTERS_MAX];
    size_t filters_count;
    bool all;          /* with what has ended, expired or was removed, and what is set on that */
    size_t page_size;  /* 0: LIST_PAGE_DEFAULT */
    size_t looked_max; /* rows that a page looks at, whether they pass or not; 0: any number */
    struct str after;  /* where the page before ended; empty: this is the first */
};

struct list_page {
    const ProtobufCMessage **items;
    struct str *values; /* the items as packed bytes */
    struct str *places; /* where a page behind each would go on */
    size_t count;
    size_t looked;
    enum index_number index; /* that knew where to look; 0: all of the kind were looked at */
    struct str end;          /* where the next page goes on; empty: this is the last one */
};

/* Gives a page; all of it lies in the arena. INVALID_ARGUMENT: an unknown field, a value that the
 * field cannot have. */
MUST_USE struct status list_page(struct store_reader *reader, struct arena *arena,
                                 const struct list_request *request, struct list_page *page);

#endif
