/* The access feed between any two decisions is the difference of the two access matrices: on random
 * orgs after each decision, on the example at all its dates. Matrices are naive ones. */
#include <inttypes.h>
#include <stdio.h>

#include "core/domain/kernel/fields.h"
#include "core/model/list.h"
#include "core/model/org_walk.h"
#include "tests/lib/feed_org.h"
#include "tests/lib/naive_access.h"
#include "tests/lib/test.h"

enum { WORLDS = 16, COMMANDS_EACH = 400, RUST_LOOKS = 12 };
static const size_t WALK_MEMORY_MAX = (size_t)1 << 30;
static const size_t FEED_ARENA_MAX = (size_t)1 << 30;

static struct arena feed_arena; /* of the feed at hand */

static void print_only(const char *who, const struct omap *in, const struct omap *other)
{
    for (struct omap_entry *e = omap_lower_bound(in, STR("")); e != NULL; e = omap_next(e)) {
        if (omap_find(other, e->key) == NULL) {
            print_error("only in the %s: %.*s\n", who, STR_ARG(e->key));
        }
    }
}

static void assert_same(const struct feed_org *org, uint64_t at, const struct omap *fed,
                        const struct omap *matrix)
{
    const struct omap_entry *left = omap_lower_bound(fed, STR(""));
    const struct omap_entry *right = omap_lower_bound(matrix, STR(""));
    while (left != NULL && right != NULL && str_eq(left->key, right->key)) {
        left = omap_next(left);
        right = omap_next(right);
    }
    if (left != NULL || right != NULL) {
        print_only("feed", fed, matrix);
        print_only("matrix", matrix, fed);
        fail_msg("seed %u: after decision %" PRIu64 " they differ", org->seed, at);
    }
}

/* ---- the feed ---- */

/* Whoever has something as it is granted is allowed it by Check. */
static void assert_allowed(const struct org_walk *walk, const struct access_line *line)
{
    const bool after = line->gained;
    const int64_t at_us = walk->decision->occurred_at_us - (after ? 0 : 1);
    const struct check_question question = { .subject_id = line->subject_id,
                                             .permission = line->entry.permission,
                                             .object = line->entry.on };
    struct check_answer answer;
    if (line->entry.on.kind != OBJECT_ASSET_TYPE && !access_entry_is_conditional(&line->entry)) {
        assert_ok(check(after ? &walk->after.view : &walk->before.view, &feed_arena, at_us,
                        &question, &answer));
        assert_true(answer.allowed);
    }
}

/* A line is of something that was not there, or was. */
static void apply_lines(const struct org_walk *walk, const struct access_feed *feed,
                        struct omap *fed)
{
    for (size_t i = 0; i < feed->count; i++) {
        const struct access_line *line = &feed->lines[i];
        struct str key = naive_access_key(&feed_arena, line->subject_id, &line->entry);
        bool there = omap_find(fed, key) != NULL;
        if (there == line->gained) {
            fail_msg("decision %" PRIu64 ": %s %.*s", walk->org_sequence,
                     line->gained ? "gained again:" : "lost what was not there:", STR_ARG(key));
        }
        assert_true(line->way_count > 0);
        assert_allowed(walk, line);
        if (line->gained) {
            omap_put(fed, key, STR(""), NULL);
        } else {
            omap_delete(fed, key);
        }
    }
}

/* Where there was too much to tell, each subject is looked at. */
static void expand(struct feed_org *org, const struct org_walk *walk, struct access_feed *feed)
{
    const int64_t at_us = walk->decision->occurred_at_us;
    const struct access_side before = { &walk->before.view, at_us - 1 };
    const struct access_side after = { &walk->after.view, at_us };
    struct list_request request = { .kind = ENTITY_SUBJECT,
                                    .org_id = str_z(org->id),
                                    .moment = { .org_sequence = walk->org_sequence },
                                    .all = true,
                                    .page_size = LIST_PAGE_MAX };
    struct list_page page;
    *feed = (struct access_feed){ 0 };
    do {
        assert_ok(list_page(org->partition->reader, &feed_arena, &request, &page));
        for (size_t i = 0; i < page.count; i++) {
            assert_ok(access_feed_subject(&feed_arena, &before, &after,
                                          fields_string(page.items[i], "subject_id"), feed));
        }
        request.after = page.end;
    } while (page.end.size > 0);
}

