/* The list of api.md: each of these kills, blinds or bloats a process that hands bytes from outside
 * to protobuf-c as they are. */
#include "core/pb/guard.h"

#include "core/pb/message.h"
#include "test/v1/everything.pb-c.h"
#include "tests/lib/test.h"

static struct status unpack_as(enum pb_origin origin, struct str bytes)
{
    struct arena arena;
    Test__V1__Everything *message;
    arena_init(&arena, 1 << 20);
    struct status st =
        pb_unpack(&arena, &test__v1__everything__descriptor, bytes, origin, &message);
    arena_release(&arena);
    return st;
}

#define assert_refused(literal, message)                             \
    do {                                                             \
        struct status refused = unpack_as(PB_OUTSIDE, STR(literal)); \
        assert_int_equal(refused.code, STATUS_INVALID_ARGUMENT);     \
        assert_string_equal(refused.msg, message);                   \
        refused = unpack_as(PB_STORED, STR(literal));                \
        assert_int_equal(refused.code, STATUS_DATA_LOSS);            \
    } while (0)

/* Field `tag` holding a message of the same kind, `levels` times; the innermost is empty. */
static void nest(struct buf *out, const char *tag, int levels)
{
    struct buf inner = { 0 };
    for (int i = 0; i < levels; i++) {
        struct buf outer = { 0 };
        buf_append(&outer, str_z(tag));
        for (size_t size = inner.size; size > 0 || outer.size == strlen(tag); size >>= 7) {
            buf_byte(&outer, (uint8_t)((size & 0x7F) | (size > 0x7F ? 0x80 : 0)));
        }
        buf_append(&outer, buf_str(&inner));
        buf_release(&inner);
        inner = outer;
    }
    buf_append(out, buf_str(&inner));
    buf_release(&inner);
}

static struct status unpack_nested(enum pb_origin origin, int levels)
{
    struct arena arena;
    struct buf bytes = { 0 };
    Test__V1__Inner *message;
    nest(&bytes, "\x12", levels - 1);
    arena_init(&arena, 1 << 20);
    struct status st =
        pb_unpack(&arena, &test__v1__inner__descriptor, buf_str(&bytes), origin, &message);
    arena_release(&arena);
    buf_release(&bytes);
    return st;
}

TEST(guard, levels_are_counted)
{
    assert_ok(unpack_nested(PB_OUTSIDE, MESSAGE_DEPTH_MAX));
    assert_code(STATUS_INVALID_ARGUMENT, unpack_nested(PB_OUTSIDE, MESSAGE_DEPTH_MAX + 1));
    assert_code(STATUS_INVALID_ARGUMENT, unpack_nested(PB_OUTSIDE, 10000));
}

TEST(guard, what_was_let_in_can_be_stored_some_levels_deeper)
{
    assert_ok(unpack_nested(PB_STORED, PB_STORED_DEPTH_MAX));
    assert_code(STATUS_DATA_LOSS, unpack_nested(PB_STORED, PB_STORED_DEPTH_MAX + 1));
}

TEST(guard, text_is_utf8)
{
    assert_ok(unpack_as(PB_OUTSIDE, STR("\x72\x02\xc3\xa4")));
    assert_refused("\x72\x02\xc3\x28", "stringValue: expected UTF-8 text without NUL");
}

TEST(guard, text_hides_nothing_behind_a_nul)
{
    assert_refused("\x72\x03"
                   "a\0b",
                   "stringValue: expected UTF-8 text without NUL");
}

TEST(guard, the_path_names_the_inner_field)
{
    assert_refused("\x8a\x01\x05\x12\x03\x0a\x01\xff",
                   "inner.inner.name: expected UTF-8 text without NUL");
}

TEST(guard, memory_is_bounded_by_the_arena)
{
    struct buf bytes = { 0 };
    for (int i = 0; i < 100000; i++) {
        buf_append(&bytes, STR("\xa2\x02\x00")); /* an empty item of inner_list */
    }
    assert_code(STATUS_RESOURCE_EXHAUSTED, unpack_as(PB_OUTSIDE, buf_str(&bytes)));
    buf_release(&bytes);
}

TEST(guard, values_are_whole)
{
    assert_refused("\x08", "int32Value: expected a whole number, but the bytes end in it");
    assert_refused("\x08\x80", "int32Value: expected a whole number, but the bytes end in it");
    assert_refused("\x88", "test.v1.Everything: expected a whole number, but the bytes end in it");
    assert_refused("\x3d\x01", "fixed32Value: expected a whole value, but the bytes end in it");
    assert_refused("\x41\x01", "fixed64Value: expected a whole value, but the bytes end in it");
    assert_refused("\x72\x05"
                   "abc",
                   "stringValue: expected as many bytes as its length says, but there are fewer");
}

