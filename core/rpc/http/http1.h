/* HTTP/1.1 and 1.0 (RFC 9112) by llhttp in its strict mode, and stricter: what another server in
 * front could read in a second way is refused. */
#ifndef CORE_RPC_HTTP_HTTP1_H
#define CORE_RPC_HTTP_HTTP1_H

struct connection;

/* The client speaks HTTP/1. */
void http1_open(struct connection *connection);

#endif
