/* The keys of all rows that a store of a partition keeps, and their families. Parts are
 * self-delimiting (core/store/key.h), so rows of one org, kind or index lie together, in the order
 * of their parts.
 *
 *   STORE_ENTITY  org | kind | id                          -> the entity, packed
 *   STORE_INDEX   org | index | parts... | id              -> nothing
 *   STORE_APPEND  ROW_DECISION | org | org_sequence        -> DecisionRow
 *                 ROW_TIME | org | occurred_at             -> org_sequence, the highest of then
 *                 ROW_ANSWER | org | principal | command   -> AnswerRow
 *                 ROW_SUBJECT | org | subject | org_sequence
 *                   -> nothing: the decision is by or about the subject
 *                 ROW_ERASED | sequence | org | subject    -> nothing: its data is erased by the
 *                   decision; no subject: those of all of the org
 *                 ROW_MARK | mark | org | org_sequence     -> nothing: the decision is, or made the
 *                   org, as the mark says (mark.h)
 *   STORE_INDEX_LATEST  ROW_HEAD | org                     -> OrgHead
 *                       org | index | parts... | id        -> nothing: of an index without
 *                                                             history */
#ifndef CORE_MODEL_KEY_H
#define CORE_MODEL_KEY_H

#include "core/base/arena.h"
#include "core/base/buf.h"
#include "core/domain/kernel/index.h"
#include "core/model/mark.h"
#include "core/store/store.h"

/* The first byte of keys in STORE_APPEND and STORE_INDEX_LATEST: for ever. */
enum key_row {
    ROW_DECISION = 1,
    ROW_TIME = 2,
    ROW_ANSWER = 3,
    ROW_SUBJECT = 4,
    ROW_HEAD = 5,
    ROW_ERASED = 6,
    ROW_MARK = 7,
};

/* Most keys fit into this; longer ones go on on the heap (buf_in). */
enum { KEY_ROOM = 256 };

/* The family of a key that begins with an enum key_row. */
enum store_family key_family(struct str key);

/* The family of the key of an index row, and whether a key of STORE_INDEX_LATEST is one: an org's
 * id begins with a letter or digit, so no enum key_row. DATA_LOSS if it is no such key. */
MUST_USE struct status key_index_family(struct str key, enum store_family *family);
static inline bool key_is_index_row(struct str key)
{
    return key.size > 0 && (uint8_t)key.data[0] > ROW_MARK;
}

/* Each appends a whole key, or what all keys with these first parts begin with. */
void key_entity(struct buf *key, struct str org_id, enum entity_kind kind, struct str id);
void key_entities(struct buf *key, struct str org_id, enum entity_kind kind);
/* `parts` as key_parts made them. */
void key_index(struct buf *key, struct str org_id, enum index_number index, struct str parts);
void key_put_parts(struct buf *key, const struct str *parts, size_t parts_count);
void key_index_row(struct buf *key, struct str org_id, const struct index_row *row, struct str id);
void key_decision(struct buf *key, struct str org_id, uint64_t org_sequence);
void key_time(struct buf *key, struct str org_id, int64_t occurred_at_us);
void key_answer(struct buf *key, struct str org_id, struct str principal, struct str command_id);
void key_subject(struct buf *key, struct str org_id, struct str subject_id, uint64_t org_sequence);
void key_head(struct buf *key, struct str org_id);
void key_erased(struct buf *key, uint64_t sequence, struct str org_id, struct str subject_id);
/* What the keys of all that was erased from this sequence on are not below. */
void key_erased_from(struct buf *key, uint64_t sequence);

/* What the keys of all with a mark begin with. */
void key_marked(struct buf *key, const struct mark *mark);
void key_mark(struct buf *key, const struct mark *mark, struct str org_id, uint64_t org_sequence);

/* The parts of an index key, or its first ones; lie in the arena. */
MUST_USE struct status key_parts(struct arena *arena, const struct str *parts, size_t parts_count,
                                 struct str *key);
/* What the key of an index row begins with, up to the last of its parts that every question gives
 * (index_type). Borrowed from the key. DATA_LOSS if it is no such key. */
MUST_USE struct status key_group(struct str key, struct str *group);
/* The last part: the id of an index row. Borrowed from the key or in the arena. DATA_LOSS if it is
 * no key. */
MUST_USE struct status key_last_part(struct arena *arena, struct str key, struct str *id);

#endif
