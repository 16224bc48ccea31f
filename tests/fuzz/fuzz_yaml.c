/* Any text: it is refused, or what is printed of it is read as the same. */
#include "core/yaml/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FUZZ_MEMORY = 16 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena;
    struct yaml yaml, again;
    struct buf text = { 0 };
    arena_init(&arena, FUZZ_MEMORY);
    struct status st = yaml_read(&arena, str_make((const char *)data, size), &yaml);
    if (st.code == STATUS_OK && yaml.count > 1 && yaml.nodes[0].is_map &&
        yaml.nodes[1].parent == 0) {
        yaml_print(&yaml, &yaml.nodes[0], 0, &text);
        st = yaml_read(&arena, buf_str(&text), &again);
        assert(st.code == STATUS_RESOURCE_EXHAUSTED ||
               (st.code == STATUS_OK && str_eq(again.nodes[0].json, yaml.nodes[0].json)));
    }
    buf_release(&text);
    arena_release(&arena);
    return 0;
}
