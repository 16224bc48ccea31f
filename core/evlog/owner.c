/* Answering and taking over.
 *
 * An acknowledgement says where a record lies, not that it counts: somebody may have taken over
 * before it. It does count when every record before it has been judged and it continues the chain.
 * That is so without reading when it lies at `next_offset`; when others wrote between, the owner
 * reads what it has not judged. The rules, as chain.c numbers those of acceptance:
 *
 *   (6) confirmed is only what is the next of the chain with all before it judged;
 *   (7) when another's EPOCH counts, nothing that is unconfirmed is ever confirmed by us: it is
 *       dropped, and the caller drops what it decided on it;
 *   (8) a record of ours that was judged void, or whose fate is unknown, ends this epoch: the next
 *       decision would not continue any chain. All is read again and a new epoch begun;
 *   (9) an EPOCH is ours when it has our random bytes; nobody else has them.
 *
 * Left out: how state is rolled back (the caller folds again). */
#include "core/evlog/owner.h"

#include "core/base/memory.h"

static const uint32_t owner_moves[OWNER_STATES] = {
    [OWNER_STANDBY] = BIT(OWNER_TAKING),
    [OWNER_TAKING] = BIT(OWNER_SERVING) | BIT(OWNER_STANDBY) | BIT(OWNER_BROKEN),
    [OWNER_SERVING] = BIT(OWNER_STANDBY) | BIT(OWNER_BROKEN),
    [OWNER_BROKEN] = BIT(OWNER_STANDBY),
};

static const char *const owner_names[OWNER_STATES] = { "standby", "taking", "serving", "broken" };

static void owner_check(const void *self)
{
    const struct owner *owner = self;
    assert(owner->pending_count == 0 || owner->fsm.state == OWNER_SERVING);
}

void owner_init(struct owner *owner, const struct chain *chain, uint64_t next_offset,
                int64_t now_us)
{
    *owner = (struct owner){ .chain = *chain, .next_offset = next_offset, .heard_us = now_us };
    owner->pending = mem_zalloc(OWNER_PENDING_MAX, sizeof *owner->pending);
    fsm_init(&owner->fsm, owner_moves, owner_names, OWNER_STATES, OWNER_STANDBY);
    owner->fsm.check = owner_check;
    owner->fsm.self = owner;
}

void owner_release(struct owner *owner)
{
    mem_free(owner->pending);
    *owner = (struct owner){ 0 };
}

enum owner_state owner_state(const struct owner *owner)
{
    return (enum owner_state)owner->fsm.state;
}

static void owner_move(struct owner *owner, enum owner_state state)
{
    owner->pending_count = 0;
    fsm_move(&owner->fsm, state);
}

static enum owner_event owner_broke(struct owner *owner)
{
    owner_move(owner, OWNER_BROKEN);
    return OWNER_BROKE;
}

void owner_begin(struct owner *owner, int64_t now_us)
{
    owner_move(owner, OWNER_STANDBY);
    owner->heard_us = now_us;
}

static struct owner_pending *owner_pending_at(const struct owner *owner, size_t index)
{
    return &owner->pending[(owner->pending_first + index) % OWNER_PENDING_MAX];
}

static void owner_pop(struct owner *owner)
{
    assert(owner->pending_count > 0);
    owner->pending_first = (owner->pending_first + 1) % OWNER_PENDING_MAX;
    owner->pending_count--;
}

/* --- what the log has --- */

/* Whether our oldest record lies where all is judged, and yet was not confirmed. */
static bool owner_is_void(const struct owner *owner)
{
    return owner->pending_count > 0 && owner_pending_at(owner, 0)->offset < owner->next_offset;
}

/* Our oldest record is confirmed. The one behind it can have been judged before, as void: then this
 * epoch is over. */
static enum owner_event owner_pop_confirmed(struct owner *owner)
{
    owner_pop(owner);
    if (owner_is_void(owner)) {
        owner_move(owner, OWNER_BROKEN);
    }
    return OWNER_CONFIRMED;
}

static enum owner_event owner_judge_epoch(struct owner *owner)
{
    enum owner_state state = owner_state(owner);
    bool ours = state == OWNER_TAKING && evlog_id_eq(owner->chain.owner, owner->id);
    if (ours && !owner->chain.closed) {
        owner_move(owner, OWNER_SERVING);
        owner->ahead = owner->chain;
        return OWNER_TOOK;
    }
    if (state == OWNER_TAKING || state == OWNER_SERVING) {
        owner_move(owner, OWNER_STANDBY);
        return OWNER_LOST;
    }
    return OWNER_FOLD;
}

/* A record of our epoch counts: it is the oldest that we have under way. */
static struct status owner_judge_own(struct owner *owner, enum owner_event *event)
{
    if (owner->pending_count == 0 ||
        !hash_eq(&owner_pending_at(owner, 0)->head, &owner->chain.head)) {
        return status_error(STATUS_DATA_LOSS,
                            "expected record %llu of our epoch to be ours, but we did not write it",
                            (unsigned long long)owner->chain.sequence);
    }
    *event = owner_pop_confirmed(owner);
    return status_ok();
}

