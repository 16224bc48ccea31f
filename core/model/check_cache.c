/* While an answer is looked for, every key that is read is noted, and with each key the answers
 * that were found from it. What changes names its keys; so an answer is stale exactly when one of
 * its keys has changed, or a row came or went that begins as it asked. Store and overlay may move
 * what they hold meanwhile: that changes no answer.
 *
 * Of time an answer depends only by what had expired when it was found. The decider's clock never
 * goes back, so that stays expired; what had not, and would have counted, bounds how long the
 * answer holds (check_answer.until_us).
 *
 * An answer for which a condition was evaluated is not kept: it depends on the clock, and on who
 * acts.
 *
 * What the memory does not hold is asked anew. It is forgotten whole when it is half full. */
#include "core/model/check_cache.h"

#include "core/base/buf.h"
#include "core/domain/check/check.h"
#include "core/model/key.h"
#include "core/store/key.h"

/* An answer takes about one KiB with all that it was found from. */
static const size_t CHECK_CACHE_MEMORY_MAX = (size_t)8 << 20;

struct check_cache_answer {
    bool stale;
    int64_t at_us;             /* when it was asked */
    struct check_answer *kept; /* only as many steps as it has */
};

struct check_cache_link {
    struct check_cache_answer *answer;
    struct check_cache_link *next;
};

/* What was read, and the answers that were found from it. */
struct check_cache_read {
    struct check_cache_link *answers;
};

/* An answer that is being looked for. */
struct check_cache_search {
    struct source_watch watch;
    struct check_cache *cache;
    struct check_cache_answer *answer;
    bool lost; /* there was no memory to note something */
};

/* ---- finding ---- */

static bool check_cache_put_read(struct check_cache *cache, const struct source_key *key,
                                 struct check_cache_answer *answer)
{
    assert(answer != NULL);
    struct hmap_entry *entry = hmap_find(&cache->reads, key->bytes, key->hash);
    struct check_cache_link *link = arena_alloc(&cache->arena, sizeof *link);
    if (entry == NULL) {
        struct str kept = arena_copy(&cache->arena, key->bytes);
        struct check_cache_read *read = arena_zalloc(&cache->arena, sizeof *read);
        if (kept.data == NULL || read == NULL) {
            return false;
        }
        entry = hmap_put(&cache->reads, kept, key->hash);
        entry->value = read;
    }
    if (link == NULL) {
        return false;
    }
    struct check_cache_read *read = entry->value;
    *link = (struct check_cache_link){ answer, read->answers };
    read->answers = link;
    return true;
}

static void check_cache_note_entity(struct source_watch *watch, const struct source_key *key)
{
    struct check_cache_search *search = (struct check_cache_search *)(void *)watch;
    search->lost = search->lost || !check_cache_put_read(search->cache, key, search->answer);
}

static void check_cache_note_rows(struct source_watch *watch, const struct source_range *range)
{
    struct check_cache_search *search = (struct check_cache_search *)(void *)watch;
    assert(range->skip > 0 && range->skip <= range->prefix.bytes.size);
    uint8_t index = (uint8_t)range->prefix.bytes.data[range->skip - 1];
    index_set_add(&search->cache->indexes, index);
    search->lost =
        search->lost || !check_cache_put_read(search->cache, &range->prefix, search->answer);
}

static size_t check_cache_size(const struct check_answer *answer)
{
    assert(answer->steps_count <= sizeof answer->steps / sizeof answer->steps[0]);
    return offsetof(struct check_answer, steps) + answer->steps_count * sizeof answer->steps[0];
}

static bool check_cache_copy_text(struct arena *arena, struct str *text)
{
    if (text->size > 0) {
        *text = arena_copy(arena, *text);
    }
    return text->data != NULL || text->size == 0;
}

/* Keeps an answer with its texts; false where there is no memory for it. */
static bool check_cache_copy(struct arena *arena, const struct check_answer *found,
                             struct check_cache_answer *answer)
{
    size_t size = check_cache_size(found);
    answer->kept = arena_alloc(arena, size);
    if (answer->kept == NULL) {
        return false;
    }
    memcpy(answer->kept, found, size);
    bool whole = check_cache_copy_text(arena, &answer->kept->nearest);
    for (size_t i = 0; whole && i < found->steps_count; i++) {
        whole = check_cache_copy_text(arena, &answer->kept->steps[i].id);
    }
    return whole;
}

