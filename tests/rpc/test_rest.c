/* JSON by paths, and server-sent events. */
#include <stdio.h>

#include "tests/lib/rpc_kit.h"
#include "tests/lib/test.h"

static struct rpc_kit kit;

static const char *get(const char *target)
{
    char head[512];
    snprintf(head, sizeof head, "GET %s HTTP/1.1\r\n", target);
    return rpc_kit_ask(&kit, head, (struct str){ 0 });
}

static const char *post(const char *target, struct str body)
{
    char head[512];
    snprintf(head, sizeof head, "POST %s HTTP/1.1\r\ncontent-type: application/json\r\n", target);
    return rpc_kit_ask(&kit, head, body);
}

#define assert_has(text, part)                                       \
    do {                                                             \
        const char *assert_has_text = (text);                        \
        if (strstr(assert_has_text, (part)) == NULL) {               \
            fail_msg("expected '%s' in: %s", part, assert_has_text); \
        }                                                            \
    } while (0)

TEST(rest, a_path_binds_fields)
{
    rpc_kit_open(&kit);
    const char *answer = get("/v1/shelves/a%20b/books/b%2Fc");
    assert_has(answer, "HTTP/1.1 200 OK\r\n");
    assert_has(answer, "content-type: application/json\r\n");
    assert_has(answer, "x-position: 17\r\n");
    assert_string_equal(rpc_kit_body(answer),
                        "{\"name\":\"shelves/a b/books/b/c\",\"title\":\"\",\"pages\":\"0\"}");
    assert_string_equal(
        rpc_kit_body(post("/v1/shelves/s/books/b:borrow", STR("{\"reader\":\"r\"}"))),
        "{\"name\":\"shelves/s/books/b\",\"title\":\"r\",\"pages\":\"0\"}");
    assert_string_equal(rpc_kit_body(post("/v1/shelves/s/books", STR("{\"title\":\"t\"}"))),
                        "{\"name\":\"\",\"title\":\"t\",\"pages\":\"0\"}");
    rpc_kit_close(&kit);
}

TEST(rest, a_query_binds_fields)
{
    rpc_kit_open(&kit);
    assert_has(
        get("/v1/shelves/s/books?page_size=3&filter.author=ada&tags=x&tags=y%22&lent=true"
            "&filter.kind=KIND_NOVEL&readMask=name,title"),
        "{\\\"shelf\\\":\\\"s\\\",\\\"pageSize\\\":3,\\\"filter\\\":{\\\"author\\\":\\\"ada\\\","
        "\\\"kind\\\":\\\"KIND_NOVEL\\\"},\\\"tags\\\":[\\\"x\\\",\\\"y\\\\\\\"\\\"],"
        "\\\"lent\\\":true,\\\"readMask\\\":\\\"name,title\\\"}");
    assert_has(get("/v1/shelves/s/books?filter.kind=2"), "KIND_MANUAL");
    assert_has(get("/v1/shelves/s/books/b?as_of=2020-06-01T00:00:00Z"), "200 OK");
    rpc_kit_close(&kit);
}

TEST(rest, what_is_wrong_is_said)
{
    rpc_kit_open(&kit);
    assert_has(get("/v1/shelves/s/books?page_size=x"), "HTTP/1.1 400 Bad Request");
    assert_has(get("/v1/shelves/s/books?page_size=x"),
               "\"code\":3,\"message\":\"pageSize: expected");
    assert_has(get("/v1/shelves/s/books?nothing=x"), "nothing: expected a field of the request");
    assert_has(get("/v1/shelves/s/books?filter=x"), "filter: expected a field of it");
    assert_has(get("/v1/shelves/s/books?shelf=t"), "shelf: expected one value");
    assert_has(get("/v1/shelves/s/books?tags.x=t"), "tags: expected a value, not fields of it");
    assert_has(get("/v1/shelves/%zz/books"), "expected a path and query without broken escapes");
    assert_has(post("/v1/shelves/s/books/b:borrow", STR("[]")),
               "expected a JSON object as the body");
    assert_has(post("/v1/shelves/s/books/b:borrow", STR("{\"name\":\"x\"}")),
               "name: expected 'shelves/s/books/b' in the body, as in the path or query");
    assert_has(post("/v1/shelves/s/books/b:lend", STR("{}")), "HTTP/1.1 405 ");
    assert_has(post("/v1/shelves/s/books/b", STR("{}")), "allow: GET, PATCH\r\n");
    assert_has(get("/v1/shelves//books"), "HTTP/1.1 404 ");
    assert_string_equal(
        rpc_kit_body(get("/v1/elsewhere")),
        "{\"code\":5,\"message\":\"expected a path that is served\",\"details\":[]}");
    assert_has(get("/elsewhere"), "HTTP/1.1 404 ");
    rpc_kit_close(&kit);
}

