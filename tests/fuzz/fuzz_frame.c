/* Frames of the local log from any bytes: a whole one encodes to the same bytes. */
#include <stdlib.h>

#include "core/evlog/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct frame frame;
    struct buf copy = { 0 };
    buf_append(&copy, str_make(data, size));
    if (frame_decode(buf_str(&copy), 64, 4, &frame) == FRAME_WHOLE) {
        abort(); /* the input made a checksum: not by chance */
    }
    /* With its sums set right, it is whole, or its header says what no frame may say. */
    if (size >= FRAME_HEADER_SIZE && size % FRAME_ALIGN == 0) {
        size_t key_size = (size_t)data[36] << 8 | data[37];
        size_t value_size = (size_t)data[30] << 8 | data[31];
        copy.data[28] = 0;
        copy.data[29] = 0;
        if (FRAME_HEADER_SIZE + key_size + value_size <= size) {
            size_t sealed = frame_seal(copy.data, 64);
            enum frame_state state = frame_decode(buf_str(&copy), 64, 4, &frame);
            if (sealed > size || (state == FRAME_WHOLE && frame.size != sealed)) {
                abort();
            }
        }
    }
    buf_release(&copy);
    return 0;
}
