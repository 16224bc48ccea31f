/* What a process says about itself to those who run it: metrics, traces, lines about calls, whether
 * it is ready. One for a process; opened first and closed last, as all others tell it. */
#ifndef OPS_TELEMETRY_TELEMETRY_H
#define OPS_TELEMETRY_TELEMETRY_H

#include "core/base/clock.h"
#include "core/base/diag.h"
#include "core/evlog/evlog.h"
#include "core/rpc/server.h"
#include "writers/cluster/options.h"
#include "writers/watch.h"

struct telemetry_options {
    struct str trace_endpoint; /* where spans go; empty: nowhere */
    int64_t trace_one_in;      /* as struct tracing has it */
    struct str instance;       /* of this process: host and number */
    struct clock clock;
    struct diag *diag;
};

struct telemetry;

/* Gives it; borrows all. Statuses of span_exporter_open. */
MUST_USE struct status telemetry_open(const struct telemetry_options *options,
                                      struct telemetry **telemetry);
/* NULL is fine. */
void telemetry_close(struct telemetry *telemetry);

/* Who is told; valid until it is closed. */
const struct rpc_observer *telemetry_observer(const struct telemetry *telemetry);
/* For a thread that has stores: the process is not ready before that goes on. */
const struct writer_watch *telemetry_watch(struct telemetry *telemetry);
/* A store that this thread keeps, about once a second. */
void telemetry_note_partition(struct telemetry *telemetry, const struct partition *partition);
/* As writer_metrics_decisions. */
uint64_t telemetry_decisions(const struct telemetry *telemetry, uint32_t partition);
/* As lag_metrics_told and lag_metrics_note. */
struct pace telemetry_pace(const struct telemetry *telemetry, uint32_t partition);
void telemetry_note_lag(struct telemetry *telemetry, const struct replica_status *partitions,
                        uint32_t count);
/* As log_metrics_wrap. */
void telemetry_wrap_log(struct telemetry *telemetry, struct evlog **log);
/* As replica_metrics_note and readiness_set. */
void telemetry_note_replicas(struct telemetry *telemetry, const struct replica_status *partitions,
                             const uint64_t *published, uint32_t count, uint64_t published_count);
void telemetry_set_ready(struct telemetry *telemetry, struct status why);

/* How far the machine's clock is ahead of the one that decides here (writers/decider_clock.h), as
 * of a second ago. */
int64_t telemetry_clock_ahead_us(const struct telemetry *telemetry);

/* Adds /healthz, /readyz and /metrics to a server, before its start. `everybody` may see the
 * metrics, else only who calls from this machine. Statuses of rpc_server_add_view. */
MUST_USE struct status telemetry_add_views(struct telemetry *telemetry, struct rpc_server *server,
                                           bool everybody);

#endif
