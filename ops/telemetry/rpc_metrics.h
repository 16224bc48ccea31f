/* What the API's server does, as metrics. Counted on the server's thread alone, written by any. */
#ifndef OPS_TELEMETRY_RPC_METRICS_H
#define OPS_TELEMETRY_RPC_METRICS_H

#include "core/metrics/metrics.h"
#include "core/rpc/observer.h"

/* More than there are; those above it count as one, "other". */
enum { RPC_METRICS_METHODS = 512, RPC_METRICS_NAME_SIZE = 96 };
enum { RPC_METRICS_CODES = STATUS_UNAUTHENTICATED + 1 };
/* Of statuses of HTTP: 400 to 599. */
enum { RPC_METRICS_HTTP_FIRST = 400, RPC_METRICS_HTTP = 200 };

struct rpc_metrics_method {
    char name[RPC_METRICS_NAME_SIZE]; /* written once, before `known` */
    _Atomic bool known;
    struct counter codes[RPC_METRICS_CODES];
    struct histogram took; /* of methods that answer once */
};

struct rpc_metrics {
    struct rpc_metrics_method methods[RPC_METRICS_METHODS + 2]; /* and: not served, other */
    struct counter refused[RPC_METRICS_HTTP];
    struct gauge in_progress;
    struct gauge connections;
    struct counter opened;
    struct counter turned_away;
    struct counter received;
    struct counter sent;
};

/* From the server's thread. */
void rpc_metrics_connected(struct rpc_metrics *metrics);
void rpc_metrics_disconnected(struct rpc_metrics *metrics);
void rpc_metrics_turned_away(struct rpc_metrics *metrics);
void rpc_metrics_moved(struct rpc_metrics *metrics, size_t received, size_t sent);
void rpc_metrics_refused(struct rpc_metrics *metrics, unsigned status);
void rpc_metrics_begun(struct rpc_metrics *metrics);
void rpc_metrics_ended(struct rpc_metrics *metrics, const struct rpc_ended *ended, int64_t now_us);

struct metrics_source rpc_metrics_source(struct rpc_metrics *metrics);

#endif
