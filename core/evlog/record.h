/* The bytes of a record in a decision partition: a fixed envelope, then a body.
 *
 *   offset size
 *        0    1  format, 1
 *        1    1  type of the body
 *        2    8  epoch, from 1
 *       10    8  sequence, from 1
 *       18   32  prev: the head before this record
 *       50    8  next_command_offset
 *       58       body, RECORD_BODY_SIZE_MAX bytes or fewer
 *
 * Integers are big endian. The body of an EPOCH is encoded here; the others are protobuf, made and
 * read by core/model. Every byte counts: an encoding decodes to the same record and back to the
 * same bytes. */
#ifndef CORE_EVLOG_RECORD_H
#define CORE_EVLOG_RECORD_H

#include "core/base/buf.h"
#include "core/base/hash.h"
#include "core/base/limits.h"
#include "core/evlog/identity.h"

enum record_type {
    RECORD_DECISION = 1,
    RECORD_REPEAT = 2, /* answers a repeated command that was read from the log */
    RECORD_EPOCH = 3,  /* a new leader, level or configuration */
    RECORD_TICK = 4,   /* a heartbeat and a time: nothing older comes; may carry a state root */
};

enum {
    RECORD_FORMAT = 1,
    RECORD_ENVELOPE_SIZE = 58,
    RECORD_BODY_SIZE_MAX = RECORD_SIZE_MAX,
    RECORD_VALUE_SIZE_MAX = RECORD_ENVELOPE_SIZE + RECORD_BODY_SIZE_MAX,
    RECORD_CONFIGURATION_SIZE_MAX = 64 * 1024, /* a list of org creators and a few numbers */
};

/* The format level that this program writes, and the highest that it reads: what decides and how it
 * is told, beside the form of the bytes. An EPOCH of a higher one is refused (chain.h). */
enum { FORMAT_LEVEL = 1 };

struct record {
    enum record_type type;
    uint64_t epoch;
    uint64_t sequence;            /* position among the partition's accepted records */
    struct hash prev;             /* head of the chain before this record */
    uint64_t next_command_offset; /* the first offset of the commands that is not yet answered */
    struct str body;              /* borrowed */
};

struct record_epoch {
    struct evlog_identity identity;
    uint32_t partition;
    struct evlog_id leader;   /* random, made anew for each EPOCH: two are never the same bytes */
    uint32_t level;           /* format level of what follows */
    bool closed;              /* nothing follows; the history goes on in another log */
    struct str configuration; /* what decides, as core/model encodes it; borrowed */
};

/* Appends the value of a record. */
void record_encode(const struct record *record, struct buf *value);
/* DATA_LOSS when `value` is no record. The body borrows from `value`. */
MUST_USE struct status record_decode(struct str value, struct record *record);

/* Appends the body of an EPOCH. */
void record_epoch_encode(const struct record_epoch *epoch, struct buf *body);
/* DATA_LOSS when `body` is none. The configuration borrows from `body`. */
MUST_USE struct status record_epoch_decode(struct str body, struct record_epoch *epoch);

#endif
