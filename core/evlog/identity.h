/* Who a log is: a history (survives a copy to another log) kept in one physical log, whose commands
 * lie in one physical command log. Offsets mean something within one log_id only. */
#ifndef CORE_EVLOG_IDENTITY_H
#define CORE_EVLOG_IDENTITY_H

#include "core/base/str.h"

enum { EVLOG_ID_SIZE = 16 };

/* Random bytes. */
struct evlog_id {
    uint8_t bytes[EVLOG_ID_SIZE];
};

struct evlog_identity {
    struct evlog_id history_id;
    struct evlog_id log_id;          /* of the decisions */
    struct evlog_id commands_log_id; /* of the commands */
    uint32_t partitions_count;       /* of either stream: 1..PARTITIONS_MAX, for ever */
};

static inline bool evlog_id_eq(struct evlog_id a, struct evlog_id b)
{
    return memcmp(a.bytes, b.bytes, EVLOG_ID_SIZE) == 0;
}

static inline struct str evlog_id_str(const struct evlog_id *id)
{
    return str_make(id->bytes, EVLOG_ID_SIZE);
}

#endif
