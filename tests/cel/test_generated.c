/* Messages of generated code: whatever proto3 has is read and made as the language wants it. */
#include "core/cel/cel.h"
#include "core/cel/generated.h"
#include "core/pb/json.h"
#include "core/pb/message.h"
#include "test/v1/everything.pb-c.h"
#include "test/v1/maps.pb-c.h"
#include "tests/lib/test.h"

enum { WORLD_VARIABLES = 4 };

/* `e`, an Everything that is set as its JSON says, `m`, a Maps, `d` and `a` whatever they are. */
struct world {
    struct arena arena, evaluation;
    struct cel_generated generated;
    struct cel_variable variables[WORLD_VARIABLES];
    struct cel_value bindings[WORLD_VARIABLES];
    struct cel_env env;
    struct cel_problems problems;
    struct cel_outcome outcome;
    struct buf text;
};

static const char world_everything[] =
    "{\"int32Value\":-5,\"uint64Value\":\"7\",\"floatValue\":0.5,\"stringValue\":\"text\","
    "\"bytesValue\":\"AQI=\",\"colour\":\"COLOUR_BLUE\",\"inner\":{\"name\":\"in\"},"
    "\"int32List\":[1,2],\"innerList\":[{\"name\":\"x\"},{}],\"timestamp\":\"1970-01-01T00:00:"
    "01Z\","
    "\"duration\":\"-0.5s\",\"struct\":{\"a\":{\"b\":[1,\"two\",null,true]}},\"value\":[3],"
    "\"listValue\":[{},\"l\"],\"int64Wrapper\":\"9\",\"boolWrapper\":false,"
    "\"fieldMask\":\"fooBar,baz\",\"choiceInner\":{\"number\":4}}";

static const char world_maps[] =
    "{\"labelsByName\":{\"a\":\"old\",\"b\":\"B\",\"a\":\"A\"},\"numbers\":{\"-1\":\"10\"},"
    "\"flags\":{\"18446744073709551615\":true},\"weights\":{\"true\":0.5},\"inner\":{\"i\":{}},"
    "\"values\":{\"v\":[1],\"n\":null},\"wrapped\":{\"w\":\"3\"},"
    "\"pairs\":[{\"key\":\"k\"},{\"key\":\"k\"}]}";

static void world_message(struct world *world, uint32_t i, const char *name,
                          const ProtobufCMessageDescriptor *type, const char *json)
{
    ProtobufCMessage *message;
    assert_ok(pb_from_json(&world->arena, type, str_z(json), &message));
    world->variables[i] =
        (struct cel_variable){ .name = str_z(name),
                               .type = cel_type_message(&world->arena, str_z(type->name)) };
    world->bindings[i] = cel_generated_value(message);
}

/* e.any, which has no JSON here. */
static void world_any(struct world *world)
{
    static uint8_t packed[] = { 10, 6, 'p', 'a', 'c', 'k', 'e', 'd' };
    static char url[] = "type.googleapis.com/test.v1.Inner";
    Google__Protobuf__Any *any;
    Test__V1__Everything *everything;
    assert_ok(pb_new(&world->arena, &google__protobuf__any__descriptor, &any));
    any->type_url = url;
    any->value = (ProtobufCBinaryData){ sizeof packed, packed };
    memcpy(&everything, &world->bindings[0].message, sizeof everything);
    everything->any = any;
}

static struct cel_field_limit world_limit(const ProtobufCFieldDescriptor *field)
{
    return (struct cel_field_limit){ .size_max = field->type == PROTOBUF_C_TYPE_MESSAGE ? 128 : 16,
                                     .item_max = 64 };
}

