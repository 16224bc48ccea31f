#include "ops/ctl/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

enum { SHOW_EVERY_US = 100 * 1000, BAR_WIDTH = 30, SECOND_US = 1000000 };

void progress_init(struct progress *progress, const char *what, uint64_t all, struct clock clock)
{
    int64_t now = clock_monotonic_us(&clock);
    *progress = (struct progress){ .what = what,
                                   .clock = clock,
                                   .all = all,
                                   .begun_us = now,
                                   .terminal = isatty(STDERR_FILENO) == 1 };
}

static void progress_bar(const struct progress *progress, uint64_t done, uint64_t rate)
{
    uint64_t all = progress->all < done ? done : progress->all;
    int full = all == 0 ? 0 : (int)(done * BAR_WIDTH / all);
    fputs("\r[", stderr);
    for (int i = 0; i < BAR_WIDTH; i++) {
        fputc(i < full ? '#' : '.', stderr);
    }
    fprintf(stderr, "] %3" PRIu64 "%%  %" PRIu64 " of %" PRIu64 " %s  %" PRIu64 "/s",
            all == 0 ? 0 : done * 100 / all, done, all, progress->what, rate);
    if (rate > 0) {
        fprintf(stderr, "  %" PRIu64 " s left", (all - done) / rate);
    }
}

void progress_show(struct progress *progress, uint64_t done)
{
    int64_t now = clock_monotonic_us(&progress->clock);
    if (!progress->terminal || now - progress->shown_us < SHOW_EVERY_US) {
        return;
    }
    progress->shown_us = now;
    int64_t passed = now - progress->begun_us;
    uint64_t rate = passed <= 0 ? 0 : done * SECOND_US / (uint64_t)passed;
    if (progress->all > 0) {
        progress_bar(progress, done, rate);
    } else {
        fprintf(stderr, "\r%" PRIu64 " %s  %" PRIu64 "/s", done, progress->what, rate);
    }
    fputs("\033[K", stderr);
}

void progress_end(struct progress *progress)
{
    if (progress->terminal && progress->shown_us > 0) {
        fputs("\r\033[K", stderr);
    }
}
