/* How a partition becomes ours: by an EPOCH that is the next, when nobody was heard for long
 * enough, or at once where nobody has to be waited for. */
#include "core/base/murmur2.h"
#include "core/base/num.h"
#include "core/base/random.h"
#include "writers/stake_impl.h"

/* All that the log had when it was opened is folded. */
static bool stake_caught_up(const struct stake *stake)
{
    return evlog_reader_position(stake->common->wire->decisions, stake->number) >= stake->end;
}

/* Nobody has to be waited for: it was ours, and nobody took it since; or never anybody's. */
static bool stake_is_heir(const struct stake *stake)
{
    const struct chain *chain = &stake->owner.chain;
    if (!stake->fresh || chain->closed) {
        return false;
    }
    return chain->epoch == 0 ? stake->rank == 0
                             : cowriter_process(chain->owner) == stake->common->options->process ||
                                   chain->epoch + 1 == stake->epoch_asked;
}

/* Short, so that equals do not collide always; long after a lost race. */
static int64_t stake_jitter_us(const struct stake *stake)
{
    const struct cowriter_options *options = stake->common->options;
    char bytes[16];
    num_put_u64be(bytes, options->process);
    num_put_u32be(bytes + 8, stake->number);
    num_put_u32be(bytes + 12, stake->silences);
    int64_t most_us = stake->lost ? options->silence_us : options->silence_us / 8;
    return murmur2(str_make(bytes, sizeof bytes)) % (most_us + 1);
}

struct owner_timing stake_timing(const struct stake *stake)
{
    return (struct owner_timing){ .silence_us = stake->common->options->silence_us,
                                  .rank = stake->rank,
                                  .jitter_us = stake_jitter_us(stake) };
}

bool stake_take_over_due(const struct stake *stake, const struct stake_time *time)
{
    struct owner_timing timing = stake_timing(stake);
    return owner_state(&stake->owner) == OWNER_STANDBY && stake_caught_up(stake) &&
           time->monotonic_us >= stake->not_before_us && wire_has_room(stake->common->wire) &&
           (stake_is_heir(stake) || owner_take_due(&stake->owner, &timing, time->monotonic_us));
}

static void stake_make_epoch(struct stake *stake, struct record *record, struct buf *value)
{
    const struct cowriter_options *options = stake->common->options;
    struct buf body = { 0 };
    struct evlog_id id;
    num_put_u64be(id.bytes, options->process);
    random_bytes(id.bytes + 8, sizeof id.bytes - 8);
    owner_take(&stake->owner, id, record);
    struct record_epoch epoch = { .identity = stake->common->wire->log->identity,
                                  .partition = stake->number,
                                  .owner = id,
                                  .level = FORMAT_LEVEL,
                                  .configuration = options->configuration };
    record_epoch_encode(&epoch, &body);
    record->body = buf_str(&body);
    record_encode(record, value);
    buf_release(&body);
}

void stake_take_over(struct stake *stake, const struct stake_time *time)
{
    struct record record;
    struct buf value = { 0 };
    stake_make_epoch(stake, &record, &value);
    stake->fresh = false;
    stake->silences++;
    stake->asked = *time;
    stake->moved_us = time->monotonic_us;
    stake->epoch_asked = record.epoch;
    struct evlog_item item = { .stream = EVLOG_DECISIONS,
                               .partition = stake->number,
                               .value = buf_str(&value) };
    struct flight flight = { .partition = stake->number,
                             .generation = stake->generation,
                             .epoch = record.epoch,
                             .sequence = record.sequence };
    wire_append(stake->common->wire, &item, &flight);
    buf_release(&value);
}
