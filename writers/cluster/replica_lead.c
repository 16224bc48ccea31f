/* What a partition does while it serves: commands in, in the order of their offsets, each with one
 * answer: a decision, or that it is a repeat, or a dead letter.
 *
 * Invariants: (1) next_command_offset in the decisions passes a command only together with its
 * answer there, or after the log has acknowledged its dead letter: so whatever is
 * lost on the way is asked again; (2) what is under way is the leadership's
 * pending, in the same order. */

#include <inttypes.h>

#include "agency/v1/stream.pb-c.h"
#include "core/base/memory.h"
#include "core/pb/message.h"
#include "writers/cluster/replica_impl.h"
#include "writers/term.h"

/* Dead letters under way. */
enum { REPLICA_DEAD_LETTERS_MAX = 256 };

void replica_queue(struct replica *replica, const struct evlog_record *record)
{
    if (replica_leads(replica) && record->offset >= replica->next_command) {
        const struct queued_command command = { record->offset, record->key, record->value };
        command_queue_push(&replica->commands, &command);
    }
}

/* A damaged command becomes a dead letter, as one that nobody can read. Commands that were dropped
 * before they were decided are told of and passed over; a log that ends before what was decided has
 * lost what it had acknowledged. */
void replica_miss_commands(struct replica *replica, struct status why,
                           const struct replica_time *time)
{
    struct session *session = replica->common->session;
    uint64_t position = evlog_reader_position(session->commands, replica->number);
    uint64_t begin, end;
    struct status st = session_range(session, EVLOG_COMMANDS, replica->number, &begin, &end);
    if (st.code == STATUS_OK && why.code == STATUS_DATA_LOSS) {
        const struct evlog_record damaged = { .partition = replica->number, .offset = position };
        replica_queue(replica, &damaged);
        begin = position + 1;
    } else if (st.code == STATUS_OK && position > end) {
        st = status_prefix(why, "the commands end at '%" PRIu64 "'", end);
        st.code = STATUS_DATA_LOSS;
    } else if (st.code == STATUS_OK) {
        replica_tell(replica,
                     status_error(STATUS_DATA_LOSS,
                                  "expected the commands from offset '%" PRIu64
                                  "' on, but they were dropped undecided up to '%" PRIu64 "'",
                                  position, begin));
    }
    if (st.code == STATUS_OK) {
        st = session_seek(session, session->commands, replica->number, begin);
    }
    if (st.code != STATUS_OK) {
        replica_fail(replica, st, time);
    }
}

/* ---- appending ---- */

static struct pending_append replica_pending_append(const struct replica *replica,
                                                    uint64_t sequence)
{
    return (struct pending_append){ .partition = replica->number,
                                    .generation = replica->generation,
                                    .epoch = replica->leadership.chain.epoch,
                                    .sequence = sequence };
}

static void replica_begin_waiting(struct replica *replica, const struct replica_time *time)
{
    if (replica->leadership.pending_count == 0 && replica->dead_letters_pending == 0) {
        replica->moved_us = time->monotonic_us;
    }
    replica_mark_dirty(replica, time);
}

/* Appends the record that the decider has just made. */
static void replica_append(struct replica *replica, struct str key, struct str value,
                           const struct replica_time *time)
{
    const struct chain *ahead = &replica->decider.chain;
    struct evlog_item item = {
        .stream = EVLOG_DECISIONS, .partition = replica->number, .key = key, .value = value
    };
    struct pending_append append = replica_pending_append(replica, ahead->sequence);
    replica_begin_waiting(replica, time);
    leadership_push_ahead(&replica->leadership, ahead, value);
    session_append(replica->common->session, &item, &append);
}

/* ---- dead letters ---- */

/* An id as protobuf-c wants it; one that is too long for an id says nothing. The decider has it
 * from protobuf-c: it is empty, or ends with a zero byte. */
static char *replica_text(struct str id)
{
    static const char empty[] = "";
    bool fits = id.size > 0 && id.size <= ID_SIZE_MAX;
    return (char *)(uintptr_t)(fits ? id.data : empty);
}

static struct status replica_append_dead_letter(struct replica *replica,
                                                const struct queued_command *command,
                                                const struct submit_answer *answer,
                                                const struct replica_time *time)
{
    struct decider *decider = &replica->decider;
    Agency__V1__DeadLetter letter = AGENCY__V1__DEAD_LETTER__INIT;
    letter.partition = replica->number;
    letter.offset = command->offset;
    letter.org_id = replica_text(decider->org_id);
    letter.command_id = replica_text(decider->command_id);
    letter.code = (char *)(uintptr_t)status_code_name(answer->code);
    letter.reason = (char *)(uintptr_t)answer->reason;
    struct str value;
    TRY(pb_pack(&decider->arena, &letter.base, &value));
    struct evlog_item item = { .stream = EVLOG_DEAD_LETTERS,
                               .partition = replica->number,
                               .key = str_z(letter.command_id),
                               .value = value };
    struct pending_append append = replica_pending_append(replica, 0);
    replica_begin_waiting(replica, time);
    replica->dead_letters_pending++;
    replica->dead_letters++;
    session_append(replica->common->session, &item, &append);
    return status_ok();
}

/* ---- one command ---- */

static struct status replica_ask_decider(struct replica *replica,
                                         const struct queued_command *command,
                                         const struct replica_time *time,
                                         struct submit_answer *answer, struct str *record)
{
    struct decider_command given = { .bytes = command->value,
                                     .key = command->key,
                                     .cluster = replica->common->options->cluster,
                                     .decide_nothing = replica->dead_letters_pending > 0,
                                     .now_us = time->now_us,
                                     .next_command_offset = command->offset + 1 };
    return term_decide(&replica->decider, &replica->timers, given, answer, record);
}

