#include "core/auth/url.h"

#include "tests/lib/test.h"

TEST(url, has_an_origin_and_a_path)
{
    struct url url;
    assert_ok(url_read(STR("https://a.example:8443/b/c?d=%20e"), &url));
    assert_true(str_eq(url.origin, STR("https://a.example:8443")));
    assert_true(str_eq(url.path, STR("/b/c?d=%20e")));
    assert_true(url.query && !url.loopback);
    assert_ok(url_read(STR("https://[2001:db8::1]"), &url));
    assert_true(url.path.size == 0 && !url.query);
}

TEST(url, may_be_http_to_this_machine_only)
{
    static const char *const right[] = { "http://localhost", "http://127.0.0.1:80/a",
                                         "http://127.9.9.9", "http://[::1]:1/" };
    static const char *const wrong[] = { "http://a.example",     "http://127.a.example",
                                         "http://localhost.a",   "http://[::2]",
                                         "http://0127.0.0.1",    "http://127.0.0.1.nip.example",
                                         "http://10.0.0.1/jwks", "http://127.1" };
    struct url url;
    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
        assert_ok(url_read(str_z(right[i]), &url));
        assert_true(url.loopback);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_code(STATUS_INVALID_ARGUMENT, url_read(str_z(wrong[i]), &url));
    }
}

TEST(url, is_read_in_one_way_or_not_at_all)
{
    static const char *const wrong[] = {
        "",
        "https://",
        "HTTPS://a.example",
        "https:/a.example",
        "ftp://a.example",
        "file:///etc/passwd",
        "https://user@a.example",
        "https://a.example@b.example/",
        "https://a.example#f",
        "https://a.example/#f",
        "https://a.example/a b",
        "https://a.example/\\b",
        "https://a.example\\b.example/",
        "https://a.example:/",
        "https://a.example:123456/",
        "https://a.example?b",
        "https://[::1/",
        "https://[]/",
        "https://a.example/\n",
        "https://\xc3\xa4.example/",
        " https://a.example",
    };
    struct url url;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_code(STATUS_INVALID_ARGUMENT, url_read(str_z(wrong[i]), &url));
    }
    assert_code(STATUS_INVALID_ARGUMENT, url_read(str_make("https://a\0b/", 12), &url));
}

TEST(url, has_a_size)
{
    char text[URL_SIZE_MAX + 1];
    struct url url;
    memset(text, 'a', sizeof text);
    memcpy(text, "https://a/", 10);
    assert_ok(url_read(str_make(text, URL_SIZE_MAX), &url));
    assert_code(STATUS_INVALID_ARGUMENT, url_read(str_make(text, URL_SIZE_MAX + 1), &url));
}
