/* Whether who looks at a folder beside nobody may say which time it is. */
#ifndef OPS_CTL_READING_CLOCK_H
#define OPS_CTL_READING_CLOCK_H

#include "core/evlog/evlog.h"
#include "ops/ctl/ctl.h"

/* False where who decides would wait, too: nobody has given a word about the log's time for more
 * than a day, and something has fallen due since. Or a partition cannot be read. The log is to be
 * locked. */
bool reading_clock_stands(const struct ctl *ctl, struct evlog *log, int64_t now_us);

#endif
