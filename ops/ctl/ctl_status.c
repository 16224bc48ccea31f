/* status: who serves which partition, how far everybody is, and who may write decisions. Processes
 * say it themselves on the log's stream `status`, every second or two. Where the log ends is asked
 * first, then each process is given the time to say one word more: so what lacks, lacked. A server
 * is asked for its own word alone. */
#include <inttypes.h>
#include <stdio.h>

#include "agency/v1/admin_service.pb-c.h"
#include "core/domain/kernel/fields.h"
#include "core/evlog/closing.h"
#include "core/pb/message.h"
#include "ops/ctl/server_client.h"
#include "ops/ctl/status_text.h"
#include "ops/ctl/status_topics.h"

enum {
    STATUS_RECORDS_MAX = 4096, /* read from the end: more than a minute of hundred processes */
    STATUS_PROCESSES_MAX = 256,
    STATUS_RUN = 128,
    STATUS_PATIENCE_US = 3 * 1000000, /* for a word of everybody */
    STATUS_WAIT_US = 100 * 1000,
};

struct status_run {
    struct ctl *ctl;
    struct evlog *log;
    Agency__V1__StatusResponse response;
    int64_t now_us;
    struct status_ends *ends; /* by partition */
};

/* Where the log ended when it was asked. */
struct status_ends {
    uint64_t decisions;
    uint64_t commands;
};

/* ---- what the processes say ---- */

static Agency__V1__ProcessStatus **status_find(struct status_run *run, const char *process_id)
{
    for (size_t i = 0; i < run->response.n_processes; i++) {
        if (strcmp(run->response.processes[i]->process_id, process_id) == 0) {
            return &run->response.processes[i];
        }
    }
    return run->response.n_processes < STATUS_PROCESSES_MAX
               ? &run->response.processes[run->response.n_processes++]
               : NULL;
}

/* The last record of a process counts. Others may have written what is none: it is passed over. */
static struct status status_take(struct status_run *run, struct str value)
{
    Agency__V1__ProcessStatus *said;
    struct status st = pb_unpack(&run->ctl->arena, &agency__v1__process_status__descriptor, value,
                                 PB_OUTSIDE, &said);
    if (st.code != STATUS_OK) {
        return st.code == STATUS_INVALID_ARGUMENT ? status_ok() : st;
    }
    Agency__V1__ProcessStatus **place = status_find(run, said->process_id);
    if (place != NULL) {
        *place = said;
    }
    return status_ok();
}

static struct status status_take_all(struct status_run *run, const struct evlog_record *records,
                                     size_t count)
{
    for (size_t i = 0; i < count; i++) {
        TRY(status_take(run, records[i].value));
    }
    return status_ok();
}

/* Whether everybody who is there has spoken since the log was asked. */
static bool status_all_spoke(const struct status_run *run)
{
    for (size_t i = 0; i < run->response.n_processes; i++) {
        const Agency__V1__ProcessStatus *process = run->response.processes[i];
        if (!process->leaving && !status_text_is_late(process, run->now_us) &&
            fields_time_us(process->at) < run->now_us) {
            return false;
        }
    }
    return true;
}

static struct status status_await(struct status_run *run, struct evlog_reader *reader)
{
    struct evlog_record records[STATUS_RUN];
    size_t count;
    int64_t until = clock_monotonic_us(&run->ctl->clock) + STATUS_PATIENCE_US;
    while (!status_all_spoke(run) && clock_monotonic_us(&run->ctl->clock) < until) {
        evlog_wait(evlog_reader_descriptor(reader), STATUS_WAIT_US);
        TRY(evlog_reader_read(reader, records, STATUS_RUN, &count));
        TRY(status_take_all(run, records, count));
    }
    return status_ok();
}

static struct status status_hear(struct status_run *run, struct evlog_reader *reader,
                                 uint64_t begin, uint64_t end)
{
    struct evlog_record records[STATUS_RUN];
    size_t count;
    TRY(evlog_reader_seek(reader, 0, begin));
    do {
        TRY(evlog_reader_read_to(reader, 0, end, records, STATUS_RUN, &count));
        TRY(status_take_all(run, records, count));
    } while (count > 0);
    return status_await(run, reader);
}

