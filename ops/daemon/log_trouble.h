/* What the log or a partition says of its trouble, as a diagnostic. */
#ifndef OPS_DAEMON_LOG_TROUBLE_H
#define OPS_DAEMON_LOG_TROUBLE_H

#include "core/base/diag.h"
#include "core/evlog/opener.h"

/* OK: it is over. EVLOG_ALL: of the log as a whole. */
void log_trouble_say(struct diag *diag, uint32_t partition, struct status what);

#endif
