#include "core/base/ed25519_pem.h"

#include "tests/lib/test.h"

TEST(ed25519_pem, is_read_back)
{
    struct ed25519_secret secret = { { 1, 2, 3 } }, read;
    struct buf text = { 0 };
    ed25519_pem_write(&secret, &text);
    assert_ok(ed25519_pem_read(buf_str(&text), &read));
    assert_memory_equal(read.bytes, secret.bytes, sizeof secret.bytes);
    buf_release(&text);
}

/* Made by `openssl genpkey -algorithm ed25519`. */
TEST(ed25519_pem, is_what_openssl_writes)
{
    struct ed25519_secret secret;
    struct buf again = { 0 };
    const struct str text = STR("-----BEGIN PRIVATE KEY-----\n"
                                "MC4CAQAwBQYDK2VwBCIEIAarBLDR6u6tp4oo78PquVCL5rUH5ZEqzslRWr1Hj5FU\n"
                                "-----END PRIVATE KEY-----\n");
    assert_ok(ed25519_pem_read(text, &secret));
    ed25519_pem_write(&secret, &again);
    assert_true(str_eq(buf_str(&again), text));
    buf_release(&again);
}

/* The same with `-algorithm x25519`, and with `-aes256`: nobody is asked for the password. */
TEST(ed25519_pem, of_another_kind_locked_or_none_is_refused)
{
    struct ed25519_secret secret;
    assert_code(STATUS_INVALID_ARGUMENT, ed25519_pem_read(STR(""), &secret));
    assert_code(
        STATUS_INVALID_ARGUMENT,
        ed25519_pem_read(STR("-----BEGIN PRIVATE KEY-----\n"
                             "MC4CAQAwBQYDK2VuBCIEIBjREolBC5DcY27G8TfWuIx5qJ1d/LoCe2P8+cgZeNxA\n"
                             "-----END PRIVATE KEY-----\n"),
                         &secret));
    assert_code(
        STATUS_INVALID_ARGUMENT,
        ed25519_pem_read(STR("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
                             "MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAi1EZulBZe25QICCAAw\n"
                             "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEJ0/ahRwfIc6tc88h7so4PMEQK3x\n"
                             "jkwlYJwBeAYdm9cKubbAyGHDTTFiXMj8KM3c2hkCddE3lJKgncCidROVkjxs1lWu\n"
                             "W3gN4YPP5hsS+S/wjN8=\n"
                             "-----END ENCRYPTED PRIVATE KEY-----\n"),
                         &secret));
}
