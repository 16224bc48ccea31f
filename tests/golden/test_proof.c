/* Known answers for who makes proofs in another language: tests/golden/proof.txt. */
#include "core/model/decision.h"
#include "tests/lib/golden_tool.h"
#include "tests/lib/signature_kit.h"
#include "tests/lib/test.h"

static void print_hex(struct buf *out, const char *name, struct str bytes)
{
    buf_printf(out, "%-14s", name);
    for (size_t i = 0; i < bytes.size; i++) {
        buf_printf(out, "%02x", (unsigned char)bytes.data[i]);
    }
    buf_byte(out, '\n');
}

static void print_text(struct buf *out, const char *name, const char *text)
{
    if (text[0] != '\0') {
        buf_printf(out, "%-14s%s\n", name, text);
    }
}

/* What the statement is made of, in its order. */
static void print_parts(struct buf *out, const struct signature_kit *kit)
{
    const Agency__V1__CommandRecord *record = &kit->record;
    print_hex(out, "cluster_id", kit->cluster.id);
    print_text(out, "org_id", kit->command->org_id);
    print_text(out, "command_id", kit->command->command_id);
    buf_printf(out, "%-14s%lld\n", "issued_at_us", (long long)record->issued_at_us);
    buf_printf(out, "%-14s%lld\n", "expires_at_us", (long long)record->expires_at_us);
    print_text(out, "operator", record->principal->operator_);
    buf_printf(out, "%-14s%d\n", "kind", (int)record->principal->kind);
    print_text(out, "identity_hash", record->principal->identity_hash);
    print_text(out, "key_id", record->key_id);
    print_hex(out, "command", str_make(record->command.data, record->command.len));
}

/* What its outcome will say of the sender. */
static void print_fingerprint(struct buf *out, struct signature_kit *kit)
{
    struct str text;
    char *fingerprint;
    assert_ok(decision_principal(&kit->arena, kit->record.principal, &text));
    assert_ok(decision_fingerprint(&kit->arena, text, &fingerprint));
    print_text(out, "fingerprint", fingerprint);
}

static void print_proof(struct buf *out, struct signature_kit *kit)
{
    struct buf statement = { 0 };
    command_signature_statement(kit->cluster.id, &kit->record, kit->command, &statement);
    print_hex(out, "statement", buf_str(&statement));
    buf_release(&statement);
    ProtobufCBinaryData proof = kit->record.seal; /* or the signature: they share the place */
    bool sealed = kit->record.proof_case == AGENCY__V1__COMMAND_RECORD__PROOF_SEAL;
    print_fingerprint(out, kit);
    print_hex(out, sealed ? "seal" : "signature", str_make(proof.data, proof.len));
    print_hex(out, "record", signature_kit_pack(kit));
}

TEST(command_signature, is_as_the_golden_says)
{
    struct signature_kit kit;
    struct buf out = { 0 };
    signature_kit_init(&kit);
    signature_kit_seal(&kit);
    buf_printf(&out, "case          sealed by an intake, for an operator\n");
    print_hex(&out, "key", kit.keys[0].bytes);
    print_parts(&out, &kit);
    print_proof(&out, &kit);
    signature_kit_be_signer(&kit);
    kit.record.key_id = "";
    signature_kit_sign(&kit);
    buf_printf(&out, "\ncase          signed by the sender\n");
    print_hex(&out, "secret", str_make(kit.secret.bytes, sizeof kit.secret.bytes));
    print_parts(&out, &kit);
    print_proof(&out, &kit);
    golden_tool_check(SOURCE_DIR "/tests/golden/proof.txt", buf_str(&out));
    buf_release(&out);
    signature_kit_release(&kit);
}
