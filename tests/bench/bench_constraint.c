/* What constraints cost a decision, in memory: of an org that never had one, of orgs with one, ten,
 * a hundred and ten thousand that are for other commands or other groups, and with three that are
 * for the command. Compiled expressions are kept, as a decider keeps them. */
#include <stdio.h>

#include "core/domain/decide.h"
#include "core/domain/kernel/expression.h"
#include "tests/lib/bench.h"
#include "tests/lib/org_world.h"
#include "tests/lib/test.h"

enum { GROUPS = 100, STEPS = 2000 };

struct bench_constraint {
    struct org_world world;
    struct arena arena;
    struct expressions *expressions;
    Agency__V1__Command command;
    uint64_t gas; /* of the last decision */
};

static void make_org(struct bench_constraint *bench)
{
    struct org_world *world = &bench->world;
    org_world_init_owned(world);
    arena_init(&bench->arena, 1 << 26);
    bench->expressions = expressions_new();
    world->org.view.expressions = bench->expressions;
    before_release(&world->before);
    before_init(&world->before, &world->scratch, STR("acme"), bench->expressions);
    for (unsigned i = 0; i < GROUPS; i++) {
        org_world_do(world, "CreateGroup {\"groupId\":\"g%u\"}", i);
    }
    org_world_do(world, "SetConfig {\"kind\":\"ENTITY_KIND_ORG\",\"key\":\"limit\",\"value\":7}");
}

/* For another command, or for the same one about another group than g0. */
static void put_others(struct bench_constraint *bench, unsigned from, unsigned to)
{
    for (unsigned i = from; i < to; i++) {
        org_world_do(&bench->world,
                     i % 2 == 0
                         ? "PutConstraint {\"constraintId\":\"c%u\",\"commands\":[\"DeleteGroup\"],"
                           "\"groupIds\":[\"g%u\"],\"expression\":\"size(actors) < 3\"}"
                         : "PutConstraint {\"constraintId\":\"c%u\",\"commands\":[\"UpdateGroup\"],"
                           "\"groupIds\":[\"g%u\"],\"expression\":\"after.name != ''\"}",
                     i, 1 + i % (GROUPS - 1));
    }
}

static void put_three(struct bench_constraint *bench)
{
    static const char *const expressions[] = {
        "after.name != ''",
        "config('limit') > 5.0 || !changed('name')",
        "size(actors) == 0 && now < timestamp('2030-01-01T00:00:00Z')",
    };
    for (unsigned i = 0; i < 3; i++) {
        org_world_do(&bench->world,
                     "PutConstraint {\"constraintId\":\"three%u\",\"commands\":[\"UpdateGroup\"],"
                     "\"enforcement\":\"AUDIT\",%s\"expression\":\"%s\"}",
                     i, i == 0 ? "\"groupIds\":[\"g0\"]," : "", expressions[i]);
    }
}

static void step(void *self)
{
    struct bench_constraint *bench = self;
    struct org_world *world = &bench->world;
    const struct decide_context context = { .principal = &world->principal,
                                            .config = &world->config,
                                            .head = world->head,
                                            .recorded_at_us = world->now_us };
    struct decide d = { .arena = &bench->arena,
                        .view = &world->org.view,
                        .before = &world->before.port,
                        .changes = &layer_changes,
                        .changes_self = &world->changes,
                        .context = &context,
                        .command = &bench->command };
    assert_ok(decide_command(&d));
    assert_true(d.events_count == 1);
    assert_true(d.constraints_count == 0); /* all are true */
    bench->gas = d.gas_used;
    layer_reset(&world->scratch);
    arena_reset(&bench->arena);
}

static double measure(struct bench_constraint *bench, const char *what)
{
    org_world_as(&bench->world, "root");
    assert_ok(org_world_read(&bench->world,
                             "UpdateGroup {\"groupId\":\"g0\",\"updateMask\":\"name\","
                             "\"name\":\"N\"}",
                             &bench->command));
    double ns = bench_ns(step, bench, STEPS);
    printf("%-40s %10.0f ns, gas %u\n", what, ns, (unsigned)bench->gas);
    org_world_as(&bench->world, "admin");
    return ns;
}

TEST(bench_constraint, what_constraints_cost)
{
    static struct bench_constraint bench;
    make_org(&bench);
    measure(&bench, "none ever");
    put_others(&bench, 0, 1);
    measure(&bench, "1 for others");
    put_others(&bench, 1, 10);
    measure(&bench, "10 for others");
    put_others(&bench, 10, 100);
    double hundred = measure(&bench, "100 for others");
    put_three(&bench);
    double three = measure(&bench, "100 for others, 3 for it");
    printf("%-40s %10.0f ns\n", "the three", three - hundred);
    put_others(&bench, 100, 10000);
    measure(&bench, "10,000 for others, 3 for it");
    expressions_free(bench.expressions);
    arena_release(&bench.arena);
    org_world_release(&bench.world);
}
