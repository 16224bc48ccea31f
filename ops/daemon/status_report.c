#include "ops/daemon/status_report.h"

#include "core/base/memory.h"
#include "core/pb/message.h"

enum { STATUS_REPORT_RETRY_US = 5 * 1000000, STATUS_REPORT_LAST_US = 1000000 };
static const size_t STATUS_REPORT_ARENA_MAX = (size_t)16 << 20;

struct status_report {
    struct status_report_options options;
    struct arena arena; /* of one record */
    struct evlog *log;  /* NULL: not open */
    bool under_way;     /* the last one is not acknowledged yet */
    int64_t next_us;    /* monotonic */
};

struct status_report *status_report_open(const struct status_report_options *options)
{
    struct status_report *report = mem_zalloc(1, sizeof *report);
    report->options = *options;
    arena_init(&report->arena, STATUS_REPORT_ARENA_MAX);
    return report;
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
                                       const struct process_facts *facts, bool leaving)
{
    Agency__V1__ProcessStatus *said;
    arena_reset(&report->arena);
    TRY(process_status_make(&report->arena, &report->options.process,
                            clock_now_us(&report->options.clock), facts, &said));
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

void status_report_step(struct status_report *report, const struct process_facts *facts)
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
                                         const struct process_facts *facts)
{
    TRY(status_report_await(report));
    TRY(report->under_way ? status_ok() : status_report_say(report, facts, true));
    return status_report_await(report);
}

void status_report_close(struct status_report *report, const struct process_facts *facts)
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
