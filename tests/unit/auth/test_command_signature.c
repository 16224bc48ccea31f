#include "tests/lib/signature_kit.h"
#include "tests/lib/test.h"

TEST(command_signature, by_seal_stands_for_any_principal)
{
    struct signature_kit kit;
    signature_kit_init(&kit);
    signature_kit_seal(&kit);
    assert_ok(signature_kit_check(&kit));
    signature_kit_be_signer(&kit);
    assert_code(STATUS_UNAUTHENTICATED, signature_kit_check(&kit));
    signature_kit_seal(&kit);
    assert_ok(signature_kit_check(&kit));
    signature_kit_release(&kit);
}

TEST(command_signature, by_signature_stands_for_the_key_that_the_principal_is)
{
    struct signature_kit kit;
    signature_kit_init(&kit);
    signature_kit_be_signer(&kit);
    signature_kit_sign(&kit);
    assert_ok(signature_kit_check(&kit));
    kit.identity_hash[0] = kit.identity_hash[0] == 'a' ? 'b' : 'a'; /* somebody else's */
    signature_kit_sign(&kit);
    assert_code(STATUS_UNAUTHENTICATED, signature_kit_check(&kit));
    signature_kit_release(&kit);
}

TEST(command_signature, by_signature_is_not_for_operators_or_other_kinds)
{
    struct signature_kit kit;
    signature_kit_init(&kit);
    signature_kit_sign(&kit); /* as the operator admin */
    assert_code(STATUS_UNAUTHENTICATED, signature_kit_check(&kit));
    signature_kit_be_signer(&kit);
    kit.principal.kind = AGENCY__V1__CREDENTIAL_KIND__CREDENTIAL_KIND_JWT;
    signature_kit_sign(&kit);
    assert_code(STATUS_UNAUTHENTICATED, signature_kit_check(&kit));
    signature_kit_release(&kit);
}

TEST(command_signature, is_needed_unless_the_topic_is_trusted)
{
    struct signature_kit kit;
    signature_kit_init(&kit);
    assert_code(STATUS_UNAUTHENTICATED, signature_kit_check(&kit));
    assert_ok(command_signature_check(&kit.cluster, true, &kit.record, kit.command,
                                      SIGNATURE_KIT_NOW_US));
    kit.record.issued_at_us = kit.record.expires_at_us = 0;
    assert_ok(command_signature_check(&kit.cluster, true, &kit.record, kit.command,
                                      SIGNATURE_KIT_NOW_US));
    assert_code(STATUS_INVALID_ARGUMENT, signature_kit_check(&kit));
    signature_kit_release(&kit);
}

TEST(command_signature, by_an_older_key_of_the_cluster_is_taken)
{
    struct signature_kit kit;
    signature_kit_init(&kit);
    struct command_signature_cluster before = { kit.cluster.id, &kit.keys[1], 1 };
    assert_ok(command_signature_seal(&kit.arena, &before, &kit.record, kit.command));
    assert_ok(signature_kit_check(&kit));
    signature_kit_seal(&kit); /* new ones are made with the first key */
    struct status st =
        command_signature_check(&before, false, &kit.record, kit.command, SIGNATURE_KIT_NOW_US);
    assert_int_equal(st.code, STATUS_UNAUTHENTICATED);
    assert_non_null(strstr(st.msg, "none has the key_id"));
    signature_kit_release(&kit);
}

TEST(command_signature, is_worth_nothing_in_another_cluster)
{
    struct signature_kit kit;
    signature_kit_init(&kit);
    signature_kit_be_signer(&kit);
    signature_kit_sign(&kit);
    kit.cluster.id = STR("fedcba9876543210");
    assert_code(STATUS_UNAUTHENTICATED, signature_kit_check(&kit));
    signature_kit_release(&kit);
}

static void check_times(struct signature_kit *kit, int64_t issued_us, int64_t expires_us,
                        enum status_code code)
{
    kit->record.issued_at_us = issued_us;
    kit->record.expires_at_us = expires_us;
    signature_kit_seal(kit);
    assert_code(code, signature_kit_check(kit));
}

TEST(command_signature, counts_for_a_day_at_most)
{
    struct signature_kit kit;
    const int64_t now = SIGNATURE_KIT_NOW_US, day = INT64_C(86400000000), minute = 60000000;
    signature_kit_init(&kit);
    check_times(&kit, now, now + day, STATUS_OK);
    check_times(&kit, now, now + day + 1, STATUS_INVALID_ARGUMENT);
    check_times(&kit, now, now, STATUS_INVALID_ARGUMENT);
    check_times(&kit, now - day, now, STATUS_DEADLINE_EXCEEDED);
    check_times(&kit, now - day, now + 1, STATUS_INVALID_ARGUMENT);
    check_times(&kit, now - minute, now + 1, STATUS_OK);
    check_times(&kit, now + minute, now + day, STATUS_OK);
    check_times(&kit, now + minute + 1, now + day, STATUS_INVALID_ARGUMENT);
    check_times(&kit, INT64_MIN, INT64_MAX, STATUS_INVALID_ARGUMENT);
    check_times(&kit, INT64_MAX - 1, INT64_MAX, STATUS_INVALID_ARGUMENT);
    check_times(&kit, -1, 1, STATUS_INVALID_ARGUMENT);
    signature_kit_release(&kit);
}

/* A bit that is flipped anywhere makes bytes that do not decode, or a proof that is wrong. */
static void check_flips(struct signature_kit *kit)
{
    struct str right = signature_kit_pack(kit);
    assert_ok(signature_kit_read(kit, right));
    char *bytes = (char *)(uintptr_t)right.data;
    for (size_t bit = 0; bit < 8 * right.size; bit++) {
        bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
        struct status st = signature_kit_read(kit, right);
        if (st.code != STATUS_INVALID_ARGUMENT && st.code != STATUS_UNAUTHENTICATED) {
            fail_msg("bit %zu: %s: %s", bit, status_code_name(st.code), st.msg);
        }
        bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
    }
}

TEST(command_signature, fails_when_any_bit_of_a_sealed_record_is_flipped)
{
    struct signature_kit kit;
    signature_kit_init(&kit);
    signature_kit_seal(&kit);
    check_flips(&kit);
    signature_kit_release(&kit);
}

TEST(command_signature, fails_when_any_bit_of_a_signed_record_is_flipped)
{
    struct signature_kit kit;
    signature_kit_init(&kit);
    signature_kit_be_signer(&kit);
    signature_kit_sign(&kit);
    check_flips(&kit);
    signature_kit_release(&kit);
}

TEST(command_signature, principal_is_an_operator_or_a_credential)
{
    struct signature_kit kit;
    signature_kit_init(&kit);
    kit.principal.kind = AGENCY__V1__CREDENTIAL_KIND__CREDENTIAL_KIND_JWT;
    assert_code(STATUS_INVALID_ARGUMENT, signature_kit_check(&kit));
    kit.principal.operator_ = "";
    assert_code(STATUS_INVALID_ARGUMENT, signature_kit_check(&kit));
    kit.principal.kind = 0;
    kit.principal.identity_hash = "ab";
    assert_code(STATUS_INVALID_ARGUMENT, signature_kit_check(&kit));
    signature_kit_release(&kit);
}