/* Behind a dead letter that the log has not acknowledged yet, others can follow, but nothing
 * decided: *later then. *again: what was due before the command is decided, and it is not. */
static struct status replica_handle(struct replica *replica, const struct queued_command *command,
                                    const struct replica_time *time, bool *later, bool *again)
{
    struct submit_answer answer;
    struct str record;
    TRY(replica_ask_decider(replica, command, time, &answer, &record));
    *later = answer.outcome == SUBMIT_LATER;
    *again = answer.outcome == SUBMIT_ELAPSED;
    if (*later) {
        return status_ok();
    }
    if (*again) {
        replica_append(replica, command->key, record, time);
        return status_ok();
    }
    replica->next_command = command->offset + 1;
    if (record.size == 0) {
        return replica_append_dead_letter(replica, command, &answer, time);
    }
    replica->decided += answer.outcome == SUBMIT_DECIDED;
    replica->repeated += answer.outcome != SUBMIT_DECIDED;
    replica_append(replica, command->key, record, time);
    return status_ok();
}

/* A batch must end: by time, by size, or because its root is to be told. */
static bool replica_batch_is_full(const struct replica *replica, const struct replica_time *time)
{
    bool under_way = !replica_is_quiet(replica);
    return replica->tick == REPLICA_TICK_UNDER_WAY || partition_due(replica->partition) ||
           (under_way && partition_boundary_at(replica->decider.chain.sequence)) ||
           (under_way && time->monotonic_us - replica->dirty_us > REPLICA_BATCH_US);
}

static bool replica_may_decide(const struct replica *replica, const struct replica_time *time)
{
    return replica_leads(replica) && replica->dead_letters_pending < REPLICA_DEAD_LETTERS_MAX &&
           replica->leadership.pending_count < LEADERSHIP_PENDING_MAX &&
           session_has_room(replica->common->session) && !replica_batch_is_full(replica, time);
}

uint32_t replica_decide(struct replica *replica, uint32_t max, const struct replica_time *time)
{
    uint32_t count = 0;
    bool later = false, again;
    struct status st = status_ok();
    while (count < max && command_queue_count(&replica->commands) > 0 &&
           replica_may_decide(replica, time)) {
        st = replica_handle(replica, command_queue_first(&replica->commands), time, &later, &again);
        if (later || st.code != STATUS_OK) {
            break;
        }
        if (!again) {
            command_queue_pop(&replica->commands);
        }
        count++;
    }
    if (st.code != STATUS_OK) {
        replica_fail(replica, st, time);
    }
    return count;
}

/* ---- what is due ---- */

/* A dead letter under way is answered nowhere yet: no decision may pass its command. */
bool replica_elapse(struct replica *replica, const struct replica_time *time)
{
    struct str record;
    bool due;
    if (!replica_may_decide(replica, time) || replica->dead_letters_pending > 0) {
        return false;
    }
    struct status st =
        term_elapse(&replica->decider, &replica->timers, time->now_us, &due, &record);
    if (st.code != STATUS_OK) {
        replica_fail(replica, st, time);
    } else if (record.size > 0) {
        replica_append(replica, replica->decider.org_id, record, time);
    }
    return due;
}

/* ---- ticking ---- */

void replica_tick(struct replica *replica, const struct replica_time *time)
{
    struct str record;
    if (!replica_leads(replica) || !replica_settled(replica) ||
        !session_has_room(replica->common->session)) {
        return;
    }
    replica->tick = REPLICA_TICK_NONE;
    struct status st = term_tick(&replica->decider, &replica->partition->position, time->now_us,
                                 replica->next_command, &record);
    if (st.code == STATUS_OK) {
        replica_append(replica, (struct str){ 0 }, record, time);
        replica->tick = REPLICA_TICK_UNDER_WAY;
    }
    if (st.code != STATUS_OK) {
        replica_fail(replica, st, time);
    }
}

/* ---- saying ---- */

/* The end that the log is known to have: offsets that a reader passed over are no records. */
static uint64_t replica_log_end(const struct replica *replica)
{
    const struct session *session = replica->common->session;
    uint64_t offset = replica->partition->position.offset, number = replica->number;
    if (!replica->reads || session->log == NULL) {
        return replica->end > offset ? replica->end : offset; /* a leader knows its own records */
    }
    uint64_t end = evlog_reader_end(session->decisions, (uint32_t)number);
    bool all = evlog_reader_position(session->decisions, (uint32_t)number) >= end;
    return all ? offset : end;
}

static void replica_status_pace(const struct replica *replica, struct replica_status *out)
{
    const struct position *position = &replica->partition->position;
    int64_t now_us = clock_monotonic_us(&replica->common->options->clock);
    out->pace =
        pace_make(replica->begin, position, replica_log_end(replica), now_us - replica->begin_us);
    out->catching_up = pace_left(&out->pace) > 0 && position->offset < replica->end;
}

void replica_status(const struct replica *replica, struct replica_status *out)
{
    *out = (struct replica_status){ .number = replica->number,
                                    .rank = replica->rank,
                                    .state = replica_state(replica),
                                    .decided = replica->decided,
                                    .repeated = replica->repeated,
                                    .dead_letters = replica->dead_letters,
                                    .trouble = replica->trouble };
    if (replica->partition != NULL) {
        replica_status_place(out, &replica->partition->position);
        replica_status_pace(replica, out);
    }
}
