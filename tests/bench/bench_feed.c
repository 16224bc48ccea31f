/* What the access feed costs: a decision that gives a seat, or takes one, in the walk through an
 * org; and what a diff of two moments costs beside the size of the org: 100 entities changed among
 * 1,000 and among 20,000 (SCALE=50: a million). */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/model/org_walk.h"
#include "query/diff.h"
#include "tests/lib/bench.h"
#include "tests/lib/partition_kit.h"
#include "tests/lib/test.h"

enum { GROUPS = 20, SUBJECTS = 500, GRANTS_EACH = 3, TURNS = 2000, CHANGED = 100, STEPS = 50 };
static const size_t MEMORY_MAX = (size_t)256 << 20;

static unsigned large(void)
{
    const char *scale = getenv("SCALE");
    return 20000 * (scale == NULL ? 1 : (unsigned)strtoul(scale, NULL, 10));
}

/* Groups whose members have some grants each. */
static void make_org(struct partition_kit *kit)
{
    partition_kit_open_org(kit);
    partition_kit_do(kit, NULL, "defineRoleType", "{\"roleType\":\"member\"}");
    for (unsigned i = 0; i < SUBJECTS; i++) {
        partition_kit_make(kit, "registerSubject", "{\"subjectId\":\"s%u\"}", i);
    }
    for (unsigned i = 0; i < GROUPS; i++) {
        partition_kit_make(kit, "createGroup", "{\"groupId\":\"g%u\"}", i);
        partition_kit_make(kit, "createRole",
                           "{\"roleId\":\"r%u\",\"roleType\":\"member\",\"groupIds\":[\"g%u\"]}", i,
                           i);
        for (unsigned j = 0; j < GRANTS_EACH; j++) {
            const unsigned asset = i * GRANTS_EACH + j;
            partition_kit_make(kit, "registerAsset", "{\"assetId\":\"a%u\"}", asset);
            partition_kit_make(kit, "grantPermission",
                               "{\"grantId\":\"x%u\",\"permission\":\"Read\",\"grantee\":{\"kind\":"
                               "\"GRANTEE_KIND_GROUP\",\"id\":\"g%u\"},\"on\":{\"kind\":"
                               "\"OBJECT_KIND_ASSET\",\"id\":\"a%u\"}}",
                               asset, i, asset);
        }
    }
}

/* A subject gets a seat that it has not, or loses one that it has. */
static void take_turns(struct partition_kit *kit)
{
    static bool has[GROUPS][SUBJECTS];
    for (unsigned i = 0; i < TURNS; i++) {
        unsigned seat = i * 7 % GROUPS, subject = i * 131 % SUBJECTS;
        bool *held = &has[seat][subject];
        partition_kit_make(kit, *held ? "revokeRole" : "assignRole",
                           "{\"roleId\":\"r%u\",\"subjectId\":\"s%u\"}", seat, subject);
        *held = !*held;
    }
}

static int compare(const void *a, const void *b)
{
    const double *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

static double now_us(void)
{
    struct timespec at;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
    return (double)at.tv_sec * 1e6 + (double)at.tv_nsec / 1e3;
}

/* Each decision by itself: reading what it changed, and its lines. */
static void measure_feed(struct partition *partition, uint64_t from)
{
    static double took[TURNS];
    struct org_walk walk;
    struct arena arena;
    size_t lines = 0;
    arena_init(&arena, 1 << 26);
    org_walk_init(&walk, partition->reader, STR("acme"), from, MEMORY_MAX);
    for (size_t i = 0; i < TURNS; i++) {
        struct access_feed feed;
        double begun = now_us();
        arena_reset(&arena);
        assert_ok(org_walk_step(&walk));
        assert_ok(org_walk_access(&walk, &arena, &feed));
        took[i] = now_us() - begun;
        lines += feed.count;
    }
    qsort(took, TURNS, sizeof *took, compare);
    printf("a decision that gives or takes a seat, %zu lines of %d decisions: median %.1f us, "
           "99th %.1f us; %.1f us a line\n",
           lines, TURNS, took[TURNS / 2], took[TURNS * 99 / 100],
           took[TURNS / 2] * TURNS / (double)lines);
    org_walk_release(&walk);
    arena_release(&arena);
}

TEST(bench_feed, what_a_decision_costs)
{
    static struct partition_kit kit;
    make_org(&kit);
    take_turns(&kit);
    struct partition *partition = partition_kit_fold(&kit, kit.store);
    struct moment_ask ask = { .kind = MOMENT_LATEST };
    struct moment last;
    assert_ok(moment_resolve(partition->reader, &partition->position, STR("acme"), &ask, &last));
    measure_feed(partition, last.org_sequence - TURNS);
    partition_close(partition);
    partition_kit_close(&kit);
}

/* ---- diff ---- */

struct bench_diff {
    struct partition *partition;
    uint64_t from;
    size_t count;
};

static void diff_step(void *self)
{
    struct bench_diff *bench = self;
    struct moment_ask ask = { .kind = MOMENT_LATEST };
    struct snapshot snapshot;
    struct diff_list list;
    struct arena arena;
    char from[32];
    snprintf(from, sizeof from, "#%llu", (unsigned long long)bench->from);
    const struct diff_question question = { .from = str_z(from) };
    arena_init(&arena, 1 << 26);
    assert_ok(snapshot_open(&snapshot, bench->partition->reader, &bench->partition->position,
                            &arena, STR("acme"), &ask, 1 << 24));
    assert_ok(diff_page(&snapshot, &question, &(struct page_ask){ 0 }, &list));
    bench->count = list.count;
    snapshot_release(&snapshot);
    arena_release(&arena);
}

/* So many assets, of which the names of some are changed, all over the org. */
static void measure_diff(unsigned entities)
{
    static struct partition_kit kit;
    char name[96];
    partition_kit_open_org(&kit);
    for (unsigned i = 0; i < entities; i++) {
        partition_kit_make(&kit, "registerAsset", "{\"assetId\":\"a%u\",\"name\":\"n%u\"}", i, i);
    }
    for (unsigned i = 0; i < CHANGED; i++) {
        partition_kit_make(&kit, "updateAsset",
                           "{\"assetId\":\"a%u\",\"name\":\"other%u\",\"updateMask\":\"name\"}",
                           i * (entities / CHANGED), i);
    }
    struct bench_diff bench = { .partition = partition_kit_fold(&kit, kit.store) };
    bench.from = 1 + entities;
    diff_step(&bench);
    assert_int_equal(bench.count, CHANGED);
    snprintf(name, sizeof name, "diff of %d changed among %u", CHANGED, entities);
    bench_print(name, diff_step, &bench, STEPS);
    partition_close(bench.partition);
    partition_kit_close(&kit);
}

TEST(bench_feed, what_a_diff_costs)
{
    measure_diff(1000);
    measure_diff(large());
}
