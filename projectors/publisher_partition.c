/* A record is judged once (the chain moves), published message by message, and only then leaves the
 * backlog: whatever stops in between goes on at the same message.
 *
 * Events and outcome of a decision are sent together, and the checkpoint in the last of them is of
 * what was acknowledged by then. So an answer costs one way to the broker and back, not two, and
 * the price is paid at a restart: what was under way is published again. Each checkpoint claims
 * only what is so: `done` moves over a decision when all its messages, and those of all before it,
 * are acknowledged. */
#include "projectors/publisher_partition.h"

#include "core/base/memory.h"
#include "core/model/decision.h"
#include "core/pb/message.h"
#include "projectors/cloud_event.h"
#include "projectors/outcome_record.h"

/* Decisions published in one step, and records judged: a step stays short. */
enum { PUBLISHER_PARTITION_STEP_DECISIONS = 256, PUBLISHER_PARTITION_STEP_RECORDS = 2048 };

/* A decision of 512 KiB, decoded; an event and its entity of 64 KiB each, packed. */
static const size_t PUBLISHER_PARTITION_ARENA_MAX = (size_t)64 << 20;
static const size_t PUBLISHER_PARTITION_MESSAGE_ARENA_MAX = (size_t)4 << 20;

void publisher_partition_init(struct publisher_partition *partition, uint32_t number)
{
    *partition = (struct publisher_partition){ .number = number };
    arena_init(&partition->arena, PUBLISHER_PARTITION_ARENA_MAX);
    arena_init(&partition->message_arena, PUBLISHER_PARTITION_MESSAGE_ARENA_MAX);
    send_batch_init(&partition->batch);
}

void publisher_partition_release(struct publisher_partition *partition)
{
    backlog_release(&partition->backlog);
    send_batch_release(&partition->batch);
    mem_free(partition->sent);
    arena_release(&partition->arena);
    arena_release(&partition->message_arena);
}

void publisher_partition_begin(struct publisher_partition *partition,
                               const struct checkpoint *checkpoint)
{
    if (partition->sent == NULL) {
        partition->sent = mem_zalloc(PUBLISHER_PARTITION_SENT_MAX, sizeof *partition->sent);
    }
    partition->chain = checkpoint->chain;
    partition->offset = checkpoint->offset;
    partition->skip_below = checkpoint->skip_below;
    partition->done = *checkpoint;
    partition->is_at_hand = false;
    partition->messages_sent = 0;
    partition->sent_first = partition->sent_end;
    send_batch_clear(&partition->batch);
    backlog_clear(&partition->backlog);
}

/* --- acknowledgements --- */

static struct publisher_partition_sent *
publisher_partition_sent_at(struct publisher_partition *partition, uint32_t serial)
{
    return &partition->sent[serial % PUBLISHER_PARTITION_SENT_MAX];
}

bool publisher_partition_acked(struct publisher_partition *partition, uint32_t serial)
{
    if (serial - partition->sent_first >= partition->sent_end - partition->sent_first) {
        return false;
    }
    struct publisher_partition_sent *sent = publisher_partition_sent_at(partition, serial);
    assert(sent->left > 0);
    sent->left--;
    while (partition->sent_first != partition->sent_end &&
           publisher_partition_sent_at(partition, partition->sent_first)->left == 0) {
        partition->done = publisher_partition_sent_at(partition, partition->sent_first)->place;
        partition->sent_first++;
    }
    return true;
}

uint64_t publisher_partition_published(const struct publisher_partition *partition)
{
    bool waits = partition->sent_first != partition->sent_end || partition->is_at_hand;
    return waits ? partition->done.chain.sequence : partition->chain.sequence;
}

/* --- sending --- */

/* What is sent of the record at hand. */
struct publisher_partition_work {
    struct publisher_partition *partition;
    const struct publisher_partition_port *port;
    struct record_place place;
    Agency__V1__Decision *decision; /* one of the two */
    Agency__V1__Repeat *repeat;
    uint32_t events_count;
    uint32_t messages_count; /* its events, then its outcome, if it answers a command */
};

