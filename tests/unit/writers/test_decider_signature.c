#include <stdio.h>

#include "tests/lib/partition_kit.h"
#include "tests/lib/signature_kit.h"
#include "tests/lib/test.h"

/* What the decider makes of a record that came over a shared log. */
static struct submit_answer decide(struct partition_kit *kit, struct signature_kit *proof)
{
    struct decider_command given = { .bytes = signature_kit_pack(proof),
                                     .key = STR("acme"),
                                     .cluster = &proof->cluster,
                                     .now_us = SIGNATURE_KIT_NOW_US };
    struct submit_answer answer;
    struct str record;
    assert_ok(decider_decide(&kit->decider, &given, &answer, &record));
    return answer;
}

TEST(decider, believes_who_sent_a_command_by_its_proof_only)
{
    struct partition_kit kit;
    struct signature_kit proof;
    partition_kit_open_org(&kit);
    signature_kit_init(&proof);
    struct submit_answer answer = decide(&kit, &proof);
    assert_int_equal(answer.outcome, SUBMIT_FAILED);
    assert_int_equal(answer.code, STATUS_UNAUTHENTICATED);
    signature_kit_seal(&proof);
    answer = decide(&kit, &proof);
    assert_int_equal(answer.outcome, SUBMIT_DECIDED);
    assert_int_equal(answer.code, STATUS_OK);
    signature_kit_release(&proof);
    partition_kit_close(&kit);
}

TEST(decider, takes_a_signature_while_its_credential_is_live)
{
    struct partition_kit kit;
    struct signature_kit proof;
    char json[256];
    partition_kit_open_org(&kit);
    signature_kit_init(&proof);
    signature_kit_be_signer(&proof);
    signature_kit_sign(&proof);
    struct submit_answer answer = decide(&kit, &proof);
    assert_int_equal(answer.code, STATUS_UNAUTHENTICATED);
    snprintf(json, sizeof json,
             "{\"credentialId\":\"key\",\"subjectId\":\"root\",\"kind\":\"CREDENTIAL_KIND_ED25519\""
             ",\"identityHash\":\"%s\"}",
             proof.identity_hash);
    partition_kit_do(&kit, NULL, "bindCredential", json);
    answer = decide(&kit, &proof);
    assert_int_equal(answer.outcome, SUBMIT_DECIDED);
    assert_int_equal(answer.code, STATUS_OK);
    partition_kit_do(&kit, NULL, "revokeCredential", "{\"credentialId\":\"key\"}");
    proof.command->command_id = "proof-2";
    signature_kit_take_command(&proof);
    signature_kit_sign(&proof);
    answer = decide(&kit, &proof);
    assert_int_equal(answer.code, STATUS_UNAUTHENTICATED);
    signature_kit_release(&proof);
    partition_kit_close(&kit);
}

TEST(decider, on_a_trusted_topic_believes_without_proof)
{
    struct partition_kit kit;
    struct signature_kit proof;
    partition_kit_open_org(&kit);
    signature_kit_init(&proof);
    kit.decider.commands_trusted = true;
    struct submit_answer answer = decide(&kit, &proof);
    assert_int_equal(answer.outcome, SUBMIT_DECIDED);
    assert_int_equal(answer.code, STATUS_OK);
    signature_kit_release(&proof);
    partition_kit_close(&kit);
}

TEST(decider, knows_the_operators_that_it_is_told_only)
{
    static char wrong[][8] = { "root", "admin ", "API_KEY", "Admin" };
    struct partition_kit kit;
    struct signature_kit proof;
    partition_kit_open_org(&kit);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        signature_kit_init(&proof);
        proof.record.principal->operator_ = wrong[i];
        signature_kit_seal(&proof);
        struct submit_answer answer = decide(&kit, &proof);
        assert_int_equal(answer.outcome, SUBMIT_FAILED);
        assert_int_equal(answer.code, STATUS_UNAUTHENTICATED);
        kit.decider.commands_trusted = true;
        answer = decide(&kit, &proof);
        assert_int_equal(answer.code, STATUS_UNAUTHENTICATED);
        kit.decider.commands_trusted = false;
        signature_kit_release(&proof);
    }
    partition_kit_close(&kit);
}

TEST(decider, leaves_nothing_of_a_decision_that_it_could_not_record)
{
    struct partition_kit kit;
    struct signature_kit proof;
    struct submit_answer answer = { .outcome = SUBMIT_FAILED };
    partition_kit_open_org(&kit);
    signature_kit_init(&proof);
    signature_kit_seal(&proof);
    for (long n = 0; answer.outcome != SUBMIT_DECIDED; n++) {
        struct decider_command given = { .bytes = signature_kit_pack(&proof),
                                         .key = STR("acme"),
                                         .cluster = &proof.cluster,
                                         .now_us = SIGNATURE_KIT_NOW_US };
        struct str record;
        assert_true(n < 1000);
        answer.outcome = SUBMIT_FAILED;
        arena_fail_at(n);
        struct status st = decider_decide(&kit.decider, &given, &answer, &record);
        arena_fail_at(-1);
        assert_true(st.code == STATUS_OK || st.code == STATUS_RESOURCE_EXHAUSTED);
        assert_int_equal(kit.decided->fold.scratch.entities.count, 0);
    }
    signature_kit_release(&proof);
    partition_kit_close(&kit);
}
