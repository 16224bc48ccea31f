/* Who watches deciding: for metrics and traces, of which writers know nothing. */
#ifndef WRITERS_WATCH_H
#define WRITERS_WATCH_H

#include "core/base/clock.h"
#include "core/model/pace.h"
#include "core/model/partition.h"
#include "core/model/submit.h"

/* How often partitions and queues are shown. */
enum { WRITER_WATCH_EVERY_US = 1000 * 1000 };

/* A command that was just looked at; what it became may not be in the log yet. Borrowed. */
struct decided {
    uint32_t partition;
    uint32_t command;  /* the number of its field in Command.payload; 0: it could not be read */
    struct str org_id; /* these three are empty then, too */
    struct str command_id;
    struct str trace; /* Command.trace_id */
    const struct submit_answer *answer;
    int64_t began_us; /* monotonic */
    int64_t ended_us;
};

/* All run in the thread that decides and must not wait; none is NULL. */
struct writer_watch {
    void (*decided)(void *self, const struct decided *decided);
    /* A partition that is open here. */
    void (*partition)(void *self, const struct partition *partition);
    /* Commands that wait to be decided. */
    void (*queue)(void *self, uint32_t commands);
    /* How far the fold of a partition is: often while it is opened, then once a second. */
    void (*pace)(void *self, uint32_t partition, const struct pace *pace);
    /* How far the machine's clock is ahead of the decider's (decider_clock.h). */
    void (*ahead)(void *self, int64_t ahead_us);
    struct clock clock;
    void *self;
};

#endif
