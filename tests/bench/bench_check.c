/* What one Check costs on an org in memory, by what the subject counts as and by what decides:
 * 1,000 subjects, 100 groups of them in 10 departments that include them, 500 assets. */
#include <stdio.h>
#include <time.h>

#include "core/domain/check/check.h"
#include "tests/lib/bench.h"
#include "tests/lib/large_org.h"
#include "tests/lib/org_world.h"
#include "tests/lib/test.h"

enum {
    SUBJECTS = 1000,
    GROUPS = 100,
    DEPARTMENTS = 10,
    ASSETS = 500,
    SEATS_EACH = 5,
    STEPS = 2000,
    STEPS_STORED = 100
};

struct bench_check {
    struct org_world world;
    struct arena arena;
    struct check_question question;
    struct check_answer answer;
};

static void make_groups(struct org_world *world)
{
    org_world_do(world, "DefineRoleType {\"roleType\":\"member\"}");
    for (unsigned i = 0; i < DEPARTMENTS; i++) {
        org_world_do(world, "CreateGroup {\"groupId\":\"d%u\"}", i);
    }
    for (unsigned i = 0; i < GROUPS; i++) {
        org_world_do(world, "CreateGroup {\"groupId\":\"g%u\"}", i);
        org_world_do(world,
                     "CreateRole {\"roleId\":\"r%u\",\"roleType\":\"member\",\"groupIds\":"
                     "[\"g%u\"]}",
                     i, i);
        org_world_do(world, "IncludeGroup {\"groupId\":\"d%u\",\"includedGroupId\":\"g%u\"}",
                     i % DEPARTMENTS, i);
    }
}

static void make_subjects(struct org_world *world)
{
    for (unsigned i = 0; i < SUBJECTS; i++) {
        org_world_do(world, "RegisterSubject {\"subjectId\":\"s%u\"}", i);
        for (unsigned j = 0; j < SEATS_EACH; j++) {
            org_world_do(world, "AssignRole {\"roleId\":\"r%u\",\"subjectId\":\"s%u\"}",
                         (i + j * 7) % GROUPS, i);
        }
    }
}

/* Five permissions in a chain, as admin implies maintain implies write implies triage implies read.
 */
static void make_assets(struct org_world *world)
{
    org_world_do(world, "DefinePermission {\"permission\":\"p0\"}");
    for (unsigned i = 1; i < 5; i++) {
        org_world_do(world, "DefinePermission {\"permission\":\"p%u\",\"impliedBy\":[\"p%u\"]}", i,
                     i - 1);
    }
    for (unsigned i = 0; i < ASSETS; i++) {
        org_world_do(world, "RegisterAsset {\"assetId\":\"a%u\",\"type\":\"repository\"}", i);
        org_world_do(world,
                     "GrantPermission {\"grantId\":\"x%u\",\"permission\":\"p%u\",\"grantee\":"
                     "{\"kind\":\"GRANTEE_KIND_GROUP\",\"id\":\"%c%u\"},\"on\":{\"kind\":"
                     "\"OBJECT_KIND_ASSET\",\"id\":\"a%u\"}}",
                     i, i % 5, i % 2 == 0 ? 'g' : 'd', i % DEPARTMENTS, i);
    }
}

static void step(void *self)
{
    struct bench_check *bench = self;
    arena_reset(&bench->arena);
    assert_ok(check(org_world_view(&bench->world), &bench->arena, bench->world.now_us,
                    &bench->question, &bench->answer));
}

static void measure(struct bench_check *bench, const char *name, const char *subject_id,
                    const char *permission, struct object object)
{
    bench->question = (struct check_question){ .subject_id = str_z(subject_id),
                                               .permission = str_z(permission),
                                               .object = object };
    step(bench);
    char line[128];
    snprintf(line, sizeof line, "%s: %s, %zu look-ups", name,
             bench->answer.allowed ? "allowed" : check_reason_name(bench->answer.reason),
             bench->answer.lookups);
    bench_print(line, step, bench, STEPS);
}

