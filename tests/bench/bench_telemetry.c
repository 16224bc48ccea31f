/* What watching costs: a call of the API and a decision, as the observers count them. Beside a
 * unary call of some 2,200 ns (bench_rpc) and a decision of some 10,000. */
#include "ops/telemetry/telemetry.h"
#include "tests/lib/bench.h"
#include "tests/lib/test.h"

enum { STEPS = 200000 };

struct watched {
    struct telemetry *telemetry;
    struct rpc_peer peer;
    int64_t now_us;
};

static void call(void *self)
{
    struct watched *watched = self;
    const struct rpc_observer *observer = telemetry_observer(watched->telemetry);
    struct rpc_ended ended = { .method = STR("agency.v1.Query/Check"),
                               .number = 3,
                               .message = "",
                               .began_us = watched->now_us,
                               .peer = &watched->peer };
    ended.note = observer->begin(observer->self, NULL);
    observer->ended(observer->self, &ended);
}

static void decision(void *self)
{
    struct watched *watched = self;
    const struct writer_watch *watch = telemetry_watch(watched->telemetry);
    struct submit_answer answer = { .outcome = SUBMIT_DECIDED, .sequence = 1 };
    int64_t began_us = clock_monotonic_us(&watch->clock);
    struct decided decided = { .command = 110, /* CreateGroup */
                               .answer = &answer,
                               .began_us = began_us,
                               .ended_us = clock_monotonic_us(&watch->clock) };
    watch->decided(watch->self, &decided);
}

TEST(telemetry, costs_little)
{
    struct clock clock = clock_real();
    struct watched watched = { .now_us = clock_monotonic_us(&clock) };
    struct telemetry_options options = { .clock = clock };
    assert_ok(telemetry_open(&options, &watched.telemetry));
    bench_print("a call of the API", call, &watched, STEPS);
    bench_print("a decision", decision, &watched, STEPS);
    telemetry_close(watched.telemetry);
}
