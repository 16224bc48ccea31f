/* What a partition does while it serves: commands in, in the order of their offsets, each with one
 * answer: a decision, or that it is a repeat, or a record of the rejected.
 *
 * Invariants: (1) next_command_offset in the decisions passes a command only together with its
 * answer there, or after the log has acknowledged that it is among the rejected: so whatever is
 * lost on the way is asked again; (2) a record is under way in `records` as it is in the owner's
 * pending, in the same order. */

#include <inttypes.h>

#include "agency/v1/stream.pb-c.h"
#include "core/base/memory.h"
#include "core/pb/message.h"
#include "writers/stake_impl.h"

/* Refused commands under way. */
enum { STAKE_REFUSALS_MAX = 256 };

bool stake_serves(const struct stake *stake)
{
    return stake->deciding;
}

void stake_ask(struct stake *stake, const struct evlog_record *record)
{
    if (stake->deciding && record->offset >= stake->next_command) {
        const struct inbox_command command = { record->offset, record->key, record->value };
        inbox_push(&stake->inbox, &command);
    }
}

/* A damaged command is refused as one that nobody can read. Commands that were dropped before they
 * were decided are told of and passed over; a log that ends before what was decided has lost what
 * it had acknowledged. */
void stake_miss(struct stake *stake, struct status why, const struct stake_time *time)
{
    struct wire *wire = stake->common->wire;
    uint64_t position = evlog_reader_position(wire->commands, stake->number);
    uint64_t begin, end;
    struct status st = wire_range(wire, EVLOG_COMMANDS, stake->number, &begin, &end);
    if (st.code == STATUS_OK && why.code == STATUS_DATA_LOSS) {
        const struct evlog_record damaged = { .partition = stake->number, .offset = position };
        stake_ask(stake, &damaged);
        begin = position + 1;
    } else if (st.code == STATUS_OK && position > end) {
        st = status_prefix(why, "the commands end at '%" PRIu64 "'", end);
        st.code = STATUS_DATA_LOSS;
    } else if (st.code == STATUS_OK) {
        stake_tell(stake, status_error(STATUS_DATA_LOSS,
                                       "expected the commands from offset '%" PRIu64
                                       "' on, but they were dropped undecided up to '%" PRIu64 "'",
                                       position, begin));
    }
    if (st.code == STATUS_OK) {
        st = wire_seek(wire, wire->commands, stake->number, begin);
    }
    if (st.code != STATUS_OK) {
        stake_fail(stake, st, time);
    }
}

/* ---- appending ---- */

static struct flight stake_flight(const struct stake *stake, uint64_t sequence)
{
    return (struct flight){ .partition = stake->number,
                            .generation = stake->generation,
                            .epoch = stake->owner.chain.epoch,
                            .sequence = sequence };
}

static void stake_begin_waiting(struct stake *stake, const struct stake_time *time)
{
    if (stake_is_quiet(stake) && stake->refusals == 0) {
        stake->moved_us = time->monotonic_us;
    }
    stake_soil(stake, time);
}

/* Appends the record that the decider has just made. */
static void stake_append(struct stake *stake, struct str key, struct str value,
                         const struct stake_time *time)
{
    const struct chain *ahead = &stake->decider.chain;
    struct evlog_item item = {
        .stream = EVLOG_DECISIONS, .partition = stake->number, .key = key, .value = value
    };
    struct flight flight = stake_flight(stake, ahead->sequence);
    stake_begin_waiting(stake, time);
    owner_push_ahead(&stake->owner, ahead);
    char *copy = mem_alloc(value.size);
    memcpy(copy, value.data, value.size);
    stake->records[stake->records_end++ % OWNER_PENDING_MAX] = (struct str){ copy, value.size };
    wire_append(stake->common->wire, &item, &flight);
}

/* ---- refusing ---- */

/* An id as protobuf-c wants it; one that is too long for an id says nothing. The decider has it
 * from protobuf-c: it is empty, or ends with a zero byte. */
static char *stake_text(struct str id)
{
    static const char empty[] = "";
    bool fits = id.size > 0 && id.size <= ID_SIZE_MAX;
    return (char *)(uintptr_t)(fits ? id.data : empty);
}

static struct status stake_refuse(struct stake *stake, const struct inbox_command *command,
                                  const struct decider_answer *answer,
                                  const struct stake_time *time)
{
    struct decider *decider = &stake->decider;
    Agency__V1__RejectedCommand rejected = AGENCY__V1__REJECTED_COMMAND__INIT;
    rejected.partition = stake->number;
    rejected.offset = command->offset;
    rejected.org_id = stake_text(decider->org_id);
    rejected.command_id = stake_text(decider->command_id);
    rejected.code = (char *)(uintptr_t)status_code_name(answer->code);
    rejected.reason = (char *)(uintptr_t)answer->reason;
    struct str value;
    TRY(pb_pack(&decider->arena, &rejected.base, &value));
    struct evlog_item item = { .stream = EVLOG_REJECTED,
                               .partition = stake->number,
                               .key = str_z(rejected.command_id),
                               .value = value };
    struct flight flight = stake_flight(stake, 0);
    stake_begin_waiting(stake, time);
    stake->refusals++;
    stake->refused++;
    wire_append(stake->common->wire, &item, &flight);
    return status_ok();
}