static struct status publisher_partition_decode(struct publisher_partition_work *work,
                                                struct str body)
{
    struct publisher_partition *partition = work->partition;
    if (partition->at_hand.type == RECORD_REPEAT) {
        work->messages_count = 1;
        return pb_unpack(&partition->arena, &agency__v1__repeat__descriptor, body, PB_STORED,
                         &work->repeat);
    }
    TRY(decision_decode(&partition->arena, body, &work->decision));
    work->events_count = (uint32_t)work->decision->n_events;
    work->messages_count = work->events_count + (work->decision->n_elapsed == 0);
    return status_ok();
}

static struct status publisher_partition_message(struct publisher_partition_work *work,
                                                 struct evlog_item *item)
{
    struct publisher_partition *partition = work->partition;
    struct arena *arena = &partition->message_arena;
    if (partition->messages_sent < work->events_count) {
        return cloud_event_make(arena, work->port->partition, &work->place, work->decision,
                                partition->messages_sent, item);
    }
    return work->repeat != NULL ? outcome_record_of_repeat(arena, work->port->partition,
                                                           &work->place, work->repeat, item)
                                : outcome_record_of_decision(arena, work->port->partition,
                                                             &work->place, work->decision, item);
}

/* The last message bears the checkpoint. */
static struct status publisher_partition_mark(struct publisher_partition_work *work,
                                              struct evlog_item *item)
{
    struct publisher_partition *partition = work->partition;
    struct checkpoint checkpoint = partition->done;
    checkpoint.publisher = work->port->publisher;
    checkpoint.last = partition->at_hand.sequence;
    return partition->messages_sent + 1 < work->messages_count
               ? status_ok()
               : checkpoint_mark(&partition->message_arena, &checkpoint, item);
}

/* Offers what is made to the log, which may have enough under way: `full`. */
static struct status publisher_partition_flush(struct publisher_partition *partition,
                                               const struct publisher_partition_port *port,
                                               bool *full)
{
    size_t count = send_batch_count(&partition->batch);
    *full = count > *port->room;
    if (*full) {
        return status_ok();
    }
    struct status st = send_batch_flush(&partition->batch, port->log);
    *port->room -= count - send_batch_count(&partition->batch);
    *full = st.code == STATUS_RESOURCE_EXHAUSTED;
    return *full ? status_ok() : st;
}

static struct status publisher_partition_append(struct publisher_partition_work *work,
                                                const struct evlog_item *item)
{
    TRY(send_batch_put(&work->partition->batch, item));
    work->partition->messages_sent++;
    return status_ok();
}

static struct status publisher_partition_send_next(struct publisher_partition_work *work)
{
    struct publisher_partition *partition = work->partition;
    struct evlog_item item;
    arena_reset(&partition->message_arena);
    TRY(publisher_partition_message(work, &item));
    TRY(publisher_partition_mark(work, &item));
    item.token = publisher_partition_token(partition->number, partition->sent_end - 1);
    return publisher_partition_append(work, &item);
}

/* Puts a decision under way whose messages are about to be sent. */
static void publisher_partition_push(struct publisher_partition *partition, uint64_t offset,
                                     uint32_t messages_count)
{
    *publisher_partition_sent_at(partition, partition->sent_end++) =
        (struct publisher_partition_sent){
            .place = { .last = partition->chain.sequence,
                       .offset = offset + 1,
                       .chain = partition->chain },
            .left = messages_count,
        };
    partition->is_pushed = true;
}

/* Where the command lies that the record at hand answers: the one before those that are not yet
 * answered. Offsets of the log that this one was copied from mean nothing here. */
static uint64_t publisher_partition_command(const struct publisher_partition *partition,
                                            const struct publisher_partition_port *port)
{
    bool own =
        evlog_id_eq(partition->chain.identity.commands_log_id, port->log->identity.commands_log_id);
    return own ? partition->at_hand.next_command_offset - 1 : EVLOG_OFFSET_UNKNOWN;
}

