/* What a decision costs, stage by stage, beside the 20 us that 100,000 decisions a second on two
 * cores leave for all of it; and what a person waits for: one command at a time, and as many as
 * there is room for. On a log and stores on disk.
 *
 * The commands are those of a growing org: its owner, bound by a credential, registers subjects,
 * gives them seats in groups, and grants permissions on assets. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/auth/command_record.h"
#include "core/base/memory.h"
#include "core/domain/check/check.h"
#include "core/evlog/evlog_local.h"
#include "core/model/submit_and_wait.h"
#include "core/pb/message.h"
#include "tests/lib/command_text.h"
#include "tests/lib/folder_tool.h"
#include "tests/lib/log_tool.h"
#include "writers/embedded/leader.h"
#include "writers/embedded/writer.h"

enum {
    GROUPS = 100,
    COMMANDS = 60000,
    SINGLE = 1000,
    CHECKS = 100000,
    SECOND_NS = 1000000000,
    PATH_SIZE = 4096,
};

struct bench {
    char folder[FOLDER_TOOL_PATH_MAX];
    char path[PATH_SIZE];
    struct arena arena;
    struct str configuration;
    Agency__V1__Principal *admin;
    Agency__V1__Principal *owner;
    struct str *records; /* COMMANDS and what must be there before them */
    size_t records_count;
    size_t prepared; /* of them: what must be there before */
};

static void check_ok(struct status st)
{
    if (st.code != STATUS_OK) {
        fprintf(stderr, "%s: %s\n", status_code_name(st.code), st.msg);
        exit(1);
    }
}

static int64_t cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return now.tv_sec * SECOND_NS + now.tv_nsec;
}

static int64_t wall_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * SECOND_NS + now.tv_nsec;
}

static void stage(const char *name, int64_t ns, size_t count)
{
    printf("  %-44s %8.2f us\n", name, (double)ns / 1000 / (double)count);
}

/* ---- the commands ---- */

static void bench_add(struct bench *bench, const Agency__V1__Principal *principal,
                      const char *command, const char *json)
{
    struct str id = arena_printf(&bench->arena, "c%zu", bench->records_count);
    Agency__V1__Command *read = command_text_make(&bench->arena, "acme", id.data, command, json);
    check_ok(command_record_make(&bench->arena,
                                 &(struct command_record_keys){ .cluster_key = STR("key") }, read,
                                 principal, NULL, &bench->records[bench->records_count++]));
}

static void bench_prepare(struct bench *bench)
{
    char json[512];
    bench_add(
        bench, bench->admin, "createOrg",
        "{\"orgId\":\"acme\",\"owner\":{\"subjectId\":\"root\"},\"credential\":{\"credentialId\":"
        "\"c\",\"kind\":\"CREDENTIAL_KIND_API_KEY\"},\"identity\":\"root\"}");
    bench_add(bench, bench->owner, "definePermission", "{\"permission\":\"write\"}");
    bench_add(bench, bench->owner, "defineRoleType", "{\"roleType\":\"member\"}");
    for (int i = 0; i < GROUPS; i++) {
        snprintf(json, sizeof json, "{\"groupId\":\"g%d\",\"name\":\"Group %d\"}", i, i);
        bench_add(bench, bench->owner, "createGroup", json);
        snprintf(json, sizeof json,
                 "{\"roleId\":\"r%d\",\"roleType\":\"member\",\"groupIds\":[\"g%d\"]}", i, i);
        bench_add(bench, bench->owner, "createRole", json);
        snprintf(json, sizeof json, "{\"assetId\":\"a%d\",\"type\":\"repository\"}", i);
        bench_add(bench, bench->owner, "registerAsset", json);
    }
    bench->prepared = bench->records_count;
}

static void bench_grow(struct bench *bench)
{
    char json[512];
    for (int i = 0; i < COMMANDS / 3; i++) {
        snprintf(json, sizeof json,
                 "{\"subjectId\":\"s%d\",\"type\":\"SUBJECT_TYPE_AGENT\",\"name\":\"Agent %d\"}", i,
                 i);
        bench_add(bench, bench->owner, "registerSubject", json);
        snprintf(json, sizeof json, "{\"roleId\":\"r%d\",\"subjectId\":\"s%d\"}", i % GROUPS, i);
        bench_add(bench, bench->owner, "assignRole", json);
        snprintf(json, sizeof json,
                 "{\"grantId\":\"p%d\",\"permission\":\"write\",\"grantee\":{\"kind\":"
                 "\"GRANTEE_KIND_SUBJECT\",\"id\":\"s%d\"},\"on\":{\"kind\":\"OBJECT_KIND_ASSET\","
                 "\"id\":\"a%d\"}}",
                 i, i, i % GROUPS);
        bench_add(bench, bench->owner, "grantPermission", json);
    }
}

