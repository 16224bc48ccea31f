/* The owner of a decision partition, on a log that others may write, too: when it may answer, when
 * it must read first, when it has lost, when a standby takes over. Pure: the caller appends, reads
 * and waits, and says here what came of it. One thread. */
#ifndef CORE_EVLOG_OWNER_H
#define CORE_EVLOG_OWNER_H

#include "core/base/fsm.h"
#include "core/evlog/chain.h"
#include "core/evlog/evlog.h"

/* Records under way, per partition: 16 MiB of bookkeeping for 64 partitions. */
enum { OWNER_PENDING_MAX = 4096 };

enum owner_state {
    OWNER_STANDBY, /* folds what others write */
    OWNER_TAKING,  /* its EPOCH is under way; folds on */
    OWNER_SERVING, /* decides and answers */
    OWNER_BROKEN,  /* what was under way is unknown or void: begin again, by owner_begin */
    OWNER_STATES
};

/* What a record or an acknowledgement meant. */
enum owner_event {
    OWNER_NOTHING,   /* void, known already, or not yet to be judged */
    OWNER_FOLD,      /* a record of somebody else, or our EPOCH, counts: apply it */
    OWNER_CONFIRMED, /* our oldest unconfirmed record counts: apply it and answer; the state can be
                        BROKEN behind it */
    OWNER_TOOK,      /* our EPOCH counts: apply it, then serve */
    OWNER_LOST,      /* another's EPOCH counts: drop all that is unconfirmed, apply it */
    OWNER_READ,      /* others wrote between: read from next_offset on */
    OWNER_BROKE,     /* now BROKEN */
};

struct owner_pending {
    struct hash head; /* of the chain behind it */
    uint64_t next_command_offset;
    uint64_t offset; /* where it was acknowledged; EVLOG_OFFSET_UNKNOWN before */
};

struct owner {
    struct fsm fsm;
    struct chain chain;            /* over all records before next_offset */
    uint64_t next_offset;          /* the first that is not judged */
    struct chain ahead;            /* the chain with all that is under way; in SERVING */
    struct evlog_id id;            /* of our EPOCH; in TAKING and SERVING */
    struct owner_pending *pending; /* ring */
    size_t pending_first;
    size_t pending_count;
    int64_t heard_us; /* monotonic time of the last accepted record */
};

/* A standby that has folded all records before `next_offset` into `chain`. */
void owner_init(struct owner *owner, const struct chain *chain, uint64_t next_offset,
                int64_t now_us);
void owner_release(struct owner *owner);
/* A BROKEN owner, whose caller has dropped the producer, is a standby again: nothing is under way
 * as far as it knows; what still arrives is judged by reading. */
void owner_begin(struct owner *owner, int64_t now_us);

enum owner_state owner_state(const struct owner *owner);

/* Judges the next record of the log; those below next_offset were judged and are NOTHING. `record`
 * as chain_offer gives it. The statuses are chain_offer's; DATA_LOSS too when a record of our epoch
 * counts that we did not write. */
MUST_USE struct status owner_offer(struct owner *owner, uint64_t offset, struct str value,
                                   int64_t now_us, struct record *record, enum owner_event *event);
/* What became of the record that was appended with this epoch and sequence (the caller keeps them
 * in the token): EVLOG_OFFSET_UNKNOWN breaks the owner. For an EPOCH an offset says nothing: only
 * reading shows whether it counts. */
enum owner_event owner_acked(struct owner *owner, uint64_t epoch, uint64_t sequence,
                             uint64_t offset, int64_t now_us);

/* Fills the envelope of an EPOCH that would take over, and waits for it. `id` is new random bytes,
 * which the caller puts into its body. In STANDBY. */
void owner_take(struct owner *owner, struct evlog_id id, struct record *record);
/* Fills the envelope of the next record. In SERVING, with room among the pending. */
void owner_next(const struct owner *owner, uint64_t next_command_offset, struct record *record);
/* The record was appended as `value`. */
void owner_push(struct owner *owner, const struct record *record, struct str value);
/* The same for a caller who keeps the chain himself: with the record it is `ahead`. */
void owner_push_ahead(struct owner *owner, const struct chain *ahead);

/* How owners and standbys are heard: `silence_us` is T. */
struct owner_timing {
    int64_t silence_us;
    uint32_t rank;     /* 0 = the first to take over */
    int64_t jitter_us; /* the caller's random number, 0..T, made anew for each silence */
};

/* Whether the log has been silent for so long that this standby should take over. */
bool owner_take_due(const struct owner *owner, const struct owner_timing *timing, int64_t now_us);
/* Whether an owner without anything under way should append a TICK, to be heard. */
bool owner_tick_due(const struct owner *owner, const struct owner_timing *timing, int64_t now_us);

#endif
