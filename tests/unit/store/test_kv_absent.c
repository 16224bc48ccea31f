#include "core/store/kv_absent.h"

#include <stdio.h>
#include <unistd.h>

#include "tests/lib/folder_tool.h"
#include "tests/lib/test.h"

enum { ABSENT_FEW = 64, ABSENT_MANY = 5000 };

struct absent_kit {
    char folder[FOLDER_TOOL_PATH_MAX];
    rocksdb_options_t *options;
    rocksdb_t *db;
    struct kv_absent *absent;
};

static void absent_kit_open(struct absent_kit *kit)
{
    char *message = NULL;
    folder_tool_make(kit->folder);
    kit->options = rocksdb_options_create();
    rocksdb_options_set_create_if_missing(kit->options, 1);
    kit->db = rocksdb_open(kit->options, kit->folder, &message);
    assert_null(message);
    kit->absent = kv_absent_open(kit->db, ABSENT_FEW);
}

static void absent_kit_close(struct absent_kit *kit)
{
    kv_absent_close(kit->absent);
    rocksdb_close(kit->db);
    rocksdb_options_destroy(kit->options);
    folder_tool_remove(kit->folder);
}

static struct str absent_key(char text[16], enum kv_column column, unsigned n)
{
    int size = snprintf(text, 16, "%c%u", (char)column, n);
    return str_make(text, (size_t)size);
}

static void absent_put(struct absent_kit *kit, struct str key)
{
    char *message = NULL;
    rocksdb_writeoptions_t *options = rocksdb_writeoptions_create();
    kv_absent_put(kit->absent, key);
    rocksdb_put(kit->db, options, key.data, key.size, "", 0, &message);
    assert_null(message);
    rocksdb_writeoptions_destroy(options);
    kv_absent_grow(kit->absent);
}

static unsigned absent_count(const struct absent_kit *kit, unsigned begin, unsigned end)
{
    char text[16];
    unsigned count = 0;
    for (unsigned n = begin; n < end; n++) {
        count += kv_absent_is(kit->absent, absent_key(text, KV_ENTITY, n));
    }
    return count;
}

/* It answers when its thread has read all. */
static void absent_await(struct absent_kit *kit, unsigned begin, unsigned end)
{
    while (absent_count(kit, begin, end) == 0) {
    }
}

TEST(kv_absent, never_says_it_of_what_is_there_however_many_come)
{
    struct absent_kit kit;
    char text[16];
    absent_kit_open(&kit);
    absent_await(&kit, 0, 1);
    for (unsigned n = 0; n < ABSENT_MANY; n++) {
        absent_put(&kit, absent_key(text, KV_ENTITY, n));
        assert_false(kv_absent_is(kit.absent, absent_key(text, KV_ENTITY, n)));
        assert_int_equal(n % 100 == 0 ? absent_count(&kit, 0, n) : 0, 0);
    }
    /* A filter of 64 keys would know nothing by now. */
    absent_await(&kit, ABSENT_MANY, ABSENT_MANY + 1000);
    for (int i = 0; i < 1000 && absent_count(&kit, ABSENT_MANY, ABSENT_MANY + 1000) < 900; i++) {
        absent_put(&kit, absent_key(text, KV_ENTITY, 0));
        usleep(1000);
    }
    assert_true(absent_count(&kit, ABSENT_MANY, ABSENT_MANY + 1000) >= 900);
    assert_int_equal(absent_count(&kit, 0, ABSENT_MANY), 0);
    absent_kit_close(&kit);
}

TEST(kv_absent, knows_what_was_there_before_it)
{
    struct absent_kit kit;
    char text[16];
    absent_kit_open(&kit);
    for (unsigned n = 0; n < ABSENT_FEW; n++) {
        absent_put(&kit, absent_key(text, KV_APPEND, n));
    }
    kv_absent_close(kit.absent);
    kit.absent = kv_absent_open(kit.db, ABSENT_FEW);
    absent_await(&kit, 0, ABSENT_FEW);
    for (unsigned n = 0; n < ABSENT_FEW; n++) {
        assert_false(kv_absent_is(kit.absent, absent_key(text, KV_APPEND, n)));
    }
    absent_kit_close(&kit);
}

TEST(kv_absent, says_nothing_of_histories)
{
    struct absent_kit kit;
    char text[16];
    absent_kit_open(&kit);
    absent_await(&kit, 0, 1);
    assert_false(kv_absent_is(kit.absent, absent_key(text, KV_ENTITY_HISTORY, 1)));
    assert_false(kv_absent_is(kit.absent, absent_key(text, KV_INDEX_HISTORY, 1)));
    absent_kit_close(&kit);
}
