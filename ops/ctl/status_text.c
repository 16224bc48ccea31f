#include "ops/ctl/status_text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "core/base/hash.h"
#include "core/base/hex.h"
#include "core/domain/kernel/fields.h"
#include "core/model/pace.h"
#include "ops/ctl/status_topics.h"
#include "ops/ctl/table.h"

enum { STATUS_TEXT_LATE_US = 10 * 1000000 };

bool status_text_is_late(const Agency__V1__ProcessStatus *process, int64_t now_us)
{
    return now_us - fields_time_us(process->at) > STATUS_TEXT_LATE_US;
}

const Agency__V1__PartitionStatus *status_text_partition(const Agency__V1__ProcessStatus *process,
                                                         uint32_t partition)
{
    for (size_t i = 0; i < process->n_partitions; i++) {
        if (process->partitions[i]->partition == partition) {
            return process->partitions[i];
        }
    }
    return NULL;
}

static struct status status_text_cell(struct table *table, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static struct status status_text_cell(struct table *table, const char *format, ...)
{
    char cell[256];
    va_list args;
    va_start(args, format);
    int size = vsnprintf(cell, sizeof cell, format, args);
    va_end(args);
    assert(size >= 0);
    return table_add(table, str_z(cell));
}

static const char *status_text_state(Agency__V1__PartitionState state)
{
    static const size_t prefix = sizeof "PARTITION_STATE_" - 1;
    const ProtobufCEnumValue *value =
        protobuf_c_enum_descriptor_get_value(&agency__v1__partition_state__descriptor, (int)state);
    return value == NULL ? "?" : value->name + prefix;
}

static size_t status_text_count(const Agency__V1__ProcessStatus *process,
                                Agency__V1__PartitionState state)
{
    size_t count = 0;
    for (size_t i = 0; i < process->n_partitions; i++) {
        count += process->partitions[i]->state == state;
    }
    return count;
}

static uint64_t status_text_lag(const Agency__V1__ProcessStatus *process)
{
    uint64_t lag = 0;
    for (size_t i = 0; i < process->n_partitions; i++) {
        lag += process->partitions[i]->lag_records;
    }
    return lag;
}

static struct status status_text_process_row(const struct status_text *text, struct table *table,
                                             const Agency__V1__ProcessStatus *process)
{
    struct buf roles = { 0 };
    int64_t seconds = (text->now_us - fields_time_us(process->at)) / 1000000;
    for (size_t i = 0; i < process->n_roles; i++) {
        buf_printf(&roles, "%s%s", i == 0 ? "" : ",", process->roles[i]);
    }
    struct status st = table_add(table, str_z(process->process_id));
    if (st.code == STATUS_OK) {
        st = table_add(table, buf_str(&roles));
    }
    buf_release(&roles);
    TRY(st);
    TRY(status_text_cell(table, "%.200s:%" PRIu32, process->host, process->pid));
    TRY(status_text_cell(
        table, "%zu of %zu",
        status_text_count(process, AGENCY__V1__PARTITION_STATE__PARTITION_STATE_LEADER),
        process->n_partitions));
    TRY(status_text_cell(table, "%" PRIu64, process->decided));
    TRY(status_text_cell(table, "%" PRIu64, process->dead_letters));
    TRY(status_text_cell(table, "%" PRIu64, status_text_lag(process)));
    return status_text_is_late(process, text->now_us)
               ? status_text_cell(table, "not heard for %" PRId64 " s", seconds)
               : status_text_cell(table, "%" PRId64 " s ago", seconds < 0 ? 0 : seconds);
}

static struct status status_text_processes(const struct status_text *text)
{
    static const char *const heads[] = { "process", "roles",        "host",   "serves",
                                         "decided", "dead letters", "behind", "heard" };
    struct table table;
    TRY(table_init(&table, text->arena, heads, sizeof heads / sizeof heads[0]));
    for (size_t i = 0; i < text->response->n_processes; i++) {
        TRY(status_text_process_row(text, &table, text->response->processes[i]));
    }
    table_print(&table, text->out);
    return status_ok();
}

/* The beginning of a root is enough to see whether two are the same. */
static struct status status_text_root_cell(struct table *table, ProtobufCBinaryData root,
                                           uint64_t sequence, bool differs)
{
    char hex[2 * HASH_SIZE + 1] = "";
    hex_write(root.data, root.len < HASH_SIZE ? root.len : HASH_SIZE, hex);
    return sequence == 0 ? table_add(table, STR(""))
                         : status_text_cell(table, "%.16s at %" PRIu64 "%s", hex, sequence,
                                            differs ? " DIFFERS" : "");
}

static struct str status_text_leader(const Agency__V1__PartitionReport *report)
{
    if (report->leader[0] != '\0') {
        return str_z(report->leader);
    }
    return report->closed ? STR("closed") : report->trouble[0] != '\0' ? STR("?") : STR("nobody");
}

static struct status status_text_count_cell(struct table *table, bool known, uint64_t count)
{
    return known ? status_text_cell(table, "%" PRIu64, count) : table_add(table, STR("?"));
}

static struct status status_text_partition_row(struct table *table,
                                               const Agency__V1__PartitionReport *report)
{
    TRY(status_text_cell(table, "%02" PRIu32, report->partition));
    TRY(table_add(table, status_text_leader(report)));
    const uint64_t counts[] = { report->epoch, report->sequence, report->behind, report->waiting };
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        TRY(status_text_count_cell(table, report->heard, counts[i]));
    }
    TRY(status_text_count_cell(table, report->published, report->unpublished));
    return status_text_root_cell(table, report->root, report->root_sequence, report->differs);
}

