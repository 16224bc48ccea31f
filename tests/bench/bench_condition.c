/* What conditions cost a Check, in memory: one evaluated by itself; three of them and three who
 * act; fifty grants under conditions on one object, with none, one and eight that join the subject.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/domain/check/condition.h"
#include "core/domain/check/way.h"
#include "core/pb/json.h"
#include "tests/lib/bench.h"
#include "tests/lib/org_world.h"
#include "tests/lib/test.h"

enum { STEPS = 20000, GROUPS = 50, ACTORS = 3 };

static const char condition[] = "context.ip.startsWith('10.') && subject.type == "
                                "SubjectType.SUBJECT_TYPE_HUMAN && now < "
                                "timestamp('2030-01-01T00:00:00Z')";

struct bench_condition {
    struct org_world world;
    struct arena arena;
    Google__Protobuf__Struct *context;
    struct str chain[ACTORS + 1]; /* who acts, and the subject */
    struct check_question question;
    struct check_answer answer;
};

/* ---- the org ---- */

static void grant(struct org_world *world, const char *id, const char *grantee, const char *on,
                  const char *under)
{
    org_world_do(world,
                 "GrantPermission {\"grantId\":\"%s\",\"permission\":\"%s\",\"grantee\":{%s},"
                 "\"on\":{%s},\"condition\":\"%s\"}",
                 id, on[0] == '!' ? "act_as" : "read", grantee, on + (on[0] == '!'), under);
}

static void make_chain(struct bench_condition *bench)
{
    static const char *const ids[] = { "c0", "c1", "c2", "ada" };
    struct org_world *world = &bench->world;
    char id[16], grantee[64], on[64], under[256];
    for (size_t i = 0; i <= ACTORS; i++) {
        bench->chain[i] = str_z(ids[i]);
        org_world_do(world, "RegisterSubject {\"subjectId\":\"%s\",\"type\":\"SUBJECT_TYPE_%s\"}",
                     ids[i], i == ACTORS ? "HUMAN" : "AGENT");
    }
    for (size_t i = 0; i < ACTORS; i++) {
        snprintf(id, sizeof id, "act%zu", i);
        snprintf(grantee, sizeof grantee, "\"kind\":\"GRANTEE_KIND_SUBJECT\",\"id\":\"%s\"",
                 ids[i]);
        snprintf(on, sizeof on, "!\"kind\":\"OBJECT_KIND_SUBJECT\",\"id\":\"%s\"", ids[i + 1]);
        grant(world, id, grantee, on, "");
        /* Two are false, the third holds; all join. */
        snprintf(id, sizeof id, "g%zu", i);
        snprintf(on, sizeof on, "\"kind\":\"%s\",\"id\":\"%s\"",
                 i == 0   ? "OBJECT_KIND_ASSET"
                 : i == 1 ? "OBJECT_KIND_ASSET_TYPE"
                          : "OBJECT_KIND_ASSET",
                 i == 0   ? "plan"
                 : i == 1 ? "doc"
                          : "folder");
        snprintf(under, sizeof under, "%s && size(actors) == %zu", condition,
                 i == 2 ? (size_t)ACTORS : i);
        grant(world, id, "\"kind\":\"GRANTEE_KIND_SUBJECT\",\"id\":\"ada\"", on, under);
    }
}

/* Fifty groups that may read `busy`, each under a condition of its own that is false. */
static void make_groups(struct org_world *world)
{
    char id[16], grantee[64], under[256];
    org_world_do(world, "DefineRoleType {\"roleType\":\"member\"}");
    for (unsigned i = 0; i < GROUPS; i++) {
        org_world_do(world, "CreateGroup {\"groupId\":\"d%u\"}", i);
        org_world_do(world,
                     "CreateRole {\"roleId\":\"r%u\",\"roleType\":\"member\",\"groupIds\":[\"d%u\"]"
                     "}",
                     i, i);
        snprintf(id, sizeof id, "b%u", i);
        snprintf(grantee, sizeof grantee, "\"kind\":\"GRANTEE_KIND_GROUP\",\"id\":\"d%u\"", i);
        snprintf(under, sizeof under, "%s && object.id == '%u'", condition, i);
        grant(world, id, grantee, "\"kind\":\"OBJECT_KIND_ASSET\",\"id\":\"busy\"", under);
    }
    for (unsigned i = 0; i < 8; i++) {
        org_world_do(world, "AssignRole {\"roleId\":\"r%u\",\"subjectId\":\"ada\"}", i * 6);
    }
    org_world_do(world, "AssignRole {\"roleId\":\"r7\",\"subjectId\":\"c0\"}");
}

