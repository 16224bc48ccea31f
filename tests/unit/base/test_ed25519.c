#include "core/base/ed25519.h"

#include "core/base/hash.h"
#include "tests/lib/test.h"

static void from_hex(const char *hex, uint8_t bytes[HASH_SIZE])
{
    struct hash read;
    assert_true(hash_from_hex((struct str){ hex, HASH_HEX_SIZE - 1 }, &read));
    memcpy(bytes, read.bytes, HASH_SIZE);
}

/* RFC 8032, section 7.1, test 2. */
TEST(ed25519, agrees_with_the_rfc)
{
    struct ed25519_secret secret;
    uint8_t public[ED25519_KEY_SIZE], signature[ED25519_SIGNATURE_SIZE];
    from_hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", secret.bytes);
    from_hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", public);
    from_hex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da", signature);
    from_hex("085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00", signature + 32);
    struct ed25519_public key = ed25519_public_of(&secret);
    struct ed25519_signature made = ed25519_sign(&secret, STR("\x72"));
    assert_memory_equal(key.bytes, public, sizeof public);
    assert_memory_equal(made.bytes, signature, sizeof signature);
}

TEST(ed25519, is_named_by_the_digits_of_its_public_half)
{
    struct ed25519_public key = { { 0x01, 0xab } };
    char hex[ED25519_HEX_SIZE];
    ed25519_public_hex(&key, hex);
    assert_int_equal(strlen(hex), ED25519_HEX_SIZE - 1);
    assert_memory_equal(hex, "01ab00", 6);
}

/* The signature that anybody can make for the point that is nothing: R = 0 and S = 0. */
TEST(ed25519, no_key_of_small_order_signs)
{
    struct ed25519_public nothing = { { 1 } };
    const uint8_t forged[ED25519_SIGNATURE_SIZE] = { 1 };
    assert_false(ed25519_verify(&nothing, STR("message"), str_make(forged, sizeof forged)));
    static const char *const unsound[] = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        /* not below the prime: other ways to write small numbers */
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "f0ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    };
    for (size_t i = 0; i < sizeof unsound / sizeof unsound[0]; i++) {
        struct ed25519_public key;
        from_hex(unsound[i], key.bytes);
        assert_false(ed25519_public_sound(&key));
    }
}

TEST(ed25519, takes_only_the_signature_of_the_message)
{
    struct ed25519_secret secret = { { 1 } };
    struct ed25519_public key = ed25519_public_of(&secret), none = { { 2 } };
    struct ed25519_signature made = ed25519_sign(&secret, STR("message"));
    struct str signature = str_make(made.bytes, sizeof made.bytes);
    assert_true(ed25519_verify(&key, STR("message"), signature));
    assert_false(ed25519_verify(&key, STR("massage"), signature));
    assert_false(ed25519_verify(&none, STR("message"), signature));
    assert_false(ed25519_verify(&key, STR("message"), str_from(signature, 1)));
    assert_false(ed25519_verify(&key, STR("message"), STR("")));
}
