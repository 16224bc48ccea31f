#include "core/base/base64.h"

#include "tests/lib/test.h"

static void assert_decodes(const char *text, const char *expected)
{
    char out[64];
    size_t size;
    assert_true(base64_decode(str_z(text), out, &size));
    assert_true(size <= base64_decoded_size_max(strlen(text)));
    assert_true(str_eq(str_make(out, size), str_z(expected)));
}

/* RFC 4648, section 10. */
TEST(base64, gives_the_vectors_of_the_rfc)
{
    static const char *const vectors[][2] = { { "", "" },
                                              { "f", "Zg==" },
                                              { "fo", "Zm8=" },
                                              { "foo", "Zm9v" },
                                              { "foob", "Zm9vYg==" },
                                              { "fooba", "Zm9vYmE=" },
                                              { "foobar", "Zm9vYmFy" } };
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        struct buf out = { 0 };
        base64_encode(str_z(vectors[i][0]), &out);
        assert_true(str_eq(buf_str(&out), str_z(vectors[i][1])));
        assert_decodes(vectors[i][1], vectors[i][0]);
        buf_release(&out);
    }
}

TEST(base64, takes_both_alphabets_with_and_without_padding)
{
    assert_decodes("-_8", "\xfb\xff");
    assert_decodes("+/8=", "\xfb\xff");
    assert_decodes("Zg", "f");
}

TEST(base64url, needs_no_escapes_in_urls)
{
    struct buf out = { 0 };
    base64url_encode(STR("\xfb\xff"), &out);
    base64url_encode(STR("f"), &out);
    base64url_encode(STR("\xfb\xff\xbf"), &out);
    assert_true(str_eq(buf_str(&out), STR("-_8Zg-_-_")));
    buf_release(&out);
}

TEST(base64, refuses_everything_else)
{
    static const char *const wrong[] = {
        "Z", "Zm9vY", "Z===", "Zg=", "Zm 9", "====", "Zm9v=", "="
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char out[16];
        size_t size;
        assert_false(base64_decode(str_z(wrong[i]), out, &size));
    }
}

static bool decodes_for_urls(const char *text)
{
    char out[64];
    size_t size;
    return base64url_decode(str_z(text), out, &size);
}

TEST(base64url, takes_one_text_for_the_same_bytes)
{
    char out[16];
    size_t size;
    assert_true(base64url_decode(STR("-_8"), out, &size));
    assert_true(str_eq(str_make(out, size), STR("\xfb\xff")));
    assert_true(decodes_for_urls("") && decodes_for_urls("Zg") && decodes_for_urls("Zm9v"));
    assert_false(decodes_for_urls("Zg==")); /* padding */
    assert_false(decodes_for_urls("+_8"));  /* the other alphabet */
    assert_false(decodes_for_urls("-/8"));
    assert_false(decodes_for_urls("-_9")); /* bits that belong to no byte */
    assert_false(decodes_for_urls("Zh"));
    assert_false(decodes_for_urls("Z"));
    assert_false(decodes_for_urls("Zm9v\n"));
    assert_false(base64url_decode(str_make("Zm\0v", 4), out, &size));
}
