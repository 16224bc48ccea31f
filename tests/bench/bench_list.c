/* What a list costs in an org of many entities in a store: a page of 100 by a filter on an indexed
 * field, as equality and as CEL, now and as of then; by a filter without an index; in order. Of
 * 20,000 entities; SCALE=50 is a million. */
#include <stdio.h>
#include <stdlib.h>

#include "query/selection.h"
#include "tests/lib/bench.h"
#include "tests/lib/partition_kit.h"
#include "tests/lib/test.h"

enum { PARENTS = 50, STEPS = 50, THOUSANDS = 20 };

struct bench_list {
    struct partition *partition;
    struct selection selection;
    struct moment_ask at;
    size_t count;
};

static unsigned thousands(void)
{
    const char *scale = getenv("SCALE");
    return THOUSANDS * (scale == NULL ? 1 : (unsigned)strtoul(scale, NULL, 10));
}

/* Assets below PARENTS others. */
static void make(struct partition_kit *kit)
{
    char text[160];
    partition_kit_open_org(kit);
    for (unsigned i = 0; i < PARENTS; i++) {
        snprintf(text, sizeof text, "{\"assetId\":\"p%u\",\"type\":\"site\"}", i);
        partition_kit_do(kit, NULL, "registerAsset", text);
    }
    for (unsigned i = 0; i < thousands() * 1000; i++) {
        snprintf(
            text, sizeof text,
            "{\"assetId\":\"a%07u\",\"type\":\"page\",\"name\":\"n%u\",\"parentAssetId\":\"p%u\"}",
            i, i * 7919 % 1000003, i % PARENTS);
        partition_kit_do(kit, NULL, "registerAsset", text);
    }
}

/* As a request asks it: a snapshot of its own, nothing kept. */
static void step(void *self)
{
    struct bench_list *bench = self;
    struct snapshot snapshot;
    struct entities_page page;
    struct arena arena;
    arena_init(&arena, 1 << 26);
    assert_ok(snapshot_open(&snapshot, bench->partition->reader, &bench->partition->position,
                            &arena, STR("acme"), &bench->at, 1 << 24));
    assert_ok(
        selection_page(&snapshot, &bench->selection, &(struct page_ask){ .limit = 100 }, &page));
    bench->count = page.count;
    snapshot_release(&snapshot);
    arena_release(&arena);
}

static void measure(struct bench_list *bench, const char *name, const char *filter,
                    const char *order, uint32_t steps)
{
    bench->selection.filter = str_z(filter);
    bench->selection.order = str_z(order);
    step(bench);
    assert_int_equal(bench->count, 100);
    bench_print(name, step, bench, steps);
}

TEST(bench_list, what_a_page_of_100_costs)
{
    static struct partition_kit kit;
    struct bench_list bench = { .selection = { .list = { .kind = ENTITY_ASSET } } };
    make(&kit);
    bench.partition = partition_kit_fold(&kit, kit.store);
    bench.at = (struct moment_ask){ .now_us = kit.now_us };
    printf("%u,000 assets\n", thousands());
    measure(&bench, "no filter", "", "", STEPS);
    measure(&bench, "CEL, nothing indexed", "type == 'page' && name.startsWith('n1')", "", STEPS);
    measure(&bench, "CEL, an indexed field", "parent_asset_id == 'p7'", "", STEPS);
    measure(&bench, "the same in order of names", "parent_asset_id == 'p7'", "name", 3);
    bench.selection.list.filters[0] = (struct list_filter){ STR("parent_asset_id"), STR("p7") };
    bench.selection.list.filters_count = 1;
    measure(&bench, "an equality on an indexed field", "", "", STEPS);
    partition_kit_do(&kit, NULL, "registerAsset", "{\"assetId\":\"later\",\"type\":\"page\"}");
    assert_ok(partition_kit_catch_up(&kit, bench.partition));
    bench.at = (struct moment_ask){ .kind = MOMENT_EXACT,
                                    .org_sequence = kit.commands_count - 1,
                                    .time_us = kit.now_us };
    measure(&bench, "the same as of the decision before", "", "", STEPS);
    partition_close(bench.partition);
    partition_kit_close(&kit);
}
