#include "ops/daemon/status_report.h"

#include <stdio.h>
#include <unistd.h>

#include "agency/v1/stream.pb-c.h"
#include "core/base/memory.h"
#include "core/domain/kernel/fields.h"
#include "core/pb/message.h"
#include "ops/daemon/daemon_options.h"
#include "ops/version.h"

enum { STATUS_REPORT_RETRY_US = 5 * 1000000, STATUS_REPORT_LAST_US = 1000000 };
static const size_t STATUS_REPORT_ARENA_MAX = (size_t)16 << 20;

struct status_report {
    struct status_report_options options;
    struct arena arena; /* of one record */
    struct evlog *log;  /* NULL: not open */
    bool under_way;     /* the last one is not acknowledged yet */
    int64_t started_us;
    int64_t next_us; /* monotonic */
};

struct status_report *status_report_open(const struct status_report_options *options)
{
    struct status_report *report = mem_zalloc(1, sizeof *report);
    report->options = *options;
    report->started_us = clock_now_us(&options->clock);
    arena_init(&report->arena, STATUS_REPORT_ARENA_MAX);
    return report;
}

/* ---- what is said ---- */

static Agency__V1__PartitionState status_report_state(enum replica_state state)
{
    switch (state) {
    case REPLICA_OPENING:
        return AGENCY__V1__PARTITION_STATE__PARTITION_STATE_OPENING;
    case REPLICA_FOLLOWER:
        return AGENCY__V1__PARTITION_STATE__PARTITION_STATE_FOLLOWER;
    case REPLICA_CANDIDATE:
        return AGENCY__V1__PARTITION_STATE__PARTITION_STATE_CANDIDATE;
    case REPLICA_LEADER:
        return AGENCY__V1__PARTITION_STATE__PARTITION_STATE_LEADER;
    case REPLICA_STOPPED:
        return AGENCY__V1__PARTITION_STATE__PARTITION_STATE_STOPPED;
    case REPLICA_STATES:
        break;
    }
    return AGENCY__V1__PARTITION_STATE__PARTITION_STATE_UNSPECIFIED;
}

static struct status status_report_id(struct arena *arena, uint64_t process, char **text)
{
    char hex[17];
    snprintf(hex, sizeof hex, "%016llx", (unsigned long long)process);
    return arena_text(arena, str_z(hex), text);
}

static struct status status_report_partition(struct arena *arena,
                                             const struct replica_status *status,
                                             Agency__V1__PartitionStatus **out)
{
    Agency__V1__PartitionStatus *said;
    TRY(pb_new(arena, &agency__v1__partition_status__descriptor, &said));
    said->partition = status->number;
    said->state = status_report_state(status->state);
    said->epoch = status->epoch;
    said->sequence = status->sequence;
    said->offset = status->offset;
    said->next_command_offset = status->next_command_offset;
    said->rank = status->rank;
    said->root_sequence = status->root_sequence;
    if (status->root_sequence > 0) {
        struct str root = arena_copy(arena, hash_str(&status->root));
        if (root.data == NULL) {
            return arena_full(arena);
        }
        said->root = (ProtobufCBinaryData){ root.size, (uint8_t *)(uintptr_t)root.data };
    }
    TRY(arena_text(arena, str_z(status->trouble.msg), &said->trouble));
    *out = said;
    return status->epoch == 0
               ? status_ok()
               : status_report_id(arena, server_process(status->leader), &said->leader);
}

static struct status status_report_partitions(struct arena *arena,
                                              const struct status_report_facts *facts,
                                              Agency__V1__ProcessStatus *said)
{
    uint32_t count = facts->partitions_count;
    ARENA_TRY(arena, said->partitions, arena_alloc(arena, (count + 1) * sizeof(void *)));
    for (uint32_t i = 0; i < count; i++) {
        TRY(status_report_partition(arena, &facts->partitions[i], &said->partitions[i]));
        said->partitions[i]->published_sequence = facts->published[i];
        said->decided += facts->partitions[i].decided;
        said->dead_letters += facts->partitions[i].dead_letters;
    }
    said->n_partitions = count;
    said->published = facts->published_count;
    return status_ok();
}

