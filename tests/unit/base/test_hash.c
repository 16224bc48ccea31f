#include "core/base/hash.h"

#include "tests/lib/test.h"

TEST(hash, is_written_as_lower_case_digits)
{
    char hex[HASH_HEX_SIZE];
    struct hash hash = hash_sha256(&(struct str){ "abc", 3 }, 1);
    hash_hex(&hash, hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(hash, is_read_from_lower_case_digits_only)
{
    const char right[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    char hex[HASH_HEX_SIZE];
    struct hash hash;
    assert_true(hash_from_hex(str_z(right), &hash));
    hash_hex(&hash, hex);
    assert_string_equal(hex, right);
    assert_false(hash_from_hex(str_from(str_z(right), 1), &hash));
    hex[63] = 'D';
    assert_false(hash_from_hex(str_z(hex), &hash));
    hex[63] = '\0';
    assert_false(hash_from_hex(str_make(hex, sizeof hex - 1), &hash));
}
