/* The statement is a sequence of sized fields, so that no two records have the same one, and its
 * first bytes say what it is, so that no other use of a key can be taken for it. Sizes have four
 * bytes, times eight, most significant first. What the session could say in two ways (protobuf's
 * encoding) is in it as bytes.
 *
 * Checks go from cheap to dear, and what somebody who is not proven to be the sender could change
 * is judged after the proof: only the sender is told that a command came too late. */
#include "core/auth/command_signature.h"

#include <inttypes.h>

#include "core/base/hmac.h"
#include "core/base/limits.h"
#include "core/base/num.h"

enum {
    COMMAND_SIGNATURE_SECOND_US = 1000000,
    COMMAND_SIGNATURE_ACTS_FOR_MAX = ACTORS_MAX + 1, /* and whom the last of them acts for */
};
static const int64_t COMMAND_SIGNATURE_LIFE_US_MAX =
    (int64_t)COMMAND_LIFE_SECONDS_MAX * COMMAND_SIGNATURE_SECOND_US;
static const int64_t COMMAND_SIGNATURE_AHEAD_US_MAX =
    (int64_t)COMMAND_AHEAD_SECONDS_MAX * COMMAND_SIGNATURE_SECOND_US;

/* ---- the statement ---- */

static void command_signature_put_u32(struct buf *statement, uint32_t number)
{
    num_put_u32be(buf_reserve(statement, 4), number);
    statement->size += 4;
}

static void command_signature_put_time(struct buf *statement, int64_t time_us)
{
    num_put_u64be(buf_reserve(statement, 8), (uint64_t)time_us);
    statement->size += 8;
}

static void command_signature_put(struct buf *statement, struct str bytes)
{
    assert(bytes.size <= UINT32_MAX);
    command_signature_put_u32(statement, (uint32_t)bytes.size);
    buf_append(statement, bytes);
}

static struct str command_signature_bytes(ProtobufCBinaryData bytes)
{
    return str_make(bytes.data, bytes.len);
}

void command_signature_statement(struct str cluster_id, const Agency__V1__CommandRecord *record,
                                 const Agency__V1__Command *command, struct buf *statement)
{
    const Agency__V1__Principal *principal = record->principal;
    buf_append(statement, STR("agencygrid/command/1"));
    command_signature_put(statement, cluster_id);
    command_signature_put(statement, str_z(command->org_id));
    command_signature_put(statement, str_z(command->command_id));
    command_signature_put_time(statement, record->issued_at_us);
    command_signature_put_time(statement, record->expires_at_us);
    command_signature_put(statement, str_z(principal->operator_));
    command_signature_put_u32(statement, (uint32_t)principal->kind);
    command_signature_put(statement, str_z(principal->identity_hash));
    command_signature_put(statement, str_z(record->key_id));
    command_signature_put(statement, command_signature_bytes(record->command));
    if (principal->method != 0 || principal->n_acts_for > 0) { /* what signers make has neither */
        command_signature_put_u32(statement, (uint32_t)principal->method);
    }
    for (size_t i = 0; i < principal->n_acts_for; i++) {
        command_signature_put_u32(statement, (uint32_t)principal->acts_for[i]->kind);
        command_signature_put(statement, str_z(principal->acts_for[i]->identity_hash));
    }
}

/* ---- making proofs ---- */

struct command_signature_key command_signature_key_make(struct str bytes)
{
    struct command_signature_key key = { .bytes = bytes };
    char hex[HASH_HEX_SIZE];
    struct hash code = hmac_sha256(bytes, &STR("agencygrid/key-id/1"), 1);
    hash_hex(&code, hex);
    memcpy(key.id, hex, COMMAND_SIGNATURE_KEY_ID_SIZE - 1);
    return key;
}

