/* A rule about an order, compiled once and asked twice. Build it with
 *   cc discount.c $(pkg-config --cflags --libs libcel) */
#include <cel.h>
#include <stdio.h>

int main(void)
{
    const struct cel_variable variables[] = { { STR("total"), &cel_type_int, 0, 0, 0 },
                                              { STR("tags"), &cel_type_list_string, 100, 64, 0 } };
    const struct cel_env env = { .variables = variables, .variable_count = 2 };
    struct str rule = STR("total > 100 && tags.exists(t, t in ['vip', 'staff'])");
    struct arena compiled, scratch;
    struct cel_problems problems;
    const struct cel_program *program;
    arena_init(&compiled, 1 << 20);
    arena_init(&scratch, CEL_ARENA_MAX);
    struct status status = cel_compile(&env, rule, &compiled, &program, &problems);
    if (status.code != STATUS_OK) {
        printf("%s\n", status.msg);
        return 1;
    }
    const struct cel_value tags[] = { cel_string(STR("new")), cel_string(STR("vip")) };
    const struct cel_list list = { 2, tags };
    for (int64_t total = 50; total <= 150; total += 100) {
        const struct cel_value bindings[] = { cel_int(total), cel_list_value(&list) };
        struct cel_outcome outcome;
        bool done = cel_eval(program, bindings, &scratch, CEL_GAS_MAX, &outcome);
        printf("%d: %s\n", (int)total, done && outcome.value.boolean ? "discount" : "full price");
        arena_reset(&scratch);
    }
    arena_release(&scratch);
    arena_release(&compiled);
    return 0;
}
