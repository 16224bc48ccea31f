/* Decisions are read in chunks, from the newest down, until as many as the page holds are wanted.
 * The place of one is its number. */
#include "query/history.h"

#include <inttypes.h>

#include "core/base/num.h"
#include "core/model/history.h"
#include "query/history_about.h"
#include "query/known.h"

enum {
    HISTORY_CHUNK = 1024,
    /* Decisions that one page looks at: some seconds. */
    HISTORY_LOOKED_MAX = 262144,
};

struct history_walk {
    struct snapshot *snapshot;
    const struct history_question *question;
    struct str id;
    struct page page;
    uint64_t before; /* the next decision to look at is below this */
    size_t looked;
    bool found; /* one was there, wanted or not */
    bool done;  /* there is none any more */
    struct history_list *list;
    size_t cap;
};

/* ---- where it begins ---- */

/* What happened from the future on, or in no time at all, is a mistake in the question. */
static struct status history_check_times(const struct history_walk *walk)
{
    const struct history_pick *pick = &walk->question->pick;
    if (pick->from_us != INT64_MIN && pick->from_us > walk->snapshot->moment.time_us) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected 'from' not to be after the moment asked about: nothing has "
                            "happened since");
    }
    return pick->from_us < pick->to_us
               ? status_ok()
               : status_error(STATUS_INVALID_ARGUMENT, "expected 'from' to be before 'to'");
}

static struct status history_begin(struct history_walk *walk, const struct page_ask *ask)
{
    const struct history_question *question = walk->question;
    struct str words[8] = { STR("history"), question->about ? STR("about") : STR(""), STR("") };
    if (question->of_entity) {
        TRY(snapshot_resolve(walk->snapshot, question->kind, question->text, &walk->id));
        words[2] = str_z(registry_entity(question->kind)->name);
    }
    words[3] = walk->id;
    words[4] = question->pick.note_name;
    words[5] = question->pick.note_value;
    words[6] = arena_printf(walk->snapshot->arena, "%" PRId64 " %" PRId64, question->pick.from_us,
                            question->pick.to_us);
    if (words[6].data == NULL) {
        return arena_full(walk->snapshot->arena);
    }
    TRY(page_begin(&walk->page, walk->snapshot, ask, words, 7));
    walk->before = walk->snapshot->moment.org_sequence + 1;
    if (walk->page.place.size == 8) {
        uint64_t place = num_get_u64be(walk->page.place.data);
        walk->before = place < walk->before ? place : walk->before;
    }
    return status_ok();
}

/* ---- a chunk ---- */

static struct status history_versions(struct history_walk *walk, size_t limit,
                                      struct history_list *chunk)
{
    struct snapshot *snapshot = walk->snapshot;
    struct history_version *versions;
    TRY(history_entity(snapshot->reader, snapshot->arena, snapshot->org_id, walk->question->kind,
                       walk->id, walk->before, limit, &versions, &chunk->count));
    ARENA_TRY(snapshot->arena, chunk->rows,
              arena_alloc(snapshot->arena, (chunk->count + 1) * sizeof *chunk->rows));
    for (size_t i = 0; i < chunk->count; i++) {
        chunk->rows[i] = versions[i].decision;
    }
    return status_ok();
}

/* An index has the decisions of a note. */
static bool history_is_noted(const struct history_question *question)
{
    return question->pick.note_name.size > 0 && !question->of_entity;
}

static struct status history_read(struct history_walk *walk, size_t limit,
                                  struct history_list *chunk)
{
    const struct history_question *question = walk->question;
    struct snapshot *snapshot = walk->snapshot;
    if (history_is_noted(question)) {
        const struct mark mark = mark_of_note(question->pick.note_name, question->pick.note_value);
        return history_marked(snapshot->reader, snapshot->arena, snapshot->org_id, &mark,
                              walk->before, limit, &chunk->rows, &chunk->count);
    }
    if (!question->of_entity || question->about) {
        return history_decisions(snapshot->reader, snapshot->arena, snapshot->org_id, walk->before,
                                 limit, &chunk->rows, &chunk->count);
    }
    if (question->kind == ENTITY_SUBJECT) {
        return history_subject(snapshot->reader, snapshot->arena, snapshot->org_id, walk->id,
                               walk->before, limit, &chunk->rows, &chunk->count);
    }
    return history_versions(walk, limit, chunk);
}