static struct status command_signature_keep(struct arena *arena, struct str bytes,
                                            ProtobufCBinaryData *kept)
{
    struct str copy = arena_copy(arena, bytes);
    *kept = (ProtobufCBinaryData){ copy.size, (uint8_t *)(uintptr_t)copy.data };
    return copy.data == NULL ? arena_full(arena) : status_ok();
}

struct status command_signature_seal(struct arena *arena,
                                     const struct command_signature_cluster *cluster,
                                     Agency__V1__CommandRecord *record,
                                     const Agency__V1__Command *command)
{
    if (cluster->keys_count == 0) {
        return status_error(STATUS_FAILED_PRECONDITION,
                            "expected a key of the cluster to seal a command with");
    }
    const struct command_signature_key *key = &cluster->keys[0];
    struct str kept = arena_copy(arena, str_z(key->id));
    if (kept.data == NULL) {
        return arena_full(arena);
    }
    record->key_id = (char *)(uintptr_t)kept.data;
    struct buf statement = { 0 };
    command_signature_statement(cluster->id, record, command, &statement);
    struct str text = buf_str(&statement);
    struct hash seal = hmac_sha256(key->bytes, &text, 1);
    buf_release(&statement);
    record->proof_case = AGENCY__V1__COMMAND_RECORD__PROOF_SEAL;
    return command_signature_keep(arena, hash_str(&seal), &record->seal);
}

struct status command_signature_sign(struct arena *arena, struct str cluster_id,
                                     const struct ed25519_secret *secret,
                                     Agency__V1__CommandRecord *record,
                                     const Agency__V1__Command *command)
{
    struct buf statement = { 0 };
    command_signature_statement(cluster_id, record, command, &statement);
    struct ed25519_signature signature = ed25519_sign(secret, buf_str(&statement));
    buf_release(&statement);
    record->proof_case = AGENCY__V1__COMMAND_RECORD__PROOF_SIGNATURE;
    return command_signature_keep(arena, str_make(signature.bytes, sizeof signature.bytes),
                                  &record->signature);
}

/* ---- checking them ---- */

static struct status command_signature_check_principal(const Agency__V1__Principal *principal)
{
    bool named = principal->operator_[0] != '\0';
    bool credential = principal->identity_hash[0] != '\0' && principal->kind != 0;
    bool neither = principal->identity_hash[0] == '\0' && principal->kind == 0;
    if (named ? !neither : !credential) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected a principal with either operator or kind and identity_hash");
    }
    bool chain = principal->n_acts_for == 0 ||
                 (!named && principal->n_acts_for <= COMMAND_SIGNATURE_ACTS_FOR_MAX);
    for (size_t i = 0; i < principal->n_acts_for; i++) {
        const Agency__V1__Identity *identity = principal->acts_for[i];
        chain = chain && identity->kind != 0 && identity->identity_hash[0] != '\0';
    }
    return chain ? status_ok()
                 : status_error(STATUS_INVALID_ARGUMENT,
                                "expected acts_for to be at most %d identities, each with kind and "
                                "identity_hash, and none beside operator",
                                COMMAND_SIGNATURE_ACTS_FOR_MAX);
}

static struct status command_signature_check_times(const Agency__V1__CommandRecord *record)
{
    int64_t issued_us = record->issued_at_us, latest_us;
    bool fits = issued_us > 0 && num_add_i64(issued_us, COMMAND_SIGNATURE_LIFE_US_MAX, &latest_us);
    if (!fits || record->expires_at_us <= issued_us || record->expires_at_us > latest_us) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected expires_at_us after issued_at_us and at most %d s later, in "
                            "microseconds since 1970, but they are %" PRId64 " and %" PRId64,
                            COMMAND_LIFE_SECONDS_MAX, record->expires_at_us, issued_us);
    }
    return status_ok();
}

