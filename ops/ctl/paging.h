/* Pages of an answer in agencyctl: --limit items, from --page on. */
#ifndef OPS_CTL_PAGING_H
#define OPS_CTL_PAGING_H

#include "ops/ctl/ctl.h"
#include "query/page.h"

struct paging {
    struct page_ask ask; /* of the next page */
    bool limited;
    size_t left; /* items that may still be shown; without --limit it means nothing */
};

void paging_begin(const struct ctl *ctl, struct paging *paging);
/* Moves on behind a page of so many items; false: enough is shown. */
bool paging_next(struct paging *paging, size_t count, const struct page_end *end);
/* Tells on standard error how to go on, if there is more than what was shown. */
void paging_say(const struct paging *paging);

#endif
