/* Answering and taking over.
 *
 * An acknowledgement says where a record lies, not that it counts: somebody may have taken over
 * before it. It does count when every record before it has been judged and it continues the chain.
 * That is so without reading when it lies at `next_offset`; when others wrote between, the leader
 * reads what it has not judged. The rules, as chain.c numbers those of acceptance:
 *
 *   (6) confirmed is only what is the next of the chain with all before it judged;
 *   (7) when another's EPOCH counts, nothing that is unconfirmed is ever confirmed by us: it is
 *       dropped, and the caller drops what it decided on it;
 *   (8) a record of ours that was judged as fenced, or whose fate is unknown, ends this epoch: the
 * next decision would not continue any chain. All is read again and a new epoch begun; (9) an EPOCH
 * is ours when it has our random bytes; nobody else has them.
 *
 * Left out: how state is rolled back (the caller folds again). */
#include "core/evlog/leadership.h"

#include "core/base/memory.h"

static const uint32_t leadership_moves[LEADERSHIP_STATES] = {
    [LEADERSHIP_FOLLOWER] = BIT(LEADERSHIP_CANDIDATE),
    [LEADERSHIP_CANDIDATE] =
        BIT(LEADERSHIP_LEADER) | BIT(LEADERSHIP_FOLLOWER) | BIT(LEADERSHIP_BROKEN),
    [LEADERSHIP_LEADER] = BIT(LEADERSHIP_FOLLOWER) | BIT(LEADERSHIP_BROKEN),
    [LEADERSHIP_BROKEN] = BIT(LEADERSHIP_FOLLOWER),
};

static const char *const leadership_names[LEADERSHIP_STATES] = { "follower", "candidate", "leader",
                                                                 "broken" };

static void leadership_check(const void *self)
{
    const struct leadership *leadership = self;
    assert(leadership->pending_count == 0 || leadership->fsm.state == LEADERSHIP_LEADER);
    assert(leadership->pending_count <= LEADERSHIP_PENDING_MAX);
}

void leadership_init(struct leadership *leadership, const struct chain *chain, uint64_t next_offset,
                     int64_t now_us)
{
    assert(chain->sequence == 0 || chain->epoch > 0); /* what counts first is an EPOCH */
    *leadership =
        (struct leadership){ .chain = *chain, .next_offset = next_offset, .heard_us = now_us };
    leadership->pending = mem_zalloc(LEADERSHIP_PENDING_MAX, sizeof *leadership->pending);
    fsm_init(&leadership->fsm, leadership_moves, leadership_names, LEADERSHIP_STATES,
             LEADERSHIP_FOLLOWER);
    leadership->fsm.check = leadership_check;
    leadership->fsm.self = leadership;
}

static void leadership_free(struct str *value)
{
    mem_free((void *)(uintptr_t)value->data);
    *value = (struct str){ 0 };
}

static struct leadership_pending *leadership_pending_at(const struct leadership *leadership,
                                                        size_t index)
{
    assert(index < LEADERSHIP_PENDING_MAX);
    return &leadership->pending[(leadership->pending_first + index) % LEADERSHIP_PENDING_MAX];
}

/* What is under way is nobody's any more. */
static void leadership_drop(struct leadership *leadership)
{
    for (size_t i = 0; i < leadership->pending_count; i++) {
        leadership_free(&leadership_pending_at(leadership, i)->value);
    }
    leadership->pending_count = 0;
}

void leadership_release(struct leadership *leadership)
{
    leadership_drop(leadership);
    leadership_free(&leadership->confirmed);
    mem_free(leadership->pending);
    *leadership = (struct leadership){ 0 };
}

enum leadership_state leadership_state(const struct leadership *leadership)
{
    return (enum leadership_state)leadership->fsm.state;
}

static void leadership_move(struct leadership *leadership, enum leadership_state state)
{
    leadership_drop(leadership);
    fsm_move(&leadership->fsm, state);
}

static enum leadership_event leadership_broke(struct leadership *leadership)
{
    leadership_move(leadership, LEADERSHIP_BROKEN);
    return LEADERSHIP_BROKE;
}

