/* Publishers that die, fail and race on a log that loses, doubles and delays: a reader that drops
 * what does not rise sees each outcome and event once, in order. A failure prints its seed and
 * step. */
#include "core/pb/message.h"
#include "projectors/checkpoint.h"
#include "tests/lib/log_tool.h"
#include "tests/lib/publisher_kit.h"
#include "tests/lib/test.h"

enum { FAULTS_SEEDS = 40, FAULTS_STEPS = 40, FAULTS_FEEDS = 2 };

struct faults {
    struct publisher_kit kit;
    struct publisher *publishers[FAULTS_FEEDS];
    uint64_t told; /* decisions below it were told of, or left out */
    uint64_t publisher;
    uint64_t random;
};

static unsigned faults_below(struct faults *faults, unsigned bound)
{
    faults->random = faults->random * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(faults->random >> 33) % bound;
}

static void faults_calm(struct faults *faults)
{
    evlog_mem_fate_at(faults->kit.partition.mem, -1, EVLOG_MEM_WRITE);
    evlog_mem_fate_always(faults->kit.partition.mem, EVLOG_MEM_WRITE);
    evlog_mem_fail_at(faults->kit.partition.mem, -1);
    clock_fake_advance(&faults->kit.clock, 1000000);
}

static void faults_restart(struct faults *faults, unsigned which)
{
    publisher_close(faults->publishers[which]);
    faults->publishers[which] = publisher_kit_serve(&faults->kit, ++faults->publisher);
}

/* What was under way when its publisher died comes late, or never: of each stream the first so
 * many, as streams do not wait for each other. */
static void faults_arrive(struct faults *faults)
{
    struct evlog_mem *mem = faults->kit.partition.mem;
    unsigned held = (unsigned)evlog_mem_held_count(mem);
    unsigned kept[EVLOG_STREAMS] = { 0 };
    kept[EVLOG_OUTCOMES] = faults_below(faults, held + 1);
    kept[EVLOG_EVENTS] = faults_below(faults, held + 1);
    for (; held > 0; held--) {
        unsigned *left = &kept[evlog_mem_held_stream(mem, 0)];
        evlog_mem_deliver(mem, 0, *left > 0 ? EVLOG_MEM_WRITE : EVLOG_MEM_LOSE_UNKNOWN);
        *left -= *left > 0;
    }
}

/* A publisher is told of most that is new in the decisions. */
static void faults_tell(struct faults *faults)
{
    uint64_t begin, end;
    struct evlog *log = faults->kit.partition.log;
    struct evlog_reader *reader;
    evlog_mem_fail_at(faults->kit.partition.mem, -1);
    assert_ok(evlog_range(log, EVLOG_DECISIONS, 0, &begin, &end));
    assert_ok(evlog_reader_open(log, EVLOG_DECISIONS, &reader));
    assert_ok(evlog_reader_seek(reader, 0, faults->told));
    for (; faults->told < end; faults->told++) {
        struct evlog_record record;
        unsigned which = faults_below(faults, FAULTS_FEEDS + 1);
        log_tool_next(reader, &record);
        for (unsigned i = 0; i < FAULTS_FEEDS; i++) {
            if (i != which) {
                publisher_offer(faults->publishers[i], 0, record.offset, record.value, NULL);
            }
        }
    }
    evlog_reader_close(reader);
}

static void faults_happen(struct faults *faults, unsigned which)
{
    static const enum evlog_mem_fate fates[] = { EVLOG_MEM_WRITE_TWICE, EVLOG_MEM_WRITE_UNKNOWN,
                                                 EVLOG_MEM_LOSE_UNKNOWN };
    struct evlog_mem *mem = faults->kit.partition.mem;
    switch (faults_below(faults, 4)) {
    case 0:
        evlog_mem_fate_at(mem, (long)faults_below(faults, 12), fates[faults_below(faults, 3)]);
        break;
    case 1:
        evlog_mem_fail_at(mem, (long)faults_below(faults, 30));
        break;
    case 2:
        faults_arrive(faults);
        evlog_mem_fate_always(mem, EVLOG_MEM_HOLD);
        publisher_kit_settle(&faults->kit, faults->publishers[which], true);
        faults_restart(faults, which);
        evlog_mem_fate_always(mem, EVLOG_MEM_WRITE);
        break;
    default:
        faults_restart(faults, which);
    }
    publisher_kit_settle(&faults->kit, faults->publishers[which], true);
    faults_calm(faults);
}

