/* A record as it lies in a file of the local log: a header of FRAME_HEADER_SIZE bytes, key, value,
 * zeros up to a multiple of 8. Integers are big endian.
 *
 *   offset size
 *        0    4  CRC-32C of header bytes 4..39
 *        4    4  CRC-32C of all behind the header
 *        8    8  position: where in the log this frame begins
 *       16    8  offset in its partition
 *       24    4  partition
 *       28    4  size of the value
 *       32    4  batch_left: frames that follow in the same append, 0 in the last
 *       36    2  size of the key
 *       38    1  stream
 *       39    1  zero
 *
 * The position ties a frame to its place: bytes that were meant for another place are no frame
 * here, so after damage the next frame is found by trying every multiple of 8. Pure. */
#ifndef CORE_EVLOG_FRAME_H
#define CORE_EVLOG_FRAME_H

#include "core/base/buf.h"
#include "core/evlog/evlog.h"
#include "core/evlog/record.h"

enum { FRAME_HEADER_SIZE = 40, FRAME_ALIGN = 8 };
enum { FRAME_SIZE_MAX = FRAME_HEADER_SIZE + ID_SIZE_MAX + RECORD_VALUE_SIZE_MAX + FRAME_ALIGN };

struct frame {
    uint64_t offset;
    enum evlog_stream stream;
    uint32_t partition;
    uint32_t batch_left;
    struct str key;   /* borrowed; empty unless FRAME_WHOLE */
    struct str value; /* borrowed; empty unless FRAME_WHOLE */
    size_t size;      /* of all, padding included */
};

enum frame_state {
    FRAME_WHOLE,
    FRAME_CUT,     /* the bytes end before the frame does: header not known or, when `size` is set,
                      known and whole */
    FRAME_DAMAGED, /* header known and whole, key or value damaged */
    FRAME_LOST,    /* no header here */
};

/* Appends a frame without position and checksums. */
void frame_encode(const struct frame *frame, struct buf *out);
/* Sets position and checksums of the encoded frame at `bytes`; gives its size. */
size_t frame_seal(char *bytes, uint64_t position);
/* Reads the frame at the beginning of `bytes`, which lie at `position` of a log with that many
 * partitions. FRAME_LOST sets nothing. */
enum frame_state frame_decode(struct str bytes, uint64_t position, uint32_t partitions_count,
                              struct frame *frame);

#endif
