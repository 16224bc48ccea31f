/* Descriptor sets and messages: the first byte says how long the set is (times 8), the rest is a
 * message of the set's first type. What can be read can be written, and read again the same. */
#include "core/cel/dynamic.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void round_trip(struct arena *arena, const struct cel_schema *schema, struct str bytes)
{
    struct cel_run run = { .arena = arena, .gas = { 100000 } };
    struct str first, second;
    const void *message;
    if (!cel_dynamic_decode(&run, schema, schema->sorted[0], bytes, &message) ||
        !cel_dynamic_encode(&run, message, &first)) {
        return;
    }
    if (cel_dynamic_decode(&run, schema, schema->sorted[0], first, &message) &&
        cel_dynamic_encode(&run, message, &second)) {
        assert(str_eq(first, second));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct cel_schema schema;
    if (size == 0) {
        return 0;
    }
    size_t set_size = data[0] * 8U < size - 1 ? data[0] * 8U : size - 1;
    struct str set = str_make(data + 1, set_size);
    struct str message = str_make(data + 1 + set_size, size - 1 - set_size);
    arena_init(&arena, 1 << 20);
    struct status status = cel_schema_load(&arena, set, &schema);
    if (status.code == STATUS_OK && schema.count > 0) {
        round_trip(&arena, &schema, message);
    }
    arena_release(&arena);
    return 0;
}