static void bench_init(struct bench *bench)
{
    char admin[] = "admin";
    char *creators[] = { admin };
    Agency__V1__DecidingConfiguration message = AGENCY__V1__DECIDING_CONFIGURATION__INIT;
    message.operators = message.org_creators = creators;
    message.n_operators = message.n_org_creators = 1;
    arena_init(&bench->arena, (size_t)2 << 30);
    check_ok(pb_pack(&bench->arena, &message.base, &bench->configuration));
    check_ok(principal_parse(&bench->arena, STR("key"), STR("admin"), &bench->admin));
    check_ok(principal_parse(&bench->arena, STR("key"), STR("API_KEY:root"), &bench->owner));
    bench->records = mem_zalloc(COMMANDS + 4 * GROUPS + 8, sizeof *bench->records);
    int64_t began = cpu_ns();
    bench_prepare(bench);
    bench_grow(bench);
    printf("client and intake, one thread:\n");
    stage("JSON to message, seal, pack", cpu_ns() - began, bench->records_count);
}

/* ---- stages ---- */

static struct evlog *bench_log(struct bench *bench, const char *name)
{
    struct evlog_identity identity = log_tool_identity(1);
    struct evlog_local_options options = { 0 };
    struct evlog *log;
    snprintf(bench->path, sizeof bench->path, "%s/%s", bench->folder, name);
    check_ok(evlog_local_create(bench->path, &identity));
    check_ok(evlog_local_open(bench->path, &options, &log));
    return log;
}

struct times {
    int64_t decide;
    int64_t confirm;
    int64_t write;
};

static void run_batch(struct leader *leader, const struct str *records, size_t count,
                      struct times *times)
{
    enum { BATCH = 256 };
    static struct buf values[BATCH];
    static struct hash heads[BATCH];
    int64_t began = cpu_ns();
    for (size_t i = 0; i < count; i++) {
        struct submit_answer answer;
        struct str record;
        check_ok(leader_decide(leader, records[i], wall_ns() / 1000, &answer, &record));
        if (answer.code != STATUS_OK) {
            fprintf(stderr, "%s: %s\n", status_code_name(answer.code), answer.reason);
            exit(1);
        }
        values[i].size = 0;
        buf_append(&values[i], record);
        heads[i] = leader->decider.chain.head;
    }
    int64_t decided = cpu_ns();
    for (size_t i = 0; i < count; i++) {
        check_ok(leader_confirm(leader, leader->decisions_end, buf_str(&values[i]), &heads[i]));
    }
    times->decide += decided - began;
    times->confirm += cpu_ns() - decided;
}

/* Without the log: what the deciding thread itself does for a command. */
static void bench_stages(struct bench *bench)
{
    enum { BATCH = 256, WRITE_EVERY = 64 };
    struct evlog *log = bench_log(bench, "stages");
    char store[PATH_SIZE];
    snprintf(store, sizeof store, "%s/stages-store", bench->folder);
    struct leader_options options = {
        .store = store, .log = log, .clock = clock_real(), .configuration = bench->configuration
    };
    struct leader *leader;
    struct times times = { 0 };
    check_ok(leader_open(&options, &leader));
    for (size_t i = 0; i < bench->records_count; i += BATCH) {
        size_t left = bench->records_count - i;
        run_batch(leader, bench->records + i, left < BATCH ? left : BATCH, &times);
        if (i / BATCH % WRITE_EVERY == WRITE_EVERY - 1 || left <= BATCH) {
            int64_t began = cpu_ns();
            check_ok(partition_write(leader->partition));
            times.write += cpu_ns() - began;
        }
    }
    printf("a decision, deciding thread (the log's thread and compaction are beside it):\n");
    stage("decide: read, check, evolve, encode, chain", times.decide, bench->records_count);
    stage("confirm: judge and pass the record", times.confirm, bench->records_count);
    stage("write the store, with indexes and root", times.write, bench->records_count);
    stage("all, of a budget of 20 us", times.decide + times.confirm + times.write,
          bench->records_count);
    leader_close(leader);
    evlog_close(log);
}

/* ---- through the writer ---- */

struct bench_writer {
    struct bench *bench;
    atomic_size_t answered;
};

static struct status bench_open_log(void *context, bool read_only, struct evlog **log)
{
    struct bench_writer *self = context;
    struct evlog_local_options options = { 0 };
    (void)read_only; /* one handle does both */
    return evlog_local_open(self->bench->path, &options, log);
}

static void bench_done(void *context, const struct submit_answer *answer)
{
    struct bench_writer *self = context;
    if (answer->code != STATUS_OK) {
        fprintf(stderr, "%s: %s\n", status_code_name(answer->code), answer->reason);
        exit(1);
    }
    atomic_fetch_add(&self->answered, 1);
}

