/* Where a feed goes on: every record of outcomes bears a bookmark, and nothing else is kept. All
 * that lies before the bookmark is published, in its order. */
#ifndef PROJECTORS_BOOKMARK_H
#define PROJECTORS_BOOKMARK_H

#include "core/evlog/chain.h"
#include "core/evlog/evlog.h"

#define BOOKMARK_HEADER "agencygrid_bookmark"

struct bookmark {
    uint64_t publisher;  /* who sent the record that bears it */
    uint64_t last;       /* sequence of the record that bears it: published, too, but perhaps not
                            all that lies between */
    uint64_t offset;     /* in decisions: what lies before it is published */
    struct chain chain;  /* of the partition before that offset */
    uint64_t skip_below; /* publish only from this sequence on; for one that was found, not read */
    uint64_t end;        /* of outcomes, when it was found: a later record there is somebody's */
};

/* The value of the header: publisher, last, offset, chain. */
enum { BOOKMARK_SIZE = 3 * 8 + CHAIN_SIZE };

/* Appends BOOKMARK_SIZE bytes. */
void bookmark_encode(const struct bookmark *bookmark, struct buf *out);
/* The rest is zero. DATA_LOSS if it is none. */
MUST_USE struct status bookmark_decode(struct str in, uint32_t level_known,
                                       struct bookmark *bookmark);

/* What bookmarks are found with, one after the other. The caller sets `log`, which it keeps open;
 * all else is zero. */
struct bookmark_search {
    struct evlog *log;
    uint32_t level_known;
    struct evlog_reader
        *outcomes; /* NULL until needed; a client of its own on Kafka, so it is kept */
};
/* Closes what was opened. */
void bookmark_search_release(struct bookmark_search *search);

/* Finds where to go on in a partition: by the last of the outcomes; where retention has dropped
 * them all, by the last of the events; else at the beginning. Waits for the log. DATA_LOSS: the
 * last outcome's bookmark is damaged or of another partition. UNAVAILABLE. */
MUST_USE struct status bookmark_find(struct bookmark_search *search, uint32_t partition,
                                     struct bookmark *bookmark);

#endif