static void world_init(struct world *world)
{
    static const ProtobufCMessageDescriptor *const roots[] = { &test__v1__everything__descriptor,
                                                               &test__v1__maps__descriptor };
    *world = (struct world){ 0 };
    arena_init(&world->arena, 8 << 20);
    arena_init(&world->evaluation, CEL_ARENA_MAX);
    assert_ok(cel_generated_init(&world->generated, &world->arena, roots, 2));
    world->generated.limit = world_limit;
    world_message(world, 0, "e", roots[0], world_everything);
    world_any(world);
    world_message(world, 1, "m", roots[1], world_maps);
    world_message(world, 2, "none", roots[0], "{}");
    world->variables[3] = (struct cel_variable){ .name = STR("x"), .type = &cel_type_int };
    world->bindings[3] = cel_int(7);
    world->env = (struct cel_env){ .provider = &world->generated.provider,
                                   .container = STR("test.v1"),
                                   .variables = world->variables,
                                   .variable_count = WORLD_VARIABLES };
}

static void world_release(struct world *world)
{
    buf_release(&world->text);
    arena_release(&world->evaluation);
    arena_release(&world->arena);
}

/* What the source gives, or why not; valid until the next call. Fails above the estimate. */
static const char *world_eval(struct world *world, const char *source)
{
    const struct cel_program *program;
    world->text.size = 0;
    arena_reset(&world->evaluation);
    struct status status =
        cel_compile(&world->env, str_z(source), &world->arena, &program, &world->problems);
    if (status.code != STATUS_OK) {
        cel_problems_print(&world->text, str_z(source), &world->problems);
    } else if (cel_eval(program, world->bindings, &world->evaluation, CEL_GAS_MAX,
                        &world->outcome)) {
        cel_value_print(&world->text, world->env.provider, world->outcome.value);
    } else {
        buf_printf(&world->text, "%s", world->outcome.error.msg);
    }
    assert_true(status.code != STATUS_OK || world->outcome.gas_used <= cel_cost(program).gas_max);
    buf_byte(&world->text, '\0');
    return world->text.data;
}

/* Pairs of a source and what it gives; NULL ends them. */
static void world_check(const char *const *pairs)
{
    struct world world;
    world_init(&world);
    for (; pairs[0] != NULL; pairs += 2) {
        const char *found = world_eval(&world, pairs[0]);
        if (strcmp(found, pairs[1]) != 0) {
            fail_msg("'%s' gave '%s', not '%s'", pairs[0], found, pairs[1]);
        }
    }
    world_release(&world);
}

static const char *const maps_read[] = {
    "m.labels_by_name",
    "{'a': 'A', 'b': 'B'}",
    "m.labels_by_name.a + m.labels_by_name['b']",
    "'AB'",
    "'c' in m.labels_by_name || has(m.labels_by_name.c)",
    "false",
    "m.numbers[-1] + 1",
    "11",
    "m.flags[18446744073709551615u] && m.weights[true] == 0.5",
    "true",
    "m.inner.i.numbers",
    "{}",
    "m.inner.all(k, v, k == 'i' && v.labels_by_name.size() == 0)",
    "true",
    "m.values",
    "{'v': [1.0], 'n': null}",
    "m.wrapped.w + 1",
    "4",
    "has(m.wrapped) && !has(m.inner.i.wrapped)",
    "true",
    "m.labels_by_name.map(k, k)",
    "['a', 'b']",
    NULL,
};

TEST(cel_generated, maps_are_maps_and_of_equal_keys_the_last_stays)
{
    world_check(maps_read);
}

TEST(cel_generated, a_list_of_messages_that_look_like_entries_is_a_list)
{
    static const char *const pairs[] = { "m.pairs.map(p, p.key)", "['k', 'k']", NULL };
    world_check(pairs);
}

