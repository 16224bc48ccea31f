#include "ops/daemon/listen_address.h"
#include "tests/lib/test.h"

static struct arena arena;

static struct status parse(const char *text, struct listen_addresses *addresses)
{
    arena_release(&arena);
    arena_init(&arena, 1 << 16);
    return listen_addresses_parse(str_z(text), &arena, addresses);
}

TEST(listen_address, is_an_ip_and_a_port)
{
    struct listen_addresses found;
    assert_ok(parse("127.0.0.1:8420,[::1]:0,0.0.0.0:443,[::]:65535", &found));
    assert_int_equal(found.count, 4);
    assert_string_equal(found.items[0].host, "127.0.0.1");
    assert_int_equal(found.items[0].port, 8420);
    assert_string_equal(found.items[1].host, "::1");
    assert_true(found.items[0].loopback && found.items[1].loopback);
    assert_false(found.items[2].loopback || found.items[3].loopback);
    assert_ok(parse("", &found));
    assert_int_equal(found.count, 0);
    arena_release(&arena);
}

TEST(listen_address, is_written_as_it_is_read)
{
    struct listen_addresses found;
    char text[LISTEN_ADDRESS_TEXT_SIZE];
    assert_ok(parse("127.0.0.1:8420,[::1]:0", &found));
    assert_true(str_eq(listen_address_text(&found.items[0], 8420, text), STR("127.0.0.1:8420")));
    assert_true(str_eq(listen_address_text(&found.items[1], 65535, text), STR("[::1]:65535")));
    arena_release(&arena);
}

TEST(listen_address, is_refused_where_it_is_none)
{
    static const char *const wrong[] = { "8420",      ":8420",          "localhost:8420",
                                         "127.0.0.1", "127.0.0.1:",     "127.0.0.1:65536",
                                         "::1:8420",  "127.0.0.1:80,,", "127.0.0.1:8o" };
    struct listen_addresses found;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_code(STATUS_INVALID_ARGUMENT, parse(wrong[i], &found));
    }
    arena_release(&arena);
}

TEST(listen_address, of_other_machines_is_no_loopback)
{
    static const char *const others[] = { "10.0.0.1:1", "128.0.0.1:1", "[fe80::1]:1",
                                          "[::ffff:127.0.0.1]:1" };
    struct listen_addresses found;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_ok(parse(others[i], &found));
        assert_false(found.items[0].loopback);
    }
    arena_release(&arena);
}
