/* Where a record of the decisions lies that something is published about. */
#ifndef PROJECTORS_RECORD_PLACE_H
#define PROJECTORS_RECORD_PLACE_H

#include "core/evlog/evlog.h"

struct record_place {
    struct evlog_id history_id;
    uint32_t partition;
    uint64_t sequence;
    uint64_t command_offset; /* of the command that it answers; EVLOG_OFFSET_UNKNOWN: that lies in
                                another log */
};

#endif