static void faults_step(struct faults *faults)
{
    unsigned which = faults_below(faults, 4) == 0;
    switch (faults_below(faults, 9)) {
    case 0:
        partition_kit_tick(&faults->kit.partition);
        break;
    case 1:
        partition_kit_epoch(&faults->kit.partition);
        break;
    case 2:
        publisher_kit_repeat(&faults->kit, "c1", 2, STATUS_OK);
        break;
    case 3:
    case 4:
        publisher_kit_decide(&faults->kit, 1 + faults_below(faults, 6));
        break;
    case 5:
        faults_happen(faults, which);
        break;
    case 6:
        faults_arrive(faults);
        break;
    case 7:
        publisher_kit_grant(&faults->kit, 1);
        publisher_kit_elapse(&faults->kit);
        break;
    default:
        publisher_kit_settle(&faults->kit, faults->publishers[which], true);
    }
}

static void faults_run(uint64_t seed)
{
    struct faults faults = { .random = seed };
    publisher_kit_open(&faults.kit);
    for (unsigned i = 0; i < FAULTS_FEEDS; i++) {
        faults_restart(&faults, i);
    }
    for (unsigned i = 0; i < FAULTS_STEPS; i++) {
        faults_step(&faults);
        faults_tell(&faults);
    }
    faults_arrive(&faults);
    publisher_kit_decide(&faults.kit, 1);
    publisher_kit_publish(&faults.kit, faults.publishers[0]);
    publisher_kit_check_outcomes(&faults.kit);
    publisher_kit_check_events(&faults.kit);
    for (unsigned i = 0; i < FAULTS_FEEDS; i++) {
        publisher_close(faults.publishers[i]);
    }
    publisher_kit_close(&faults.kit);
}

TEST(publisher_faults, nothing_is_missing_whatever_happens)
{
    for (uint64_t seed = 1; seed <= FAULTS_SEEDS; seed++) {
        print_message("seed %d\n", (int)seed);
        faults_run(seed);
    }
}

/* Counts the calls that a publisher makes until all is published, failing the n-th one. */
TEST(publisher_faults, any_call_of_the_log_may_fail_once)
{
    bool failed = true;
    for (long n = 0; failed && n < 500; n++) {
        struct publisher_kit kit;
        publisher_kit_open(&kit);
        publisher_kit_decide(&kit, 3);
        evlog_mem_fail_at(kit.partition.mem, n);
        struct publisher *publisher = publisher_kit_serve(&kit, 1);
        publisher_kit_publish(&kit, publisher);
        failed = evlog_mem_failed(kit.partition.mem);
        evlog_mem_fail_at(kit.partition.mem, -1);
        publisher_kit_check_outcomes(&kit);
        publisher_kit_check_events(&kit);
        publisher_close(publisher);
        publisher_kit_close(&kit);
    }
    assert_false(failed);
}

TEST(publisher_faults, duplicates_come_only_after_a_restart)
{
    struct publisher_kit kit;
    publisher_kit_open(&kit);
    struct publisher *publisher = publisher_kit_serve(&kit, 1);
    for (unsigned i = 0; i < 20; i++) {
        publisher_kit_decide(&kit, 1 + i % 3);
        publisher_kit_publish(&kit, publisher);
    }
    assert_int_equal(publisher_kit_check_outcomes(&kit), 0);
    assert_int_equal(publisher_kit_check_events(&kit), 0);
    publisher_close(publisher);
    publisher = publisher_kit_serve(&kit, 2);
    publisher_kit_publish(&kit, publisher);
    assert_in_range(publisher_kit_check_outcomes(&kit), 1, 3); /* the last batch */
    publisher_close(publisher);
    publisher_kit_close(&kit);
}

