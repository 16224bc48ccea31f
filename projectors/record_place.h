/* Where a record of the decisions lies that something is published about. */
#ifndef PROJECTORS_RECORD_PLACE_H
#define PROJECTORS_RECORD_PLACE_H

#include "core/evlog/evlog.h"

struct record_place {
    struct evlog_id history_id;
    uint32_t partition;
    uint64_t sequence;
};

#endif
