/* One contract, three backends: RocksDB, memory, and memory on RocksDB. */
#include "core/store/store.h"

#include <stdio.h>

#include "core/base/buf.h"
#include "tests/lib/store_kit.h"
#include "tests/lib/test.h"

static void expect(struct store_kit *kit, enum store_family family, const char *key, uint64_t as_of,
                   const char *value, uint64_t since)
{
    struct store_reader *reader;
    struct arena arena;
    struct store_row row;
    arena_init(&arena, 1 << 20);
    assert_ok(store_reader_open(kit->store, &reader));
    assert_ok(store_get(reader, &arena, family, str_z(key), as_of, &row));
    assert_int_equal(row.found, value != NULL);
    if (value != NULL) {
        assert_true(str_eq(row.value, str_z(value)));
        assert_int_equal(row.since, since);
    }
    store_reader_close(reader);
    arena_release(&arena);
}

static void check_get(struct store_kit *kit)
{
    store_kit_put(kit, STORE_ENTITY, "a", 3, "first");
    store_kit_settle(kit);
    store_kit_put(kit, STORE_ENTITY, "a", 5, "second");
    store_kit_put(kit, STORE_ENTITY, "a", 9, NULL);
    store_kit_put(kit, STORE_ENTITY, "a", 12, "again");
    expect(kit, STORE_ENTITY, "a", 2, NULL, 0);
    expect(kit, STORE_ENTITY, "a", 3, "first", 3);
    expect(kit, STORE_ENTITY, "a", 4, "first", 3);
    expect(kit, STORE_ENTITY, "a", 5, "second", 5);
    expect(kit, STORE_ENTITY, "a", 8, "second", 5);
    expect(kit, STORE_ENTITY, "a", 9, NULL, 0);
    expect(kit, STORE_ENTITY, "a", 11, NULL, 0);
    expect(kit, STORE_ENTITY, "a", 12, "again", 12);
    expect(kit, STORE_ENTITY, "a", STORE_LATEST, "again", 12);
    expect(kit, STORE_ENTITY, "aa", STORE_LATEST, NULL, 0);
    expect(kit, STORE_INDEX, "a", STORE_LATEST, NULL, 0);
}

TEST(store, get_gives_what_was_there_as_of_a_version)
{
    store_kit_each(check_get);
}

static void check_batch(struct store_kit *kit)
{
    const struct store_change changes[] = {
        { STORE_INDEX, false, STR("k"), STR("one"), 1 },
        { STORE_APPEND, false, STR("row"), STR("x"), 1 },
        { STORE_INDEX, false, STR("k"), STR("two"), 2 },
        { STORE_INDEX, true, STR("k"), STR(""), 4 },
        { STORE_INDEX, false, STR("k"), STR("four"), 4 },
        { STORE_INDEX, false, STR("brief"), STR("x"), 5 },
        { STORE_INDEX, true, STR("brief"), STR(""), 5 },
        { STORE_INDEX_LATEST, false, STR("t"), STR("due"), 5 },
        { STORE_INDEX_LATEST, true, STR("t"), STR(""), 6 },
    };
    store_kit_settle(kit);
    store_kit_write(kit, changes, sizeof changes / sizeof changes[0]);
    expect(kit, STORE_INDEX, "k", 1, "one", 1);
    expect(kit, STORE_INDEX, "k", 3, "two", 2);
    expect(kit, STORE_INDEX, "k", 4, "four", 4);
    expect(kit, STORE_INDEX, "brief", 5, NULL, 0);
    expect(kit, STORE_INDEX, "brief", STORE_LATEST, NULL, 0);
    expect(kit, STORE_INDEX_LATEST, "t", STORE_LATEST, NULL, 0);
    expect(kit, STORE_APPEND, "row", STORE_LATEST, "x", 0);
}

TEST(store, versions_of_one_batch_all_remain)
{
    store_kit_each(check_batch);
}

static void check_version_back(struct store_kit *kit)
{
    const struct store_change back = { STORE_ENTITY, false, STR("a"), STR("old"), 2 };
    struct hash before, after;
    uint64_t count;
    struct store_reader *reader;
    store_kit_put(kit, STORE_ENTITY, "a", 3, "first");
    store_kit_settle(kit);
    assert_ok(store_reader_open(kit->store, &reader));
    assert_ok(store_root(reader, &before, &count));
    store_reader_close(reader);
    assert_code(STATUS_INTERNAL, store_write(kit->writer, &back, 1, STR("p")));
    expect(kit, STORE_ENTITY, "a", STORE_LATEST, "first", 3);
    store_kit_put(kit, STORE_INDEX, "i", 4, "");
    assert_ok(store_reader_open(kit->store, &reader));
    assert_ok(store_root(reader, &after, &count));
    assert_true(hash_eq(&before, &after));
    store_reader_close(reader);
}

