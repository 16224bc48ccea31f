#include "ops/seal_keys.h"

#include "tests/lib/test.h"

#define KEY_A "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define KEY_B "f00102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

static struct status parse(struct arena *arena, const char *text, struct seal_keys *keys)
{
    arena_init(arena, 1 << 20);
    return seal_keys_parse(arena, str_z(text), keys);
}

TEST(seal_keys, are_taken_in_their_order)
{
    struct arena arena;
    struct seal_keys keys;
    assert_ok(parse(&arena, "# made today\n" KEY_B "\n\n# before\n" KEY_A, &keys));
    assert_int_equal(keys.count, 2);
    assert_int_equal((unsigned char)keys.keys[0].bytes.data[0], 0xf0);
    assert_int_equal(keys.keys[1].bytes.data[31], 0x1f);
    assert_string_not_equal(keys.keys[0].id, keys.keys[1].id);
    arena_release(&arena);
}

TEST(seal_keys, that_are_wrong_are_named_by_their_line)
{
    struct arena arena;
    struct seal_keys keys;
    struct status st = parse(&arena, KEY_A "\nabc\n", &keys);
    assert_int_equal(st.code, STATUS_INVALID_ARGUMENT);
    assert_string_equal(st.msg, "line 2: expected a key of 64 lower-case hexadecimal digits");
    arena_release(&arena);
    assert_code(STATUS_INVALID_ARGUMENT, parse(&arena, "# none\n", &keys));
    arena_release(&arena);
}

TEST(seal_keys, are_the_cluster_key_where_there_is_no_file)
{
    struct arena arena;
    struct seal_keys keys;
    arena_init(&arena, 1 << 20);
    assert_ok(seal_keys_read(&arena, "/nonexistent/seal.keys", STR("cluster key"), &keys));
    assert_int_equal(keys.count, 1);
    assert_true(str_eq(keys.keys[0].bytes, STR("cluster key")));
    assert_ok(seal_keys_read(&arena, "/nonexistent/seal.keys", STR(""), &keys));
    assert_int_equal(keys.count, 0);
    arena_release(&arena);
}