void leadership_begin(struct leadership *leadership, int64_t now_us)
{
    leadership_move(leadership, LEADERSHIP_FOLLOWER);
    leadership->heard_us = now_us;
}

static void leadership_pop(struct leadership *leadership)
{
    assert(leadership->pending_count > 0);
    leadership_free(&leadership->confirmed);
    leadership->confirmed = leadership_pending_at(leadership, 0)->value;
    leadership->pending_first = (leadership->pending_first + 1) % LEADERSHIP_PENDING_MAX;
    leadership->pending_count--;
}

/* --- what the log has --- */

/* Whether our oldest record lies where all is judged, and yet was not confirmed. */
static bool leadership_is_fenced(const struct leadership *leadership)
{
    return leadership->pending_count > 0 &&
           leadership_pending_at(leadership, 0)->offset < leadership->next_offset;
}

/* Our oldest record is confirmed. The one behind it can have been judged before, as fenced: then
 * this epoch is over. */
static enum leadership_event leadership_pop_confirmed(struct leadership *leadership)
{
    leadership_pop(leadership);
    if (leadership_is_fenced(leadership)) {
        leadership_move(leadership, LEADERSHIP_BROKEN);
    }
    return LEADERSHIP_CONFIRMED;
}

static enum leadership_event leadership_judge_epoch(struct leadership *leadership)
{
    enum leadership_state state = leadership_state(leadership);
    bool ours =
        state == LEADERSHIP_CANDIDATE && evlog_id_eq(leadership->chain.leader, leadership->id);
    if (ours && !leadership->chain.closed) {
        assert(leadership->pending_count == 0);
        leadership_move(leadership, LEADERSHIP_LEADER);
        leadership->ahead = leadership->chain;
        return LEADERSHIP_WON;
    }
    if (state == LEADERSHIP_CANDIDATE || state == LEADERSHIP_LEADER) {
        leadership_move(leadership, LEADERSHIP_FOLLOWER);
        return LEADERSHIP_LOST;
    }
    return LEADERSHIP_FOLD;
}

/* A record of our epoch counts: it is the oldest that we have under way. */
static struct status leadership_judge_own(struct leadership *leadership,
                                          enum leadership_event *event)
{
    if (leadership->pending_count == 0 ||
        !hash_eq(&leadership_pending_at(leadership, 0)->head, &leadership->chain.head)) {
        return status_error(STATUS_DATA_LOSS,
                            "expected record %llu of our epoch to be ours, but we did not write it",
                            (unsigned long long)leadership->chain.sequence);
    }
    *event = leadership_pop_confirmed(leadership);
    return status_ok();
}

struct status leadership_offer(struct leadership *leadership, uint64_t offset, struct str value,
                               int64_t now_us, struct record *record, enum leadership_event *event)
{
    enum chain_verdict verdict;
    *event = LEADERSHIP_NOTHING;
    if (offset < leadership->next_offset) {
        return record_decode(value, record);
    }
    TRY(chain_offer(&leadership->chain, value, record, &verdict));
    leadership->next_offset = offset + 1;
    if (verdict == CHAIN_ACCEPTED) {
        leadership->heard_us = now_us;
        if (record->type == RECORD_EPOCH) {
            *event = leadership_judge_epoch(leadership);
        } else if (leadership_state(leadership) == LEADERSHIP_LEADER) {
            TRY(leadership_judge_own(leadership, event));
        } else {
            *event = LEADERSHIP_FOLD;
        }
    }
    if (*event == LEADERSHIP_NOTHING && leadership_is_fenced(leadership)) {
        *event = leadership_broke(leadership);
    }
    return status_ok();
}

/* --- what became of our own --- */

/* The oldest record lies at the first offset that is not judged: it continues the chain, since it
 * was made to continue what is under way before it. */
