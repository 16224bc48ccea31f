/* Random changes against a store and against a list that is searched from end to end: every get,
 * scan and history as of every kind of version must agree. A failure prints its seed. */
#include <stdio.h>

#include "core/base/buf.h"
#include "core/store/store.h"
#include "tests/lib/store_kit.h"
#include "tests/lib/test.h"

enum { KEYS = 12, STEPS = 250, CHANGES_MAX = 4000, BATCH_MAX = 20 };

struct naive_change {
    enum store_family family;
    int key;
    uint64_t version;
    int value; /* 0: deleted */
};

struct naive {
    struct naive_change changes[CHANGES_MAX];
    size_t count;
    uint64_t version;
    uint64_t random;
};

static uint32_t naive_random(struct naive *naive, uint32_t below)
{
    naive->random = naive->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(naive->random >> 33) % below;
}

static const struct naive_change *naive_get(const struct naive *naive, enum store_family family,
                                            int key, uint64_t as_of)
{
    const struct naive_change *found = NULL;
    for (size_t i = 0; i < naive->count; i++) {
        const struct naive_change *change = &naive->changes[i];
        if (change->family == family && change->key == key && change->version <= as_of) {
            found = change;
        }
    }
    return found != NULL && found->value != 0 ? found : NULL;
}

static void key_text(char out[8], int key)
{
    snprintf(out, 8, "%c/%02d", 'a' + key % 3, key);
}

/* Writes a batch of random changes, of which several may be of one key and one version. */
static void write_batch(struct store_kit *kit, struct naive *naive)
{
    static char keys[BATCH_MAX][8], values[BATCH_MAX][8];
    struct store_change changes[BATCH_MAX];
    size_t count = naive_random(naive, BATCH_MAX);
    for (size_t i = 0; i < count; i++) {
        struct naive_change change = {
            .family = naive_random(naive, 2) == 0 ? STORE_ENTITY : STORE_INDEX,
            .key = (int)naive_random(naive, KEYS),
            .version = naive->version += naive_random(naive, 2),
            .value = naive_random(naive, 3) == 0 ? 0 : 1 + (int)naive_random(naive, 999),
        };
        naive->changes[naive->count++] = change;
        key_text(keys[i], change.key);
        snprintf(values[i], sizeof values[i], "%d", change.value);
        changes[i] = (struct store_change){ .family = change.family,
                                            .is_delete = change.value == 0,
                                            .key = str_z(keys[i]),
                                            .value = str_z(values[i]),
                                            .version = change.version };
    }
    store_kit_write(kit, changes, count);
}

static void check_gets(struct store_reader *reader, const struct naive *naive,
                       enum store_family family, uint64_t as_of)
{
    struct arena arena;
    char texts[KEYS][8], expected[16];
    struct str keys[KEYS];
    struct store_row rows[KEYS];
    arena_init(&arena, 1 << 20);
    for (int key = 0; key < KEYS; key++) {
        key_text(texts[key], key);
        keys[key] = str_z(texts[key]);
    }
    assert_ok(store_multi_get(reader, &arena, family, keys, KEYS, as_of, rows));
    for (int key = 0; key < KEYS; key++) {
        const struct naive_change *change = naive_get(naive, family, key, as_of);
        assert_int_equal(rows[key].found, change != NULL);
        if (change != NULL) {
            snprintf(expected, sizeof expected, "%d", change->value);
            assert_true(str_eq(rows[key].value, str_z(expected)));
        }
    }
    arena_release(&arena);
}

static void check_scan(struct store_reader *reader, const struct naive *naive,
                       enum store_family family, uint64_t as_of, int prefix)
{
    struct buf expected = { 0 }, got = { 0 };
    char text[8];
    for (int key = prefix; key < KEYS; key += 3) {
        const struct naive_change *change = naive_get(naive, family, key, as_of);
        if (change != NULL) {
            key_text(text, key);
            buf_printf(&expected, "%s=%d ", text, change->value);
        }
    }
    key_text(text, prefix);
    struct store_range range = { .prefix = { text, 2 }, .as_of = as_of };
    struct store_scan *scan;
    struct store_row row = { .found = true };
    assert_ok(store_scan_open(reader, family, &range, &scan));
    for (;;) {
        assert_ok(store_scan_next(scan, &row));
        if (!row.found) {
            break;
        }
        buf_printf(&got, "%.*s=%.*s ", STR_ARG(row.key), STR_ARG(row.value));
    }
    store_scan_close(scan);
    assert_true(str_eq(buf_str(&got), buf_str(&expected)));
    buf_release(&got);
    buf_release(&expected);
}

