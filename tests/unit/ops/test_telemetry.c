/* Whether a process is ready, and what it says of partitions and spans. */
#include <string.h>

#include "ops/daemon/replica_readiness.h"
#include "ops/telemetry/lag_metrics.h"
#include "ops/telemetry/readiness.h"
#include "ops/telemetry/replica_metrics.h"
#include "ops/telemetry/span_exporter.h"
#include "tests/lib/test.h"

enum { TIMEOUT_US = 10 * 1000000 };

static void assert_says(struct status st, const char *part)
{
    assert_int_equal(st.code, STATUS_UNAVAILABLE);
    if (strstr(st.msg, part) == NULL) {
        fail_msg("expected '%s' in: %s", part, st.msg);
    }
}

TEST(readiness, waits_for_the_thread_that_has_the_stores)
{
    struct clock_fake fake = { .monotonic_us = 1000000 };
    struct readiness readiness;
    readiness_init(&readiness, clock_from_fake(&fake));
    assert_says(readiness_get(&readiness), "starting");
    readiness_set(&readiness, status_ok());
    assert_ok(readiness_get(&readiness));
    readiness_await(&readiness);
    assert_says(readiness_get(&readiness), "being opened");
    readiness_beat(&readiness);
    assert_ok(readiness_get(&readiness));
    clock_fake_advance(&fake, READINESS_SILENCE_US + 1);
    assert_says(readiness_get(&readiness), "busy for 5 s");
    readiness_beat(&readiness);
    readiness_set(&readiness, status_error(STATUS_DATA_LOSS, "stopping"));
    assert_says(readiness_get(&readiness), "stopping");
    readiness_release(&readiness);
}

static struct replica_status led(uint32_t number, int64_t time_us)
{
    return (struct replica_status){
        .number = number, .state = REPLICA_LEADER, .time_us = time_us, .sequence = 10
    };
}

TEST(replica_readiness, wants_all_partitions_here_and_up_to_date)
{
    int64_t now_us = INT64_C(1000000000);
    struct replica_status two[] = { led(0, now_us), led(1, now_us - 3 * TIMEOUT_US) };
    assert_ok(replica_readiness(two, 2, 2, now_us, TIMEOUT_US));
    assert_says(replica_readiness(two, 1, 2, now_us, TIMEOUT_US), "1 of 2 partitions are open");
    assert_says(replica_readiness(two, 2, 2, now_us + 1, TIMEOUT_US),
                "partition 1 has seen no record for 30 s");
    two[1].time_us = 0;
    assert_says(replica_readiness(two, 2, 2, now_us, TIMEOUT_US), "has no record yet");
    two[1].time_us = now_us;
    two[1].state = REPLICA_FOLLOWER;
    assert_ok(replica_readiness(two, 2, 2, now_us, TIMEOUT_US));
    two[1].state = REPLICA_OPENING;
    two[1].trouble = status_error(STATUS_UNAVAILABLE, "disk full");
    assert_says(replica_readiness(two, 2, 2, now_us, TIMEOUT_US),
                "partition 1 is opening: disk full");
}

TEST(replica_readiness, says_how_far_a_partition_is_that_is_folded)
{
    int64_t now_us = INT64_C(1000000000);
    struct replica_status two[] = { led(0, now_us), led(1, 0) };
    two[1].pace = (struct pace){ .begin = 100, .offset = 400, .end = 1100, .per_second = 350 };
    two[1].catching_up = true;
    assert_says(replica_readiness(two, 2, 2, now_us, TIMEOUT_US),
                "partition 1 is folded from its log: 300 of 1000 records, 350 a second, 2 s left; "
                "1 of 2 partitions are open");
    assert_says(replica_readiness_open(two, 2), "300 of 1000 records");
    two[1].catching_up = false;
    two[1].state = REPLICA_OPENING;
    assert_says(replica_readiness_open(two, 2), "partition 1 is folded, and written to its store");
    two[1].pace = (struct pace){ 0 };
    assert_says(replica_readiness_open(two, 2), "1 of 2 partitions are open");
    two[1].state = REPLICA_LEADER;
    assert_ok(replica_readiness_open(two, 2));
}

