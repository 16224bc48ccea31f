/* The small parts: timers, queries, time-outs, compression, rates. */
#include "core/rpc/http/rate.h"
#include "core/rpc/http/url.h"
#include "core/rpc/limits.h"
#include "core/rpc/protocol/compression.h"
#include "core/rpc/protocol/connect_code.h"
#include "core/rpc/protocol/grpc.h"
#include "core/rpc/timers.h"
#include "tests/lib/test.h"

enum { TIMERS = 200 };

struct moment {
    struct rpc_timer timer;
    int64_t fired_us;
};

static void moment_fire(struct rpc_timer *timer, int64_t now_us)
{
    ((struct moment *)(void *)timer)->fired_us = now_us;
}

TEST(timers, fire_in_time_and_in_order)
{
    struct rpc_timers timers = { 0 };
    struct moment moments[TIMERS] = { 0 };
    for (int i = 0; i < TIMERS; i++) {
        moments[i].timer.fire = moment_fire;
        rpc_timer_set(&timers, &moments[i].timer, 1 + (i * 7919) % TIMERS);
    }
    for (int i = 0; i < TIMERS; i += 3) {
        rpc_timer_unset(&timers, &moments[i].timer);
    }
    rpc_timer_set(&timers, &moments[1].timer, TIMERS + 50);
    for (int64_t now_us = 1; now_us <= TIMERS + 50; now_us++) {
        assert_true(rpc_timers_next_us(&timers) >= now_us);
        rpc_timers_fire(&timers, now_us);
    }
    for (int i = 0; i < TIMERS; i++) {
        int64_t due = i % 3 == 0 ? 0 : i == 1 ? TIMERS + 50 : 1 + (i * 7919) % TIMERS;
        assert_int_equal(moments[i].fired_us, due);
    }
    assert_true(rpc_timers_next_us(&timers) == INT64_MAX);
    rpc_timers_release(&timers);
}

TEST(rate, is_a_burst_and_then_so_many_a_second)
{
    struct rate rate;
    rate_init(&rate, 3, 2, 0);
    assert_true(rate_take(&rate, 0) && rate_take(&rate, 0) && rate_take(&rate, 0));
    assert_false(rate_take(&rate, 0));
    assert_false(rate_take(&rate, 499999));
    assert_true(rate_take(&rate, 500000));
    assert_false(rate_take(&rate, 500000));
    for (int i = 0; i < 3; i++) {
        assert_true(rate_take(&rate, INT64_MAX / 2));
    }
    assert_false(rate_take(&rate, INT64_MAX / 2));
}

TEST(url, is_decoded)
{
    struct arena arena;
    arena_init(&arena, 4096);
    struct str query = STR("a=1&b=%41+%2B&&c&a=2"), name, value;
    assert_true(str_eq(url_get(&arena, query, STR("b")), STR("A +")));
    assert_true(str_eq(url_get(&arena, query, STR("a")), STR("1")));
    assert_null(url_get(&arena, query, STR("d")).data);
    assert_null(url_decode(&arena, STR("%4"), true).data);
    assert_null(url_decode(&arena, STR("%4x"), true).data);
    assert_true(str_eq(url_decode(&arena, STR("a%2fb"), false), STR("a/b")));
    size_t count = 0;
    while (url_next(&query, &name, &value)) {
        count++;
    }
    assert_int_equal(count, 4);
    arena_release(&arena);
}

TEST(grpc, a_time_out_has_digits_and_a_unit)
{
    int64_t us;
    assert_true(grpc_timeout(STR("10S"), &us) && us == 10000000);
    assert_true(grpc_timeout(STR("99999999H"), &us) && us == INT64_C(359999996400000000));
    assert_true(grpc_timeout(STR("1500n"), &us) && us == 1);
    assert_true(grpc_timeout(STR("7m"), &us) && us == 7000);
    static const char *const wrong[] = { "", "S", "10", "123456789S", "1s", "-1S", "1.5S", " 1S" };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_false(grpc_timeout(str_z(wrong[i]), &us));
    }
}

static void there_and_back(enum compression compression)
{
    struct compressor compressor;
    struct buf text = { 0 }, small = { 0 }, again = { 0 };
    compressor_init(&compressor);
    for (int i = 0; i < 5000; i++) {
        buf_printf(&text, "line %d\n", i);
    }
    compression_shrink(&compressor, compression, buf_str(&text), &small);
    assert_true(small.size < text.size);
    assert_ok(compression_expand(&compressor, compression, buf_str(&small), text.size, &again));
    assert_true(str_eq(buf_str(&again), buf_str(&text)));
    again.size = 0;
    assert_code(
        STATUS_RESOURCE_EXHAUSTED,
        compression_expand(&compressor, compression, buf_str(&small), text.size - 1, &again));
    assert_true(again.size <= text.size);
    assert_code(STATUS_INVALID_ARGUMENT,
                compression_expand(&compressor, compression, str_make(small.data, small.size / 2),
                                   text.size, &again));
    assert_code(STATUS_INVALID_ARGUMENT,
                compression_expand(&compressor, compression, buf_str(&text), text.size, &again));
    compressor_release(&compressor);
    buf_release(&text);
    buf_release(&small);
    buf_release(&again);
}

TEST(compression, goes_there_and_back_within_a_limit)
{
    there_and_back(COMPRESSION_GZIP);
    there_and_back(COMPRESSION_ZSTD);
}

TEST(compression, is_chosen_from_what_the_client_takes)
{
    assert_int_equal(compression_choose(STR("br, zstd;q=1, gzip"), COMPRESSION_GZIP),
                     COMPRESSION_GZIP);
    assert_int_equal(compression_choose(STR("br, zstd"), COMPRESSION_GZIP), COMPRESSION_ZSTD);
    assert_int_equal(compression_choose(STR("br"), COMPRESSION_GZIP), COMPRESSION_IDENTITY);
    assert_int_equal(compression_choose(STR(""), COMPRESSION_ZSTD), COMPRESSION_IDENTITY);
}

TEST(connect_code, each_code_is_found_by_its_name)
{
    for (unsigned code = STATUS_CANCELLED; code <= STATUS_UNAUTHENTICATED; code++) {
        struct str name = connect_code_name((enum status_code)code);
        assert_int_equal(connect_code_named(name), code);
    }
    assert_int_equal(connect_code_named(STR("canceled")), STATUS_CANCELLED);
    assert_int_equal(connect_code_named(STR("Not_Found")), STATUS_UNKNOWN);
    assert_int_equal(connect_code_named(STR("")), STATUS_UNKNOWN);
}
