/* Records, EPOCH bodies and chains: what decodes encodes to the same bytes. */
#include <stdlib.h>

#include "core/evlog/chain.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fuzz_same(const struct buf *again, struct str in)
{
    if (!str_eq(buf_str(again), in)) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str in = str_make(data, size);
    struct record record;
    struct record_epoch epoch;
    struct chain chain;
    struct buf again = { 0 };
    if (record_decode(in, &record).code == STATUS_OK) {
        record_encode(&record, &again);
        fuzz_same(&again, in);
    }
    again.size = 0;
    if (record_epoch_decode(in, &epoch).code == STATUS_OK) {
        record_epoch_encode(&epoch, &again);
        fuzz_same(&again, in);
    }
    again.size = 0;
    if (chain_decode(in, 1, &chain).code == STATUS_OK) {
        chain_encode(&chain, &again);
        fuzz_same(&again, str_make(in.data, CHAIN_SIZE));
    }
    buf_release(&again);
    return 0;
}
