#include "core/store/key.h"
#include "tests/lib/test.h"

static int sign(int order)
{
    return (order > 0) - (order < 0);
}

static const struct str parts[] = {
    { "", 0 },         { "\0", 1 },   { "\0\0", 2 }, { "\0\xFF", 2 },   { "\0\1", 2 },
    { "\1", 1 },       { "a", 1 },    { "a\0", 2 },  { "a\0b", 3 },     { "aa", 2 },
    { "\xFF\0\0", 3 }, { "\xFF", 1 }, { "b", 1 },    { "\xFF\xFF", 2 },
};
enum { PARTS = sizeof parts / sizeof parts[0] };

TEST(key, text_comes_back_whatever_its_bytes)
{
    struct arena arena;
    arena_init(&arena, 1 << 16);
    for (size_t i = 0; i < PARTS; i++) {
        struct buf key = { 0 };
        key_put_str(&key, parts[i]);
        key_put_u64(&key, 7);
        struct str rest = buf_str(&key), part;
        uint64_t number;
        assert_ok(key_get_str(&rest, &arena, &part));
        assert_true(str_eq(part, parts[i]));
        assert_ok(key_get_u64(&rest, &number));
        assert_int_equal(number, 7);
        assert_int_equal(rest.size, 0);
        buf_release(&key);
    }
    arena_release(&arena);
}

TEST(key, order_is_that_of_the_parts_and_none_begins_another)
{
    for (size_t i = 0; i < PARTS * PARTS; i++) {
        struct str a = parts[i / PARTS], b = parts[i % PARTS];
        struct buf x = { 0 }, y = { 0 };
        key_put_str(&x, a);
        key_put_str(&y, b);
        assert_int_equal(sign(str_cmp(buf_str(&x), buf_str(&y))), sign(str_cmp(a, b)));
        assert_true(str_eq(a, b) || !str_starts(buf_str(&x), buf_str(&y)));
        buf_release(&x);
        buf_release(&y);
    }
}

TEST(key, the_last_part_is_found_whatever_the_bytes)
{
    for (size_t i = 0; i < PARTS * PARTS * PARTS; i++) {
        struct buf key = { 0 };
        key_put_str(&key, parts[i / PARTS / PARTS]);
        key_put_u8(&key, 7);
        key_put_str(&key, parts[i / PARTS % PARTS]);
        size_t before = key.size;
        key_put_str(&key, parts[i % PARTS]);
        assert_int_equal(key_size_before_last(buf_str(&key)), before);
        size_t plain = key_size_before_last_plain(buf_str(&key));
        assert_true(plain == before || plain == 0);
        key.size--;
        assert_int_equal(key_size_before_last(buf_str(&key)), 0);
        buf_release(&key);
    }
    assert_int_equal(key_size_before_last((struct str){ 0 }), 0);
}

TEST(key, what_is_no_part_is_data_loss)
{
    struct arena arena;
    struct str part, cut = STR("ab"), wrong = STR("a\0b\0\0"), short_number = STR("1234567");
    uint64_t number;
    uint8_t byte;
    arena_init(&arena, 1 << 16);
    assert_code(STATUS_DATA_LOSS, key_get_str(&cut, &arena, &part));
    assert_code(STATUS_DATA_LOSS, key_get_str(&wrong, &arena, &part));
    assert_code(STATUS_DATA_LOSS, key_get_u64(&short_number, &number));
    struct str none = { 0 };
    assert_code(STATUS_DATA_LOSS, key_get_u8(&none, &byte));
    arena_release(&arena);
}
