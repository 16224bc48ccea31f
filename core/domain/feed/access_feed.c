/* Candidates are found by cause in each of the two states (access_cause.h), put in order, and each
 * is judged in both: what a subject counts as is found once for all of its own. */
#include "core/domain/feed/access_feed.h"

#include <stdlib.h>

#include "core/domain/feed/access_row.h"

enum { SIDES = 2, BEFORE = 0, AFTER = 1 };

struct feed {
    struct arena *arena;
    const struct access_side *sides[SIDES];
    struct lookup lookups[SIDES];
    struct access_feed *made;
    size_t cap;
};

static void feed_init(struct feed *feed, struct arena *arena, const struct access_side *before,
                      const struct access_side *after, struct access_feed *made)
{
    *feed = (struct feed){ .arena = arena, .sides = { before, after }, .made = made };
    for (size_t i = 0; i < SIDES; i++) {
        feed->lookups[i] = (struct lookup){ .view = feed->sides[i]->view,
                                            .arena = arena,
                                            .at_us = feed->sides[i]->at_us,
                                            .until_us = INT64_MAX,
                                            .left = ACCESS_LOOKUPS_MAX };
    }
}

/* ---- lines ---- */

/* Whether Check allows it on the side where the entry is not; of an asset type nobody asks that. */
static struct status feed_otherwise(const struct access_side *side, struct arena *arena,
                                    struct str subject_id, const struct access_entry *entry,
                                    bool *otherwise)
{
    const struct check_question question = { .subject_id = subject_id,
                                             .permission = entry->permission,
                                             .object = entry->on };
    struct check_answer answer;
    *otherwise = false;
    if (entry->on.kind == OBJECT_ASSET_TYPE || access_entry_is_conditional(entry)) {
        return status_ok();
    }
    struct status st = check(side->view, arena, side->at_us, &question, &answer);
    *otherwise = st.code == STATUS_OK && answer.allowed;
    return st.code == STATUS_RESOURCE_EXHAUSTED ? status_ok() : st; /* nobody knows: not allowed */
}

static struct status feed_add(struct feed *feed, struct str subject_id,
                              const struct access_entry *entry, bool gained,
                              const struct check_answer *way)
{
    struct access_feed *made = feed->made;
    struct check_step *steps;
    ARENA_TRY(feed->arena, made->lines,
              arena_grow(feed->arena, made->lines, made->count, sizeof *made->lines, &feed->cap));
    ARENA_TRY(feed->arena, steps, arena_alloc(feed->arena, (way->steps_count + 1) * sizeof *steps));
    memcpy(steps, way->steps, way->steps_count * sizeof *steps);
    struct access_line *line = &made->lines[made->count];
    *line = (struct access_line){ .subject_id = subject_id,
                                  .entry = *entry,
                                  .gained = gained,
                                  .way = steps,
                                  .way_count = way->steps_count };
    TRY(feed_otherwise(feed->sides[gained ? BEFORE : AFTER], feed->arena, subject_id, entry,
                       &line->otherwise));
    made->count++;
    return status_ok();
}

static struct status feed_judge(struct feed *feed, struct access_row rows[SIDES],
                                struct str subject_id, const struct access_entry *entry)
{
    struct check_answer ways[SIDES];
    bool has[SIDES];
    for (size_t i = 0; i < SIDES; i++) {
        TRY(access_row_has(&rows[i], entry, &has[i], &ways[i]));
    }
    return has[BEFORE] == has[AFTER]
               ? status_ok()
               : feed_add(feed, subject_id, entry, has[AFTER], &ways[has[AFTER] ? AFTER : BEFORE]);
}

static struct status feed_rows(struct feed *feed, struct str subject_id,
                               struct access_row rows[SIDES])
{
    for (size_t i = 0; i < SIDES; i++) {
        TRY(access_row_init(&rows[i], &feed->lookups[i], subject_id));
    }
    return status_ok();
}

/* ---- candidates ---- */

static int feed_compare(const void *a, const void *b)
{
    const struct access_candidate *left = a, *right = b;
    int order = str_cmp(left->subject_id, right->subject_id);
    return order != 0 ? order : access_entry_compare(&left->entry, &right->entry);
}

static struct status feed_candidates(struct feed *feed, const struct access_change *changes,
                                     size_t changes_count, struct access_candidates *candidates)
{
    for (size_t i = 0; i < changes_count; i++) {
        if (!access_cause_is(changes[i].kind)) {
            continue;
        }
        TRY(access_cause_add(&feed->lookups[BEFORE], &changes[i], false, candidates));
        TRY(access_cause_add(&feed->lookups[AFTER], &changes[i], true, candidates));
    }
    if (candidates->count > 1) {
        qsort(candidates->items, candidates->count, sizeof *candidates->items, feed_compare);
    }
    return status_ok();
}

static struct status feed_judge_all(struct feed *feed, const struct access_candidates *candidates)
{
    struct access_row rows[SIDES];
    const struct access_candidate *last = NULL;
    for (size_t i = 0; i < candidates->count; i++) {
        const struct access_candidate *at = &candidates->items[i];
        if (last != NULL && feed_compare(last, at) == 0) {
            continue;
        }
        if (last == NULL || !str_eq(last->subject_id, at->subject_id)) {
            TRY(feed_rows(feed, at->subject_id, rows));
        }
        TRY(feed_judge(feed, rows, at->subject_id, &at->entry));
        feed->made->candidates++;
        last = at;
    }
    return status_ok();
}

static struct status feed_make(struct feed *feed, const struct access_change *changes,
                               size_t changes_count)
{
    struct access_candidates candidates = { .arena = feed->arena, .max = ACCESS_CANDIDATES_MAX };
    struct status st = feed_candidates(feed, changes, changes_count, &candidates);
    if (st.code == STATUS_OK && !candidates.cut) {
        st = feed_judge_all(feed, &candidates);
    }
    if (st.code == STATUS_RESOURCE_EXHAUSTED || candidates.cut) {
        *feed->made = (struct access_feed){ .changed = true, .candidates = candidates.count };
        return status_ok();
    }
    return st;
}

struct status access_feed_of(struct arena *arena, const struct access_side *before,
                             const struct access_side *after, const struct access_change *changes,
                             size_t changes_count, struct access_feed *made)
{
    struct feed feed;
    *made = (struct access_feed){ 0 };
    feed_init(&feed, arena, before, after, made);
    return feed_make(&feed, changes, changes_count);
}

/* ---- one subject ---- */

struct status access_feed_subject(struct arena *arena, const struct access_side *before,
                                  const struct access_side *after, struct str subject_id,
                                  struct access_feed *made)
{
    struct feed feed;
    struct access_row rows[SIDES];
    struct access_entries all[SIDES];
    feed_init(&feed, arena, before, after, made);
    feed.cap = made->count;
    TRY(feed_rows(&feed, subject_id, rows));
    for (size_t i = 0; i < SIDES; i++) {
        TRY(access_row_list(&rows[i], &all[i]));
    }
    for (size_t i = 0; i < all[AFTER].count; i++) {
        TRY(access_entries_add(&all[BEFORE], &all[AFTER].items[i]));
    }
    access_entries_sort(&all[BEFORE]);
    for (size_t i = 0; i < all[BEFORE].count; i++) {
        TRY(feed_judge(&feed, rows, subject_id, &all[BEFORE].items[i]));
    }
    return status_ok();
}
