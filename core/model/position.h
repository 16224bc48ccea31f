/* Up to where of which log a store is folded, and what must be known to go on from there: written
 * with every batch. */
#ifndef CORE_MODEL_POSITION_H
#define CORE_MODEL_POSITION_H

#include "core/evlog/chain.h"
#include "core/store/store.h"

/* State roots at earlier boundaries: a later TICK may name one of them. */
enum { POSITION_ROOTS_MAX = 16 };

struct position_root {
    uint64_t sequence;
    struct hash root;
};

struct position {
    struct chain chain;      /* of the partition, after the last accepted record */
    struct evlog_id log_id;  /* of the log that was read; the chain's is of the last EPOCH, which in
                                a copied log can be the one that it was copied from */
    uint64_t offset;         /* behind the last record that was read, within log_id */
    uint64_t head_offset;    /* of the last accepted record; means nothing before the first */
    struct hash head_before; /* the head before it */
    int64_t time_us;         /* the latest time that a record told: only later ones follow */
    struct position_root roots[POSITION_ROOTS_MAX]; /* the newest last */
    uint32_t roots_count;
    int64_t forgotten_us;     /* repeats of what was issued by then were forgotten under earlier
                                 configurations */
    struct str configuration; /* of the current epoch; borrowed */
};

/* Appends its bytes. */
void position_encode(const struct position *position, struct buf *out);
/* DATA_LOSS when it is none. The configuration borrows from `in`. */
MUST_USE struct status position_decode(struct str in, uint32_t level_known,
                                       struct position *position);

/* Remembers the root at a sequence, above all that are known; drops the oldest. */
void position_add_root(struct position *position, uint64_t sequence, const struct hash *root);
/* The root at an earlier boundary, or NULL if it is no longer, or was never, known. */
const struct hash *position_root(const struct position *position, uint64_t sequence);

#endif
