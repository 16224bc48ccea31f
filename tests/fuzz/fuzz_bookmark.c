/* Any bytes as a bookmark: DATA_LOSS, or one that is written back as the same bytes. */
#include <stdlib.h>

#include "projectors/bookmark.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bookmark bookmark;
    if (bookmark_decode(str_make(data, size), 1, &bookmark).code == STATUS_OK) {
        struct buf again = { 0 };
        bookmark_encode(&bookmark, &again);
        if (!str_eq(buf_str(&again), str_make(data, size))) {
            abort();
        }
        buf_release(&again);
    }
    return 0;
}
