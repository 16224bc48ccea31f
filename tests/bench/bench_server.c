/* The writer on a shared log, over a real broker on the same machine: how many commands that wait
 * on the log it decides a second, and how long one takes from the client over the log into the
 * decisions at a moderate rate. Client, broker and writer share the machine's cores. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/base/memory.h"
#include "core/base/murmur2.h"
#include "core/evlog/evlog_kafka.h"
#include "core/model/decision.h"
#include "core/pb/message.h"
#include "tests/lib/broker_tool.h"
#include "tests/lib/load_source.h"
#include "tests/lib/log_bench.h"
#include "tests/lib/log_tool.h"
#include "writers/cluster/server.h"

enum {
    PARTITIONS = 16,
    ORGS = 64,
    BACKLOG = 300000,
    RATE = 1000,
    PACED = 10 * RATE,
    RUN = 512,
    MILLION = 1000000,
};

struct bench {
    struct evlog_kafka_options log_options;
    struct evlog *log;
    struct evlog_reader *reader;
    struct load_source source;
    struct command_signature_key key;
    struct command_signature_cluster cluster;
    struct server *writer;
    uint64_t sent;
    uint64_t answered;
    int64_t *sent_us;
    int64_t *latency_us;
    struct arena arena;
};

static int64_t bench_now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * MILLION + now.tv_nsec / 1000;
}

static struct status bench_open_log(void *context, bool read_only, struct evlog **log)
{
    const struct bench *bench = context;
    (void)read_only; /* one handle does both */
    return evlog_kafka_open(&bench->log_options, log);
}

static void bench_report(void *context, uint32_t partition, struct status what)
{
    (void)context;
    if (what.code != STATUS_OK) {
        fprintf(stderr, "partition %" PRIu32 ": %s\n", partition, what.msg);
    }
}

static void bench_poll(struct bench *bench)
{
    struct evlog_completion done[RUN];
    size_t count;
    do {
        log_bench_require(evlog_poll(bench->log, done, RUN, &count));
    } while (count == RUN);
}

static void bench_send(struct bench *bench)
{
    char org[LOAD_SOURCE_ORG_SIZE];
    struct str key = load_source_org(&bench->source, bench->sent, org);
    struct evlog_item item = { .stream = EVLOG_COMMANDS,
                               .partition = murmur2_partition(key, PARTITIONS),
                               .key = key,
                               .value = load_source_record(&bench->source, bench->sent) };
    bench->sent_us[bench->sent++] = bench_now_us();
    struct status st = evlog_append(bench->log, &item, 1);
    while (st.code == STATUS_RESOURCE_EXHAUSTED) {
        evlog_wait(evlog_descriptor(bench->log), 10000);
        bench_poll(bench);
        st = evlog_append(bench->log, &item, 1);
    }
    log_bench_require(st);
}

static void bench_read(struct bench *bench)
{
    struct evlog_record records[RUN];
    size_t count = 0;
    log_bench_require(evlog_reader_read(bench->reader, records, RUN, &count));
    for (size_t i = 0; i < count; i++) {
        struct record record;
        log_bench_require(record_decode(records[i].value, &record));
        if (record.type != RECORD_DECISION) {
            continue;
        }
        Agency__V1__Decision *decision;
        arena_reset(&bench->arena);
        log_bench_require(decision_decode(&bench->arena, record.body, &decision));
        uint64_t number = load_source_number(&bench->source, decision->command_id);
        if (number < bench->sent) {
            bench->latency_us[number] = bench_now_us() - bench->sent_us[number];
            bench->answered++;
        }
    }
    if (count == 0) {
        evlog_wait(evlog_reader_descriptor(bench->reader), 1000);
    }
}

static void bench_start(struct bench *bench, const char *stores)
{
    char admin[] = "admin", *creators[] = { admin };
    static uint8_t configuration[256];
    Agency__V1__DecidingConfiguration message = AGENCY__V1__DECIDING_CONFIGURATION__INIT;
    message.operators = message.org_creators = creators;
    message.n_operators = message.n_org_creators = 1;
    size_t size = agency__v1__deciding_configuration__pack(&message, configuration);
    struct server_options options = { .opener = { bench_open_log, bench },
                                      .reporter = { bench_report, bench },
                                      .stores = stores,
                                      .clock = clock_real(),
                                      .configuration = str_make(configuration, size),
                                      .cluster = &bench->cluster,
                                      .election_timeout_us = 10 * MILLION,
                                      .process = 1 };
    log_bench_require(server_open(&options, &bench->writer));
}