struct status owner_offer(struct owner *owner, uint64_t offset, struct str value, int64_t now_us,
                          struct record *record, enum owner_event *event)
{
    enum chain_verdict verdict;
    *event = OWNER_NOTHING;
    if (offset < owner->next_offset) {
        return record_decode(value, record);
    }
    TRY(chain_offer(&owner->chain, value, record, &verdict));
    owner->next_offset = offset + 1;
    if (verdict == CHAIN_ACCEPTED) {
        owner->heard_us = now_us;
        if (record->type == RECORD_EPOCH) {
            *event = owner_judge_epoch(owner);
        } else if (owner_state(owner) == OWNER_SERVING) {
            TRY(owner_judge_own(owner, event));
        } else {
            *event = OWNER_FOLD;
        }
    }
    if (*event == OWNER_NOTHING && owner_is_void(owner)) {
        *event = owner_broke(owner);
    }
    return status_ok();
}

/* --- what became of our own --- */

/* The oldest record lies at the first offset that is not judged: it continues the chain, since it
 * was made to continue what is under way before it. */
static enum owner_event owner_confirm(struct owner *owner, int64_t now_us)
{
    const struct owner_pending *first = owner_pending_at(owner, 0);
    owner->chain.head = first->head;
    owner->chain.next_command_offset = first->next_command_offset;
    owner->chain.sequence++;
    owner->next_offset++;
    owner->heard_us = now_us;
    return owner_pop_confirmed(owner);
}

enum owner_event owner_acked(struct owner *owner, uint64_t epoch, uint64_t sequence,
                             uint64_t offset, int64_t now_us)
{
    enum owner_state state = owner_state(owner);
    if (state == OWNER_STANDBY || state == OWNER_BROKEN) {
        return OWNER_NOTHING; /* of an epoch that is over */
    }
    if (offset == EVLOG_OFFSET_UNKNOWN) {
        return owner_broke(owner);
    }
    if (state == OWNER_TAKING) {
        return OWNER_READ;
    }
    uint64_t index = sequence - owner->chain.sequence - 1;
    if (epoch != owner->chain.epoch || index >= owner->pending_count) {
        return OWNER_NOTHING; /* reading was faster */
    }
    owner_pending_at(owner, index)->offset = offset;
    if (index == 0 && offset == owner->next_offset) {
        return owner_confirm(owner, now_us);
    }
    return owner_is_void(owner) ? owner_broke(owner) : OWNER_READ;
}

/* --- what we write --- */

void owner_take(struct owner *owner, struct evlog_id id, struct record *record)
{
    owner_move(owner, OWNER_TAKING);
    owner->id = id;
    *record = (struct record){
        .type = RECORD_EPOCH,
        .epoch = owner->chain.epoch + 1,
        .sequence = owner->chain.sequence + 1,
        .prev = owner->chain.head,
        .next_command_offset = owner->chain.next_command_offset,
    };
}

void owner_next(const struct owner *owner, uint64_t next_command_offset, struct record *record)
{
    assert(owner_state(owner) == OWNER_SERVING);
    assert(owner->pending_count < OWNER_PENDING_MAX);
    chain_next(&owner->ahead, next_command_offset, record);
}

void owner_push_ahead(struct owner *owner, const struct chain *ahead)
{
    assert(owner_state(owner) == OWNER_SERVING);
    assert(owner->pending_count < OWNER_PENDING_MAX);
    assert(ahead->epoch == owner->ahead.epoch);
    assert(ahead->sequence == owner->ahead.sequence + 1);
    owner->ahead = *ahead;
    *owner_pending_at(owner, owner->pending_count) = (struct owner_pending){
        .head = ahead->head,
        .next_command_offset = ahead->next_command_offset,
        .offset = EVLOG_OFFSET_UNKNOWN,
    };
    owner->pending_count++;
}

void owner_push(struct owner *owner, const struct record *record, struct str value)
{
    struct chain ahead = owner->ahead;
    chain_push(&ahead, record, value);
    owner_push_ahead(owner, &ahead);
}

/* --- silence --- */

bool owner_take_due(const struct owner *owner, const struct owner_timing *timing, int64_t now_us)
{
    int64_t patience_us = timing->silence_us * (1 + (int64_t)timing->rank) + timing->jitter_us;
    return owner_state(owner) == OWNER_STANDBY && !owner->chain.closed &&
           now_us - owner->heard_us >= patience_us;
}

bool owner_tick_due(const struct owner *owner, const struct owner_timing *timing, int64_t now_us)
{
    return owner_state(owner) == OWNER_SERVING && owner->pending_count == 0 &&
           now_us - owner->heard_us >= timing->silence_us / 3;
}
