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

/* What the next of the decision's events are about. */
static struct status decision_about(struct arena *arena, const Agency__V1__Decision *decision,
                                    size_t from, Agency__V1__DecidedCommand *command)
{
    Agency__V1__EntityRef *refs;
    ARENA_TRY(arena, refs, arena_alloc(arena, (command->events + 1) * sizeof *refs));
    ARENA_TRY(arena, command->changed, arena_alloc(arena, (command->events + 1) * sizeof(void *)));
    for (size_t i = 0; i < command->events; i++) {
        enum entity_kind kind;
        struct str id;
        TRY(evolve_event_entity(arena, decision->events[from + i], &kind, &id));
        agency__v1__entity_ref__init(&refs[i]);
        refs[i].kind = (Agency__V1__EntityKind)kind;
        TRY(arena_text(arena, id, &refs[i].id));
        command->changed[command->n_changed++] = &refs[i];
    }
    return status_ok();
}

static struct status decision_lost_events(void)
{
    return status_error(STATUS_DATA_LOSS, "expected the events of a batch to be those of its "
                                          "commands");
}

struct status decision_commands(struct arena *arena, const Agency__V1__Decision *decision,
                                Agency__V1__DecisionRow *row)
{
    Agency__V1__DecidedCommand *commands;
    size_t from = 0;
    ARENA_TRY(arena, commands, arena_alloc(arena, (decision->n_commands + 1) * sizeof *commands));
    ARENA_TRY(arena, row->commands,
              arena_alloc(arena, (decision->n_commands + 1) * sizeof(void *)));
    for (size_t i = 0; i < decision->n_commands; i++) {
        commands[i] = *decision->commands[i];
        if (commands[i].events > decision->n_events - from || commands[i].n_changed > 0) {
            return decision_lost_events();
        }
        TRY(decision_about(arena, decision, from, &commands[i]));
        from += commands[i].events;
        row->commands[row->n_commands++] = &commands[i];
    }
    return decision->n_commands == 0 || from == decision->n_events ? status_ok()
                                                                   : decision_lost_events();
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