static struct status command_signature_check_seal(const struct command_signature_cluster *cluster,
                                                  const Agency__V1__CommandRecord *record,
                                                  struct str statement)
{
    for (size_t i = 0; i < cluster->keys_count; i++) {
        const struct command_signature_key *key = &cluster->keys[i];
        if (strcmp(key->id, record->key_id) != 0) {
            continue;
        }
        if (hmac_sha256_is(key->bytes, &statement, 1, command_signature_bytes(record->seal))) {
            return status_ok();
        }
        return status_error(STATUS_UNAUTHENTICATED, "expected a seal over this command by this "
                                                    "cluster's key, but it is over something else");
    }
    return status_error(STATUS_UNAUTHENTICATED,
                        "expected a seal by a key of this cluster, but none has the key_id '%s'",
                        record->key_id);
}

static struct status command_signature_check_signature(const Agency__V1__CommandRecord *record,
                                                       struct str statement)
{
    const Agency__V1__Principal *principal = record->principal;
    struct hash bytes;
    if (principal->kind != AGENCY__V1__CREDENTIAL_KIND__CREDENTIAL_KIND_ED25519 ||
        !hash_from_hex(str_z(principal->identity_hash), &bytes)) {
        return status_error(STATUS_UNAUTHENTICATED,
                            "expected a signature by a principal of kind ED25519 whose "
                            "identity_hash is the public key in 64 hexadecimal digits");
    }
    if (record->key_id[0] != '\0') {
        return status_error(STATUS_UNAUTHENTICATED,
                            "expected no key_id beside a signature: identity_hash names the key");
    }
    struct ed25519_public public;
    memcpy(public.bytes, bytes.bytes, sizeof public.bytes);
    if (!ed25519_verify(&public, statement, command_signature_bytes(record->signature))) {
        return status_error(STATUS_UNAUTHENTICATED,
                            "expected a signature over this command, this cluster and this "
                            "principal by the key '%s', but it is over something else or by "
                            "another key",
                            principal->identity_hash);
    }
    return status_ok();
}

static struct status command_signature_check_proof(const struct command_signature_cluster *cluster,
                                                   const Agency__V1__CommandRecord *record,
                                                   const Agency__V1__Command *command)
{
    if ((unsigned)record->proof_case == 0) {
        return status_error(STATUS_UNAUTHENTICATED,
                            "expected a seal or a signature: this topic is not trusted");
    }
    struct buf statement = { 0 };
    command_signature_statement(cluster->id, record, command, &statement);
    struct status st = record->proof_case == AGENCY__V1__COMMAND_RECORD__PROOF_SEAL
                           ? command_signature_check_seal(cluster, record, buf_str(&statement))
                           : command_signature_check_signature(record, buf_str(&statement));
    buf_release(&statement);
    return st;
}

static struct status command_signature_check_now(const Agency__V1__CommandRecord *record,
                                                 int64_t now_us)
{
    if (record->issued_at_us > now_us + COMMAND_SIGNATURE_AHEAD_US_MAX) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected issued_at_us at most %d s ahead of the decider's clock, but "
                            "it is %" PRId64 " us ahead",
                            COMMAND_AHEAD_SECONDS_MAX, record->issued_at_us - now_us);
    }
    if (record->expires_at_us <= now_us) {
        return status_error(STATUS_DEADLINE_EXCEEDED,
                            "expected a command before it expires, but that was %" PRId64
                            " ms ago: prove and send it again with the same command_id",
                            (now_us - record->expires_at_us) / 1000);
    }
    return status_ok();
}

struct status command_signature_check(const struct command_signature_cluster *cluster, bool trusted,
                                      const Agency__V1__CommandRecord *record,
                                      const Agency__V1__Command *command, int64_t now_us)
{
    bool timed = record->issued_at_us != 0 || record->expires_at_us != 0;
    TRY(command_signature_check_principal(record->principal));
    if (trusted && !timed) {
        return status_ok();
    }
    TRY(command_signature_check_times(record));
    if (!trusted) {
        TRY(command_signature_check_proof(cluster, record, command));
    }
    return command_signature_check_now(record, now_us);
}
