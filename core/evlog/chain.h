/* The acceptance rule of a decision partition: which records count. All readers see one order of
 * records and apply this function to each, so all agree. Pure. */
#ifndef CORE_EVLOG_CHAIN_H
#define CORE_EVLOG_CHAIN_H

#include "core/evlog/record.h"

enum chain_verdict {
    CHAIN_FENCED,   /* does not count: a zombie's, a late or a doubled record */
    CHAIN_ACCEPTED, /* counts: the chain has moved by it */
};

/* The state of a partition after the records offered so far. Kept by value, compared by fields. */
struct chain {
    struct evlog_identity identity; /* the log ids as of the last EPOCH, zero before the first */
    uint32_t partition;
    uint32_t level_known;         /* the highest format level that this program can read */
    uint64_t epoch;               /* 0 before the first EPOCH */
    uint64_t sequence;            /* of the last accepted record; 0 = none */
    struct hash head;             /* covers every accepted record */
    struct evlog_id leader;       /* as the last EPOCH says */
    uint32_t level;               /* as the last EPOCH says */
    bool closed;                  /* nothing can be accepted any more */
    uint64_t next_command_offset; /* within identity.commands_log_id */
};

/* An empty partition of a history: only history_id and partitions_count of `identity` count. */
void chain_init(struct chain *chain, const struct evlog_identity *identity, uint32_t partition,
                uint32_t level_known);

/* Judges the next record of the log. On CHAIN_ACCEPTED the chain has moved: the record's position
 * is chain->sequence (an EPOCH's own sequence, prev and next_command_offset mean nothing).
 * `record` borrows from `value` and is set in both verdicts.
 * DATA_LOSS: the log contradicts itself or belongs to another history; FAILED_PRECONDITION: the
 * level is above level_known, this program must be upgraded. After a failure the chain is as it
 * was, and the partition stops. */
MUST_USE struct status chain_offer(struct chain *chain, struct str value, struct record *record,
                                   enum chain_verdict *verdict);
/* The same for a record that another chain of this program has judged before: `head` is the one
 * that it had behind it, so nothing is hashed again; NULL: none has. All else is judged anew. */
MUST_USE struct status chain_offer_judged(struct chain *chain, struct str value,
                                          const struct hash *head, struct record *record,
                                          enum chain_verdict *verdict);

/* Fills the envelope of the next record in the current epoch; type and body are the caller's. */
void chain_next(const struct chain *chain, uint64_t next_command_offset, struct record *record);
/* Fills the envelope of an EPOCH that would begin the next epoch; the body is the caller's. */
void chain_next_epoch(const struct chain *chain, struct record *record);
/* Moves the chain over a record that this program has encoded by chain_next, as chain_offer would:
 * for a leader who appends before the log has acknowledged. */
void chain_push(struct chain *chain, const struct record *record, struct str value);

/* Appends the bytes of a chain (CHAIN_SIZE), for a store's position. */
enum { CHAIN_SIZE = 133 };
void chain_encode(const struct chain *chain, struct buf *out);
/* DATA_LOSS when `in` does not begin with a chain; reads CHAIN_SIZE bytes. */
MUST_USE struct status chain_decode(struct str in, uint32_t level_known, struct chain *chain);

#endif
