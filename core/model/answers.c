/* While an answer is looked for, every key that is read is noted, and with each key the answers
 * that were found from it. What changes names its keys; so an answer is stale exactly when one of
 * its keys has changed, or a row came or went that begins as it asked. Store and overlay may move
 * what they hold meanwhile: that changes no answer.
 *
 * Of time an answer depends only by what had expired when it was found. The decider's clock never
 * goes back, so that stays expired; what had not, and would have counted, bounds how long the
 * answer holds (check_answer.until_us).
 *
 * What the memory does not hold is asked anew. It is forgotten whole when it is half full. */
#include "core/model/answers.h"

#include "core/base/buf.h"
#include "core/domain/check/check.h"
#include "core/model/key.h"
#include "core/store/key.h"

/* An answer takes about one KiB with all that it was found from. */
static const size_t ANSWERS_MEMORY_MAX = (size_t)8 << 20;

struct answer {
    bool stale;
    int64_t at_us;             /* when it was asked */
    struct check_answer *kept; /* only as many steps as it has */
};

struct answer_link {
    struct answer *answer;
    struct answer_link *next;
};

/* What was read, and the answers that were found from it. */
struct answer_read {
    struct answer_link *answers;
};

/* An answer that is being looked for. */
struct answer_search {
    struct source_watch watch;
    struct answers *answers;
    struct answer *answer;
    bool lost; /* there was no memory to note something */
};

/* ---- finding ---- */

static bool answers_put_read(struct answers *answers, const struct source_key *key,
                             struct answer *answer)
{
    struct hmap_entry *entry = hmap_find(&answers->reads, key->bytes, key->hash);
    struct answer_link *link = arena_alloc(&answers->arena, sizeof *link);
    if (entry == NULL) {
        struct str kept = arena_copy(&answers->arena, key->bytes);
        struct answer_read *read = arena_zalloc(&answers->arena, sizeof *read);
        if (kept.data == NULL || read == NULL) {
            return false;
        }
        entry = hmap_put(&answers->reads, kept, key->hash);
        entry->value = read;
    }
    if (link == NULL) {
        return false;
    }
    struct answer_read *read = entry->value;
    *link = (struct answer_link){ answer, read->answers };
    read->answers = link;
    return true;
}

static void answers_note_entity(struct source_watch *watch, const struct source_key *key)
{
    struct answer_search *search = (struct answer_search *)(void *)watch;
    search->lost = search->lost || !answers_put_read(search->answers, key, search->answer);
}

static void answers_note_rows(struct source_watch *watch, const struct source_range *range)
{
    struct answer_search *search = (struct answer_search *)(void *)watch;
    uint8_t index = (uint8_t)range->prefix.bytes.data[range->skip - 1];
    index_set_add(&search->answers->indexes, index);
    search->lost =
        search->lost || !answers_put_read(search->answers, &range->prefix, search->answer);
}

static size_t answers_size(const struct check_answer *answer)
{
    return offsetof(struct check_answer, steps) + answer->steps_count * sizeof answer->steps[0];
}

static bool answers_copy_text(struct arena *arena, struct str *text)
{
    if (text->size > 0) {
        *text = arena_copy(arena, *text);
    }
    return text->data != NULL || text->size == 0;
}

/* Keeps an answer with its texts; false where there is no memory for it. */
static bool answers_copy(struct arena *arena, const struct check_answer *found,
                         struct answer *answer)
{
    size_t size = answers_size(found);
    answer->kept = arena_alloc(arena, size);
    if (answer->kept == NULL) {
        return false;
    }
    memcpy(answer->kept, found, size);
    bool whole = answers_copy_text(arena, &answer->kept->nearest);
    for (size_t i = 0; whole && i < found->steps_count; i++) {
        whole = answers_copy_text(arena, &answer->kept->steps[i].id);
    }
    return whole;
}

static struct status answers_find(struct answers *answers, const struct source_key *key,
                                  struct str org_id, struct arena *arena, int64_t at_us,
                                  const struct check_question *question, struct check_answer *found)
{
    struct answer_search search = { .watch = { answers_note_entity, answers_note_rows },
                                    .answers = answers };
    struct org_view org;
    org_view_init(&org, answers->source, org_id);
    search.answer = arena_zalloc(&answers->arena, sizeof *search.answer);
    org.watch = search.answer == NULL ? NULL : &search.watch;
    TRY(check(&org.view, arena, at_us, question, found));
    if (search.answer == NULL || search.lost ||
        !answers_copy(&answers->arena, found, search.answer)) {
        return status_ok();
    }
    search.answer->at_us = at_us;
    struct hmap_entry *entry = hmap_find(&answers->known, key->bytes, key->hash);
    if (entry == NULL) {
        struct str kept = arena_copy(&answers->arena, key->bytes);
        if (kept.data == NULL) {
            return status_ok();
        }
        entry = hmap_put(&answers->known, kept, key->hash);
    }
    entry->value = search.answer;
    return status_ok();
}

