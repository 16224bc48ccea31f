/* The access feed: who has gained or lost what by one decision. The access matrix M of a moment has
 * for each ACTIVE subject what it has as granted (access_row.h); the feed of decision n is M after
 * it less M before it, judged at its occurred_at, and a microsecond before that. */
#ifndef CORE_DOMAIN_FEED_ACCESS_FEED_H
#define CORE_DOMAIN_FEED_ACCESS_FEED_H

#include "core/domain/check/check.h"
#include "core/domain/feed/access_cause.h"

enum {
    /* Candidates that are looked at: of a decision with more it is told only that much changed. */
    ACCESS_CANDIDATES_MAX = 10000,
    /* Look-ups for finding and judging them: about a second. */
    ACCESS_LOOKUPS_MAX = 2000000,
};

/* The org before a decision, or after it. */
struct access_side {
    const struct view *view;
    int64_t at_us;
};

/* A subject has gained an entry, or lost it. */
struct access_line {
    struct str subject_id;
    struct access_entry entry;
    bool gained;
    bool otherwise; /* it may do that there all the same, by what covers the object or implies the
                       permission: before what it gained, after what it lost */
    const struct check_step *way; /* how it has it, or had it */
    size_t way_count;
};

/* All of it lies in the arena, or is borrowed from the views. */
struct access_feed {
    struct access_line *lines; /* in order of subject and entry */
    size_t count;
    bool changed;      /* there is too much to tell: no lines */
    size_t candidates; /* that were looked at, or there were when it became too much */
};

/* The feed of a decision that made these changes. */
MUST_USE struct status access_feed_of(struct arena *arena, const struct access_side *before,
                                      const struct access_side *after,
                                      const struct access_change *changes, size_t changes_count,
                                      struct access_feed *feed);

/* What one subject has gained or lost between two moments, which need not follow each other: adds
 * its lines. */
MUST_USE struct status access_feed_subject(struct arena *arena, const struct access_side *before,
                                           const struct access_side *after, struct str subject_id,
                                           struct access_feed *feed);

#endif
