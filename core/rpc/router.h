/* Which call, page or path a request is for. */
#ifndef CORE_RPC_ROUTER_H
#define CORE_RPC_ROUTER_H

struct exchange;

/* The headers of a request are there: somebody takes it, or it is answered with an error. */
void router_begin(struct exchange *exchange);

#endif
