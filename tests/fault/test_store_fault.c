/* A scenario on a store whose n-th operation fails, n = 0, 1, 2 ... until it passes untouched.
 * After each failure the store is as it was, and the same write succeeds. */
#include <stdio.h>

#include "core/store/store.h"
#include "tests/lib/test.h"

static struct status fault_write(struct store_writer *writer, uint64_t n)
{
    char key[8], value[8];
    snprintf(key, sizeof key, "k%d", (int)(n % 3));
    snprintf(value, sizeof value, "%d", (int)n);
    const struct store_change changes[] = {
        { STORE_ENTITY, n % 4 == 3, str_z(key), str_z(value), n },
        { STORE_INDEX, n % 4 == 3, str_z(key), str_z(value), n },
        { STORE_APPEND, false, str_z(value), str_z(value), n },
    };
    return store_write(writer, changes, 3, str_z(value));
}

static struct status fault_read(struct store *store, uint64_t as_of, size_t *rows_count)
{
    struct store_reader *reader;
    struct store_scan *scan;
    struct store_row row = { .found = true };
    struct store_range range = { .as_of = as_of };
    *rows_count = 0;
    TRY(store_reader_open(store, &reader));
    struct status st = store_scan_open(reader, STORE_INDEX, &range, &scan);
    if (st.code == STATUS_OK) {
        while (st.code == STATUS_OK && row.found) {
            st = store_scan_next(scan, &row);
            *rows_count += st.code == STATUS_OK && row.found;
        }
        store_scan_close(scan);
    }
    store_reader_close(reader);
    return st;
}

/* Tries until it succeeds; `*faults` counts what failed. */
static void fault_insist(struct store *store, struct store_writer *writer, uint64_t n, int *faults)
{
    size_t rows_count;
    struct status st = fault_write(writer, n);
    while (st.code != STATUS_OK) {
        assert_int_equal(st.code, STATUS_UNAVAILABLE);
        ++*faults;
        st = fault_write(writer, n);
    }
    st = fault_read(store, n / 2, &rows_count);
    while (st.code != STATUS_OK) {
        assert_int_equal(st.code, STATUS_UNAVAILABLE);
        ++*faults;
        st = fault_read(store, n / 2, &rows_count);
    }
}

/* Runs the scenario; gives the root and whether anything failed. */
static int fault_run(long fail_at, struct hash *root)
{
    struct store *store = store_mem_new();
    struct store_writer *writer;
    struct store_reader *reader;
    uint64_t count;
    int faults = 0;
    assert_ok(store_writer_open(store, &writer));
    store_mem_fail_at(store, fail_at);
    for (uint64_t n = 1; n <= 12; n++) {
        fault_insist(store, writer, n, &faults);
    }
    store_mem_fail_at(store, -1);
    assert_ok(store_reader_open(store, &reader));
    assert_ok(store_verify_root(reader, root, &count));
    store_reader_close(reader);
    store_writer_close(writer);
    store_close(store);
    return faults;
}

TEST(store, each_operation_may_fail_once_and_nothing_is_lost)
{
    struct hash expected, root;
    assert_int_equal(fault_run(-1, &expected), 0);
    long n = 0;
    while (fault_run(n, &root) > 0) {
        assert_true(hash_eq(&root, &expected));
        n++;
    }
    assert_true(hash_eq(&root, &expected));
    assert_true(n > 50);
}
