/* Memory that runs out at any moment, and programs that many threads share. */
#include <pthread.h>

#include "tests/lib/cel_world.h"
#include "tests/lib/test.h"

static const char *const limit_sources[] = {
    "l.map(i, i * 2).filter(j, j > 2).sortBy(k, -k)",
    "role.name == 'lead' && m.a in [1, 2, 3] || s.startsWith('h') && !has(m.z)",
    "cel.bind(a, [s, s + s], a.all(i, v, v.size() > i)) ? {'a': m.?a, ?'b': m.?z} : {}",
    "Role{name: s + 'x', group_ids: [s]}.group_ids[0] + string(x) + string(type(x) == int)",
    "optional.of(l).optMap(v, v[0]).orValue(d[0]) == 1 && [[1], []] == [[x], l]",
    "d.exists(i, i == 'a') && lists.range(3).transformMap(i, v, v).size() == 3 && 1 / (x - 42) > 1",
};

/* Compiles and evaluates with the n-th allocation of the arenas failing. True: none failed. */
static bool limit_survives(struct cel_world *world, const char *source, long n)
{
    struct arena arena;
    const struct cel_program *program;
    struct cel_outcome outcome;
    arena_init(&arena, 4 << 20);
    arena_reset(&world->evaluation);
    arena_fail_at(n);
    struct status status =
        cel_compile(&world->env, str_z(source), &arena, &program, &world->problems);
    bool done = status.code != STATUS_RESOURCE_EXHAUSTED;
    if (status.code == STATUS_OK) {
        bool fine = cel_eval(program, world->bindings, &world->evaluation, CEL_GAS_MAX, &outcome);
        done = fine || outcome.error.kind != CEL_ERROR_MEMORY;
    }
    arena_fail_at(-1);
    arena_release(&arena);
    return done;
}

TEST(cel_limit, memory_may_end_at_any_allocation)
{
    struct cel_world world;
    cel_world_init(&world);
    for (size_t i = 0; i < sizeof limit_sources / sizeof limit_sources[0]; i++) {
        long n = 0;
        while (!limit_survives(&world, limit_sources[i], n)) {
            n++;
        }
        assert_true(n > 10);
    }
    cel_world_release(&world);
}

enum { LIMIT_THREADS = 4, LIMIT_ROUNDS = 200 };

struct limit_shared {
    const struct cel_program *program;
    const struct cel_value *bindings;
};

static void *limit_thread(void *arg)
{
    const struct limit_shared *shared = arg;
    struct arena arena;
    struct cel_outcome outcome;
    size_t right = 0;
    arena_init(&arena, 1 << 20);
    for (int i = 0; i < LIMIT_ROUNDS; i++) {
        struct cel_explanation explanation;
        arena_reset(&arena);
        right += cel_eval(shared->program, shared->bindings, &arena, CEL_GAS_MAX, &outcome) &&
                 outcome.value.boolean;
        struct status status =
            cel_explain(shared->program, shared->bindings, &arena, CEL_GAS_MAX, &explanation);
        right += status.code == STATUS_OK && explanation.outcome.value.boolean;
    }
    arena_release(&arena);
    return right == 2 * LIMIT_ROUNDS ? arg : NULL;
}

TEST(cel_limit, threads_share_a_program)
{
    struct cel_world world;
    struct limit_shared shared;
    pthread_t threads[LIMIT_THREADS];
    cel_world_init(&world);
    assert_ok(cel_compile(
        &world.env, STR("cel.bind(a, l.map(i, i + x), a.all(i, i in a)) && role.name == 'lead'"),
        &world.arena, &shared.program, &world.problems));
    shared.bindings = world.bindings;
    for (int i = 0; i < LIMIT_THREADS; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, limit_thread, &shared), 0);
    }
    for (int i = 0; i < LIMIT_THREADS; i++) {
        void *result;
        pthread_join(threads[i], &result);
        assert_ptr_equal(result, &shared);
    }
    cel_world_release(&world);
}