static struct status check_cache_find(struct check_cache *cache, const struct source_key *key,
                                      const struct view *view, struct arena *arena, int64_t at_us,
                                      const struct check_question *question,
                                      struct check_answer *found)
{
    struct check_cache_search search = {
        .watch = { check_cache_note_entity, check_cache_note_rows }, .cache = cache
    };
    struct org_view org;
    org_view_init(&org, cache->source, view->org_id);
    search.answer = arena_zalloc(&cache->arena, sizeof *search.answer);
    org.watch = search.answer == NULL ? NULL : &search.watch;
    org.view.expressions = view->expressions;
    TRY(check(&org.view, arena, at_us, question, found));
    bool depends = found->conditions_count > 0; /* on more than what was read */
    if (depends || search.answer == NULL || search.lost ||
        !check_cache_copy(&cache->arena, found, search.answer)) {
        return status_ok();
    }
    search.answer->at_us = at_us;
    struct hmap_entry *entry = hmap_find(&cache->known, key->bytes, key->hash);
    if (entry == NULL) {
        struct str kept = arena_copy(&cache->arena, key->bytes);
        if (kept.data == NULL) {
            return status_ok();
        }
        entry = hmap_put(&cache->known, kept, key->hash);
    }
    entry->value = search.answer;
    return status_ok();
}

/* ---- asking ---- */

static void check_cache_key(struct buf *key, struct str org_id,
                            const struct check_question *question)
{
    key_put_str(key, org_id);
    key_put_str(key, question->subject_id);
    key_put_str(key, question->permission);
    key_put_u8(key, (uint8_t)question->object.kind);
    key_put_u8(key, question->below);
    key_put_str(key, question->object.id);
}

static struct status check_cache_ask(struct check_memory *memory, const struct view *view,
                                     struct arena *arena, int64_t at_us,
                                     const struct check_question *question,
                                     struct check_answer *found)
{
    struct check_cache *cache = (struct check_cache *)(void *)memory;
    char room[KEY_ROOM];
    struct buf buf = buf_in(room, sizeof room);
    assert(question->for_command && !question->explain);
    check_cache_key(&buf, view->org_id, question);
    const struct source_key key = { buf_str(&buf), hmap_hash(buf_str(&buf)) };
    const struct hmap_entry *entry = hmap_find(&cache->known, key.bytes, key.hash);
    const struct check_cache_answer *known = entry == NULL ? NULL : entry->value;
    struct status st = status_ok();
    if (known != NULL && !known->stale && at_us >= known->at_us && at_us < known->kept->until_us) {
        memcpy(found, known->kept, check_cache_size(known->kept));
    } else {
        st = check_cache_find(cache, &key, view, arena, at_us, question, found);
    }
    buf_release(&buf);
    return st;
}

/* ---- changes ---- */

static void check_cache_forget(struct check_cache *cache, struct str key)
{
    struct hmap_entry *entry = hmap_find(&cache->reads, key, hmap_hash(key));
    if (entry == NULL) {
        return;
    }
    struct check_cache_read *read = entry->value;
    for (struct check_cache_link *link = read->answers; link != NULL; link = link->next) {
        link->answer->stale = true;
    }
    read->answers = NULL;
}

/* What was read begins with an index and some of its parts, as many as every question gives or
 * more. */
static void check_cache_forget_row(struct check_cache *cache, struct str key)
{
    struct str prefix, rest = key;
    uint8_t index = 0;
    struct status st = key_skip_str(&rest);
    assert(st.code == STATUS_OK);
    st = key_get_u8(&rest, &index);
    assert(st.code == STATUS_OK);
    if (!index_set_has(&cache->indexes, index)) {
        return;
    }
    st = key_group(key, &prefix);
    assert(st.code == STATUS_OK);
    for (;;) {
        check_cache_forget(cache, prefix);
        if (prefix.size == key.size) {
            return;
        }
        rest = str_from(key, prefix.size);
        st = key_skip_str(&rest);
        assert(st.code == STATUS_OK);
        assert(rest.size < key.size - prefix.size);
        prefix.size = key.size - rest.size;
    }
}

static void check_cache_clear(struct check_cache *cache)
{
    hmap_release(&cache->known);
    hmap_release(&cache->reads);
    arena_reset(&cache->arena);
    cache->indexes = (struct index_set){ 0 };
}

void check_cache_changed(struct check_cache *cache, const struct layer *changes)
{
    const struct str first = STR("");
    if (cache->reads.count == 0) {
        return;
    }
    if (cache->arena.used > cache->arena.cap / 2) {
        check_cache_clear(cache);
        return;
    }
    for (struct omap_entry *e = omap_lower_bound(&changes->entities, first); e != NULL;
         e = omap_next(e)) {
        check_cache_forget(cache, e->key);
    }
    for (struct omap_entry *e = omap_lower_bound(&changes->rows, first); e != NULL;
         e = omap_next(e)) {
        check_cache_forget_row(cache, e->key);
    }
}

/* ---- life ---- */

void check_cache_init(struct check_cache *cache, const struct source *source)
{
    assert(source != NULL);
    *cache = (struct check_cache){ .memory = { check_cache_ask }, .source = source };
    arena_init(&cache->arena, CHECK_CACHE_MEMORY_MAX);
}

void check_cache_release(struct check_cache *cache)
{
    hmap_release(&cache->known);
    hmap_release(&cache->reads);
    arena_release(&cache->arena);
}
