/* Reading a data folder: one partition, complete and current, also while another process owns it.
 */
#ifndef OPS_CTL_READING_H
#define OPS_CTL_READING_H

#include "core/model/partition.h"
#include "ops/ctl/ctl.h"
#include "query/snapshot.h"

struct reading {
    struct evlog *log;
    struct partition *partition; /* up to the log's end */
    char folder[DATA_DIR_PATH_MAX];
    struct snapshot snapshot; /* the org as of the moment */
};

/* Opens the partition of ctl's org and finds the moment that its options ask for; NOT_FOUND if
 * there is no such org then. The reading must not be moved. */
MUST_USE struct status reading_open(struct reading *reading, struct ctl *ctl);
/* The same in steps: the log; partitions of it; orgs of a partition, as ctl's options name them.
 * Each in the place of the one before. */
MUST_USE struct status reading_open_log(struct reading *reading, struct ctl *ctl);
MUST_USE struct status reading_open_partition(struct reading *reading, struct ctl *ctl,
                                              uint32_t number);
MUST_USE struct status reading_open_org(struct reading *reading, struct ctl *ctl);
/* For questions of all partitions: up to when nothing can still come into any of an embedded log,
 * `wanted_us` if that can be had soon. It is asked before the partitions are opened. *doubted: the
 * machine's clock is not believed, so that what is asked about is open (moment_ask). */
int64_t reading_word(const struct ctl *ctl, int64_t wanted_us, bool *doubted);
/* On Kafka: waits until the partition has passed the time. UNAVAILABLE. */
MUST_USE struct status reading_await(struct reading *reading, const struct ctl *ctl,
                                     int64_t wanted_us);
/* A zeroed one is fine. */
void reading_close(struct reading *reading);

#endif
