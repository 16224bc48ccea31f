/* A process that writes a store is killed at random moments. What a store then has must be a batch
 * boundary: every family at the same position, the root that of the rows. Flushed batches stay, and
 * those that were written as files. */
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/num.h"
#include "core/store/store.h"
#include "tests/lib/folder_tool.h"
#include "tests/lib/test.h"

enum {
    KEYS = 50,
    KILLS = 40,
    BATCHES_MAX = 1000000,
    FLUSH_EVERY = 37,
    FILE_EVERY = 11, /* such a batch is large enough to be written as a file */
    CHANGES = 4,
};

struct kill_shared {
    volatile uint64_t written; /* by the writer, as it goes on */
    volatile uint64_t flushed;
    volatile uint64_t found; /* by the checker */
    volatile bool good;
};

static struct store *kill_open(const char *path)
{
    struct store_options options = {
        .path = path, .fold_version = 1, .create = true, .durable_min = CHANGES + 1
    };
    struct store *store = NULL;
    assert_ok(store_open(&options, &store));
    return store;
}

/* Batch n gives one key of each family the value n, with n as version. */
static struct status kill_write(struct store_writer *writer, uint64_t n)
{
    char value[200] = { 0 }, entity[16], latest[16], row[32], position[8];
    num_put_u64be(value, n);
    num_put_u64be(position, n);
    snprintf(entity, sizeof entity, "e%d", (int)(n % KEYS));
    snprintf(latest, sizeof latest, "l%d", (int)(n % KEYS));
    snprintf(row, sizeof row, "r%llu", (unsigned long long)n);
    const struct str bytes = str_make(value, sizeof value);
    const struct store_change changes[] = {
        { STORE_ENTITY, false, str_z(entity), bytes, n },
        { STORE_INDEX, n % 3 == 0, str_z(entity), bytes, n },
        { STORE_INDEX_LATEST, false, str_z(latest), bytes, n },
        { STORE_APPEND, false, str_z(row), bytes, n },
        { STORE_APPEND, false, STR("more"), bytes, n },
    };
    size_t count = n % FILE_EVERY == 0 ? CHANGES + 1 : CHANGES;
    return store_write(writer, changes, count, str_make(position, 8));
}

static void kill_child(const char *path, uint64_t from, struct kill_shared *shared)
{
    struct store *store = kill_open(path);
    struct store_writer *writer;
    assert_ok(store_writer_open(store, &writer));
    for (uint64_t n = from; n < from + BATCHES_MAX; n++) {
        assert_ok(kill_write(writer, n));
        shared->written = n;
        if (n % FLUSH_EVERY == 0) {
            assert_ok(store_flush(store));
        }
        if (n % FLUSH_EVERY == 0 || n % FILE_EVERY == 0) {
            shared->flushed = n;
        }
    }
    _exit(0);
}

static uint64_t kill_value(struct store_reader *reader, enum store_family family, char first,
                           uint64_t n, uint64_t as_of)
{
    struct arena arena;
    struct store_row row;
    char key[32];
    snprintf(key, sizeof key, "%c%llu", first, (unsigned long long)n);
    arena_init(&arena, 4096);
    assert_ok(store_get(reader, &arena, family, str_z(key), as_of, &row));
    uint64_t value = row.found ? num_get_u64be(row.value.data) : 0;
    arena_release(&arena);
    return value;
}

/* Every row is what the batches up to `n` have made. */
static void kill_check_rows(struct store_reader *reader, uint64_t n)
{
    for (uint64_t i = n > KEYS ? n - KEYS + 1 : 1; i <= n; i++) {
        uint64_t before = i > KEYS ? i - KEYS : 0;
        assert_int_equal(kill_value(reader, STORE_ENTITY, 'e', i % KEYS, STORE_LATEST), i);
        assert_int_equal(kill_value(reader, STORE_ENTITY, 'e', i % KEYS, i - 1), before);
        assert_int_equal(kill_value(reader, STORE_INDEX, 'e', i % KEYS, STORE_LATEST),
                         i % 3 == 0 ? 0 : i);
        assert_int_equal(kill_value(reader, STORE_INDEX_LATEST, 'l', i % KEYS, STORE_LATEST), i);
        assert_int_equal(kill_value(reader, STORE_APPEND, 'r', i, STORE_LATEST), i);
    }
    assert_int_equal(kill_value(reader, STORE_APPEND, 'r', n + 1, STORE_LATEST), 0);
}

/* Gives the position that the store is at. */
static uint64_t kill_check(const char *path)
{
    struct store *store = kill_open(path);
    struct store_reader *reader;
    struct store_row row;
    struct arena arena;
    struct hash root;
    uint64_t count;
    arena_init(&arena, 4096);
    assert_ok(store_reader_open(store, &reader));
    assert_ok(store_position(reader, &arena, &row));
    uint64_t n = row.found ? num_get_u64be(row.value.data) : 0;
    kill_check_rows(reader, n);
    assert_ok(store_verify_root(reader, &root, &count));
    assert_int_equal(count, n < KEYS ? n : KEYS);
    store_reader_close(reader);
    store_close(store);
    arena_release(&arena);
    return n;
}

/* In a process of its own: threads of RocksDB do not survive a fork, so this one never opens a
 * store.
 */
static uint64_t kill_check_apart(const char *path, struct kill_shared *shared)
{
    shared->good = false;
    pid_t child = fork();
    if (child == 0) {
        shared->found = kill_check(path);
        shared->good = true;
        _exit(0);
    }
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_true(shared->good);
    return shared->found;
}

/* Writes from a position on until it is killed; gives the position that is found then. */
static uint64_t kill_once(const char *path, uint64_t from, useconds_t after_us,
                          struct kill_shared *shared)
{
    *shared = (struct kill_shared){ .written = from - 1, .flushed = from - 1 };
    pid_t child = fork();
    if (child == 0) {
        kill_child(path, from, shared);
    }
    usleep(after_us);
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
    uint64_t at = kill_check_apart(path, shared);
    assert_true(at >= shared->flushed && at <= shared->written + 1);
    return at;
}

TEST(store, a_killed_writer_leaves_a_whole_batch_and_what_was_flushed)
{
    char folder[FOLDER_TOOL_PATH_MAX], path[FOLDER_TOOL_PATH_MAX + 8];
    folder_tool_make(folder);
    snprintf(path, sizeof path, "%s/store", folder);
    struct kill_shared *shared =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(shared, MAP_FAILED);
    uint64_t at = kill_check_apart(path, shared);
    uint32_t random = 7;
    for (int i = 0; i < KILLS; i++) {
        random = random * 1664525 + 1013904223;
        at = kill_once(path, at + 1, 20000 + (random >> 16), shared);
    }
    assert_true(at > KILLS);
    munmap(shared, sizeof *shared);
    folder_tool_remove(folder);
}
