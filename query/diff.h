/* What is not the same in an org at two moments. */
#ifndef QUERY_DIFF_H
#define QUERY_DIFF_H

#include "query/page.h"

struct diff_question {
    struct str from; /* the other moment, as snapshot_ask takes it; must not be empty */
    int64_t now_us;  /* the asker's clock */
    bool of_kind;    /* else of the org */
    bool of_entity;  /* of the kind this one; `text` is its id or name:X */
    bool about;      /* with what hangs on it */
    enum entity_kind kind;
    struct str text;
};

/* An entity that is not the same. */
struct diff_entity {
    const Agency__V1__EntityRef *ref;
    const ProtobufCMessage *before; /* at the other moment; NULL: there was none */
    const ProtobufCMessage *after;  /* at the snapshot's; not both are NULL */
    const Agency__V1__DecisionRow *decision;
};

/* They; in the snapshot's arena. */
struct diff_list {
    struct diff_entity *items;
    size_t count;
    struct moment from;
    struct page_end end;
};

/* A page, of at most a hundred items and about a megabyte: what was changed last comes first.
 * INVALID_ARGUMENT: `from` is missing or no moment, the id is empty, the kind has nothing about it,
 * or as page.h has it. NOT_FOUND: nothing has that name. */
MUST_USE struct status diff_page(struct snapshot *snapshot, const struct diff_question *question,
                                 const struct page_ask *ask, struct diff_list *list);

Agency__V1__Difference diff_of(const struct diff_entity *entity);
/* The names of the fields that differ, where both are there; static memory, the list lies in the
 * arena. */
MUST_USE struct status diff_fields(struct arena *arena, const struct diff_entity *entity,
                                   char ***names, size_t *count);

#endif
