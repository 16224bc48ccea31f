/* A process writes, flushes and compacts a store as fast as it can; another reads it as a secondary
 * all the while. Whatever the secondary sees is a whole batch: its root is that of its rows. */
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/num.h"
#include "core/store/store.h"
#include "tests/lib/folder_tool.h"
#include "tests/lib/test.h"

enum { KEYS = 400, BATCH = 40, READS = 60, TRIES = 20 };

/* Batch after batch until it is killed; each is flushed. */
static void secondary_write(const char *path)
{
    struct store_options options = { .path = path, .fold_version = 1, .create = true };
    struct store *store;
    struct store_writer *writer;
    static char keys[BATCH][16], value[100], position[8];
    struct store_change changes[BATCH];
    alarm(120); /* should nobody be left to kill it */
    assert_ok(store_open(&options, &store));
    assert_ok(store_writer_open(store, &writer));
    for (uint64_t version = 1;; version++) {
        for (uint64_t i = 0; i < BATCH; i++) {
            snprintf(keys[i], sizeof keys[i], "k%d", (int)((version * 7 + i * 11) % KEYS));
            enum store_family family = i % 2 == 0 ? STORE_ENTITY : STORE_INDEX;
            changes[i] = (struct store_change){ family, false, str_z(keys[i]),
                                                str_make(value, sizeof value), version };
        }
        num_put_u64be(position, version);
        num_put_u64be(value, version);
        assert_ok(store_write(writer, changes, BATCH, str_make(position, 8)));
        assert_ok(store_flush(store));
    }
}

/* Every entity is of a version up to the position; some are of the position itself. */
static uint64_t secondary_check(struct store *store)
{
    struct store_reader *reader;
    struct arena arena;
    struct store_row row;
    struct hash root;
    uint64_t count, version = 0;
    arena_init(&arena, 1 << 16);
    assert_ok(store_reader_open(store, &reader));
    assert_ok(store_position(reader, &arena, &row));
    if (row.found) {
        version = num_get_u64be(row.value.data);
        assert_ok(store_verify_root(reader, &root, &count));
        char key[16];
        snprintf(key, sizeof key, "k%d", (int)(version * 7 % KEYS));
        assert_ok(store_get(reader, &arena, STORE_ENTITY, str_z(key), STORE_LATEST, &row));
        assert_true(row.found && row.since == version);
    }
    store_reader_close(reader);
    arena_release(&arena);
    return version;
}

/* The owner may delete a file just when it is opened: then it is tried again. */
static struct store *secondary_open(const struct store_options *options)
{
    struct store *store = NULL;
    struct status st = store_open(options, &store);
    for (int i = 0; i < TRIES && st.code != STATUS_OK; i++) {
        usleep(20000);
        st = store_open(options, &store);
    }
    assert_ok(st);
    return store;
}

TEST(store, a_secondary_sees_whole_batches_of_a_busy_owner)
{
    char folder[FOLDER_TOOL_PATH_MAX], path[FOLDER_TOOL_PATH_MAX + 8],
        own[FOLDER_TOOL_PATH_MAX + 8];
    folder_tool_make(folder);
    snprintf(path, sizeof path, "%s/store", folder);
    snprintf(own, sizeof own, "%s/own", folder);
    pid_t writer = fork();
    if (writer == 0) {
        secondary_write(path);
    }
    struct store_options options = { .path = path, .secondary = own, .fold_version = 1 };
    uint64_t last = 0;
    for (int i = 0; i < READS; i++) {
        struct store *store = secondary_open(&options);
        uint64_t first = secondary_check(store);
        struct status st = store_catch_up(store);
        uint64_t second = st.code == STATUS_OK ? secondary_check(store) : first;
        assert_true(first >= last && second >= first);
        last = second;
        store_close(store);
    }
    assert_true(last > 10);
    kill(writer, SIGKILL);
    waitpid(writer, NULL, 0);
    folder_tool_remove(folder);
}
