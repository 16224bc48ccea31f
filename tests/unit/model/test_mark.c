/* Marks: what an org has ever said of itself, and what decisions were annotated with. */
#include "core/model/mark.h"

#include <stdio.h>

#include "core/model/history.h"
#include "core/model/key.h"
#include "tests/lib/partition_kit.h"
#include "tests/lib/test.h"

static struct partition_kit kit;
static struct partition *partition;
static struct arena arena;

static void fold(void)
{
    arena_init(&arena, 1 << 24);
    partition = partition_kit_fold(&kit, NULL);
}

static void release(void)
{
    partition_close(partition);
    arena_release(&arena);
    partition_kit_close(&kit);
}

/* The decisions of acme that a mark finds, newest first: "5 3 ". */
static const char *found(struct mark mark)
{
    const Agency__V1__DecisionRow **rows;
    static char text[64];
    size_t count;
    assert_ok(history_marked(partition->reader, &arena, STR("acme"), &mark, STORE_LATEST, 100,
                             &rows, &count));
    text[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        snprintf(text + strlen(text), 8, "%d ", (int)rows[i]->org_sequence);
    }
    return text;
}

static const char *found_by(const char *field, const char *value)
{
    return found(mark_of_field(str_z(field), str_z(value)));
}

TEST(mark, finds_what_an_org_has_ever_said)
{
    partition_kit_open_org(&kit);
    partition_kit_do(
        &kit, NULL, "updateOrg",
        "{\"orgId\":\"acme\",\"updateMask\":\"tags,externalIds\",\"tags\":[\"a\",\"b\"],"
        "\"externalIds\":[{\"system\":\"github\",\"value\":\"x:y\"}]}");
    partition_kit_do(&kit, NULL, "claimParentOrg", "{\"orgId\":\"acme\",\"parentOrgId\":\"top\"}");
    partition_kit_do(&kit, NULL, "updateOrg",
                     "{\"orgId\":\"acme\",\"updateMask\":\"tags\",\"tags\":[\"b\"]}");
    partition_kit_do(&kit, NULL, "createGroup", "{\"groupId\":\"g\"}");
    fold();
    assert_string_equal(found_by("tags", "a"), "3 2 ");
    assert_string_equal(found_by("tags", "b"), "4 3 2 ");
    assert_string_equal(found_by("skill_tags", "a"), "");
    assert_string_equal(found_by("external_ids", "github:x:y"), "4 3 2 ");
    assert_string_equal(found_by("parent_org_id", "top"), "4 3 ");
    release();
}

static struct status mark_count(void *count, const struct mark *mark)
{
    (void)mark;
    ++*(size_t *)count;
    return status_ok();
}

TEST(mark, is_of_each_value_that_an_org_has)
{
    char *tags[] = { (char *)(uintptr_t) "a", (char *)(uintptr_t) "b" };
    size_t count = 0;
    Agency__V1__Org org = AGENCY__V1__ORG__INIT;
    assert_ok(mark_org(&org, mark_count, &count));
    assert_int_equal(count, 0);
    org.tags = tags;
    org.n_tags = 2;
    org.name = (char *)(uintptr_t) "Shop";
    org.spec_id = (char *)(uintptr_t) "s";
    assert_ok(mark_org(&org, mark_count, &count));
    assert_int_equal(count, 4); /* with its spec, and its uri */
}

TEST(mark, differs_where_what_it_says_does)
{
    const struct mark marks[] = {
        mark_of_field(STR("tags"), STR("a")),
        mark_of_field(STR("skill_tags"), STR("a")),
        mark_of_uri(STR("a")),
        mark_of_note(STR("tags"), STR("a")),
        mark_of_note(STR("a"), STR("b")),
        mark_of_note(STR("ab"), STR("")),
    };
    for (size_t i = 0; i < 6; i++) {
        for (size_t j = 0; j < i; j++) {
            assert_memory_not_equal(marks[i].bytes, marks[j].bytes, MARK_SIZE);
        }
    }
}