static void make_org(struct bench_condition *bench)
{
    org_world_init_owned(&bench->world);
    arena_init(&bench->arena, 1 << 24);
    org_world_do(&bench->world, "DefinePermission {\"permission\":\"read\"}");
    org_world_do(&bench->world, "RegisterAsset {\"assetId\":\"folder\"}");
    org_world_do(&bench->world, "RegisterAsset {\"assetId\":\"plan\",\"type\":\"doc\","
                                "\"parentAssetId\":\"folder\"}");
    org_world_do(&bench->world, "RegisterAsset {\"assetId\":\"busy\"}");
    make_chain(bench);
    make_groups(&bench->world);
    assert_ok(pb_from_json(&bench->world.arena, &google__protobuf__struct__descriptor,
                           STR("{\"ip\":\"10.0.0.1\",\"agent\":\"curl\",\"mfa\":true}"),
                           &bench->context));
}

/* ---- steps ---- */

static void step(void *self)
{
    struct bench_condition *bench = self;
    arena_reset(&bench->arena);
    assert_ok(check(org_world_view(&bench->world), &bench->arena, bench->world.now_us,
                    &bench->question, &bench->answer));
}

/* The question, and whether each may act for the next. */
static void step_chain(void *self)
{
    struct bench_condition *bench = self;
    struct check_answer answer;
    step(bench);
    for (size_t i = 0; i < ACTORS; i++) {
        const struct check_question link = { .subject_id = bench->chain[i],
                                             .permission = STR("act_as"),
                                             .object = { OBJECT_SUBJECT, bench->chain[i + 1] },
                                             .context = bench->context,
                                             .actors = bench->chain,
                                             .actors_count = i };
        assert_ok(check(org_world_view(&bench->world), &bench->arena, bench->world.now_us, &link,
                        &answer));
        assert_true(answer.allowed);
    }
}

/* One by itself: found, its variables bound, evaluated. */
static void step_one(void *self)
{
    struct bench_condition *bench = self;
    const struct condition of = { ENTITY_GRANT, STR("g"), str_z(condition), CEL_PROFILE };
    const struct way way = { .condition = &of };
    const Agency__V1__Subject *subject;
    bool holds;
    arena_reset(&bench->arena);
    assert_ok(view_subject(org_world_view(&bench->world), STR("ada"), &subject));
    struct conditions conditions = { .view = org_world_view(&bench->world),
                                     .arena = &bench->arena,
                                     .at_us = bench->world.now_us,
                                     .question = &bench->question,
                                     .subject = subject };
    assert_ok(condition_holds(&conditions, &way, &holds));
    assert_true(holds);
}

static int compare_ns(const void *a, const void *b)
{
    const int64_t *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

static int64_t now_ns(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

/* Each step by the wall clock: what else runs on the machine counts. */
static void print_p99(const char *name, void (*run)(void *), struct bench_condition *bench)
{
    static int64_t each[STEPS];
    for (size_t i = 0; i < STEPS; i++) {
        int64_t start = now_ns();
        run(bench);
        each[i] = now_ns() - start;
    }
    qsort(each, STEPS, sizeof each[0], compare_ns);
    printf("%-66s p50 %6.1f us, p99 %6.1f us\n", name, (double)each[STEPS / 2] / 1000,
           (double)each[STEPS * 99 / 100] / 1000);
}

static void ask(struct bench_condition *bench, const char *subject_id, const char *object,
                size_t actors_count)
{
    bench->question = (struct check_question){ .subject_id = str_z(subject_id),
                                               .permission = STR("read"),
                                               .object = { OBJECT_ASSET, str_z(object) },
                                               .context = bench->context,
                                               .actors = bench->chain,
                                               .actors_count = actors_count };
    step(bench);
}

static void measure(struct bench_condition *bench, const char *name, void (*run)(void *))
{
    char line[160];
    snprintf(line, sizeof line, "%s: %s, %zu evaluated, %zu look-ups", name,
             check_reason_name(bench->answer.reason), bench->answer.conditions_count,
             bench->answer.lookups);
    print_p99(line, run, bench);
}

TEST(bench_condition, what_conditions_cost)
{
    static struct bench_condition bench;
    make_org(&bench);
    ask(&bench, "ada", "plan", ACTORS);
    bench_print("one condition, found, bound and evaluated", step_one, &bench, STEPS);
    measure(&bench, "3 conditions and 3 actors", step_chain);
    ask(&bench, "c1", "busy", 0);
    measure(&bench, "50 conditional grants, none joins", step);
    ask(&bench, "c0", "busy", 0);
    measure(&bench, "50 conditional grants, one joins", step);
    ask(&bench, "ada", "busy", 0);
    measure(&bench, "50 conditional grants, eight join", step);
    arena_release(&bench.arena);
    org_world_release(&bench.world);
}
