/* A diff of two moments, applied to the state at one, gives the state at the other: on random orgs,
 * and on the example at all its dates; in both directions, page by page. */
#include <inttypes.h>
#include <stdio.h>

#include "core/base/omap.h"
#include "core/domain/kernel/evolve.h"
#include "core/model/history.h"
#include "core/model/list.h"
#include "core/pb/message.h"
#include "query/diff.h"
#include "tests/lib/feed_org.h"
#include "tests/lib/test.h"

enum { WORLDS = 10, COMMANDS_EACH = 250, PAIRS_EACH = 20, RUST_LOOKS = 20 };

/* ---- states: all entities of a moment, kind and id -> packed ---- */

static struct str state_key(struct arena *arena, unsigned kind, struct str id)
{
    struct str key = arena_printf(arena, "%03u %.*s", kind, STR_ARG(id));
    assert_non_null(key.data);
    return key;
}

static void state_read_kind(struct snapshot *snapshot, enum entity_kind kind, struct omap *state)
{
    struct list_request request = { .kind = kind,
                                    .org_id = snapshot->org_id,
                                    .moment = snapshot->moment,
                                    .all = true,
                                    .page_size = LIST_PAGE_MAX };
    struct list_page page;
    do {
        assert_ok(list_page(snapshot->reader, snapshot->arena, &request, &page));
        for (size_t i = 0; i < page.count; i++) {
            struct str id;
            assert_ok(evolve_entity_id(snapshot->arena, kind, page.items[i], &id));
            omap_put(state, state_key(snapshot->arena, kind, id), page.values[i], NULL);
        }
        request.after = page.end;
    } while (page.end.size > 0);
}

static void state_read(struct snapshot *snapshot, struct omap *state)
{
    omap_release(state);
    for (unsigned kind = 0; kind < ENTITY_KINDS_END; kind++) {
        if (registry_entity(kind) != NULL) {
            state_read_kind(snapshot, (enum entity_kind)kind, state);
        }
    }
}

static bool state_same(const struct omap *a, const struct omap *b)
{
    const struct omap_entry *left = omap_lower_bound(a, STR(""));
    const struct omap_entry *right = omap_lower_bound(b, STR(""));
    while (left != NULL && right != NULL && str_eq(left->key, right->key) &&
           str_eq(left->value, right->value)) {
        left = omap_next(left);
        right = omap_next(right);
    }
    if (left != NULL || right != NULL) {
        print_error("differs at %.*s and %.*s\n", STR_ARG(left == NULL ? STR("") : left->key),
                    STR_ARG(right == NULL ? STR("") : right->key));
    }
    return left == NULL && right == NULL;
}

/* ---- diffs ---- */

/* `before` must be what is there. */
static void diff_apply(struct snapshot *snapshot, const struct diff_entity *item,
                       struct omap *state)
{
    struct str before = { 0 }, after = { 0 };
    struct str key = state_key(snapshot->arena, (unsigned)item->ref->kind, str_z(item->ref->id));
    const struct omap_entry *there = omap_find(state, key);
    if (item->before != NULL) {
        assert_ok(pb_pack(snapshot->arena, item->before, &before));
    }
    assert_int_equal(there != NULL, item->before != NULL);
    assert_true(there == NULL || str_eq(there->value, before));
    if (item->after == NULL) {
        assert_true(omap_delete(state, key));
        return;
    }
    assert_ok(pb_pack(snapshot->arena, item->after, &after));
    omap_put(state, key, after, NULL);
}

/* Makes the state at `from` that at `to`; gives the number of items. */
static size_t diff_walk(struct feed_org *org, uint64_t from, uint64_t to, size_t limit,
                        struct omap *state)
{
    char text[32];
    size_t items = 0;
    struct snapshot snapshot;
    struct diff_list list;
    struct page_ask ask = { .limit = limit };
    feed_org_at(org, to, &snapshot);
    snprintf(text, sizeof text, "#%" PRIu64, from);
    const struct diff_question question = { .from = str_z(text) };
    do {
        assert_ok(diff_page(&snapshot, &question, &ask, &list));
        assert_true(list.count <= (limit == 0 ? LIST_PAGE_DEFAULT : limit));
        assert_int_equal(list.from.org_sequence, from);
        for (size_t i = 0; i < list.count; i++) {
            diff_apply(&snapshot, &list.items[i], state);
        }
        items += list.count;
        ask.token = list.end.token;
    } while (list.end.token.size > 0);
    snapshot_release(&snapshot);
    return items;
}