/* Each version of a key's history is what the key was from `since` until before `until`. */
static void check_history(struct store_reader *reader, const struct naive *naive,
                          enum store_family family, int key)
{
    char text[8], expected[16];
    struct store_history *history;
    struct store_version version = { .found = true };
    uint64_t upto = STORE_LATEST;
    key_text(text, key);
    assert_ok(store_history_open(reader, family, str_z(text), STORE_LATEST, &history));
    for (;;) {
        assert_ok(store_history_next(history, &version));
        if (!version.found) {
            break;
        }
        assert_true(version.since < version.until && version.until <= upto);
        const struct naive_change *first = naive_get(naive, family, key, version.since);
        const struct naive_change *last = naive_get(naive, family, key, version.until - 1);
        assert_non_null(first);
        assert_ptr_equal(first, last);
        snprintf(expected, sizeof expected, "%d", first->value);
        assert_true(str_eq(version.value, str_z(expected)));
        upto = version.since;
    }
    store_history_close(history);
}

static void check_all(struct store_kit *kit, struct naive *naive)
{
    struct store_reader *reader;
    struct hash root;
    uint64_t count;
    enum store_family family = naive_random(naive, 2) == 0 ? STORE_ENTITY : STORE_INDEX;
    assert_ok(store_reader_open(kit->store, &reader));
    check_gets(reader, naive, family, STORE_LATEST);
    check_gets(reader, naive, family, naive_random(naive, (uint32_t)naive->version + 2));
    for (int prefix = 0; prefix < 3; prefix++) {
        check_scan(reader, naive, family, STORE_LATEST, prefix);
        check_scan(reader, naive, family, naive_random(naive, (uint32_t)naive->version + 2),
                   prefix);
    }
    check_history(reader, naive, family, (int)naive_random(naive, KEYS));
    assert_ok(store_verify_root(reader, &root, &count));
    store_reader_close(reader);
}

/* The same changes in one batch make the same rows. */
static void check_batches(struct store_kit *kit, const struct naive *naive)
{
    static struct store_change changes[CHANGES_MAX];
    static char keys[CHANGES_MAX][8], values[CHANGES_MAX][8];
    struct store_kit other;
    struct store_reader *first, *second;
    for (size_t i = 0; i < naive->count; i++) {
        const struct naive_change *change = &naive->changes[i];
        key_text(keys[i], change->key);
        snprintf(values[i], sizeof values[i], "%d", change->value);
        changes[i] = (struct store_change){ .family = change->family,
                                            .is_delete = change->value == 0,
                                            .key = str_z(keys[i]),
                                            .value = str_z(values[i]),
                                            .version = change->version };
    }
    store_kit_open(&other, STORE_KIT_MEM);
    store_kit_write(&other, changes, naive->count);
    assert_ok(store_reader_open(kit->store, &first));
    assert_ok(store_reader_open(other.store, &second));
    assert_ok(store_compare(first, second));
    store_reader_close(first);
    store_reader_close(second);
    store_kit_close(&other);
}

static void check_random(struct store_kit *kit)
{
    static struct naive naive;
    naive = (struct naive){ .random = 42 + (uint64_t)kit->backend };
    for (int step = 0; step < STEPS && naive.count + BATCH_MAX < CHANGES_MAX; step++) {
        write_batch(kit, &naive);
        if (step == STEPS / 2) {
            store_kit_settle(kit);
        }
        bool reopens = kit->backend == STORE_KIT_ROCKS || kit->backend == STORE_KIT_ABSENT;
        if (reopens && step % 50 == 49) {
            store_kit_reopen(kit);
        }
        check_all(kit, &naive);
    }
    check_batches(kit, &naive);
}

TEST(store, it_answers_as_a_naive_list_does)
{
    store_kit_each(check_random);
}
