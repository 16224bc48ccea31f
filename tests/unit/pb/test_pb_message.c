#include "core/pb/message.h"

#include "google/protobuf/struct.pb-c.h"
#include "test/v1/everything.pb-c.h"
#include "tests/lib/test.h"

static struct arena arena;

static void *make(const ProtobufCMessageDescriptor *descriptor)
{
    void *message;
    arena_release(&arena);
    arena_init(&arena, 1 << 20);
    assert_ok(pb_new(&arena, descriptor, &message));
    return message;
}

TEST(message, what_is_packed_unpacks_to_the_same)
{
    Test__V1__Everything *message = make(&test__v1__everything__descriptor), *again;
    struct str bytes;
    message->string_value = (char *)(uintptr_t) "hello";
    message->sint64_value = -7;
    message->choice_case = TEST__V1__EVERYTHING__CHOICE_CHOICE_INT32;
    assert_ok(pb_pack(&arena, &message->base, &bytes));
    assert_int_equal(bytes.size, pb_packed_size(&message->base));
    assert_ok(pb_unpack(&arena, &test__v1__everything__descriptor, bytes, PB_OUTSIDE, &again));
    assert_string_equal(again->string_value, "hello");
    assert_true(pb_equal(&message->base, &again->base));
    again->choice_int32 = 1;
    assert_false(pb_equal(&message->base, &again->base));
    arena_release(&arena);
}

TEST(message, an_empty_one_has_no_bytes)
{
    Test__V1__Inner *message = make(&test__v1__inner__descriptor);
    struct str bytes;
    assert_ok(pb_pack(&arena, &message->base, &bytes));
    assert_int_equal(bytes.size, 0);
    assert_ok(
        pb_unpack(&arena, &test__v1__inner__descriptor, (struct str){ 0 }, PB_OUTSIDE, &message));
    assert_string_equal(message->name, "");
    arena_release(&arena);
}

TEST(message, a_copy_shares_nothing)
{
    Test__V1__Inner *message = make(&test__v1__inner__descriptor), *copy;
    char name[] = "ada";
    int32_t numbers[] = { 1, 2 };
    message->name = name;
    message->n_numbers = 2;
    message->numbers = numbers;
    assert_ok(pb_copy(&arena, &message->base, &copy));
    assert_true(pb_equal(&message->base, &copy->base));
    name[0] = 'x';
    numbers[1] = 3;
    assert_string_equal(copy->name, "ada");
    assert_int_equal(copy->numbers[1], 2);
    arena_release(&arena);
}

TEST(message, a_copy_shares_no_empty_text_either)
{
    Test__V1__Inner *message = make(&test__v1__inner__descriptor), *copy;
    char name[] = "";
    message->name = name;
    assert_ok(pb_copy(&arena, &message->base, &copy));
    assert_ptr_not_equal(copy->name, name);
    assert_string_equal(copy->name, "");
    arena_release(&arena);
}

/* Text, a message with a list, lists of text and of messages, bytes of a oneof, unknown fields. */
static const char rich_bytes[] = "\x72\x01x\x8a\x01\x05\x0a\x01y\x22\x00\x8a\x02\x01z\x8a\x02"
                                 "\x00\xa2\x02\x03\x0a\x01w\xd2\x02\x01q\xc2\x3e\x01x\xc0\x3e\x07";
static const struct str rich = { rich_bytes, sizeof rich_bytes - 1 };

TEST(message, a_copy_has_everything)
{
    Test__V1__Everything *message = make(&test__v1__everything__descriptor), *copy;
    struct str bytes, copied;
    assert_ok(pb_unpack(&arena, &test__v1__everything__descriptor, rich, PB_STORED, &message));
    assert_ok(pb_pack(&arena, &message->base, &bytes));
    assert_ok(pb_copy(&arena, &message->base, &copy));
    memset(message, 0xff, sizeof *message);
    assert_ok(pb_pack(&arena, &copy->base, &copied));
    assert_true(str_eq(bytes, copied));
    arena_release(&arena);
}

TEST(message, every_failed_allocation_of_a_copy_is_an_error)
{
    Test__V1__Everything *message = make(&test__v1__everything__descriptor), *copy;
    struct status st;
    long n = 0;
    assert_ok(pb_unpack(&arena, &test__v1__everything__descriptor, rich, PB_STORED, &message));
    do {
        arena_fail_at(n++);
        st = pb_copy(&arena, &message->base, &copy);
        assert_true(st.code == STATUS_OK || st.code == STATUS_RESOURCE_EXHAUSTED);
    } while (st.code != STATUS_OK);
    arena_fail_at(-1);
    assert_true(n > 10);
    arena_release(&arena);
}

TEST(message, types_differ_even_when_bytes_do_not)
{
    Test__V1__Inner *inner = make(&test__v1__inner__descriptor);
    Test__V1__Everything *everything;
    assert_ok(pb_new(&arena, &test__v1__everything__descriptor, &everything));
    assert_false(pb_equal(&inner->base, &everything->base));
    arena_release(&arena);
}

TEST(message, entries_of_a_struct_are_sorted_and_the_last_of_equals_stays)
{
    /* fields { key "b" value number 1 }, { "a", true }, { "b", null } */
    struct str bytes = STR("\x0a\x0e\x0a\x01"
                           "b\x12\x09\x11\x00\x00\x00\x00\x00\x00\xf0\x3f"
                           "\x0a\x07\x0a\x01"
                           "a\x12\x02\x20\x01"
                           "\x0a\x07\x0a\x01"
                           "b\x12\x02\x08\x00");
    Google__Protobuf__Struct *map = make(&google__protobuf__struct__descriptor);
    assert_ok(pb_unpack(&arena, &google__protobuf__struct__descriptor, bytes, PB_OUTSIDE, &map));
    assert_int_equal(map->n_fields, 2);
    assert_string_equal(map->fields[0]->key, "a");
    assert_string_equal(map->fields[1]->key, "b");
    assert_int_equal(map->fields[1]->value->kind_case, GOOGLE__PROTOBUF__VALUE__KIND_NULL_VALUE);
    arena_release(&arena);
}

TEST(message, keys_that_are_doubled_or_missing_do_not_hide_the_order)
{
    /* fields { key "a" key "b" }, { } */
    Google__Protobuf__Struct *map = make(&google__protobuf__struct__descriptor);
    struct str bytes = STR("\x0a\x06\x0a\x01"
                           "a\x0a\x01"
                           "b\x0a\x00");
    assert_ok(pb_unpack(&arena, &google__protobuf__struct__descriptor, bytes, PB_OUTSIDE, &map));
    assert_int_equal(map->n_fields, 2);
    assert_string_equal(map->fields[0]->key, "");
    assert_string_equal(map->fields[1]->key, "b");
    arena_release(&arena);
}

TEST(message, every_failed_allocation_is_an_error)
{
    Test__V1__Everything *message = make(&test__v1__everything__descriptor);
    struct str bytes = STR("\x72\x01x\x8a\x01\x03\x0a\x01y\xa2\x01\x03\x01\x02\x03\x8a\x02\x01z");
    struct status st;
    long n = 0;
    do {
        arena_fail_at(n++);
        st = pb_unpack(&arena, &test__v1__everything__descriptor, bytes, PB_OUTSIDE, &message);
        assert_true(st.code == STATUS_OK || st.code == STATUS_RESOURCE_EXHAUSTED);
    } while (st.code != STATUS_OK);
    arena_fail_at(-1);
    assert_true(n > 5);
    arena_release(&arena);
}
