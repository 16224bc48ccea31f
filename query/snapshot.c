#include "query/snapshot.h"

#include "core/base/num.h"
#include "core/base/time.h"
#include "core/domain/kernel/fields.h"
#include "core/model/resolve.h"
#include "core/model/token.h"
#include "core/pb/message.h"

/* ---- which moment ---- */

static struct status snapshot_parse_version(struct str text, uint64_t *version)
{
    *version = 0;
    for (size_t i = 1; i < text.size; i++) {
        unsigned digit = (unsigned)text.data[i] - '0';
        if (digit > 9 || !num_mul_u64(*version, 10, version) ||
            !num_add_u64(*version, digit, version)) {
            return status_error(STATUS_INVALID_ARGUMENT,
                                "expected the number of a decision after '#', but it is '%.*s'",
                                STR_ARG(text));
        }
    }
    return status_ok();
}

static struct status snapshot_parse(struct arena *arena, struct str as_of, struct moment_ask *ask)
{
    Agency__V1__Token *token;
    if (as_of.data[0] == '#') {
        ask->kind = MOMENT_VERSION;
        return snapshot_parse_version(as_of, &ask->org_sequence);
    }
    if (token_parse(arena, as_of, &token).code == STATUS_OK && token->sequence > 0) {
        ask->kind = MOMENT_TOKEN;
        ask->token = token;
        return status_ok();
    }
    ask->kind = MOMENT_TIME;
    return status_prefix(time_parse_human(as_of, ask->now_us, &ask->time_us),
                         "as of #DECISION, a token or a time");
}

struct status snapshot_ask(struct arena *arena, struct str as_of, struct str at_least,
                           int64_t now_us, struct moment_ask *ask)
{
    Agency__V1__Token *token;
    *ask = (struct moment_ask){ .kind = MOMENT_LATEST, .now_us = now_us };
    if (at_least.size > 0) {
        TRY(token_parse(arena, at_least, &token));
        ask->at_least = token;
    }
    return as_of.size == 0 ? status_ok() : snapshot_parse(arena, as_of, ask);
}

/* ---- life ---- */

static struct status snapshot_found(const struct snapshot *snapshot)
{
    return snapshot->moment.org_sequence > 0
               ? status_ok()
               : status_error(STATUS_NOT_FOUND, "expected an org, but there is no '%.*s'%s",
                              STR_ARG(snapshot->org_id), snapshot_then(snapshot));
}

struct status snapshot_open(struct snapshot *snapshot, struct store_reader *reader,
                            const struct position *position, struct arena *arena, struct str org_id,
                            const struct moment_ask *ask, size_t memory_max)
{
    *snapshot = (struct snapshot){ .reader = reader,
                                   .position = position,
                                   .arena = arena,
                                   .org_id = org_id,
                                   .past = ask->kind != MOMENT_LATEST,
                                   .settled = ask->settled,
                                   .final = ask->final };
    TRY(moment_resolve(reader, position, org_id, ask, &snapshot->moment));
    snapshot->stored = &snapshot->own;
    stored_init(snapshot->stored, reader, moment_as_of(&snapshot->moment), memory_max);
    org_view_init(&snapshot->org, &snapshot->stored->source, org_id);
    return snapshot_found(snapshot);
}

struct status snapshot_open_kept(struct snapshot *snapshot, struct stored *kept,
                                 const struct position *position, struct arena *arena,
                                 struct str org_id, const struct moment_ask *ask)
{
    assert(ask->kind == MOMENT_LATEST && kept->as_of == STORE_LATEST);
    *snapshot = (struct snapshot){ .reader = kept->reader,
                                   .position = position,
                                   .arena = arena,
                                   .org_id = org_id,
                                   .settled = ask->settled,
                                   .final = ask->final,
                                   .stored = kept };
    TRY(moment_resolve(kept->reader, position, org_id, ask, &snapshot->moment));
    org_view_init(&snapshot->org, &kept->source, org_id);
    return snapshot_found(snapshot);
}

void snapshot_release(struct snapshot *snapshot)
{
    stored_release(&snapshot->own);
}

/* ---- what questions need ---- */

const char *snapshot_then(const struct snapshot *snapshot)
{
    static const char then[] = " at that moment";
    char why[MOMENT_WHY_SIZE];
    if (snapshot->moment.provisional == MOMENT_FINAL) {
        return snapshot->past ? then : "";
    }
    struct str text = arena_printf(snapshot->arena, "%s (provisional: %s)", then,
                                   moment_why(&snapshot->moment, why));
    return text.data == NULL ? then : text.data;
}

/* Somebody that an outside system calls so and whose external id is personal; `unknown` is what is
 * said where there is nobody. */
static struct status snapshot_resolve_personal(struct snapshot *snapshot, struct str text,
                                               struct status unknown, struct str *id)
{
    struct keyring_codes codes;
    struct str system, value;
    if (!resolve_external_parts(text, &system, &value)) {
        return unknown;
    }
    TRY(keyring_index(snapshot->keyring, snapshot->org_id, system, value, &codes));
    for (size_t i = 0; i < codes.count; i++) {
        TRY(resolve_hash(snapshot->reader, snapshot->arena, snapshot->org_id, &snapshot->moment,
                         system, str_z(codes.items[i].key_id), str_z(codes.items[i].hmac), id));
        if (id->data != NULL) {
            return status_ok();
        }
    }
    return unknown;
}

struct status snapshot_resolve(struct snapshot *snapshot, enum entity_kind kind, struct str text,
                               struct str *id)
{
    struct status st = resolve_id(snapshot->reader, snapshot->arena, snapshot->org_id, kind,
                                  &snapshot->moment, text, id);
    bool personal = kind == ENTITY_SUBJECT && snapshot->keyring != NULL &&
                    snapshot->keyring->ops != NULL && st.code == STATUS_NOT_FOUND;
    return personal ? snapshot_resolve_personal(snapshot, text, st, id) : st;
}

struct status snapshot_moment_of(const struct snapshot *snapshot, const struct moment *moment,
                                 Agency__V1__Moment **message)
{
    TRY(pb_new(snapshot->arena, &agency__v1__moment__descriptor, message));
    (*message)->org_sequence = moment->org_sequence;
    (*message)->provisional = moment->provisional != MOMENT_FINAL;
    (*message)->due_count = moment->due_count;
    if (moment->due_count > 0) {
        TRY(fields_time_new(snapshot->arena, moment->due_us, &(*message)->due_since));
    }
    return fields_time_new(snapshot->arena, moment->time_us, &(*message)->time);
}

struct status snapshot_moment(const struct snapshot *snapshot, Agency__V1__Moment **moment)
{
    return snapshot_moment_of(snapshot, &snapshot->moment, moment);
}