TEST(store, a_version_that_falls_is_refused_and_changes_nothing)
{
    store_kit_each(check_version_back);
}

static void check_snapshot(struct store_kit *kit)
{
    struct store_reader *reader;
    struct arena arena;
    struct store_row row;
    uint64_t position;
    arena_init(&arena, 1 << 20);
    store_kit_put(kit, STORE_ENTITY, "a", 1, "first");
    store_kit_settle(kit);
    assert_ok(store_reader_open(kit->store, &reader));
    store_kit_put(kit, STORE_ENTITY, "a", 2, "second");
    store_kit_put(kit, STORE_INDEX, "a", 2, "new");
    assert_ok(store_get(reader, &arena, STORE_ENTITY, STR("a"), STORE_LATEST, &row));
    assert_true(row.found && str_eq(row.value, STR("first")));
    assert_ok(store_get(reader, &arena, STORE_INDEX, STR("a"), STORE_LATEST, &row));
    assert_false(row.found);
    assert_ok(store_position(reader, &arena, &row));
    memcpy(&position, row.value.data, sizeof position);
    assert_int_equal(position, 1);
    store_reader_close(reader);
    expect(kit, STORE_ENTITY, "a", STORE_LATEST, "second", 2);
    arena_release(&arena);
}

TEST(store, a_reader_sees_one_moment)
{
    store_kit_each(check_snapshot);
}

/* The keys of a scan, joined by blanks. */
static void expect_scan(struct store_kit *kit, enum store_family family, struct store_range range,
                        const char *expected)
{
    struct store_reader *reader;
    struct store_scan *scan;
    struct store_row row = { .found = true };
    struct buf keys = { 0 };
    assert_ok(store_reader_open(kit->store, &reader));
    assert_ok(store_scan_open(reader, family, &range, &scan));
    while (row.found) {
        assert_ok(store_scan_next(scan, &row));
        if (row.found) {
            buf_printf(&keys, "%.*s=%.*s@%d ", STR_ARG(row.key), STR_ARG(row.value),
                       (int)row.since);
        }
    }
    store_scan_close(scan);
    store_reader_close(reader);
    buf_byte(&keys, 0);
    assert_string_equal(keys.data, expected);
    buf_release(&keys);
}

static void check_scan(struct store_kit *kit)
{
    store_kit_put(kit, STORE_INDEX, "p/a", 1, "1");
    store_kit_put(kit, STORE_INDEX, "p/b", 2, "2");
    store_kit_put(kit, STORE_INDEX, "o/x", 2, "x");
    store_kit_settle(kit);
    store_kit_put(kit, STORE_INDEX, "p/b", 3, NULL);
    store_kit_put(kit, STORE_INDEX, "p/c", 4, "4");
    store_kit_put(kit, STORE_INDEX, "p/a", 5, "5");
    store_kit_put(kit, STORE_INDEX, "q/y", 6, "y");
    const struct str p = STR("p/");
    expect_scan(kit, STORE_INDEX, (struct store_range){ .prefix = p, .as_of = STORE_LATEST },
                "p/a=5@5 p/c=4@4 ");
    expect_scan(kit, STORE_INDEX, (struct store_range){ .prefix = p, .as_of = 1 }, "p/a=1@1 ");
    expect_scan(kit, STORE_INDEX, (struct store_range){ .prefix = p, .as_of = 2 },
                "p/a=1@1 p/b=2@2 ");
    expect_scan(kit, STORE_INDEX, (struct store_range){ .prefix = p, .as_of = 4 },
                "p/a=1@1 p/c=4@4 ");
    expect_scan(kit, STORE_INDEX, (struct store_range){ .as_of = 2 }, "o/x=x@2 p/a=1@1 p/b=2@2 ");
    expect_scan(kit, STORE_INDEX, (struct store_range){ .prefix = p, .as_of = 0 }, "");
    expect_scan(kit, STORE_INDEX, (struct store_range){ .as_of = STORE_LATEST },
                "o/x=x@2 p/a=5@5 p/c=4@4 q/y=y@6 ");
}

TEST(store, scan_sees_keys_that_are_gone_now_but_were_there_then)
{
    store_kit_each(check_scan);
}

