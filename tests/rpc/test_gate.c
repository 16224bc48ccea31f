/* Who decides whether a call comes in: nothing reaches a handler before it has. */
#include <stdio.h>

#include "tests/lib/h2_kit.h"
#include "tests/lib/test.h"

static struct rpc_kit kit;

static struct doorman {
    struct rpc_call *asked; /* not answered yet */
    unsigned asks, gone, forgotten, unproven;
    bool at_once; /* lets everybody in */
    bool notes;
} doorman;

static void doorman_ask(void *context, struct rpc_call *call)
{
    assert_ptr_equal(context, &doorman);
    doorman.asks++;
    if (doorman.notes) {
        *rpc_call_note(call) = &doorman;
    }
    if (doorman.at_once) {
        rpc_call_admit(call, "you");
    } else {
        doorman.asked = call;
    }
}

static void doorman_gone(void *context, struct rpc_call *call)
{
    (void)context;
    assert_ptr_equal(call, doorman.asked);
    doorman.asked = NULL;
    doorman.gone++;
}

static void doorman_forget(void *context, void *note)
{
    (void)context;
    assert_ptr_equal(note, &doorman);
    doorman.forgotten++;
}

static void doorman_unproven(void *context, struct rpc_call *call)
{
    (void)context;
    assert_ptr_equal(*rpc_call_note(call), &doorman);
    doorman.unproven++;
}

static const struct rpc_gate gate = { doorman_ask, doorman_gone, doorman_forget, doorman_unproven,
                                      &doorman };

static void begin(void)
{
    doorman = (struct doorman){ 0 };
    rpc_kit_open(&kit);
    kit.host.gate = &gate;
}

static const char *get(const char *path)
{
    char head[256];
    snprintf(head, sizeof head, "GET %s HTTP/1.1\r\n", path);
    return rpc_kit_ask(&kit, head, (struct str){ 0 });
}

static const char *answer(void)
{
    rpc_kit_flush(&kit);
    buf_byte(&kit.out, '\0');
    return kit.out.data;
}

TEST(gate, holds_a_call_until_it_is_let_in)
{
    begin();
    assert_string_equal(get("/v1/shelves/s/books/b"), "");
    rpc_call_admit(doorman.asked, "you");
    assert_non_null(strstr(answer(), "shelves/s/books/b"));
    assert_int_equal(doorman.asks, 1);
    assert_int_equal(doorman.gone, 0);
    rpc_kit_close(&kit);
}

TEST(gate, says_as_whom_a_call_was_let_in)
{
    begin();
    doorman.at_once = true;
    get("/v1/shelves/held/books/b");
    assert_string_equal(rpc_call_admitted(kit.library.held), "you");
    assert_true(str_eq(rpc_call_authority(kit.library.held), STR("library")));
    rpc_kit_disconnect(&kit);
    rpc_kit_close(&kit);
}

TEST(gate, is_told_of_a_wrong_proof_in_a_call_that_came_in)
{
    begin();
    doorman.at_once = doorman.notes = true;
    get("/v1/shelves/held/books/b");
    rpc_call_unproven(kit.library.held);
    assert_int_equal(doorman.unproven, 1);
    rpc_kit_disconnect(&kit);
    rpc_kit_close(&kit);
}

TEST(gate, turns_a_call_away_before_its_handler_hears_of_it)
{
    struct status no = status_error(STATUS_UNAUTHENTICATED, "who are you");
    begin();
    get("/v1/shelves/held/books/b");
    assert_ok(rpc_call_header(doorman.asked, STR("www-authenticate"), STR("Bearer")));
    rpc_call_finish(doorman.asked, &no);
    const char *said = answer();
    assert_non_null(strstr(said, "HTTP/1.1 401 "));
    assert_non_null(strstr(said, "www-authenticate: Bearer\r\n"));
    assert_non_null(strstr(said, "who are you"));
    assert_null(kit.library.held);
    rpc_kit_close(&kit);
}

TEST(gate, hears_of_clients_that_go_meanwhile)
{
    begin();
    get("/v1/shelves/held/books/b");
    rpc_kit_disconnect(&kit);
    assert_int_equal(doorman.gone, 1);
    assert_null(doorman.asked);
    assert_null(kit.library.held);
    assert_int_equal(kit.host.calls_count, 0);
    rpc_kit_close(&kit);
}

TEST(gate, hears_of_deadlines_that_pass_meanwhile)
{
    begin();
    rpc_kit_ask(&kit, "GET /v1/shelves/held/books/b HTTP/1.1\r\ngrpc-timeout: 1S\r\n",
                (struct str){ 0 });
    rpc_kit_pass(&kit, 2 * RPC_SECOND_US);
    assert_int_equal(doorman.gone, 1);
    assert_non_null(strstr(answer(), "HTTP/1.1 504 "));
    assert_null(kit.library.held);
    rpc_kit_close(&kit);
}

TEST(gate, keeps_a_note_of_a_connection_as_long_as_that)
{
    begin();
    doorman.notes = doorman.at_once = true;
    get("/v1/shelves/s/books/b");
    assert_int_equal(doorman.forgotten, 0);
    rpc_kit_disconnect(&kit);
    assert_int_equal(doorman.forgotten, 1);
    rpc_kit_close(&kit);
}

TEST(gate, hangs_up_when_what_is_under_way_is_answered)
{
    struct status no = status_error(STATUS_UNAUTHENTICATED, "again");
    begin();
    get("/v1/shelves/s/books/b");
    rpc_call_hang_up(doorman.asked);
    rpc_call_finish(doorman.asked, &no);
    assert_non_null(strstr(answer(), "connection: close\r\n"));
    assert_null(kit.connection);
    rpc_kit_close(&kit);
}

TEST(gate, lets_a_whole_request_wait)
{
    size_t size;
    begin();
    h2_connect(&kit, 0);
    h2_call(&kit, 1, "GetBook", STR(""), true);
    assert_int_equal(h2_count(&kit, H2_DATA, 1, &size), 0);
    rpc_call_admit(doorman.asked, "you");
    rpc_kit_flush(&kit);
    assert_int_equal(h2_count(&kit, H2_DATA, 1, &size), 1);
    assert_string_equal(h2_header(&kit, 1, "grpc-status"), "0");
    rpc_kit_close(&kit);
}
