/* A log is folded while the n-th operation of the log, the store or an arena fails, n = 0, 1, 2 ...
 * until nothing fails. What is folded in the end is always the same, row by row. */
#include <stdio.h>

#include "projectors/projector.h"
#include "tests/lib/partition_kit.h"
#include "tests/lib/test.h"

enum { SUBJECTS = 12, FAULTS_MAX = 20000 };

static void fault_fill(struct partition_kit *kit)
{
    char json[96];
    partition_kit_open_org(kit);
    for (int i = 0; i < SUBJECTS; i++) {
        snprintf(json, sizeof json, "{\"subjectId\":\"s%d\",\"type\":\"SUBJECT_TYPE_AGENT\"}", i);
        partition_kit_do(kit, NULL, "registerSubject", json);
        if (i % 5 == 4) {
            partition_kit_tick(kit);
        }
    }
    partition_kit_do(kit, NULL, "removeSubject", "{\"subjectId\":\"s3\"}");
    assert_ok(partition_write(kit->decided));
}

static struct status fault_open(const struct partition_kit *kit, struct projector **projector)
{
    struct projector_options options = { .log = kit->log,
                                         .level_known = FORMAT_LEVEL,
                                         .memory_max = 1 << 24 };
    return projector_open(&options, projector);
}

static void fault_expect_same(const struct partition_kit *kit, struct projector *projector)
{
    struct partition *partition = projector_partition(projector, 0);
    assert_int_equal(partition->stopped.code, STATUS_OK);
    assert_ok(store_compare(kit->decided->reader, partition->reader));
}

/* Folds with the n-th call of the log failing; says whether one failed. */
static bool fault_of_log(struct partition_kit *kit, long n)
{
    struct projector *projector = NULL;
    struct status st;
    evlog_mem_fail_at(kit->mem, n);
    st = fault_open(kit, &projector);
    if (st.code != STATUS_OK) {
        assert_int_equal(st.code, STATUS_UNAVAILABLE);
        assert_ok(fault_open(kit, &projector));
    }
    st = projector_catch_up(projector);
    if (st.code != STATUS_OK) {
        assert_int_equal(st.code, STATUS_UNAVAILABLE);
        assert_ok(projector_catch_up(projector));
    }
    bool failed = evlog_mem_failed(kit->mem);
    evlog_mem_fail_at(kit->mem, -1);
    fault_expect_same(kit, projector);
    projector_close(projector);
    return failed;
}

TEST(fold, each_call_of_the_log_may_fail)
{
    struct partition_kit kit;
    long n = 0;
    fault_fill(&kit);
    while (fault_of_log(&kit, n)) {
        assert_true(++n < FAULTS_MAX);
    }
    assert_true(n > 3);
    partition_kit_close(&kit);
}

/* Folds with the n-th operation of the store failing; says whether one failed. */
static bool fault_of_store(struct partition_kit *kit, long n)
{
    struct projector *projector = NULL;
    assert_ok(fault_open(kit, &projector));
    store_mem_fail_at(projector_partition(projector, 0)->store, n);
    struct status st = projector_catch_up(projector);
    bool failed = store_mem_failed(projector_partition(projector, 0)->store);
    if (st.code != STATUS_OK) {
        assert_int_equal(st.code, STATUS_UNAVAILABLE);
        assert_ok(projector_catch_up(projector));
    }
    store_mem_fail_at(projector_partition(projector, 0)->store, -1);
    fault_expect_same(kit, projector);
    projector_close(projector);
    return failed;
}

TEST(fold, each_operation_of_the_store_may_fail)
{
    struct partition_kit kit;
    long n = 0;
    fault_fill(&kit);
    while (fault_of_store(&kit, n)) {
        assert_true(++n < FAULTS_MAX);
    }
    assert_true(n > 20);
    partition_kit_close(&kit);
}

/* Folds with the n-th allocation of an arena failing: the partition stops, as it does for whatever
 * it cannot fold, or the step is done again; opened anew it goes on. Says whether one failed. */
static bool fault_of_arena(struct partition_kit *kit, long n)
{
    struct projector *projector = NULL;
    arena_fail_at(n);
    struct status st = fault_open(kit, &projector);
    if (st.code == STATUS_OK) {
        st = projector_catch_up(projector);
        st = st.code == STATUS_OK ? projector_partition(projector, 0)->stopped : st;
    }
    arena_fail_at(-1);
    bool failed = st.code != STATUS_OK;
    if (failed) {
        assert_int_equal(st.code, STATUS_RESOURCE_EXHAUSTED);
        projector_close(projector);
        assert_ok(fault_open(kit, &projector));
        assert_ok(projector_catch_up(projector));
    }
    fault_expect_same(kit, projector);
    projector_close(projector);
    return failed;
}

TEST(fold, each_allocation_of_an_arena_may_fail)
{
    struct partition_kit kit;
    long n = 0;
    fault_fill(&kit);
    while (fault_of_arena(&kit, n)) {
        assert_true(++n < FAULTS_MAX);
    }
    assert_true(n > 100);
    partition_kit_close(&kit);
}
