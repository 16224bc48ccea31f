/* A parser of llhttp behind the interface of a connection: one request at a time, answered in
 * order; what comes behind it stays with the shell. */
#include "core/rpc/http/http1.h"

#include "core/base/memory.h"
#include "core/rpc/http/http1_inside.h"

/* Bytes of a body that go on coming after the answer. */
enum { HTTP1_DISCARDED_MAX = 8 * 1024 * 1024 };

static struct http1 *http1_of(const struct connection *connection)
{
    return connection->session;
}

/* The bytes up to the end of the line, in headers; else all. */
static struct str http1_piece(const struct http1 *http1, struct str bytes)
{
    const char *end = http1->headers_done ? NULL : memchr(bytes.data, '\n', bytes.size);
    return end == NULL ? bytes : str_make(bytes.data, (size_t)(end - bytes.data) + 1);
}

/* A folded line cannot be told from a split value in llhttp's callbacks, so it never gets there. */
static bool http1_folds(const struct http1 *http1, struct str piece)
{
    return http1->in_headers && http1->line_begins && !http1->headers_done &&
           (piece.data[0] == ' ' || piece.data[0] == '\t');
}

static bool http1_counts(struct http1 *http1, struct str piece)
{
    if (!http1->headers_done) {
        http1->headers_size += piece.size;
    }
    return http1->headers_size <= RPC_HEADERS_SIZE_MAX;
}

/* Gives how many bytes of the piece the parser has taken. */
static size_t http1_parse(struct http1 *http1, struct str piece)
{
    bool in_headers = !http1->headers_done;
    llhttp_errno_t error = llhttp_execute(&http1->parser, piece.data, piece.size);
    http1->line_begins = in_headers && piece.data[piece.size - 1] == '\n';
    if (error == HPE_OK) {
        return piece.size;
    }
    if (error == HPE_PAUSED) {
        size_t taken = (size_t)(llhttp_get_error_pos(&http1->parser) - piece.data);
        llhttp_resume(&http1->parser);
        return taken;
    }
    if (error == HPE_INVALID_METHOD && piece.data[0] >= 'A' && piece.data[0] <= 'Z') {
        http1_refuse(http1, 400, "expected a method such as GET or POST");
    } else if (http1->exchange == NULL || (!http1->headers_done && http1->target.size == 0)) {
        http1->connection->failed = true; /* not even a method: this is another protocol */
    } else {
        http1_refuse(http1, 400, "expected a request of HTTP/1.1");
    }
    return piece.size;
}

static bool http1_waits(const struct http1 *http1)
{
    const struct exchange *exchange = http1->exchange;
    return exchange != NULL && http1->headers_done &&
           (exchange->whole || exchange->unconsumed >= RPC_STREAM_WINDOW);
}

static size_t http1_receive(struct connection *connection, struct str bytes)
{
    struct http1 *http1 = http1_of(connection);
    size_t taken = 0;
    while (taken < bytes.size && !connection->failed && !http1->closing && !http1_waits(http1)) {
        struct str piece = http1_piece(http1, str_from(bytes, taken));
        if (http1_folds(http1, piece)) {
            http1_refuse(http1, 400, "expected no folded header line");
        } else if (!http1_counts(http1, piece)) {
            http1_refuse(http1, 431, "expected less of headers");
        } else {
            taken += http1_parse(http1, piece);
        }
    }
    if (http1->sent && http1->exchange != NULL) {
        http1->discarded += taken;
        connection->failed |= http1->discarded > HTTP1_DISCARDED_MAX;
    }
    return http1->closing ? bytes.size : taken;
}

static void http1_output(struct connection *connection, struct buf *out, size_t size_max)
{
    struct http1 *http1 = http1_of(connection);
    http1_answer(http1, out, size_max);
    struct exchange *exchange = http1->exchange;
    if (http1->sent && exchange != NULL && (exchange->whole || http1->closing)) {
        http1->exchange = NULL;
        http1->sent = false;
        http1->closing |= !http1->keeps_alive || connection->draining;
        http1->headers_done = false;
        http1->headers_size = 0;
        http1->discarded = 0;
        connection_end(connection, exchange);
    }
}

static bool http1_over(const struct connection *connection)
{
    const struct http1 *http1 = http1_of(connection);
    return http1->closing && http1->exchange == NULL;
}

static bool http1_in_headers(const struct connection *connection)
{
    return http1_of(connection)->in_headers;
}

static void http1_drain(struct connection *connection, bool now)
{
    (void)now;
    struct http1 *http1 = http1_of(connection);
    http1->closing |= http1->exchange == NULL;
}

static void http1_close(struct connection *connection)
{
    struct http1 *http1 = http1_of(connection);
    buf_release(&http1->target);
    buf_release(&http1->name);
    buf_release(&http1->value);
    mem_free(http1);
}

static const struct connection_version http1_version = {
    .receive = http1_receive,
    .output = http1_output,
    .over = http1_over,
    .in_headers = http1_in_headers,
    .drain = http1_drain,
    .close = http1_close,
};

void http1_open(struct connection *connection)
{
    struct http1 *http1 = mem_zalloc(1, sizeof *http1);
    http1->connection = connection;
    http1_request_init(http1);
    connection->session = http1;
    connection->version = &http1_version;
}
