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

enum { PROOF_SECOND_US = 1000000 };
static const int64_t PROOF_LIFE_US_MAX = (int64_t)PROOF_LIFE_SECONDS_MAX * PROOF_SECOND_US;
static const int64_t PROOF_AHEAD_US_MAX = (int64_t)PROOF_AHEAD_SECONDS_MAX * PROOF_SECOND_US;

/* ---- the statement ---- */

static void proof_put_u32(struct buf *statement, uint32_t number)
{
    num_put_u32be(buf_reserve(statement, 4), number);
    statement->size += 4;
}

static void proof_put_time(struct buf *statement, int64_t time_us)
{
    num_put_u64be(buf_reserve(statement, 8), (uint64_t)time_us);
    statement->size += 8;
}

static void proof_put(struct buf *statement, struct str bytes)
{
    assert(bytes.size <= UINT32_MAX);
    proof_put_u32(statement, (uint32_t)bytes.size);
    buf_append(statement, bytes);
}

static struct str proof_bytes(ProtobufCBinaryData bytes)
{
    return str_make(bytes.data, bytes.len);
}

void proof_statement(struct str cluster_id, const Agency__V1__CommandRecord *record,
                     const Agency__V1__Command *command, struct buf *statement)
{
    const Agency__V1__Principal *principal = record->principal;
    buf_append(statement, STR("agencygrid/command/1"));
    proof_put(statement, cluster_id);
    proof_put(statement, str_z(command->org_id));
    proof_put(statement, str_z(command->command_id));
    proof_put_time(statement, record->issued_at_us);
    proof_put_time(statement, record->expires_at_us);
    proof_put(statement, str_z(principal->operator_));
    proof_put_u32(statement, (uint32_t)principal->kind);
    proof_put(statement, str_z(principal->identity_hash));
    proof_put(statement, str_z(record->key_id));
    proof_put(statement, proof_bytes(record->command));
}

/* ---- making proofs ---- */

struct proof_key proof_key_make(struct str bytes)
{
    struct proof_key key = { .bytes = bytes };
    char hex[HASH_HEX_SIZE];
    struct hash code = hmac_sha256(bytes, &STR("agencygrid/key-id/1"), 1);
    hash_hex(&code, hex);
    memcpy(key.id, hex, PROOF_KEY_ID_SIZE - 1);
    return key;
}

static struct status proof_keep(struct arena *arena, struct str bytes, ProtobufCBinaryData *kept)
{
    struct str copy = arena_copy(arena, bytes);
    *kept = (ProtobufCBinaryData){ copy.size, (uint8_t *)(uintptr_t)copy.data };
    return copy.data == NULL ? arena_full(arena) : status_ok();
}

struct status proof_seal(struct arena *arena, const struct proof_cluster *cluster,
                         Agency__V1__CommandRecord *record, const Agency__V1__Command *command)
{
    if (cluster->keys_count == 0) {
        return status_error(STATUS_FAILED_PRECONDITION,
                            "expected a key of the cluster to seal a command with");
    }
    const struct proof_key *key = &cluster->keys[0];
    struct str kept = arena_copy(arena, str_z(key->id));
    if (kept.data == NULL) {
        return arena_full(arena);
    }
    record->key_id = (char *)(uintptr_t)kept.data;
    struct buf statement = { 0 };
    proof_statement(cluster->id, record, command, &statement);
    struct str text = buf_str(&statement);
    struct hash seal = hmac_sha256(key->bytes, &text, 1);
    buf_release(&statement);
    record->proof_case = AGENCY__V1__COMMAND_RECORD__PROOF_SEAL;
    return proof_keep(arena, hash_str(&seal), &record->seal);
}

struct status proof_sign(struct arena *arena, struct str cluster_id,
                         const struct ed25519_secret *secret, Agency__V1__CommandRecord *record,
                         const Agency__V1__Command *command)
{
    struct buf statement = { 0 };
    proof_statement(cluster_id, record, command, &statement);
    struct ed25519_signature signature = ed25519_sign(secret, buf_str(&statement));
    buf_release(&statement);
    record->proof_case = AGENCY__V1__COMMAND_RECORD__PROOF_SIGNATURE;
    return proof_keep(arena, str_make(signature.bytes, sizeof signature.bytes), &record->signature);
}

