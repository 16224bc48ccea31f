/* Most decisions change no due: they cost one search in the layer's rows. For the others the rows
 * that go are counted first, then the new first is looked up if the first went, then come those
 * that are put: in any other order a row that is put could be taken for the first that is left.
 *
 * The index is a queue, whose rows go at its front: each scan begins at the first row, which the
 * head names, so that none passes what has gone before. */
#include "core/model/dues.h"

#include <inttypes.h>

#include "core/base/buf.h"
#include "core/domain/kernel/due.h"
#include "core/model/key.h"
#include "core/store/key.h"

struct dues {
    const struct layer *layer;
    const struct source *under;
    struct arena *arena;
    struct str org_id;
    Agency__V1__OrgHead *head;
    struct str prefix; /* of the rows of DUE */
    bool first_went;
};

/* The kind that a part of a key is, as index_kind makes it. */
static enum entity_kind dues_kind(struct str part)
{
    unsigned number = 0;
    for (size_t i = 0; i < part.size && number < ENTITY_KINDS_MAX; i++) {
        number = number * 10 + (unsigned)(part.data[i] - '0');
    }
    return registry_entity(number) == NULL ? ENTITY_ANY : (enum entity_kind)number;
}

static struct status dues_read(struct arena *arena, struct str key, struct str parts[3],
                               struct dues_row *row)
{
    for (size_t i = 0; i < 3; i++) {
        TRY(key_get_str(&key, arena, &parts[i]));
    }
    enum entity_kind kind = dues_kind(parts[1]);
    if (key.size > 0 || parts[0].size != INDEX_TIME_SIZE || kind == ENTITY_ANY) {
        return status_error(STATUS_DATA_LOSS, "expected the key of a row of what is due");
    }
    *row = (struct dues_row){ index_time_us(parts[0]), kind, parts[2] };
    return status_ok();
}

/* Whether the row was there before the decision: its entity then says so. */
static struct status dues_was_there(const struct dues *dues, const struct dues_row *row, bool *was)
{
    struct org_view org;
    const ProtobufCMessage *entity;
    int64_t time_us;
    org_view_init(&org, dues->under, dues->org_id);
    TRY(view_get(&org.view, row->kind, row->id, &entity));
    *was = entity != NULL && due_row_time(row->kind, entity, &time_us) && time_us == row->time_us;
    return status_ok();
}

static struct str dues_first_key(const Agency__V1__OrgHead *head)
{
    return str_make((const char *)head->next_due.data, head->next_due.len);
}

static void dues_set_first(Agency__V1__OrgHead *head, struct str key, int64_t time_us)
{
    head->next_due = (ProtobufCBinaryData){ key.size, (uint8_t *)(uintptr_t)key.data };
    head->next_due_us = time_us;
}

static struct status dues_take(struct dues *dues, const struct omap_entry *entry, bool put)
{
    struct dues_row row;
    Agency__V1__OrgHead *head = dues->head;
    struct str parts[3], key = str_from(entry->key, dues->prefix.size);
    bool was;
    if ((entry->value.data[0] == LAYER_ROW_PUT) != put) {
        return status_ok();
    }
    TRY(dues_read(dues->arena, key, parts, &row));
    TRY(dues_was_there(dues, &row, &was));
    if (put) {
        if (head->dues == 0 || str_cmp(key, dues_first_key(head)) < 0) {
            dues_set_first(head, key,
                           row.time_us); /* the layer keeps it until the head is packed */
        }
        head->dues += !was;
        head->renewing += !was && due_renews(row.kind);
    } else if (was) {
        assert(head->dues > 0);
        head->dues--;
        head->renewing -= due_renews(row.kind);
        dues->first_went = dues->first_went || str_eq(key, dues_first_key(head));
    }
    return status_ok();
}

static struct status dues_take_all(struct dues *dues, struct omap_entry *first, bool put)
{
    for (struct omap_entry *e = first; e != NULL && str_starts(e->key, dues->prefix);
         e = omap_next(e)) {
        TRY(dues_take(dues, e, put));
    }
    return status_ok();
}

/* The parts of some rows of the index, from the first that the head names, or named, on. */
static struct status dues_rows(const struct view *view, struct arena *arena,
                               const Agency__V1__OrgHead *head, size_t limit,
                               struct view_row **rows, size_t *count)
{
    struct str from[3];
    struct dues_row first;
    TRY(dues_read(arena, dues_first_key(head), from, &first));
    const struct view_range range = {
        .index = INDEX_DUE, .from = from, .from_count = 3, .limit = limit
    };
    return view_rows(view, arena, &range, rows, count);
}

static struct status dues_find_first(struct dues *dues)
{
    struct org_view org;
    struct view_row *rows;
    size_t count;
    struct str key, parts[3];
    org_view_init(&org, &dues->layer->source, dues->org_id);
    TRY(dues_rows(&org.view, dues->arena, dues->head, 1, &rows, &count));
    if (count == 0) {
        return status_error(STATUS_DATA_LOSS, "expected %" PRIu64 " rows of what is due in '%.*s'",
                            dues->head->dues, STR_ARG(dues->org_id));
    }
    parts[0] = rows[0].parts[0];
    parts[1] = rows[0].parts[1];
    parts[2] = rows[0].id;
    TRY(key_parts(dues->arena, parts, 3, &key));
    dues_set_first(dues->head, key, index_time_us(parts[0]));
    return status_ok();
}

struct status dues_count(const struct layer *layer, const struct source *under, struct arena *arena,
                         struct str org_id, Agency__V1__OrgHead *head)
{
    struct dues dues = {
        .layer = layer, .under = under, .arena = arena, .org_id = org_id, .head = head
    };
    char room[KEY_ROOM];
    struct buf key = buf_in(room, sizeof room);
    struct status st;
    key_index(&key, org_id, INDEX_DUE, (struct str){ 0 });
    dues.prefix = buf_str(&key);
    struct omap_entry *first = omap_lower_bound(&layer->rows, dues.prefix);
    TRY_OUT(dues_take_all(&dues, first, false));
    if (dues.first_went && head->dues > 0) {
        TRY_OUT(dues_find_first(&dues));
    }
    TRY_OUT(dues_take_all(&dues, first, true));
    if (head->dues == 0) {
        dues_set_first(head, STR(""), 0);
    }
out:
    buf_release(&key);
    return st;
}

struct status dues_first(const struct view *view, struct arena *arena,
                         const Agency__V1__OrgHead *head, int64_t until_us, size_t limit,
                         struct dues_row **rows, size_t *count)
{
    struct view_row *found;
    size_t found_count;
    assert(head->dues > 0);
    TRY(dues_rows(view, arena, head, limit, &found, &found_count));
    ARENA_TRY(arena, *rows, arena_alloc(arena, (found_count + 1) * sizeof **rows));
    for (*count = 0; *count < found_count; ++*count) {
        const struct view_row *row = &found[*count];
        int64_t time_us = index_time_us(row->parts[0]);
        if (time_us > until_us) {
            break;
        }
        (*rows)[*count] = (struct dues_row){ time_us, dues_kind(row->parts[1]), row->id };
    }
    return status_ok();
}
