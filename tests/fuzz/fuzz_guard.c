/* What the wire guard lets pass, protobuf-c decodes; what was let in from outside is a stored
 * message, too, packs to bytes that stay, and has its Structs in order. */
#include "core/pb/message.h"
#include "test/v1/everything.pb-c.h"

enum { FUZZ_GUARD_MEMORY = 1 << 24 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fuzz_guard_sorted(const ProtobufCMessage *message, struct str bytes)
{
    bool sorted;
    struct status st = pb_guard(message->descriptor, bytes, PB_OUTSIDE, &sorted);
    assert(st.code == STATUS_OK && sorted);
}

static void fuzz_guard_again(struct arena *arena, const ProtobufCMessage *message, int origin)
{
    struct str bytes, same;
    Test__V1__Everything *again;
    struct status st = pb_pack(arena, message, &bytes);
    assert(st.code == STATUS_OK);
    if (origin == PB_OUTSIDE) {
        fuzz_guard_sorted(message, bytes);
    }
    st = pb_unpack(arena, message->descriptor, bytes, PB_STORED, &again);
    assert(st.code == STATUS_OK || st.code == STATUS_RESOURCE_EXHAUSTED);
    if (st.code == STATUS_OK) {
        st = pb_pack(arena, &again->base, &same);
        assert(st.code != STATUS_OK || str_eq(bytes, same));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    Test__V1__Everything *message;
    arena_init(&arena, FUZZ_GUARD_MEMORY);
    for (int origin = PB_OUTSIDE; origin <= PB_STORED; origin++) {
        struct status st = pb_unpack(&arena, &test__v1__everything__descriptor,
                                     str_make(data, size), (enum pb_origin)origin, &message);
        assert(st.code != STATUS_INTERNAL);
        if (st.code == STATUS_OK && arena.used < FUZZ_GUARD_MEMORY / 4) {
            fuzz_guard_again(&arena, &message->base, origin);
        }
    }
    arena_release(&arena);
    return 0;
}