TEST(lag_metrics, tell_how_far_each_partition_is_behind)
{
    struct clock_fake fake = { .now_us = 9000000 };
    struct lag_metrics *lag = lag_metrics_open(clock_from_fake(&fake));
    struct metrics metrics = { 0 };
    struct buf text = { 0 };
    struct replica_status two[] = { led(0, 0), led(7, 0) };
    two[0].pace = (struct pace){ .offset = 5, .end = 5, .time_us = 1000000 };
    two[1].pace = (struct pace){ .offset = 2, .end = 8, .per_second = 3, .time_us = 2500000 };
    two[1].catching_up = true;
    lag_metrics_note(lag, two, 2);
    metrics_add(&metrics, lag_metrics_source(lag));
    metrics_write(&metrics, EXPOSITION_PROMETHEUS, &text);
    buf_byte(&text, '\0');
    assert_non_null(strstr(text.data, "partition_lag_records{partition=\"0\"} 0\n"));
    assert_non_null(strstr(text.data, "partition_lag_records{partition=\"7\"} 6\n"));
    assert_non_null(strstr(text.data, "partition_lag_seconds{partition=\"0\"} 0.000000\n"));
    assert_non_null(strstr(text.data, "partition_lag_seconds{partition=\"7\"} 6.500000\n"));
    assert_non_null(strstr(text.data, "catch_up_left_seconds{partition=\"7\"} 2.000000\n"));
    assert_null(strstr(text.data, "catch_up_left_seconds{partition=\"0\"}"));
    buf_release(&text);
    lag_metrics_close(lag);
}

TEST(replica_metrics, tell_states_troubles_and_what_is_not_published)
{
    struct replica_metrics *replicas = replica_metrics_open();
    struct metrics metrics = { 0 };
    struct buf text = { 0 };
    metrics_add(&metrics, replica_metrics_source(replicas));
    metrics_write(&metrics, EXPOSITION_PROMETHEUS, &text);
    assert_int_equal(text.size, 0); /* an embedded log has none */
    struct replica_status two[] = { led(0, 0), led(7, 0) };
    uint64_t published[] = { 8, 0 };
    two[1].trouble = status_error(STATUS_UNAVAILABLE, "x");
    two[1].dead_letters = 3;
    replica_metrics_note(replicas, two, published, 2, 5);
    metrics_write(&metrics, EXPOSITION_PROMETHEUS, &text);
    buf_byte(&text, '\0');
    assert_non_null(strstr(text.data, "agencygrid_partitions{state=\"leader\"} 2\n"));
    assert_non_null(strstr(text.data, "agencygrid_partitions_in_trouble 1\n"));
    assert_non_null(strstr(text.data, "agencygrid_projector_lag_records{partition=\"0\"} 2\n"));
    assert_null(strstr(text.data, "lag_records{partition=\"7\"}"));
    assert_non_null(strstr(text.data, "agencygrid_decider_dead_letters_total 3\n"));
    buf_release(&text);
    replica_metrics_close(replicas);
}

TEST(span_exporter, wants_an_address_of_http)
{
    static const char *const wrong[] = { "127.0.0.1:4318", "ftp://x", "file:///etc/passwd",
                                         "http://" };
    struct span_exporter *exporter;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct span_exporter_options options = { .endpoint = str_z(wrong[i]) };
        assert_code(STATUS_INVALID_ARGUMENT, span_exporter_open(&options, &exporter));
    }
}

TEST(span_exporter, drops_and_counts_what_a_full_queue_does_not_take)
{
    enum { SPANS = 6000 };
    struct span_exporter_options options = { .endpoint = STR("http://127.0.0.1:1/x") };
    struct span_exporter *exporter;
    struct metrics metrics = { 0 };
    struct buf text = { 0 };
    struct span span = { 0 };
    assert_ok(span_exporter_open(&options, &exporter));
    for (int i = 0; i < SPANS; i++) {
        span_exporter_offer(exporter, &span);
    }
    metrics_add(&metrics, span_exporter_source(exporter));
    metrics_write(&metrics, EXPOSITION_PROMETHEUS, &text);
    buf_byte(&text, '\0');
    const char *dropped = strstr(text.data, "{result=\"dropped\"} ");
    assert_non_null(dropped);
    assert_int_not_equal(dropped[strlen("{result=\"dropped\"} ")], '0');
    span_exporter_close(exporter);
    buf_release(&text);
}
