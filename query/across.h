/* The orgs of all partitions, as of one time: what questions across orgs walk.
 *
 * Partitions have no common order, and each is as far as it is. Of a time that all of them know the
 * answer is one moment; without one each org is as its partition has it now, and the answer says
 * how far that is. */
#ifndef QUERY_ACROSS_H
#define QUERY_ACROSS_H

#include "core/model/mark.h"
#include "query/page.h"
#include "query/question.h"

struct across {
    struct asking *asking;
    struct moment_ask ask;   /* of a time, or of now */
    struct page page;        /* its place begins with the partition */
    struct snapshot nothing; /* what the page is of: no org */
    /* the partition at hand */
    uint32_t partition;
    struct store_reader *reader;
    const struct position *position;
    /* the org at hand */
    struct arena arena; /* all about it */
    struct snapshot org;
    /* what the answer says of itself */
    Agency__V1__PartitionPlace **places; /* of the partitions that were opened, in their order */
    size_t places_count;
    int64_t known_us; /* the lowest of them */
    bool provisional; /* an org may still change what it was */
};

/* Begins, at the place of the page that the request asks for. INVALID_ARGUMENT: it asks for a
 * moment of one org, a time in the future, or as page_begin has it. To be ended in any case. */
MUST_USE struct status across_begin(struct across *across, struct asking *asking,
                                    const struct page_ask *ask, const struct str *words,
                                    size_t words_count);
/* A zeroed one is fine. */
void across_end(struct across *across);

/* Where the page begins: a partition, and the org in it that was looked at last. INVALID_ARGUMENT:
 * there is no such partition. */
MUST_USE struct status across_place(const struct across *across, uint32_t *partition,
                                    struct str *org_id);
/* Ends the page there, with another one to come. */
MUST_USE struct status across_page_end(const struct across *across, struct str org_id,
                                       struct page_end *end);

/* Turns to a partition. UNAVAILABLE: it is not here, or does not know all of the time. */
MUST_USE struct status across_turn_to(struct across *across, uint32_t partition);
/* Each id of an org that has a decision with events, behind `after`, to `take`; its CANCELLED ends
 * it well. Lies in the answer's arena. */
typedef struct status across_take(void *context, struct str org_id);
MUST_USE struct status across_each(const struct across *across, struct str after, across_take *take,
                                   void *context);

/* The same of those that a mark finds, whether it is so then or not. */
MUST_USE struct status across_each_marked(const struct across *across, const struct mark *mark,
                                          struct str after, across_take *take, void *context);

/* An org of the partition, as of the time: across->org, until the next one. NULL: there was none
 * then. */
MUST_USE struct status across_org(struct across *across, struct str org_id,
                                  const Agency__V1__Org **org);
/* Whether an operator asks. How much is decided in a partition, or how many orgs were looked at,
 * tells of orgs that others may not read. */
bool across_is_operator(const struct across *across);
/* Whether who asks may read all of it, as it is now. A failure means that nobody knows: no. */
MUST_USE struct status across_may(struct across *across, bool *may);

/* Fills what a response says of itself: partitions, known and provisional. */
MUST_USE struct status across_tell(const struct across *across, ProtobufCMessage *response);

#endif
