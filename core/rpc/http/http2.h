/* HTTP/2 (RFC 9113) by nghttp2, with the limits that the library leaves to its user. */
#ifndef CORE_RPC_HTTP_HTTP2_H
#define CORE_RPC_HTTP_HTTP2_H

struct connection;

/* The client speaks HTTP/2, beginning with the preface. */
void http2_open(struct connection *connection);

#endif
