/* Where the API is served: on the addresses that were asked for, by rules of who may listen where,
 * and on the socket of the data folder. */
#ifndef OPS_DAEMON_LISTENING_H
#define OPS_DAEMON_LISTENING_H

#include "core/base/diag.h"
#include "core/rpc/server.h"
#include "ops/daemon/trusted.h"

struct listening_options {
    struct rpc_server *server;
    struct str addresses; /* as listen_addresses_parse has them */
    const char *folder;   /* the data folder */
    const struct trusted *trusted;
    const struct rpc_client_judge *client_judge;
    bool anonymous; /* callers of this machine may show nothing */
    struct diag *diag;
};

struct listening {
    int folder; /* -1: the socket was not made */
};

/* Whether the API may be served there. INVALID_ARGUMENT: the text is wrong, or others would reach
 * an address without TLS, or without that anybody could say who he is. */
MUST_USE struct status listening_check(const struct listening_options *options,
                                       struct arena *arena);
/* Listens, before the server's start. To be closed in any case. The same statuses; UNAVAILABLE: an
 * address is taken. */
MUST_USE struct status listening_open(struct listening *listening,
                                      const struct listening_options *options, struct arena *arena);
/* Takes the socket away; the server closes all. */
void listening_close(struct listening *listening);

#endif
