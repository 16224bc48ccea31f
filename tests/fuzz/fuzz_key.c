/* Any bytes as a key: its parts come back, or it is DATA_LOSS; and parts of any bytes survive. */
#include <stdlib.h>

#include "core/store/key.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool good)
{
    if (!good) {
        abort();
    }
}

/* Writing what was read gives the bytes that it was read from. */
static void fuzz_read(struct str input)
{
    struct arena arena;
    struct str rest = input, part;
    struct buf again = { 0 };
    arena_init(&arena, 1 << 20);
    while (rest.size > 0 && key_get_str(&rest, &arena, &part).code == STATUS_OK) {
        key_put_str(&again, part);
    }
    must(str_starts(input, buf_str(&again)));
    buf_release(&again);
    arena_release(&arena);
}

static void fuzz_write(struct str input)
{
    struct arena arena;
    struct str part;
    struct buf key = { 0 };
    arena_init(&arena, 1 << 20);
    key_put_str(&key, input);
    struct str rest = buf_str(&key);
    must(key_get_str(&rest, &arena, &part).code == STATUS_OK);
    must(rest.size == 0 && str_eq(part, input));
    buf_release(&key);
    arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str input = str_make(data, size);
    fuzz_read(input);
    fuzz_write(input);
    return 0;
}