TEST(bench_check, what_one_check_costs)
{
    static struct bench_check bench;
    org_world_init_owned(&bench.world);
    arena_init(&bench.arena, 1 << 24);
    make_groups(&bench.world);
    make_subjects(&bench.world);
    make_assets(&bench.world);
    const struct object asset = { OBJECT_ASSET, STR("a0") };
    const struct object group = { OBJECT_GROUP, STR("g0") };
    measure(&bench, "the owner", "root", "p4", asset);
    measure(&bench, "a member of 5 groups", "s0", "p4", asset);
    measure(&bench, "a member of an included group", "s1", "p4",
            (struct object){ OBJECT_ASSET, STR("a1") });
    measure(&bench, "a member of other groups", "s3", "p4", asset);
    measure(&bench, "the owner's command", "root", "AssignRole", group);
    measure(&bench, "a command refused", "s0", "AssignRole", group);
    arena_release(&bench.arena);
    org_world_release(&bench.world);
}

/* ---- in a store, with nothing kept ---- */

struct bench_stored {
    struct store_reader *reader;
    struct check_question question;
    struct check_answer answer;
    unsigned subjects; /* asked for by turns; 0: the one of the question */
    unsigned turn;
    size_t lookups_max;
};

/* One Check as a request asks it: everything is read from the store and decoded anew. */
static void step_stored(void *self)
{
    struct bench_stored *bench = self;
    struct stored stored;
    struct org_view org;
    struct arena arena;
    char subject_id[32];
    struct check_question question = bench->question;
    arena_init(&arena, 1 << 24);
    stored_init(&stored, bench->reader, STORE_LATEST, 1 << 24);
    org_view_init(&org, &stored.source, STR("acme"));
    if (bench->subjects > 0) {
        snprintf(subject_id, sizeof subject_id, "%.*s%u", STR_ARG(question.subject_id),
                 bench->turn++ % bench->subjects);
        question.subject_id = str_z(subject_id);
    }
    assert_ok(check(&org.view, &arena, INT64_C(1900000000000000), &question, &bench->answer));
    bench->lookups_max =
        bench->answer.lookups > bench->lookups_max ? bench->answer.lookups : bench->lookups_max;
    stored_release(&stored);
    arena_release(&arena);
}

/* Processor time of this thread: what else runs on the machine does not count. */
static double cpu_ns(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
    return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

/* Nanoseconds of processor time of one step, of the best round. */
static double stored_ns(struct bench_stored *bench)
{
    double best = 0;
    for (unsigned round = 0; round < 7; round++) {
        double start = cpu_ns();
        for (unsigned i = 0; i < STEPS_STORED; i++) {
            step_stored(bench);
        }
        double each = (cpu_ns() - start) / STEPS_STORED;
        best = round == 0 || each < best ? each : best;
    }
    return best;
}

static void measure_stored(struct store_reader *reader, const char *asset, const char *subject,
                           unsigned subjects, const char *name)
{
    struct bench_stored bench = { .reader = reader,
                                  .question = { .subject_id = str_z(subject),
                                                .permission = STR("read"),
                                                .object = { OBJECT_ASSET, str_z(asset) } },
                                  .subjects = subjects };
    for (unsigned i = 0; i < STEPS_STORED; i++) {
        step_stored(&bench);
    }
    double ns = stored_ns(&bench);
    printf("%s, %s: %s, %zu look-ups %10.0f ns\n", asset, name,
           bench.answer.allowed ? "allowed" : check_reason_name(bench.answer.reason),
           bench.lookups_max, ns);
    fflush(stdout);
}

static void measure_asset(struct store_reader *reader, const char *asset)
{
    measure_stored(reader, asset, "s", LARGE_ORG_MEMBERS, "3 groups");
    measure_stored(reader, asset, "one", 0, "and 10,000 seats in another");
    measure_stored(reader, asset, "many", 0, "and in 10,000 others");
    measure_stored(reader, asset, "o", 10, "an outsider");
}

TEST(bench_check, what_one_check_costs_in_a_large_org)
{
    static struct partition_kit kit;
    large_org_make(&kit);
    partition_close(partition_kit_fold(&kit, kit.store));
    const struct store_options options = { .path = kit.store,
                                           .cache_size = 64 << 20,
                                           .fold_version = FOLD_VERSION };
    struct store *store;
    struct store_reader *reader;
    assert_ok(store_open(&options, &store));
    assert_ok(store_reader_open(store, &reader));
    measure_asset(reader, "direct");
    measure_asset(reader, "groups");
    measure_asset(reader, "below");
    store_reader_close(reader);
    store_close(store);
    partition_kit_close(&kit);
}
