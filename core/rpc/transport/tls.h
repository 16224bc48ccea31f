/* TLS for a listener: which certificate, whose clients. */
#ifndef CORE_RPC_TRANSPORT_TLS_H
#define CORE_RPC_TRANSPORT_TLS_H

#include "core/base/buf.h"
#include "core/rpc/server.h"

struct ssl_ctx_st;
struct ssl_st;

/* A context from PEM; INVALID_ARGUMENT says which part is none. */
MUST_USE struct status tls_open(const struct rpc_tls *tls, struct ssl_ctx_st **context);
void tls_close(struct ssl_ctx_st *context);
/* The state of one connection; NULL when there is no memory for it. */
struct ssl_st *tls_accept(struct ssl_ctx_st *context);

/* After the handshake: whether HTTP/2 was agreed on, and the client's certificate in DER (appended;
 * nothing when it has none). */
bool tls_is_http2(struct ssl_st *ssl);
void tls_certificate(struct ssl_st *ssl, struct buf *der);
/* Nothing more will be written; NULL is fine. */
void tls_say_goodbye(struct ssl_st *ssl);

#endif
