/* The state before a decision is a store as of some decisions ago with what they changed on top;
 * that after it has what it changed on top of that. From time to time it begins anew with what the
 * store has. */
#include "core/model/org_walk.h"

#include "core/model/history.h"
#include "core/model/key.h"
#include "core/pb/message.h"

/* Decisions whose changes are kept on top, and memory for what one changed. */
enum { ORG_WALK_PASSED_MAX = 4096 };
static const size_t ORG_WALK_ARENA_MAX = (size_t)256 << 20;

void org_walk_init(struct org_walk *walk, struct store_reader *reader, struct str org_id,
                   uint64_t behind, size_t memory_max)
{
    *walk = (struct org_walk){
        .reader = reader, .org_id = org_id, .org_sequence = behind, .memory_max = memory_max
    };
    arena_init(&walk->arena, ORG_WALK_ARENA_MAX);
}

static void org_walk_end(struct org_walk *walk)
{
    if (walk->begun) {
        layer_release(&walk->scratch);
        layer_release(&walk->passed);
        stored_release(&walk->base);
    }
    walk->begun = false;
    walk->passed_count = 0;
}

void org_walk_release(struct org_walk *walk)
{
    org_walk_end(walk);
    arena_release(&walk->arena);
}

/* What it reads of the past is what the one before it did. */
void org_walk_renew(struct org_walk *walk, struct store_reader *reader)
{
    walk->reader = reader;
    walk->base.reader = reader;
}

/* Begins with the store as of the decision at hand. */
static void org_walk_begin(struct org_walk *walk)
{
    stored_init(&walk->base, walk->reader, walk->org_sequence, walk->memory_max);
    layer_init(&walk->passed, &walk->base.source);
    layer_init(&walk->scratch, &walk->passed.source);
    org_view_init(&walk->before, &walk->passed.source, walk->org_id);
    org_view_init(&walk->after, &walk->scratch.source, walk->org_id);
    walk->begun = true;
}

static bool org_walk_crowded(const struct org_walk *walk)
{
    return walk->passed_count == ORG_WALK_PASSED_MAX || stored_crowded(&walk->base) ||
           walk->base.dead_left < STORED_DEAD_MAX / 2;
}

/* The decision at hand is passed. */
static struct status org_walk_pass(struct org_walk *walk)
{
    if (!walk->begun) {
        return status_ok();
    }
    walk->passed_count++;
    TRY(layer_merge(&walk->passed, &walk->scratch));
    layer_reset(&walk->scratch);
    if (org_walk_crowded(walk)) {
        org_walk_end(walk);
    }
    return status_ok();
}

/* ---- what a decision changed ---- */

struct org_walk_sink {
    struct layer_org org;
    struct str id;
};

static struct status org_walk_delete_row(void *self, const struct index_row *row)
{
    struct org_walk_sink *sink = self;
    return layer_changes.delete_row(&sink->org, row, sink->id);
}

static struct status org_walk_put_row(void *self, const struct index_row *row)
{
    struct org_walk_sink *sink = self;
    return layer_changes.put_row(&sink->org, row, sink->id);
}

/* What it is after the decision. */
static struct status org_walk_read(struct org_walk *walk, struct access_change *change)
{
    char room[KEY_ROOM];
    struct buf key = buf_in(room, sizeof room);
    struct store_row row;
    ProtobufCMessage *entity;
    key_entity(&key, walk->org_id, change->kind, change->id);
    struct status st = store_get(walk->reader, &walk->arena, STORE_ENTITY, buf_str(&key),
                                 walk->org_sequence, &row);
    buf_release(&key);
    TRY(st);
    if (!row.found) {
        return status_error(STATUS_DATA_LOSS, "expected the version of '%.*s' that a decision made",
                            STR_ARG(change->id));
    }
    TRY(pb_unpack(&walk->arena, registry_entity(change->kind)->descriptor, row.value, PB_STORED,
                  &entity));
    change->after = entity;
    return status_ok();
}

static struct status org_walk_change(struct org_walk *walk, const Agency__V1__EntityRef *ref,
                                     struct access_change *change)
{
    struct org_walk_sink sink = { .org = { &walk->scratch, walk->org_id }, .id = str_z(ref->id) };
    *change = (struct access_change){ .kind = (enum entity_kind)ref->kind, .id = sink.id };
    if (registry_entity((unsigned)ref->kind) == NULL) {
        return status_error(STATUS_DATA_LOSS, "expected a kind of entity, not number %d",
                            (int)ref->kind);
    }
    TRY(view_get(&walk->before.view, change->kind, change->id, &change->before));
    TRY(org_walk_read(walk, change));
    if (change->before != NULL) {
        const struct index_sink old = { org_walk_delete_row, &sink, &walk->arena };
        TRY(index_rows(change->kind, change->before, &old));
    }
    const struct index_sink new = { org_walk_put_row, &sink, &walk->arena };
    TRY(index_rows(change->kind, change->after, &new));
    return layer_changes.put_entity(&sink.org, change->kind, change->id, change->after);
}

struct status org_walk_step(struct org_walk *walk)
{
    TRY(org_walk_pass(walk));
    arena_reset(&walk->arena);
    if (!walk->begun) {
        org_walk_begin(walk);
    }
    walk->org_sequence++;
    TRY(history_decision(walk->reader, &walk->arena, walk->org_id, walk->org_sequence,
                         &walk->decision));
    walk->changes_count = walk->decision->n_changed;
    ARENA_TRY(&walk->arena, walk->changes,
              arena_alloc(&walk->arena, (walk->changes_count + 1) * sizeof *walk->changes));
    for (size_t i = 0; i < walk->changes_count; i++) {
        TRY(org_walk_change(walk, walk->decision->changed[i], &walk->changes[i]));
    }
    return status_ok();
}

struct status org_walk_access(const struct org_walk *walk, struct arena *arena,
                              struct access_feed *feed)
{
    const int64_t at_us = walk->decision->occurred_at_us;
    const struct access_side before = { &walk->before.view, at_us - 1 };
    const struct access_side after = { &walk->after.view, at_us };
    return access_feed_of(arena, &before, &after, walk->changes, walk->changes_count, feed);
}
