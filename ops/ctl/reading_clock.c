/* A word about the log's time binds whoever decides next: what he stamps is later, and what is due
 * by then ends. By a clock that was set wrongly while nobody looked it would end what nobody can
 * take back, so it is not given by such a one. What is due is looked for once a day at most. */
#include "ops/ctl/reading_clock.h"

#include <stdio.h>
#include <sys/stat.h>

#include "core/base/remove_tree.h"
#include "core/model/closed_time.h"
#include "core/model/partition.h"
#include "writers/decider_clock.h"
#include "writers/timers.h"

static const size_t READING_CLOCK_MEMORY_MAX = (size_t)64 << 20;

static struct status clock_look_at(struct partition *partition, struct evlog *log, int64_t *next_us)
{
    struct timers timers;
    TRY(partition_catch_up(partition, log));
    timers_init(&timers);
    struct status st = timers_scan(&timers, partition);
    *next_us = timers_next_us(&timers);
    timers_release(&timers);
    return st;
}

/* When the first thing of a partition is due. */
static struct status clock_next_due(const struct ctl *ctl, struct evlog *log, uint32_t number,
                                    const char *folder, int64_t *next_us)
{
    char store[DATA_DIR_PATH_MAX];
    struct partition *partition;
    data_dir_store(&ctl->dir, number, store);
    struct partition_options options = { .store = store,
                                         .secondary = folder,
                                         .log = log,
                                         .number = number,
                                         .level_known = FORMAT_LEVEL,
                                         .memory_max = READING_CLOCK_MEMORY_MAX };
    TRY(partition_open(&options, &partition));
    struct status st = clock_look_at(partition, log, next_us);
    partition_close(partition);
    struct status removed = remove_tree(folder);
    (void)removed; /* a folder that stays behind does no harm */
    return st;
}

bool reading_clock_stands(const struct ctl *ctl, struct evlog *log, int64_t now_us)
{
    char folder[DATA_DIR_PATH_MAX];
    const int64_t last_us = closed_time_read(ctl->dir.stores);
    if (now_us - last_us <= DECIDER_CLOCK_OLD_US) {
        return true;
    }
    mkdir(ctl->dir.readers, 0700);
    int size = snprintf(folder, sizeof folder, "%s/clock", ctl->dir.readers);
    assert(size > 0 && (size_t)size < sizeof folder); /* data_dir_open left room */
    for (uint32_t i = 0; i < log->identity.partitions_count; i++) {
        int64_t next_us = INT64_MIN;
        struct status st = clock_next_due(ctl, log, i, folder, &next_us);
        if (st.code != STATUS_OK || next_us <= now_us) {
            return false;
        }
    }
    return true;
}
