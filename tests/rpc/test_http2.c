/* Calls over HTTP/2: windows, cancelling, deadlines, draining, age. */
#include "core/pb/message.h"
#include "test/v1/library.pb-c.h"
#include "tests/lib/h2_kit.h"
#include "tests/lib/test.h"

static struct rpc_kit kit;
static struct arena arena;

static void begin(uint32_t window)
{
    arena_init(&arena, 1 << 22);
    rpc_kit_open(&kit);
    h2_connect(&kit, window);
}

static void end(void)
{
    rpc_kit_close(&kit);
    arena_release(&arena);
}

static struct str get_book(const char *shelf, const char *book)
{
    Test__V1__GetBookRequest request = TEST__V1__GET_BOOK_REQUEST__INIT;
    struct str packed;
    request.shelf = (char *)(uintptr_t)shelf;
    request.book = (char *)(uintptr_t)book;
    assert_ok(pb_pack(&arena, &request.base, &packed));
    return packed;
}

TEST(http2, a_call_is_answered)
{
    begin(0);
    h2_call(&kit, 1, "GetBook", get_book("s", "b"), true);
    assert_string_equal(h2_header(&kit, 1, "grpc-status"), "0");
    assert_string_equal(h2_header(&kit, 1, "x-position"), "17");
    h2_call(&kit, 3, "GetBook", get_book("s", "missing"), true);
    assert_string_equal(h2_header(&kit, 3, "grpc-status"), "5");
    assert_string_equal(h2_header(&kit, 3, "grpc-message"), "no book 'missing'");
    assert_true(strlen(h2_header(&kit, 3, "grpc-status-details-bin")) > 0);
    h2_call(&kit, 5, "Nothing", get_book("s", "b"), true);
    assert_string_equal(h2_header(&kit, 5, "grpc-status"), "12");
    end();
}

TEST(http2, malformed_calls_say_why)
{
    begin(0);
    h2_call(&kit, 1, "GetBook", (struct str){ 0 }, true);
    assert_string_equal(h2_header(&kit, 1, "grpc-status"), "12");
    h2_call(&kit, 3, "GetBook", STR("\xff"), true);
    assert_string_equal(h2_header(&kit, 3, "grpc-status"), "3");
    h2_call(&kit, 5, "GetBook", (struct str){ 0 }, false);
    h2_send(&kit, H2_DATA, H2_END_STREAM, 5, str_make("\0\0\0\0\x05xx", 7));
    assert_string_equal(h2_header(&kit, 5, "grpc-status"), "13");
    h2_call(&kit, 7, "GetBook", (struct str){ 0 }, false);
    h2_send(&kit, H2_DATA, 0, 7, str_make("\1\0\0\0\0", 5));
    assert_string_equal(h2_header(&kit, 7, "grpc-status"), "13");
    h2_call(&kit, 9, "GetBook", (struct str){ 0 }, false);
    h2_send(&kit, H2_DATA, 0, 9, str_make("\0\x7f\0\0\0", 5));
    assert_string_equal(h2_header(&kit, 9, "grpc-status"), "8");
    end();
}

TEST(http2, a_client_that_resets_is_told_to_the_handler)
{
    begin(0);
    h2_call(&kit, 1, "GetBook", get_book("held", "b"), true);
    assert_non_null(kit.library.held);
    assert_int_equal(kit.host.calls_count, 1);
    h2_send(&kit, H2_RST, 0, 1, STR("\0\0\0\x08"));
    assert_int_equal(kit.library.cancelled, 1);
    assert_int_equal(kit.host.calls_count, 0);
    end();
}

TEST(http2, a_call_outlives_its_connection_until_it_is_finished)
{
    begin(0);
    h2_call(&kit, 1, "GetBook", get_book("s", "b"), true);
    h2_call(&kit, 3, "CountPages", (struct str){ 0 }, false);
    rpc_kit_disconnect(&kit);
    assert_int_equal(kit.host.connections_count, 0);
    assert_int_equal(kit.host.calls_count, 0);
    end();
}

