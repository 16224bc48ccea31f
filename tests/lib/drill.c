#include "tests/lib/drill.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "tests/lib/broker_tool.h"
#include "tests/lib/test.h"

enum { WORDS_MAX = 32, STOP_SECONDS = 20, SETTLE_SECONDS = 90, STEP_US = 20000 };

/* A test may have given a member a disk of its own for its stores. */
static void drill_remove(const struct drill *drill)
{
    char path[FOLDER_TOOL_PATH_MAX + 32];
    for (int i = 0; i < DRILL_MEMBERS_MAX; i++) {
        snprintf(path, sizeof path, "%s/d%d/stores", drill->folder, i);
        umount2(path, MNT_DETACH);
    }
    folder_tool_remove(drill->folder);
}

/* Of a test that is not over: it failed, when another one begins. */
static struct drill drill_left;
static bool drill_open_now;

static void drill_end_left(void)
{
    if (!drill_open_now) {
        return;
    }
    for (int i = 0; i < DRILL_MEMBERS_MAX; i++) {
        if (drill_left.members[i].made) {
            process_tool_show(&drill_left.members[i].process);
            process_tool_kill(&drill_left.members[i].process);
        }
    }
    drill_remove(&drill_left);
    drill_open_now = false;
}

static void drill_keep(const struct drill *drill)
{
    static bool registered;
    if (!registered) {
        atexit(drill_end_left);
        registered = true;
    }
    drill_left = *drill;
    drill_open_now = true;
}

static struct status drill_open_log(void *context, bool read_only, struct evlog **log)
{
    (void)read_only; /* one handle does both */
    return evlog_kafka_open(context, log);
}

int drill_ctl(struct drill *drill, int member, const char *const *words)
{
    char program[PROCESS_TOOL_PATH_MAX], log[FOLDER_TOOL_PATH_MAX + 16];
    const char *argv[WORDS_MAX] = { program, "--data", drill->members[member].data };
    process_tool_find("agencyctl", program);
    snprintf(log, sizeof log, "%s/ctl.log", drill->folder);
    for (int i = 0; words[i] != NULL; i++) {
        argv[3 + i] = words[i];
    }
    return process_tool_run(log, argv);
}

static void drill_ctl_must(struct drill *drill, int member, const char *const *words)
{
    struct process_tool said = { 0 };
    if (drill_ctl(drill, member, words) != 0) {
        snprintf(said.log, sizeof said.log, "%s/ctl.log", drill->folder);
        process_tool_show(&said);
        fail_msg("expected agencyctl %s %s to end well", words[0], words[1]);
    }
}

static void drill_make(struct drill *drill, int member, uint32_t partitions_count)
{
    struct drill_member *self = &drill->members[member];
    char count[16], folder[FOLDER_TOOL_PATH_MAX], key[FOLDER_TOOL_PATH_MAX + 16];
    memcpy(folder, drill->folder, sizeof folder);
    snprintf(self->data, sizeof self->data, "%s/d%d", folder, member);
    snprintf(self->log, sizeof self->log, "%s/d%d.log", folder, member);
    snprintf(count, sizeof count, "%" PRIu32, partitions_count);
    snprintf(key, sizeof key, "%s/d0/cluster.key", drill->folder);
    const char *create[] = { "--brokers",
                             drill->options.brokers,
                             "--prefix",
                             drill->prefix,
                             "--partitions",
                             count,
                             "log",
                             "create",
                             NULL };
    const char *join[] = { "--brokers", drill->options.brokers, "--prefix", drill->prefix, "log",
                           "join",      "--cluster-key",        key,        NULL };
    drill_ctl_must(drill, member, partitions_count > 0 ? create : join);
    self->made = true;
}

static void drill_read_key(struct drill *drill)
{
    char path[FOLDER_TOOL_PATH_MAX + 32];
    snprintf(path, sizeof path, "%s/cluster.key", drill->members[0].data);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    drill->cluster_key.size = fread(buf_reserve(&drill->cluster_key, 4096), 1, 4096, file);
    fclose(file);
}

void drill_open(struct drill *drill, uint32_t partitions_count)
{
    static int made;
    drill_end_left();
    *drill = (struct drill){ 0 };
    if (broker_tool_address() == NULL) {
        skip(); /* there is no Java */
    }
    folder_tool_make(drill->folder);
    snprintf(drill->prefix, sizeof drill->prefix, "drill-%ld-%d", (long)getpid(), made++);
    drill->options = (struct evlog_kafka_options){ .brokers = broker_tool_address(),
                                                   .prefix = drill->prefix,
                                                   .timeout_ms = 30000 };
    drill_make(drill, 0, partitions_count);
    drill_read_key(drill);
    drill_keep(drill);
}

