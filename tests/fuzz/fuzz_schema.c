/* Schemas and values: the input up to its first newline is the schema, the rest the value. A second
 * judgement is the same as the first, in what it says and in the gas that it takes. */
#include "core/pb/json.h"
#include "core/schema/schema.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct fuzz_judgement {
    struct schema_verdict verdict;
    struct cel_gas gas;
    enum status_code code;
};

static void fuzz_judge(struct arena *arena, const struct schema *schema,
                       const Google__Protobuf__Value *value, struct fuzz_judgement *judgement)
{
    judgement->gas.left = SCHEMA_GAS;
    judgement->code =
        schema_validate(schema, arena, &judgement->gas, value, &judgement->verdict).code;
    assert(judgement->code == STATUS_OK || judgement->code == STATUS_RESOURCE_EXHAUSTED);
    assert(judgement->code == STATUS_OK || !judgement->verdict.valid);
}

static void fuzz_twice(struct arena *arena, const struct schema *schema,
                       const Google__Protobuf__Value *value)
{
    struct fuzz_judgement first, second;
    fuzz_judge(arena, schema, value, &first);
    fuzz_judge(arena, schema, value, &second);
    assert(first.code == second.code && first.gas.left == second.gas.left);
    assert(first.verdict.valid == second.verdict.valid);
    assert(first.verdict.problem_count == second.verdict.problem_count);
    for (uint32_t i = 0; i < first.verdict.problem_count; i++) {
        const struct schema_problem *a = &first.verdict.problems[i];
        const struct schema_problem *b = &second.verdict.problems[i];
        assert(str_eq(a->instance, b->instance) && str_eq(a->keyword, b->keyword));
        assert(str_eq(a->expected, b->expected));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { FUZZ_SCHEMA_MEMORY = 1 << 24 };
    const char *line = size == 0 ? NULL : memchr(data, '\n', size);
    size_t schema_size = line == NULL ? size : (size_t)(line - (const char *)data);
    struct str rest = str_from(str_make(data, size), schema_size + (line != NULL));
    struct cel_gas gas = { SCHEMA_GAS };
    const struct schema *schema;
    Google__Protobuf__Value *value;
    struct arena arena;
    arena_init(&arena, FUZZ_SCHEMA_MEMORY);
    if (schema_compile_text(&arena, &gas, str_make(data, schema_size), &schema).code == STATUS_OK &&
        pb_from_json(&arena, &google__protobuf__value__descriptor, rest, &value).code ==
            STATUS_OK) {
        fuzz_twice(&arena, schema, value);
    }
    arena_release(&arena);
    return 0;
}