static void state_at(struct feed_org *org, uint64_t org_sequence, struct omap *state)
{
    struct snapshot snapshot;
    feed_org_at(org, org_sequence, &snapshot);
    state_read(&snapshot, state);
    snapshot_release(&snapshot);
}

static void assert_diff(struct feed_org *org, uint64_t from, uint64_t to, size_t limit)
{
    struct omap state = { 0 }, wanted = { 0 };
    omap_init(&state);
    omap_init(&wanted);
    state_at(org, from, &state);
    state_at(org, to, &wanted);
    diff_walk(org, from, to, limit, &state);
    if (!state_same(&state, &wanted)) {
        fail_msg("seed %u, from %" PRIu64 " to %" PRIu64, org->seed, from, to);
    }
    omap_release(&state);
    omap_release(&wanted);
}

TEST(diff, applied_to_one_state_gives_the_other)
{
    for (unsigned seed = 1; seed <= WORLDS; seed++) {
        struct feed_org org;
        struct random_state random = { .state = seed };
        feed_org_open_random(&org, seed, COMMANDS_EACH);
        for (unsigned i = 0; i < PAIRS_EACH; i++) {
            uint64_t from = 1 + random_below(&random, (unsigned)org.last);
            uint64_t to = 1 + random_below(&random, (unsigned)org.last);
            assert_diff(&org, from, to, random_below(&random, 4) * 3);
        }
        assert_diff(&org, 1, org.last, 7);
        assert_diff(&org, org.last, 1, 7);
        feed_org_close(&org);
    }
}

/* ---- the example ---- */

/* The last decision of each date: a time at which something happened. */
static size_t rust_dates(struct feed_org *org, uint64_t *dates, size_t room)
{
    const Agency__V1__DecisionRow **rows;
    size_t count, dates_count = 0;
    arena_reset(&org->arena);
    assert_ok(history_decisions(org->partition->reader, &org->arena, str_z(org->id), STORE_LATEST,
                                SIZE_MAX, &rows, &count));
    for (size_t i = count; i > 0; i--) {
        if (i == 1 || rows[i - 2]->occurred_at_us != rows[i - 1]->occurred_at_us) {
            assert_true(dates_count < room);
            dates[dates_count++] = rows[i - 1]->org_sequence;
        }
    }
    return dates_count;
}

/* From date to date through all of them, and a look at the whole state now and then: what a diff
 * left out would be missing there. */
static void rust_walk(struct feed_org *org, const uint64_t *dates, size_t count, bool backward)
{
    struct omap state = { 0 }, wanted = { 0 };
    omap_init(&state);
    omap_init(&wanted);
    state_at(org, dates[backward ? count - 1 : 0], &state);
    for (size_t i = 0; i + 1 < count; i++) {
        uint64_t from = dates[backward ? count - 1 - i : i];
        uint64_t to = dates[backward ? count - 2 - i : i + 1];
        diff_walk(org, from, to, 0, &state);
        if (i % (count / RUST_LOOKS) == 0 || i + 2 == count) {
            state_at(org, to, &wanted);
            assert_true(state_same(&state, &wanted));
        }
    }
    omap_release(&state);
    omap_release(&wanted);
}

TEST(diff, leads_through_all_dates_of_the_example)
{
    static uint64_t dates[8192];
    struct feed_org org;
    feed_org_open_rust(&org);
    size_t count = rust_dates(&org, dates, sizeof dates / sizeof dates[0]);
    assert_true(count > 1000);
    rust_walk(&org, dates, count, false);
    rust_walk(&org, dates, count, true);
    assert_diff(&org, dates[count / 3], dates[count / 2], 0);
    assert_diff(&org, org.last, dates[count / 2], 0);
    feed_org_close(&org);
}
