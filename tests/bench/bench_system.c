/* The whole system through one broker on the same machine: what a client waits for, how many
 * decisions a second there are, how fast a replica catches up and a standby takes over; and beside
 * them what the broker alone can do with the same bytes. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/memory.h"
#include "core/evlog/evlog_local.h"
#include "replay/fold_log.h"
#include "tests/lib/broker_tool.h"
#include "tests/lib/drill.h"
#include "tests/lib/log_tool.h"
#include "tests/lib/plain_kafka.h"
#include "tests/lib/test.h"

enum {
    PARTITIONS = 16,
    ORGS = 128,
    COMMANDS_MAX = 1500000,
    BURST = 100000,
    PLAIN = 200000,
    BACKLOGS = 5,
    TAKE_OVERS = 3,
    SECONDS = 8,
    READ_RUN = 512,
};
static const double SECOND_US = 1e6;
static const int64_t RETRY_NEVER_US = INT64_C(600) * 1000000;

static double system_seconds(void)
{
    struct clock clock = clock_real();
    return (double)clock_monotonic_us(&clock) / SECOND_US;
}

/* ---- the system ---- */

static void system_latency(struct drill *drill, double rate)
{
    load_run(drill->load, 1, rate);
    load_settle(drill->load, 30);
    uint64_t from = drill->load->sent;
    load_run(drill->load, SECONDS, rate);
    load_settle(drill->load, 30);
    uint64_t to = drill->load->sent;
    printf("acknowledged at %.0f/s: p50 %.2f ms, p99 %.2f ms\n", rate,
           load_latency_ms(drill->load, from, to, 0.5),
           load_latency_ms(drill->load, from, to, 0.99));
}

/* The client, the broker and the decider share the machine. */
static void system_throughput(struct drill *drill)
{
    drill->load->options.waiting_max = 16384;
    drill->load->options.retry_us = RETRY_NEVER_US;
    double began = system_seconds();
    load_send(drill->load, BURST, 0);
    load_settle(drill->load, 120);
    printf("decisions, as fast as the client asks: %.0f/s, acknowledged\n",
           BURST / (system_seconds() - began));
}

/* What was asked while the decider was away or frozen; gives how many were decided in a second. */
static double system_backlog(struct drill *drill, int member, bool away)
{
    struct process_tool *decider = &drill->members[member].process;
    if (away) {
        assert_int_equal(process_tool_stop(decider, 20), 0);
    } else {
        process_tool_freeze(decider, true);
    }
    load_send(drill->load, BURST, 0);
    uint64_t from = drill->load->answered;
    if (away) {
        drill_start(drill, member, 0);
    } else {
        process_tool_freeze(decider, false);
    }
    while (drill->load->answered == from) {
        load_listen(drill->load, 0.001);
    }
    double began = system_seconds();
    double cpu = process_tool_cpu(decider);
    from = drill->load->answered;
    load_settle(drill->load, 120);
    double count = (double)(drill->load->answered - from);
    double rate = count / (system_seconds() - began);
    cpu = process_tool_cpu(decider) - cpu;
    printf("decisions, of commands that wait: %.0f/s, acknowledged; %.1f us CPU of agencyd each\n",
           rate, cpu * SECOND_US / count);
    return rate;
}

static int system_compare(const void *a, const void *b)
{
    double first = *(const double *)a, second = *(const double *)b;
    return (first > second) - (first < second);
}

/* In turn, as the broker's Java is still compiling in the first. */
static void system_backlogs(struct drill *drill, bool away)
{
    double rates[BACKLOGS];
    drill->load->options.waiting_max = COMMANDS_MAX;
    drill->load->options.retry_us = RETRY_NEVER_US;
    for (int i = 0; i < BACKLOGS; i++) {
        /* Whom the last take-over left. */
        rates[i] = system_backlog(drill, TAKE_OVERS % 2, away);
    }
    qsort(rates, BACKLOGS, sizeof rates[0], system_compare);
    printf("decisions, of commands that wait, decider %s, the median: %.0f/s\n",
           away ? "restarted" : "frozen", rates[BACKLOGS / 2]);
}

static void system_take_over(struct drill *drill)
{
    double pauses[TAKE_OVERS];
    drill->load->options.waiting_max = 4096;
    drill->load->options.retry_us = 3000000;
    for (int i = 0; i < TAKE_OVERS; i++) {
        int owner = i % 2;
        drill_start(drill, 1 - owner, 0);
        load_run(drill->load, 3, 200);
        load_forget_pause(drill->load);
        process_tool_kill(&drill->members[owner].process);
        load_run(drill->load, 4, 200);
        load_settle(drill->load, 60);
        pauses[i] = load_pause(drill->load);
        printf("take-over: %.2f s without an answer, of which T is %.2f s and up to T chance\n",
               pauses[i], DRILL_ELECTION_TIMEOUT_MS / 1000.0);
    }
}

/* ---- what is in the log ---- */

struct values {
    struct str *items;
    size_t count;
    struct arena arena;
};

