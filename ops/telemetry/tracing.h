/* Which calls and decisions are traced, and their spans. A call's span is the child of the caller's
 * (header traceparent); what the call makes is the child of it, as Command.trace_id carries it. */
#ifndef OPS_TELEMETRY_TRACING_H
#define OPS_TELEMETRY_TRACING_H

#include "core/rpc/observer.h"
#include "ops/telemetry/span_exporter.h"
#include "writers/watch.h"

struct tracing {
    struct span_exporter *exporter; /* NULL: nobody collects */
    uint64_t one_in; /* of the calls that come without a trace one in so many is traced; 0: none */
    uint64_t calls;
    struct clock clock;
};

/* Whether the call is traced; gives what tracing_ended needs (NULL: it is not). As the observer's
 * `begin`, on the server's thread. */
void *tracing_begin(struct tracing *tracing, struct rpc_call *call);
void tracing_ended(struct tracing *tracing, const struct rpc_ended *ended, int64_t now_us);
/* In the thread that decides. */
void tracing_decided(const struct tracing *tracing, const struct decided *decided);

#endif
