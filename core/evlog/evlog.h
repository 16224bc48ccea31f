/* The log port: streams of P partitions each. Backends: evlog_mem (for tests), evlog_local (a
 * folder), evlog_kafka. What a record means is not the log's business; which decision records count
 * is core/evlog/chain.h's.
 *
 * A handle is used by one thread, a reader by one thread (it may be another, but the handle is
 * closed last). Appending, polling and reading never block: wait on the descriptors with poll(2) or
 * evlog_wait. Opening, closing, seeking and evlog_range may wait for a disk or a broker. */
#ifndef CORE_EVLOG_EVLOG_H
#define CORE_EVLOG_EVLOG_H

#include "core/base/status.h"
#include "core/evlog/identity.h"

enum evlog_stream {
    EVLOG_COMMANDS = 0,     /* what was asked */
    EVLOG_DECISIONS = 1,    /* what was answered: the truth */
    EVLOG_OUTCOMES = 2,     /* derived from the decisions: one record for each answer */
    EVLOG_EVENTS = 3,       /* derived from the decisions: one record for each event */
    EVLOG_DEAD_LETTERS = 4, /* commands that were not decided, and why */
    EVLOG_STATUS = 5,       /* how the processes are; one partition */
};
enum {
    EVLOG_STREAMS = 6,
    EVLOG_STREAMS_KEPT = 2, /* the first ones: see evlog_stream_is_kept */
};

/* Commands and decisions, which every log has; the others are for everybody. */
static inline bool evlog_stream_is_kept(enum evlog_stream stream)
{
    return stream <= EVLOG_DECISIONS;
}

/* Headers of one record, and the bytes of their names and values together. */
enum { EVLOG_HEADERS_MAX = 16, EVLOG_HEADERS_SIZE_MAX = 2048 };

/* Said beside a record, for those who do not decode its value. */
struct evlog_header {
    struct str name; /* without a zero byte */
    struct str value;
};

/* Records offered but not completed, per handle; append answers RESOURCE_EXHAUSTED above it. */
enum { EVLOG_PENDING_MAX = 16384 };

#define EVLOG_OFFSET_UNKNOWN UINT64_MAX

/* A record to append. */
struct evlog_item {
    enum evlog_stream stream;
    uint32_t partition;
    struct str key;   /* org id, ID_SIZE_MAX bytes or fewer; empty for EPOCH and TICK */
    struct str value; /* RECORD_VALUE_SIZE_MAX bytes or fewer */
    uint64_t token;   /* the caller's name for it, given back in the completion */
    const struct evlog_header *headers; /* none for the streams that are kept */
    size_t headers_count;
};

/* What became of an appended record: durable at `offset`, or EVLOG_OFFSET_UNKNOWN: it may be in the
 * log, may not be, may still appear. */
struct evlog_completion {
    uint64_t token;
    uint64_t offset;
};

/* A record as it lies in the log. Key, value and headers are borrowed from the reader. */
struct evlog_record {
    uint32_t partition;
    uint64_t offset;
    int64_t time_us; /* when the log took it, by the log's clock; 0 where it has none */
    struct str key;
    struct str value;
    const struct evlog_header *headers; /* the first EVLOG_HEADERS_MAX of a stream not kept */
    size_t headers_count;
};

struct evlog {
    const struct evlog_ops *ops;
    struct evlog_identity identity;
    /* One append is one unit: all of it is in the log or none, at consecutive offsets of each
     * partition, completed in order. */
    bool atomic_append;
    /* This handle is the only writer, so it knows the offset that each append will get. */
    bool exclusive;
    /* Records carry the log's own time. */
    bool has_clock;
    /* It has all streams, not only those that are kept. */
    bool all_streams;
    /* An unfinished copy of another log (replay/copy_log.h): opened only by who asks for it. */
    bool draft;
};

struct evlog_reader {
    const struct evlog_reader_ops *ops;
};

struct evlog_ops {
    struct status (*append)(struct evlog *log, const struct evlog_item *items, size_t items_count);
    struct status (*poll)(struct evlog *log, struct evlog_completion *out, size_t out_max,
                          size_t *out_count);
    struct status (*range)(struct evlog *log, enum evlog_stream stream, uint32_t partition,
                           uint64_t *begin, uint64_t *end);
    struct status (*reader_open)(struct evlog *log, enum evlog_stream stream,
                                 struct evlog_reader **reader);
    struct status (*finish)(struct evlog *log);
    int (*descriptor)(const struct evlog *log);
    void (*close)(struct evlog *log);
};

