/* Inside of http2: what its files share. */
#ifndef CORE_RPC_HTTP_HTTP2_INSIDE_H
#define CORE_RPC_HTTP_HTTP2_INSIDE_H

#include <nghttp2/nghttp2.h>

#include "core/rpc/http/connection.h"
#include "core/rpc/http/rate.h"

struct http2 {
    nghttp2_session *session;
    struct connection *connection;
    bool in_headers;
    bool noticed; /* the client knows that it should go */
    bool gone;    /* the last GOAWAY is on its way */
    int64_t noticed_us;

    struct rate resets;  /* sent by us, provoked by the client */
    struct rate control; /* SETTINGS and PRIORITY */
    unsigned ping_strikes;
    int64_t pinged_us;
};

extern const struct exchange_wire http2_wire;

/* The client does what no client has reason to: GOAWAY with ENHANCE_YOUR_CALM. */
void http2_calm(struct http2 *http2, const char *why);
/* A frame of the client's counts against its rates. */
void http2_count_received(struct http2 *http2, const nghttp2_frame *frame);
/* A frame that was sent. */
void http2_count_sent(struct http2 *http2, const nghttp2_frame *frame);

/* The callbacks that take a request in, and those that send an answer. */
void http2_receive_callbacks(nghttp2_session_callbacks *callbacks);
void http2_send_callbacks(nghttp2_session_callbacks *callbacks);

/* The exchange of a stream; NULL when there is none. */
struct exchange *http2_exchange(const struct http2 *http2, int32_t stream_id);

#endif
