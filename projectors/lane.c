/* A record is judged once (the chain moves), published notice by notice, and only then leaves the
 * backlog: whatever stops in between goes on at the same notice.
 *
 * Events and outcome of a decision are sent together, and the bookmark in the outcome is of what
 * was acknowledged by then. So an answer costs one way to the broker and back, not two, and the
 * price is paid at a restart: what was under way is published again. Each record of outcomes claims
 * only what is so: `done` moves over a decision when all its notices, and those of all before it,
 * are acknowledged. */
#include "projectors/lane.h"

#include "core/base/memory.h"
#include "core/model/decision.h"
#include "core/pb/message.h"
#include "projectors/notice.h"

/* Decisions published in one step, and records judged: a step stays short. */
enum { LANE_STEP_DECISIONS = 256, LANE_STEP_RECORDS = 2048 };

/* A decision of 512 KiB, decoded; an event and its entity of 64 KiB each, packed. */
static const size_t LANE_ARENA_MAX = (size_t)64 << 20;
static const size_t LANE_NOTICE_ARENA_MAX = (size_t)4 << 20;

void lane_init(struct lane *lane, uint32_t number)
{
    *lane = (struct lane){ .number = number };
    arena_init(&lane->arena, LANE_ARENA_MAX);
    arena_init(&lane->notice_arena, LANE_NOTICE_ARENA_MAX);
    outbox_init(&lane->outbox);
}

void lane_release(struct lane *lane)
{
    backlog_release(&lane->backlog);
    outbox_release(&lane->outbox);
    mem_free(lane->sent);
    arena_release(&lane->arena);
    arena_release(&lane->notice_arena);
}

void lane_begin(struct lane *lane, const struct bookmark *bookmark)
{
    if (lane->sent == NULL) {
        lane->sent = mem_zalloc(LANE_SENT_MAX, sizeof *lane->sent);
    }
    lane->chain = bookmark->chain;
    lane->offset = bookmark->offset;
    lane->skip_below = bookmark->skip_below;
    lane->done = *bookmark;
    lane->is_at_hand = false;
    lane->notices_sent = 0;
    lane->sent_first = lane->sent_end;
    outbox_clear(&lane->outbox);
    backlog_clear(&lane->backlog);
}

/* --- acknowledgements --- */

static struct lane_sent *lane_sent_at(struct lane *lane, uint32_t serial)
{
    return &lane->sent[serial % LANE_SENT_MAX];
}

bool lane_acked(struct lane *lane, uint32_t serial)
{
    if (serial - lane->sent_first >= lane->sent_end - lane->sent_first) {
        return false;
    }
    struct lane_sent *sent = lane_sent_at(lane, serial);
    assert(sent->left > 0);
    sent->left--;
    while (lane->sent_first != lane->sent_end && lane_sent_at(lane, lane->sent_first)->left == 0) {
        lane->done = lane_sent_at(lane, lane->sent_first)->place;
        lane->sent_first++;
    }
    return true;
}

uint64_t lane_published(const struct lane *lane)
{
    bool waits = lane->sent_first != lane->sent_end || lane->is_at_hand;
    return waits ? lane->done.chain.sequence : lane->chain.sequence;
}

/* --- sending --- */

/* What is sent of the record at hand. */
struct lane_work {
    struct lane *lane;
    const struct lane_port *port;
    struct notice_place place;
    Agency__V1__Decision *decision; /* one of the two */
    Agency__V1__Repeat *repeat;
    uint32_t notices_count; /* its events, then its outcome */
};

static struct status lane_decode(struct lane_work *work, struct str body)
{
    struct lane *lane = work->lane;
    if (lane->at_hand.type == RECORD_REPEAT) {
        work->notices_count = 1;
        return pb_unpack(&lane->arena, &agency__v1__repeat__descriptor, body, PB_STORED,
                         &work->repeat);
    }
    TRY(decision_decode(&lane->arena, body, &work->decision));
    work->notices_count = (uint32_t)work->decision->n_events + 1;
    return status_ok();
}

static struct status lane_outcome(struct lane_work *work, struct buf *mark,
                                  struct evlog_header *header, struct evlog_item *item)
{
    struct lane *lane = work->lane;
    struct arena *arena = &lane->notice_arena;
    struct bookmark bookmark = lane->done;
    if (work->repeat != NULL) {
        TRY(notice_repeat(arena, work->port->partition, &work->place, work->repeat, item));
    } else {
        TRY(notice_decision(arena, &work->place, work->decision, item));
    }
    bookmark.publisher = work->port->publisher;
    bookmark.last = lane->at_hand.sequence;
    bookmark_encode(&bookmark, mark);
    *header = (struct evlog_header){ STR(BOOKMARK_HEADER), buf_str(mark) };
    item->headers = header;
    item->headers_count = 1;
    return status_ok();
}

/* Offers what is made to the log, which may have enough under way: `full`. */
static struct status lane_flush(struct lane *lane, const struct lane_port *port, bool *full)
{
    size_t count = outbox_count(&lane->outbox);
    *full = count > *port->room;
    if (*full) {
        return status_ok();
    }
    struct status st = outbox_flush(&lane->outbox, port->log);
    *port->room -= count - outbox_count(&lane->outbox);
    *full = st.code == STATUS_RESOURCE_EXHAUSTED;
    return *full ? status_ok() : st;
}

