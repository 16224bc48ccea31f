#include "ops/ctl/paging.h"

#include "ops/ctl/say.h"

void paging_begin(const struct ctl *ctl, struct paging *paging)
{
    const size_t limit = (size_t)ctl->options.limit;
    *paging = (struct paging){ .ask = { .limit = limit, .token = ctl->options.page },
                               .limited = limit > 0,
                               .left = limit };
}

bool paging_next(struct paging *paging, size_t count, const struct page_end *end)
{
    paging->ask.token = end->token;
    if (paging->limited) {
        assert(count <= paging->left);
        paging->left -= count;
        paging->ask.limit = paging->left;
    }
    return end->token.size > 0 && (!paging->limited || paging->left > 0);
}

void paging_say(const struct paging *paging)
{
    if (paging->ask.token.size > 0) {
        say("there is more; the next page: --page %.*s", STR_ARG(paging->ask.token));
    }
}
