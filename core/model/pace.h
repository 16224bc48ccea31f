/* How far the fold of a partition is on its way to its log's end, and how fast: for who waits. */
#ifndef CORE_MODEL_PACE_H
#define CORE_MODEL_PACE_H

#include "core/base/buf.h"
#include "core/model/position.h"

struct pace {
    uint64_t begin;      /* the offset from which it folds */
    uint64_t offset;     /* of the next record */
    uint64_t end;        /* of the log, as far as is known; 0: not looked yet */
    uint64_t per_second; /* records, so far; 0: not known yet */
    int64_t time_us;     /* the latest that a record told; 0: none */
};

/* Where a fold from `begin` is after so many microseconds. */
struct pace pace_make(uint64_t begin, const struct position *position, uint64_t end,
                      int64_t took_us);
/* Records that are yet to be folded. */
uint64_t pace_left(const struct pace *pace);
/* How long that takes; -1: not known. */
int64_t pace_left_us(const struct pace *pace);
/* How old what is folded is, while records lack; 0: none lacks, or nothing is folded yet. */
int64_t pace_lag_us(const struct pace *pace, int64_t now_us);
/* Appends "41000 of 100000 records, 15300 a second, 4 s left". */
void pace_write(const struct pace *pace, struct buf *out);

#endif
