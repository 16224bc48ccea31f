/* What constraints cost a decision, in memory: of an org that never had one, of orgs with one, ten,
 * a hundred and ten thousand that are for other commands or other groups, and with three that are
 * for the command. Compiled expressions are kept, as a decider keeps them. */
#include <stdio.h>

#include "core/domain/kernel/expression.h"
#include "tests/lib/bench.h"
#include "tests/lib/decide_bench.h"
#include "tests/lib/test.h"

enum { GROUPS = 100, STEPS = 2000 };

static void make_org(struct decide_bench *bench, struct expressions *expressions)
{
    struct org_world *world = &bench->world;
    decide_bench_init(bench);
    world->org.view.expressions = expressions;
    before_release(&world->before);
    before_init(&world->before, &world->scratch, STR("acme"), expressions);
    for (unsigned i = 0; i < GROUPS; i++) {
        org_world_do(world, "CreateGroup {\"groupId\":\"g%u\"}", i);
    }
    org_world_do(world, "SetConfig {\"kind\":\"ENTITY_KIND_ORG\",\"key\":\"limit\",\"value\":7}");
}

/* For another command, or for the same one about another group than g0. */
static void put_others(struct decide_bench *bench, unsigned from, unsigned to)
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

static void put_three(struct decide_bench *bench)
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

static double measure(struct decide_bench *bench, const char *what)
{
    decide_bench_take(bench, "root",
                      "UpdateGroup {\"groupId\":\"g0\",\"updateMask\":\"name\",\"name\":\"N\"}");
    double ns = bench_ns(decide_bench_step, bench, STEPS);
    assert_true(bench->events_count == 1 && bench->constraints_count == 0); /* all are true */
    printf("%-40s %10.0f ns, gas %u\n", what, ns, (unsigned)bench->gas_used);
    org_world_as(&bench->world, "admin");
    return ns;
}

TEST(bench_constraint, what_constraints_cost)
{
    static struct decide_bench bench;
    struct expressions *expressions = expressions_new();
    make_org(&bench, expressions);
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
    decide_bench_release(&bench);
    expressions_free(expressions);
}
