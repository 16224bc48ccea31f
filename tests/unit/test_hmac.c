#include "core/base/hmac.h"

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