static void values_read(struct values *values, struct evlog *log, uint32_t partition, size_t max)
{
    struct evlog_record records[READ_RUN];
    struct evlog_reader *reader;
    uint64_t begin, end;
    size_t count;
    assert_ok(evlog_range(log, EVLOG_DECISIONS, partition, &begin, &end));
    assert_ok(evlog_reader_open(log, EVLOG_DECISIONS, &reader));
    assert_ok(evlog_reader_seek(reader, partition, begin));
    do {
        assert_ok(evlog_reader_read_to(reader, partition, end, records, READ_RUN, &count));
        for (size_t i = 0; i < count && values->count < max; i++) {
            values->items[values->count++] = arena_copy(&values->arena, records[i].value);
        }
    } while (count > 0 && values->count < max);
    evlog_reader_close(reader);
}

/* ---- catching up ---- */

static double catch_up(struct evlog *log, const char *folder, const char *name)
{
    uint64_t records = 0;
    double began = system_seconds();
    for (uint32_t p = 0; p < log->identity.partitions_count; p++) {
        char store[FOLDER_TOOL_PATH_MAX + 64];
        struct partition *partition;
        snprintf(store, sizeof store, "%s/%s-%" PRIu32, folder, name, p);
        struct fold_log fold = { .log = log, .store = store, .partition = p };
        assert_ok(fold_log_run(&fold, &partition));
        records += fold.records;
        partition_close(partition);
    }
    return (double)records / (system_seconds() - began);
}

/* The same records in a log of this machine, for comparison. */
static struct evlog *catch_up_local(const struct drill *drill, struct evlog *log)
{
    char path[FOLDER_TOOL_PATH_MAX + 16];
    struct evlog_local_options options = { 0 };
    struct evlog *local;
    snprintf(path, sizeof path, "%s/local", drill->folder);
    assert_ok(evlog_local_create(path, &log->identity));
    assert_ok(evlog_local_open(path, &options, &local));
    for (uint32_t p = 0; p < PARTITIONS; p++) {
        struct values values = { .items = mem_zalloc(COMMANDS_MAX, sizeof(struct str)) };
        arena_init(&values.arena, (size_t)4 << 30);
        values_read(&values, log, p, COMMANDS_MAX);
        for (size_t i = 0; i < values.count; i++) {
            struct evlog_item item = { .stream = EVLOG_DECISIONS,
                                       .partition = p,
                                       .value = values.items[i] };
            assert_ok(evlog_append(local, &item, 1));
            log_tool_complete(local);
        }
        arena_release(&values.arena);
        mem_free(values.items);
    }
    return local;
}

static void system_catch_up(struct drill *drill)
{
    struct evlog *local = catch_up_local(drill, drill->load->log);
    double through = catch_up(drill->load->log, drill->folder, "replica");
    double beside = catch_up(local, drill->folder, "rebuilt");
    printf("a new replica catches up: %.0f records/s; a local rebuild of the same: %.0f/s; "
           "%.0f %%\n",
           through, beside, 100 * through / beside);
    evlog_close(local);
}

/* ---- the ceilings ---- */

static void system_ceilings(struct drill *drill)
{
    struct values values = { .items = mem_zalloc(PLAIN, sizeof(struct str)) };
    char prefix[DRILL_PREFIX_SIZE + 8], topic[DRILL_PREFIX_SIZE + 32];
    size_t bytes = 0;
    arena_init(&values.arena, (size_t)4 << 30);
    for (uint32_t p = 0; p < PARTITIONS; p++) {
        values_read(&values, drill->load->log, p, PLAIN);
    }
    for (size_t i = 0; i < values.count; i++) {
        bytes += values.items[i].size;
    }
    snprintf(prefix, sizeof prefix, "%s-plain", drill->prefix);
    struct evlog_kafka_options options = drill->options;
    options.prefix = prefix;
    struct evlog_identity identity = log_tool_identity(PARTITIONS);
    assert_ok(evlog_kafka_create(&options, &identity));
    snprintf(topic, sizeof topic, "%s.decisions", prefix);
    struct plain_kafka plain = { options.brokers, topic, PARTITIONS };
    double produced = plain_kafka_produce(&plain, values.items, values.count);
    double consumed = plain_kafka_consume(&plain, values.count);
    printf("librdkafka alone, %zu decisions of %zu bytes: %.0f/s produced, %.0f/s consumed\n",
           values.count, bytes / values.count, produced, consumed);
    static const double rates[] = { 50, 200, 1000 };
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        struct plain_kafka_times times =
            plain_kafka_round_trips(&plain, values.items[0], (size_t)rates[i] * 5, rates[i]);
        printf("librdkafka alone, there and back at %.0f/s: p50 %.2f ms, p99 %.2f ms\n", rates[i],
               times.p50_ms, times.p99_ms);
    }
    arena_release(&values.arena);
    mem_free(values.items);
}

TEST(system, is_as_fast_as_it_is)
{
    struct drill drill;
    setvbuf(stdout, NULL, _IOLBF, 0);
    broker_tool_lives_long();
    drill_open(&drill, PARTITIONS);
    drill_start(&drill, 0, 0);
    drill_load(&drill, ORGS, COMMANDS_MAX);
    system_latency(&drill, 50);
    system_latency(&drill, 200);
    system_latency(&drill, 1000);
    system_throughput(&drill);
    system_take_over(&drill);
    system_backlogs(&drill, true);
    system_backlogs(&drill, false);
    system_ceilings(&drill);
    system_catch_up(&drill);
    drill_close(&drill, "bench");
}
