/* A socket, and the connection that it carries. */
#ifndef CORE_RPC_TRANSPORT_LINK_H
#define CORE_RPC_TRANSPORT_LINK_H

#include "core/rpc/transport/loop.h"

struct link;
struct ssl_ctx_st;

/* Takes `fd`. `tls` is NULL in clear text. Closes it at once when there are too many. */
void link_open(struct loop *loop, int fd, struct ssl_ctx_st *tls, const struct rpc_peer *peer);
/* Moves what there is between socket and connection; may close both. */
void link_flush(struct link *link);
/* Closes, whatever is under way. */
void link_close(struct link *link);

#endif
