#include "ops/telemetry/lag_metrics.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>

#include "core/base/limits.h"
#include "core/base/memory.h"

struct lag_seen {
    uint32_t number;
    bool catching_up;
    struct pace pace;
};

struct lag_metrics {
    struct clock clock;
    pthread_mutex_t lock; /* of all below */
    struct pace told[PARTITIONS_MAX];
    struct lag_seen *seen;
    uint32_t count;
};

struct lag_metrics *lag_metrics_open(struct clock clock)
{
    struct lag_metrics *metrics = mem_zalloc(1, sizeof *metrics);
    metrics->clock = clock;
    pthread_mutex_init(&metrics->lock, NULL);
    return metrics;
}

void lag_metrics_close(struct lag_metrics *metrics)
{
    if (metrics != NULL) {
        pthread_mutex_destroy(&metrics->lock);
        mem_free(metrics->seen);
        mem_free(metrics);
    }
}

void lag_metrics_pace(struct lag_metrics *metrics, uint32_t partition, const struct pace *pace)
{
    pthread_mutex_lock(&metrics->lock);
    metrics->told[partition] = *pace;
    pthread_mutex_unlock(&metrics->lock);
}

struct pace lag_metrics_told(struct lag_metrics *metrics, uint32_t partition)
{
    pthread_mutex_lock(&metrics->lock);
    struct pace pace = metrics->told[partition];
    pthread_mutex_unlock(&metrics->lock);
    return pace;
}

void lag_metrics_note(struct lag_metrics *metrics, const struct replica_status *partitions,
                      uint32_t count)
{
    pthread_mutex_lock(&metrics->lock);
    metrics->seen = mem_realloc(metrics->seen, (count + 1) * sizeof *metrics->seen);
    metrics->count = count;
    for (uint32_t i = 0; i < count; i++) {
        const struct replica_status *status = &partitions[i];
        metrics->seen[i] = (struct lag_seen){ status->number, status->catching_up, status->pace };
    }
    pthread_mutex_unlock(&metrics->lock);
}

/* ---- telling ---- */

static const struct metric lag_offset = {
    "agencygrid_partition_offset", METRIC_GAUGE, "",
    "The offset behind the last record that this process has folded."
};
static const struct metric lag_end = { "agencygrid_partition_log_end_offset", METRIC_GAUGE, "",
                                       "The offset behind the last record of the log, as far as "
                                       "this process knows." };
static const struct metric lag_records = { "agencygrid_partition_lag_records", METRIC_GAUGE, "",
                                           "Records of the log that are yet to be folded." };
static const struct metric lag_age = {
    "agencygrid_partition_lag_seconds", METRIC_GAUGE, "seconds",
    "How old the last folded record is, while others are yet to be folded."
};
static const struct metric lag_left = {
    "agencygrid_partition_catch_up_left_seconds", METRIC_GAUGE, "seconds",
    "How long folding takes yet of what the log had when the partition was opened."
};

/* What a metric says of a partition: false, if nothing. Times are microseconds. */
typedef bool lag_value(const struct lag_seen *seen, int64_t now_us, int64_t *value);

static bool lag_value_offset(const struct lag_seen *seen, int64_t now_us, int64_t *value)
{
    (void)now_us;
    *value = (int64_t)seen->pace.offset;
    return true;
}

static bool lag_value_end(const struct lag_seen *seen, int64_t now_us, int64_t *value)
{
    (void)now_us;
    *value = (int64_t)(seen->pace.offset + pace_left(&seen->pace));
    return true;
}

static bool lag_value_records(const struct lag_seen *seen, int64_t now_us, int64_t *value)
{
    (void)now_us;
    *value = (int64_t)pace_left(&seen->pace);
    return true;
}

static bool lag_value_age(const struct lag_seen *seen, int64_t now_us, int64_t *value)
{
    *value = pace_lag_us(&seen->pace, now_us);
    return true;
}

static bool lag_value_left(const struct lag_seen *seen, int64_t now_us, int64_t *value)
{
    (void)now_us;
    *value = pace_left_us(&seen->pace);
    return seen->catching_up && *value >= 0;
}

struct lag_row {
    const struct metric *metric;
    lag_value *value;
};

static const struct lag_row lag_rows[] = {
    { &lag_offset, lag_value_offset },   { &lag_end, lag_value_end },
    { &lag_records, lag_value_records }, { &lag_age, lag_value_age },
    { &lag_left, lag_value_left },
};

static void lag_metrics_write_row(const struct lag_metrics *metrics, const struct lag_row *row,
                                  struct exposition *out)
{
    bool seconds = row->metric->unit[0] != '\0';
    int64_t now_us = clock_now_us(&metrics->clock);
    exposition_metric(out, row->metric);
    for (uint32_t i = 0; i < metrics->count; i++) {
        char number[12];
        int64_t value;
        snprintf(number, sizeof number, "%" PRIu32, metrics->seen[i].number);
        if (row->value(&metrics->seen[i], now_us, &value)) {
            (seconds ? exposition_seconds
                     : exposition_integer)(out, LABELS({ "partition", str_z(number) }), value);
        }
    }
}

static void lag_metrics_write(void *self, struct exposition *out)
{
    struct lag_metrics *metrics = self;
    pthread_mutex_lock(&metrics->lock);
    for (size_t i = 0; i < sizeof lag_rows / sizeof *lag_rows; i++) {
        lag_metrics_write_row(metrics, &lag_rows[i], out);
    }
    pthread_mutex_unlock(&metrics->lock);
}

struct metrics_source lag_metrics_source(struct lag_metrics *metrics)
{
    return (struct metrics_source){ lag_metrics_write, metrics };
}
