/* HTTP/1.1: what is a request, what is none, and in which order answers come. */
#include <stdio.h>

#include "tests/lib/rpc_kit.h"
#include "tests/lib/test.h"

static struct rpc_kit kit;

static const char *answer_to(const char *bytes)
{
    rpc_kit_connect(&kit);
    rpc_kit_send(&kit, str_z(bytes));
    buf_byte(&kit.out, '\0');
    return kit.out.data;
}

/* With the same answer when the bytes come one by one. */
static void assert_status(const char *bytes, const char *status)
{
    char expected[32];
    snprintf(expected, sizeof expected, "HTTP/1.1 %s", status);
    if (strncmp(answer_to(bytes), expected, strlen(expected)) != 0) {
        fail_msg("expected %s for: %s but it is: %s", status, bytes, kit.out.data);
    }
    rpc_kit_connect(&kit);
    for (const char *at = bytes; *at != '\0' && kit.connection != NULL; at++) {
        rpc_kit_send(&kit, str_make(at, 1));
    }
    assert_true(str_starts(buf_str(&kit.out), str_z(expected)));
}

TEST(http1, requests_are_answered)
{
    rpc_kit_open(&kit);
    assert_status("GET / HTTP/1.1\r\nHost: x\r\n\r\n", "200");
    assert_status("GET / HTTP/1.0\r\n\r\n", "200");
    assert_status("GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n", "200");
    assert_status("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                  "3;a=b\r\nabc\r\n0\r\nTrailer: x\r\n\r\n",
                  "200");
    assert_status("GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n", "404");
    rpc_kit_close(&kit);
}

TEST(http1, what_could_be_read_in_two_ways_is_refused)
{
    static const char *const wrong[] = {
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\n\tA: b\r\n\r\n",
        "GET / HTTP/1.1\r\n Host: x\r\n\r\n",
        "GET / HTTP/1.1\nHost: x\n\n",
        "GET / HTTP/1.1\r\nHost : x\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\na",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0x1\r\n\r\na",
        "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
         "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0x2\r\nab\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\nab\r\n0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: x\r\nA\x01: b\r\n\r\n",
    };
    rpc_kit_open(&kit);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_status(wrong[i], "400");
    }
    rpc_kit_close(&kit);
}

TEST(http1, what_is_too_large_or_another_version_is_refused)
{
    struct buf long_one = { 0 };
    rpc_kit_open(&kit);
    buf_printf(&long_one, "GET / HTTP/1.1\r\nHost: x\r\nA: %0*d\r\n\r\n", RPC_HEADERS_SIZE_MAX, 0);
    buf_byte(&long_one, '\0');
    assert_status(long_one.data, "431");
    assert_status("GET / HTTP/2.0\r\nHost: x\r\n\r\n", "505");
    buf_release(&long_one);
    rpc_kit_close(&kit);
}

TEST(http1, an_unknown_method_is_answered)
{
    rpc_kit_open(&kit);
    assert_status("QUERY / HTTP/1.1\r\nHost: x\r\n\r\n", "400");
    assert_status("GETS / HTTP/1.1\r\nHost: x\r\n\r\n", "400");
    rpc_kit_close(&kit);
}

TEST(http1, another_protocol_is_closed)
{
    rpc_kit_open(&kit);
    rpc_kit_send(&kit, STR("\x16\x03\x01\x02"));
    assert_null(kit.connection);
    assert_int_equal(kit.out.size, 0);
    rpc_kit_close(&kit);
}

TEST(http1, requests_wait_for_the_one_before)
{
    rpc_kit_open(&kit);
    answer_to("GET /v1/shelves/held/books/b HTTP/1.1\r\nHost: x\r\n\r\n"
              "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_int_equal(kit.out.size, 1);
    library_send_book(kit.library.held, "held", "b");
    rpc_call_finish_ok(kit.library.held);
    rpc_kit_flush(&kit);
    buf_byte(&kit.out, '\0');
    const char *first = strstr(kit.out.data + 1, "shelves/held/books/b");
    assert_non_null(first);
    assert_non_null(strstr(first, "hello\n"));
    rpc_kit_close(&kit);
}

TEST(http1, the_connection_is_kept_or_closed)
{
    rpc_kit_open(&kit);
    answer_to("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_non_null(kit.connection);
    assert_non_null(strstr(answer_to("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
                           "connection: close"));
    assert_null(kit.connection);
    answer_to("GET / HTTP/1.0\r\n\r\n");
    assert_null(kit.connection);
    rpc_kit_close(&kit);
}

TEST(http1, a_client_may_ask_before_it_sends_a_body)
{
    rpc_kit_open(&kit);
    assert_string_equal(answer_to("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n"
                                  "Expect: 100-continue\r\n\r\n"),
                        "HTTP/1.1 100 Continue\r\n\r\n");
    rpc_kit_send(&kit, STR("abc"));
    buf_byte(&kit.out, '\0');
    assert_non_null(strstr(kit.out.data + 26, "200 OK"));
    rpc_kit_close(&kit);
}

TEST(http1, patience_ends)
{
    rpc_kit_open(&kit);
    rpc_kit_pass(&kit, 6 * RPC_SECOND_US);
    assert_null(kit.connection); /* nothing was said */
    answer_to("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    for (int i = 0; i < 60 && kit.connection != NULL; i++) {
        rpc_kit_pass(&kit, 10 * RPC_SECOND_US);
    }
    assert_null(kit.connection); /* nothing more was */
    answer_to("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n");
    for (int i = 0; i < 40 && kit.connection != NULL; i++) {
        rpc_kit_pass(&kit, RPC_SECOND_US);
    }
    assert_null(kit.connection); /* the body did not come */
    rpc_kit_close(&kit);
}
