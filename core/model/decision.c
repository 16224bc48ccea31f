#include "core/model/decision.h"

#include "core/domain/kernel/due.h"
#include "core/pb/message.h"
#include "core/pb/skim.h"

struct status decision_decode(struct arena *arena, struct str body, Agency__V1__Decision **decision)
{
    TRY(pb_unpack(arena, &agency__v1__decision__descriptor, body, PB_STORED, decision));
    const Agency__V1__Decision *read = *decision;
    bool answered = (read->rejection == NULL || read->n_events == 0) &&
                    (read->org_sequence > 0) == (read->n_events > 0);
    bool commanded = read->n_elapsed == 0 ? read->content_hash.len == HASH_SIZE
                                          : read->n_events > 0 && read->command_id[0] == '\0';
    if (!answered || !commanded) {
        return status_error(STATUS_DATA_LOSS,
                            "expected a decision with events and an org_sequence, or without both");
    }
    return status_ok();
}

bool decision_continues(const Agency__V1__Decision *decision)
{
    return decision->n_elapsed == 1 && strcmp(decision->elapsed[0]->field, DUE_CONTINUES) == 0;
}

int64_t decision_recorded_at_us(struct str body)
{
    enum { RECORDED_AT_US = 12 }; /* the field's number */
    uint64_t value = 0;
    bool found = pb_skim_varint(body, RECORDED_AT_US, &value);
    assert(found);
    return (int64_t)value;
}

struct status decision_content_hash(struct arena *arena, const Agency__V1__Command *command,
                                    const Agency__V1__Principal *principal, struct hash *hash)
{
    Agency__V1__Command content = *command;
    char empty[] = "";
    content.org_id = content.command_id = content.trace_id = empty;
    content.issued_at = NULL;
    struct str parts[2];
    TRY(pb_pack(arena, &content.base, &parts[0]));
    if (principal->n_acts_for == 0) {
        *hash = hash_sha256(parts, 1);
        return status_ok();
    }
    Agency__V1__Principal who = *principal;
    who.method = 0; /* how he showed it is not what he says */
    TRY(pb_pack(arena, &who.base, &parts[1]));
    *hash = hash_sha256(parts, 2);
    return status_ok();
}

struct status decision_other_content(const char *command_id)
{
    return status_error(STATUS_INVALID_ARGUMENT,
                        "expected a new command_id, but '%s' stands for a command with another "
                        "content",
                        command_id);
}

struct status decision_principal(struct arena *arena, const Agency__V1__Principal *principal,
                                 struct str *text)
{
    bool named = principal->operator_[0] != '\0';
    struct str who = str_z(named ? principal->operator_ : principal->identity_hash);
    struct str what = named ? STR("operator") : index_kind((unsigned)principal->kind);
    char *joined;
    ARENA_TRY(arena, joined, arena_alloc(arena, what.size + 1 + who.size));
    memcpy(joined, what.data, what.size);
    joined[what.size] = ':';
    memcpy(joined + what.size + 1, who.data, who.size);
    *text = str_make(joined, what.size + 1 + who.size);
    return status_ok();
}

struct status decision_fingerprint(struct arena *arena, struct str principal, char **fingerprint)
{
    const struct str parts[] = { STR("agencygrid/principal/1"), principal };
    struct hash hash = hash_sha256(parts, 2);
    char hex[HASH_HEX_SIZE];
    hash_hex(&hash, hex);
    return arena_text(arena, str_z(hex), fingerprint);
}

bool decision_hash_of(const ProtobufCBinaryData *bytes, struct hash *hash)
{
    if (bytes->len != HASH_SIZE) {
        return false;
    }
    memcpy(hash->bytes, bytes->data, HASH_SIZE);
    return true;
}
