#include "core/evlog/frame.h"

#include "core/base/crc32c.h"
#include "core/base/num.h"

enum {
    FRAME_AT_HEADER_CRC = 0,
    FRAME_AT_DATA_CRC = 4,
    FRAME_AT_POSITION = 8,
    FRAME_AT_OFFSET = 16,
    FRAME_AT_PARTITION = 24,
    FRAME_AT_VALUE_SIZE = 28,
    FRAME_AT_BATCH_LEFT = 32,
    FRAME_AT_KEY_SIZE = 36,
    FRAME_AT_STREAM = 38,
    FRAME_AT_ZERO = 39,
};

/* Where the sums begin. */
static const size_t FRAME_SUMMED = FRAME_AT_DATA_CRC;
static_assert(ID_SIZE_MAX < 256, "one byte holds the size of a key; the other is spare");

static size_t frame_key_size(const char *header)
{
    const unsigned char *bytes = (const unsigned char *)header + FRAME_AT_KEY_SIZE;
    return (size_t)bytes[0] << 8 | bytes[1];
}

static size_t frame_size(size_t key_size, size_t value_size)
{
    size_t size = FRAME_HEADER_SIZE + key_size + value_size;
    return (size + FRAME_ALIGN - 1) / FRAME_ALIGN * FRAME_ALIGN;
}

static uint32_t frame_header_crc(const char *header)
{
    return crc32c(0, str_make(header + FRAME_SUMMED, FRAME_HEADER_SIZE - FRAME_SUMMED));
}

void frame_encode(const struct frame *frame, struct buf *out)
{
    assert(frame->key.size <= ID_SIZE_MAX);
    assert(frame->value.size <= RECORD_VALUE_SIZE_MAX);
    size_t size = frame_size(frame->key.size, frame->value.size);
    char *bytes = buf_reserve(out, size);
    memset(bytes, 0, FRAME_HEADER_SIZE);
    num_put_u64be(bytes + FRAME_AT_OFFSET, frame->offset);
    num_put_u32be(bytes + FRAME_AT_PARTITION, frame->partition);
    num_put_u32be(bytes + FRAME_AT_VALUE_SIZE, (uint32_t)frame->value.size);
    num_put_u32be(bytes + FRAME_AT_BATCH_LEFT, frame->batch_left);
    bytes[FRAME_AT_KEY_SIZE + 1] = (char)frame->key.size;
    bytes[FRAME_AT_STREAM] = (char)frame->stream;
    out->size += FRAME_HEADER_SIZE;
    buf_append(out, frame->key);
    buf_append(out, frame->value);
    size_t padding = size - FRAME_HEADER_SIZE - frame->key.size - frame->value.size;
    memset(bytes + size - padding, 0, padding);
    out->size += padding;
}

size_t frame_seal(char *bytes, uint64_t position)
{
    assert(position % FRAME_ALIGN == 0);
    size_t size = frame_size(frame_key_size(bytes), num_get_u32be(bytes + FRAME_AT_VALUE_SIZE));
    struct str data = str_make(bytes + FRAME_HEADER_SIZE, size - FRAME_HEADER_SIZE);
    num_put_u64be(bytes + FRAME_AT_POSITION, position);
    num_put_u32be(bytes + FRAME_AT_DATA_CRC, crc32c(0, data));
    num_put_u32be(bytes + FRAME_AT_HEADER_CRC, frame_header_crc(bytes));
    return size;
}

/* A header can be whole and yet not ours, when somebody wrote it so: its sizes bound what is read
 * next, so they are checked like any other. */
static bool frame_header_holds(const char *header, uint64_t position, uint32_t partitions_count)
{
    return num_get_u32be(header + FRAME_AT_HEADER_CRC) == frame_header_crc(header) &&
           num_get_u64be(header + FRAME_AT_POSITION) == position &&
           num_get_u32be(header + FRAME_AT_PARTITION) < partitions_count &&
           num_get_u32be(header + FRAME_AT_VALUE_SIZE) <= RECORD_VALUE_SIZE_MAX &&
           frame_key_size(header) <= ID_SIZE_MAX &&
           (uint8_t)header[FRAME_AT_STREAM] < EVLOG_STREAMS_KEPT && header[FRAME_AT_ZERO] == 0;
}

enum frame_state frame_decode(struct str bytes, uint64_t position, uint32_t partitions_count,
                              struct frame *frame)
{
    if (bytes.size < FRAME_HEADER_SIZE) {
        *frame = (struct frame){ 0 };
        return FRAME_CUT;
    }
    if (!frame_header_holds(bytes.data, position, partitions_count)) {
        return FRAME_LOST;
    }
    size_t key_size = frame_key_size(bytes.data);
    size_t value_size = num_get_u32be(bytes.data + FRAME_AT_VALUE_SIZE);
    *frame = (struct frame){
        .offset = num_get_u64be(bytes.data + FRAME_AT_OFFSET),
        .stream = (enum evlog_stream)bytes.data[FRAME_AT_STREAM],
        .partition = num_get_u32be(bytes.data + FRAME_AT_PARTITION),
        .batch_left = num_get_u32be(bytes.data + FRAME_AT_BATCH_LEFT),
        .size = frame_size(key_size, value_size),
    };
    if (bytes.size < frame->size) {
        return FRAME_CUT;
    }
    const char *data = bytes.data + FRAME_HEADER_SIZE;
    uint32_t crc = crc32c(0, str_make(data, frame->size - FRAME_HEADER_SIZE));
    if (crc != num_get_u32be(bytes.data + FRAME_AT_DATA_CRC)) {
        return FRAME_DAMAGED;
    }
    frame->key = str_make(data, key_size);
    frame->value = str_make(data + key_size, value_size);
    return FRAME_WHOLE;
}
