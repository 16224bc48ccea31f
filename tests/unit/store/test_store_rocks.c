/* What only a store on disk can do: be missing, owned, another's, damaged, read beside its owner.
 */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>

#include <rocksdb/c.h>

#include "core/base/memory.h"
#include "core/base/num.h"
#include "core/store/store.h"
#include "tests/lib/store_kit.h"
#include "tests/lib/test.h"

static struct store_options options_of(const struct store_kit *kit, char path[80])
{
    snprintf(path, 80, "%s/store", kit->folder);
    return (struct store_options){ .path = path, .fold_version = 1 };
}

TEST(store, what_cannot_be_opened_says_why)
{
    struct store_kit kit;
    char path[80];
    struct store *store;
    store_kit_open(&kit, STORE_KIT_ROCKS);
    struct store_options options = options_of(&kit, path);
    struct status st = store_open(&options, &store);
    assert_int_equal(st.code, STATUS_UNAVAILABLE); /* we own it already */
    store_writer_close(kit.writer);
    store_close(kit.store);
    kit.writer = NULL;
    kit.store = NULL;
    options.fold_version = 2;
    assert_code(STATUS_FAILED_PRECONDITION, store_open(&options, &store));
    options.fold_version = 1;
    assert_ok(store_open(&options, &store));
    store_close(store);
    assert_ok(store_destroy(path));
    assert_code(STATUS_NOT_FOUND, store_open(&options, &store));
    store_kit_close(&kit);
}

static bool forgets_old(void *self, struct str key, struct str value)
{
    (void)self;
    return str_starts(key, STR("old")) && str_eq(value, STR("x"));
}

static bool has(struct store *store, enum store_family family, const char *key)
{
    struct store_reader *reader;
    struct arena arena;
    struct store_row row;
    arena_init(&arena, 4096);
    assert_ok(store_reader_open(store, &reader));
    assert_ok(store_get(reader, &arena, family, str_z(key), STORE_LATEST, &row));
    store_reader_close(reader);
    arena_release(&arena);
    return row.found;
}

/* As soon as files are merged, which RocksDB does by itself after some flushes. */
/* As every format has written it: in column 6, whatever columns there are. */
static void say_format(const char *path, uint32_t format)
{
    static const char key[] = "\6store.format";
    rocksdb_options_t *options = rocksdb_options_create();
    rocksdb_writeoptions_t *write = rocksdb_writeoptions_create();
    char *message = NULL, row[8];
    num_put_u32be(row, format);
    num_put_u32be(row + 4, 1);
    rocksdb_options_set_create_if_missing(options, 1);
    rocksdb_t *db = rocksdb_open(options, path, &message);
    assert_null(message);
    rocksdb_put(db, write, key, sizeof key - 1, row, sizeof row, &message);
    assert_null(message);
    rocksdb_close(db);
    rocksdb_writeoptions_destroy(write);
    rocksdb_options_destroy(options);
}

TEST(store, of_an_older_format_is_known_as_one)
{
    struct store_kit kit;
    char path[80];
    struct store *store;
    store_kit_open(&kit, STORE_KIT_ROCKS);
    struct store_options options = options_of(&kit, path);
    snprintf(path, sizeof path, "%s/older", kit.folder);
    options.create = true;
    say_format(path, 2);
    struct status st = store_open(&options, &store);
    assert_int_equal(st.code, STATUS_FAILED_PRECONDITION);
    assert_non_null(strstr(st.msg, "but it is of '2'"));
    store_kit_close(&kit);
}

