#include "core/base/aead.h"

#include "tests/lib/test.h"

static const uint8_t key[AEAD_KEY_SIZE];
static const uint8_t nonce[AEAD_NONCE_SIZE];

/* The GCM specification of McGrew and Viega, test case 14. */
TEST(aead, agrees_with_the_specification)
{
    static const uint8_t plain[16];
    static const uint8_t right[] = { 0xce, 0xa7, 0x40, 0x3d, 0x4d, 0x60, 0x6b, 0x6e,
                                     0x07, 0x4e, 0xc5, 0xd3, 0xba, 0xf3, 0x9d, 0x18,
                                     0xd0, 0xd1, 0xc8, 0xa7, 0x99, 0x99, 0x6b, 0xf0,
                                     0x26, 0x5b, 0x98, 0xb5, 0xd4, 0x8a, 0xb9, 0x19 };
    uint8_t sealed[sizeof right];
    aead_seal(key, nonce, STR(""), str_make(plain, sizeof plain), sealed);
    assert_memory_equal(sealed, right, sizeof right);
}

TEST(aead, opens_what_it_sealed)
{
    uint8_t sealed[5 + AEAD_TAG_SIZE], plain[5];
    aead_seal(key, nonce, STR("about"), STR("hello"), sealed);
    assert_true(aead_open(key, nonce, STR("about"), str_make(sealed, sizeof sealed), plain));
    assert_memory_equal(plain, "hello", 5);
}

TEST(aead, opens_nothing_that_is_changed_or_about_something_else)
{
    uint8_t sealed[5 + AEAD_TAG_SIZE], plain[5];
    aead_seal(key, nonce, STR("about"), STR("hello"), sealed);
    assert_false(aead_open(key, nonce, STR("abouT"), str_make(sealed, sizeof sealed), plain));
    for (size_t i = 0; i < sizeof sealed; i++) {
        sealed[i] ^= 1;
        assert_false(aead_open(key, nonce, STR("about"), str_make(sealed, sizeof sealed), plain));
        assert_memory_equal(plain, "\0\0\0\0", 5);
        sealed[i] ^= 1;
    }
    assert_false(aead_open(key, nonce, STR("about"), str_make(sealed, 15), plain));
}
