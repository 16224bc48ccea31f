/* Messages by a descriptor set: what is read is written again, and values cross as the language
 * wants them. The descriptor set is written by hand, as few bytes as a test needs. */
#include "core/cel/cel.h"
#include "core/cel/dynamic.h"
#include "core/cel/wire.h"

#include "tests/lib/test.h"

/* A descriptor under construction. */
struct descriptor {
    struct buf bytes;
};

static void put_varint(struct buf *out, uint64_t value)
{
    for (; value >= 0x80; value >>= 7) {
        buf_byte(out, (uint8_t)(value | 0x80));
    }
    buf_byte(out, (uint8_t)value);
}

static void put_number(struct buf *out, uint32_t field, uint64_t value)
{
    put_varint(out, field << 3);
    put_varint(out, value);
}

static void put_bytes(struct buf *out, uint32_t field, struct str bytes)
{
    put_varint(out, field << 3 | 2);
    put_varint(out, bytes.size);
    buf_append(out, bytes);
}

/* A field of a message under construction; label 1 single, 3 repeated. */
static void put_field(struct buf *message, const char *name, uint32_t number, uint32_t label,
                      uint32_t type, const char *type_name)
{
    struct buf field = { 0 };
    put_bytes(&field, 1, str_z(name));
    put_number(&field, 3, number);
    put_number(&field, 4, label);
    put_number(&field, 5, type);
    if (type_name != NULL) {
        put_bytes(&field, 6, str_z(type_name));
    }
    put_bytes(message, 2, buf_str(&field));
    buf_release(&field);
}

/* message Item { optional int32 n = 1; repeated sint64 list = 2; optional string s = 3;
 *   optional Item inner = 4; optional group Pair = 5 (of type Item); repeated fixed32 fixed = 6
 *   [packed]; } in proto2 */
static void put_item(struct buf *file)
{
    struct buf message = { 0 };
    put_bytes(&message, 1, STR("Item"));
    put_field(&message, "n", 1, 1, CEL_PROTO_INT32, NULL);
    put_field(&message, "list", 2, 3, CEL_PROTO_SINT64, NULL);
    put_field(&message, "s", 3, 1, CEL_PROTO_STRING, NULL);
    put_field(&message, "inner", 4, 1, CEL_PROTO_MESSAGE, ".t.Item");
    put_field(&message, "pair", 5, 1, CEL_PROTO_GROUP, ".t.Item");
    put_field(&message, "fixed", 6, 3, CEL_PROTO_FIXED32, NULL);
    put_bytes(file, 4, buf_str(&message));
    buf_release(&message);
}

struct fixture {
    struct arena arena;
    struct buf set;
    struct cel_schema schema;
    struct cel_run run;
};

static void fixture_init(struct fixture *fixture)
{
    struct buf file = { 0 };
    *fixture = (struct fixture){ 0 };
    put_bytes(&file, 2, STR("t"));
    put_item(&file);
    put_bytes(&fixture->set, 1, buf_str(&file));
    buf_release(&file);
    arena_init(&fixture->arena, 1 << 20);
    assert_ok(cel_schema_load(&fixture->arena, buf_str(&fixture->set), &fixture->schema));
    fixture->run = (struct cel_run){ .arena = &fixture->arena, .gas = { 100000 } };
}

static void fixture_release(struct fixture *fixture)
{
    arena_release(&fixture->arena);
    buf_release(&fixture->set);
}

static bool decode(struct fixture *fixture, struct str bytes, const void **message)
{
    return cel_dynamic_decode(&fixture->run, &fixture->schema,
                              cel_schema_message(&fixture->schema, STR("t.Item")), bytes, message);
}

static void assert_written(struct fixture *fixture, struct str bytes, struct str expected)
{
    const void *message;
    struct str written;
    assert_true(decode(fixture, bytes, &message));
    assert_true(cel_dynamic_encode(&fixture->run, message, &written));
    assert_int_equal(written.size, expected.size);
    assert_memory_equal(written.data, expected.data, expected.size);
}

TEST(dynamic, what_is_read_is_written_again)
{
    struct fixture fixture;
    fixture_init(&fixture);
    /* n = -1; list = -1, 1; inner { n = 5 }; group { s = "x" }; fixed = 1 */
    struct str bytes = STR("\x08\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01\x10\x01\x10\x02"
                           "\x22\x02\x08\x05\x2B\x1A\x01x\x2C\x35\x01\x00\x00\x00");
    assert_written(&fixture, bytes, bytes);
    fixture_release(&fixture);
}

TEST(dynamic, packed_and_unpacked_are_the_same_and_messages_merge)
{
    struct fixture fixture;
    fixture_init(&fixture);
    assert_written(&fixture, STR("\x12\x02\x01\x02"), STR("\x10\x01\x10\x02"));
    assert_written(&fixture, STR("\x22\x02\x08\x05\x22\x03\x1A\x01x\x08\x01\x08\x02"),
                   STR("\x08\x02\x22\x05\x08\x05\x1A\x01x"));
    fixture_release(&fixture);
}

