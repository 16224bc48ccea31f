/* Any bytes as a checkpoint: DATA_LOSS, or one that is written back as the same bytes. */
#include <stdlib.h>

#include "projectors/checkpoint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct checkpoint checkpoint;
    if (checkpoint_decode(str_make(data, size), 1, &checkpoint).code == STATUS_OK) {
        struct buf again = { 0 };
        checkpoint_encode(&checkpoint, &again);
        if (!str_eq(buf_str(&again), str_make(data, size))) {
            abort();
        }
        buf_release(&again);
    }
    return 0;
}
