#include "core/model/changes.h"

#include "core/model/key.h"
#include "core/pb/message.h"
#include "tests/lib/test.h"

/* Two decisions' worth of changes, one on the other, as in a fold. */
struct fixture {
    struct arena arena;
    struct changes below;
    struct changes above;
    struct layer scratch;
    struct layer_org org;
};

static void fixture_init(struct fixture *fixture)
{
    arena_init(&fixture->arena, 1 << 20);
    changes_init(&fixture->below, source_empty());
    changes_init(&fixture->above, &fixture->below.source);
    layer_init(&fixture->scratch, &fixture->above.source);
    fixture->org = (struct layer_org){ &fixture->scratch, STR("o") };
}

static void fixture_release(struct fixture *fixture)
{
    layer_release(&fixture->scratch);
    changes_release(&fixture->above);
    changes_release(&fixture->below);
    arena_release(&fixture->arena);
}

static void row(struct fixture *fixture, const char *group, const char *id, bool put)
{
    struct index_row row = { .index = INDEX_ASSIGNMENT_BY_GROUP,
                             .parts = { str_z(group), STR("lead") },
                             .parts_count = 2 };
    assert_ok(
        (put ? layer_changes.put_row : layer_changes.delete_row)(&fixture->org, &row, str_z(id)));
}

static void space(struct fixture *fixture, char *name)
{
    static char id[] = "js";
    Agency__V1__JobSpace *space;
    assert_ok(pb_new(&fixture->arena, &agency__v1__job_space__descriptor, &space));
    space->job_space_id = id;
    space->name = name;
    assert_ok(layer_changes.put_entity(&fixture->org, ENTITY_JOB_SPACE, STR("js"), &space->base));
    struct buf head = { 0 };
    key_head(&head, STR("o"));
    layer_put_value(&fixture->scratch, buf_str(&head), str_z(name));
    buf_release(&head);
}

static void add(struct fixture *fixture, struct changes *changes)
{
    assert_ok(changes_add(changes, &fixture->scratch, 1));
    layer_reset(&fixture->scratch);
}

static char first[] = "first", second[] = "second", third[] = "third";

/* The ids of a group's rows, joined by spaces. */
static void assert_ids(struct fixture *fixture, const char *group, size_t limit, const char *all)
{
    struct org_view org;
    org_view_init(&org, &fixture->above.source, STR("o"));
    struct str part = str_z(group), *ids, joined = STR("");
    size_t count;
    assert_ok(view_ids(&org.view, &fixture->arena, INDEX_ASSIGNMENT_BY_GROUP, &part, 1, limit, &ids,
                       &count));
    for (size_t i = 0; i < count; i++) {
        joined = arena_printf(&fixture->arena, "%.*s%s%.*s", STR_ARG(joined), i > 0 ? " " : "",
                              STR_ARG(ids[i]));
    }
    assert_string_equal(joined.size == 0 ? "" : joined.data, all);
}

static void assert_space(struct fixture *fixture, const struct source *source, const char *name)
{
    struct org_view org;
    const Agency__V1__JobSpace *found;
    org_view_init(&org, source, STR("o"));
    assert_ok(view_job_space(&org.view, STR("js"), &found));
    assert_string_equal(found == NULL ? "" : found->name, name);
    struct buf head = { 0 };
    key_head(&head, STR("o"));
    struct source_key key = { buf_str(&head), hmap_hash(buf_str(&head)) };
    struct str value;
    assert_ok(source_value(source, &fixture->arena, &key, &value));
    assert_true(str_eq(value, str_z(name)));
    buf_release(&head);
}

TEST(changes, the_newest_entity_and_value_of_a_key_are_seen)
{
    struct fixture fixture;
    fixture_init(&fixture);
    assert_space(&fixture, &fixture.above.source, "");
    space(&fixture, first);
    add(&fixture, &fixture.below);
    assert_space(&fixture, &fixture.above.source, "first");
    space(&fixture, second);
    add(&fixture, &fixture.above);
    assert_space(&fixture, &fixture.above.source, "second");
    space(&fixture, third);
    add(&fixture, &fixture.above);
    assert_space(&fixture, &fixture.above.source, "third");
    assert_space(&fixture, &fixture.below.source, "first");
    fixture_release(&fixture);
}

TEST(changes, rows_of_one_group_are_seen_in_order_over_those_below)
{
    struct fixture fixture;
    fixture_init(&fixture);
    row(&fixture, "g1", "b", true);
    row(&fixture, "g1", "d", true);
    row(&fixture, "g2", "z", true);
    add(&fixture, &fixture.below);
    assert_ids(&fixture, "g1", 9, "b d");
    row(&fixture, "g1", "c", true);
    row(&fixture, "g1", "a", true);
    add(&fixture, &fixture.above);
    assert_ids(&fixture, "g1", 9, "a b c d");
    assert_ids(&fixture, "g1", 3, "a b c");
    assert_ids(&fixture, "g2", 9, "z");
    assert_ids(&fixture, "g", 9, "");
    fixture_release(&fixture);
}

TEST(changes, a_deleted_row_hides_one_below_until_it_is_put_again)
{
    struct fixture fixture;
    fixture_init(&fixture);
    row(&fixture, "g1", "a", true);
    row(&fixture, "g1", "b", true);
    add(&fixture, &fixture.below);
    row(&fixture, "g1", "a", false);
    add(&fixture, &fixture.above);
    assert_ids(&fixture, "g1", 1, "b");
    row(&fixture, "g1", "a", true);
    add(&fixture, &fixture.above);
    assert_ids(&fixture, "g1", 9, "a b");
    fixture_release(&fixture);
}

TEST(changes, forget_all_when_they_are_reset)
{
    struct fixture fixture;
    fixture_init(&fixture);
    space(&fixture, first);
    row(&fixture, "g1", "a", true);
    add(&fixture, &fixture.above);
    assert_ids(&fixture, "g1", 9, "a");
    changes_reset(&fixture.above);
    assert_ids(&fixture, "g1", 9, "");
    assert_space(&fixture, &fixture.above.source, "");
    assert_int_equal(changes_size(&fixture.above), 0);
    fixture_release(&fixture);
}