/* The next decisions that are wanted, of so many. */
static struct status history_chunk(struct history_walk *walk, size_t limit,
                                   struct history_list *chunk)
{
    *chunk = (struct history_list){ 0 };
    TRY(history_read(walk, limit, chunk));
    walk->done = chunk->count < limit;
    walk->looked += chunk->count;
    if (chunk->count > 0) {
        walk->before = chunk->rows[chunk->count - 1]->org_sequence;
    }
    if (walk->question->about) {
        TRY(history_about_keep(walk->snapshot, walk->question->kind, walk->id, chunk));
    }
    walk->found = walk->found || chunk->count > 0;
    history_pick(&walk->question->pick, chunk);
    return status_ok();
}

/* ---- the page ---- */

static struct status history_add(struct history_walk *walk, const struct history_list *chunk)
{
    struct history_list *list = walk->list;
    if (list->count + chunk->count > walk->cap) {
        const Agency__V1__DecisionRow **rows;
        walk->cap = 2 * (list->count + chunk->count);
        ARENA_TRY(walk->snapshot->arena, rows,
                  arena_alloc(walk->snapshot->arena, walk->cap * sizeof *rows));
        if (list->count > 0) {
            memcpy(rows, list->rows, list->count * sizeof *rows);
        }
        list->rows = rows;
    }
    if (chunk->count > 0) {
        memcpy(list->rows + list->count, chunk->rows, chunk->count * sizeof *chunk->rows);
    }
    list->count += chunk->count;
    return status_ok();
}

static struct status history_end(struct history_walk *walk, uint64_t place, bool cut)
{
    char text[8];
    num_put_u64be(text, place);
    return page_end_at(&walk->page, str_make(text, sizeof text), cut, &walk->list->end);
}

/* How many decisions to read: one more than the page holds says whether there is a next page; where
 * some are not wanted, many at once. */
static size_t history_wanted(const struct history_walk *walk)
{
    size_t left = walk->page.limit - walk->list->count;
    bool all = !walk->question->about && history_pick_is_all(&walk->question->pick);
    return all && left < HISTORY_CHUNK ? left + 1 : HISTORY_CHUNK;
}

static struct status history_fill(struct history_walk *walk)
{
    struct history_list *list = walk->list;
    const size_t limit = walk->page.limit;
    while (!walk->done && list->count <= limit && walk->looked < HISTORY_LOOKED_MAX) {
        struct history_list chunk;
        TRY(history_chunk(walk, history_wanted(walk), &chunk));
        TRY(history_add(walk, &chunk));
    }
    if (list->count > limit) {
        list->count = limit;
        return history_end(walk, list->rows[limit - 1]->org_sequence, false);
    }
    return walk->done ? status_ok() : history_end(walk, walk->before, true);
}

/* Whatever there ever was, a decision made it. */
static struct status history_check_known(const struct history_walk *walk)
{
    const struct history_question *question = walk->question;
    bool whole = walk->done && walk->page.place.size == 0;
    if (!question->of_entity || walk->found || !whole) {
        return status_ok();
    }
    return question->kind == ENTITY_SUBJECT
               ? status_error(STATUS_NOT_FOUND,
                              "expected a Subject, but nothing was decided by or about '%.*s'",
                              STR_ARG(walk->id))
               : status_error(STATUS_NOT_FOUND, "expected %s, but there never was '%.*s'",
                              known_kind(walk->snapshot->arena, question->kind), STR_ARG(walk->id));
}

struct status history_page(struct snapshot *snapshot, const struct history_question *question,
                           const struct page_ask *ask, struct history_list *list)
{
    struct history_walk walk = { .snapshot = snapshot, .question = question, .list = list };
    *list = (struct history_list){ 0 };
    TRY(history_check_times(&walk));
    TRY(history_begin(&walk, ask));
    TRY(history_fill(&walk));
    return history_check_known(&walk);
}

struct status history_change(const struct snapshot *snapshot, struct arena *arena,
                             uint64_t org_sequence, const Agency__V1__EntityRef *changed,
                             struct history_change *change)
{
    struct history_version *versions;
    size_t count = 0;
    if (registry_entity((unsigned)changed->kind) != NULL) {
        TRY(history_entity(snapshot->reader, arena, snapshot->org_id,
                           (enum entity_kind)changed->kind, str_z(changed->id), org_sequence + 1, 2,
                           &versions, &count));
    }
    if (count == 0 || versions[0].since != org_sequence) {
        return status_error(STATUS_DATA_LOSS,
                            "expected the version of '%s' that decision %" PRIu64 " made",
                            changed->id, org_sequence);
    }
    change->after = versions[0].entity;
    change->before = count == 2 ? versions[1].entity : NULL;
    return status_ok();
}
