#include "tests/lib/library.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/pb/json.h"
#include "core/pb/message.h"
#include "test/v1/library.pb-c.h"

enum { BOOK_NAME_MAX = 256, EVENTS = 3, LARGE_EVENT = 64 * 1024 };

void library_send_book(struct rpc_call *call, const char *shelf, const char *book)
{
    Test__V1__Book answer = TEST__V1__BOOK__INIT;
    char name[BOOK_NAME_MAX];
    snprintf(name, sizeof name, "shelves/%s/books/%s", shelf, book);
    answer.name = name;
    rpc_call_send(call, &answer.base);
}

static void library_missing(struct rpc_call *call, const char *book)
{
    Test__V1__Book detail = TEST__V1__BOOK__INIT;
    struct buf packed = { 0 };
    detail.title = (char *)(uintptr_t)book;
    pb_pack_buf(&detail.base, &packed);
    struct status st = rpc_call_detail(call, STR("test.v1.Book"), buf_str(&packed));
    assert(st.code == STATUS_OK);
    st = status_error(STATUS_NOT_FOUND, "no book '%s'", book);
    rpc_call_finish(call, &st);
    buf_release(&packed);
}

static void library_get(struct rpc_call *call, const ProtobufCMessage *message)
{
    const Test__V1__GetBookRequest *request = RPC_AS(Test__V1__GetBookRequest, message);
    struct library *library = rpc_call_context(call);
    if (strcmp(request->shelf, "held") == 0) {
        rpc_call_hold(call);
        library->held = call;
    } else if (strcmp(request->book, "missing") == 0) {
        library_missing(call, request->book);
    } else {
        struct status st = rpc_call_trailer(call, STR("x-position"), STR("17"));
        assert(st.code == STATUS_OK);
        library_send_book(call, request->shelf, request->book);
        rpc_call_finish_ok(call);
    }
}

static void library_list(struct rpc_call *call, const ProtobufCMessage *message)
{
    Test__V1__ListBooksResponse answer = TEST__V1__LIST_BOOKS_RESPONSE__INIT;
    struct buf text = { 0 };
    struct status st = pb_to_json(message, (struct pb_json_options){ 0 }, &text);
    assert(st.code == STATUS_OK);
    buf_byte(&text, '\0');
    answer.asked = text.data;
    rpc_call_send(call, &answer.base);
    rpc_call_finish_ok(call);
    buf_release(&text);
}

static void library_create(struct rpc_call *call, const ProtobufCMessage *message)
{
    const Test__V1__CreateBookRequest *request = RPC_AS(Test__V1__CreateBookRequest, message);
    if (request->book == NULL) {
        struct status st = status_error(STATUS_INVALID_ARGUMENT, "expected a book");
        rpc_call_finish(call, &st);
    } else {
        rpc_call_send(call, &request->book->base);
        rpc_call_finish_ok(call);
    }
}

static void library_borrow(struct rpc_call *call, const ProtobufCMessage *message)
{
    const Test__V1__BorrowBookRequest *request = RPC_AS(Test__V1__BorrowBookRequest, message);
    Test__V1__Book answer = TEST__V1__BOOK__INIT;
    answer.name = request->name;
    answer.title = request->reader;
    rpc_call_send(call, &answer.base);
    rpc_call_finish_ok(call);
}

static void library_event(struct rpc_call *call, const char *shelf, long number)
{
    char id[32];
    int size = snprintf(id, sizeof id, "%ld", number);
    rpc_call_event_id(call, str_make(id, (size_t)size));
    library_send_book(call, shelf, id);
}

/* "large": as much as the client takes, and more. */
static void library_fill(struct rpc_call *call)
{
    static char text[LARGE_EVENT];
    Test__V1__Book answer = TEST__V1__BOOK__INIT;
    memset(text, 'x', sizeof text - 1);
    answer.title = text;
    while (!rpc_call_full(call) && !rpc_call_cancelled(call)) {
        rpc_call_send(call, &answer.base);
    }
}

static void library_watch(struct rpc_call *call, const ProtobufCMessage *message)
{
    const Test__V1__WatchBooksRequest *request = RPC_AS(Test__V1__WatchBooksRequest, message);
    struct library *library = rpc_call_context(call);
    struct str last = rpc_call_metadata(call, STR("last-event-id"));
    struct status broken = status_error(STATUS_DATA_LOSS, "the shelf broke");
    long from = last.data == NULL ? 0 : strtol(last.data, NULL, 10);
    if (strcmp(request->shelf, "large") == 0) {
        library_fill(call);
        library->watch = call;
        return;
    }
    for (long number = from + 1; number <= EVENTS; number++) {
        library_event(call, request->shelf, number);
    }
    if (strcmp(request->shelf, "broken") == 0) {
        rpc_call_finish(call, &broken);
    } else if (strcmp(request->shelf, "open") == 0) {
        library->watch = call;
    } else {
        rpc_call_finish_ok(call);
    }
}

