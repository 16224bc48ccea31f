#include "core/model/decision.h"

#include "core/pb/message.h"

struct status decision_decode(struct arena *arena, struct str body, Agency__V1__Decision **decision)
{
    TRY(pb_unpack(arena, &agency__v1__decision__descriptor, body, PB_STORED, decision));
    bool answered = ((*decision)->rejection == NULL || (*decision)->n_events == 0) &&
                    ((*decision)->org_sequence > 0) == ((*decision)->n_events > 0);
    if (!answered || (*decision)->content_hash.len != HASH_SIZE) {
        return status_error(STATUS_DATA_LOSS,
                            "expected a decision with events and an org_sequence, or without both");
    }
    return status_ok();
}

struct status decision_content_hash(struct arena *arena, const Agency__V1__Command *command,
                                    struct hash *hash)
{
    Agency__V1__Command content = *command;
    char empty[] = "";
    content.org_id = content.command_id = content.trace_id = empty;
    content.issued_at = NULL;
    struct str bytes;
    TRY(pb_pack(arena, &content.base, &bytes));
    *hash = hash_sha256(&bytes, 1);
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
    if (principal->operator_[0] != '\0') {
        *text = arena_printf(arena, "operator:%s", principal->operator_);
    } else {
        *text = arena_printf(arena, "%d:%s", (int)principal->kind, principal->identity_hash);
    }
    return text->data == NULL ? arena_full(arena) : status_ok();
}

bool decision_hash_of(const ProtobufCBinaryData *bytes, struct hash *hash)
{
    if (bytes->len != HASH_SIZE) {
        return false;
    }
    memcpy(hash->bytes, bytes->data, HASH_SIZE);
    return true;
}
