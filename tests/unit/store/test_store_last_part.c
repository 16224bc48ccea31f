/* A scan of last parts finds what any scan finds, whatever the bytes of the parts: RocksDB leaves
 * out files by a filter for it. */
#include "core/store/key.h"
#include "tests/lib/store_kit.h"
#include "tests/lib/test.h"

static const struct str parts[] = {
    { "", 0 },       { "\0", 1 },  { "\0\0", 2 },     { "\0\xFF", 2 }, { "\1", 1 },
    { "a", 1 },      { "a\0", 2 }, { "a\0b", 3 },     { "ab", 2 },     { "\xFF", 1 },
    { "\xFF\0", 2 }, { "b", 1 },   { "\xFF\xFF", 2 }, { "abc", 3 },
};
enum { PARTS = sizeof parts / sizeof parts[0], KEYS = 2 * PARTS * PARTS, BATCH = 30 };

/* The beginning of a key: org, index, part. */
static void put_prefix(struct buf *key, size_t number)
{
    key_put_str(key, number % 2 == 0 ? STR("o") : STR("o\0"));
    key_put_u8(key, (uint8_t)(1 + number % 2));
    key_put_str(key, parts[number / 2]);
}

static size_t collect(struct store_reader *reader, struct str prefix, bool last_part,
                      struct buf *found)
{
    struct store_range range = { .prefix = prefix, .as_of = STORE_LATEST, .last_part = last_part };
    struct store_scan *scan;
    struct store_row row;
    size_t count = 0;
    assert_ok(store_scan_open(reader, STORE_INDEX, &range, &scan));
    for (;; count++) {
        assert_ok(store_scan_next(scan, &row));
        if (!row.found) {
            break;
        }
        buf_append(found, row.key);
    }
    store_scan_close(scan);
    return count;
}

/* Gives how many rows there are. */
static size_t compare(struct store_kit *kit)
{
    struct store_reader *reader;
    size_t count = 0;
    assert_ok(store_reader_open(kit->store, &reader));
    for (size_t i = 0; i < 2 * PARTS; i++) {
        struct buf prefix = { 0 }, any = { 0 }, last = { 0 };
        put_prefix(&prefix, i);
        count += collect(reader, buf_str(&prefix), false, &any);
        collect(reader, buf_str(&prefix), true, &last);
        assert_true(str_eq(buf_str(&any), buf_str(&last)));
        buf_release(&prefix);
        buf_release(&any);
        buf_release(&last);
    }
    store_reader_close(reader);
    return count;
}

/* Rows number `first`, and each `step`-th after it, come or go in batches. */
static void change(struct store_kit *kit, size_t first, size_t step, uint64_t version, bool gone)
{
    struct store_change changes[BATCH];
    struct buf keys[BATCH] = { 0 };
    size_t count = 0;
    for (size_t i = first; i < KEYS; i += step) {
        put_prefix(&keys[count], i / PARTS);
        key_put_str(&keys[count], parts[i % PARTS]);
        changes[count] = (struct store_change){ .family = STORE_INDEX,
                                                .is_delete = gone,
                                                .key = buf_str(&keys[count]),
                                                .version = version };
        if (++count == BATCH || i + step >= KEYS) {
            store_kit_write(kit, changes, count);
            while (count > 0) {
                buf_release(&keys[--count]);
            }
        }
    }
}

static size_t changed(size_t first, size_t step)
{
    return (KEYS - first + step - 1) / step;
}

static void check_last_part(struct store_kit *kit)
{
    assert_int_equal(compare(kit), 0);
    change(kit, 1, 3, 1, false);
    assert_int_equal(compare(kit), changed(1, 3));
    store_kit_settle(kit);
    assert_ok(store_flush(kit->store));
    assert_int_equal(compare(kit), changed(1, 3));
    change(kit, 2, 9, 2, false);
    change(kit, 1, 6, 3, true);
    assert_int_equal(compare(kit), changed(1, 3) + changed(2, 9) - changed(1, 6));
}

TEST(store, a_scan_of_last_parts_finds_what_any_scan_finds)
{
    store_kit_each(check_last_part);
}