TEST(dynamic, unknown_fields_are_kept_behind_the_known_ones)
{
    struct fixture fixture;
    fixture_init(&fixture);
    /* field 9 as a varint, a group 10 with a field in it, then n; a wrong wire type is unknown */
    assert_written(&fixture, STR("\x48\x07\x53\x08\x01\x54\x08\x03\x0D\x01\x00\x00\x00"),
                   STR("\x08\x03\x48\x07\x53\x08\x01\x54\x0D\x01\x00\x00\x00"));
    fixture_release(&fixture);
}

TEST(dynamic, what_is_cut_or_nested_too_deep_is_refused)
{
    static const struct str bad[] = {
        { "\x08", 1 },         { "\x1A\x05x", 3 }, { "\x2B\x08\x01", 3 }, { "\x2B\x34", 2 },
        { "\x1A\x01\xFF", 3 }, { "\x2C", 1 },      { "\x00\x01", 2 },     { "\x35\x01\x00", 3 },
        { "\x12\x01\x80", 3 }, { "\x0F\x01", 2 },  { "\x22\x02\x08", 3 },
    };
    struct fixture fixture;
    const void *message;
    char deep[2 * CEL_DYNAMIC_DEPTH_MAX + 4];
    fixture_init(&fixture);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_false(decode(&fixture, bad[i], &message));
    }
    memset(deep, 0x2B, sizeof deep);
    assert_false(decode(&fixture, str_make(deep, sizeof deep), &message));
    fixture_release(&fixture);
}

TEST(dynamic, a_set_that_lacks_a_type_or_is_cut_is_refused)
{
    struct fixture fixture;
    struct buf file = { 0 }, message = { 0 }, set = { 0 };
    struct cel_schema schema;
    fixture_init(&fixture);
    put_bytes(&message, 1, STR("M"));
    put_field(&message, "x", 1, 1, CEL_PROTO_MESSAGE, ".t.Missing");
    put_bytes(&file, 4, buf_str(&message));
    put_bytes(&set, 1, buf_str(&file));
    assert_code(STATUS_INVALID_ARGUMENT, cel_schema_load(&fixture.arena, buf_str(&set), &schema));
    struct str cut = { fixture.set.data, fixture.set.size - 1 };
    assert_code(STATUS_INVALID_ARGUMENT, cel_schema_load(&fixture.arena, cut, &schema));
    buf_release(&file);
    buf_release(&message);
    buf_release(&set);
    fixture_release(&fixture);
}

TEST(dynamic, a_known_type_without_its_fields_and_a_map_without_key_are_refused)
{
    static const char *const packages[] = { "google.protobuf", "t" };
    static const char *const names[] = { "Timestamp", "MEntry" };
    for (int i = 0; i < 2; i++) {
        struct fixture fixture;
        struct buf file = { 0 }, message = { 0 }, set = { 0 };
        struct cel_schema schema;
        fixture_init(&fixture);
        put_bytes(&message, 1, str_z(names[i]));
        put_field(&message, "seconds", 1, 1, CEL_PROTO_STRING, NULL);
        put_bytes(&message, 7, STR("\x38\x01")); /* map_entry */
        put_bytes(&file, 2, str_z(packages[i]));
        put_bytes(&file, 4, buf_str(&message));
        put_bytes(&set, 1, buf_str(&file));
        assert_code(STATUS_INVALID_ARGUMENT,
                    cel_schema_load(&fixture.arena, buf_str(&set), &schema));
        buf_release(&file);
        buf_release(&message);
        buf_release(&set);
        fixture_release(&fixture);
    }
}

static void assert_evaluates(struct fixture *fixture, struct cel_value item, const char *source)
{
    struct cel_provider provider = cel_dynamic_provider(&fixture->schema);
    struct cel_variable variable = { .name = STR("item"),
                                     .type = cel_type_message(&fixture->arena, STR("t.Item")) };
    struct cel_env env = {
        .provider = &provider, .variables = &variable, .variable_count = 1, .without_limits = true
    };
    const struct cel_program *program;
    struct cel_problems problems;
    struct cel_outcome outcome;
    assert_ok(cel_compile(&env, str_z(source), &fixture->arena, &program, &problems));
    cel_eval(program, &item, &fixture->arena, CEL_GAS_MAX, &outcome);
    if (outcome.error.kind != CEL_ERROR_NONE || !outcome.value.boolean) {
        fail_msg("expected '%s' to be true (%s)", source, outcome.error.msg);
    }
}

TEST(dynamic, expressions_read_and_make_messages)
{
    struct fixture fixture;
    const void *message;
    fixture_init(&fixture);
    assert_true(decode(&fixture, STR("\x08\x05\x10\x01\x10\x02\x2B\x1A\x01x\x2C"), &message));
    struct cel_value item = cel_message(message);
    assert_evaluates(&fixture, item, "item.n == 5 && item.list == [-1, 1] && item.pair.s == 'x'");
    assert_evaluates(&fixture, item, "has(item.pair) && !has(item.inner) && item.inner.n == 0");
    assert_evaluates(&fixture, item, "item == t.Item{n: 5, list: [-1, 1], pair: t.Item{s: 'x'}}");
    assert_evaluates(&fixture, item, "t.Item{inner: item}.inner.pair == item.pair");
    assert_evaluates(&fixture, item, "t.Item{} != t.Item{n: 0} && has(t.Item{n: 0}.n)");
    fixture_release(&fixture);
}
