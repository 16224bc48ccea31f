#include "tests/lib/cel_world.h"

#include "tests/lib/test.h"

static void cel_world_values(struct cel_world *world)
{
    for (int i = 0; i < CEL_WORLD_ITEMS; i++) {
        world->items[i] = cel_int(i + 1);
    }
    world->list = (struct cel_list){ CEL_WORLD_ITEMS, world->items };
    world->mixed_items[0] = cel_int(1);
    world->mixed_items[1] = cel_string(STR("a"));
    world->mixed_items[2] = cel_null();
    world->mixed = (struct cel_list){ CEL_WORLD_ITEMS, world->mixed_items };
    world->entries[0] = (struct cel_entry){ cel_string(STR("a")), cel_int(1) };
    world->entries[1] = (struct cel_entry){ cel_string(STR("b")), cel_int(2) };
    struct cel_run run = { .arena = &world->arena, .gas = { 1000 } };
    assert_true(cel_map_new(&run, world->entries, 2, &world->map));
    agency__v1__role__init(&world->role);
    memcpy(world->name, "lead", 5);
    world->role.name = world->name;
    const struct cel_value bindings[CEL_WORLD_VARIABLES] = {
        cel_int(42),
        cel_uint(7),
        cel_string(STR("hello")),
        cel_list_value(&world->mixed),
        cel_list_value(&world->list),
        world->map,
        cel_generated_value(&world->role.base),
        cel_int(0),
    };
    memcpy(world->bindings, bindings, sizeof bindings);
    world->bindings[CEL_WORLD_VARIABLES - 1].kind = CEL_ERROR;
}

void cel_world_init(struct cel_world *world)
{
    static const ProtobufCMessageDescriptor *const roots[] = { &agency__v1__role__descriptor };
    arena_init(&world->arena, 4 << 20);
    arena_init(&world->evaluation, CEL_ARENA_MAX);
    assert_ok(cel_generated_init(&world->generated, &world->arena, roots, 1));
    const struct cel_variable variables[CEL_WORLD_VARIABLES] = {
        { STR("x"), &cel_type_int, 0, 0, 0 },
        { STR("u"), &cel_type_uint, 0, 0, 0 },
        { STR("s"), &cel_type_string, 64, 0, 0 },
        { STR("d"), &cel_type_dyn, 0, 0, 0 },
        { STR("l"), &cel_type_list_int, 100, 0, 0 },
        { STR("m"), cel_type_map_of(&world->arena, &cel_type_string, &cel_type_int), 10, 10, 0 },
        { STR("role"), cel_type_message(&world->arena, STR("agency.v1.Role")), 0, 0, 0 },
        { STR("unbound"), &cel_type_int, 0, 0, 0 },
    };
    memcpy(world->variables, variables, sizeof variables);
    world->env = (struct cel_env){ .provider = &world->generated.provider,
                                   .container = STR("agency.v1"),
                                   .variables = world->variables,
                                   .variable_count = CEL_WORLD_VARIABLES };
    cel_world_values(world);
}

void cel_world_release(struct cel_world *world)
{
    arena_release(&world->evaluation);
    arena_release(&world->arena);
}

void cel_world_eval(struct cel_world *world, struct str source, struct buf *out)
{
    struct arena arena;
    const struct cel_program *program;
    arena_init(&arena, 4 << 20);
    struct status status = cel_compile(&world->env, source, &arena, &program, &world->problems);
    if (status.code != STATUS_OK) {
        cel_problems_print(out, source, &world->problems);
        arena_release(&arena);
        return;
    }
    struct cel_outcome outcome;
    arena_reset(&world->evaluation);
    if (cel_eval(program, world->bindings, &world->evaluation, CEL_GAS_MAX, &outcome)) {
        cel_type_print(out, cel_program_type(program));
        buf_byte(out, ' ');
        cel_value_print(out, world->env.provider, outcome.value);
    } else {
        buf_printf(out, "error %u:%u: %s", outcome.position.line, outcome.position.column,
                   outcome.error.msg);
    }
    uint64_t estimate = cel_cost(program).gas_max;
    assert_true(outcome.gas_used <= estimate);
    buf_printf(out, "  (gas %llu", (unsigned long long)outcome.gas_used);
    if (estimate == UINT64_MAX) {
        buf_append(out, STR(", no bound)\n"));
    } else {
        buf_printf(out, " of %llu)\n", (unsigned long long)estimate);
    }
    arena_release(&arena);
}

void cel_world_explain(struct cel_world *world, struct str source, struct buf *out)
{
    struct arena arena;
    const struct cel_program *program;
    arena_init(&arena, 8 << 20);
    struct status status = cel_compile(&world->env, source, &arena, &program, &world->problems);
    if (status.code != STATUS_OK) {
        cel_problems_print(out, source, &world->problems);
    } else {
        struct cel_explanation explanation;
        assert_ok(cel_explain(program, world->bindings, &arena, CEL_GAS_MAX, &explanation));
        cel_explanation_print(out, world->env.provider, &explanation);
    }
    arena_release(&arena);
}
