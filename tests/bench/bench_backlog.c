/* What a decision costs all who take part when commands wait on the log: agencyd, the broker and
 * the client that reads the outcomes, by CPU time. Commands are put there while nobody decides: the
 * decider is stopped in the first round, and frozen, its store in use, in the others; the client
 * only listens meanwhile. The first rounds also pay for the compiler of the broker's Java. */
#include <stdio.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "tests/lib/broker_tool.h"
#include "tests/lib/cpu_table.h"
#include "tests/lib/drill.h"
#include "tests/lib/test.h"

enum { PARTITIONS = 16, ORGS = 128, BURST = 200000, ROUNDS = 6, COMMANDS_MAX = 2000000 };
static const int64_t RETRY_NEVER_US = INT64_C(600) * 1000000;

static double backlog_seconds(void)
{
    struct clock clock = clock_real();
    return (double)clock_monotonic_us(&clock) / 1e6;
}

struct backlog_cpu {
    struct cpu_table agencyd, broker, client;
};

static void backlog_take(const struct drill *drill, struct backlog_cpu *cpu)
{
    cpu_table_take(drill->members[0].process.pid, &cpu->agencyd);
    cpu_table_take(broker_tool_pid(1), &cpu->broker);
    cpu_table_take(getpid(), &cpu->client);
}

static void backlog_print(const struct backlog_cpu *before, const struct backlog_cpu *after,
                          double count, double seconds)
{
    double sum = cpu_table_print("agencyd", &before->agencyd, &after->agencyd, count);
    sum += cpu_table_print("broker", &before->broker, &after->broker, count);
    sum += cpu_table_print("client", &before->client, &after->client, count);
    printf("all: %.1f us CPU a decision, as of two cores %.0f/s; measured %.0f/s\n", sum, 2e6 / sum,
           count / seconds);
}

static void backlog_round(struct drill *drill, bool away)
{
    struct backlog_cpu before, after;
    struct process_tool *decider = &drill->members[0].process;
    if (away) {
        assert_int_equal(process_tool_stop(decider, 20), 0);
    } else {
        process_tool_freeze(decider, true);
    }
    load_send(drill->load, BURST, 0);
    load_listen(drill->load, 2);
    uint64_t answered = drill->load->answered;
    if (away) {
        drill_start(drill, 0, 0);
    } else {
        process_tool_freeze(decider, false);
    }
    while (drill->load->answered == answered) {
        load_listen(drill->load, 0.001);
    }
    answered = drill->load->answered;
    double began = backlog_seconds();
    backlog_take(drill, &before);
    load_settle(drill->load, 120);
    double seconds = backlog_seconds() - began;
    backlog_take(drill, &after);
    backlog_print(&before, &after, (double)(drill->load->answered - answered), seconds);
}

TEST(backlog, costs_what_it_costs)
{
    struct drill drill;
    setvbuf(stdout, NULL, _IOLBF, 0);
    broker_tool_lives_long();
    drill_open(&drill, PARTITIONS);
    drill_start(&drill, 0, 0);
    drill_load(&drill, ORGS, COMMANDS_MAX);
    drill.load->options.waiting_max = COMMANDS_MAX;
    drill.load->options.retry_us = RETRY_NEVER_US;
    for (int i = 0; i < ROUNDS; i++) {
        backlog_round(&drill, i == 0);
    }
    drill_close(&drill, "bench");
}
