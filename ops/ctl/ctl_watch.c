/* watch: what happens in an org, as it happens. */
#include "ops/ctl/following.h"

struct status ctl_watch(struct ctl *ctl)
{
    Agency__V1__WatchRequest request = AGENCY__V1__WATCH_REQUEST__INIT;
    request.access = ctl->options.access;
    return following(ctl, &request);
}