TEST(publisher_faults, outcomes_that_retention_dropped_do_not_bring_all_events_back)
{
    struct publisher_kit kit;
    uint64_t begin, end;
    publisher_kit_open(&kit);
    publisher_kit_decide(&kit, 30);
    struct publisher *publisher = publisher_kit_serve(&kit, 1);
    publisher_kit_publish(&kit, publisher);
    publisher_close(publisher);
    assert_ok(evlog_range(kit.partition.log, EVLOG_OUTCOMES, 0, &begin, &end));
    evlog_mem_trim(kit.partition.mem, EVLOG_OUTCOMES, 0, end);
    publisher_kit_decide(&kit, 2);
    publisher = publisher_kit_serve(&kit, 2);
    publisher_kit_publish(&kit, publisher);
    assert_int_equal(publisher_kit_check_events(&kit), 1);
    publisher_close(publisher);
    publisher_kit_close(&kit);
}

TEST(publisher_faults, what_was_due_is_not_published_again_by_each_who_begins)
{
    enum { DUE = 20 };
    struct publisher_kit kit;
    publisher_kit_open(&kit);
    publisher_kit_grant(&kit, DUE);
    struct publisher *publisher = publisher_kit_serve(&kit, 1);
    for (unsigned i = 0; i < DUE; i++) {
        publisher_kit_publish(&kit, publisher);
        publisher_kit_elapse(&kit);
    }
    publisher_kit_publish(&kit, publisher);
    publisher_close(publisher);
    publisher = publisher_kit_serve(&kit, 2);
    publisher_kit_publish(&kit, publisher);
    assert_in_range(publisher_kit_check_events(&kit), 0, 1); /* the last decision's */
    publisher_kit_check_outcomes(&kit);
    publisher_close(publisher);
    publisher_kit_close(&kit);
}

/* A person drops the outcomes that contradict: a minute later it goes on. */
static void faults_mend(struct publisher_kit *kit, struct publisher *publisher)
{
    uint64_t begin, end;
    assert_ok(evlog_range(kit->partition.log, EVLOG_OUTCOMES, 0, &begin, &end));
    evlog_mem_trim(kit->partition.mem, EVLOG_OUTCOMES, 0, end);
    publisher_kit_settle(kit, publisher, true);
    assert_int_equal(publisher_status(publisher, 0).trouble.code, STATUS_DATA_LOSS);
    clock_fake_advance(&kit->clock, 60 * 1000000);
    publisher_kit_publish(kit, publisher);
    assert_ok(publisher_status(publisher, 0).trouble);
    assert_ok(kit->reported);
}

TEST(publisher_faults, a_bookmark_of_another_log_stops_the_partition)
{
    struct publisher_kit kit;
    struct buf mark = { 0 };
    struct checkpoint checkpoint = { .last = 1 };
    struct evlog_identity other = log_tool_identity(1);
    publisher_kit_open(&kit);
    other.history_id.bytes[0] = 'x';
    chain_init(&checkpoint.chain, &other, 0, 1);
    checkpoint_encode(&checkpoint, &mark);
    struct evlog_header header = { STR(CHECKPOINT_HEADER), buf_str(&mark) };
    struct evlog_item item = { .stream = EVLOG_OUTCOMES, .headers = &header, .headers_count = 1 };
    assert_ok(evlog_append(kit.partition.log, &item, 1));
    log_tool_complete(kit.partition.log);
    struct publisher *publisher = publisher_kit_serve(&kit, 1);
    publisher_kit_settle(&kit, publisher, true);
    assert_int_equal(kit.reported.code, STATUS_DATA_LOSS);
    assert_int_equal(publisher_status(publisher, 0).trouble.code, STATUS_DATA_LOSS);
    assert_false(publisher_status(publisher, 0).publishing);
    buf_release(&mark);
    faults_mend(&kit, publisher);
    publisher_close(publisher);
    publisher_kit_close(&kit);
}

/* --- standbys --- */