static const char *const maps_made[] = {
    "Maps{labels_by_name: {'x': 'y'}}.labels_by_name",
    "{'x': 'y'}",
    "Maps{numbers: {1: 2, x: 3}, flags: {7u: true}}.numbers",
    "{1: 2, 7: 3}",
    "Maps{inner: {'a': Maps{weights: {false: 1.0}}}}.inner.a.weights[false]",
    "1.0",
    "Maps{values: {'a': 1, 'b': [null, 'x']}}.values",
    "{'a': 1.0, 'b': [null, 'x']}",
    "Maps{wrapped: {'a': 1, 'b': null}}.wrapped",
    "{'a': 1}",
    "Maps{numbers: {1: 2, 3: 4}} == Maps{numbers: {3: 4, 1: 2}}",
    "true",
    "Maps{numbers: {1: 2}} == Maps{numbers: {1: 3}}",
    "false",
    "m.inner.i == Maps{}",
    "true",
    "Maps{numbers: dyn([1])}",
    "expected a map for the field 'numbers'",
    "Maps{pairs: dyn({1: 2})}",
    "expected a list for the field 'pairs'",
    "Maps{numbers: {2147483648: 1}}",
    "expected an int of 32 bits for 'key'",
    "Maps{nothing: null}.nothing == null && m.nothing == null",
    "true",
    NULL,
};

TEST(cel_generated, maps_are_made_of_maps)
{
    world_check(maps_made);
}

static const char *const known_read[] = {
    "e.struct.a.b",
    "[1.0, 'two', null, true]",
    "e.value",
    "[3.0]",
    "e.list_value",
    "[{}, 'l']",
    "e.any.name",
    "'packed'",
    "e.any == Inner{name: 'packed'}",
    "true",
    "e.int64_wrapper + 1",
    "10",
    "e.bool_wrapper == false && none.bool_wrapper == null",
    "true",
    "e.timestamp == timestamp(1) && e.duration == duration('-500ms')",
    "true",
    "none.struct == {} && none.list_value == [] && none.value == null && none.any == null",
    "true",
    "e.field_mask.paths",
    "['foo_bar', 'baz']",
    "e.choice_inner.number + none.choice_inner.number",
    "4",
    "e.choice_null",
    "null",
    NULL,
};

TEST(cel_generated, well_known_types_read_as_what_they_stand_for)
{
    world_check(known_read);
}

static const char *const known_made[] = {
    "Everything{struct: {'a': {'b': [1, 'x', null]}}}.struct",
    "{'a': {'b': [1.0, 'x', null]}}",
    "Everything{value: 3u}.value",
    "3.0",
    "Everything{value: null}.value == null",
    "true",
    "has(Everything{value: null}.value)",
    "true",
    "Everything{value: 9007199254740993}.value",
    "'9007199254740993'",
    "Everything{value: -9223372036854775808}.value",
    "'-9223372036854775808'",
    "Everything{value: b'\\001\\002'}.value",
    "'AQI='",
    "Everything{value: duration('1.5s')}.value",
    "'1.5s'",
    "Everything{value: e.field_mask}.value",
    "'fooBar,baz'",
    "Everything{value: google.protobuf.Empty{}}.value",
    "{}",
    "Everything{value: {'a': [true]}}.value",
    "{'a': [true]}",
    "Everything{list_value: [1, [2], {}]}.list_value",
    "[1.0, [2.0], {}]",
    "Everything{value_list: [1, null, 'x']}.value_list",
    "[1.0, null, 'x']",
    "Everything{duration: duration('-1.25s')}.duration",
    "duration('-1.25s')",
    "Everything{timestamp_list: [timestamp(0), timestamp(1)]}.timestamp_list.size()",
    "2",
    "Everything{int64_wrapper: x, string_wrapper: 's', bytes_wrapper: null}.int64_wrapper",
    "7",
    "google.protobuf.Struct{fields: {'k': 1}}",
    "{'k': 1.0}",
    "google.protobuf.Value{string_value: 's'}",
    "'s'",
    "google.protobuf.ListValue{values: [1, 'x']}",
    "[1.0, 'x']",
    "google.protobuf.Int32Value{value: x}",
    "7",
    NULL,
};

TEST(cel_generated, well_known_types_are_made_of_what_they_stand_for)
{
    world_check(known_made);
}

