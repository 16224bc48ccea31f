/* What falls due all at once, and how long the commands of others wait meanwhile: 100,000 grants of
 * one org, then one grant of each of 100,000 orgs, all of one partition, which one thread decides.
 * The clock leaps to that time; the log is in memory, so that no disk is measured. And what
 * deadlines cost a command where nothing is due. Aims: other orgs' commands keep p99 < 50 ms; less
 * than 0.1 us a command.
 *
 * A wait is told by the machine's clock, and by the processor time that the deciding thread has
 * used meanwhile: what it would be on a machine that has nothing else to do. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/auth/command_record.h"
#include "core/base/memory.h"
#include "core/base/time.h"
#include "core/evlog/evlog_mem.h"
#include "core/model/dues.h"
#include "core/model/shelf.h"
#include "core/pb/message.h"
#include "tests/lib/bench.h"
#include "tests/lib/command_text.h"
#include "tests/lib/folder_tool.h"
#include "tests/lib/log_tool.h"
#include "tests/lib/test.h"
#include "tests/lib/writer_kit.h"
#include "writers/embedded/writer.h"
#include "writers/timers.h"

enum {
    DUES = 100000,
    SUBJECTS = 1000,
    OTHERS = 64, /* orgs whose commands are measured */
    RATE = 500,  /* of them a second */
    QUIET_SECONDS = 3,
    BEFORE_SECONDS = 4,
    MEASURED_MAX = 200000,
    ARENA_EVERY = 1000,
};

/* ---- the writer ---- */

struct due_bench {
    char folder[FOLDER_TOOL_PATH_MAX];
    struct evlog_mem *mem;
    struct shelf *shelf; /* as of a server: stores are written by and by */
    struct arena arena, commands;
    struct str configuration;
    Agency__V1__Principal *admin;
    _Atomic int64_t ahead_us;
    struct clock machine;
    struct writer *writer;
    atomic_size_t answered;
    size_t sent;
    char due[TIME_TEXT_SIZE];
    int64_t due_us;
    _Atomic uint64_t sequence;        /* of the last answer */
    _Atomic(uint64_t) thread;         /* that decides; 0: not known yet */
    int64_t took_us[2][MEASURED_MAX]; /* by the machine's clock; of the deciding thread */
    _Atomic uint32_t measured;
};

static int64_t bench_now_us(void *self)
{
    struct due_bench *bench = self;
    return clock_now_us(&bench->machine) + atomic_load(&bench->ahead_us);
}

static int64_t bench_monotonic_us(void *self)
{
    return clock_monotonic_us(&((struct due_bench *)self)->machine);
}

static struct status bench_open_log(void *context, bool read_only, struct evlog **log)
{
    return evlog_mem_open(((struct due_bench *)context)->mem, read_only, log);
}

static void bench_open(struct due_bench *bench)
{
    const struct evlog_identity identity = log_tool_identity(1);
    folder_tool_make(bench->folder);
    arena_init(&bench->arena, 1 << 20);
    arena_init(&bench->commands, (size_t)64 << 20);
    bench->shelf = shelf_new(1);
    bench->mem = evlog_mem_new(&identity, EVLOG_MEM_EXCLUSIVE);
    bench->configuration = writer_kit_configuration(&bench->arena);
    assert_ok(principal_parse(&bench->arena, STR("key"), STR("admin"), &bench->admin));
    bench->machine = clock_real();
    bench->due_us = clock_now_us(&bench->machine) + INT64_C(7200) * 1000000;
    bench->due_us -= bench->due_us % 1000000;
    time_format(bench->due_us, bench->due);
    const struct writer_options options = { .opener = { bench_open_log, bench },
                                            .stores = bench->folder,
                                            .clock = { bench_now_us, bench_monotonic_us,
                                                       bench_monotonic_us, bench },
                                            .accept_clock = true,
                                            .timed = true,
                                            .shelf = bench->shelf,
                                            .configuration = bench->configuration };
    assert_ok(writer_open(&options, &bench->writer));
}

static void bench_close(struct due_bench *bench)
{
    assert_ok(writer_close(bench->writer));
    evlog_mem_free(bench->mem);
    shelf_free(bench->shelf);
    arena_release(&bench->commands);
    arena_release(&bench->arena);
    folder_tool_remove(bench->folder);
}

