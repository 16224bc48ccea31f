/* Commands are counted by their place among the fields of Command, so that a new one has its
 * counter by its row alone. Partitions are noted once a second, and told from that note: a store
 * may be closed at any moment by the thread that has it. */
#include "ops/telemetry/writer_metrics.h"

#include <inttypes.h>
#include <stdio.h>

#include "agency/v1/command.pb-c.h"
#include "core/base/limits.h"
#include "core/base/memory.h"
#include "core/store/store_figures.h"

enum { WRITER_CODES = STATUS_UNAUTHENTICATED + 1 };

struct writer_command {
    struct counter codes[WRITER_CODES]; /* of its decisions */
};

/* A partition as it was last seen. */
struct writer_partition {
    _Atomic bool known;
    struct counter decisions;
    struct gauge sequence;
    struct gauge time_us;
    struct gauge cache, unflushed, tables, files, compaction; /* bytes of its store */
};

struct writer_metrics {
    struct clock clock;
    struct writer_command *commands; /* by place among the fields; the last: unreadable */
    size_t commands_count;
    struct counter undecided[WRITER_CODES];
    struct counter repeated;
    struct histogram took;
    struct gauge queue;
    struct gauge ahead_us;
    struct counter blocks_cached, blocks_read;
    struct writer_partition partitions[PARTITIONS_MAX];
};

struct writer_metrics *writer_metrics_open(struct clock clock)
{
    struct writer_metrics *metrics = mem_zalloc(1, sizeof *metrics);
    metrics->clock = clock;
    metrics->commands_count = agency__v1__command__descriptor.n_fields;
    metrics->commands = mem_zalloc(metrics->commands_count, sizeof *metrics->commands);
    return metrics;
}

void writer_metrics_close(struct writer_metrics *metrics)
{
    if (metrics != NULL) {
        mem_free(metrics->commands);
        mem_free(metrics);
    }
}

/* ---- counting ---- */

static const ProtobufCFieldDescriptor *writer_metrics_field(uint32_t number)
{
    return protobuf_c_message_descriptor_get_field(&agency__v1__command__descriptor, number);
}

