/* Which orgs somebody looks for, by what they say of themselves: fields of Org as in lists of
 * entities, what people look for besides (org_search_words), and an expression. */
#ifndef QUERY_ORG_SEARCH_H
#define QUERY_ORG_SEARCH_H

#include "core/model/filter.h"
#include "core/model/mark.h"
#include "query/cel_filter.h"

/* keyword=WORD, url=PREFIX, metadata.PATH=VALUE, ...: a kind of search that no field has. */
struct org_word {
    bool (*passes)(const struct org_word *word, const Agency__V1__Org *org);
    struct str path; /* in a Struct */
    struct str value;
};

struct org_search {
    struct filter fields[LIST_FILTERS_MAX];
    size_t fields_count;
    struct org_word words[LIST_FILTERS_MAX];
    size_t words_count;
    struct cel_filter *expression; /* NULL: all pass */
    bool all;                      /* also what was erased */
    uint64_t gas;                  /* used by the expression so far */
};

/* Lies in the arena, borrows the texts. INVALID_ARGUMENT: a filter or the expression is none. To be
 * released in any case. */
MUST_USE struct status org_search_init(struct org_search *search, struct arena *arena,
                                       char *const *filters, size_t filters_count,
                                       struct str expression, bool all);
/* A zeroed one is fine. */
void org_search_release(struct org_search *search);

/* RESOURCE_EXHAUSTED: the expression needs more gas for it than it may. */
MUST_USE struct status org_search_passes(struct org_search *search, const Agency__V1__Org *org,
                                         bool *passes);

/* A mark that finds all orgs that pass, and by which word; false: there is none. */
bool org_search_mark(const struct org_search *search, struct mark *mark, struct str *word);

/* NAME:SPEC_ID, by which an org with a spec can be found; empty for others. In the arena. */
MUST_USE struct status org_search_uri(struct arena *arena, const Agency__V1__Org *org, char **uri);

#endif
