#include "core/model/layer.h"

#include "core/model/key.h"
#include "tests/lib/test.h"

static struct index_row row_of(const char *name)
{
    return (struct index_row){ .index = INDEX_ASSIGNMENT_BY_GROUP,
                               .parts = { STR("core"), str_z(name) },
                               .parts_count = 2 };
}

static void put(struct layer *layer, const char *name, const char *id)
{
    struct index_row row = row_of(name);
    assert_ok(layer_changes.put_row(&(struct layer_org){ layer, STR("o") }, &row, str_z(id)));
}

static void delete (struct layer *layer, const char *name, const char *id)
{
    struct index_row row = row_of(name);
    assert_ok(layer_changes.delete_row(&(struct layer_org){ layer, STR("o") }, &row, str_z(id)));
}

/* The ids of all rows, joined by spaces. */
static void assert_ids(const struct layer *layer, size_t limit, const char *expected)
{
    struct arena arena;
    arena_init(&arena, 1 << 20);
    struct org_view org;
    org_view_init(&org, &layer->source, STR("o"));
    struct str part = STR("core"), *ids;
    size_t count;
    assert_ok(
        view_ids(&org.view, &arena, INDEX_ASSIGNMENT_BY_GROUP, &part, 1, limit, &ids, &count));
    struct str joined = STR("");
    for (size_t i = 0; i < count; i++) {
        joined =
            arena_printf(&arena, "%.*s%s%.*s", STR_ARG(joined), i > 0 ? " " : "", STR_ARG(ids[i]));
    }
    assert_string_equal(joined.size == 0 ? "" : joined.data, expected);
    arena_release(&arena);
}

TEST(layer, rows_of_both_layers_are_seen_in_order)
{
    struct layer below, above;
    layer_init(&below, source_empty());
    layer_init(&above, &below.source);
    put(&below, "b", "id-b");
    put(&below, "d", "id-d");
    put(&above, "a", "id-a");
    put(&above, "c", "id-c");
    assert_ids(&above, 10, "id-a id-b id-c id-d");
    assert_ids(&above, 3, "id-a id-b id-c");
    layer_release(&above);
    layer_release(&below);
}

TEST(layer, a_tombstone_hides_a_row_below_and_makes_room_for_the_next)
{
    struct layer below, above;
    layer_init(&below, source_empty());
    layer_init(&above, &below.source);
    put(&below, "a", "id-a");
    put(&below, "b", "id-b");
    delete (&above, "a", "id-a");
    assert_ids(&above, 1, "id-b");
    put(&above, "a", "id-a");
    assert_ids(&above, 2, "id-a id-b");
    layer_release(&above);
    layer_release(&below);
}

TEST(layer, merged_entities_outlive_their_origin)
{
    struct layer scratch, layer;
    layer_init(&scratch, source_empty());
    layer_init(&layer, source_empty());
    Agency__V1__JobSpace space = AGENCY__V1__JOB_SPACE__INIT;
    char id[] = "js1";
    space.job_space_id = id;
    assert_ok(layer_changes.put_entity(&(struct layer_org){ &scratch, STR("o") }, ENTITY_JOB_SPACE,
                                       STR("js1"), &space.base));
    assert_ok(layer_merge(&layer, &scratch));
    id[0] = 'x';
    layer_release(&scratch);
    struct org_view org;
    org_view_init(&org, &layer.source, STR("o"));
    const Agency__V1__JobSpace *found;
    assert_ok(view_job_space(&org.view, STR("js1"), &found));
    assert_string_equal(found->job_space_id, "js1");
    assert_ok(view_job_space(&org.view, STR("js2"), &found));
    assert_null(found);
    layer_release(&layer);
}
