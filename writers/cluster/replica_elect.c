/* How a partition becomes ours: by an EPOCH that is the next, when nobody was heard for long
 * enough, or at once where nobody has to be waited for. */
#include "core/base/murmur2.h"
#include "core/base/num.h"
#include "core/base/random.h"
#include "writers/cluster/replica_impl.h"
#include "writers/term.h"

/* All that the log had when it was opened is folded. */
static bool replica_caught_up(const struct replica *replica)
{
    return evlog_reader_position(replica->common->session->decisions, replica->number) >=
           replica->end;
}

/* Nobody has to be waited for: it was ours, and nobody took it since; or never anybody's. */
static bool replica_led_last(const struct replica *replica)
{
    const struct chain *chain = &replica->leadership.chain;
    if (replica->race != REPLICA_RACE_FRESH || chain->closed) {
        return false;
    }
    return chain->epoch == 0 ? replica->rank == 0
                             : server_process(chain->leader) == replica->common->options->process ||
                                   chain->epoch + 1 == replica->epoch_asked;
}

/* Short, so that equals do not collide always; long after a lost race. */
static int64_t replica_jitter_us(const struct replica *replica)
{
    const struct server_options *options = replica->common->options;
    char bytes[16];
    num_put_u64be(bytes, options->process);
    num_put_u32be(bytes + 8, replica->number);
    num_put_u32be(bytes + 12, replica->elections);
    int64_t most_us = replica->race == REPLICA_RACE_LOST ? options->election_timeout_us
                                                         : options->election_timeout_us / 8;
    return murmur2(str_make(bytes, sizeof bytes)) % (most_us + 1);
}

struct leadership_timing replica_timing(const struct replica *replica)
{
    return (struct leadership_timing){ .election_timeout_us =
                                           replica->common->options->election_timeout_us,
                                       .rank = replica->rank,
                                       .jitter_us = replica_jitter_us(replica) };
}

bool replica_election_due(const struct replica *replica, const struct replica_time *time)
{
    struct leadership_timing timing = replica_timing(replica);
    return leadership_state(&replica->leadership) == LEADERSHIP_FOLLOWER &&
           replica_caught_up(replica) && time->monotonic_us >= replica->not_before_us &&
           session_has_room(replica->common->session) &&
           (replica_led_last(replica) ||
            leadership_election_due(&replica->leadership, &timing, time->monotonic_us));
}

/* Its process comes first, so that this one knows its own again (replica_led_last). */
static struct evlog_id replica_new_id(const struct replica *replica)
{
    struct evlog_id id;
    num_put_u64be(id.bytes, replica->common->options->process);
    random_bytes(id.bytes + 8, sizeof id.bytes - 8);
    return id;
}

void replica_campaign(struct replica *replica, const struct replica_time *time)
{
    struct buf value = { 0 };
    struct evlog_id id = replica_new_id(replica);
    const struct chain *chain = &replica->leadership.chain;
    term_epoch(chain, &replica->common->session->log->identity, id,
               replica->common->options->configuration, &value);
    leadership_campaign(&replica->leadership, id);
    replica_move(replica, REPLICA_CANDIDATE);
    replica->race = replica->race == REPLICA_RACE_LOST ? REPLICA_RACE_LOST : REPLICA_RACE_NONE;
    replica->elections++;
    replica->asked = *time;
    replica->moved_us = time->monotonic_us;
    replica->epoch_asked = chain->epoch + 1;
    struct evlog_item item = { .stream = EVLOG_DECISIONS,
                               .partition = replica->number,
                               .value = buf_str(&value) };
    struct pending_append append = { .partition = replica->number,
                                     .generation = replica->generation,
                                     .epoch = chain->epoch + 1,
                                     .sequence = chain->sequence + 1 };
    session_append(replica->common->session, &item, &append);
    buf_release(&value);
}