/* The same, with other roles. */
static void drill_start_as(struct drill *drill, int member, int rank, const char *roles)
{
    struct drill_member *self = &drill->members[member];
    char program[PROCESS_TOOL_PATH_MAX], role[64], order[32], timeout[32];
    if (!self->made) {
        drill_make(drill, member, 0);
    }
    process_tool_find("agencyd", program);
    snprintf(role, sizeof role, "--roles=%s", roles);
    snprintf(order, sizeof order, "--rank=%d", rank);
    snprintf(timeout, sizeof timeout, "--election-timeout=%dms", DRILL_ELECTION_TIMEOUT_MS);
    const char *argv[] = { program, "--data", self->data, role, order, timeout, NULL };
    process_tool_start(&self->process, self->log, argv);
    drill_keep(drill);
}

void drill_start(struct drill *drill, int member, int rank)
{
    drill_start_as(drill, member, rank, "writer,projector");
}

void drill_load(struct drill *drill, uint32_t orgs_count, uint64_t commands_max)
{
    struct load_options options = { .opener = { drill_open_log, &drill->options },
                                    .name = "load",
                                    .orgs_count = orgs_count,
                                    .cluster_key = buf_str(&drill->cluster_key),
                                    .commands_max = commands_max,
                                    .waiting_max = 4096,
                                    .retry_us = 3000000 };
    drill->load = load_open(&options);
    load_send(drill->load, orgs_count, 0);
    load_settle(drill->load, SETTLE_SECONDS);
    load_forget_pause(drill->load);
}

static void drill_check_stores(struct drill *drill, struct evlog *log)
{
    char store[FOLDER_TOOL_PATH_MAX + 64];
    for (int i = 0; i < DRILL_MEMBERS_MAX; i++) {
        for (uint32_t p = 0; drill->members[i].made && p < log->identity.partitions_count; p++) {
            snprintf(store, sizeof store, "%s/stores/p%02" PRIu32, drill->members[i].data, p);
            audit_store(log, p, store);
        }
    }
}

static void drill_say(const struct drill *drill, const char *what)
{
    const struct audit *audit = &drill->audit;
    print_message("told %s: %" PRIu64 " acknowledged, %" PRIu64 " lost, %" PRIu64
                  " decided twice, longest pause %.1f s (%" PRIu64 " sent again, %" PRIu64
                  " epochs, %" PRIu64 " fenced records)\n",
                  what, audit->acknowledged, audit->lost, audit->twice, drill->pause,
                  drill->load->again, audit->epochs, audit->fenced);
}

void drill_abandon(struct drill *drill)
{
    for (int i = 0; i < DRILL_MEMBERS_MAX; i++) {
        process_tool_kill(&drill->members[i].process);
    }
    load_close(drill->load);
    buf_release(&drill->cluster_key);
    drill_remove(drill);
    drill_open_now = false;
}

void drill_close(struct drill *drill, const char *what)
{
    load_settle(drill->load, SETTLE_SECONDS);
    for (int i = 0; i < DRILL_MEMBERS_MAX; i++) {
        if (drill->members[i].process.pid != 0) {
            assert_int_equal(process_tool_stop(&drill->members[i].process, STOP_SECONDS), 0);
        }
    }
    drill->pause = load_pause(drill->load);
    audit_run(drill->load, drill->load->log, &drill->audit);
    drill_say(drill, what);
    assert_string_equal(drill->audit.fault, "");
    assert_int_equal(audit_faults(&drill->audit), 0);
    assert_int_equal(drill->audit.dead_letters, 0);
    assert_int_equal(drill->audit.acknowledged, drill->load->sent);
    assert_string_equal(drill->load->reason, "");
    drill_check_stores(drill, drill->load->log);
    drill_abandon(drill);
}

/* Whether a member has printed this text since it was made. */
static bool drill_said(const struct drill *drill, int member, const char *text)
{
    char line[2048];
    bool found = false;
    FILE *file = fopen(drill->members[member].log, "r");
    while (file != NULL && !found && fgets(line, sizeof line, file) != NULL) {
        found = strstr(line, text) != NULL;
    }
    if (file != NULL) {
        fclose(file);
    }
    return found;
}

void drill_await(const struct drill *drill, int member, const char *text, double seconds_max)
{
    struct clock clock = clock_real();
    int64_t until_us = clock_monotonic_us(&clock) + (int64_t)(seconds_max * 1e6);
    while (!drill_said(drill, member, text)) {
        if (clock_monotonic_us(&clock) > until_us) {
            fail_msg("expected member %d to say '%s' within %.0f s", member, text, seconds_max);
        }
        usleep(STEP_US);
    }
}
