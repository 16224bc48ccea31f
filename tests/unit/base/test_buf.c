#include "core/base/buf.h"

#include "tests/lib/test.h"

TEST(buf, grows_out_of_the_memory_that_it_was_lent)
{
    char memory[8];
    struct buf buf = buf_in(memory, sizeof memory);
    buf_append(&buf, STR("12345678"));
    assert_ptr_equal(buf.data, memory);
    buf_byte(&buf, '9');
    assert_true(buf.data != memory);
    assert_true(str_eq(buf_str(&buf), STR("123456789")));
    for (int i = 0; i < 1000; i++) {
        buf_append(&buf, STR("more"));
    }
    assert_int_equal(buf.size, 4009);
    buf_release(&buf);
    buf_byte(&buf, 'x');
    assert_true(str_eq(buf_str(&buf), STR("x")));
    buf_release(&buf);
}

TEST(buf, wipes_what_it_drops_and_what_it_is_cleared_of)
{
    struct buf buf = { 0 };
    buf_append(&buf, STR("secret and more"));
    buf_drop(&buf, 7);
    assert_true(str_eq(buf_str(&buf), STR("and more")));
    assert_memory_equal(buf.data + buf.size, "\0\0\0\0\0\0\0", 7);
    buf_drop(&buf, 0);
    buf_clear(&buf);
    assert_int_equal(buf.size, 0);
    assert_memory_equal(buf.data, "\0\0\0\0\0\0\0\0", 8);
    buf_release(&buf);
    buf_clear(&buf);
}

TEST(buf, leaves_lent_memory_to_its_owner)
{
    char memory[8];
    struct buf buf = buf_in(memory, sizeof memory);
    buf_append(&buf, STR("1"));
    buf_release(&buf);
    assert_int_equal(buf.size, 0);
    buf_release(&buf);
}
