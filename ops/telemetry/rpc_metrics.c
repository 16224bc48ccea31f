#include "ops/telemetry/rpc_metrics.h"

#include <stdio.h>

/* ---- counting ---- */

static void gauge_move(struct gauge *gauge, int64_t by)
{
    gauge_set(gauge, gauge_get(gauge) + by);
}

void rpc_metrics_connected(struct rpc_metrics *metrics)
{
    gauge_move(&metrics->connections, 1);
    counter_add_alone(&metrics->opened, 1);
}

void rpc_metrics_disconnected(struct rpc_metrics *metrics)
{
    gauge_move(&metrics->connections, -1);
}

void rpc_metrics_turned_away(struct rpc_metrics *metrics)
{
    counter_add_alone(&metrics->turned_away, 1);
}

void rpc_metrics_moved(struct rpc_metrics *metrics, size_t received, size_t sent)
{
    counter_add_alone(&metrics->received, received);
    counter_add_alone(&metrics->sent, sent);
}

void rpc_metrics_refused(struct rpc_metrics *metrics, unsigned status)
{
    unsigned place = status - RPC_METRICS_HTTP_FIRST;
    if (place < RPC_METRICS_HTTP) {
        counter_add_alone(&metrics->refused[place], 1);
    }
}

void rpc_metrics_begun(struct rpc_metrics *metrics)
{
    gauge_move(&metrics->in_progress, 1);
}

static void rpc_metrics_know(struct rpc_metrics_method *method, struct str name)
{
    snprintf(method->name, sizeof method->name, "%.*s", STR_ARG(name));
    atomic_store_explicit(&method->known, true, memory_order_release);
}

static struct rpc_metrics_method *rpc_metrics_method(struct rpc_metrics *metrics,
                                                     const struct rpc_ended *ended)
{
    bool served = ended->method.size > 0, fits = ended->number < RPC_METRICS_METHODS;
    size_t place = !served ? RPC_METRICS_METHODS : fits ? ended->number : RPC_METRICS_METHODS + 1;
    struct rpc_metrics_method *method = &metrics->methods[place];
    if (!atomic_load_explicit(&method->known, memory_order_relaxed)) {
        rpc_metrics_know(method, !served ? STR("(not served)")
                                 : fits  ? ended->method
                                         : STR("(other)"));
    }
    return method;
}

void rpc_metrics_ended(struct rpc_metrics *metrics, const struct rpc_ended *ended, int64_t now_us)
{
    struct rpc_metrics_method *method = rpc_metrics_method(metrics, ended);
    gauge_move(&metrics->in_progress, -1);
    counter_add_alone(&method->codes[ended->code], 1);
    if (!ended->stream) {
        histogram_add_alone(&method->took, now_us - ended->began_us);
    }
}

/* ---- telling ---- */

static const struct metric rpc_requests = {
    "agencygrid_rpc_requests", METRIC_COUNTER, "",
    "Calls that have ended, by the code that the client saw; CANCELLED: it did not wait."
};
static const struct metric rpc_took = { "agencygrid_rpc_request_duration_seconds", METRIC_HISTOGRAM,
                                        "seconds",
                                        "Calls that answer once, from their first bytes on." };
static const struct metric rpc_in_progress = { "agencygrid_rpc_requests_in_progress", METRIC_GAUGE,
                                               "", "Calls that have not ended, streams too." };
static const struct metric rpc_refused = { "agencygrid_rpc_refusals", METRIC_COUNTER, "",
                                           "Requests that became no call, by status of HTTP." };
static const struct metric rpc_connections = { "agencygrid_rpc_connections", METRIC_GAUGE, "",
                                               "Connections that are open." };
static const struct metric rpc_opened = { "agencygrid_rpc_connections_opened", METRIC_COUNTER, "",
                                          "Connections that were taken in." };
static const struct metric rpc_turned_away = {
    "agencygrid_rpc_connections_turned_away", METRIC_COUNTER, "",
    "Connections that were closed at once, as there were too many."
};
static const struct metric rpc_received = { "agencygrid_rpc_received_bytes", METRIC_COUNTER,
                                            "bytes", "Bytes from clients, without those of TLS." };
static const struct metric rpc_sent = { "agencygrid_rpc_sent_bytes", METRIC_COUNTER, "bytes",
                                        "Bytes to clients, without those of TLS." };

static struct str rpc_metrics_name(const struct rpc_metrics_method *method)
{
    bool known = atomic_load_explicit(&method->known, memory_order_acquire);
    return known ? str_z(method->name) : (struct str){ 0 };
}

static void rpc_metrics_write_requests(const struct rpc_metrics *metrics, struct exposition *out)
{
    exposition_metric(out, &rpc_requests);
    for (size_t i = 0; i < RPC_METRICS_METHODS + 2; i++) {
        struct str name = rpc_metrics_name(&metrics->methods[i]);
        for (unsigned code = 0; name.size > 0 && code < RPC_METRICS_CODES; code++) {
            uint64_t count = counter_get(&metrics->methods[i].codes[code]);
            if (count > 0 || code == STATUS_OK) {
                struct str text = str_z(status_code_name((enum status_code)code));
                exposition_integer(out, LABELS({ "method", name }, { "code", text }),
                                   (int64_t)count);
            }
        }
    }
}

static void rpc_metrics_write_took(const struct rpc_metrics *metrics, struct exposition *out)
{
    exposition_metric(out, &rpc_took);
    for (size_t i = 0; i < RPC_METRICS_METHODS + 2; i++) {
        const struct rpc_metrics_method *method = &metrics->methods[i];
        struct str name = rpc_metrics_name(method);
        if (name.size > 0 && histogram_count(&method->took) > 0) {
            exposition_histogram(out, LABELS({ "method", name }), &method->took);
        }
    }
}

static void rpc_metrics_write_refused(const struct rpc_metrics *metrics, struct exposition *out)
{
    char digits[8];
    exposition_metric(out, &rpc_refused);
    for (unsigned i = 0; i < RPC_METRICS_HTTP; i++) {
        uint64_t count = counter_get(&metrics->refused[i]);
        if (count > 0) {
            snprintf(digits, sizeof digits, "%u", RPC_METRICS_HTTP_FIRST + i);
            exposition_integer(out, LABELS({ "status", str_z(digits) }), (int64_t)count);
        }
    }
}

static void rpc_metrics_write(void *self, struct exposition *out)
{
    const struct rpc_metrics *metrics = self;
    rpc_metrics_write_requests(metrics, out);
    rpc_metrics_write_took(metrics, out);
    rpc_metrics_write_refused(metrics, out);
    exposition_gauge(out, &rpc_in_progress, gauge_get(&metrics->in_progress));
    exposition_gauge(out, &rpc_connections, gauge_get(&metrics->connections));
    exposition_counter(out, &rpc_opened, &metrics->opened);
    exposition_counter(out, &rpc_turned_away, &metrics->turned_away);
    exposition_counter(out, &rpc_received, &metrics->received);
    exposition_counter(out, &rpc_sent, &metrics->sent);
}

struct metrics_source rpc_metrics_source(struct rpc_metrics *metrics)
{
    return (struct metrics_source){ rpc_metrics_write, metrics };
}
