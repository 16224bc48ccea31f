/* The acceptance rule (chain.h) cannot be applied to the end of a log alone, but nearly: an EPOCH
 * is fenced only if its epoch had begun before, and whoever begins an epoch is heard, at least by
 * his ticks. So the first record of the highest epoch that is seen tells: either it is the EPOCH
 * that began it, and then it counts, or the epoch began earlier, and so did not close.
 *
 * Behind the last EPOCH lies no more than what its predecessor had under way. */
#include "core/evlog/closing.h"

#include <inttypes.h>

#include "core/evlog/leadership.h"
#include "core/evlog/record.h"

enum {
    CLOSING_TAIL = LEADERSHIP_PENDING_MAX + 64,
    CLOSING_RUN = 64,
    CLOSING_WAIT_US = 2 * 1000000
};

struct closing {
    uint64_t epoch; /* the highest so far */
    bool closed;    /* its first record closes */
};

static struct status closing_take(struct closing *closing, struct str value)
{
    struct record record;
    struct record_epoch begun = { 0 };
    TRY(record_decode(value, &record));
    if (record.epoch <= closing->epoch) {
        return status_ok();
    }
    TRY(record.type == RECORD_EPOCH ? record_epoch_decode(record.body, &begun) : status_ok());
    *closing = (struct closing){ record.epoch, begun.closed };
    return status_ok();
}

static struct status closing_read(struct closing *closing, struct evlog_reader *reader,
                                  uint32_t partition, uint64_t begin, uint64_t end)
{
    struct evlog_record records[CLOSING_RUN];
    size_t count;
    TRY(evlog_reader_seek(reader, partition, begin));
    while (evlog_reader_position(reader, partition) < end) {
        TRY(evlog_reader_read(reader, records, CLOSING_RUN, &count));
        for (size_t i = 0; i < count; i++) {
            TRY(status_prefix(closing_take(closing, records[i].value), "offset %" PRIu64,
                              records[i].offset));
        }
        if (count == 0 && evlog_reader_position(reader, partition) < end &&
            !evlog_wait(evlog_reader_descriptor(reader), CLOSING_WAIT_US)) {
            return status_error(STATUS_UNAVAILABLE, "expected the end of the log within 2 s");
        }
    }
    return status_ok();
}

struct status closing_find(struct evlog *log, uint32_t partition, bool *closed)
{
    struct closing closing = { 0 };
    struct evlog_reader *reader;
    uint64_t begin, end;
    *closed = false;
    TRY(evlog_range(log, EVLOG_DECISIONS, partition, &begin, &end));
    if (end - begin > CLOSING_TAIL) {
        begin = end - CLOSING_TAIL;
    }
    TRY(evlog_reader_open(log, EVLOG_DECISIONS, &reader));
    struct status st = closing_read(&closing, reader, partition, begin, end);
    evlog_reader_close(reader);
    *closed = closing.closed;
    return st;
}
