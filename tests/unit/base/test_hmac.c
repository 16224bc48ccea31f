#include "core/base/hmac.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "tests/lib/test.h"

/* RFC 4231, test case 2. */
TEST(hmac, agrees_with_the_rfc)
{
    struct str parts[] = { STR("what do ya want "), STR("for nothing?") };
    struct hash code = hmac_sha256(STR("Jefe"), parts, 2);
    char hex[HASH_HEX_SIZE];
    hash_hex(&code, hex);
    assert_string_equal(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

/* RFC 4231, test case 6. */
TEST(hmac, takes_keys_larger_than_a_block)
{
    char key[131];
    char hex[HASH_HEX_SIZE];
    struct str text = STR("Test Using Larger Than Block-Size Key - Hash Key First");
    memset(key, 0xaa, sizeof key);
    struct hash code = hmac_sha256(str_make(key, sizeof key), &text, 1);
    hash_hex(&code, hex);
    assert_string_equal(hex, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(hmac, agrees_with_openssl_for_all_sizes)
{
    char bytes[200];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (char)(i * 37);
    }
    for (size_t size = 0; size <= sizeof bytes; size++) {
        struct str key = str_make(bytes, size), text = str_make(bytes, sizeof bytes - size);
        unsigned char expected[HASH_SIZE];
        unsigned expected_size;
        HMAC(EVP_sha256(), key.data, (int)key.size, (const unsigned char *)text.data, text.size,
             expected, &expected_size);
        struct hash code = hmac_sha256(key, &text, 1);
        assert_memory_equal(code.bytes, expected, HASH_SIZE);
        assert_true(hmac_sha256_is(key, &text, 1, hash_str(&code)));
        code.bytes[size % HASH_SIZE] ^= 1;
        assert_false(hmac_sha256_is(key, &text, 1, hash_str(&code)));
    }
}
