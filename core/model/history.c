#include "core/model/history.h"

#include <inttypes.h>

#include "core/base/num.h"
#include "core/model/key.h"
#include "core/pb/message.h"

struct status history_decision(struct store_reader *reader, struct arena *arena, struct str org_id,
                               uint64_t org_sequence, const Agency__V1__DecisionRow **row)
{
    struct buf key = { 0 };
    struct store_row stored;
    key_decision(&key, org_id, org_sequence);
    struct status st = store_get(reader, arena, STORE_APPEND, buf_str(&key), STORE_LATEST, &stored);
    if (st.code == STATUS_OK && !stored.found) {
        st = status_error(STATUS_DATA_LOSS,
                          "expected decision '%" PRIu64 "' of org '%.*s' in the store",
                          org_sequence, STR_ARG(org_id));
    }
    if (st.code == STATUS_OK) {
        st = pb_unpack(arena, &agency__v1__decision_row__descriptor, stored.value, PB_STORED, row);
    }
    buf_release(&key);
    return st;
}

/* --- lists that grow in the arena --- */

static struct status history_grow(struct arena *arena, void *items, size_t item_size, size_t count)
{
    if (count % 64 != 0) {
        return status_ok();
    }
    void *old, *grown;
    memcpy(&old, items, sizeof old);
    ARENA_TRY(arena, grown, arena_alloc(arena, (count + 64) * item_size));
    if (count > 0) {
        memcpy(grown, old, count * item_size);
    }
    memcpy(items, &grown, sizeof grown);
    return status_ok();
}

/* --- the versions of an entity --- */

static struct status history_versions(struct store_reader *reader, struct arena *arena,
                                      struct str org_id, enum entity_kind kind,
                                      struct store_history *history, size_t limit,
                                      struct history_version **versions, size_t *count)
{
    while (*count < limit) {
        struct store_version stored;
        ProtobufCMessage *entity;
        TRY(store_history_next(history, &stored));
        if (!stored.found) {
            break;
        }
        TRY(history_grow(arena, versions, sizeof **versions, *count));
        TRY(pb_unpack(arena, registry_entity(kind)->descriptor, stored.value, PB_STORED, &entity));
        struct history_version *version = &(*versions)[(*count)++];
        *version = (struct history_version){ .since = stored.since,
                                             .until = stored.until,
                                             .entity = entity };
        TRY(history_decision(reader, arena, org_id, stored.since, &version->decision));
    }
    assert(*count <= limit);
    return status_ok();
}

struct status history_entity(struct store_reader *reader, struct arena *arena, struct str org_id,
                             enum entity_kind kind, struct str id, uint64_t before, size_t limit,
                             struct history_version **versions, size_t *count)
{
    struct buf key = { 0 };
    struct store_history *history;
    *versions = NULL;
    *count = 0;
    key_entity(&key, org_id, kind, id);
    struct status st = store_history_open(reader, STORE_ENTITY, buf_str(&key), before, &history);
    if (st.code == STATUS_OK) {
        st = history_versions(reader, arena, org_id, kind, history, limit, versions, count);
        store_history_close(history);
    }
    buf_release(&key);
    return st;
}

/* --- decisions --- */

/* What a row of the scan tells: the decision itself, or its number at the end of the key. */
static struct status history_row(struct store_reader *reader, struct arena *arena,
                                 struct str org_id, const struct store_row *stored,
                                 const Agency__V1__DecisionRow **row)
{
    if (stored->value.size > 0) {
        return pb_unpack(arena, &agency__v1__decision_row__descriptor, stored->value, PB_STORED,
                         row);
    }
    if (stored->key.size < 8) {
        return status_error(STATUS_DATA_LOSS, "expected a decision's number in a key");
    }
    uint64_t org_sequence = num_get_u64be(stored->key.data + stored->key.size - 8);
    return history_decision(reader, arena, org_id, org_sequence, row);
}

/* Rows of keys that end in an org_sequence, from `last` downwards; `last` holds the first number
 * that is left out. */
static struct status history_scan(struct store_reader *reader, struct arena *arena,
                                  struct str org_id, struct str last, size_t limit,
                                  const Agency__V1__DecisionRow ***rows, size_t *count)
{
    assert(last.size > 8);
    *rows = NULL;
    *count = 0;
    struct store_range range = { .prefix = str_make(last.data, last.size - 8),
                                 .start = last,
                                 .after_start = true,
                                 .descending = true,
                                 .as_of = STORE_LATEST };
    struct store_scan *scan;
    struct store_row stored = { .found = true };
    TRY(store_scan_open(reader, STORE_APPEND, &range, &scan));
    struct status st = status_ok();
    while (*count < limit) {
        TRY_OUT(store_scan_next(scan, &stored));
        if (!stored.found) {
            break;
        }
        TRY_OUT(history_grow(arena, rows, sizeof **rows, *count));
        TRY_OUT(history_row(reader, arena, org_id, &stored, &(*rows)[*count]));
        ++*count;
    }
    assert(*count <= limit);
out:
    store_scan_close(scan);
    return st;
}

struct status history_decisions(struct store_reader *reader, struct arena *arena, struct str org_id,
                                uint64_t before, size_t limit,
                                const Agency__V1__DecisionRow ***rows, size_t *count)
{
    struct buf key = { 0 };
    key_decision(&key, org_id, before);
    struct status st = history_scan(reader, arena, org_id, buf_str(&key), limit, rows, count);
    buf_release(&key);
    return st;
}

struct status history_subject(struct store_reader *reader, struct arena *arena, struct str org_id,
                              struct str subject_id, uint64_t before, size_t limit,
                              const Agency__V1__DecisionRow ***rows, size_t *count)
{
    struct buf key = { 0 };
    key_subject(&key, org_id, subject_id, before);
    struct status st = history_scan(reader, arena, org_id, buf_str(&key), limit, rows, count);
    buf_release(&key);
    return st;
}

struct status history_marked(struct store_reader *reader, struct arena *arena, struct str org_id,
                             const struct mark *mark, uint64_t before, size_t limit,
                             const Agency__V1__DecisionRow ***rows, size_t *count)
{
    struct buf key = { 0 };
    key_mark(&key, mark, org_id, before);
    struct status st = history_scan(reader, arena, org_id, buf_str(&key), limit, rows, count);
    buf_release(&key);
    return st;
}