TEST(store, forgets_appended_rows_of_which_it_is_told_so)
{
    struct store_kit kit;
    char path[80];
    store_kit_open(&kit, STORE_KIT_ROCKS);
    struct store_options options = options_of(&kit, path);
    options.forgets.row = forgets_old;
    store_writer_close(kit.writer);
    store_close(kit.store);
    assert_ok(store_open(&options, &kit.store));
    assert_ok(store_writer_open(kit.store, &kit.writer));
    store_kit_put(&kit, STORE_ENTITY, "old", 1, "x");
    store_kit_put(&kit, STORE_APPEND, "old", 0, "x");
    store_kit_put(&kit, STORE_APPEND, "old and kept", 0, "y");
    for (int i = 0; i < 1000 && has(kit.store, STORE_APPEND, "old"); i++) {
        store_kit_put(&kit, STORE_APPEND, "new", 0, "x");
        assert_ok(store_flush(kit.store));
    }
    assert_false(has(kit.store, STORE_APPEND, "old"));
    assert_true(has(kit.store, STORE_APPEND, "old and kept"));
    assert_true(has(kit.store, STORE_APPEND, "new"));
    assert_true(has(kit.store, STORE_ENTITY, "old"));
    store_kit_close(&kit);
}

static bool secondary_has(struct store *store, const char *key)
{
    return has(store, STORE_ENTITY, key);
}

/* As on a disk without room for another folder. */
TEST(store, a_reader_without_a_folder_of_its_own_sees_the_store_as_it_is)
{
    struct store_kit kit;
    char path[80], private[80];
    struct store *reader;
    store_kit_open(&kit, STORE_KIT_ROCKS);
    struct store_options options = options_of(&kit, path);
    snprintf(private, sizeof private, "%s/none/private", kit.folder);
    options.secondary = private;
    store_kit_put(&kit, STORE_ENTITY, "a", 1, "x");
    assert_ok(store_flush(kit.store));
    store_kit_put(&kit, STORE_ENTITY, "b", 2, "y");
    assert_ok(store_open(&options, &reader));
    assert_true(secondary_has(reader, "a"));
    assert_false(secondary_has(reader, "b"));
    store_close(reader);
    store_kit_close(&kit);
}

TEST(store, a_secondary_sees_what_its_owner_has_flushed)
{
    struct store_kit kit;
    char path[80], private[80];
    struct store *secondary;
    struct store_writer *writer;
    store_kit_open(&kit, STORE_KIT_ROCKS);
    struct store_options options = options_of(&kit, path);
    snprintf(private, sizeof private, "%s/private", kit.folder);
    options.secondary = private;
    store_kit_put(&kit, STORE_ENTITY, "a", 1, "x");
    assert_ok(store_flush(kit.store));
    store_kit_put(&kit, STORE_ENTITY, "b", 2, "y");
    assert_ok(store_open(&options, &secondary));
    assert_true(secondary_has(secondary, "a"));
    assert_false(secondary_has(secondary, "b"));
    assert_ok(store_flush(kit.store));
    assert_false(secondary_has(secondary, "b"));
    assert_ok(store_catch_up(secondary));
    assert_true(secondary_has(secondary, "b"));
    assert_code(STATUS_FAILED_PRECONDITION, store_writer_open(secondary, &writer));
    assert_code(STATUS_FAILED_PRECONDITION, store_catch_up(kit.store));
    store_close(secondary);
    store_kit_close(&kit);
}

/* --- damage --- */

enum { ROWS = 300, FLIPS = 60 };

static void damage_fill(struct store_kit *kit)
{
    char key[16], value[64];
    for (uint64_t n = 1; n <= ROWS; n++) {
        snprintf(key, sizeof key, "k%03d", (int)(n % 100));
        snprintf(value, sizeof value, "value %d of a row that is a little longer", (int)n);
        store_kit_put(kit, STORE_ENTITY, key, n, value);
    }
}

static struct status damage_scan(struct store_reader *reader)
{
    size_t rows_count = 0;
    struct store_range range = { .as_of = ROWS / 2 };
    struct store_row row = { .found = true };
    struct store_scan *scan;
    TRY(store_scan_open(reader, STORE_ENTITY, &range, &scan));
    struct status st = status_ok();
    while (st.code == STATUS_OK && row.found) {
        st = store_scan_next(scan, &row);
        rows_count += st.code == STATUS_OK && row.found;
    }
    store_scan_close(scan);
    assert_true(st.code != STATUS_OK || rows_count == 100);
    return st;
}

