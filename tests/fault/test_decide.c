/* Memory that ends in the middle of a decision: the n-th allocation fails, n = 0, 1, 2 ... until
 * the decision is untouched. It is then refused as RESOURCE_EXHAUSTED and not recorded, or answered
 * as ever; never answered in another way. */
#include "core/domain/decide.h"

#include "tests/lib/org_world.h"
#include "tests/lib/random_command.h"
#include "tests/lib/test.h"

enum { FAULT_COMMANDS = 2000, FAULT_ALLOCATIONS_MAX = 100000, FAULT_CALM = 3 };

/* Decides and forgets; leaves the decision in world->last. */
static struct status fault_decide(struct org_world *world, const Agency__V1__Command *command,
                                  long fail_at)
{
    const struct decide_context context = { .principal = &world->principal,
                                            .config = &world->config,
                                            .head = world->head,
                                            .recorded_at_us = world->now_us };
    world->last = (struct decide){ .arena = &world->arena,
                                   .view = &world->org.view,
                                   .before = &world->before.port,
                                   .changes = &layer_changes,
                                   .changes_self = &world->changes,
                                   .context = &context,
                                   .command = command };
    arena_fail_at(fail_at);
    struct status status = decide_command(&world->last);
    arena_fail_at(-1);
    world->last.context = NULL;
    layer_reset(&world->scratch);
    return status;
}

/* Refused for want of memory, and not because of what was asked. A Check that needs too much is a
 * rejection. */
static bool fault_refused(const struct org_world *world, struct status status)
{
    const Agency__V1__Rejection *rejection = world->last.rejection;
    return status.code == STATUS_RESOURCE_EXHAUSTED ||
           (rejection != NULL && rejection->code == STATUS_RESOURCE_EXHAUSTED);
}

/* A constraint that finds no room is not true, and says so. */
static bool fault_in_constraint(const struct org_world *world)
{
    const struct decide *last = &world->last;
    for (size_t i = 0; i < last->constraints_count; i++) {
        if (strstr(last->constraints[i]->why, "bytes of memory") != NULL) {
            return true;
        }
    }
    return false;
}

/* Tries a command with each allocation failing once; gives the number of allocations. */
static long fault_try(struct org_world *world, const Agency__V1__Command *command)
{
    struct status untouched = fault_decide(world, command, -1);
    assert_false(fault_refused(world, untouched) || fault_in_constraint(world));
    struct str expected = untouched.code == STATUS_OK ? org_world_text(world) : STR("");
    int calm = 0; /* a failure that is not noticed does not end the search at once */
    for (long n = 0; n < FAULT_ALLOCATIONS_MAX; n++) {
        struct status status = fault_decide(world, command, n);
        if (fault_refused(world, status) || fault_in_constraint(world)) {
            continue;
        }
        assert_int_equal(status.code, untouched.code);
        struct str answer = status.code == STATUS_OK ? org_world_text(world) : STR("");
        if (!str_eq(answer, expected)) {
            fail_msg("allocation %ld: expected\n%.*sbut it is\n%.*s", n, STR_ARG(expected),
                     STR_ARG(answer));
        }
        if (++calm == FAULT_CALM) {
            return n;
        }
    }
    fail_msg("expected the decision to end");
    return -1;
}

TEST(decide, runs_out_of_memory_at_any_place_without_harm)
{
    struct org_world world;
    struct random_state random = { .state = 7 };
    long tried = 0;
    org_world_init_owned(&world);
    for (int i = 0; i < FAULT_COMMANDS; i++) {
        const Agency__V1__Command *command =
            random_command(&random, &world.arena, &world.state, world.now_us);
        org_world_as(&world, i % 5 == 0 ? "root" : "admin");
        tried += fault_try(&world, command);
        (void)!org_world_decide(&world, command).code; /* goes on with what it made */
    }
    print_message("%ld allocations failed\n", tried);
    org_world_release(&world);
}
