/* CEL from end to end: any source is compiled (checked, or with the first byte odd unchecked),
 * estimated and evaluated within the profile's limits of gas, memory and time. The estimate is
 * never below what was used. */
#include <assert.h>
#include <stdint.h>
#include <time.h>

#include "core/cel/cel.h"
#include "core/cel/generated.h"
#include "core/pb/json.h"
#include "test/v1/everything.pb-c.h"
#include "test/v1/maps.pb-c.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum {
    FUZZ_VARIABLES = 7,
    FUZZ_ITEMS = 3,
    FUZZ_TEXT_MAX = 64,
    FUZZ_DATA_MAX = 256,
    /* 10 ms where it is optimised (tests/cel/test_bounds.c); here sanitizers look on. */
    FUZZ_CPU_MAX_MS = 2000,
};

/* Made once: what sources refer to. */
struct fuzz_world {
    struct arena arena;
    struct cel_generated generated;
    struct cel_value items[FUZZ_ITEMS];
    struct cel_list list;
    struct cel_variable variables[FUZZ_VARIABLES];
    struct cel_value bindings[FUZZ_VARIABLES];
};

static const char fuzz_everything[] =
    "{\"int32Value\":-5,\"uint64Value\":\"7\",\"stringValue\":\"text\",\"bytesValue\":\"AQI=\","
    "\"colour\":\"COLOUR_BLUE\",\"inner\":{\"name\":\"in\"},\"int32List\":[1,2],"
    "\"innerList\":[{\"name\":\"x\"},{}],\"timestamp\":\"1970-01-01T00:00:01Z\","
    "\"duration\":\"-0.5s\",\"struct\":{\"a\":{\"b\":[1,\"two\",null,true]}},\"value\":[3],"
    "\"int64Wrapper\":\"9\",\"valueList\":[1,[2,{\"a\":[]}]],\"fieldMask\":\"fooBar,baz\","
    "\"choiceInner\":{\"number\":4}}";
static const char fuzz_maps[] =
    "{\"labelsByName\":{\"a\":\"old\",\"a\":\"A\"},\"numbers\":{\"-1\":\"10\"},"
    "\"values\":{\"v\":[1]}}";

static struct cel_field_limit fuzz_limit(const ProtobufCFieldDescriptor *field)
{
    bool message = field->type == PROTOBUF_C_TYPE_MESSAGE;
    return (struct cel_field_limit){ .size_max = message ? FUZZ_DATA_MAX : FUZZ_TEXT_MAX,
                                     .item_max = FUZZ_TEXT_MAX };
}

static void fuzz_message(struct fuzz_world *world, uint32_t i, struct str name,
                         const ProtobufCMessageDescriptor *type, const char *json)
{
    ProtobufCMessage *message;
    struct status status = pb_from_json(&world->arena, type, str_z(json), &message);
    assert(status.code == STATUS_OK);
    world->variables[i] =
        (struct cel_variable){ .name = name,
                               .type = cel_type_message(&world->arena, str_z(type->name)) };
    world->bindings[i] = cel_generated_value(message);
}

static void fuzz_value(struct fuzz_world *world, uint32_t i, struct cel_variable variable,
                       struct cel_value value)
{
    world->variables[i] = variable;
    world->bindings[i] = value;
}

/* role.any, which has no JSON here. */
static void fuzz_any(struct fuzz_world *world)
{
    static uint8_t packed[] = { 10, 6, 'p', 'a', 'c', 'k', 'e', 'd' };
    static char url[] = "type.googleapis.com/test.v1.Inner";
    static Google__Protobuf__Any any;
    Test__V1__Everything *everything;
    google__protobuf__any__init(&any);
    any.type_url = url;
    any.value = (ProtobufCBinaryData){ sizeof packed, packed };
    memcpy(&everything, &world->bindings[5].message, sizeof everything);
    everything->any = &any;
}

static struct fuzz_world *fuzz_world(void)
{
    static const ProtobufCMessageDescriptor *const roots[] = { &test__v1__everything__descriptor,
                                                               &test__v1__maps__descriptor };
    static struct fuzz_world world;
    if (world.arena.used > 0) {
        return &world;
    }
    arena_init(&world.arena, 4 << 20);
    struct status status = cel_generated_init(&world.generated, &world.arena, roots, 2);
    assert(status.code == STATUS_OK);
    world.generated.limit = fuzz_limit;
    for (int i = 0; i < FUZZ_ITEMS; i++) {
        world.items[i] = cel_int(i * 3 - 2);
    }
    world.list = (struct cel_list){ FUZZ_ITEMS, world.items };
    fuzz_value(&world, 0, (struct cel_variable){ STR("x"), &cel_type_int, 0, 0, 0 }, cel_int(42));
    fuzz_value(&world, 1, (struct cel_variable){ STR("s"), &cel_type_string, FUZZ_TEXT_MAX, 0, 0 },
               cel_string(STR("hello")));
    fuzz_value(&world, 2, (struct cel_variable){ STR("l"), &cel_type_list_int, 100, 0, 0 },
               cel_list_value(&world.list));
    fuzz_value(&world, 3, (struct cel_variable){ STR("d"), &cel_type_dyn, 0, 0, 0 },
               cel_list_value(&world.list));
    fuzz_value(&world, 4, (struct cel_variable){ STR("t"), &cel_type_timestamp, 0, 0, 0 },
               cel_timestamp(1700000000, 0));
    fuzz_message(&world, 5, STR("role"), roots[0], fuzz_everything);
    fuzz_any(&world);
    fuzz_message(&world, 6, STR("m"), roots[1], fuzz_maps);
    return &world;
}

static int64_t fuzz_cpu_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void fuzz_eval(const struct cel_program *program, const struct cel_value *bindings)
{
    struct arena arena;
    struct cel_outcome outcome;
    struct buf text = { 0 };
    arena_init(&arena, CEL_ARENA_MAX);
    int64_t begin = fuzz_cpu_ms();
    bool done = cel_eval(program, bindings, &arena, CEL_GAS_MAX, &outcome);
    assert(fuzz_cpu_ms() - begin < FUZZ_CPU_MAX_MS);
    assert(outcome.gas_used <= CEL_GAS_MAX);
    assert(outcome.gas_used <= cel_cost(program).gas_max);
    assert(done || outcome.error.kind != CEL_ERROR_NONE);
    if (done) {
        cel_value_print(&text, cel_program_provider(program), outcome.value);
    }
    buf_release(&text);
    arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_world *world = fuzz_world();
    struct arena arena;
    struct cel_problems problems;
    const struct cel_program *program;
    const struct cel_env env = { .provider = &world->generated.provider,
                                 .container = STR("test.v1"),
                                 .variables = world->variables,
                                 .variable_count = FUZZ_VARIABLES,
                                 .unchecked = size > 0 && data[0] % 2 == 1 };
    struct str source = str_make(data + (size > 0), size - (size > 0));
    arena_init(&arena, 32 << 20);
    int64_t begin = fuzz_cpu_ms();
    struct status status = cel_compile(&env, source, &arena, &program, &problems);
    assert(fuzz_cpu_ms() - begin < FUZZ_CPU_MAX_MS);
    if (status.code == STATUS_OK) {
        fuzz_eval(program, world->bindings);
    } else {
        struct buf text = { 0 };
        cel_problems_print(&text, source, &problems);
        buf_release(&text);
    }
    arena_release(&arena);
    return 0;
}