TEST(guard, numbers_have_at_most_64_bits)
{
    assert_ok(unpack_as(PB_OUTSIDE, STR("\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")));
    assert_refused("\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02",
                   "int64Value: expected a number of at most 64 bits, but it is longer");
    assert_refused("\x10\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01",
                   "int64Value: expected a number of at most 64 bits, but it is longer");
    assert_refused("\x72\x80\x80\x80\x80\x80\x00",
                   "stringValue: expected a number of at most 64 bits, but it is longer");
}

TEST(guard, wire_types_fit_their_fields)
{
    assert_refused("\x0d\x01\x01\x01\x01", "int32Value: expected the wire type of its field");
    assert_refused("\x70\x01", "stringValue: expected the wire type of its field");
    assert_refused("\x0a\x00", "int32Value: expected the wire type of its field");
    assert_refused("\x0e", "test.v1.Everything: expected a wire type from 0 to 5");
    assert_refused("\x00\x01", "test.v1.Everything: expected a field number from 1 to 536870911");
}

TEST(guard, groups_are_refused)
{
    assert_refused("\x8b\x01\x8c\x01", "inner: expected the wire type of its field");
    assert_code(STATUS_INVALID_ARGUMENT, unpack_as(PB_OUTSIDE, STR("\xc3\x3e\xc4\x3e")));
    assert_code(STATUS_DATA_LOSS, unpack_as(PB_STORED, STR("\xc3\x3e\xc4\x3e")));
}

TEST(guard, a_message_occurs_once)
{
    assert_refused("\x8a\x01\x00\x8a\x01\x00",
                   "inner: expected this message once, but it is there again");
    assert_refused("\xda\x02\x00\xda\x02\x00",
                   "choiceInner: expected this message once, but it is there again");
}

TEST(guard, of_a_scalar_the_last_wins)
{
    struct arena arena;
    Test__V1__Everything *message;
    arena_init(&arena, 1 << 20);
    assert_ok(pb_unpack(&arena, &test__v1__everything__descriptor,
                        STR("\x08\x01\x72\x01x\x08\x02\x72\x01y\xc0\x02\x05\xca\x02\x01z"),
                        PB_OUTSIDE, &message));
    assert_int_equal(message->int32_value, 2);
    assert_string_equal(message->string_value, "y");
    assert_int_equal(message->choice_case, TEST__V1__EVERYTHING__CHOICE_CHOICE_STRING);
    arena_release(&arena);
}

TEST(guard, unknown_fields_are_refused_from_outside_and_kept_from_the_log)
{
    struct arena arena;
    Test__V1__Everything *message;
    struct str bytes = STR("\xc0\x3e\x07\xc2\x3e\x01x\xc5\x3e\x01\x02\x03\x04"
                           "\xc1\x3e\x01\x02\x03\x04\x05\x06\x07\x08"),
               again;
    struct status st = unpack_as(PB_OUTSIDE, bytes);
    assert_int_equal(st.code, STATUS_INVALID_ARGUMENT);
    assert_string_equal(st.msg, "test.v1.Everything: field 1000: expected a field of this message, "
                                "but there is none");
    arena_init(&arena, 1 << 20);
    assert_ok(pb_unpack(&arena, &test__v1__everything__descriptor, bytes, PB_STORED, &message));
    assert_ok(pb_pack(&arena, &message->base, &again));
    assert_true(str_eq(again, bytes));
    arena_release(&arena);
}

TEST(guard, unknown_numbers_of_an_enum_are_refused_from_outside_and_kept_from_the_log)
{
    struct status st = unpack_as(PB_OUTSIDE, STR("\x80\x01\x07"));
    assert_string_equal(st.msg, "colour: expected a number of its enum");
    assert_ok(unpack_as(PB_STORED, STR("\x80\x01\x07")));
    assert_ok(unpack_as(PB_OUTSIDE, STR("\x80\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01")));
    assert_code(STATUS_INVALID_ARGUMENT, unpack_as(PB_OUTSIDE, STR("\x9a\x02\x02\x01\x07")));
}

TEST(guard, lists_may_be_packed_or_not)
{
    assert_ok(unpack_as(PB_OUTSIDE, STR("\xa2\x01\x03\x01\x96\x01\xa0\x01\x05")));
    assert_refused("\xa2\x01\x01\x80",
                   "int32List: expected a whole number, but the bytes end in it");
    assert_refused("\xd2\x01\x03\x01\x02\x03",
                   "fixed32List: expected whole items in a packed list");
    assert_refused("\x82\x02\x01\x02", "boolList: expected 0 or 1 in a packed list of bool");
}