/* ---- checking them ---- */

static struct status proof_check_principal(const Agency__V1__Principal *principal)
{
    bool named = principal->operator_[0] != '\0';
    bool credential = principal->identity_hash[0] != '\0' && principal->kind != 0;
    bool neither = principal->identity_hash[0] == '\0' && principal->kind == 0;
    if (named ? !neither : !credential) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected a principal with either operator or kind and identity_hash");
    }
    return status_ok();
}

static struct status proof_check_times(const Agency__V1__CommandRecord *record)
{
    int64_t issued_us = record->issued_at_us, latest_us;
    bool fits = issued_us > 0 && num_add_i64(issued_us, PROOF_LIFE_US_MAX, &latest_us);
    if (!fits || record->expires_at_us <= issued_us || record->expires_at_us > latest_us) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected expires_at_us after issued_at_us and at most %d s later, in "
                            "microseconds since 1970, but they are %" PRId64 " and %" PRId64,
                            PROOF_LIFE_SECONDS_MAX, record->expires_at_us, issued_us);
    }
    return status_ok();
}

static struct status proof_check_seal(const struct proof_cluster *cluster,
                                      const Agency__V1__CommandRecord *record, struct str statement)
{
    for (size_t i = 0; i < cluster->keys_count; i++) {
        const struct proof_key *key = &cluster->keys[i];
        if (strcmp(key->id, record->key_id) != 0) {
            continue;
        }
        if (hmac_sha256_is(key->bytes, &statement, 1, proof_bytes(record->seal))) {
            return status_ok();
        }
        return status_error(STATUS_UNAUTHENTICATED, "expected a seal over this command by this "
                                                    "cluster's key, but it is over something else");
    }
    return status_error(STATUS_UNAUTHENTICATED,
                        "expected a seal by a key of this cluster, but none has the key_id '%s'",
                        record->key_id);
}

static struct status proof_check_signature(const Agency__V1__CommandRecord *record,
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
    if (!ed25519_verify(&public, statement, proof_bytes(record->signature))) {
        return status_error(STATUS_UNAUTHENTICATED,
                            "expected a signature over this command, this cluster and this "
                            "principal by the key '%s', but it is over something else or by "
                            "another key",
                            principal->identity_hash);
    }
    return status_ok();
}

static struct status proof_check_proof(const struct proof_cluster *cluster,
                                       const Agency__V1__CommandRecord *record,
                                       const Agency__V1__Command *command)
{
    if ((unsigned)record->proof_case == 0) {
        return status_error(STATUS_UNAUTHENTICATED,
                            "expected a seal or a signature: this topic is not trusted");
    }
    struct buf statement = { 0 };
    proof_statement(cluster->id, record, command, &statement);
    struct status st = record->proof_case == AGENCY__V1__COMMAND_RECORD__PROOF_SEAL
                           ? proof_check_seal(cluster, record, buf_str(&statement))
                           : proof_check_signature(record, buf_str(&statement));
    buf_release(&statement);
    return st;
}

static struct status proof_check_now(const Agency__V1__CommandRecord *record, int64_t now_us)
{
    if (record->issued_at_us > now_us + PROOF_AHEAD_US_MAX) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected issued_at_us at most %d s ahead of the decider's clock, but "
                            "it is %" PRId64 " us ahead",
                            PROOF_AHEAD_SECONDS_MAX, record->issued_at_us - now_us);
    }
    if (record->expires_at_us <= now_us) {
        return status_error(STATUS_DEADLINE_EXCEEDED,
                            "expected a command before it expires, but that was %" PRId64
                            " ms ago: prove and send it again with the same command_id",
                            (now_us - record->expires_at_us) / 1000);
    }
    return status_ok();
}

struct status proof_check(const struct proof_cluster *cluster, bool trusted,
                          const Agency__V1__CommandRecord *record,
                          const Agency__V1__Command *command, int64_t now_us)
{
    bool timed = record->issued_at_us != 0 || record->expires_at_us != 0;
    TRY(proof_check_principal(record->principal));
    if (trusted && !timed) {
        return status_ok();
    }
    TRY(proof_check_times(record));
    if (!trusted) {
        TRY(proof_check_proof(cluster, record, command));
    }
    return proof_check_now(record, now_us);
}
