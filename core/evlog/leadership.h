/* Who leads a decision partition, on a log that others may write, too: when one may answer, when
 * it must read first, when it has lost, when a follower takes over. Pure: the caller appends, reads
 * and waits, and says here what came of it. One thread. */
#ifndef CORE_EVLOG_LEADERSHIP_H
#define CORE_EVLOG_LEADERSHIP_H

#include "core/base/fsm.h"
#include "core/evlog/chain.h"
#include "core/evlog/evlog.h"

/* Records under way, per partition: 16 MiB of bookkeeping for 64 partitions. */
enum { LEADERSHIP_PENDING_MAX = 4096 };

enum leadership_state {
    LEADERSHIP_FOLLOWER,  /* folds what others write */
    LEADERSHIP_CANDIDATE, /* its EPOCH is under way; folds on */
    LEADERSHIP_LEADER,    /* decides and answers */
    LEADERSHIP_BROKEN,    /* what was under way is unknown or fenced: see leadership_begin */
    LEADERSHIP_STATES
};

/* What a record or an acknowledgement meant. */
enum leadership_event {
    LEADERSHIP_NOTHING,   /* fenced, known already, or not yet to be judged */
    LEADERSHIP_FOLD,      /* a record of somebody else, or our EPOCH, counts: apply it */
    LEADERSHIP_CONFIRMED, /* our oldest unconfirmed record counts: apply it and answer; the state
                        can be BROKEN behind it */
    LEADERSHIP_WON,       /* our EPOCH counts: apply it, then lead */
    LEADERSHIP_LOST,      /* another's EPOCH counts: drop all that is unconfirmed, apply it */
    LEADERSHIP_READ,      /* others wrote between: read from next_offset on */
    LEADERSHIP_BROKE,     /* now BROKEN */
};

struct leadership_pending {
    struct str value; /* owned */
    struct hash head; /* of the chain behind it */
    uint64_t next_command_offset;
    uint64_t offset; /* where it was acknowledged; EVLOG_OFFSET_UNKNOWN before */
};

struct leadership {
    struct fsm fsm;
    struct chain chain;                 /* over all records before next_offset */
    uint64_t next_offset;               /* the first that is not judged */
    struct chain ahead;                 /* the chain with all that is under way; in LEADER */
    struct evlog_id id;                 /* of our EPOCH; in CANDIDATE and LEADER */
    struct leadership_pending *pending; /* ring: all that is under way; empty but in LEADER */
    size_t pending_first;
    size_t pending_count;
    struct str confirmed; /* owned: see leadership_confirmed */
    int64_t heard_us;     /* monotonic time of the last accepted record */
};

/* A follower that has folded all records before `next_offset` into `chain`. */
void leadership_init(struct leadership *leadership, const struct chain *chain, uint64_t next_offset,
                     int64_t now_us);
void leadership_release(struct leadership *leadership);
/* A BROKEN leadership, whose caller has dropped the producer, is a follower again: nothing is under
 * way as far as it knows; what still arrives is judged by reading. */
void leadership_begin(struct leadership *leadership, int64_t now_us);

enum leadership_state leadership_state(const struct leadership *leadership);

/* Judges the next record of the log; those below next_offset were judged and are NOTHING. `record`
 * as chain_offer gives it. The statuses are chain_offer's; DATA_LOSS too when a record of our epoch
 * counts that we did not write. */
MUST_USE struct status leadership_offer(struct leadership *leadership, uint64_t offset,
                                        struct str value, int64_t now_us, struct record *record,
                                        enum leadership_event *event);
/* What became of the record that was appended with this epoch and sequence (the caller keeps them
 * in the token): EVLOG_OFFSET_UNKNOWN breaks the leadership. For an EPOCH an offset says nothing:
 * only reading shows whether it counts. */
enum leadership_event leadership_acked(struct leadership *leadership, uint64_t epoch,
                                       uint64_t sequence, uint64_t offset, int64_t now_us);

/* An EPOCH that would be the next after `chain` is on its way, with `id`, new random bytes, in its
 * body: waits for it. In FOLLOWER. */
void leadership_campaign(struct leadership *leadership, struct evlog_id id);
/* Fills the envelope of the next record. In LEADER, with room among the pending. */
void leadership_next(const struct leadership *leadership, uint64_t next_command_offset,
                     struct record *record);
/* The record was appended as `value` (copied). */
void leadership_push(struct leadership *leadership, const struct record *record, struct str value);
/* The same for a caller who keeps the chain himself: with the record it is `ahead`. */
void leadership_push_ahead(struct leadership *leadership, const struct chain *ahead,
                           struct str value);
/* The record of ours that CONFIRMED was about, valid until the next record is judged or acked; with
 * it, chain.head is the chain's. */
struct str leadership_confirmed(const struct leadership *leadership);

/* How leaders are heard, and missed: `election_timeout_us` is T. */
struct leadership_timing {
    int64_t election_timeout_us;
    uint32_t rank;     /* 0 = the first to take over */
    int64_t jitter_us; /* the caller's random number, 0..T, made anew for each silence */
};

/* Whether the log has been silent for so long that this follower should take over. */
bool leadership_election_due(const struct leadership *leadership,
                             const struct leadership_timing *timing, int64_t now_us);
/* Whether a leader without anything under way should append a TICK, to be heard: his heartbeat. */
bool leadership_heartbeat_due(const struct leadership *leadership,
                              const struct leadership_timing *timing, int64_t now_us);

#endif