/* ---- asking ---- */

static void answers_key(struct buf *key, struct str org_id, const struct check_question *question)
{
    key_put_str(key, org_id);
    key_put_str(key, question->subject_id);
    key_put_str(key, question->permission);
    key_put_u8(key, (uint8_t)question->object.kind);
    key_put_u8(key, question->below);
    key_put_str(key, question->object.id);
}

static struct status answers_ask(struct check_memory *memory, const struct view *view,
                                 struct arena *arena, int64_t at_us,
                                 const struct check_question *question, struct check_answer *found)
{
    struct answers *answers = (struct answers *)(void *)memory;
    char room[KEY_ROOM];
    struct buf buf = buf_in(room, sizeof room);
    assert(question->for_command && !question->explain);
    answers_key(&buf, view->org_id, question);
    const struct source_key key = { buf_str(&buf), hmap_hash(buf_str(&buf)) };
    const struct hmap_entry *entry = hmap_find(&answers->known, key.bytes, key.hash);
    const struct answer *known = entry == NULL ? NULL : entry->value;
    struct status st = status_ok();
    if (known != NULL && !known->stale && at_us >= known->at_us && at_us < known->kept->until_us) {
        memcpy(found, known->kept, answers_size(known->kept));
    } else {
        st = answers_find(answers, &key, view->org_id, arena, at_us, question, found);
    }
    buf_release(&buf);
    return st;
}

/* ---- changes ---- */

static void answers_forget(struct answers *answers, struct str key)
{
    struct hmap_entry *entry = hmap_find(&answers->reads, key, hmap_hash(key));
    if (entry == NULL) {
        return;
    }
    struct answer_read *read = entry->value;
    for (struct answer_link *link = read->answers; link != NULL; link = link->next) {
        link->answer->stale = true;
    }
    read->answers = NULL;
}

/* What was read begins with an index and some of its parts, as many as every question gives or
 * more. */
static void answers_forget_row(struct answers *answers, struct str key)
{
    struct str prefix, rest = key;
    uint8_t index = 0;
    struct status st = key_skip_str(&rest);
    assert(st.code == STATUS_OK);
    st = key_get_u8(&rest, &index);
    assert(st.code == STATUS_OK);
    if (!index_set_has(&answers->indexes, index)) {
        return;
    }
    st = key_group(key, &prefix);
    assert(st.code == STATUS_OK);
    for (;;) {
        answers_forget(answers, prefix);
        if (prefix.size == key.size) {
            return;
        }
        rest = str_from(key, prefix.size);
        st = key_skip_str(&rest);
        assert(st.code == STATUS_OK);
        prefix.size = key.size - rest.size;
    }
}

static void answers_clear(struct answers *answers)
{
    hmap_release(&answers->known);
    hmap_release(&answers->reads);
    arena_reset(&answers->arena);
    answers->indexes = (struct index_set){ 0 };
}

void answers_changed(struct answers *answers, const struct layer *changes)
{
    const struct str first = STR("");
    if (answers->reads.count == 0) {
        return;
    }
    if (answers->arena.used > answers->arena.cap / 2) {
        answers_clear(answers);
        return;
    }
    for (struct omap_entry *e = omap_lower_bound(&changes->entities, first); e != NULL;
         e = omap_next(e)) {
        answers_forget(answers, e->key);
    }
    for (struct omap_entry *e = omap_lower_bound(&changes->rows, first); e != NULL;
         e = omap_next(e)) {
        answers_forget_row(answers, e->key);
    }
}

/* ---- life ---- */

void answers_init(struct answers *answers, const struct source *source)
{
    *answers = (struct answers){ .memory = { answers_ask }, .source = source };
    arena_init(&answers->arena, ANSWERS_MEMORY_MAX);
}

void answers_release(struct answers *answers)
{
    hmap_release(&answers->known);
    hmap_release(&answers->reads);
    arena_release(&answers->arena);
}
