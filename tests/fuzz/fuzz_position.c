/* Any bytes as a store's position: DATA_LOSS, or one that is written back as the same bytes. */
#include <stdlib.h>

#include "core/model/position.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct position position;
    if (position_decode(str_make(data, size), 1, &position).code == STATUS_OK) {
        struct buf again = { 0 };
        position_encode(&position, &again);
        if (!str_eq(buf_str(&again), str_make(data, size))) {
            abort();
        }
        buf_release(&again);
    }
    return 0;
}