static const char *patch(const char *target, const char *header, struct str body)
{
    char head[512];
    snprintf(head, sizeof head, "PATCH %s HTTP/1.1\r\n%s", target, header);
    return rpc_kit_ask(&kit, head, body);
}

TEST(rest, names_stand_for_fields_that_are_deeper)
{
    rpc_kit_open(&kit);
    assert_string_equal(rpc_kit_body(patch("/v1/shelves/s/books/b?pages=3", "x-title: \"Sand\"\r\n",
                                           (struct str){ 0 })),
                        "{\"name\":\"b\",\"title\":\"Sand\",\"pages\":\"3\"}");
    assert_string_equal(
        rpc_kit_body(patch("/v1/shelves/s/books/b", "", STR("{\"name\":\"b\",\"title\":\"t\"}"))),
        "{\"name\":\"b\",\"title\":\"t\",\"pages\":\"0\"}");
    assert_has(patch("/v1/shelves/s/books/b", "", STR("{\"name\":\"c\"}")),
               "name: expected 'b' in the body, as in the path or query");
    assert_has(patch("/v1/shelves/s/books/b?book.title=x", "", (struct str){ 0 }),
               "expected a parameter of this path, not 'book.title'");
    rpc_kit_close(&kit);
}

TEST(rest, a_body_has_members_for_others)
{
    rpc_kit_open(&kit);
    assert_string_equal(rpc_kit_body(post("/v1/titles", STR("{\"title\":\"a\\u0062\"}"))),
                        "{\"name\":\"ab\",\"title\":\"ab\",\"pages\":\"0\"}");
    assert_string_equal(
        rpc_kit_body(post("/v1/titles", STR("{\"pageCount\":7,\"name\":\"n\",\"shelf\":\"s\"}"))),
        "{\"name\":\"n\",\"title\":\"\",\"pages\":\"7\"}");
    assert_has(post("/v1/titles", STR("{\"page_count\":\"x\"}")), "HTTP/1.1 400 ");
    assert_has(post("/v1/titles", STR("{\"page_count\":1,\"pageCount\":1}")), "HTTP/1.1 400 ");
    assert_has(post("/v1/titles", STR("{\"pages\":2,\"pageCount\":1}")), "HTTP/1.1 400 ");
    rpc_kit_close(&kit);
}

TEST(rest, a_segment_has_parts)
{
    rpc_kit_open(&kit);
    assert_has(get("/v1/books/s~b"),
               "{\"name\":\"shelves/s/books/b\",\"title\":\"\",\"pages\":\"0\"}");
    assert_has(get("/v1/books/~b~c"),
               "{\"name\":\"shelves//books/b~c\",\"title\":\"\",\"pages\":\"0\"}");
    assert_has(get("/v1/books/s%7E"),
               "{\"name\":\"shelves/s/books/\",\"title\":\"\",\"pages\":\"0\"}");
    assert_has(get("/v1/books/s"), "expected a path and query without broken escapes, and ids with "
                                   "all their parts");
    rpc_kit_close(&kit);
}