static struct status status_text_partitions(const struct status_text *text)
{
    static const char *const heads[] = { "partition", "leader",  "epoch",       "sequence",
                                         "behind",    "waiting", "unpublished", "root" };
    struct table table;
    TRY(table_init(&table, text->arena, heads, sizeof heads / sizeof heads[0]));
    for (size_t i = 0; i < text->response->n_partitions; i++) {
        TRY(status_text_partition_row(&table, text->response->partitions[i]));
    }
    table_print(&table, text->out);
    return status_ok();
}

/* Processes are remembered for as long as the topic `status` keeps what they said. */
static void status_text_unheard(const struct status_text *text)
{
    size_t unheard = 0, unpublished = 0;
    for (size_t i = 0; i < text->response->n_partitions; i++) {
        const Agency__V1__PartitionReport *report = text->response->partitions[i];
        unheard += !report->heard && !report->closed;
        unpublished += report->heard && !report->published && !report->closed;
    }
    if (unpublished > 0) {
        buf_printf(text->out,
                   "%zu partitions are published by nobody, so commands there get no answer: is an "
                   "agencyd running as projector?\n",
                   unpublished);
    }
    if (unheard > 0) {
        buf_printf(text->out,
                   "of %zu partitions nobody has said anything for an hour: how far they are and "
                   "what waits is not known; is an agencyd running?\n",
                   unheard);
    }
}

static void status_text_clock(const struct status_text *text,
                              const Agency__V1__ProcessStatus *process)
{
    if (process->clock_ahead_us > 0) {
        buf_printf(text->out,
                   "the clock of %s has leapt %" PRId64 " s ahead of the one that process %s "
                   "decides by: it is taken when it has stood for a minute (agencyd "
                   "--accept-clock: at once)\n",
                   process->host, process->clock_ahead_us / 1000000, process->process_id);
    }
}

/* A store that is made anew, or brought up to date. */
static void status_text_catch_up(const struct status_text *text,
                                 const Agency__V1__ProcessStatus *process,
                                 const Agency__V1__PartitionStatus *said)
{
    const Agency__V1__CatchUp *catch_up = said->catch_up;
    if (catch_up == NULL) {
        return;
    }
    const struct pace pace = { .begin = catch_up->begin,
                               .offset = said->offset,
                               .end = said->log_end,
                               .per_second = catch_up->records_per_second };
    buf_printf(text->out, "partition %02" PRIu32 " at %s is folded from its log: ", said->partition,
               process->process_id);
    pace_write(&pace, text->out);
    buf_byte(text->out, '\n');
}

