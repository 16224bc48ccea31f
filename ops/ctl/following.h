/* A stream of what happens in an org, shown as it comes: of watch, and of a history that is
 * followed. */
#ifndef OPS_CTL_FOLLOWING_H
#define OPS_CTL_FOLLOWING_H

#include "agency/v1/watch_service.pb-c.h"
#include "ops/ctl/ctl.h"

/* Follows until the stream ends, or nobody reads on. The request says what; org, --after and --once
 * are filled in. FAILED_PRECONDITION: there is no server. */
MUST_USE struct status following(struct ctl *ctl, Agency__V1__WatchRequest *request);

#endif
