/* A server in memory: bytes in, bytes out, and a clock that stands still. */
#ifndef TESTS_LIB_RPC_KIT_H
#define TESTS_LIB_RPC_KIT_H

#include "core/rpc/http/connection.h"
#include "core/rpc/registry.h"
#include "tests/lib/library.h"

struct rpc_kit {
    struct rpc_registry registry;
    struct rpc_host host;
    struct library library;
    struct connection *connection; /* NULL: closed */
    struct buf in;                 /* sent, not yet taken */
    struct buf out;                /* all that came back */
    size_t room;                   /* how much the client takes at once; 0: all */
};

/* The library, and a page "/". */
void rpc_kit_open(struct rpc_kit *kit);
void rpc_kit_close(struct rpc_kit *kit);
/* A new connection in place of the one before. */
void rpc_kit_connect(struct rpc_kit *kit);
void rpc_kit_disconnect(struct rpc_kit *kit);
/* Hands bytes over and takes what comes back. */
void rpc_kit_send(struct rpc_kit *kit, struct str bytes);
/* Time passes. */
void rpc_kit_pass(struct rpc_kit *kit, int64_t us);
/* Takes what there is. */
void rpc_kit_flush(struct rpc_kit *kit);

/* A request of HTTP/1.1 in a new connection, and all of the answer, NUL-terminated; valid until the
 * next. `head`: the request line and headers but for Host and the length, each line with "\r\n". */
const char *rpc_kit_ask(struct rpc_kit *kit, const char *head, struct str body);
/* Behind the empty line. */
const char *rpc_kit_body(const char *answer);

#endif
