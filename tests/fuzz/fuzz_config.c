/* Configuration files of any content are read or refused; what was read is within its range. */
#include "core/base/config.h"

struct fuzz_config {
    bool on;
    int64_t count;
    int64_t wait_us;
    int64_t size;
    struct str text;
    int choice;
    struct config_pairs pairs;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct config_option options[] = {
        { "on", CONFIG_BOOL, offsetof(struct fuzz_config, on), "false", 0, 0, NULL, "" },
        { "count", CONFIG_INT, offsetof(struct fuzz_config, count), "1", -5, 5, NULL, "" },
        { "wait", CONFIG_DURATION, offsetof(struct fuzz_config, wait_us), "1s", 0, INT64_MAX, NULL,
          "" },
        { "size", CONFIG_SIZE, offsetof(struct fuzz_config, size), "1KiB", 1, INT64_MAX, NULL, "" },
        { "text", CONFIG_STRING, offsetof(struct fuzz_config, text), "", 0, 0, NULL, "" },
        { "choice", CONFIG_ENUM, offsetof(struct fuzz_config, choice), "b", 0, 0, "a|b|", "" },
        { "pairs.", CONFIG_PAIRS, offsetof(struct fuzz_config, pairs), NULL, 0, 0, NULL, "" },
    };
    struct fuzz_config values;
    struct config config;
    struct arena arena;
    arena_init(&arena, 1 << 16);
    struct status st =
        config_init(&config, options, sizeof options / sizeof options[0], &values, &arena);
    assert(st.code == STATUS_OK);
    st = config_read_file(&config, str_make(data, size));
    assert(st.code == STATUS_OK || st.code == STATUS_INVALID_ARGUMENT ||
           st.code == STATUS_RESOURCE_EXHAUSTED);
    assert(values.count >= -5 && values.count <= 5 && values.wait_us >= 0 && values.size >= 1);
    assert(values.choice >= 0 && values.choice <= 2);
    arena_release(&arena);
    return 0;
}
