#include "writers/cluster/options.h"

#include "core/base/num.h"

void replica_status_place(struct replica_status *status, const struct position *position)
{
    status->epoch = position->chain.epoch;
    status->leader = position->chain.leader;
    status->sequence = position->chain.sequence;
    status->offset = position->offset;
    status->next_command_offset = position->chain.next_command_offset;
    status->time_us = position->time_us;
    if (position->roots_count > 0) {
        const struct position_root *last = &position->roots[position->roots_count - 1];
        status->root_sequence = last->sequence;
        status->root = last->root;
    }
}

const char *const replica_state_names[REPLICA_STATES] = { "opening", "follower", "candidate",
                                                          "leader", "stopped" };

uint64_t server_process(struct evlog_id leader)
{
    return num_get_u64be(leader.bytes);
}
