#include "core/base/hash.h"

#include "tests/lib/test.h"

TEST(hash, is_written_as_lower_case_digits)
{
    char hex[HASH_HEX_SIZE];
    struct hash hash = hash_sha256(&(struct str){ "abc", 3 }, 1);
    hash_hex(&hash, hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}