/* Steps a standby over so many seconds. */
static void faults_wait(struct publisher_kit *kit, struct publisher *publisher, int seconds)
{
    for (int i = 0; i < seconds; i++) {
        clock_fake_advance(&kit->clock, 1000000);
        publisher_kit_settle(kit, publisher, false);
    }
}

TEST(publisher_faults, a_standby_publishes_when_nobody_does)
{
    struct publisher_kit kit;
    uint64_t begin, end;
    publisher_kit_open(&kit);
    struct publisher *publisher = publisher_kit_stand_by(&kit, 7, 2);
    faults_wait(&kit, publisher, 3);
    assert_false(publisher_status(publisher, 0).publishing);
    faults_wait(&kit, publisher, 4);
    assert_true(publisher_status(publisher, 0).publishing);
    assert_ok(evlog_range(kit.partition.log, EVLOG_OUTCOMES, 0, &begin, &end));
    assert_int_equal(end, 1);
    publisher_close(publisher);
    publisher_kit_close(&kit);
}

TEST(publisher_faults, a_standby_does_not_publish_because_of_ticks)
{
    struct publisher_kit kit;
    uint64_t begin, end, later;
    publisher_kit_open(&kit);
    struct publisher *first = publisher_kit_serve(&kit, 1),
                     *standby = publisher_kit_stand_by(&kit, 2, 0);
    publisher_kit_publish(&kit, first);
    publisher_close(first);
    assert_ok(evlog_range(kit.partition.log, EVLOG_OUTCOMES, 0, &begin, &end));
    for (int i = 0; i < 6; i++) {
        partition_kit_tick(&kit.partition);
        faults_wait(&kit, standby, 1);
        assert_false(publisher_status(standby, 0).publishing);
    }
    assert_ok(evlog_range(kit.partition.log, EVLOG_OUTCOMES, 0, &begin, &later));
    assert_int_equal(later, end);
    publisher_kit_decide(&kit, 1);
    faults_wait(&kit, standby, 4);
    assert_true(publisher_status(standby, 0).publishing);
    publisher_kit_check_outcomes(&kit);
    publisher_close(standby);
    publisher_kit_close(&kit);
}

TEST(publisher_faults, a_standby_sees_that_what_was_due_is_published)
{
    struct publisher_kit kit;
    publisher_kit_open(&kit);
    publisher_kit_grant(&kit, 2);
    struct publisher *first = publisher_kit_serve(&kit, 1),
                     *standby = publisher_kit_stand_by(&kit, 2, 0);
    publisher_kit_publish(&kit, first);
    publisher_kit_elapse(&kit);
    publisher_kit_publish(&kit, first);
    faults_wait(&kit, standby, 6);
    assert_false(publisher_status(standby, 0).publishing);
    publisher_kit_elapse(&kit); /* and nobody publishes it */
    faults_wait(&kit, standby, 4);
    assert_true(publisher_status(standby, 0).publishing);
    publisher_kit_check_events(&kit);
    publisher_close(first);
    publisher_close(standby);
    publisher_kit_close(&kit);
}

TEST(publisher_faults, a_standby_yields_to_who_publishes_again)
{
    struct publisher_kit kit;
    publisher_kit_open(&kit);
    struct publisher *standby = publisher_kit_stand_by(&kit, 2, 0);
    faults_wait(&kit, standby, 5);
    assert_true(publisher_status(standby, 0).publishing);
    struct publisher *first = publisher_kit_serve(&kit, 1);
    publisher_kit_publish(&kit, first);
    publisher_kit_decide(&kit, 1);
    publisher_kit_settle(&kit, standby, false);
    publisher_kit_publish(&kit, first); /* the last outcome is its */
    faults_wait(&kit, standby, 2);
    assert_false(publisher_status(standby, 0).publishing);
    publisher_kit_check_outcomes(&kit);
    publisher_close(first);
    publisher_close(standby);
    publisher_kit_close(&kit);
}

/* --- two partitions --- */

/* Appends an EPOCH, or after it a REPEAT of a command with another content: an answer that needs no
 * store. */
