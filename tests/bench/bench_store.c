/* What the store costs: reads of now and of then, scans, batches of changes; on disk. One million
 * versions of 100,000 entities with an index row each, values of 150 bytes. */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/store/root.h"
#include "core/store/store.h"
#include "tests/lib/bench.h"
#include "tests/lib/folder_tool.h"

enum { KEYS = 100000, BATCH = 30000, BATCHES = 20, VALUE_SIZE = 150 };

struct bench_store {
    char folder[FOLDER_TOOL_PATH_MAX];
    struct store *store;
    struct store_writer *writer;
    struct store_reader *reader;
    struct arena arena;
    struct arena keys;
    struct store_change *changes;
    size_t batch_size;
    uint64_t version;
    uint64_t as_of_min; /* the past moments that are asked about begin here */
    uint64_t random;
    struct root *root;
};

static void check(struct status st)
{
    if (st.code != STATUS_OK) {
        fprintf(stderr, "%s\n", st.msg);
        exit(1);
    }
}

static uint32_t bench_random(struct bench_store *bench, uint32_t below)
{
    bench->random = bench->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(bench->random >> 33) % below;
}

/* The key of an entity: org, kind and an id as ids are. */
static struct str bench_key(struct arena *arena, uint32_t number)
{
    return arena_printf(arena, "rust-lang%c%c%c%08x-%06u", 0, 0, 5, number * 2654435761u, number);
}

static void write_batch(void *self)
{
    struct bench_store *bench = self;
    char text[VALUE_SIZE];
    arena_reset(&bench->keys);
    for (size_t i = 0; i < bench->batch_size; i += 2) {
        uint32_t number = bench_random(bench, KEYS);
        snprintf(text, sizeof text, "%0149llu", (unsigned long long)++bench->version);
        struct str key = bench_key(&bench->keys, number);
        struct str value = arena_copy(&bench->keys, str_make(text, sizeof text));
        bench->changes[i] =
            (struct store_change){ STORE_ENTITY, false, key, value, bench->version };
        bench->changes[i + 1] = (struct store_change){
            STORE_INDEX, bench->version % 2 == 0, key, { "", 0 }, bench->version
        };
    }
    check(store_write(bench->writer, bench->changes, bench->batch_size, STR("position")));
}

static void get(struct bench_store *bench, uint64_t as_of)
{
    struct store_row row;
    arena_reset(&bench->arena);
    struct str key = bench_key(&bench->arena, bench_random(bench, KEYS));
    check(store_get(bench->reader, &bench->arena, STORE_ENTITY, key, as_of, &row));
}

static void get_latest(void *self)
{
    get(self, STORE_LATEST);
}

static void get_as_of(void *self)
{
    struct bench_store *bench = self;
    get(bench, bench_random(bench, (uint32_t)bench->version));
}

static void multi_get(void *self)
{
    struct bench_store *bench = self;
    struct str keys[64];
    struct store_row rows[64];
    arena_reset(&bench->arena);
    for (int i = 0; i < 64; i++) {
        keys[i] = bench_key(&bench->arena, bench_random(bench, KEYS));
    }
    check(
        store_multi_get(bench->reader, &bench->arena, STORE_ENTITY, keys, 64, STORE_LATEST, rows));
}

static void scan(struct bench_store *bench, enum store_family family, uint64_t as_of)
{
    struct store_scan *rows;
    struct store_row row = { .found = true };
    arena_reset(&bench->arena);
    struct store_range range = { .prefix = { "rust-lang", 9 }, .as_of = as_of };
    range.start = bench_key(&bench->arena, bench_random(bench, KEYS));
    check(store_scan_open(bench->reader, family, &range, &rows));
    for (int i = 0; i < 100 && row.found; i++) {
        check(store_scan_next(rows, &row));
    }
    store_scan_close(rows);
}

static void scan_latest(void *self)
{
    scan(self, STORE_ENTITY, STORE_LATEST);
}

static void scan_as_of(void *self)
{
    struct bench_store *bench = self;
    uint32_t moments = (uint32_t)(bench->version - bench->as_of_min);
    scan(bench, STORE_ENTITY, bench->as_of_min + bench_random(bench, moments));
}