static struct status status_report_roles(struct arena *arena, unsigned roles,
                                         Agency__V1__ProcessStatus *said)
{
    static const enum daemon_role all[] = { DAEMON_WRITER, DAEMON_PROJECTOR, DAEMON_QUERY };
    ARENA_TRY(arena, said->roles, arena_alloc(arena, sizeof all / sizeof all[0] * sizeof(void *)));
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (roles & all[i]) {
            TRY(arena_text(arena, str_z(daemon_role_name(all[i])), &said->roles[said->n_roles++]));
        }
    }
    return status_ok();
}

static struct status status_report_process(struct status_report *report,
                                           Agency__V1__ProcessStatus *said)
{
    const struct status_report_options *options = &report->options;
    struct arena *arena = &report->arena;
    char host[256] = { 0 };
    gethostname(host, sizeof host - 1);
    said->pid = (uint32_t)getpid();
    said->level_known = FORMAT_LEVEL;
    TRY(status_report_id(arena, options->process, &said->process_id));
    TRY(arena_text(arena, str_z(host), &said->host));
    TRY(arena_text(arena, str_z(AGENCY_VERSION), &said->version));
    TRY(status_report_roles(arena, options->roles, said));
    TRY(fields_time_new(arena, report->started_us, &said->started_at));
    return fields_time_new(arena, clock_now_us(&options->clock), &said->at);
}

/* ---- saying it ---- */

static struct status status_report_send(struct status_report *report,
                                        const Agency__V1__ProcessStatus *said)
{
    struct str value;
    TRY(pb_pack(&report->arena, &said->base, &value));
    struct evlog_item item = { .stream = EVLOG_STATUS,
                               .key = str_z(said->process_id),
                               .value = value };
    TRY(evlog_append(report->log, &item, 1));
    report->under_way = true;
    return status_ok();
}

static struct status status_report_say(struct status_report *report,
                                       const struct status_report_facts *facts, bool leaving)
{
    Agency__V1__ProcessStatus *said;
    arena_reset(&report->arena);
    TRY(pb_new(&report->arena, &agency__v1__process_status__descriptor, &said));
    TRY(status_report_process(report, said));
    TRY(status_report_partitions(&report->arena, facts, said));
    said->leaving = leaving;
    return status_report_send(report, said);
}

/* What is acknowledged makes room for the next; a broken log is opened again. */
static struct status status_report_poll(struct status_report *report)
{
    struct evlog_completion done;
    size_t count;
    if (report->log == NULL) {
        TRY(data_dir_open_log(report->options.dir, false, &report->log));
    }
    TRY(evlog_poll(report->log, &done, 1, &count));
    report->under_way &= count == 0;
    return status_ok();
}

static void status_report_drop(struct status_report *report, struct status why)
{
    struct diag_line line = diag_begin(report->options.diag, DIAG_WARN, "status_not_published");
    diag_status(&line, &why);
    diag_end(&line);
    evlog_close(report->log);
    report->log = NULL;
    report->under_way = false;
    report->next_us = clock_monotonic_us(&report->options.clock) + STATUS_REPORT_RETRY_US;
}

void status_report_step(struct status_report *report, const struct status_report_facts *facts)
{
    int64_t now_us = clock_monotonic_us(&report->options.clock);
    if (now_us < report->next_us) {
        return;
    }
    report->next_us = now_us + report->options.every_us;
    struct status st = status_report_poll(report);
    if (st.code == STATUS_OK && !report->under_way) {
        st = status_report_say(report, facts, false);
    }
    if (st.code != STATUS_OK) {
        status_report_drop(report, st);
    }
}

static struct status status_report_await(struct status_report *report)
{
    int64_t until = clock_monotonic_us(&report->options.clock) + STATUS_REPORT_LAST_US;
    TRY(status_report_poll(report));
    while (report->under_way && clock_monotonic_us(&report->options.clock) < until) {
        evlog_wait(evlog_descriptor(report->log), STATUS_REPORT_LAST_US / 10);
        TRY(status_report_poll(report));
    }
    return status_ok();
}

/* The last word of a clean stop; nobody misses it where it does not get through. */
static struct status status_report_leave(struct status_report *report,
                                         const struct status_report_facts *facts)
{
    TRY(status_report_await(report));
    TRY(report->under_way ? status_ok() : status_report_say(report, facts, true));
    return status_report_await(report);
}

void status_report_close(struct status_report *report, const struct status_report_facts *facts)
{
    if (report == NULL) {
        return;
    }
    struct status left = report->log == NULL ? status_ok() : status_report_leave(report, facts);
    (void)left; /* somebody will miss it after a while */
    evlog_close(report->log);
    arena_release(&report->arena);
    mem_free(report);
}