static struct status status_processes(struct status_run *run)
{
    struct evlog_reader *reader;
    uint64_t begin, end;
    ARENA_TRY(&run->ctl->arena, run->response.processes,
              arena_alloc(&run->ctl->arena, STATUS_PROCESSES_MAX * sizeof(void *)));
    TRY(evlog_range(run->log, EVLOG_STATUS, 0, &begin, &end));
    if (end - begin > STATUS_RECORDS_MAX) {
        begin = end - STATUS_RECORDS_MAX;
    }
    TRY(evlog_reader_open(run->log, EVLOG_STATUS, &reader));
    struct status st = status_hear(run, reader, begin, end);
    evlog_reader_close(reader);
    return st;
}

static void status_drop_left(Agency__V1__StatusResponse *response)
{
    size_t kept = 0;
    for (size_t i = 0; i < response->n_processes; i++) {
        if (!response->processes[i]->leaving) {
            response->processes[kept++] = response->processes[i];
        }
    }
    response->n_processes = kept;
}

/* ---- the partitions ---- */

static struct status status_find_ends(struct status_run *run)
{
    uint64_t begin;
    uint32_t count = run->log->identity.partitions_count;
    ARENA_TRY(&run->ctl->arena, run->ends,
              arena_alloc(&run->ctl->arena, count * sizeof *run->ends));
    for (uint32_t i = 0; i < count; i++) {
        struct status st =
            evlog_range(run->log, EVLOG_DECISIONS, i, &begin, &run->ends[i].decisions);
        if (st.code == STATUS_OK) {
            st = evlog_range(run->log, EVLOG_COMMANDS, i, &begin, &run->ends[i].commands);
        }
        TRY(status_prefix(st, "partition %" PRIu32, i));
    }
    run->now_us = clock_now_us(&run->ctl->clock);
    return status_ok();
}

static bool status_same_root(const Agency__V1__PartitionStatus *a,
                             const Agency__V1__PartitionReport *b)
{
    return str_eq(str_make(a->root.data, a->root.len), str_make(b->root.data, b->root.len));
}

static void status_add_root(Agency__V1__PartitionReport *report,
                            const Agency__V1__PartitionStatus *said)
{
    if (said->root_sequence > 0 && said->root_sequence == report->root_sequence) {
        report->differs |= !status_same_root(said, report);
    } else if (said->root_sequence > report->root_sequence) {
        report->root_sequence = said->root_sequence;
        report->root = said->root;
    }
}

/* What one process knows of a partition; the newest epoch's owner is its owner. */
static void status_add(Agency__V1__PartitionReport *report,
                       const Agency__V1__ProcessStatus *process,
                       const Agency__V1__PartitionStatus *said, uint64_t decisions_end, bool gone)
{
    bool serves = said->state == AGENCY__V1__PARTITION_STATE__PARTITION_STATE_LEADER;
    if (serves && !gone && said->epoch >= report->epoch) {
        report->leader = process->process_id;
        report->behind = decisions_end > said->offset ? decisions_end - said->offset : 0;
    }
    report->epoch = said->epoch > report->epoch ? said->epoch : report->epoch;
    report->sequence = said->sequence > report->sequence ? said->sequence : report->sequence;
    status_add_root(report, said);
}

/* What cannot be read in one partition hides nothing about the others. */
static struct status status_closed(struct status_run *run, uint32_t number,
                                   Agency__V1__PartitionReport *report)
{
    bool closed = false;
    struct status st = closing_find(run->log, number, &closed);
    report->closed = closed;
    if (st.code == STATUS_OK) {
        return st;
    }
    struct str trouble =
        arena_printf(&run->ctl->arena, "%s: %s", status_code_name(st.code), st.msg);
    if (trouble.data == NULL) {
        return arena_full(&run->ctl->arena);
    }
    report->trouble = (char *)(uintptr_t)trouble.data;
    run->ctl->exit = st.code == STATUS_DATA_LOSS ? CTL_DAMAGED : CTL_FAILED;
    return status_ok();
}

