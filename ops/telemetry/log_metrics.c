/* When a record was offered is kept in a ring; completions take from it in order. A log that
 * completes partitions each at its own pace gives a record the time of another one then: the sum
 * and the count are right all the same, and so is the mean. */
#include "ops/telemetry/log_metrics.h"

#include "core/base/memory.h"

struct log_metered {
    struct evlog base;
    struct evlog *log;
    struct log_metrics *metrics;
    int64_t offered_us[EVLOG_PENDING_MAX];
    uint64_t begin, end; /* of the ring; a log never has more under way */
};

static struct log_metered *log_metered(const struct evlog *log)
{
    return (struct log_metered *)(uintptr_t)log;
}

static struct status log_metered_append(struct evlog *log, const struct evlog_item *items,
                                        size_t items_count)
{
    struct log_metered *metered = log_metered(log);
    struct log_metrics *metrics = metered->metrics;
    TRY(evlog_append(metered->log, items, items_count));
    int64_t now_us = clock_monotonic_us(&metrics->clock);
    for (size_t i = 0; i < items_count; i++) {
        metered->offered_us[metered->end++ % EVLOG_PENDING_MAX] = now_us;
        counter_add(&metrics->records[items[i].stream], 1);
        counter_add(&metrics->bytes[items[i].stream], items[i].key.size + items[i].value.size);
    }
    assert(metered->end - metered->begin <= EVLOG_PENDING_MAX);
    atomic_fetch_add_explicit(&metrics->pending.value, (int64_t)items_count, memory_order_relaxed);
    return status_ok();
}

static void log_metered_complete(struct log_metered *metered, const struct evlog_completion *done,
                                 int64_t now_us)
{
    struct log_metrics *metrics = metered->metrics;
    int64_t offered_us = metered->offered_us[metered->begin++ % EVLOG_PENDING_MAX];
    if (done->offset == EVLOG_OFFSET_UNKNOWN) {
        counter_add(&metrics->unknown, 1);
    } else {
        histogram_add(&metrics->took, now_us - offered_us);
    }
}

static void log_metered_forget(struct log_metered *metered, uint64_t count)
{
    atomic_fetch_sub_explicit(&metered->metrics->pending.value, (int64_t)count,
                              memory_order_relaxed);
}

static struct status log_metered_poll(struct evlog *log, struct evlog_completion *out,
                                      size_t out_max, size_t *out_count)
{
    struct log_metered *metered = log_metered(log);
    TRY(evlog_poll(metered->log, out, out_max, out_count));
    int64_t now_us = *out_count == 0 ? 0 : clock_monotonic_us(&metered->metrics->clock);
    for (size_t i = 0; i < *out_count; i++) {
        log_metered_complete(metered, &out[i], now_us);
    }
    log_metered_forget(metered, *out_count);
    return status_ok();
}

static struct status log_metered_range(struct evlog *log, enum evlog_stream stream,
                                       uint32_t partition, uint64_t *begin, uint64_t *end)
{
    return evlog_range(log_metered(log)->log, stream, partition, begin, end);
}

static struct status log_metered_reader_open(struct evlog *log, enum evlog_stream stream,
                                             struct evlog_reader **reader)
{
    return evlog_reader_open(log_metered(log)->log, stream, reader);
}

static struct status log_metered_finish(struct evlog *log)
{
    return evlog_finish(log_metered(log)->log);
}

static int log_metered_descriptor(const struct evlog *log)
{
    return evlog_descriptor(log_metered(log)->log);
}

static void log_metered_close(struct evlog *log)
{
    struct log_metered *metered = log_metered(log);
    log_metered_forget(metered, metered->end - metered->begin);
    evlog_close(metered->log);
    mem_free(metered);
}

static const struct evlog_ops log_metered_ops = {
    .append = log_metered_append,
    .poll = log_metered_poll,
    .range = log_metered_range,
    .reader_open = log_metered_reader_open,
    .finish = log_metered_finish,
    .descriptor = log_metered_descriptor,
    .close = log_metered_close,
};

void log_metrics_wrap(struct log_metrics *metrics, struct evlog **log)
{
    struct log_metered *metered = mem_zalloc(1, sizeof *metered);
    metered->base = **log;
    metered->base.ops = &log_metered_ops;
    metered->log = *log;
    metered->metrics = metrics;
    *log = &metered->base;
}

/* ---- telling ---- */

static const struct metric log_records = { "agencygrid_log_appended_records", METRIC_COUNTER, "",
                                           "Records offered to the log, by stream." };
static const struct metric log_bytes = { "agencygrid_log_appended_bytes", METRIC_COUNTER, "bytes",
                                         "Their keys and values." };
static const struct metric log_took = {
    "agencygrid_log_append_duration_seconds", METRIC_HISTOGRAM, "seconds",
    "From the offer of a record until the log has it for good: a sync of the disk, or the brokers."
};
static const struct metric log_unknown = {
    "agencygrid_log_append_failures", METRIC_COUNTER, "",
    "Records of which nobody knows whether the log has them: the log is opened anew."
};
static const struct metric log_pending = { "agencygrid_log_pending_records", METRIC_GAUGE, "",
                                           "Records that the log has not acknowledged." };

static void log_metrics_write_streams(const struct metric *metric, const struct counter *counters,
                                      struct exposition *out)
{
    static const char *const names[EVLOG_STREAMS] = {
        [EVLOG_COMMANDS] = "commands",         [EVLOG_DECISIONS] = "decisions",
        [EVLOG_OUTCOMES] = "outcomes",         [EVLOG_EVENTS] = "events",
        [EVLOG_DEAD_LETTERS] = "dead_letters", [EVLOG_STATUS] = "status",
    };
    exposition_metric(out, metric);
    for (size_t i = 0; i < EVLOG_STREAMS; i++) {
        exposition_integer(out, LABELS({ "stream", str_z(names[i]) }),
                           (int64_t)counter_get(&counters[i]));
    }
}

static void log_metrics_write(void *self, struct exposition *out)
{
    const struct log_metrics *metrics = self;
    log_metrics_write_streams(&log_records, metrics->records, out);
    log_metrics_write_streams(&log_bytes, metrics->bytes, out);
    exposition_metric(out, &log_took);
    exposition_histogram(out, NO_LABELS, &metrics->took);
    exposition_counter(out, &log_unknown, &metrics->unknown);
    exposition_gauge(out, &log_pending, gauge_get(&metrics->pending));
}

struct metrics_source log_metrics_source(struct log_metrics *metrics)
{
    return (struct metrics_source){ log_metrics_write, metrics };
}
