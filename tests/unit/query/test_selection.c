/* Lists by a filter in CEL and in order: what they give, which index serves them, what ends them.
 */
#include "query/selection.h"

#include <stdio.h>

#include "core/domain/kernel/evolve.h"
#include "query/rank.h"
#include "tests/lib/partition_kit.h"
#include "tests/lib/test.h"

struct selected {
    struct partition_kit kit;
    struct partition *partition;
    struct arena arena;
    struct snapshot snapshot;
    struct entities_page page;
};

static void selected_fold(struct selected *selected)
{
    const struct moment_ask now = { .now_us = selected->kit.now_us };
    arena_init(&selected->arena, 1 << 26);
    selected->partition = partition_kit_fold(&selected->kit, NULL);
    assert_ok(snapshot_open(&selected->snapshot, selected->partition->reader,
                            &selected->partition->position, &selected->arena, STR("acme"), &now,
                            1 << 24));
}

/* Groups a (of version 6), b below a, c below a with a name and metadata, d archived. */
static void selected_open(struct selected *selected)
{
    static const char *const commands[][2] = {
        { "createGroup", "{\"groupId\":\"a\",\"name\":\"Zed\"}" },
        { "createGroup", "{\"groupId\":\"b\",\"parentGroupId\":\"a\"}" },
        { "createGroup", "{\"groupId\":\"c\",\"parentGroupId\":\"a\",\"name\":\"Cee\","
                         "\"metadata\":{\"team\":\"red\"}}" },
        { "createGroup", "{\"groupId\":\"d\",\"name\":\"Dee\"}" },
        { "archiveGroup", "{\"groupId\":\"d\"}" },
        { "updateGroup", "{\"groupId\":\"a\",\"updateMask\":\"name\",\"name\":\"Aye\"}" },
        { "createGroup", "{\"groupId\":\"e\"}" },
        { "deleteGroup", "{\"groupId\":\"e\"}" },
    };
    partition_kit_open_org(&selected->kit);
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        partition_kit_do(&selected->kit, NULL, commands[i][0], commands[i][1]);
    }
    selected_fold(selected);
}

static void selected_close(struct selected *selected)
{
    snapshot_release(&selected->snapshot);
    partition_close(selected->partition);
    arena_release(&selected->arena);
    partition_kit_close(&selected->kit);
}

static struct status selected_ask(struct selected *selected, const char *filter, const char *order,
                                  const struct page_ask *ask)
{
    const struct selection selection = { .list = { .kind = ENTITY_GROUP },
                                         .filter = str_z(filter),
                                         .order = str_z(order) };
    return selection_page(&selected->snapshot, &selection, ask, &selected->page);
}

/* The ids on the page, joined by blanks. */
static const char *selected_ids(struct selected *selected)
{
    struct str ids = STR("");
    for (size_t i = 0; i < selected->page.count; i++) {
        const Agency__V1__Group *group = (const void *)selected->page.items[i];
        ids = arena_printf(&selected->arena, "%.*s%s ", STR_ARG(ids), group->group_id);
    }
    return ids.data;
}

struct selected_case {
    const char *filter, *order, *ids;
    enum index_number index;
};

static const struct selected_case selected_cases[] = {
    { "", "", "a b c d ", 0 },
    { "parent_group_id == 'a'", "", "b c ", INDEX_GROUP_BY_PARENT },
    { "'a' == it.parent_group_id && name != ''", "", "c ", INDEX_GROUP_BY_PARENT },
    { "parent_group_id == 'a' || group_id == 'd'", "", "b c d ", 0 },
    { "!(parent_group_id == 'a')", "", "a d ", 0 },
    { "name == 'Aye'", "", "a ", INDEX_NAME },
    { "name == 'Zed'", "", "", INDEX_NAME },
    { "parent_group_id == group_id", "", "", 0 },
    { "group_id == name || parent_group_id == it.group_id", "", "", 0 },
    { "name.startsWith('C') || version > 5u", "-group_id", "d c a ", 0 },
    { "metadata.team == 'red'", "", "c ", 0 },
    { "has(it.created_at) && status == EntityStatus.ENTITY_STATUS_ARCHIVED", "", "d ", 0 },
    { "status == EntityStatus.ENTITY_STATUS_REMOVED", "", "e ", 0 },
    { "", "name", "b a c d ", 0 },
    { "", "-name", "d c a b ", 0 },
    { "", "name desc", "d c a b ", 0 },
    { "", "-updated_at", "a d c b ", 0 },
    { "", "version", "b c d a ", 0 },
    { "", "-status", "d a b c ", 0 },
    { "", "-parent_group_id", "b c a d ", 0 },
    { "parent_group_id == 'a'", "-groupId", "c b ", INDEX_GROUP_BY_PARENT },
};