static int compare_ratios(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

/* How much dearer a scan of the past is: in turn with one of now, the median of five. */
static void print_ratio(struct bench_store *bench, const char *name, uint64_t as_of_min)
{
    double ratios[5];
    bench->as_of_min = as_of_min;
    for (int i = 0; i < 5; i++) {
        double latest = bench_ns(scan_latest, bench, 200);
        ratios[i] = bench_ns(scan_as_of, bench, 200) / latest;
    }
    qsort(ratios, 5, sizeof ratios[0], compare_ratios);
    printf("scan 100 as of, %-24s %10.1f x latest\n", name, ratios[2]);
    bench->as_of_min = 0;
}

static void scan_index_as_of(void *self)
{
    struct bench_store *bench = self;
    scan(bench, STORE_INDEX, bench_random(bench, (uint32_t)bench->version));
}

static void open_reader(void *self)
{
    struct bench_store *bench = self;
    struct store_reader *reader;
    check(store_reader_open(bench->store, &reader));
    store_reader_close(reader);
}

static void flush(void *self)
{
    struct bench_store *bench = self;
    write_batch(self);
    check(store_flush(bench->store));
}

static void root_element(void *self)
{
    struct bench_store *bench = self;
    arena_reset(&bench->arena);
    root_add(bench->root, bench_key(&bench->arena, bench_random(bench, KEYS)), 7,
             str_make("0123456789012345678901234567890123456789", 40));
}

static void bench_open(struct bench_store *bench)
{
    char path[FOLDER_TOOL_PATH_MAX + 8];
    *bench = (struct bench_store){ .random = 1, .batch_size = BATCH };
    folder_tool_make(bench->folder);
    snprintf(path, sizeof path, "%s/store", bench->folder);
    struct store_options options = {
        .path = path, .fold_version = 1, .create = true, .cache_size = 256 << 20
    };
    check(store_open(&options, &bench->store));
    check(store_writer_open(bench->store, &bench->writer));
    arena_init(&bench->arena, 1 << 24);
    arena_init(&bench->keys, (size_t)1 << 30);
    bench->changes = mem_zalloc(BATCH, sizeof *bench->changes);
    bench->root = root_new();
}

static void bench_close(struct bench_store *bench)
{
    root_free(bench->root);
    store_reader_close(bench->reader);
    store_writer_close(bench->writer);
    store_close(bench->store);
    mem_free(bench->changes);
    arena_release(&bench->arena);
    arena_release(&bench->keys);
    folder_tool_remove(bench->folder);
}

static void bench_reads(struct bench_store *bench)
{
    check(store_reader_open(bench->store, &bench->reader));
    bench_print("get latest", get_latest, bench, 20000);
    bench_print("get as of", get_as_of, bench, 20000);
    bench_print("get 64 at once", multi_get, bench, 500);
    bench_print("scan 100 latest", scan_latest, bench, 500);
    bench_print("scan 100 as of", scan_as_of, bench, 300);
    bench_print("scan 100 of an index as of", scan_index_as_of, bench, 300);
    print_ratio(bench, "any moment", 0);
    print_ratio(bench, "the last half", bench->version / 2);
    print_ratio(bench, "the last tenth", bench->version - bench->version / 10);
    print_ratio(bench, "the last hundredth", bench->version - bench->version / 100);
    bench_print("open a reader", open_reader, bench, 10000);
}

int main(void)
{
    struct bench_store bench;
    bench_open(&bench);
    bench_print("a row into the state root", root_element, &bench, 20000);
    double batch = bench_ns(write_batch, &bench, BATCHES / 7 + 1);
    printf("%-40s %10.0f ns a change\n", "write batches of 30,000 changes", batch / BATCH);
    bench.batch_size = 12;
    bench_print("write a batch of 12 changes", write_batch, &bench, 500);
    bench_print("the same with a flush", flush, &bench, 5);
    bench_reads(&bench);
    bench_close(&bench);
    return 0;
}
