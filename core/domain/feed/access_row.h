/* A row of the access matrix: what one subject has at one moment, as granted. All that it counts as
 * is found once, then entries are asked about one by one, or all are listed. */
#ifndef CORE_DOMAIN_FEED_ACCESS_ROW_H
#define CORE_DOMAIN_FEED_ACCESS_ROW_H

#include "core/domain/check/check.h"
#include "core/domain/check/grantees.h"
#include "core/domain/feed/access_entry.h"

struct access_row {
    struct lookup *lookup; /* borrowed */
    bool active;           /* else the row is empty: the org or the subject is not */
    struct grantees grantees;
};

/* Lies in the look-up's arena. RESOURCE_EXHAUSTED over the look-up's budget, here and below. */
MUST_USE struct status access_row_init(struct access_row *row, struct lookup *lookup,
                                       struct str subject_id);

/* Whether the row has an entry; by which way, if it does: a shortest one, as Check tells it. */
MUST_USE struct status access_row_has(struct access_row *row, const struct access_entry *entry,
                                      bool *has, struct check_answer *way);
/* All of its entries, in order, each once. */
MUST_USE struct status access_row_list(struct access_row *row, struct access_entries *entries);

#endif
