/* A session of nghttp2 behind the interface of a connection.
 *
 * Callbacks only submit frames; they are sent when the shell asks for output. The session is never
 * freed in a callback: connection->failed says that it is to be. Windows are opened as bodies are
 * taken, so that a handler which is slow slows its client down. */
#include "core/rpc/http/http2.h"

#include "core/base/memory.h"
#include "core/rpc/http/http2_inside.h"

enum { HTTP2_NOTICE_SECONDS = 1 };

static struct http2 *http2_of(const struct connection *connection)
{
    return connection->session;
}

static size_t http2_receive(struct connection *connection, struct str bytes)
{
    struct http2 *http2 = http2_of(connection);
    ssize_t taken =
        nghttp2_session_mem_recv(http2->session, (const uint8_t *)bytes.data, bytes.size);
    if (taken < 0) {
        connection->failed = taken == NGHTTP2_ERR_NOMEM || taken == NGHTTP2_ERR_FLOODED ||
                             taken == NGHTTP2_ERR_BAD_CLIENT_MAGIC;
        if (!connection->failed) {
            nghttp2_session_terminate_session(http2->session, NGHTTP2_PROTOCOL_ERROR);
        }
    }
    return bytes.size;
}

/* The library gives a frame at a time, as large as it likes. */
static void http2_output(struct connection *connection, struct buf *out, size_t size_max)
{
    struct http2 *http2 = http2_of(connection);
    size_t begin = out->size;
    while (out->size - begin < size_max) {
        const uint8_t *data;
        ssize_t size = nghttp2_session_mem_send(http2->session, &data);
        if (size <= 0) {
            connection->failed |= size < 0;
            return;
        }
        buf_append(out, str_make(data, (size_t)size));
    }
}

static bool http2_over(const struct connection *connection)
{
    const struct http2 *http2 = http2_of(connection);
    bool done = http2->gone && connection->exchanges == NULL &&
                nghttp2_session_want_write(http2->session) == 0;
    return done || (nghttp2_session_want_read(http2->session) == 0 &&
                    nghttp2_session_want_write(http2->session) == 0);
}

static bool http2_in_headers(const struct connection *connection)
{
    return http2_of(connection)->in_headers;
}

/* First a notice, so that requests on their way are served; then the last word. */
static void http2_drain(struct connection *connection, bool now)
{
    struct http2 *http2 = http2_of(connection);
    int64_t now_us = connection->host->now_us;
    if (!http2->noticed) {
        http2->noticed = true;
        http2->noticed_us = now_us;
        nghttp2_submit_shutdown_notice(http2->session);
    } else if (!http2->gone && now &&
               now_us - http2->noticed_us >= HTTP2_NOTICE_SECONDS * RPC_SECOND_US) {
        http2->gone = true;
        int32_t last = nghttp2_session_get_last_proc_stream_id(http2->session);
        nghttp2_submit_goaway(http2->session, NGHTTP2_FLAG_NONE, last, NGHTTP2_NO_ERROR, NULL, 0);
    }
}

static void http2_close(struct connection *connection)
{
    struct http2 *http2 = http2_of(connection);
    nghttp2_session_del(http2->session);
    mem_free(http2);
}

static const struct connection_version http2_version = {
    .receive = http2_receive,
    .output = http2_output,
    .over = http2_over,
    .in_headers = http2_in_headers,
    .drain = http2_drain,
    .close = http2_close,
};

static nghttp2_option *http2_options(void)
{
    nghttp2_option *option;
    if (nghttp2_option_new(&option) != 0) {
        return NULL;
    }
    nghttp2_option_set_no_auto_window_update(option, 1);
    nghttp2_option_set_stream_reset_rate_limit(option, RPC_RESETS_BURST, RPC_RESETS_PER_SECOND);
    return option;
}

static nghttp2_session *http2_session(struct http2 *http2)
{
    nghttp2_session *session = NULL;
    nghttp2_session_callbacks *callbacks = NULL;
    nghttp2_option *options = http2_options();
    if (options != NULL && nghttp2_session_callbacks_new(&callbacks) == 0) {
        http2_receive_callbacks(callbacks);
        http2_send_callbacks(callbacks);
        nghttp2_session_server_new2(&session, callbacks, http2, options);
    }
    nghttp2_session_callbacks_del(callbacks);
    nghttp2_option_del(options);
    return session;
}

static void http2_greet(struct http2 *http2)
{
    const nghttp2_settings_entry settings[] = {
        { NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, RPC_STREAMS_MAX },
        { NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, RPC_STREAM_WINDOW },
        { NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, RPC_HEADERS_SIZE_MAX },
    };
    nghttp2_submit_settings(http2->session, NGHTTP2_FLAG_NONE, settings,
                            sizeof settings / sizeof settings[0]);
    nghttp2_session_set_local_window_size(http2->session, NGHTTP2_FLAG_NONE, 0,
                                          RPC_CONNECTION_WINDOW);
}

void http2_open(struct connection *connection)
{
    struct http2 *http2 = mem_zalloc(1, sizeof *http2);
    int64_t now_us = connection->host->now_us;
    http2->connection = connection;
    http2->session = http2_session(http2);
    rate_init(&http2->resets, RPC_RESETS_BURST, RPC_RESETS_PER_SECOND, now_us);
    rate_init(&http2->control, RPC_CONTROL_BURST, RPC_CONTROL_PER_SECOND, now_us);
    connection->session = http2;
    connection->version = &http2_version;
    if (http2->session == NULL) {
        connection->failed = true;
    } else {
        http2_greet(http2);
    }
}

struct exchange *http2_exchange(const struct http2 *http2, int32_t stream_id)
{
    return nghttp2_session_get_stream_user_data(http2->session, stream_id);
}
