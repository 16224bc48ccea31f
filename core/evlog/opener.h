/* How a log is opened, and opened again after it broke, and who is told of trouble: what all have
 * in common who live longer than a connection. */
#ifndef CORE_EVLOG_OPENER_H
#define CORE_EVLOG_OPENER_H

#include "core/evlog/evlog.h"

struct evlog_opener {
    /* Gives a handle; UNAVAILABLE: try again. Called in the thread that opens. */
    struct status (*open)(void *context, bool read_only, struct evlog **log);
    void *context;
};

/* Statuses of `open`. */
MUST_USE static inline struct status evlog_opener_open(const struct evlog_opener *opener,
                                                       bool read_only, struct evlog **log)
{
    return opener->open(opener->context, read_only, log);
}

/* The number of a partition in a report that is about all. */
#define EVLOG_ALL UINT32_MAX

struct evlog_reporter {
    /* Tells a person what happened, in the thread where it did; OK: all is well again. NULL: nobody
     * is told. */
    void (*report)(void *context, uint32_t partition, struct status what);
    void *context;
};

static inline void evlog_reporter_tell(const struct evlog_reporter *reporter, uint32_t partition,
                                       struct status what)
{
    if (reporter->report != NULL) {
        reporter->report(reporter->context, partition, what);
    }
}

#endif
