#include "tests/lib/schema_kit.h"

#include <stdio.h>

#include "core/pb/json.h"

static char kit_text[8192];
static uint64_t kit_gas, kit_compile_gas;

static void kit_print(const struct schema_verdict *verdict)
{
    int at = snprintf(kit_text, sizeof kit_text, "%s", verdict->valid ? "valid" : "");
    for (uint32_t i = 0; i < verdict->problem_count; i++) {
        const struct schema_problem *problem = &verdict->problems[i];
        at += snprintf(kit_text + at, sizeof kit_text - (size_t)at, "%s%.*s by %.*s: %.*s",
                       i > 0 ? "\n" : "", STR_ARG(problem->instance), STR_ARG(problem->keyword),
                       STR_ARG(problem->expected));
    }
    snprintf(kit_text + at, sizeof kit_text - (size_t)at, "%s", verdict->more ? "\nmore" : "");
}

static struct status kit_judge(struct arena *arena, const char *schema, const char *value)
{
    struct cel_gas gas = { SCHEMA_GAS };
    struct schema_verdict verdict;
    const struct schema *plan;
    Google__Protobuf__Value *message;
    snprintf(kit_text, sizeof kit_text, "refused");
    TRY(schema_compile_text(arena, &gas, str_z(schema), &plan));
    kit_compile_gas = SCHEMA_GAS - gas.left;
    gas.left = SCHEMA_GAS;
    snprintf(kit_text, sizeof kit_text, "failed");
    TRY(pb_from_json(arena, &google__protobuf__value__descriptor, str_z(value), &message));
    struct status status = schema_validate(plan, arena, &gas, message, &verdict);
    kit_gas = SCHEMA_GAS - gas.left;
    TRY(status);
    kit_print(&verdict);
    return status;
}

const char *schema_kit_judge(const char *schema, const char *value)
{
    struct arena arena;
    arena_init(&arena, 4 * SCHEMA_MEMORY);
    struct status status = kit_judge(&arena, schema, value);
    size_t at = strlen(kit_text);
    if (status.code != STATUS_OK) {
        snprintf(kit_text + at, sizeof kit_text - at, ": %s: %s", status_code_name(status.code),
                 status.msg);
    }
    arena_release(&arena);
    return kit_text;
}

uint64_t schema_kit_gas(void)
{
    return kit_gas;
}

uint64_t schema_kit_compile_gas(void)
{
    return kit_compile_gas;
}