static struct str writer_metrics_name(const ProtobufCFieldDescriptor *field)
{
    bool payload =
        field->type == PROTOBUF_C_TYPE_MESSAGE && (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
    const ProtobufCMessageDescriptor *message = payload ? field->descriptor : NULL;
    return str_z(message == NULL ? "" : message->short_name);
}

struct str writer_metrics_command(uint32_t number)
{
    const ProtobufCFieldDescriptor *field = writer_metrics_field(number);
    return field == NULL ? (struct str){ 0 } : writer_metrics_name(field);
}

static void writer_metrics_count(struct writer_metrics *metrics, const struct decided *decided)
{
    const ProtobufCFieldDescriptor *field = writer_metrics_field(decided->command);
    if (field != NULL) { /* what is decided has a payload */
        size_t place = (size_t)(field - agency__v1__command__descriptor.fields);
        counter_add_alone(&metrics->commands[place].codes[decided->answer->code], 1);
    }
}

void writer_metrics_decided(struct writer_metrics *metrics, const struct decided *decided)
{
    histogram_add_alone(&metrics->took, decided->ended_us - decided->began_us);
    switch (decided->answer->outcome) {
    case SUBMIT_DECIDED:
        writer_metrics_count(metrics, decided);
        counter_add_alone(&metrics->partitions[decided->partition].decisions, 1);
        break;
    case SUBMIT_REPEATED:
        counter_add_alone(&metrics->repeated, 1);
        break;
    case SUBMIT_FAILED:
        counter_add_alone(&metrics->undecided[decided->answer->code], 1);
        break;
    case SUBMIT_LATER:
    case SUBMIT_ELAPSED:
        break;
    }
}

uint64_t writer_metrics_decisions(const struct writer_metrics *metrics, uint32_t partition)
{
    return counter_get(&metrics->partitions[partition].decisions);
}

/* A counter that follows one that somebody else keeps. */
static void counter_follow(struct counter *counter, uint64_t now)
{
    uint64_t before = counter_get(counter);
    counter_add_alone(counter, now > before ? now - before : 0);
}

void writer_metrics_partition(struct writer_metrics *metrics, const struct partition *partition)
{
    struct store_figures figures;
    struct store_reads reads = store_thread_reads();
    struct writer_partition *seen = &metrics->partitions[partition->position.chain.partition];
    store_figures(partition->store, &figures);
    gauge_set(&seen->sequence, (int64_t)partition->position.chain.sequence);
    gauge_set(&seen->time_us, partition->position.time_us);
    gauge_set(&seen->cache, (int64_t)figures.cache_size);
    gauge_set(&seen->unflushed, (int64_t)figures.unflushed_size);
    gauge_set(&seen->tables, (int64_t)figures.tables_size);
    gauge_set(&seen->files, (int64_t)figures.files_size);
    gauge_set(&seen->compaction, (int64_t)figures.compaction_size);
    counter_follow(&metrics->blocks_cached, reads.cached);
    counter_follow(&metrics->blocks_read, reads.read);
    atomic_store_explicit(&seen->known, true, memory_order_release);
}

void writer_metrics_queue(struct writer_metrics *metrics, uint32_t commands)
{
    gauge_set(&metrics->queue, commands);
}

void writer_metrics_ahead(struct writer_metrics *metrics, int64_t ahead_us)
{
    gauge_set(&metrics->ahead_us, ahead_us);
}

int64_t writer_metrics_ahead_us(const struct writer_metrics *metrics)
{
    return gauge_get(&metrics->ahead_us);
}

/* ---- telling ---- */

static const struct metric writer_decisions = {
    "agencygrid_decider_decisions", METRIC_COUNTER, "",
    "Decisions, by command and by the code of their answer; OK: accepted, others: rejected."
};
static const struct metric writer_repeated = { "agencygrid_decider_repeats", METRIC_COUNTER, "",
                                               "Commands that had been answered before." };
static const struct metric writer_undecided = {
    "agencygrid_decider_undecided", METRIC_COUNTER, "",
    "Commands that were not decided, by code: unreadable, unknown senders, expired."
};
static const struct metric writer_took = { "agencygrid_decider_duration_seconds", METRIC_HISTOGRAM,
                                           "seconds",
                                           "Deciding one command, without its way to the log." };
static const struct metric writer_queue = { "agencygrid_decider_queue_length", METRIC_GAUGE, "",
                                            "Commands that wait to be decided." };
static const struct metric writer_ahead = {
    "agencygrid_decider_clock_ahead_seconds", METRIC_GAUGE, "seconds",
    "How far the machine's clock is ahead of the one that decides; it is taken after a minute."
};
static const struct metric writer_sequence = {
    "agencygrid_partition_sequence", METRIC_GAUGE, "",
    "The last record of the partition that this process has folded."
};
static const struct metric writer_age = {
    "agencygrid_partition_record_age_seconds", METRIC_GAUGE, "seconds",
    "Since the last record of the partition was made; how far its past is known."
};
static const struct metric writer_store = {
    "agencygrid_store_size_bytes", METRIC_GAUGE, "bytes",
    "Stores of all partitions: files on disk; in memory: unflushed, cache, tables; to be merged: "
    "compaction."
};
static const struct metric writer_blocks = {
    "agencygrid_store_blocks", METRIC_COUNTER, "",
    "Blocks that deciding asked the stores for: from the cache, or read from files."
};

static void writer_metrics_write_decisions(const struct writer_metrics *metrics,
                                           struct exposition *out)
{
    exposition_metric(out, &writer_decisions);
    for (size_t i = 0; i < metrics->commands_count; i++) {
        struct str name = writer_metrics_name(&agency__v1__command__descriptor.fields[i]);
        for (unsigned code = 0; name.size > 0 && code < WRITER_CODES; code++) {
            uint64_t count = counter_get(&metrics->commands[i].codes[code]);
            struct str text = str_z(status_code_name((enum status_code)code));
            if (count > 0) {
                exposition_integer(out, LABELS({ "command", name }, { "code", text }),
                                   (int64_t)count);
            }
        }
    }
}

static void writer_metrics_write_undecided(const struct writer_metrics *metrics,
                                           struct exposition *out)
{
    exposition_metric(out, &writer_undecided);
    for (unsigned code = 1; code < WRITER_CODES; code++) {
        uint64_t count = counter_get(&metrics->undecided[code]);
        if (count > 0) {
            struct str text = str_z(status_code_name((enum status_code)code));
            exposition_integer(out, LABELS({ "code", text }), (int64_t)count);
        }
    }
}

/* The next partition that is known, from number `at` on, which is moved behind it; NULL: none. */
static const struct writer_partition *writer_metrics_next(const struct writer_metrics *metrics,
                                                          uint32_t *at, char digits[12])
{
    while (*at < PARTITIONS_MAX) {
        const struct writer_partition *partition = &metrics->partitions[*at];
        snprintf(digits, 12, "%" PRIu32, (*at)++);
        if (atomic_load_explicit(&partition->known, memory_order_acquire)) {
            return partition;
        }
    }
    return NULL;
}

static void writer_metrics_write_partitions(const struct writer_metrics *metrics,
                                            struct exposition *out)
{
    char number[12];
    const struct writer_partition *partition;
    int64_t now_us = clock_now_us(&metrics->clock);
    exposition_metric(out, &writer_sequence);
    for (uint32_t at = 0; (partition = writer_metrics_next(metrics, &at, number)) != NULL;) {
        exposition_integer(out, LABELS({ "partition", str_z(number) }),
                           gauge_get(&partition->sequence));
    }
    exposition_metric(out, &writer_age);
    for (uint32_t at = 0; (partition = writer_metrics_next(metrics, &at, number)) != NULL;) {
        int64_t age_us = now_us - gauge_get(&partition->time_us);
        exposition_seconds(out, LABELS({ "partition", str_z(number) }), age_us > 0 ? age_us : 0);
    }
}

static void writer_metrics_write_stores(const struct writer_metrics *metrics,
                                        struct exposition *out)
{
    char number[12];
    int64_t cache = 0, unflushed = 0, tables = 0, files = 0, compaction = 0;
    const struct writer_partition *partition;
    for (uint32_t at = 0; (partition = writer_metrics_next(metrics, &at, number)) != NULL;) {
        cache += gauge_get(&partition->cache);
        unflushed += gauge_get(&partition->unflushed);
        tables += gauge_get(&partition->tables);
        files += gauge_get(&partition->files);
        compaction += gauge_get(&partition->compaction);
    }
    exposition_metric(out, &writer_store);
    exposition_integer(out, LABELS({ "part", STR("cache") }), cache);
    exposition_integer(out, LABELS({ "part", STR("unflushed") }), unflushed);
    exposition_integer(out, LABELS({ "part", STR("tables") }), tables);
    exposition_integer(out, LABELS({ "part", STR("files") }), files);
    exposition_integer(out, LABELS({ "part", STR("compaction") }), compaction);
    exposition_metric(out, &writer_blocks);
    exposition_integer(out, LABELS({ "from", STR("cache") }),
                       (int64_t)counter_get(&metrics->blocks_cached));
    exposition_integer(out, LABELS({ "from", STR("files") }),
                       (int64_t)counter_get(&metrics->blocks_read));
}

static void writer_metrics_write(void *self, struct exposition *out)
{
    const struct writer_metrics *metrics = self;
    writer_metrics_write_decisions(metrics, out);
    writer_metrics_write_undecided(metrics, out);
    exposition_counter(out, &writer_repeated, &metrics->repeated);
    exposition_metric(out, &writer_took);
    exposition_histogram(out, NO_LABELS, &metrics->took);
    exposition_gauge(out, &writer_queue, gauge_get(&metrics->queue));
    exposition_metric(out, &writer_ahead);
    exposition_seconds(out, NO_LABELS, gauge_get(&metrics->ahead_us));
    writer_metrics_write_partitions(metrics, out);
    writer_metrics_write_stores(metrics, out);
}

struct metrics_source writer_metrics_source(struct writer_metrics *metrics)
{
    return (struct metrics_source){ writer_metrics_write, metrics };
}
