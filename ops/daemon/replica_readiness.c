#include "ops/daemon/replica_readiness.h"

#include <inttypes.h>

static bool replica_readiness_is_open(const struct replica_status *partition)
{
    return partition->state != REPLICA_OPENING && !partition->catching_up;
}

/* What is done to a partition that is not open yet; nothing, if its turn has not come. */
static void replica_readiness_doing(const struct replica_status *partition, struct buf *out)
{
    if (partition->catching_up) {
        buf_printf(out, "partition %" PRIu32 " is folded from its log: ", partition->number);
        pace_write(&partition->pace, out);
        buf_append(out, STR("; "));
    } else if (partition->state == REPLICA_OPENING && partition->pace.end > 0) {
        buf_printf(out, "partition %" PRIu32 " is folded, and written to its store; ",
                   partition->number);
    }
}

struct status replica_readiness_open(const struct replica_status *partitions, uint32_t count)
{
    struct buf doing = { 0 };
    uint32_t open = 0;
    for (uint32_t i = 0; i < count; i++) {
        open += replica_readiness_is_open(&partitions[i]);
        if (doing.size == 0) {
            replica_readiness_doing(&partitions[i], &doing);
        }
    }
    struct status st =
        open == count
            ? status_ok()
            : status_error(STATUS_UNAVAILABLE, "%.*s%" PRIu32 " of %" PRIu32 " partitions are open",
                           (int)doing.size, doing.data, open, count);
    buf_release(&doing);
    return st;
}

static struct status replica_readiness_of(const struct replica_status *partition, int64_t now_us,
                                          int64_t election_timeout_us)
{
    bool works = partition->state == REPLICA_LEADER || partition->state == REPLICA_FOLLOWER;
    int64_t silent_us = now_us - partition->time_us;
    if (!works) {
        const char *why = partition->trouble.msg;
        return status_error(STATUS_UNAVAILABLE, "partition %" PRIu32 " is %s%s%s",
                            partition->number, replica_state_names[partition->state],
                            why[0] == '\0' ? "" : ": ", why);
    }
    if (partition->time_us == 0) {
        return status_error(STATUS_UNAVAILABLE, "partition %" PRIu32 " has no record yet",
                            partition->number);
    }
    if (silent_us > REPLICA_READINESS_TURNS * election_timeout_us) {
        return status_error(STATUS_UNAVAILABLE,
                            "partition %" PRIu32 " has seen no record for %" PRId64
                            " s: it is behind, or has no leader",
                            partition->number, silent_us / 1000000);
    }
    return status_ok();
}

struct status replica_readiness(const struct replica_status *partitions, uint32_t count,
                                uint32_t expected, int64_t now_us, int64_t election_timeout_us)
{
    if (count < expected) {
        return status_error(STATUS_UNAVAILABLE, "%" PRIu32 " of %" PRIu32 " partitions are open",
                            count, expected);
    }
    for (uint32_t i = 0; i < count; i++) {
        TRY(partitions[i].catching_up ? replica_readiness_open(partitions, count) : status_ok());
        TRY(replica_readiness_of(&partitions[i], now_us, election_timeout_us));
    }
    return status_ok();
}
