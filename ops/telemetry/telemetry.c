#include "ops/telemetry/telemetry.h"

#include "core/base/memory.h"
#include "ops/telemetry/call_log.h"
#include "ops/telemetry/lag_metrics.h"
#include "ops/telemetry/log_metrics.h"
#include "ops/telemetry/process_metrics.h"
#include "ops/telemetry/readiness.h"
#include "ops/telemetry/replica_metrics.h"
#include "ops/telemetry/rpc_metrics.h"
#include "ops/telemetry/tracing.h"
#include "ops/telemetry/writer_metrics.h"
#include "ops/version.h"

struct telemetry {
    struct telemetry_options options;
    struct metrics metrics;
    struct rpc_metrics rpc;
    struct log_metrics log;
    struct writer_metrics *writer;
    struct replica_metrics *replicas;
    struct lag_metrics *lag;
    struct tracing tracing;
    struct readiness readiness;
    struct process_metrics process;
    struct rpc_observer observer;
    struct writer_watch watch;
};

/* ---- calls ---- */

static void telemetry_connected(void *self, const struct rpc_peer *peer)
{
    struct telemetry *telemetry = self;
    (void)peer;
    rpc_metrics_connected(&telemetry->rpc);
}

static void telemetry_disconnected(void *self, const struct rpc_peer *peer)
{
    struct telemetry *telemetry = self;
    (void)peer;
    rpc_metrics_disconnected(&telemetry->rpc);
}

static void telemetry_turned_away(void *self)
{
    struct telemetry *telemetry = self;
    rpc_metrics_turned_away(&telemetry->rpc);
}

static void telemetry_moved(void *self, size_t received, size_t sent)
{
    struct telemetry *telemetry = self;
    rpc_metrics_moved(&telemetry->rpc, received, sent);
}

static void telemetry_refused(void *self, unsigned status)
{
    struct telemetry *telemetry = self;
    rpc_metrics_refused(&telemetry->rpc, status);
}

static void *telemetry_begin(void *self, struct rpc_call *call)
{
    struct telemetry *telemetry = self;
    rpc_metrics_begun(&telemetry->rpc);
    return tracing_begin(&telemetry->tracing, call);
}

static void telemetry_ended(void *self, const struct rpc_ended *ended)
{
    struct telemetry *telemetry = self;
    int64_t now_us = clock_monotonic_us(&telemetry->options.clock);
    rpc_metrics_ended(&telemetry->rpc, ended, now_us);
    tracing_ended(&telemetry->tracing, ended, now_us);
    call_log_ended(telemetry->options.diag, ended, now_us);
}

/* ---- decisions ---- */

static void telemetry_decided(void *self, const struct decided *decided)
{
    struct telemetry *telemetry = self;
    writer_metrics_decided(telemetry->writer, decided);
    tracing_decided(&telemetry->tracing, decided);
    call_log_decided(telemetry->options.diag, decided);
}

static void telemetry_partition(void *self, const struct partition *partition)
{
    struct telemetry *telemetry = self;
    writer_metrics_partition(telemetry->writer, partition);
}

static void telemetry_queue(void *self, uint32_t commands)
{
    struct telemetry *telemetry = self;
    writer_metrics_queue(telemetry->writer, commands);
    readiness_beat(&telemetry->readiness);
}

static void telemetry_take_pace(void *self, uint32_t partition, const struct pace *pace)
{
    struct telemetry *telemetry = self;
    lag_metrics_pace(telemetry->lag, partition, pace);
}

static void telemetry_ahead(void *self, int64_t ahead_us)
{
    struct telemetry *telemetry = self;
    writer_metrics_ahead(telemetry->writer, ahead_us);
}

/* ---- what others tell ---- */

void telemetry_note_partition(struct telemetry *telemetry, const struct partition *partition)
{
    writer_metrics_partition(telemetry->writer, partition);
}

uint64_t telemetry_decisions(const struct telemetry *telemetry, uint32_t partition)
{
    return writer_metrics_decisions(telemetry->writer, partition);
}

struct pace telemetry_pace(const struct telemetry *telemetry, uint32_t partition)
{
    return lag_metrics_told(telemetry->lag, partition);
}

void telemetry_note_lag(struct telemetry *telemetry, const struct replica_status *partitions,
                        uint32_t count)
{
    lag_metrics_note(telemetry->lag, partitions, count);
}

void telemetry_wrap_log(struct telemetry *telemetry, struct evlog **log)
{
    log_metrics_wrap(&telemetry->log, log);
}

void telemetry_note_replicas(struct telemetry *telemetry, const struct replica_status *partitions,
                             const uint64_t *published, uint32_t count, uint64_t published_count)
{
    replica_metrics_note(telemetry->replicas, partitions, published, count, published_count);
}

void telemetry_set_ready(struct telemetry *telemetry, struct status why)
{
    readiness_set(&telemetry->readiness, why);
}

/* ---- what is asked ---- */

static void telemetry_show_metrics(void *self, const struct rpc_seen *seen, struct rpc_shown *shown)
{
    const struct telemetry *telemetry = self;
    enum exposition_format format = exposition_accepted(seen->accept);
    shown->type = exposition_type(format);
    metrics_write(&telemetry->metrics, format, shown->body);
}

