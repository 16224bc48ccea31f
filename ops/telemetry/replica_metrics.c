#include "ops/telemetry/replica_metrics.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>

#include "core/base/memory.h"

/* What is told of a partition. */
struct replica_seen {
    uint32_t number;
    enum replica_state state;
    uint64_t unpublished; /* records behind */
    bool publishes;
    bool troubled;
};

struct replica_metrics {
    pthread_mutex_t lock; /* of all below */
    struct replica_seen *seen;
    uint32_t count;
    uint64_t dead_letters;
    uint64_t published_count;
};

struct replica_metrics *replica_metrics_open(void)
{
    struct replica_metrics *metrics = mem_zalloc(1, sizeof *metrics);
    pthread_mutex_init(&metrics->lock, NULL);
    return metrics;
}

void replica_metrics_close(struct replica_metrics *metrics)
{
    if (metrics != NULL) {
        pthread_mutex_destroy(&metrics->lock);
        mem_free(metrics->seen);
        mem_free(metrics);
    }
}

static struct replica_seen replica_metrics_look(const struct replica_status *status,
                                                uint64_t published)
{
    bool behind = published > 0 && status->sequence > published;
    return (struct replica_seen){ .number = status->number,
                                  .state = status->state,
                                  .unpublished = behind ? status->sequence - published : 0,
                                  .publishes = published > 0,
                                  .troubled = status->trouble.code != STATUS_OK };
}

void replica_metrics_note(struct replica_metrics *metrics, const struct replica_status *partitions,
                          const uint64_t *published, uint32_t count, uint64_t published_count)
{
    pthread_mutex_lock(&metrics->lock);
    metrics->seen = mem_realloc(metrics->seen, (count + 1) * sizeof *metrics->seen);
    metrics->count = count;
    metrics->dead_letters = 0;
    metrics->published_count = published_count;
    for (uint32_t i = 0; i < count; i++) {
        metrics->seen[i] = replica_metrics_look(&partitions[i], published[i]);
        metrics->dead_letters += partitions[i].dead_letters;
    }
    pthread_mutex_unlock(&metrics->lock);
}

static const struct metric replica_partitions = {
    "agencygrid_partitions", METRIC_GAUGE, "", "Partitions that this process has, by their state."
};
static const struct metric replica_troubled = {
    "agencygrid_partitions_in_trouble", METRIC_GAUGE, "",
    "Partitions that cannot go on, or are not published: agencyctl status says why."
};
static const struct metric replica_lag = {
    "agencygrid_projector_lag_records", METRIC_GAUGE, "",
    "Records whose outcomes and events this process has yet to publish."
};
static const struct metric replica_published = {
    "agencygrid_projector_published", METRIC_COUNTER, "",
    "Outcomes and events that were published since the start."
};
static const struct metric replica_dead_letters = {
    "agencygrid_decider_dead_letters", METRIC_COUNTER, "",
    "Commands of the log that could not be decided, since the start."
};

static void replica_metrics_write_states(const struct replica_metrics *metrics,
                                         struct exposition *out)
{
    int64_t counts[REPLICA_STATES] = { 0 }, troubled = 0;
    for (uint32_t i = 0; i < metrics->count; i++) {
        counts[metrics->seen[i].state]++;
        troubled += metrics->seen[i].troubled;
    }
    exposition_metric(out, &replica_partitions);
    for (int state = 0; state < REPLICA_STATES; state++) {
        exposition_integer(out, LABELS({ "state", str_z(replica_state_names[state]) }),
                           counts[state]);
    }
    exposition_gauge(out, &replica_troubled, troubled);
}

static void replica_metrics_write_lag(const struct replica_metrics *metrics, struct exposition *out)
{
    char number[12];
    exposition_metric(out, &replica_lag);
    for (uint32_t i = 0; i < metrics->count; i++) {
        const struct replica_seen *seen = &metrics->seen[i];
        if (seen->publishes) {
            snprintf(number, sizeof number, "%" PRIu32, seen->number);
            exposition_integer(out, LABELS({ "partition", str_z(number) }),
                               (int64_t)seen->unpublished);
        }
    }
}

static void replica_metrics_write(void *self, struct exposition *out)
{
    struct replica_metrics *metrics = self;
    pthread_mutex_lock(&metrics->lock);
    if (metrics->seen != NULL) { /* on an embedded log there are no replicas */
        replica_metrics_write_states(metrics, out);
        replica_metrics_write_lag(metrics, out);
        exposition_gauge(out, &replica_published, (int64_t)metrics->published_count);
        exposition_gauge(out, &replica_dead_letters, (int64_t)metrics->dead_letters);
    }
    pthread_mutex_unlock(&metrics->lock);
}

struct metrics_source replica_metrics_source(struct replica_metrics *metrics)
{
    return (struct metrics_source){ replica_metrics_write, metrics };
}
