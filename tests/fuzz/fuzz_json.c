/* What is read from JSON can be sent, can be written, and reads back as the same message. */
#include "core/pb/json.h"
#include "test/v1/everything.pb-c.h"

enum { FUZZ_JSON_MEMORY = 1 << 24 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fuzz_json_again(struct arena *arena, const ProtobufCMessage *message)
{
    struct buf text = { 0 }, wire = { 0 };
    Test__V1__Everything *again;
    bool sorted;
    struct status st = pb_to_json(message, (struct pb_json_options){ .indent = 1 }, &text);
    assert(st.code == STATUS_OK);
    st = pb_from_json(arena, message->descriptor, buf_str(&text), &again);
    assert(st.code == STATUS_OK || st.code == STATUS_RESOURCE_EXHAUSTED);
    assert(st.code != STATUS_OK || pb_equal(message, &again->base));
    pb_pack_buf(message, &wire);
    st = pb_guard(message->descriptor, buf_str(&wire), PB_OUTSIDE, &sorted);
    assert(st.code == STATUS_OK);
    buf_release(&text);
    buf_release(&wire);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    Test__V1__Everything *message;
    arena_init(&arena, FUZZ_JSON_MEMORY);
    struct status st =
        pb_from_json(&arena, &test__v1__everything__descriptor, str_make(data, size), &message);
    if (st.code == STATUS_OK && arena.used < FUZZ_JSON_MEMORY / 4) {
        fuzz_json_again(&arena, &message->base);
    }
    arena_release(&arena);
    return 0;
}
