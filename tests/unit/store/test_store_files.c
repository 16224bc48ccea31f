/* A batch that is written as a file of its own is as good as one that goes through memory. */
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/store/store.h"
#include "tests/lib/store_kit.h"
#include "tests/lib/test.h"

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

static struct store *open_beside(const struct store_kit *kit)
{
    char path[80], private[80];
    struct store *store = NULL;
    snprintf(path, sizeof path, "%s/store", kit->folder);
    snprintf(private, sizeof private, "%s/private", kit->folder);
    struct store_options options = { .path = path, .secondary = private, .fold_version = 1 };
    assert_ok(store_open(&options, &store));
    return store;
}

TEST(store_files, a_store_of_files_equals_one_that_was_written_through_memory)
{
    struct store_kit files, written;
    store_kit_open(&files, STORE_KIT_FILES);
    store_kit_open(&written, STORE_KIT_ROCKS);
    write_some(&files);
    write_some(&written);
    assert_equal(files.store, written.store);
    store_kit_reopen(&files);
    assert_equal(files.store, written.store);
    store_kit_close(&written);
    store_kit_close(&files);
}

/* Who reads beside the owner sees what a crash would leave. */
TEST(store_files, they_need_no_flush)
{
    struct store_kit kit;
    store_kit_open(&kit, STORE_KIT_FILES);
    write_some(&kit);
    struct store *beside = open_beside(&kit);
    assert_equal(kit.store, beside);
    store_kit_put(&kit, STORE_ENTITY, "b", 4, "y");
    assert_ok(store_catch_up(beside));
    assert_equal(kit.store, beside);
    store_close(beside);
    store_kit_close(&kit);
}

TEST(store_files, what_was_in_memory_before_them_reaches_the_disk_whole)
{
    struct store_kit kit;
    struct store_change changes[2] = { { STORE_ENTITY, false, STR("c"), STR("1"), 9 },
                                       { STORE_ENTITY, false, STR("d"), STR("2"), 9 } };
    store_kit_open(&kit, STORE_KIT_MIXED);
    write_some(&kit);
    store_kit_write(&kit, changes, 2);
    struct store *beside = open_beside(&kit);
    assert_equal(kit.store, beside);
    store_kit_put(&kit, STORE_ENTITY, "c", 10, NULL);
    store_kit_put(&kit, STORE_ENTITY, "a", 10, "z");
    changes[0].version = changes[1].version = 11;
    store_kit_write(&kit, changes, 2);
    assert_ok(store_catch_up(beside));
    assert_equal(kit.store, beside);
    store_close(beside);
    store_kit_close(&kit);
}

/* A crash can leave the file under both its names: it must not be written again under the other. */
TEST(store_files, a_file_that_is_left_behind_stays_as_it_is)
{
    struct store_kit kit;
    char left[80], kept[80], bytes[8] = { 0 };
    store_kit_open(&kit, STORE_KIT_FILES);
    snprintf(left, sizeof left, "%s/store/batch", kit.folder);
    snprintf(kept, sizeof kept, "%s/kept", kit.folder);
    FILE *file = fopen(kept, "w");
    assert_non_null(file);
    fputs("kept", file);
    fclose(file);
    assert_int_equal(link(kept, left), 0);
    write_some(&kit);
    file = fopen(kept, "r");
    assert_int_equal(fread(bytes, 1, sizeof bytes, file), 4);
    assert_string_equal(bytes, "kept");
    fclose(file);
    store_kit_close(&kit);
}

TEST(store_files, a_disk_that_is_full_changes_nothing)
{
    struct store_kit kit, same;
    struct rlimit before, small;
    static char value[1 << 16]; /* does not compress away */
    for (size_t i = 0, n = 1; i < sizeof value; i++, n = n * 6364136223846793005u + 1) {
        value[i] = (char)(n >> 56);
    }
    store_kit_open(&kit, STORE_KIT_FILES);
    store_kit_open(&same, STORE_KIT_MEM);
    write_some(&kit);
    write_some(&same);
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    small = (struct rlimit){ .rlim_cur = 4096, .rlim_max = before.rlim_max };
    setrlimit(RLIMIT_FSIZE, &small);
    struct store_change change = { STORE_ENTITY, false, STR("b"), { value, sizeof value }, 4 };
    struct status st = store_write(kit.writer, &change, 1, STR("p"));
    setrlimit(RLIMIT_FSIZE, &before);
    assert_int_equal(st.code, STATUS_UNAVAILABLE);
    assert_equal(kit.store, same.store);
    store_kit_write(&kit, &change, 1);
    store_kit_write(&same, &change, 1);
    assert_equal(kit.store, same.store);
    store_kit_reopen(&kit);
    assert_equal(kit.store, same.store);
    store_kit_close(&same);
    store_kit_close(&kit);
}
