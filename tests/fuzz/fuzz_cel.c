/* CEL from end to end: any source is compiled (checked, or with the first byte odd unchecked),
 * estimated and evaluated within the profile's limits. The estimate is never below what was used.
 */
#include <assert.h>
#include <stdint.h>

#include "agency/v1/role.pb-c.h"
#include "core/cel/cel.h"
#include "core/cel/generated.h"

enum { FUZZ_VARIABLES = 6, FUZZ_ITEMS = 3 };

static void fuzz_eval(const struct cel_program *program, const struct cel_value *bindings)
{
    struct arena arena;
    struct cel_outcome outcome;
    struct buf text = { 0 };
    arena_init(&arena, CEL_ARENA_MAX);
    bool done = cel_eval(program, bindings, &arena, CEL_GAS_MAX, &outcome);
    assert(outcome.gas_used <= CEL_GAS_MAX);
    assert(outcome.gas_used <= cel_cost(program).gas_max);
    assert(done || outcome.error.kind != CEL_ERROR_NONE);
    if (done && arena.used < 4096) {
        cel_value_print(&text, cel_program_provider(program), outcome.value);
    }
    buf_release(&text);
    arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const ProtobufCMessageDescriptor *const roots[] = { &agency__v1__role__descriptor };
    static const char *const roles[] = { "a" };
    struct arena arena;
    struct cel_generated generated;
    arena_init(&arena, 32 << 20);
    struct status status = cel_generated_init(&generated, &arena, roots, 1);
    assert(status.code == STATUS_OK);
    generated.text_max = 4096;
    generated.items_max = 256;
    Agency__V1__Role role = AGENCY__V1__ROLE__INIT;
    char *groups[1];
    memcpy(groups, roles, sizeof groups);
    role.group_ids = groups;
    role.n_group_ids = 1;
    const struct cel_value items[FUZZ_ITEMS] = { cel_int(1), cel_int(-2), cel_int(3) };
    const struct cel_list list = { FUZZ_ITEMS, items };
    const struct cel_variable variables[FUZZ_VARIABLES] = {
        { STR("x"), &cel_type_int, 0, 0 },
        { STR("s"), &cel_type_string, 64, 0 },
        { STR("l"), &cel_type_list_int, 100, 0 },
        { STR("d"), &cel_type_dyn, 0, 0 },
        { STR("role"), cel_type_message(&arena, STR("agency.v1.Role")), 0, 0 },
        { STR("t"), &cel_type_timestamp, 0, 0 },
    };
    const struct cel_value bindings[FUZZ_VARIABLES] = {
        cel_int(42),           cel_string(STR("hello")),        cel_timestamp(1, 5),
        cel_list_value(&list), cel_generated_value(&role.base), cel_timestamp(1700000000, 0),
    };
    struct cel_value bound[FUZZ_VARIABLES];
    memcpy(bound, bindings, sizeof bound);
    bound[2] = cel_list_value(&list);
    const struct cel_env env = { .provider = &generated.provider,
                                 .container = STR("agency.v1"),
                                 .variables = variables,
                                 .variable_count = FUZZ_VARIABLES,
                                 .unchecked = size > 0 && data[0] % 2 == 1 };
    struct cel_problems problems;
    const struct cel_program *program;
    struct str source = str_make(data + (size > 0), size - (size > 0));
    status = cel_compile(&env, source, &arena, &program, &problems);
    if (status.code == STATUS_OK) {
        fuzz_eval(program, bound);
    } else {
        struct buf text = { 0 };
        cel_problems_print(&text, source, &problems);
        buf_release(&text);
    }
    arena_release(&arena);
    return 0;
}
