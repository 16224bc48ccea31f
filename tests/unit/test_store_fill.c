/* A store that is filled counts as a whole or not at all. */
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>

#include "core/store/store.h"
#include "tests/lib/store_kit.h"
#include "tests/lib/test.h"

static struct status open_again(const struct store_kit *kit, const char *secondary, bool fill,
                                struct store **store)
{
    char path[80];
    snprintf(path, sizeof path, "%s/store", kit->folder);
    struct store_options options = {
        .path = path, .secondary = secondary, .fold_version = 1, .create = fill, .fill = fill
    };
    return store_open(&options, store);
}

static void close_store(struct store_kit *kit)
{
    store_writer_close(kit->writer);
    store_close(kit->store);
    kit->writer = NULL;
    kit->store = NULL;
}

static void assert_equal(struct store *first, struct store *second)
{
    struct store_reader *readers[2];
    struct hash roots[2];
    uint64_t counts[2];
    assert_ok(store_reader_open(first, &readers[0]));
    assert_ok(store_reader_open(second, &readers[1]));
    assert_ok(store_compare(readers[0], readers[1]));
    for (int i = 0; i < 2; i++) {
        assert_ok(store_verify_root(readers[i], &roots[i], &counts[i]));
        store_reader_close(readers[i]);
    }
    assert_true(hash_eq(&roots[0], &roots[1]));
}

static void write_some(struct store_kit *kit)
{
    for (uint64_t version = 1; version <= 3; version++) {
        store_kit_put(kit, STORE_ENTITY, "a", version, version == 2 ? "x" : "y");
        store_kit_put(kit, STORE_INDEX, "i", version, version == 2 ? NULL : "");
        store_kit_put(kit, STORE_APPEND, version == 1 ? "p" : "q", 0, "z");
        store_kit_put(kit, STORE_INDEX_LATEST, "h", version, "head");
    }
}

TEST(store_fill, a_filled_store_equals_a_written_one_once_it_is_closed)
{
    struct store_kit filled, written;
    store_kit_open(&filled, STORE_KIT_FILL);
    store_kit_open(&written, STORE_KIT_ROCKS);
    write_some(&filled);
    write_some(&written);
    assert_equal(filled.store, written.store);
    close_store(&filled);
    assert_ok(open_again(&filled, NULL, false, &filled.store));
    assert_equal(filled.store, written.store);
    store_kit_close(&written);
    store_kit_close(&filled);
}

TEST(store_fill, what_a_crash_leaves_of_it_is_refused)
{
    struct store_kit kit;
    struct store *store;
    char private[80];
    store_kit_open(&kit, STORE_KIT_FILL);
    snprintf(private, sizeof private, "%s/private", kit.folder);
    write_some(&kit);
    assert_ok(store_flush(kit.store));
    assert_code(STATUS_FAILED_PRECONDITION, open_again(&kit, private, false, &store));
    store_kit_close(&kit);
}

TEST(store_fill, only_an_empty_folder_is_filled)
{
    struct store_kit kit;
    store_kit_open(&kit, STORE_KIT_ROCKS);
    close_store(&kit);
    assert_code(STATUS_FAILED_PRECONDITION, open_again(&kit, NULL, true, &kit.store));
    store_kit_close(&kit);
}

TEST(store_fill, a_failed_write_spoils_it)
{
    struct store_kit kit;
    struct rlimit before, small;
    static char value[1 << 16]; /* does not compress away */
    for (size_t i = 0, n = 1; i < sizeof value; i++, n = n * 6364136223846793005u + 1) {
        value[i] = (char)(n >> 56);
    }
    store_kit_open(&kit, STORE_KIT_FILL);
    write_some(&kit);
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    small = (struct rlimit){ .rlim_cur = 4096, .rlim_max = before.rlim_max };
    setrlimit(RLIMIT_FSIZE, &small);
    struct store_change change = { STORE_ENTITY, false, STR("b"), { value, sizeof value }, 4 };
    struct status st = store_write(kit.writer, &change, 1, STR("p"));
    setrlimit(RLIMIT_FSIZE, &before);
    assert_int_equal(st.code, STATUS_UNAVAILABLE);
    assert_code(STATUS_FAILED_PRECONDITION, store_write(kit.writer, &change, 1, STR("p")));
    close_store(&kit);
    assert_code(STATUS_FAILED_PRECONDITION, open_again(&kit, NULL, false, &kit.store));
    store_kit_close(&kit);
}
