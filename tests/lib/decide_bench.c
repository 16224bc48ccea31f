#include "tests/lib/decide_bench.h"

#include "core/domain/decide.h"
#include "tests/lib/test.h"

void decide_bench_init(struct decide_bench *bench)
{
    org_world_init_owned(&bench->world);
    arena_init(&bench->arena, 1 << 26);
}

void decide_bench_release(struct decide_bench *bench)
{
    arena_release(&bench->arena);
    org_world_release(&bench->world);
}

void decide_bench_take(struct decide_bench *bench, const char *as, const char *text)
{
    org_world_as(&bench->world, as);
    assert_ok(org_world_read(&bench->world, text, &bench->command));
}

void decide_bench_step(void *self)
{
    struct decide_bench *bench = self;
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
    bench->events_count = d.events_count;
    bench->constraints_count = d.constraints_count;
    bench->gas_used = d.gas_used;
    layer_reset(&world->scratch);
    arena_reset(&bench->arena);
}
