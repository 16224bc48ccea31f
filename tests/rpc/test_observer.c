/* What an observer hears, and texts that are made when they are asked for. */
#include <stdio.h>

#include "core/rpc/observer.h"
#include "test/v1/library.pb-c.h"
#include "tests/lib/h2_kit.h"
#include "tests/lib/test.h"

static struct rpc_kit kit;

/* What was heard, as text. */
static struct buf heard;

static void *hear_begin(void *self, struct rpc_call *call)
{
    struct str parent = rpc_call_metadata(call, STR("traceparent"));
    buf_printf(&heard, "begin %.*s;", STR_ARG(parent));
    if (parent.size > 0) {
        rpc_call_set_trace(call, STR("a trace"));
    }
    return self;
}

static void hear_ended(void *self, const struct rpc_ended *ended)
{
    assert_ptr_equal(ended->note, self);
    buf_printf(&heard, "ended %.*s %s '%s' %s %lld;", STR_ARG(ended->method),
               status_code_name(ended->code), ended->message, ended->peer->address,
               (long long)ended->began_us);
}

static void hear_refused(void *self, unsigned status)
{
    (void)self;
    buf_printf(&heard, "refused %u;", status);
}

static const struct rpc_observer observer = {
    .begin = hear_begin, .ended = hear_ended, .refused = hear_refused, .self = &heard
};

static void begin(void)
{
    heard.size = 0;
    rpc_kit_open(&kit);
    kit.host.observer = &observer;
}

static void assert_heard(const char *expected)
{
    buf_byte(&heard, '\0');
    assert_string_equal(heard.data, expected);
    heard.size = 0;
}

static void end(void)
{
    rpc_kit_close(&kit);
    buf_release(&heard);
}

static void get(const char *path)
{
    char head[256];
    snprintf(head, sizeof head, "GET %s HTTP/1.1\r\n", path);
    rpc_kit_ask(&kit, head, (struct str){ 0 });
}

TEST(observer, hears_each_call_once_with_its_end)
{
    begin();
    get("/v1/shelves/s/books/b");
    assert_heard("begin ;ended test.v1.Library/GetBook OK '' 127.0.0.1:4711 1000000;");
    get("/v1/shelves/s/books/missing");
    assert_heard("begin ;ended test.v1.Library/GetBook NOT_FOUND 'no book 'missing'' "
                 "127.0.0.1:4711 1000000;");
    get("/v1/shelves/s/books?page_size=x");
    assert_non_null(strstr(heard.data, "INVALID_ARGUMENT"));
    end();
}

TEST(observer, hears_of_methods_that_are_not_served)
{
    begin();
    h2_connect(&kit, 0);
    h2_call(&kit, 1, "Nothing", STR(""), true);
    assert_non_null(strstr(heard.data, "ended  UNIMPLEMENTED 'expected a method that is served"));
    end();
}

TEST(observer, hears_of_clients_that_went_away)
{
    begin();
    get("/v1/shelves/held/books/b");
    assert_heard("begin ;");
    rpc_kit_disconnect(&kit);
    assert_heard("ended test.v1.Library/GetBook CANCELLED 'the client did not wait' 127.0.0.1:4711 "
                 "1000000;");
    end();
}

TEST(observer, hears_what_became_no_call)
{
    begin();
    get("/nothing");
    assert_heard("refused 404;");
    rpc_kit_ask(&kit, "GET / HTTP/9.9\r\n", (struct str){ 0 });
    assert_heard("refused 400;");
    get("/");
    assert_heard("");
    end();
}

TEST(observer, gives_the_trace_that_handlers_see)
{
    begin();
    rpc_kit_ask(&kit, "GET /v1/shelves/held/books/b HTTP/1.1\r\ntraceparent: 00-1\r\n",
                (struct str){ 0 });
    struct str seen = rpc_call_trace(kit.library.held);
    assert_int_equal(seen.size, strlen("a trace"));
    kit.host.observer = NULL;
    rpc_kit_disconnect(&kit);
    rpc_kit_ask(&kit, "GET /v1/shelves/held/books/b HTTP/1.1\r\ntraceparent: 00-1\r\n",
                (struct str){ 0 });
    seen = rpc_call_trace(kit.library.held);
    assert_int_equal(seen.size, strlen("00-1"));
    end();
}

static void show(void *context, const struct rpc_seen *seen, struct rpc_shown *shown)
{
    shown->status = 503;
    shown->type = "text/x";
    buf_printf(shown->body, "%s for %.*s at %s", (const char *)context, STR_ARG(seen->accept),
               seen->peer->address);
}

TEST(view, is_made_when_it_is_asked_for)
{
    static const struct rpc_view view = { "/now", show, "made" };
    rpc_kit_open(&kit);
    assert_ok(rpc_registry_add_view(&kit.registry, &view));
    assert_code(STATUS_ALREADY_EXISTS, rpc_registry_add_view(&kit.registry, &view));
    const char *answer =
        rpc_kit_ask(&kit, "GET /now HTTP/1.1\r\naccept: x/y\r\n", (struct str){ 0 });
    assert_non_null(strstr(answer, "HTTP/1.1 503 Service Unavailable\r\n"));
    assert_non_null(strstr(answer, "content-type: text/x\r\n"));
    assert_non_null(strstr(answer, "cache-control: no-store\r\n"));
    assert_string_equal(rpc_kit_body(answer), "made for x/y at 127.0.0.1:4711");
    answer = rpc_kit_ask(&kit, "HEAD /now HTTP/1.1\r\n", (struct str){ 0 });
    assert_non_null(strstr(answer, "content-length: "));
    assert_string_equal(rpc_kit_body(answer), "");
    answer = rpc_kit_ask(&kit, "POST /now HTTP/1.1\r\n", (struct str){ 0 });
    assert_non_null(strstr(answer, "HTTP/1.1 405 "));
    rpc_kit_close(&kit);
}
