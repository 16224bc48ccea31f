/* Pages of an answer: all of them of one moment, each going on where the one before ended. A page
 * token says the moment, the place, and which question it belongs to; whoever carries it on need
 * not know more. */
#ifndef QUERY_PAGE_H
#define QUERY_PAGE_H

#include "core/base/hash.h"
#include "query/snapshot.h"

/* What is asked of a page. */
struct page_ask {
    size_t limit;     /* items at most; 0: as many as the question gives at once */
    struct str token; /* of the page before; empty: the first page */
};

/* How a page ends. */
struct page_end {
    struct str token; /* for the page behind it; empty: there is none */
    bool cut;         /* its budget of look-ups ended it, not its limit: it may have few items, or
                         none, and the next one goes on */
};

/* Moves the moment that somebody asks for to that of a page token, if there is one; all else of
 * `ask` stays. What it points to lies in the arena. INVALID_ARGUMENT: it is no page token. */
MUST_USE struct status page_moment(struct arena *arena, struct str token, struct moment_ask *ask);

/* A page while it is made. */
struct page {
    struct snapshot *snapshot;
    struct hash question;
    size_t limit;     /* SIZE_MAX where none was asked for */
    struct str place; /* of the last item of the page before, as the question says places; empty:
                         this is the first page */
};

/* Begins a page of a question, of which `words` say all but org, moment and page: two questions
 * with the same words are one. INVALID_ARGUMENT: the token is of another question, org or history,
 * or the snapshot of another moment. */
MUST_USE struct status page_begin(struct page *page, struct snapshot *snapshot,
                                  const struct page_ask *ask, const struct str *words,
                                  size_t words_count);
/* Ends it behind the item at `place` (not empty), with another page to come. */
MUST_USE struct status page_end_at(const struct page *page, struct str place, bool cut,
                                   struct page_end *end);

/* The place of the item `index` of a list; places are in the order of the items. */
typedef struct status page_place(void *list, size_t index, struct str *place);
/* Which items of a whole list of `count` are on the page: from `first`, so many, and how it ends.
 */
struct page_part {
    size_t first;
    size_t count;
    struct page_end end;
};
MUST_USE struct status page_of_list(const struct page *page, page_place *place, void *list,
                                    size_t count, struct page_part *part);

#endif
