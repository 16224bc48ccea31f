#include "core/model/pace.h"

#include <inttypes.h>

enum { PACE_SECOND_US = 1000000 };

struct pace pace_make(uint64_t begin, const struct position *position, uint64_t end,
                      int64_t took_us)
{
    uint64_t done = position->offset > begin ? position->offset - begin : 0;
    double rate = took_us > 0 ? (double)done * PACE_SECOND_US / (double)took_us : 0;
    return (struct pace){ .begin = begin,
                          .offset = position->offset,
                          .end = end,
                          .per_second = (uint64_t)rate,
                          .time_us = position->time_us };
}

uint64_t pace_left(const struct pace *pace)
{
    return pace->end > pace->offset ? pace->end - pace->offset : 0;
}

int64_t pace_left_us(const struct pace *pace)
{
    uint64_t left = pace_left(pace);
    if (left == 0) {
        return 0;
    }
    return pace->per_second == 0
               ? -1
               : (int64_t)((double)left * PACE_SECOND_US / (double)pace->per_second);
}

int64_t pace_lag_us(const struct pace *pace, int64_t now_us)
{
    bool lags = pace_left(pace) > 0 && pace->time_us > 0 && now_us > pace->time_us;
    return lags ? now_us - pace->time_us : 0;
}

void pace_write(const struct pace *pace, struct buf *out)
{
    uint64_t all = pace->end > pace->begin ? pace->end - pace->begin : 0;
    int64_t left_us = pace_left_us(pace);
    buf_printf(out, "%" PRIu64 " of %" PRIu64 " records", all - pace_left(pace), all);
    if (left_us > 0) {
        buf_printf(out, ", %" PRIu64 " a second, %" PRId64 " s left", pace->per_second,
                   (left_us + PACE_SECOND_US - 1) / PACE_SECOND_US);
    }
}