TEST(selection, gives_what_fulfils_the_filter_in_order)
{
    struct selected selected;
    const struct page_ask all = { 0 };
    selected_open(&selected);
    for (size_t i = 0; i < sizeof selected_cases / sizeof selected_cases[0]; i++) {
        const struct selected_case *expected = &selected_cases[i];
        assert_ok(selected_ask(&selected, expected->filter, expected->order, &all));
        assert_string_equal(selected_ids(&selected), expected->ids);
        assert_int_equal(selected.page.index, expected->index);
        assert_int_equal(selected.page.end.token.size, 0);
    }
    selected_close(&selected);
}

TEST(selection, says_what_is_wrong_with_a_filter_or_an_order)
{
    static const char *const cases[][3] = {
        { "nane == ''", "",
          "filter, column 1: expected a known name, but there is no 'nane', did you mean 'name'" },
        { "it.nane == ''", "",
          "filter, column 4: expected a field of agency.v1.Group, but it has no 'nane', did you "
          "mean 'name'" },
        { "name", "", "filter, column 1: expected bool for the result, but found string" },
        { "", "nane",
          "order: expected a field of Group, but there is no 'nane', did you mean 'name'" },
        { "", "--name",
          "order: expected a field of Group, but there is no '-name', did you mean "
          "'name'" },
        { "", "-name desc",
          "order: expected a field of Group, but there is no '-name', did you mean 'name'" },
        { "", " desc", "order: expected a field of Group, but there is no ' desc'" },
        { "", "name,version", "order: expected a field of Group, but there is no 'name,version'" },
        { "", "metadata",
          "order: expected a field with one text, number, name or time, but 'metadata' has none" },
    };
    struct selected selected;
    const struct page_ask all = { 0 };
    selected_open(&selected);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct status st = selected_ask(&selected, cases[i][0], cases[i][1], &all);
        assert_int_equal(st.code, STATUS_INVALID_ARGUMENT);
        assert_string_equal(st.msg, cases[i][2]);
    }
    selected_close(&selected);
}

/* ---- budgets ---- */

/* 6,001 gas for each group: a page ends before it is full, and the next one goes on. */
static const char dear[] = "[1,2,3,4,5,6,7,8,9].all(x, [1,2,3,4,5,6,7,8,9].all(y,"
                           " [1,2,3,4,5,6,7,8].all(z, x + y + z > 0)))";

TEST(selection, that_is_too_dear_is_cut_and_goes_on)
{
    struct selected selected;
    struct page_ask ask = { 0 };
    size_t count = 0, pages = 0;
    bool cut = false;
    char text[64];
    partition_kit_open_org(&selected.kit);
    for (int i = 0; i < 2000; i++) {
        snprintf(text, sizeof text, "{\"groupId\":\"g%d\"}", i);
        partition_kit_do(&selected.kit, NULL, "createGroup", text);
    }
    selected_fold(&selected);
    do {
        assert_ok(selected_ask(&selected, dear, "", &ask));
        cut = cut || selected.page.end.cut;
        ask.token = selected.page.end.token;
        count += selected.page.count;
        pages++;
    } while (ask.token.size > 0);
    assert_int_equal(count, 2000);
    assert_true(cut);
    assert_in_range(pages, 2, 10);
    ask = (struct page_ask){ 0 };
    assert_code(STATUS_RESOURCE_EXHAUSTED, selected_ask(&selected, dear, "name", &ask));
    selected_close(&selected);
}

TEST(rank, keeps_the_lowest_in_order)
{
    struct rank rank;
    const struct str *keys;
    size_t count;
    char text[8];
    rank_init(&rank, 10, 1 << 20);
    for (unsigned i = 0; i < 5000; i++) {
        snprintf(text, sizeof text, "%04u", (i * 1237 + 11) % 5000);
        assert_ok(rank_offer(&rank, str_z(text)));
    }
    assert_ok(rank_take(&rank, &keys, &count));
    assert_int_equal(count, 10);
    for (unsigned i = 0; i < 10; i++) {
        snprintf(text, sizeof text, "%04u", i);
        assert_true(str_eq(keys[i], str_z(text)));
    }
    rank_release(&rank);
}