TEST(http2, what_the_client_does_not_take_stays_with_the_handler)
{
    Test__V1__WatchBooksRequest request = TEST__V1__WATCH_BOOKS_REQUEST__INIT;
    struct str packed;
    size_t bytes;
    begin(1000);
    request.shelf = (char *)(uintptr_t) "large";
    assert_ok(pb_pack(&arena, &request.base, &packed));
    h2_call(&kit, 1, "WatchBooks", packed, true);
    h2_count(&kit, H2_DATA, 1, &bytes);
    assert_int_equal(bytes, 1000);
    assert_int_equal(kit.library.rooms, 1); /* which is what was queued above the mark */
    h2_send(&kit, H2_WINDOW, 0, 1, STR("\0\0\xff\xff"));
    h2_count(&kit, H2_DATA, 1, &bytes);
    assert_int_equal(bytes, 0xffff); /* the connection's own window */
    assert_int_equal(kit.library.rooms, 1);
    h2_send(&kit, H2_WINDOW, 0, 0, STR("\0\0\xff\xff"));
    h2_count(&kit, H2_DATA, 1, &bytes);
    assert_int_equal(bytes, 1000 + 0xffff);
    assert_int_equal(kit.library.rooms, 2);
    end();
}

TEST(http2, what_the_handler_does_not_take_stays_with_the_client)
{
    size_t bytes;
    char zeros[16384] = { 0 };
    begin(0);
    h2_call(&kit, 1, "GetBook", get_book("held", "b"), false);
    h2_send(&kit, H2_DATA, H2_END_STREAM, 1, (struct str){ 0 });
    assert_non_null(kit.library.held);
    h2_call(&kit, 3, "CountPages", (struct str){ 0 }, false);
    kit.out.size = 0;
    /* A message that is not whole is taken in: the window opens again. */
    h2_send(&kit, H2_DATA, 0, 3, str_make("\0\0\x3f\0\0", 5));
    for (int i = 0; i < 16; i++) {
        h2_send(&kit, H2_DATA, 0, 3, str_make(zeros, sizeof zeros));
    }
    assert_true(h2_count(&kit, H2_WINDOW, 3, &bytes) > 0);
    end();
}

TEST(http2, draining_lets_calls_finish_and_streams_go)
{
    Test__V1__WatchBooksRequest request = TEST__V1__WATCH_BOOKS_REQUEST__INIT;
    struct str packed;
    size_t bytes;
    begin(0);
    request.shelf = (char *)(uintptr_t) "open";
    assert_ok(pb_pack(&arena, &request.base, &packed));
    h2_call(&kit, 1, "WatchBooks", packed, true);
    h2_call(&kit, 3, "GetBook", get_book("held", "b"), true);
    rpc_host_drain(&kit.host);
    rpc_kit_flush(&kit);
    assert_int_equal(h2_count(&kit, H2_GOAWAY, 0, &bytes), 1);
    assert_string_equal(h2_header(&kit, 1, "grpc-status"), "14");
    assert_non_null(kit.connection);
    rpc_kit_pass(&kit, 2 * RPC_SECOND_US);
    assert_int_equal(h2_count(&kit, H2_GOAWAY, 0, &bytes), 2);
    library_send_book(kit.library.held, "held", "b");
    rpc_call_finish_ok(kit.library.held);
    rpc_kit_flush(&kit);
    assert_string_equal(h2_header(&kit, 3, "grpc-status"), "0");
    assert_null(kit.connection);
    end();
}

TEST(http2, a_connection_grows_old)
{
    size_t bytes;
    arena_init(&arena, 1 << 22);
    rpc_kit_open(&kit);
    kit.host.age_us_max = 100 * RPC_SECOND_US;
    h2_connect(&kit, 0);
    for (int i = 0; i < 80; i++) {
        rpc_kit_pass(&kit, RPC_SECOND_US);
    }
    assert_int_equal(h2_count(&kit, H2_GOAWAY, 0, &bytes), 0);
    for (int i = 0; i < 60 && kit.connection != NULL; i++) {
        rpc_kit_pass(&kit, RPC_SECOND_US);
    }
    assert_null(kit.connection);
    assert_int_equal(h2_count(&kit, H2_GOAWAY, 0, &bytes), 2);
    end();
}

TEST(http2, a_stream_that_stalls_is_reset)
{
    Test__V1__WatchBooksRequest request = TEST__V1__WATCH_BOOKS_REQUEST__INIT;
    struct str packed;
    size_t bytes;
    begin(10);
    request.shelf = (char *)(uintptr_t) "large";
    assert_ok(pb_pack(&arena, &request.base, &packed));
    h2_call(&kit, 1, "WatchBooks", packed, true);
    for (int i = 0; i < 29; i++) {
        rpc_kit_pass(&kit, RPC_SECOND_US);
    }
    assert_int_equal(h2_count(&kit, H2_RST, 1, &bytes), 0);
    for (int i = 0; i < 3; i++) {
        rpc_kit_pass(&kit, RPC_SECOND_US);
    }
    assert_int_equal(h2_count(&kit, H2_RST, 1, &bytes), 1);
    assert_int_equal(kit.library.cancelled, 1);
    end();
}
