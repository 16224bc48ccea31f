/* How long a command waits for its answer through a broker, and what of the machine it costs
 * meanwhile: one agencyd, one client, one broker, all on this machine. */
#include <stdio.h>
#include <sys/resource.h>

#include "core/base/clock.h"
#include "tests/lib/broker_tool.h"
#include "tests/lib/drill.h"
#include "tests/lib/test.h"

enum { PARTITIONS = 16, ORGS = 128, COMMANDS_MAX = 200000, ROUNDS = 1, SECONDS = 5 };
static const double SECOND_US = 1e6;

/* What each of the three has used of the processor, seconds. */
struct latency_cpu {
    double agencyd, broker, client;
};

static struct latency_cpu latency_cpu(const struct drill *drill)
{
    const struct process_tool broker = { .pid = broker_tool_pid(1) };
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (struct latency_cpu){
        .agencyd = process_tool_cpu(&drill->members[0].process),
        .broker = process_tool_cpu(&broker),
        .client = (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                  (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / SECOND_US,
    };
}

static void latency_run(struct drill *drill, double rate)
{
    load_run(drill->load, 1, rate);
    load_settle(drill->load, 60);
    struct latency_cpu before = latency_cpu(drill);
    uint64_t from = drill->load->sent;
    load_run(drill->load, SECONDS, rate);
    load_settle(drill->load, 60);
    uint64_t to = drill->load->sent;
    struct latency_cpu after = latency_cpu(drill);
    double count = (double)(to - from) / SECOND_US;
    printf("%5.0f/s: p50 %6.2f ms, p90 %6.2f ms, p99 %6.2f ms; us CPU of a command: agencyd %.0f, "
           "broker %.0f, client %.0f\n",
           rate, load_latency_ms(drill->load, from, to, 0.5),
           load_latency_ms(drill->load, from, to, 0.9),
           load_latency_ms(drill->load, from, to, 0.99), (after.agencyd - before.agencyd) / count,
           (after.broker - before.broker) / count, (after.client - before.client) / count);
}

TEST(latency, is_as_short_as_it_is)
{
    static const double rates[] = { 50, 200, 1000, 2000, 5000 };
    struct drill drill;
    setvbuf(stdout, NULL, _IOLBF, 0);
    broker_tool_lives_long();
    drill_open(&drill, PARTITIONS);
    drill_start(&drill, 0, 0);
    drill_load(&drill, ORGS, COMMANDS_MAX);
    latency_run(&drill, 1000); /* the broker compiles itself meanwhile */
    for (int round = 0; round < ROUNDS; round++) {
        for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
            latency_run(&drill, rates[i]);
        }
    }
    drill_close(&drill, "bench");
}