/* ---- one command ---- */

static struct status stake_ask_decider(struct stake *stake, const struct inbox_command *command,
                                       const struct stake_time *time, struct decider_answer *answer,
                                       struct str *record)
{
    struct poison *poison = stake->common->poison;
    struct decider_command given = { .bytes = command->value,
                                     .key = command->key,
                                     .cluster = stake->common->options->cluster,
                                     .only_refuse = stake->refusals > 0,
                                     .now_us = time->now_us,
                                     .next_command_offset = command->offset + 1 };
    if (poison == NULL) {
        return decider_decide(&stake->decider, &given, answer, record);
    }
    given.poisoned = poison_is(poison, command->value);
    poison_begin(poison, command->value);
    struct status st = decider_decide(&stake->decider, &given, answer, record);
    poison_end(poison);
    return st;
}

/* Behind a refused command that is not known to be among the rejected yet, others can be refused,
 * but nothing decided: *later then. */
static struct status stake_handle(struct stake *stake, const struct inbox_command *command,
                                  const struct stake_time *time, bool *later)
{
    struct decider_answer answer;
    struct str record;
    TRY(stake_ask_decider(stake, command, time, &answer, &record));
    *later = answer.outcome == DECIDER_LATER;
    if (*later) {
        return status_ok();
    }
    stake->next_command = command->offset + 1;
    if (record.size == 0) {
        return stake_refuse(stake, command, &answer, time);
    }
    stake->decided += answer.outcome == DECIDER_DECIDED;
    stake->repeated += answer.outcome != DECIDER_DECIDED;
    stake_append(stake, command->key, record, time);
    return status_ok();
}

/* A batch must end: by time, by size, or because its root is to be told. */
static bool stake_batch_is_full(const struct stake *stake, const struct stake_time *time)
{
    bool under_way = !stake_is_quiet(stake);
    return stake->ticking || partition_due(stake->partition) ||
           (under_way && stake->decider.chain.sequence % PARTITION_BATCH_MAX == 0) ||
           (under_way && time->monotonic_us - stake->dirty_us > STAKE_BATCH_US);
}

static bool stake_may_decide(const struct stake *stake, const struct stake_time *time)
{
    return stake->deciding && stake->refusals < STAKE_REFUSALS_MAX &&
           stake->owner.pending_count < OWNER_PENDING_MAX && wire_has_room(stake->common->wire) &&
           !stake_batch_is_full(stake, time);
}

uint32_t stake_decide(struct stake *stake, uint32_t max, const struct stake_time *time)
{
    uint32_t count = 0;
    bool later = false;
    struct status st = status_ok();
    while (count < max && inbox_count(&stake->inbox) > 0 && stake_may_decide(stake, time)) {
        st = stake_handle(stake, inbox_first(&stake->inbox), time, &later);
        if (later || st.code != STATUS_OK) {
            break;
        }
        inbox_pop(&stake->inbox);
        count++;
    }
    if (st.code != STATUS_OK) {
        stake_fail(stake, st, time);
    }
    return count;
}

/* ---- ticking ---- */

static struct status stake_make_tick(struct stake *stake, int64_t now_us, struct str *record)
{
    const struct position *position = &stake->partition->position;
    Agency__V1__Tick tick = AGENCY__V1__TICK__INIT;
    if (position->roots_count > 0) {
        const struct position_root *root = &position->roots[position->roots_count - 1];
        tick.root_sequence = root->sequence;
        tick.fold_version = FOLD_VERSION;
        tick.root = (ProtobufCBinaryData){ HASH_SIZE, (uint8_t *)(uintptr_t)root->root.bytes };
    }
    return decider_tick(&stake->decider, &tick, now_us, stake->next_command, record);
}

void stake_tick(struct stake *stake, const struct stake_time *time)
{
    struct str record;
    if (!stake->deciding || !stake_settled(stake) || !wire_has_room(stake->common->wire)) {
        return;
    }
    stake->tick_wanted = false;
    struct status st = stake_make_tick(stake, time->now_us, &record);
    if (st.code == STATUS_OK) {
        stake_append(stake, (struct str){ 0 }, record, time);
        stake->ticking = true;
    }
    if (st.code != STATUS_OK) {
        stake_fail(stake, st, time);
    }
}

/* ---- saying ---- */

static enum cowriter_state stake_state(const struct stake *stake)
{
    if (stake->stopped) {
        return COWRITER_STOPPED;
    }
    if (stake->partition == NULL || stake->common->wire->log == NULL) {
        return COWRITER_OPENING;
    }
    enum owner_state state = owner_state(&stake->owner);
    if (state == OWNER_TAKING) {
        return COWRITER_TAKING;
    }
    return stake->deciding ? COWRITER_SERVING : COWRITER_STANDBY;
}

void stake_status(const struct stake *stake, struct cowriter_status *out)
{
    *out = (struct cowriter_status){ .number = stake->number,
                                     .rank = stake->rank,
                                     .state = stake_state(stake),
                                     .decided = stake->decided,
                                     .repeated = stake->repeated,
                                     .refused = stake->refused,
                                     .trouble = stake->trouble };
    if (stake->partition != NULL) {
        cowriter_status_place(out, &stake->partition->position);
    }
}