static void telemetry_show_metrics_here(void *self, const struct rpc_seen *seen,
                                        struct rpc_shown *shown)
{
    if (seen->peer->local) {
        telemetry_show_metrics(self, seen, shown);
    } else {
        shown->status = 403;
        buf_append(shown->body, STR("expected to be asked from this machine: others ask at "
                                    "--operations-listen\n"));
    }
}

static void telemetry_show_health(void *self, const struct rpc_seen *seen, struct rpc_shown *shown)
{
    (void)self;
    (void)seen;
    buf_append(shown->body, STR("alive\n"));
}

static void telemetry_show_ready(void *self, const struct rpc_seen *seen, struct rpc_shown *shown)
{
    struct telemetry *telemetry = self;
    (void)seen;
    struct status st = readiness_get(&telemetry->readiness);
    if (st.code == STATUS_OK) {
        buf_append(shown->body, STR("ready\n"));
    } else {
        shown->status = 503;
        buf_printf(shown->body, "not ready: %s\n", st.msg);
    }
}

int64_t telemetry_clock_ahead_us(const struct telemetry *telemetry)
{
    return writer_metrics_ahead_us(telemetry->writer);
}

struct status telemetry_add_views(struct telemetry *telemetry, struct rpc_server *server,
                                  bool everybody)
{
    struct rpc_view views[] = {
        { "/healthz", telemetry_show_health, telemetry },
        { "/readyz", telemetry_show_ready, telemetry },
        { "/metrics", everybody ? telemetry_show_metrics : telemetry_show_metrics_here, telemetry },
    };
    for (size_t i = 0; i < sizeof views / sizeof views[0]; i++) {
        TRY(rpc_server_add_view(server, &views[i]));
    }
    return status_ok();
}

/* ---- life ---- */

const struct rpc_observer *telemetry_observer(const struct telemetry *telemetry)
{
    return &telemetry->observer;
}

const struct writer_watch *telemetry_watch(struct telemetry *telemetry)
{
    readiness_await(&telemetry->readiness);
    return &telemetry->watch;
}

static void telemetry_listen_to(struct telemetry *telemetry)
{
    telemetry->observer = (struct rpc_observer){ .connected = telemetry_connected,
                                                 .disconnected = telemetry_disconnected,
                                                 .turned_away = telemetry_turned_away,
                                                 .moved = telemetry_moved,
                                                 .refused = telemetry_refused,
                                                 .begin = telemetry_begin,
                                                 .ended = telemetry_ended,
                                                 .self = telemetry };
    telemetry->watch = (struct writer_watch){ .decided = telemetry_decided,
                                              .partition = telemetry_partition,
                                              .queue = telemetry_queue,
                                              .pace = telemetry_take_pace,
                                              .ahead = telemetry_ahead,
                                              .clock = telemetry->options.clock,
                                              .self = telemetry };
}

static void telemetry_add_sources(struct telemetry *telemetry)
{
    struct metrics *metrics = &telemetry->metrics;
    metrics_add(metrics, rpc_metrics_source(&telemetry->rpc));
    metrics_add(metrics, writer_metrics_source(telemetry->writer));
    metrics_add(metrics, log_metrics_source(&telemetry->log));
    metrics_add(metrics, replica_metrics_source(telemetry->replicas));
    metrics_add(metrics, lag_metrics_source(telemetry->lag));
    if (telemetry->tracing.exporter != NULL) {
        metrics_add(metrics, span_exporter_source(telemetry->tracing.exporter));
    }
    metrics_add(metrics, process_metrics_source(&telemetry->process));
}

static struct status telemetry_open_tracing(struct telemetry *telemetry)
{
    const struct telemetry_options *own = &telemetry->options;
    struct span_exporter_options options = { .endpoint = own->trace_endpoint,
                                             .resource = { .service = STR("agencyd"),
                                                           .version = STR(AGENCY_VERSION),
                                                           .instance = own->instance },
                                             .diag = own->diag };
    telemetry->tracing.clock = own->clock;
    telemetry->tracing.one_in = (uint64_t)own->trace_one_in;
    return own->trace_endpoint.size == 0
               ? status_ok()
               : span_exporter_open(&options, &telemetry->tracing.exporter);
}

struct status telemetry_open(const struct telemetry_options *options, struct telemetry **out)
{
    struct telemetry *telemetry = mem_zalloc(1, sizeof *telemetry);
    telemetry->options = *options;
    telemetry->log.clock = options->clock;
    telemetry->process.started_us = clock_now_us(&options->clock);
    telemetry->writer = writer_metrics_open(options->clock);
    telemetry->replicas = replica_metrics_open();
    telemetry->lag = lag_metrics_open(options->clock);
    readiness_init(&telemetry->readiness, options->clock);
    telemetry_listen_to(telemetry);
    struct status st = telemetry_open_tracing(telemetry);
    if (st.code == STATUS_OK) {
        telemetry_add_sources(telemetry);
    } else {
        telemetry_close(telemetry);
        telemetry = NULL;
    }
    *out = telemetry;
    return st;
}

void telemetry_close(struct telemetry *telemetry)
{
    if (telemetry != NULL) {
        span_exporter_close(telemetry->tracing.exporter);
        writer_metrics_close(telemetry->writer);
        replica_metrics_close(telemetry->replicas);
        lag_metrics_close(telemetry->lag);
        readiness_release(&telemetry->readiness);
        mem_free(telemetry);
    }
}
