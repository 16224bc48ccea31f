/* What the deciding thread spends on one command, beside what its store reads: one large org, and
 * many small ones side by side. For callgrind, too: --toggle-collect=leader_decide. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/base/memory.h"
#include "core/evlog/evlog_local.h"
#include "core/pb/message.h"
#include "tests/lib/folder_tool.h"
#include "tests/lib/load_source.h"
#include "tests/lib/log_tool.h"
#include "tests/lib/test.h"
#include "writers/embedded/leader.h"

enum { COMMANDS = 30336, BATCH = 256, WRITE_EVERY = 8192, PATH_SIZE = 4096, ROUNDS = 3 };

struct bench_decider {
    struct arena arena;
    struct str configuration;
    struct str records[COMMANDS];
    struct buf values[BATCH];
    struct hash heads[BATCH]; /* of the chain with each */
};

static int64_t cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return now.tv_sec * 1000000000 + now.tv_nsec;
}

static void bench_decider_make(struct bench_decider *bench, uint32_t orgs_count)
{
    char admin[] = "admin";
    char *creators[] = { admin };
    struct load_source source;
    Agency__V1__DecidingConfiguration message = AGENCY__V1__DECIDING_CONFIGURATION__INIT;
    message.operators = message.org_creators = creators;
    message.n_operators = message.n_org_creators = 1;
    arena_reset(&bench->arena);
    assert_ok(pb_pack(&bench->arena, &message.base, &bench->configuration));
    load_source_init(&source, "load", orgs_count, STR("key"), log_tool_identity(1).history_id);
    for (uint64_t i = 0; i < COMMANDS; i++) {
        bench->records[i] = arena_copy(&bench->arena, load_source_record(&source, i));
    }
    load_source_release(&source);
}

static int64_t bench_decider_batch(struct bench_decider *bench, struct leader *leader,
                                   const struct str *records, size_t count)
{
    int64_t began = cpu_ns(), now_us = began / 1000;
    for (size_t i = 0; i < count; i++) {
        struct submit_answer answer;
        struct str record;
        assert_ok(leader_decide(leader, records[i], now_us, &answer, &record));
        assert_int_equal(answer.code, STATUS_OK);
        bench->values[i].size = 0;
        buf_append(&bench->values[i], record);
        bench->heads[i] = leader->decider.chain.head;
    }
    int64_t took = cpu_ns() - began;
    for (size_t i = 0; i < count; i++) {
        assert_ok(leader_confirm(leader, leader->decisions_end, buf_str(&bench->values[i]),
                                 &bench->heads[i]));
    }
    return took;
}

static double bench_decider_us(struct bench_decider *bench, struct leader *leader)
{
    int64_t took = 0;
    for (size_t i = 0; i < COMMANDS; i += BATCH) {
        size_t left = COMMANDS - i;
        took += bench_decider_batch(bench, leader, bench->records + i, left < BATCH ? left : BATCH);
        if (i % WRITE_EVERY == 0) {
            assert_ok(partition_write(leader->partition));
        }
    }
    return (double)took / 1000 / COMMANDS;
}

static double bench_decider_round(struct bench_decider *bench)
{
    char folder[FOLDER_TOOL_PATH_MAX], path[PATH_SIZE], store[PATH_SIZE];
    struct evlog_identity identity = log_tool_identity(1);
    struct evlog_local_options local = { 0 };
    struct evlog *log;
    struct leader *leader;
    folder_tool_make(folder);
    snprintf(path, sizeof path, "%s/log", folder);
    snprintf(store, sizeof store, "%s/store", folder);
    assert_ok(evlog_local_create(path, &identity));
    assert_ok(evlog_local_open(path, &local, &log));
    struct leader_options options = {
        .store = store, .log = log, .clock = clock_real(), .configuration = bench->configuration
    };
    assert_ok(leader_open(&options, &leader));
    double us = bench_decider_us(bench, leader);
    leader_close(leader);
    evlog_close(log);
    folder_tool_remove(folder);
    return us;
}

static void bench_decider_print(struct bench_decider *bench, uint32_t orgs_count)
{
    double best = bench_decider_round(bench);
    for (int i = 1; i < ROUNDS; i++) {
        double us = bench_decider_round(bench);
        best = us < best ? us : best;
    }
    printf("decide one of %d commands, orgs: %3u %26.2f us\n", COMMANDS, orgs_count, best);
}

TEST(bench_decider, what_deciding_one_command_costs)
{
    static struct bench_decider bench;
    static const uint32_t orgs[] = { 1, 128 };
    arena_init(&bench.arena, (size_t)1 << 30);
    for (size_t i = 0; i < sizeof orgs / sizeof orgs[0]; i++) {
        bench_decider_make(&bench, orgs[i]);
        bench_decider_print(&bench, orgs[i]);
    }
    for (size_t i = 0; i < BATCH; i++) {
        buf_release(&bench.values[i]);
    }
    arena_release(&bench.arena);
}
