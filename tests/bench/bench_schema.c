/* A typical document of a kilobyte under a typical schema: compile, judge, and judge one that is
 * not as the schema says. */
#include <stdio.h>
#include <stdlib.h>

#include "core/pb/json.h"
#include "core/schema/schema.h"
#include "tests/lib/bench.h"

enum { BENCH_STEPS = 20000, BENCH_FILE_MAX = 64 * 1024 };

struct bench_schema {
    struct arena kept, arena;
    Google__Protobuf__Value *document, *wrong, *source;
    const struct schema *schema;
    struct schema_verdict verdict;
    uint64_t gas_used;
};

static void check(struct status st)
{
    if (st.code != STATUS_OK) {
        fprintf(stderr, "%s\n", st.msg);
        exit(1);
    }
}

static Google__Protobuf__Value *read_value(struct arena *arena, const char *path)
{
    char *text = arena_alloc(arena, BENCH_FILE_MAX);
    FILE *file = fopen(path, "r");
    Google__Protobuf__Value *value;
    if (text == NULL || file == NULL) {
        fprintf(stderr, "cannot read '%s'\n", path);
        exit(1);
    }
    size_t size = fread(text, 1, BENCH_FILE_MAX, file);
    fclose(file);
    check(pb_from_json(arena, &google__protobuf__value__descriptor, str_make(text, size), &value));
    return value;
}

static void compile(void *self)
{
    struct bench_schema *bench = self;
    struct cel_gas gas = { SCHEMA_GAS };
    const struct schema *schema;
    arena_reset(&bench->arena);
    check(schema_compile(&bench->arena, &gas, bench->source, &schema));
    bench->gas_used = SCHEMA_GAS - gas.left;
}

static void judge(struct bench_schema *bench, const Google__Protobuf__Value *value, bool valid)
{
    struct cel_gas gas = { SCHEMA_GAS };
    arena_reset(&bench->arena);
    check(schema_validate(bench->schema, &bench->arena, &gas, value, &bench->verdict));
    bench->gas_used = SCHEMA_GAS - gas.left;
    if (bench->verdict.valid != valid) {
        fprintf(stderr, "expected it to be %s\n", valid ? "valid" : "invalid");
        exit(1);
    }
}

static void judge_valid(void *self)
{
    struct bench_schema *bench = self;
    judge(bench, bench->document, true);
}

static void judge_wrong(void *self)
{
    struct bench_schema *bench = self;
    judge(bench, bench->wrong, false);
}

/* A priority that is too high, and a payment that no alternative takes. */
static void spoil(Google__Protobuf__Value *order)
{
    for (size_t i = 0; i < order->struct_value->n_fields; i++) {
        Google__Protobuf__Struct__FieldsEntry *entry = order->struct_value->fields[i];
        if (strcmp(entry->key, "priority") == 0) {
            entry->value->number_value = 10;
        } else if (strcmp(entry->key, "payment") == 0) {
            entry->value->struct_value->n_fields = 0;
        }
    }
}

int main(void)
{
    static struct bench_schema bench;
    struct cel_gas gas = { SCHEMA_GAS };
    arena_init(&bench.kept, SCHEMA_MEMORY);
    arena_init(&bench.arena, SCHEMA_MEMORY);
    bench.source = read_value(&bench.kept, SOURCE_DIR "/tests/json-schema/order.schema.json");
    bench.document = read_value(&bench.kept, SOURCE_DIR "/tests/json-schema/order.json");
    bench.wrong = read_value(&bench.kept, SOURCE_DIR "/tests/json-schema/order.json");
    spoil(bench.wrong);
    check(schema_compile(&bench.kept, &gas, bench.source, &bench.schema));
    printf("a document of %zu bytes as a message\n", pb_packed_size(&bench.document->base));
    bench_print("judge it", judge_valid, &bench, BENCH_STEPS);
    printf("  which takes %llu gas\n", (unsigned long long)bench.gas_used);
    bench_print("judge one with two mistakes", judge_wrong, &bench, BENCH_STEPS);
    printf("  which tells %u problems\n", bench.verdict.problem_count);
    bench_print("compile the schema", compile, &bench, BENCH_STEPS / 10);
    printf("  which takes %llu gas and %zu bytes\n", (unsigned long long)bench.gas_used,
           bench.arena.used);
    arena_release(&bench.kept);
    arena_release(&bench.arena);
    return 0;
}