/* ---- commands ---- */

static struct str bench_record(struct due_bench *bench, const char *org_id, const char *command,
                               const char *json)
{
    struct str record, id;
    if (bench->sent % ARENA_EVERY == 0) {
        arena_reset(&bench->commands);
    }
    id = arena_printf(&bench->commands, "c%zu", bench->sent++);
    Agency__V1__Command *read = command_text_make(&bench->commands, org_id, id.data, command, json);
    assert_ok(command_record_make(&bench->commands,
                                  &(struct command_record_keys){ .cluster_key = STR("key") }, read,
                                  bench->admin, NULL, &record));
    return record;
}

static void bench_pause(void)
{
    nanosleep(&(struct timespec){ .tv_nsec = 200000 }, NULL);
}

static void bench_send(struct due_bench *bench, const char *org_id, struct str record,
                       submit_done *done, void *context)
{
    const struct submit_command sent = { .org_id = str_z(org_id), .record = record };
    struct status st = writer_submit(bench->writer, &sent, done, context);
    while (st.code == STATUS_RESOURCE_EXHAUSTED) {
        bench_pause();
        st = writer_submit(bench->writer, &sent, done, context);
    }
    assert_ok(st);
}

static void bench_done(void *context, const struct submit_answer *answer)
{
    struct due_bench *bench = context;
    if (answer->code != STATUS_OK) {
        fprintf(stderr, "%s: %s\n", status_code_name(answer->code), answer->reason);
        exit(1);
    }
    atomic_store(&bench->thread, (uint64_t)pthread_self());
    atomic_store(&bench->sequence, answer->sequence);
    atomic_fetch_add(&bench->answered, 1);
}

static void bench_do(struct due_bench *bench, const char *org_id, const char *command,
                     const char *json)
{
    bench_send(bench, org_id, bench_record(bench, org_id, command, json), bench_done, bench);
}

static void bench_settle(struct due_bench *bench)
{
    while (atomic_load(&bench->answered) < bench->sent) {
        bench_pause();
    }
}

static void bench_make_org(struct due_bench *bench, const char *org_id)
{
    char json[512];
    snprintf(json, sizeof json,
             "{\"orgId\":\"%s\",\"owner\":{\"subjectId\":\"root\"},\"credential\":{"
             "\"credentialId\":\"c\",\"kind\":\"CREDENTIAL_KIND_API_KEY\"},\"identity\":\"%s\"}",
             org_id, org_id);
    bench_do(bench, org_id, "createOrg", json);
}

static void bench_grant(struct due_bench *bench, const char *org_id, size_t number,
                        const char *permission, const char *subject_id)
{
    char json[512];
    snprintf(json, sizeof json,
             "{\"grantId\":\"g%zu\",\"permission\":\"%s\",\"grantee\":{\"kind\":"
             "\"GRANTEE_KIND_SUBJECT\",\"id\":\"%s\"},\"on\":{\"kind\":\"OBJECT_KIND_ORG\"},"
             "\"expiresAt\":\"%s\"}",
             number, permission, subject_id, bench->due);
    bench_do(bench, org_id, "grantPermission", json);
}

/* ---- commands that are measured ---- */

struct measured {
    struct due_bench *bench;
    int64_t sent_us, sent_cpu_us;
};