static size_t step(struct feed_org *org, struct org_walk *walk, struct omap *fed, size_t *expanded)
{
    struct access_feed feed;
    arena_reset(&feed_arena);
    assert_ok(org_walk_step(walk));
    assert_ok(org_walk_access(walk, &feed_arena, &feed));
    if (feed.changed) {
        expand(org, walk, &feed);
        ++*expanded;
    }
    apply_lines(walk, &feed, fed);
    return feed.count;
}

static void assert_is_matrix(struct feed_org *org, const struct org_walk *walk,
                             const struct omap *fed, struct omap *matrix)
{
    struct snapshot snapshot;
    feed_org_at(org, walk->org_sequence, &snapshot);
    naive_access(&snapshot, walk->decision->occurred_at_us, matrix);
    assert_same(org, walk->org_sequence, fed, matrix);
    snapshot_release(&snapshot);
}

/* From the first decision to the last; the matrix is looked at after every one, or every n-th. */
static void assert_feed(struct feed_org *org, uint64_t every)
{
    struct omap fed = { 0 }, matrix = { 0 };
    struct org_walk walk;
    size_t lines = 0, expanded = 0;
    omap_init(&fed);
    omap_init(&matrix);
    arena_init(&feed_arena, FEED_ARENA_MAX);
    org_walk_init(&walk, org->partition->reader, str_z(org->id), 0, WALK_MEMORY_MAX);
    for (uint64_t at = 1; at <= org->last; at++) {
        lines += step(org, &walk, &fed, &expanded);
        if (at % every == 0 || at == org->last) {
            assert_is_matrix(org, &walk, &fed, &matrix);
        }
    }
    print_message("told %" PRIu64 " decisions, %zu lines, %zu times too many\n", org->last, lines,
                  expanded);
    org_walk_release(&walk);
    arena_release(&feed_arena);
    omap_release(&fed);
    omap_release(&matrix);
}

TEST(access_feed, is_the_difference_of_matrices_on_random_orgs)
{
    for (unsigned seed = 1; seed <= WORLDS; seed++) {
        struct feed_org org;
        feed_org_open_random(&org, seed, COMMANDS_EACH);
        assert_feed(&org, 1);
        feed_org_close(&org);
    }
}

/* So many are collected and no more. */
TEST(access_feed, looks_at_no_more_candidates_than_it_may)
{
    struct feed_org org;
    struct org_walk walk;
    bool cut = false;
    feed_org_open_random(&org, 1, COMMANDS_EACH);
    arena_init(&feed_arena, FEED_ARENA_MAX);
    org_walk_init(&walk, org.partition->reader, str_z(org.id), 0, WALK_MEMORY_MAX);
    for (uint64_t at = 1; at <= org.last; at++) {
        arena_reset(&feed_arena);
        assert_ok(org_walk_step(&walk));
        struct access_candidates few = { .arena = &feed_arena, .max = 2 };
        struct lookup lookup = { .view = &walk.after.view,
                                 .arena = &feed_arena,
                                 .at_us = walk.decision->occurred_at_us,
                                 .left = ACCESS_LOOKUPS_MAX };
        for (size_t i = 0; i < walk.changes_count; i++) {
            assert_ok(access_cause_add(&lookup, &walk.changes[i], true, &few));
        }
        assert_true(few.count <= 2);
        cut = cut || (few.cut && few.count == 2);
    }
    assert_true(cut);
    org_walk_release(&walk);
    arena_release(&feed_arena);
    feed_org_close(&org);
}

TEST(access_feed, is_the_difference_of_matrices_on_the_example)
{
    struct feed_org org;
    feed_org_open_rust(&org);
    assert_feed(&org, org.last / RUST_LOOKS);
    feed_org_close(&org);
}