static void faults_append(struct evlog *log, uint32_t number, struct partition *partition)
{
    struct record record = { .type = RECORD_EPOCH, .epoch = 1, .sequence = 1 };
    struct buf body = { 0 }, value = { 0 };
    char org[] = "acme", command[] = "c", admin[] = "admin";
    Agency__V1__Principal principal = AGENCY__V1__PRINCIPAL__INIT;
    Agency__V1__Repeat repeat = AGENCY__V1__REPEAT__INIT;
    principal.operator_ = admin;
    repeat.org_id = org;
    repeat.command_id = command;
    repeat.principal = &principal;
    repeat.code = STATUS_INVALID_ARGUMENT;
    if (partition->position.chain.epoch == 0) {
        struct record_epoch epoch = { .identity = log->identity,
                                      .partition = number,
                                      .level = FORMAT_LEVEL };
        record_epoch_encode(&epoch, &body);
    } else {
        record.type = RECORD_REPEAT;
        chain_next(&partition->position.chain, 0, &record);
        pb_pack_buf(&repeat.base, &body);
    }
    record.body = buf_str(&body);
    record_encode(&record, &value);
    struct evlog_item item = { .stream = EVLOG_DECISIONS,
                               .partition = number,
                               .value = buf_str(&value) };
    assert_ok(evlog_append(log, &item, 1));
    log_tool_complete(log);
    assert_ok(partition_catch_up(partition, log));
    buf_release(&body);
    buf_release(&value);
}

static uint64_t faults_outcomes(struct evlog *log, uint32_t number)
{
    uint64_t begin, end;
    assert_ok(evlog_range(log, EVLOG_OUTCOMES, number, &begin, &end));
    return end;
}

static struct status faults_open_log(void *context, bool read_only, struct evlog **log)
{
    return evlog_mem_open(context, read_only, log);
}

static struct publisher *faults_feed(struct evlog_mem *mem, struct clock_fake *clock)
{
    struct publisher *publisher;
    struct publisher_options options = { .opener = { faults_open_log, mem },
                                         .clock = clock_from_fake(clock),
                                         .partitions_count = 2,
                                         .level_known = FORMAT_LEVEL };
    assert_ok(publisher_open(&options, &publisher));
    return publisher;
}

/* With one answer to publish. */
static struct partition *faults_partition(struct evlog *log, uint32_t number)
{
    struct partition *partition;
    struct partition_options options = {
        .log = log, .number = number, .level_known = FORMAT_LEVEL, .memory_max = 1 << 20
    };
    assert_ok(partition_open(&options, &partition));
    faults_append(log, number, partition);
    faults_append(log, number, partition);
    return partition;
}

TEST(publisher_faults, what_comes_in_the_step_of_another_partition_is_not_forgotten)
{
    struct evlog *log;
    struct clock_fake clock = { 0 };
    struct evlog_identity identity = log_tool_identity(2);
    struct evlog_mem *mem = evlog_mem_new(&identity, EVLOG_MEM_SHARED);
    assert_ok(evlog_mem_open(mem, false, &log));
    struct publisher *publisher = faults_feed(mem, &clock);
    struct partition *partitions[2] = { faults_partition(log, 0), faults_partition(log, 1) };
    while (faults_outcomes(log, 0) + faults_outcomes(log, 1) < 2) {
        publisher_step(publisher, partitions[0], true);
        publisher_step(publisher, partitions[1], true);
        evlog_wait(publisher_descriptor(publisher), 5000000);
    }
    while (evlog_wait(publisher_descriptor(publisher), 20000)) {
        publisher_step(publisher, partitions[0], true);
    }
    faults_append(log, 1, partitions[1]);
    for (int i = 0; i < 3; i++) { /* the first takes the record of the other partition */
        publisher_step(publisher, partitions[0], true);
    }
    assert_true(evlog_wait(publisher_descriptor(publisher), 0));
    publisher_step(publisher, partitions[1], true);
    assert_int_equal(faults_outcomes(log, 1), 2);
    publisher_close(publisher);
    partition_close(partitions[0]);
    partition_close(partitions[1]);
    evlog_close(log);
    evlog_mem_free(mem);
}