static const char *const any_made[] = {
    "Everything{any: Inner{name: 'n', numbers: [1, 2]}}.any == Inner{name: 'n', numbers: [1, "
    "2]}",
    "true",
    "Everything{any: 'text'}.any",
    "'text'",
    "Everything{any: [1, {'a': null}]}.any",
    "[1.0, {'a': null}]",
    "Everything{any: {'k': x}}.any.k",
    "7.0",
    "Everything{any: x}.any + 1",
    "8",
    "Everything{any: null}.any == null",
    "true",
    "Everything{any: timestamp(5)}.any == timestamp(5)",
    "true",
    "google.protobuf.Any{type_url: 'x/test.v1.Inner', value: b'\\n\\001n'}.name",
    "'n'",
    "google.protobuf.Any{type_url: 'x/y.Z'}",
    "expected an Any of a known type, not of 'x/y.Z'",
    NULL,
};

TEST(cel_generated, what_is_put_into_an_any_comes_out)
{
    world_check(any_made);
}

static const char *const refused[] = {
    "Everything{struct: dyn([1])}",
    "expected a value that a google.protobuf.Struct can hold, but found one of type list",
    "Everything{struct: dyn({1: 2})}",
    "expected a string without NUL for 'key'",
    "Everything{list_value: dyn('x')}",
    "expected a value that a google.protobuf.ListValue can hold, but found one of type string",
    "Everything{timestamp: dyn(duration('1s'))}",
    "expected a value that a google.protobuf.Timestamp can hold, but found one of type "
    "google.protobuf.Duration",
    "Everything{inner: dyn(e)}",
    "expected a value that a test.v1.Inner can hold, but found one of type test.v1.Everything",
    "Everything{value: e}",
    "expected a value that has a JSON form, not a 'test.v1.Everything'",
    "Everything{value: optional.of(1)}",
    "expected a value that has a JSON form",
    "Everything{inner_list: [null]}",
    "expected a value that a test.v1.Inner can hold, but found one of type null_type",
    "google.protobuf.Timestamp{seconds: 253402300800}",
    "expected a timestamp in range",
    NULL,
};

TEST(cel_generated, what_does_not_fit_is_refused_and_named)
{
    world_check(refused);
}

TEST(cel_generated, reading_and_comparing_any_field_keeps_to_its_estimate)
{
    struct world world;
    world_init(&world);
    for (unsigned i = 0; i < test__v1__everything__descriptor.n_fields; i++) {
        const char *name = test__v1__everything__descriptor.fields[i].name;
        world_eval(&world, arena_printf(&world.arena, "[e.%s]", name).data);
        world_eval(&world, arena_printf(&world.arena, "dyn(e.%s) == dyn(e.%s)", name, name).data);
        assert_string_equal(world.text.data, "true");
    }
    for (unsigned i = 0; i < test__v1__maps__descriptor.n_fields; i++) {
        const char *name = test__v1__maps__descriptor.fields[i].name;
        world_eval(&world, arena_printf(&world.arena, "dyn(m.%s) == m.%s", name, name).data);
        assert_string_equal(world.text.data, "true");
    }
    world_release(&world);
}

/* Parts that are shared many times are charged at every visit. */
TEST(cel_generated, packing_shared_parts_costs_gas)
{
    struct world world;
    struct buf source = { 0 };
    world_init(&world);
    buf_append(&source, STR("cel.bind(v0, Maps{numbers: {x: 1}}, "));
    for (int i = 1; i < 25; i++) {
        buf_printf(&source, "cel.bind(v%d, Maps{inner: {'a': v%d, 'b': v%d}}, ", i, i - 1, i - 1);
    }
    buf_append(&source, STR("Everything{any: v24}"));
    for (int i = 0; i < 25; i++) {
        buf_byte(&source, ')');
    }
    buf_byte(&source, '\0');
    world_eval(&world, source.data);
    assert_int_equal(world.outcome.error.kind, CEL_ERROR_GAS);
    buf_release(&source);
    world_release(&world);
}
