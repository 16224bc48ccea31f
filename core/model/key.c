#include "core/model/key.h"

#include "core/store/key.h"

enum store_family key_family(struct str key)
{
    assert(key.size > 0 && key.data[0] >= ROW_DECISION && key.data[0] <= ROW_MARK);
    return key.data[0] == ROW_HEAD ? STORE_INDEX_LATEST : STORE_APPEND;
}

void key_entities(struct buf *key, struct str org_id, enum entity_kind kind)
{
    assert(kind > 0 && (size_t)kind < ENTITY_KINDS_END);
    key_put_str(key, org_id);
    key_put_u8(key, (uint8_t)kind);
}

void key_entity(struct buf *key, struct str org_id, enum entity_kind kind, struct str id)
{
    key_entities(key, org_id, kind);
    key_put_str(key, id);
}

void key_index(struct buf *key, struct str org_id, enum index_number index, struct str parts)
{
    assert(index > 0 && (size_t)index < INDEX_NUMBERS_MAX);
    key_put_str(key, org_id);
    key_put_u8(key, (uint8_t)index);
    buf_append(key, parts);
}

static void key_row_begin(struct buf *key, enum key_row row, struct str org_id)
{
    key_put_u8(key, (uint8_t)row);
    key_put_str(key, org_id);
}

void key_decision(struct buf *key, struct str org_id, uint64_t org_sequence)
{
    key_row_begin(key, ROW_DECISION, org_id);
    key_put_u64(key, org_sequence);
}

/* Times before 1970 order before later ones once the sign bit is turned. */
void key_time(struct buf *key, struct str org_id, int64_t occurred_at_us)
{
    key_row_begin(key, ROW_TIME, org_id);
    key_put_u64(key, (uint64_t)occurred_at_us ^ (uint64_t)1 << 63);
}

void key_answer(struct buf *key, struct str org_id, struct str principal, struct str command_id)
{
    key_row_begin(key, ROW_ANSWER, org_id);
    key_put_str(key, principal);
    key_put_str(key, command_id);
}

void key_subject(struct buf *key, struct str org_id, struct str subject_id, uint64_t org_sequence)
{
    key_row_begin(key, ROW_SUBJECT, org_id);
    key_put_str(key, subject_id);
    key_put_u64(key, org_sequence);
}

void key_head(struct buf *key, struct str org_id)
{
    key_row_begin(key, ROW_HEAD, org_id);
}

void key_erased_from(struct buf *key, uint64_t sequence)
{
    key_put_u8(key, ROW_ERASED);
    key_put_u64(key, sequence);
}

void key_erased(struct buf *key, uint64_t sequence, struct str org_id, struct str subject_id)
{
    assert(sequence > 0 && org_id.size > 0);
    key_erased_from(key, sequence);
    key_put_str(key, org_id);
    key_put_str(key, subject_id);
}

void key_marked(struct buf *key, const struct mark *mark)
{
    key_put_u8(key, ROW_MARK);
    buf_append(key, str_make(mark->bytes, MARK_SIZE));
}

void key_mark(struct buf *key, const struct mark *mark, struct str org_id, uint64_t org_sequence)
{
    key_marked(key, mark);
    key_put_str(key, org_id);
    key_put_u64(key, org_sequence);
}

void key_put_parts(struct buf *key, const struct str *parts, size_t parts_count)
{
    for (size_t i = 0; i < parts_count; i++) {
        key_put_str(key, parts[i]);
    }
}

struct status key_parts(struct arena *arena, const struct str *parts, size_t parts_count,
                        struct str *key)
{
    assert(parts_count > 0 && parts_count <= INDEX_PARTS_MAX);
    struct buf buf = { 0 };
    key_put_parts(&buf, parts, parts_count);
    *key = arena_copy(arena, buf_str(&buf));
    buf_release(&buf);
    return key->data == NULL ? arena_full(arena) : status_ok();
}

void key_index_row(struct buf *key, struct str org_id, const struct index_row *row, struct str id)
{
    assert(row->parts_count <= INDEX_PARTS_MAX);
    key_index(key, org_id, row->index, (struct str){ 0 });
    key_put_parts(key, row->parts, row->parts_count);
    key_put_str(key, id);
}

static struct status key_get_index(struct str *rest, const struct index_type **type)
{
    uint8_t index;
    TRY(key_skip_str(rest));
    TRY(key_get_u8(rest, &index));
    *type = index_type(index);
    return *type != NULL
               ? status_ok()
               : status_error(STATUS_DATA_LOSS, "expected the key of an index, not of number %u",
                              (unsigned)index);
}

struct status key_index_family(struct str key, enum store_family *family)
{
    const struct index_type *type;
    TRY(key_get_index(&key, &type));
    *family = type->latest ? STORE_INDEX_LATEST : STORE_INDEX;
    return status_ok();
}

struct status key_group(struct str key, struct str *group)
{
    struct str rest = key;
    const struct index_type *type;
    TRY(key_get_index(&rest, &type));
    for (size_t left = type->parts_asked; left > 0; left--) {
        TRY(key_skip_str(&rest));
    }
    assert(rest.size < key.size);
    *group = str_make(key.data, key.size - rest.size);
    return status_ok();
}

struct status key_last_part(struct arena *arena, struct str key, struct str *id)
{
    size_t before = key_size_before_last_plain(key);
    if (before > 0) {
        assert(before + 2 < key.size); /* one byte at least, and two that end it */
        *id = str_make(key.data + before, key.size - before - 2);
        return status_ok();
    }
    do {
        TRY(key_get_str(&key, arena, id));
    } while (key.size > 0);
    return status_ok();
}