/* Sends what is left of the record at hand; `full` when it had to stop. */
static struct status publisher_partition_send(struct publisher_partition *partition,
                                              const struct publisher_partition_port *port,
                                              uint64_t offset, struct str value, bool *full)
{
    struct publisher_partition_work work = { .partition = partition, .port = port };
    arena_reset(&partition->arena);
    work.place =
        (struct record_place){ .history_id = partition->chain.identity.history_id,
                               .partition = partition->number,
                               .sequence = partition->at_hand.sequence,
                               .command_offset = publisher_partition_command(partition, port) };
    TRY(publisher_partition_decode(&work, str_from(value, RECORD_ENVELOPE_SIZE)));
    *full = !partition->is_pushed &&
            partition->sent_end - partition->sent_first == PUBLISHER_PARTITION_SENT_MAX;
    if (!*full && !partition->is_pushed) {
        publisher_partition_push(partition, offset, work.messages_count);
    }
    while (!*full && partition->messages_sent < work.messages_count) {
        *full = *port->room <= send_batch_count(&partition->batch);
        if (!*full && send_batch_is_full(&partition->batch)) {
            TRY(publisher_partition_flush(partition, port, full));
        }
        if (!*full) {
            TRY(publisher_partition_send_next(&work));
        }
    }
    return status_ok();
}

/* --- judging --- */

/* Judges the record at the backlog's head; it is at hand if there is something to say of it. */
static struct status publisher_partition_judge(struct publisher_partition *partition,
                                               const struct backlog_record *record)
{
    enum chain_verdict verdict;
    TRY(chain_offer_judged(&partition->chain, record->value, record->head, &partition->at_hand,
                           &verdict));
    partition->offset = record->offset + 1;
    bool answer =
        partition->at_hand.type == RECORD_DECISION || partition->at_hand.type == RECORD_REPEAT;
    partition->is_at_hand =
        verdict == CHAIN_ACCEPTED && answer && partition->at_hand.sequence >= partition->skip_below;
    partition->is_pushed = false;
    partition->messages_sent = 0;
    return status_ok();
}

static struct status publisher_partition_step(struct publisher_partition *partition,
                                              const struct publisher_partition_port *port,
                                              const struct backlog_record *record,
                                              enum publisher_partition_stop *stop)
{
    bool full = false;
    if (!partition->is_at_hand) {
        TRY(publisher_partition_judge(partition, record));
    }
    if (partition->is_at_hand && partition->probe_above > 0) {
        *stop = partition->at_hand.sequence > partition->probe_above ? PUBLISHER_PARTITION_FOUND
                                                                     : *stop;
    } else if (partition->is_at_hand) {
        TRY(publisher_partition_send(partition, port, record->offset, record->value, &full));
    }
    if (full) {
        *stop = PUBLISHER_PARTITION_FULL;
        return status_ok();
    }
    partition->is_at_hand = false;
    backlog_drop_first(&partition->backlog);
    return status_ok();
}

static struct status publisher_partition_make(struct publisher_partition *partition,
                                              const struct publisher_partition_port *port,
                                              enum publisher_partition_stop *stop)
{
    uint32_t decisions = 0, records = 0;
    *stop = PUBLISHER_PARTITION_EMPTY;
    while (*stop == PUBLISHER_PARTITION_EMPTY && !backlog_is_empty(&partition->backlog)) {
        const struct backlog_record record = backlog_first(&partition->backlog);
        if (record.offset >= port->partition->position.offset) {
            break;
        }
        if (decisions == PUBLISHER_PARTITION_STEP_DECISIONS ||
            records == PUBLISHER_PARTITION_STEP_RECORDS) {
            *stop = PUBLISHER_PARTITION_SPENT;
            break;
        }
        uint32_t end = partition->sent_end;
        TRY(publisher_partition_step(partition, port, &record, stop));
        decisions += partition->sent_end - end;
        records++;
    }
    return status_ok();
}

/* What was made before something failed is published all the same. */
struct status publisher_partition_publish(struct publisher_partition *partition,
                                          const struct publisher_partition_port *port,
                                          enum publisher_partition_stop *stop)
{
    bool full = false;
    struct status made = publisher_partition_make(partition, port, stop);
    struct status flushed = publisher_partition_flush(partition, port, &full);
    *stop = full ? PUBLISHER_PARTITION_FULL : *stop;
    return made.code != STATUS_OK ? made : flushed;
}