static struct status status_report(struct status_run *run, uint32_t number,
                                   Agency__V1__PartitionReport *report)
{
    uint64_t answered = 0, published = 0;
    struct status_ends ends = run->ends[number];
    report->partition = number;
    for (size_t i = 0; i < run->response.n_processes; i++) {
        const Agency__V1__ProcessStatus *process = run->response.processes[i];
        const Agency__V1__PartitionStatus *said = status_text_partition(process, number);
        if (said != NULL) {
            report->heard = true;
            bool gone = process->leaving || status_text_is_late(process, run->now_us);
            status_add(report, process, said, ends.decisions, gone);
            answered = said->next_command_offset > answered ? said->next_command_offset : answered;
            published = said->published_sequence > published ? said->published_sequence : published;
            report->published |= !gone && said->published_sequence > 0;
        }
    }
    if (report->heard) {
        report->waiting = ends.commands > answered ? ends.commands - answered : 0;
    }
    if (report->published) {
        report->unpublished = report->sequence > published ? report->sequence - published : 0;
    }
    if (report->differs) {
        run->ctl->exit = CTL_DAMAGED;
    }
    return report->leader[0] == '\0' ? status_closed(run, number, report) : status_ok();
}

static struct status status_partitions(struct status_run *run)
{
    struct arena *arena = &run->ctl->arena;
    uint32_t count = run->log->identity.partitions_count;
    ARENA_TRY(arena, run->response.partitions, arena_alloc(arena, count * sizeof(void *)));
    for (uint32_t i = 0; i < count; i++) {
        TRY(pb_new(arena, &agency__v1__partition_report__descriptor, &run->response.partitions[i]));
        run->response.n_partitions++;
        TRY(status_report(run, i, run->response.partitions[i]));
    }
    return status_ok();
}

/* ---- telling it ---- */

static struct status status_say(struct status_run *run)
{
    const struct status_text text = { .response = &run->response,
                                      .now_us = run->now_us,
                                      .all = run->ctl->options.all,
                                      .arena = &run->ctl->arena,
                                      .out = &run->ctl->out };
    return run->ctl->options.output == CTL_JSON ? ctl_json(run->ctl, &run->response.base)
                                                : status_text_say(&text);
}

static struct status status_of_server(struct status_run *run)
{
    const Agency__V1__GetProcessStatusRequest request =
        AGENCY__V1__GET_PROCESS_STATUS_REQUEST__INIT;
    Agency__V1__ProcessStatus *process;
    TRY(server_client_call(run->ctl->server, &run->ctl->arena, "agency.v1.Admin/GetProcessStatus",
                           &request.base, &agency__v1__process_status__descriptor, &process));
    run->response.n_processes = 1;
    run->response.processes = &process;
    run->now_us = clock_now_us(&run->ctl->clock);
    return status_say(run);
}

struct status ctl_status(struct ctl *ctl)
{
    struct status_run run = { .ctl = ctl };
    agency__v1__status_response__init(&run.response);
    if (ctl->server != NULL) {
        return status_of_server(&run);
    }
    if (!ctl->dir.shared) {
        return status_error(STATUS_FAILED_PRECONDITION,
                            "expected an agencyd that serves the folder, or a log on Kafka");
    }
    TRY(data_dir_open_log(&ctl->dir, true, &run.log));
    struct status st = status_find_ends(&run);
    if (st.code == STATUS_OK) {
        st = status_processes(&run);
    }
    if (st.code == STATUS_OK) {
        st = status_partitions(&run);
        status_drop_left(&run.response);
    }
    if (st.code == STATUS_OK) {
        st = status_topics_ask(&ctl->dir.kafka, &ctl->arena, &run.response);
    }
    evlog_close(run.log);
    return st.code == STATUS_OK ? status_say(&run) : st;
}
