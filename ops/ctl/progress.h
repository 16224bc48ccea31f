/* A progress bar on a terminal: done of all, rate, time left. Nothing is shown where standard error
 * is no terminal. One thread. */
#ifndef OPS_CTL_PROGRESS_H
#define OPS_CTL_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/clock.h"

struct progress {
    const char *what; /* "commands" */
    struct clock clock;
    uint64_t all; /* 0: not known */
    int64_t begun_us;
    int64_t shown_us;
    bool terminal;
};

void progress_init(struct progress *progress, const char *what, uint64_t all, struct clock clock);
/* Shows how far it is, ten times a second at most. */
void progress_show(struct progress *progress, uint64_t done);
/* Takes the bar away. */
void progress_end(struct progress *progress);

#endif