static void check_pages(struct store_kit *kit)
{
    const struct str p = STR("p/");
    for (char key[] = "p/a"; key[2] <= 'e'; key[2]++) {
        store_kit_put(kit, STORE_INDEX, key, 1, "1");
        store_kit_put(kit, STORE_INDEX, key, 3, key[2] == 'b' ? NULL : "3");
        if (key[2] == 'c') {
            store_kit_settle(kit);
        }
    }
    struct store_range range = { .prefix = p, .start = STR("p/b"), .as_of = 2 };
    expect_scan(kit, STORE_INDEX, range, "p/b=1@1 p/c=1@1 p/d=1@1 p/e=1@1 ");
    range.after_start = true;
    expect_scan(kit, STORE_INDEX, range, "p/c=1@1 p/d=1@1 p/e=1@1 ");
    range.as_of = STORE_LATEST;
    expect_scan(kit, STORE_INDEX, range, "p/c=3@3 p/d=3@3 p/e=3@3 ");
    range.start = STR("p/c");
    range.after_start = false;
    range.descending = true;
    expect_scan(kit, STORE_INDEX, range, "p/c=3@3 p/a=3@3 ");
    range.after_start = true;
    expect_scan(kit, STORE_INDEX, range, "p/a=3@3 ");
    range.start = (struct str){ 0 };
    expect_scan(kit, STORE_INDEX, range, "p/e=3@3 p/d=3@3 p/c=3@3 p/a=3@3 ");
    range.prefix = range.start;
    expect_scan(kit, STORE_INDEX, range, "p/e=3@3 p/d=3@3 p/c=3@3 p/a=3@3 ");
}

TEST(store, scan_goes_on_behind_a_page_and_backwards)
{
    store_kit_each(check_pages);
}

static void expect_history(struct store_kit *kit, const char *key, uint64_t before,
                           const char *expected)
{
    struct store_reader *reader;
    struct store_history *history;
    struct store_version version = { .found = true };
    struct buf text = { 0 };
    assert_ok(store_reader_open(kit->store, &reader));
    assert_ok(store_history_open(reader, STORE_ENTITY, str_z(key), before, &history));
    while (version.found) {
        assert_ok(store_history_next(history, &version));
        if (version.found) {
            buf_printf(&text, "%d-%d=%.*s ", (int)version.since, (int)version.until,
                       STR_ARG(version.value));
        }
    }
    store_history_close(history);
    store_reader_close(reader);
    buf_byte(&text, 0);
    assert_string_equal(text.data, expected);
    buf_release(&text);
}

static void check_history(struct store_kit *kit)
{
    store_kit_put(kit, STORE_ENTITY, "a", 1, "one");
    store_kit_put(kit, STORE_ENTITY, "a", 3, NULL);
    store_kit_settle(kit);
    store_kit_put(kit, STORE_ENTITY, "a", 5, "five");
    store_kit_put(kit, STORE_ENTITY, "b", 6, "other");
    store_kit_put(kit, STORE_ENTITY, "a", 7, "seven");
    expect_history(kit, "a", STORE_LATEST, "7--1=seven 5-7=five 1-3=one ");
    expect_history(kit, "a", 7, "5-7=five 1-3=one ");
    expect_history(kit, "a", 6, "5-7=five 1-3=one ");
    expect_history(kit, "a", 5, "1-3=one ");
    expect_history(kit, "a", 2, "1-3=one ");
    expect_history(kit, "a", 1, "");
    expect_history(kit, "b", STORE_LATEST, "6--1=other ");
    expect_history(kit, "c", STORE_LATEST, "");
}

TEST(store, history_gives_all_values_of_a_key_newest_first)
{
    store_kit_each(check_history);
}

static void check_multi_get(struct store_kit *kit)
{
    enum { KEYS = 150 };
    static char names[KEYS][8];
    struct str keys[KEYS];
    struct store_row rows[KEYS];
    struct store_reader *reader;
    struct arena arena;
    arena_init(&arena, 1 << 20);
    for (int i = 0; i < KEYS; i++) {
        snprintf(names[i], sizeof names[i], "k%d", (i * 7) % KEYS);
        keys[i] = str_z(names[i]);
        if (i % 2 == 0) {
            store_kit_put(kit, STORE_ENTITY, names[i], 1, "old");
            store_kit_put(kit, STORE_ENTITY, names[i], 4, "new");
        }
        if (i == KEYS / 2) {
            store_kit_settle(kit);
        }
    }
    assert_ok(store_reader_open(kit->store, &reader));
    assert_ok(store_multi_get(reader, &arena, STORE_ENTITY, keys, KEYS, 2, rows));
    for (int i = 0; i < KEYS; i++) {
        assert_int_equal(rows[i].found, i % 2 == 0);
        assert_true(!rows[i].found || str_eq(rows[i].value, STR("old")));
    }
    store_reader_close(reader);
    arena_release(&arena);
}