TEST(rest, a_body_ends_nothing_but_itself)
{
    rpc_kit_open(&kit);
    assert_has(post("/v1/shelves/s/books", STR("{},\"shelf\":\"t\"")), "HTTP/1.1 400 ");
    assert_has(post("/v1/shelves/s/books", STR("{}}")), "HTTP/1.1 400 ");
    assert_has(patch("/v1/shelves/s/books/b", "", STR("{}},\"shelf\":{")), "HTTP/1.1 400 ");
    assert_has(patch("/v1/shelves/s/books/b", "", STR("{")), "HTTP/1.1 400 ");
    assert_has(patch("/v1/shelves/s/books/b", "", STR("{\"title\":}")), "HTTP/1.1 400 ");
    rpc_kit_close(&kit);
}

TEST(rest, an_error_has_its_details)
{
    rpc_kit_open(&kit);
    const char *answer = get("/v1/shelves/s/books/missing");
    assert_has(answer, "HTTP/1.1 404 Not Found\r\n");
    assert_string_equal(rpc_kit_body(answer),
                        "{\"code\":5,\"message\":\"no book 'missing'\",\"details\":[{\"@type\":"
                        "\"type.googleapis.com/test.v1.Book\",\"name\":\"\",\"title\":\"missing\","
                        "\"pages\":\"0\"}]}");
    rpc_kit_close(&kit);
}

TEST(rest, a_deadline_passes)
{
    rpc_kit_open(&kit);
    const char *answer = rpc_kit_ask(
        &kit, "GET /v1/shelves/held/books/b HTTP/1.1\r\ngrpc-timeout: 100m\r\n", (struct str){ 0 });
    assert_string_equal(answer, "");
    assert_non_null(kit.library.held);
    rpc_kit_pass(&kit, 99000);
    assert_int_equal(kit.out.size, 0);
    rpc_kit_pass(&kit, 2000);
    buf_byte(&kit.out, '\0');
    assert_has(kit.out.data, "HTTP/1.1 504 Gateway Timeout\r\n");
    assert_int_equal(kit.library.cancelled, 1);
    rpc_kit_close(&kit);
}

TEST(rest, calls_that_nobody_finishes_are_not_piled_up)
{
    rpc_kit_open(&kit);
    kit.host.calls_count += RPC_CALLS_MAX; /* as if so many were held */
    assert_has(get("/v1/shelves/s/books/b"), "HTTP/1.1 503 Service Unavailable\r\n");
    kit.host.calls_count -= RPC_CALLS_MAX;
    assert_has(get("/v1/shelves/s/books/b"), "HTTP/1.1 200 OK\r\n");
    rpc_kit_close(&kit);
}

TEST(sse, events_have_ids_and_resume)
{
    rpc_kit_open(&kit);
    const char *answer = get("/v1/shelves/s/books:watch");
    assert_has(answer, "content-type: text/event-stream\r\n");
    assert_has(answer, "cache-control: no-cache\r\n");
    assert_has(answer,
               "id: 1\ndata: {\"name\":\"shelves/s/books/1\",\"title\":\"\",\"pages\":\"0\"}\n\n");
    assert_has(answer, "id: 3\n");
    answer = rpc_kit_ask(&kit, "GET /v1/shelves/s/books:watch HTTP/1.1\r\nlast-event-id: 2\r\n",
                         (struct str){ 0 });
    assert_null(strstr(answer, "id: 2\n"));
    assert_has(answer, "id: 3\n");
    rpc_kit_close(&kit);
}

TEST(sse, an_error_is_an_event_and_silence_a_comment)
{
    rpc_kit_open(&kit);
    assert_has(get("/v1/shelves/broken/books:watch"),
               "event: error\ndata: {\"code\":15,\"message\":\"the shelf broke\",\"details\":[]}");
    get("/v1/shelves/open/books:watch");
    assert_null(strstr(kit.out.data, "\n:\n\n"));
    rpc_kit_pass(&kit, 16 * RPC_SECOND_US);
    buf_byte(&kit.out, '\0');
    assert_has(kit.out.data, ":\n\n");
    rpc_kit_disconnect(&kit);
    assert_int_equal(kit.library.cancelled, 1);
    rpc_kit_close(&kit);
}