static struct status lane_append(struct lane_work *work, const struct evlog_item *item)
{
    TRY(outbox_put(&work->lane->outbox, item));
    work->lane->notices_sent++;
    return status_ok();
}

static struct status lane_send_next(struct lane_work *work)
{
    struct lane *lane = work->lane;
    struct evlog_item item;
    struct evlog_header header;
    struct buf mark = { 0 };
    struct status st;
    arena_reset(&lane->notice_arena);
    if (lane->notices_sent + 1 < work->notices_count) {
        st = notice_event(&lane->notice_arena, work->port->partition, &work->place, work->decision,
                          lane->notices_sent, &item);
    } else {
        st = lane_outcome(work, &mark, &header, &item);
    }
    if (st.code == STATUS_OK) {
        item.token = lane_token(lane->number, lane->sent_end - 1);
        st = lane_append(work, &item);
    }
    buf_release(&mark);
    return st;
}

/* Puts a decision under way whose notices are about to be sent. */
static void lane_push(struct lane *lane, uint64_t offset, uint32_t notices_count)
{
    *lane_sent_at(lane, lane->sent_end++) = (struct lane_sent){
        .place = { .last = lane->chain.sequence, .offset = offset + 1, .chain = lane->chain },
        .left = notices_count,
    };
    lane->is_pushed = true;
}

/* Sends what is left of the record at hand; `full` when it had to stop. */
static struct status lane_send(struct lane *lane, const struct lane_port *port, uint64_t offset,
                               struct str value, bool *full)
{
    struct lane_work work = { .lane = lane, .port = port };
    arena_reset(&lane->arena);
    work.place = (struct notice_place){ .history_id = lane->chain.identity.history_id,
                                        .partition = lane->number,
                                        .sequence = lane->at_hand.sequence };
    TRY(lane_decode(&work, str_from(value, RECORD_ENVELOPE_SIZE)));
    *full = !lane->is_pushed && lane->sent_end - lane->sent_first == LANE_SENT_MAX;
    if (!*full && !lane->is_pushed) {
        lane_push(lane, offset, work.notices_count);
    }
    while (!*full && lane->notices_sent < work.notices_count) {
        *full = *port->room <= outbox_count(&lane->outbox);
        if (!*full && outbox_is_full(&lane->outbox)) {
            TRY(lane_flush(lane, port, full));
        }
        if (!*full) {
            TRY(lane_send_next(&work));
        }
    }
    return status_ok();
}

/* --- judging --- */

/* Judges the record at the backlog's head; it is at hand if there is something to say of it. */
static struct status lane_judge(struct lane *lane, uint64_t offset, struct str value)
{
    enum chain_verdict verdict;
    TRY(chain_offer(&lane->chain, value, &lane->at_hand, &verdict));
    lane->offset = offset + 1;
    bool answer = lane->at_hand.type == RECORD_DECISION || lane->at_hand.type == RECORD_REPEAT;
    lane->is_at_hand =
        verdict == CHAIN_ACCEPTED && answer && lane->at_hand.sequence >= lane->skip_below;
    lane->is_pushed = false;
    lane->notices_sent = 0;
    return status_ok();
}

static struct status lane_step(struct lane *lane, const struct lane_port *port, uint64_t offset,
                               struct str value, enum lane_stop *stop)
{
    bool full = false;
    if (!lane->is_at_hand) {
        TRY(lane_judge(lane, offset, value));
    }
    if (lane->is_at_hand && lane->probe_above > 0) {
        *stop = lane->at_hand.sequence > lane->probe_above ? LANE_FOUND : *stop;
    } else if (lane->is_at_hand) {
        TRY(lane_send(lane, port, offset, value, &full));
    }
    if (full) {
        *stop = LANE_FULL;
        return status_ok();
    }
    lane->is_at_hand = false;
    backlog_drop_first(&lane->backlog);
    return status_ok();
}

static struct status lane_make(struct lane *lane, const struct lane_port *port,
                               enum lane_stop *stop)
{
    uint32_t decisions = 0, records = 0;
    *stop = LANE_EMPTY;
    while (*stop == LANE_EMPTY && !backlog_is_empty(&lane->backlog)) {
        uint64_t offset;
        struct str value;
        backlog_first(&lane->backlog, &offset, &value);
        if (offset >= port->partition->position.offset) {
            break;
        }
        if (decisions == LANE_STEP_DECISIONS || records == LANE_STEP_RECORDS) {
            *stop = LANE_SPENT;
            break;
        }
        uint32_t end = lane->sent_end;
        TRY(lane_step(lane, port, offset, value, stop));
        decisions += lane->sent_end - end;
        records++;
    }
    return status_ok();
}

/* What was made before something failed is published all the same. */
struct status lane_publish(struct lane *lane, const struct lane_port *port, enum lane_stop *stop)
{
    bool full = false;
    struct status made = lane_make(lane, port, stop);
    struct status flushed = lane_flush(lane, port, &full);
    *stop = full ? LANE_FULL : *stop;
    return made.code != STATUS_OK ? made : flushed;
}