static void library_on_room(struct rpc_call *call)
{
    struct library *library = rpc_call_context(call);
    library->rooms++;
    library_fill(call);
}

static void library_on_cancel(struct rpc_call *call)
{
    struct library *library = rpc_call_context(call);
    struct status st = status_error(STATUS_CANCELLED, "gone");
    library->cancelled++;
    library->held = library->held == call ? NULL : library->held;
    library->watch = library->watch == call ? NULL : library->watch;
    rpc_call_finish(call, &st);
}

static void library_on_drain(struct rpc_call *call)
{
    struct library *library = rpc_call_context(call);
    struct status st = status_error(STATUS_UNAVAILABLE, "the server stops");
    library->watch = NULL;
    rpc_call_finish(call, &st);
}

static void library_count(struct rpc_call *call, const ProtobufCMessage *message)
{
    int64_t *pages = rpc_call_user(call);
    if (pages == NULL) {
        pages = arena_zalloc(rpc_call_arena(call), sizeof *pages);
        rpc_call_set_user(call, pages);
    }
    *pages = (int64_t)((uint64_t)*pages + (uint64_t)RPC_AS(Test__V1__Book, message)->pages);
}

static void library_count_end(struct rpc_call *call)
{
    Test__V1__Book answer = TEST__V1__BOOK__INIT;
    const int64_t *pages = rpc_call_user(call);
    answer.pages = pages == NULL ? 0 : *pages;
    rpc_call_send(call, &answer.base);
    rpc_call_finish_ok(call);
}

static const struct rpc_method library_methods[] = {
    { "GetBook", RPC_UNARY, true, { .message = library_get, .cancel = library_on_cancel } },
    { "ListBooks", RPC_UNARY, true, { .message = library_list } },
    { "CreateBook", RPC_UNARY, false, { .message = library_create } },
    { "BorrowBook", RPC_UNARY, false, { .message = library_borrow } },
    { "WatchBooks",
      RPC_SERVER_STREAM,
      true,
      { .message = library_watch,
        .room = library_on_room,
        .cancel = library_on_cancel,
        .drain = library_on_drain } },
    { "CountPages",
      RPC_CLIENT_STREAM,
      false,
      { .message = library_count, .half_close = library_count_end, .cancel = library_on_cancel } },
};

struct rpc_service library_service(struct library *library)
{
    return (struct rpc_service){
        .descriptor = &test__v1__library__descriptor,
        .methods = library_methods,
        .methods_count = sizeof library_methods / sizeof library_methods[0],
        .context = library,
    };
}

/* As an entity that two fields name. */
static const struct rpc_bind library_binds[] = {
    { RPC_BIND_PARAMETER, "shelf", "shelf" },
    { RPC_BIND_PARAMETER, "book", "book.name" },
    { RPC_BIND_PARAMETER, "pages", "book.pages" },
    { RPC_BIND_HEADER, "x-title", "book.title" },
};

static const struct rpc_bind library_body_binds[] = {
    { RPC_BIND_BODY, "title", "book.name" },
    { RPC_BIND_BESIDE, "page_count", "book.pages" },
    { RPC_BIND_BESIDE, "shelf", "shelf" },
};

const struct rpc_route library_routes[] = {
    { .verb = "GET",
      .template = "/v1/shelves/{shelf}/books/{book}",
      .method = "test.v1.Library/GetBook" },
    { .verb = "GET",
      .template = "/v1/shelves/{shelf}/books",
      .method = "test.v1.Library/ListBooks" },
    { .verb = "POST",
      .template = "/v1/shelves/{shelf}/books",
      .method = "test.v1.Library/CreateBook",
      .body = "book" },
    { .verb = "PATCH",
      .template = "/v1/shelves/{shelf}/books/{book}",
      .method = "test.v1.Library/CreateBook",
      .body = "book",
      .binds = library_binds,
      .binds_count = sizeof library_binds / sizeof library_binds[0] },
    { .verb = "POST",
      .template = "/v1/titles",
      .method = "test.v1.Library/CreateBook",
      .body = "book",
      .binds = library_body_binds,
      .binds_count = sizeof library_body_binds / sizeof library_body_binds[0] },
    { .verb = "GET", .template = "/v1/books/{shelf}~{book}", .method = "test.v1.Library/GetBook" },
    { .verb = "POST",
      .template = "/v1/{name=shelves/*/books/*}:borrow",
      .method = "test.v1.Library/BorrowBook",
      .body = "*" },
    { .verb = "GET",
      .template = "/v1/shelves/{shelf}/books:watch",
      .method = "test.v1.Library/WatchBooks" },
};
const size_t library_routes_count = sizeof library_routes / sizeof library_routes[0];