static uint64_t bench_decided(struct bench *bench)
{
    struct replica_status statuses[PARTITIONS];
    uint32_t count = server_statuses(bench->writer, statuses, PARTITIONS);
    uint64_t decided = 0;
    for (uint32_t i = 0; i < count; i++) {
        decided += statuses[i].decided;
        if (statuses[i].dead_letters > 0) {
            fprintf(stderr, "dead letters\n");
            exit(1);
        }
    }
    return decided;
}

static void bench_backlog(struct bench *bench, const char *stores)
{
    while (bench->sent < BACKLOG) {
        bench_send(bench);
        bench_poll(bench);
    }
    bench_start(bench, stores);
    uint64_t begun = 0;
    while ((begun = bench_decided(bench)) == 0) {
        evlog_wait(-1, 1000);
    }
    int64_t begin_us = bench_now_us();
    while (bench_decided(bench) < BACKLOG) {
        evlog_wait(-1, 1000);
    }
    double seconds = (double)(bench_now_us() - begin_us) / MILLION;
    printf("decides  %.0f commands a second that wait on the log\n",
           (double)(BACKLOG - begun) / seconds);
}

static int bench_compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void bench_paced(struct bench *bench)
{
    log_bench_require(evlog_reader_open(bench->log, EVLOG_DECISIONS, &bench->reader));
    for (uint32_t p = 0; p < PARTITIONS; p++) {
        uint64_t begin, end;
        log_bench_require(evlog_range(bench->log, EVLOG_DECISIONS, p, &begin, &end));
        log_bench_require(evlog_reader_seek(bench->reader, p, end));
    }
    int64_t begin_us = bench_now_us();
    while (bench->answered < PACED) {
        uint64_t due = (uint64_t)((bench_now_us() - begin_us) * RATE / MILLION);
        while (bench->sent < BACKLOG + (due < PACED ? due : PACED)) {
            bench_send(bench);
        }
        bench_poll(bench);
        bench_read(bench);
    }
    int64_t *latency_us = bench->latency_us + BACKLOG;
    qsort(latency_us, PACED, sizeof *latency_us, bench_compare);
    printf("at %d/s  p50 %.2f ms, p99 %.2f ms, most %.2f ms\n", RATE,
           (double)latency_us[PACED / 2] / 1000, (double)latency_us[PACED / 100 * 99] / 1000,
           (double)latency_us[PACED - 1] / 1000);
    evlog_reader_close(bench->reader);
}

int main(int argc, char **argv)
{
    struct evlog_identity identity = log_tool_identity(PARTITIONS);
    char prefix[64];
    broker_tool_lives_long();
    const char *brokers = argc > 1 ? argv[1] : broker_tool_address();
    if (brokers == NULL) {
        printf("skipped: there is no Java (ops/setup --tests)\n");
        return 0;
    }
    struct bench bench = { 0 };
    snprintf(prefix, sizeof prefix, "bench%lld", (long long)bench_now_us());
    bench.log_options =
        (struct evlog_kafka_options){ .brokers = brokers, .prefix = prefix, .timeout_ms = 30000 };
    log_bench_require(evlog_kafka_create(&bench.log_options, &identity));
    log_bench_require(evlog_kafka_open(&bench.log_options, &bench.log));
    bench.key = command_signature_key_make(STR("key"));
    bench.cluster =
        (struct command_signature_cluster){ evlog_id_str(&identity.history_id), &bench.key, 1 };
    bench.sent_us = mem_zalloc(BACKLOG + PACED, sizeof *bench.sent_us);
    bench.latency_us = mem_zalloc(BACKLOG + PACED, sizeof *bench.latency_us);
    arena_init(&bench.arena, 1 << 24);
    load_source_init(&bench.source, "b", ORGS, STR("key"), identity.history_id);
    bench_backlog(&bench, argc > 2 ? argv[2] : NULL);
    bench_paced(&bench);
    server_close(bench.writer);
    load_source_release(&bench.source);
    evlog_close(bench.log);
    arena_release(&bench.arena);
    mem_free(bench.sent_us);
    mem_free(bench.latency_us);
    return 0;
}
