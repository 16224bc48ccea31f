/* What status found, as tables for a person. */
#ifndef OPS_CTL_STATUS_TEXT_H
#define OPS_CTL_STATUS_TEXT_H

#include "agency/v1/stream.pb-c.h"
#include "core/base/arena.h"
#include "core/base/buf.h"

struct status_text {
    const Agency__V1__StatusResponse *response; /* of one process and no partitions: what a server
                                                   says of itself */
    int64_t now_us;
    bool all; /* every partition of every process */
    struct arena *arena;
    struct buf *out;
};

/* Appends it all. */
MUST_USE struct status status_text_say(const struct status_text *text);

/* Whether a process has not been heard for so long that it may be gone. */
bool status_text_is_late(const Agency__V1__ProcessStatus *process, int64_t now_us);
/* What a process says of a partition; NULL: nothing. */
const Agency__V1__PartitionStatus *status_text_partition(const Agency__V1__ProcessStatus *process,
                                                         uint32_t partition);

#endif
