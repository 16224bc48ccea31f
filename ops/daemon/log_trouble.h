/* What the log or a partition says of its trouble, as a diagnostic. */
#ifndef OPS_DAEMON_LOG_TROUBLE_H
#define OPS_DAEMON_LOG_TROUBLE_H

#include "core/base/diag.h"
#include "core/evlog/opener.h"

/* Tells it to `diag`, which is borrowed. Any thread. */
struct evlog_reporter log_trouble_reporter(struct diag *diag);

#endif