struct evlog_reader_ops {
    struct status (*seek)(struct evlog_reader *reader, uint32_t partition, uint64_t offset);
    void (*leave)(struct evlog_reader *reader, uint32_t partition);
    struct status (*read)(struct evlog_reader *reader, struct evlog_record *out, size_t out_max,
                          size_t *out_count);
    uint64_t (*position)(const struct evlog_reader *reader, uint32_t partition);
    uint64_t (*end)(const struct evlog_reader *reader, uint32_t partition);
    int (*descriptor)(struct evlog_reader *reader);
    void (*close)(struct evlog_reader *reader);
};

/* The partitions of a stream. */
uint32_t evlog_partitions_count(const struct evlog *log, enum evlog_stream stream);

/* Offers 1..n records and returns at once; copies them. Those of one partition enter the log in the
 * order of the offers. Each record of an accepted offer gets exactly one completion.
 * RESOURCE_EXHAUSTED: too many are pending, or together they are larger than the log takes in one
 * append; nothing was taken. UNAVAILABLE: after a completion was unknown, and when this handle may
 * only read; nothing was taken. UNIMPLEMENTED, here and below: the log has no such stream. An
 * unknown record is never offered again as it is: close, open,
 * read, begin a new epoch. */
MUST_USE struct status evlog_append(struct evlog *log, const struct evlog_item *items,
                                    size_t items_count);
/* Gives up to out_max completions. UNAVAILABLE: why the log broke; given once all are handed over,
 * from then on always. */
MUST_USE struct status evlog_poll(struct evlog *log, struct evlog_completion *out, size_t out_max,
                                  size_t *out_count);
/* The first offset that is kept and the one behind the last durable record. UNAVAILABLE. */
MUST_USE struct status evlog_range(struct evlog *log, enum evlog_stream stream, uint32_t partition,
                                   uint64_t *begin, uint64_t *end);
/* Opens a reader that follows no partition yet. Gives it; close it before the log. UNAVAILABLE. */
MUST_USE struct status evlog_reader_open(struct evlog *log, enum evlog_stream stream,
                                         struct evlog_reader **reader);
/* A draft is a log from now on, durably, for everybody; a log stays one. UNAVAILABLE. */
MUST_USE struct status evlog_finish(struct evlog *log);
/* Readable when poll may have something to give, and when the log broke. */
int evlog_descriptor(const struct evlog *log);
/* Drops what is pending without waiting: it becomes unknown to the caller. NULL is fine. */
void evlog_close(struct evlog *log);

/* Follows a partition from an offset on, or moves there. Records given before become invalid. */
MUST_USE struct status evlog_reader_seek(struct evlog_reader *reader, uint32_t partition,
                                         uint64_t offset);
/* No longer follows a partition. What was given stays valid. */
void evlog_reader_leave(struct evlog_reader *reader, uint32_t partition);
/* Gives up to out_max durable records of the followed partitions, in the log's order within each
 * partition; none when there is nothing new. They are valid until the next read or seek.
 * OUT_OF_RANGE: the position of out[0].partition is below the first kept record, or beyond the
 * log's end. DATA_LOSS: the record at it is damaged or missing; seek behind it to go on. In both
 * out[0] is set, and out_count is 0. UNAVAILABLE: try again later. */
MUST_USE struct status evlog_reader_read(struct evlog_reader *reader, struct evlog_record *out,
                                         size_t out_max, size_t *out_count);
/* The same for a reader that follows one partition alone, up to `end` (of evlog_range): waits for
 * what is not there yet, as a broker sends it, so that only the end gives none. UNAVAILABLE:
 * nothing came for 30 s. */
MUST_USE struct status evlog_reader_read_to(struct evlog_reader *reader, uint32_t partition,
                                            uint64_t end, struct evlog_record *out, size_t out_max,
                                            size_t *out_count);
/* The offset behind the last record that read gave, or passed over where the log has gaps. */
uint64_t evlog_reader_position(const struct evlog_reader *reader, uint32_t partition);
/* Where a followed partition ended when this reader last heard of it, which is at its position or
 * behind it. Nobody is asked. */
uint64_t evlog_reader_end(const struct evlog_reader *reader, uint32_t partition);
/* Readable when read may have something to give that it had not when it last gave nothing. */
int evlog_reader_descriptor(struct evlog_reader *reader);
/* NULL is fine. */
void evlog_reader_close(struct evlog_reader *reader);

/* Waits until a descriptor is readable or the time is over; true when readable. */
bool evlog_wait(int descriptor, int64_t timeout_us);

#endif