TEST(store, many_gets_answer_as_single_ones)
{
    store_kit_each(check_multi_get);
}

static void check_root(struct store_kit *kit)
{
    struct hash empty, one, two, again, computed;
    uint64_t count;
    struct store_reader *reader;
#define ROOT(hash)                                     \
    assert_ok(store_reader_open(kit->store, &reader)); \
    assert_ok(store_root(reader, &(hash), &count));    \
    store_reader_close(reader)
    ROOT(empty);
    store_kit_put(kit, STORE_ENTITY, "a", 1, "x");
    ROOT(one);
    store_kit_settle(kit);
    store_kit_put(kit, STORE_ENTITY, "b", 2, "y");
    ROOT(two);
    assert_int_equal(count, 2);
    store_kit_put(kit, STORE_INDEX, "b", 2, "y");
    store_kit_put(kit, STORE_ENTITY, "b", 3, NULL);
    ROOT(again);
    assert_false(hash_eq(&empty, &one) || hash_eq(&one, &two));
    assert_true(hash_eq(&one, &again));
    assert_ok(store_reader_open(kit->store, &reader));
    assert_ok(store_verify_root(reader, &computed, &count));
    store_reader_close(reader);
    assert_true(hash_eq(&computed, &one));
    assert_int_equal(count, 1);
}

TEST(store, root_depends_on_the_entities_alone)
{
    store_kit_each(check_root);
}

static void expect_difference(struct store_kit *kit, struct store *other, const char *message)
{
    struct store_reader *first, *second;
    assert_ok(store_reader_open(kit->store, &first));
    assert_ok(store_reader_open(other, &second));
    struct status st = store_compare(first, second);
    assert_string_equal(st.msg, message);
    store_reader_close(first);
    store_reader_close(second);
}

static void check_compare(struct store_kit *kit)
{
    struct store_kit other;
    store_kit_open(&other, STORE_KIT_MEM);
    store_kit_put(kit, STORE_INDEX, "a", 1, "x");
    store_kit_settle(kit);
    expect_difference(kit, other.store,
                      "expected the same rows in both stores, but in indexes 'a' is in the first "
                      "only");
    store_kit_put(&other, STORE_INDEX, "a", 1, "y");
    expect_difference(kit, other.store,
                      "expected the same rows in both stores, but in indexes 'a' has different "
                      "values");
    store_kit_put(&other, STORE_INDEX, "a", 2, NULL);
    store_kit_put(kit, STORE_INDEX, "a", 2, NULL);
    expect_difference(kit, other.store,
                      "expected the same rows in both stores, but in history of indexes "
                      "'a........' has different values");
    store_kit_close(&other);
}

TEST(store, the_first_difference_of_two_stores_is_named)
{
    store_kit_each(check_compare);
}

/* Ten keys that were gone by then, and ten that were not there yet, before one that was. */
static void check_dead(struct store_kit *kit)
{
    char key[8];
    for (unsigned i = 0; i < 10; i++) {
        snprintf(key, sizeof key, "p/a%u", i);
        store_kit_put(kit, STORE_INDEX, key, 1, "x");
        store_kit_put(kit, STORE_INDEX, key, 2, NULL);
        snprintf(key, sizeof key, "p/b%u", i);
        store_kit_put(kit, STORE_INDEX, key, 9, "x");
    }
    store_kit_put(kit, STORE_INDEX, "p/c", 3, "here");
    struct store_range range = { .prefix = STR("p/"), .as_of = 5 };
    struct store_reader *reader;
    assert_ok(store_reader_open(kit->store, &reader));
    for (range.dead_max = 18; range.dead_max <= 22; range.dead_max++) {
        struct store_scan *scan;
        struct store_row row;
        assert_ok(store_scan_open(reader, STORE_INDEX, &range, &scan));
        assert_code(range.dead_max < 20 ? STATUS_RESOURCE_EXHAUSTED : STATUS_OK,
                    store_scan_next(scan, &row));
        assert_int_equal(store_scan_dead(scan), range.dead_max < 20 ? range.dead_max + 1 : 20);
        assert_true(range.dead_max < 20 || str_eq(row.key, STR("p/c")));
        store_scan_close(scan);
    }
    store_reader_close(reader);
}

TEST(store, a_scan_counts_and_bounds_what_it_passes)
{
    store_kit_each(check_dead);
}