/* What the deciding thread has used; asked by others, once it has answered something. */
static int64_t bench_cpu_us(struct due_bench *bench)
{
    const uint64_t thread = atomic_load(&bench->thread);
    clockid_t clock;
    struct timespec now;
    assert_true(thread != 0);
    assert_int_equal(pthread_getcpuclockid((pthread_t)thread, &clock), 0);
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void measured_done(void *context, const struct submit_answer *answer)
{
    struct measured *measured = context;
    struct due_bench *bench = measured->bench;
    uint32_t at = atomic_load(&bench->measured);
    assert_true(at < MEASURED_MAX);
    bench->took_us[0][at] = clock_monotonic_us(&bench->machine) - measured->sent_us;
    bench->took_us[1][at] = bench_cpu_us(bench) - measured->sent_cpu_us;
    atomic_store(&bench->measured, at + 1);
    bench_done(bench, answer);
    mem_free(measured);
}

static void measured_send(struct due_bench *bench, size_t number)
{
    char org_id[16], json[64];
    struct measured *measured = mem_zalloc(1, sizeof *measured);
    snprintf(org_id, sizeof org_id, "other%zu", number % OTHERS);
    snprintf(json, sizeof json, "{\"jobSpaceId\":\"j%zu\"}", number);
    struct str record = bench_record(bench, org_id, "openJobSpace", json);
    *measured =
        (struct measured){ bench, clock_monotonic_us(&bench->machine), bench_cpu_us(bench) };
    bench_send(bench, org_id, record, measured_done, measured);
}

static int measured_compare(const void *a, const void *b)
{
    const int64_t *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

static void measured_print(struct due_bench *bench, const char *name)
{
    static const char *const clocks[] = { "by the clock", "of the deciding thread" };
    const size_t count = atomic_load(&bench->measured);
    for (size_t i = 0; i < 2; i++) {
        int64_t *took_us = bench->took_us[i];
        qsort(took_us, count, sizeof took_us[0], measured_compare);
        printf("  %-22s %6zu commands, %-22s: p50 %6.2f, p99 %6.2f, most %7.2f ms\n", name, count,
               clocks[i], (double)took_us[count / 2] / 1e3, (double)took_us[count * 99 / 100] / 1e3,
               (double)took_us[count - 1] / 1e3);
    }
    atomic_store(&bench->measured, 0);
}

/* Records of the log that no command is answered by. */
static int64_t bench_others(struct due_bench *bench)
{
    return (int64_t)atomic_load(&bench->sequence) - (int64_t)atomic_load(&bench->answered);
}

/* Sends at the rate until so many things are decided beside commands, and for the seconds. */
static int64_t measured_run(struct due_bench *bench, int64_t decisions, int64_t seconds)
{
    static size_t number;
    const int64_t began_us = clock_monotonic_us(&bench->machine);
    const int64_t until = bench_others(bench) + decisions;
    int64_t now_us = began_us;
    for (int64_t i = 0; bench_others(bench) < until || now_us - began_us < seconds * 1000000; i++) {
        while (now_us < began_us + i * 1000000 / RATE) {
            bench_pause();
            now_us = clock_monotonic_us(&bench->machine);
        }
        measured_send(bench, number++);
    }
    bench_settle(bench);
    return now_us - began_us;
}

static void bench_leap(struct due_bench *bench, const char *name, int64_t decisions)
{
    for (size_t i = 0; i < OTHERS; i++) {
        char org_id[16];
        snprintf(org_id, sizeof org_id, "other%zu", i);
        bench_make_org(bench, org_id);
    }
    bench_settle(bench);
    nanosleep(&(struct timespec){ .tv_sec = QUIET_SECONDS }, NULL); /* stores are compacted */
    printf("%s, %d commands of other orgs a second beside it:\n", name, RATE);
    measured_run(bench, 0, BEFORE_SECONDS);
    measured_print(bench, "before");
    atomic_store(&bench->ahead_us, bench->due_us + 1000000 - clock_now_us(&bench->machine));
    const int64_t cpu_us = bench_cpu_us(bench);
    const int64_t took_us = measured_run(bench, decisions, 0);
    measured_print(bench, "while all of it is due");
    printf("  decided in %.2f s, %.1f us of the deciding thread each, with the commands\n",
           (double)took_us / 1e6, (double)(bench_cpu_us(bench) - cpu_us) / DUES);
}

TEST(dues, a_hundred_thousand_of_one_org_hold_up_no_other)
{
    enum { A_DECISION = 256 };
    struct due_bench *bench = mem_zalloc(1, sizeof *bench);
    char name[64];
    bench_open(bench);
    bench_make_org(bench, "acme");
    for (size_t i = 0; i < SUBJECTS; i++) {
        snprintf(name, sizeof name, "{\"subjectId\":\"s%zu\"}", i);
        bench_do(bench, "acme", "registerSubject", name);
    }
    for (size_t i = 0; i < DUES / SUBJECTS; i++) {
        snprintf(name, sizeof name, "{\"permission\":\"p%zu\"}", i);
        bench_do(bench, "acme", "definePermission", name);
    }
    for (size_t i = 0; i < DUES; i++) {
        char permission[16], subject[16];
        snprintf(permission, sizeof permission, "p%zu", i / SUBJECTS);
        snprintf(subject, sizeof subject, "s%zu", i % SUBJECTS);
        bench_grant(bench, "acme", i, permission, subject);
    }
    bench_leap(bench, "100,000 grants of one org end at once", DUES / A_DECISION);
    bench_close(bench);
    mem_free(bench);
}

TEST(dues, one_of_each_of_a_hundred_thousand_orgs_holds_up_none)
{
    struct due_bench *bench = mem_zalloc(1, sizeof *bench);
    char name[16];
    bench_open(bench);
    for (size_t i = 0; i < DUES; i++) {
        snprintf(name, sizeof name, "o%zu", i);
        bench_make_org(bench, name);
        bench_grant(bench, name, i, "Read", "root");
    }
    bench_leap(bench, "one grant of each of 100,000 orgs ends at once", DUES);
    bench_close(bench);
    mem_free(bench);
}

/* ---- where nothing is due ---- */

struct idle {
    struct layer layer;
    struct arena arena;
    Agency__V1__OrgHead head;
    struct timers timers;
    char (*orgs)[16];
    size_t at;
};

static void idle_count(void *self)
{
    struct idle *idle = self;
    assert_ok(dues_count(&idle->layer, source_empty(), &idle->arena, STR("acme"), &idle->head));
}

static void idle_note(void *self)
{
    struct idle *idle = self;
    timers_note(&idle->timers, STR("o1"), INT64_MAX - 1);
}

static void idle_note_none(void *self)
{
    struct idle *idle = self;
    timers_note(&idle->timers, STR("waits-for-nothing"), INT64_MAX);
}

static void idle_note_any(void *self)
{
    struct idle *idle = self;
    timers_note(&idle->timers, str_z(idle->orgs[idle->at]), INT64_MAX - 1);
    idle->at = (idle->at + 7919) % DUES;
}

/* As a decision has them: a subject's seat in two groups. */
static void idle_put_rows(struct idle *idle)
{
    const struct layer_org org = { &idle->layer, STR("acme") };
    static const enum index_number indexes[] = {
        INDEX_ASSIGNMENT_BY_ROLE, INDEX_ASSIGNMENT_BY_SUBJECT, INDEX_ASSIGNMENT_BY_MEMBER,
        INDEX_ASSIGNMENT_BY_GROUP, INDEX_ASSIGNMENT_BY_TYPE
    };
    for (size_t i = 0; i < sizeof indexes / sizeof indexes[0]; i++) {
        struct index_row row = { .index = indexes[i] };
        row.parts_count = index_type(indexes[i])->parts_count;
        for (size_t part = 0; part < row.parts_count; part++) {
            row.parts[part] = STR("some-id");
        }
        assert_ok(layer_changes.put_row((void *)(uintptr_t)&org, &row, STR("seat~subject")));
    }
}

TEST(dues, where_nothing_is_due_they_cost_next_to_nothing)
{
    struct idle idle = { .orgs = mem_zalloc(DUES, sizeof *idle.orgs) };
    layer_init(&idle.layer, source_empty());
    arena_init(&idle.arena, 1 << 20);
    agency__v1__org_head__init(&idle.head);
    timers_init(&idle.timers);
    idle_put_rows(&idle);
    for (size_t i = 0; i < DUES; i++) {
        snprintf(idle.orgs[i], sizeof idle.orgs[i], "o%zu", i);
        timers_note(&idle.timers, str_z(idle.orgs[i]), INT64_MAX - 1);
    }
    printf("a command where nothing is due, beside one comparison:\n");
    bench_print("  counting dues among the rows of its decision", idle_count, &idle, 100000);
    bench_print("  noting that its org, beside 100,000, waits for nothing", idle_note_none, &idle,
                100000);
    bench_print("  noting what its org, of 100,000, waits for", idle_note, &idle, 100000);
    bench_print("  the same of another org each time", idle_note_any, &idle, 100000);
    timers_release(&idle.timers);
    arena_release(&idle.arena);
    layer_release(&idle.layer);
    mem_free(idle.orgs);
}