static int bench_compare(const void *a, const void *b)
{
    const int64_t *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

static void bench_single(struct writer *writer, const struct str *records)
{
    int64_t *took = mem_zalloc(SINGLE, sizeof *took);
    const struct submit port = writer_port(writer);
    for (size_t i = 0; i < SINGLE; i++) {
        struct submit_answer answer;
        int64_t began = wall_ns();
        const struct submit_command sent = { .org_id = STR("acme"), .record = records[i] };
        check_ok(submit_and_wait(&port, &sent, &answer));
        took[i] = wall_ns() - began;
    }
    qsort(took, SINGLE, sizeof *took, bench_compare);
    printf("one command at a time, acknowledged after its sync: p50 %.2f ms, p99 %.2f ms\n",
           (double)took[SINGLE / 2] / 1e6, (double)took[SINGLE * 99 / 100] / 1e6);
    mem_free(took);
}

static void bench_many(struct bench_writer *self, struct writer *writer, const struct str *records,
                       size_t count)
{
    int64_t began = wall_ns();
    for (size_t i = 0; i < count; i++) {
        const struct submit_command sent = { .org_id = STR("acme"), .record = records[i] };
        struct status st;
        do {
            st = writer_submit(writer, &sent, bench_done, self);
            if (st.code == STATUS_RESOURCE_EXHAUSTED) {
                nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
            }
        } while (st.code == STATUS_RESOURCE_EXHAUSTED);
        check_ok(st);
    }
    while (atomic_load(&self->answered) < count) {
        nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
    }
    double seconds = (double)(wall_ns() - began) / SECOND_NS;
    printf("as many as there is room for: %.0f decisions/s, acknowledged\n",
           (double)count / seconds);
}

static void bench_through_writer(struct bench *bench)
{
    struct bench_writer self = { .bench = bench };
    struct writer *writer;
    char stores[PATH_SIZE];
    evlog_close(bench_log(bench, "writer"));
    snprintf(stores, sizeof stores, "%s/stores", bench->folder);
    struct writer_options options = { .opener = { bench_open_log, &self },
                                      .stores = stores,
                                      .clock = clock_real(),
                                      .configuration = bench->configuration };
    check_ok(writer_open(&options, &writer));
    bench_many(&self, writer, bench->records, bench->prepared);
    bench_single(writer, bench->records + bench->prepared);
    self.answered = 0;
    size_t done = bench->prepared + SINGLE;
    bench_many(&self, writer, bench->records + done, bench->records_count - done);
    check_ok(writer_close(writer));
}

/* ---- questions ---- */

static void bench_check_at(struct partition *partition, uint64_t as_of, const char *name)
{
    struct stored stored;
    struct org_view org;
    struct arena arena;
    arena_init(&arena, (size_t)1 << 30);
    stored_init(&stored, partition->reader, as_of, (size_t)1 << 30);
    org_view_init(&org, &stored.source, STR("acme"));
    size_t allowed = 0;
    int64_t began = cpu_ns();
    for (int i = 0; i < CHECKS; i++) {
        char subject[16], asset[16];
        int subject_size = snprintf(subject, sizeof subject, "s%d", i % (COMMANDS / 6));
        int asset_size = snprintf(asset, sizeof asset, "a%d", i % GROUPS);
        struct check_question question = {
            .subject_id = { subject, (size_t)subject_size },
            .permission = STR("write"),
            .object = { OBJECT_ASSET, { asset, (size_t)asset_size } },
        };
        struct check_answer answer;
        arena_reset(&arena);
        check_ok(check(&org.view, &arena, wall_ns() / 1000, &question, &answer));
        allowed += answer.allowed;
    }
    stage(name, cpu_ns() - began, CHECKS);
    if (allowed == 0) {
        fprintf(stderr, "expected some to be allowed\n");
        exit(1);
    }
    stored_release(&stored);
    arena_release(&arena);
}

static void bench_questions(struct bench *bench)
{
    struct evlog_local_options read = { .read_only = true };
    struct evlog *log;
    char store[PATH_SIZE];
    check_ok(evlog_local_open(bench->path, &read, &log));
    snprintf(store, sizeof store, "%s/stores/p00", bench->folder);
    struct partition_options options = {
        .store = store, .log = log, .level_known = FORMAT_LEVEL, .memory_max = (size_t)1 << 30
    };
    struct partition *partition;
    check_ok(partition_open(&options, &partition));
    printf("Check on a store, one thread, %d subjects:\n", COMMANDS / 6);
    bench_check_at(partition, STORE_LATEST, "latest");
    bench_check_at(partition, bench->records_count / 2 + bench->prepared, "as of the middle");
    partition_close(partition);
    evlog_close(log);
}

int main(void)
{
    struct bench bench = { 0 };
    folder_tool_make(bench.folder);
    bench_init(&bench);
    bench_stages(&bench);
    bench_through_writer(&bench);
    bench_questions(&bench);
    folder_tool_remove(bench.folder);
    mem_free(bench.records);
    arena_release(&bench.arena);
    return 0;
}