/* Reads all; OK means that all was right. */
static struct status damage_read(struct store *store)
{
    struct store_reader *reader;
    struct store_writer *writer;
    struct hash root;
    uint64_t count;
    TRY(store_writer_open(store, &writer));
    store_writer_close(writer);
    TRY(store_reader_open(store, &reader));
    struct status st = store_verify_root(reader, &root, &count);
    if (st.code == STATUS_OK) {
        assert_int_equal(count, 100);
        st = damage_scan(reader);
    }
    store_reader_close(reader);
    return st;
}

static bool damage_flip(const char *folder, const char *name, uint64_t random)
{
    char path[400];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    if (size > 0) {
        long at = (long)(random % (uint64_t)size);
        fseek(file, at, SEEK_SET);
        int byte = fgetc(file);
        fseek(file, at, SEEK_SET);
        fputc(byte ^ (1 << random / 7 % 8), file);
    }
    fclose(file);
    return size > 0;
}

/* Flips one bit in a table of a copy of the store, opens it, reads all of it. */
static enum status_code damage_try(const char *from, uint64_t random)
{
    char folder[FOLDER_TOOL_PATH_MAX], copy[FOLDER_TOOL_PATH_MAX + 8];
    folder_tool_make(folder);
    snprintf(copy, sizeof copy, "%s/store", folder);
    folder_tool_copy(from, copy);
    DIR *dir = opendir(copy);
    const struct dirent *entry;
    uint64_t skip = random % 2;
    while ((entry = readdir(dir)) != NULL) {
        if (strstr(entry->d_name, ".sst") != NULL && skip-- == 0) {
            damage_flip(copy, entry->d_name, random);
        }
    }
    closedir(dir);
    struct store_options options = { .path = copy, .fold_version = 1 };
    struct store *store;
    struct status st = store_open(&options, &store);
    if (st.code == STATUS_OK) {
        st = damage_read(store);
        store_close(store);
    }
    folder_tool_remove(folder);
    return st.code;
}

TEST(store, a_flipped_bit_is_found_or_makes_no_difference)
{
    struct store_kit kit;
    char path[80];
    int found = 0;
    store_kit_open(&kit, STORE_KIT_ROCKS);
    damage_fill(&kit);
    store_writer_close(kit.writer);
    store_close(kit.store);
    kit.writer = NULL;
    kit.store = NULL;
    snprintf(path, sizeof path, "%s/store", kit.folder);
    uint64_t random = 1;
    for (int i = 0; i < FLIPS; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        enum status_code code = damage_try(path, random >> 20);
        assert_true(code == STATUS_OK || code == STATUS_DATA_LOSS);
        found += code == STATUS_DATA_LOSS;
    }
    assert_true(found > FLIPS / 3);
    store_kit_close(&kit);
}

/* --- a full disk --- */

TEST(store, a_disk_that_is_full_is_unavailable_and_loses_only_what_was_not_flushed)
{
    struct store_kit kit;
    struct rlimit before, small;
    static char value[1 << 16];
    store_kit_open(&kit, STORE_KIT_ROCKS);
    store_kit_put(&kit, STORE_ENTITY, "a", 1, "x");
    assert_ok(store_flush(kit.store));
    uint64_t random = 1;
    for (size_t i = 0; i < sizeof value; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        value[i] = (char)(random >> 40);
    }
    struct store_change change = { STORE_ENTITY, false, STR("b"), { value, sizeof value }, 2 };
    assert_ok(store_write(kit.writer, &change, 1, STR("p")));
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    small = (struct rlimit){ .rlim_cur = 4096, .rlim_max = before.rlim_max };
    setrlimit(RLIMIT_FSIZE, &small);
    assert_code(STATUS_UNAVAILABLE, store_flush(kit.store));
    setrlimit(RLIMIT_FSIZE, &before);
    store_kit_reopen(&kit);
    assert_true(secondary_has(kit.store, "a"));
    store_kit_put(&kit, STORE_ENTITY, "b", 2, "again");
    assert_ok(store_flush(kit.store));
    store_kit_close(&kit);
}