/* What keeps a partition of a process from going on. */
static void status_text_troubles(const struct status_text *text)
{
    for (size_t i = 0; i < text->response->n_partitions; i++) {
        const Agency__V1__PartitionReport *report = text->response->partitions[i];
        if (report->trouble[0] != '\0') {
            buf_printf(text->out, "partition %02" PRIu32 ": its decisions end in %s\n",
                       report->partition, report->trouble);
        }
    }
    for (size_t i = 0; i < text->response->n_processes; i++) {
        const Agency__V1__ProcessStatus *process = text->response->processes[i];
        status_text_clock(text, process);
        for (size_t j = 0; j < process->n_partitions; j++) {
            const Agency__V1__PartitionStatus *said = process->partitions[j];
            status_text_catch_up(text, process, said);
            if (said->trouble[0] != '\0') {
                buf_printf(text->out, "partition %02" PRIu32 " at %s is %s: %s\n", said->partition,
                           process->process_id, status_text_state(said->state), said->trouble);
            }
        }
    }
}

static struct status status_text_member_row(struct table *table,
                                            const Agency__V1__ProcessStatus *process,
                                            const Agency__V1__PartitionStatus *said)
{
    TRY(status_text_cell(table, "%02" PRIu32, said->partition));
    TRY(table_add(table, str_z(process->process_id)));
    TRY(table_add(table, str_z(status_text_state(said->state))));
    TRY(status_text_cell(table, "%" PRIu32, said->rank));
    TRY(status_text_cell(table, "%" PRIu64, said->epoch));
    TRY(status_text_cell(table, "%" PRIu64, said->sequence));
    TRY(status_text_cell(table, "%" PRIu64, said->lag_records));
    TRY(status_text_cell(table, "%" PRId64 " s", said->lag_us / 1000000));
    return status_text_root_cell(table, said->root, said->root_sequence, false);
}

static uint32_t status_text_end(const Agency__V1__StatusResponse *response)
{
    uint32_t end = 0;
    for (size_t i = 0; i < response->n_processes; i++) {
        const Agency__V1__ProcessStatus *process = response->processes[i];
        for (size_t j = 0; j < process->n_partitions; j++) {
            const uint32_t partition = process->partitions[j]->partition;
            end = partition >= end ? partition + 1 : end;
        }
    }
    return end;
}

/* With --all: every partition of every process. */
static struct status status_text_members(const struct status_text *text)
{
    static const char *const heads[] = { "partition", "process", "state", "rank", "epoch",
                                         "sequence",  "behind",  "lag",   "root" };
    struct table table;
    TRY(table_init(&table, text->arena, heads, sizeof heads / sizeof heads[0]));
    const uint32_t end = status_text_end(text->response);
    for (uint32_t number = 0; number < end; number++) {
        for (size_t i = 0; i < text->response->n_processes; i++) {
            const Agency__V1__ProcessStatus *process = text->response->processes[i];
            const Agency__V1__PartitionStatus *said = status_text_partition(process, number);
            TRY(said == NULL ? status_ok() : status_text_member_row(&table, process, said));
        }
    }
    buf_byte(text->out, '\n');
    table_print(&table, text->out);
    return status_ok();
}

struct status status_text_say(const struct status_text *text)
{
    const bool of_log = text->response->n_partitions > 0;
    TRY(status_text_processes(text));
    buf_append(text->out, of_log ? STR("\n") : STR(""));
    TRY(of_log ? status_text_partitions(text) : status_ok());
    TRY(text->all ? status_text_members(text) : status_ok());
    buf_append(text->out, of_log ? STR("\n") : STR(""));
    status_text_unheard(text);
    status_text_troubles(text);
    if (of_log) {
        status_topics_say(text->response, text->out);
    }
    return status_ok();
}