static enum leadership_event leadership_confirm(struct leadership *leadership, int64_t now_us)
{
    const struct leadership_pending *first = leadership_pending_at(leadership, 0);
    assert(first->next_command_offset >= leadership->chain.next_command_offset);
    assert(first->value.size >= RECORD_ENVELOPE_SIZE);
    leadership->chain.head = first->head;
    leadership->chain.next_command_offset = first->next_command_offset;
    leadership->chain.sequence++;
    leadership->next_offset++;
    leadership->heard_us = now_us;
    return leadership_pop_confirmed(leadership);
}

enum leadership_event leadership_acked(struct leadership *leadership, uint64_t epoch,
                                       uint64_t sequence, uint64_t offset, int64_t now_us)
{
    enum leadership_state state = leadership_state(leadership);
    if (state == LEADERSHIP_FOLLOWER || state == LEADERSHIP_BROKEN) {
        return LEADERSHIP_NOTHING; /* of an epoch that is over */
    }
    if (offset == EVLOG_OFFSET_UNKNOWN) {
        return leadership_broke(leadership);
    }
    if (state == LEADERSHIP_CANDIDATE) {
        return LEADERSHIP_READ;
    }
    uint64_t index = sequence - leadership->chain.sequence - 1;
    if (epoch != leadership->chain.epoch || index >= leadership->pending_count) {
        return LEADERSHIP_NOTHING; /* reading was faster */
    }
    leadership_pending_at(leadership, index)->offset = offset;
    if (index == 0 && offset == leadership->next_offset) {
        return leadership_confirm(leadership, now_us);
    }
    return leadership_is_fenced(leadership) ? leadership_broke(leadership) : LEADERSHIP_READ;
}

/* --- what we write --- */

void leadership_campaign(struct leadership *leadership, struct evlog_id id)
{
    assert(!leadership->chain.closed);
    leadership_move(leadership, LEADERSHIP_CANDIDATE);
    leadership->id = id;
}

void leadership_next(const struct leadership *leadership, uint64_t next_command_offset,
                     struct record *record)
{
    assert(leadership_state(leadership) == LEADERSHIP_LEADER);
    assert(leadership->pending_count < LEADERSHIP_PENDING_MAX);
    chain_next(&leadership->ahead, next_command_offset, record);
}

void leadership_push_ahead(struct leadership *leadership, const struct chain *ahead,
                           struct str value)
{
    assert(value.size >= RECORD_ENVELOPE_SIZE);
    char *copy = mem_alloc(value.size);
    memcpy(copy, value.data, value.size);

    assert(leadership_state(leadership) == LEADERSHIP_LEADER);
    assert(leadership->pending_count < LEADERSHIP_PENDING_MAX);
    assert(ahead->epoch == leadership->ahead.epoch);
    assert(ahead->sequence == leadership->ahead.sequence + 1);
    leadership->ahead = *ahead;
    *leadership_pending_at(leadership, leadership->pending_count) = (struct leadership_pending){
        .value = { copy, value.size },
        .head = ahead->head,
        .next_command_offset = ahead->next_command_offset,
        .offset = EVLOG_OFFSET_UNKNOWN,
    };
    leadership->pending_count++;
}

void leadership_push(struct leadership *leadership, const struct record *record, struct str value)
{
    struct chain ahead = leadership->ahead;
    chain_push(&ahead, record, value);
    leadership_push_ahead(leadership, &ahead, value);
}

struct str leadership_confirmed(const struct leadership *leadership)
{
    assert(leadership->confirmed.data != NULL);
    return leadership->confirmed;
}

/* --- who is heard --- */

bool leadership_election_due(const struct leadership *leadership,
                             const struct leadership_timing *timing, int64_t now_us)
{
    int64_t patience_us =
        timing->election_timeout_us * (1 + (int64_t)timing->rank) + timing->jitter_us;
    return leadership_state(leadership) == LEADERSHIP_FOLLOWER && !leadership->chain.closed &&
           now_us - leadership->heard_us >= patience_us;
}

bool leadership_heartbeat_due(const struct leadership *leadership,
                              const struct leadership_timing *timing, int64_t now_us)
{
    return leadership_state(leadership) == LEADERSHIP_LEADER && leadership->pending_count == 0 &&
           now_us - leadership->heard_us >= timing->election_timeout_us / 3;
}
