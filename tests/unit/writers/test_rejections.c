#include "writers/rejections.h"

#include <stdio.h>

#include "tests/lib/folder_tool.h"
#include "tests/lib/test.h"

enum { SECOND_US = 1000000 };

struct scene {
    struct arena arena;
    struct rejections rejections;
};

static void scene_open(struct scene *scene, uint32_t per_minute)
{
    arena_init(&scene->arena, 1 << 20);
    assert_ok(rejections_init(&scene->rejections, &scene->arena, per_minute));
}

/* How many of a hundred rejections at one time are recorded. */
static int scene_reject(struct scene *scene, struct str principal, int64_t now_us)
{
    int recorded = 0;
    for (int i = 0; i < 100; i++) {
        if (rejections_have_room(&scene->rejections, STR("acme"), principal, now_us)) {
            rejections_add(&scene->rejections, STR("acme"), principal, now_us);
            recorded++;
        }
    }
    return recorded;
}

TEST(rejections, so_many_a_minute_at_once_and_then_one_by_one)
{
    struct scene scene;
    scene_open(&scene, 20);
    assert_int_equal(scene_reject(&scene, STR("ada"), SECOND_US), 20);
    assert_int_equal(scene_reject(&scene, STR("ada"), 3 * SECOND_US), 0);
    assert_int_equal(scene_reject(&scene, STR("ada"), 4 * SECOND_US), 1);
    assert_int_equal(scene_reject(&scene, STR("ada"), 200 * SECOND_US), 20);
    arena_release(&scene.arena);
}

TEST(rejections, of_others_do_not_count)
{
    struct scene scene;
    scene_open(&scene, 20);
    assert_int_equal(scene_reject(&scene, STR("ada"), SECOND_US), 20);
    assert_int_equal(scene_reject(&scene, STR("bob"), SECOND_US), 20);
    assert_true(rejections_have_room(&scene.rejections, STR("other"), STR("ada"), SECOND_US));
    arena_release(&scene.arena);
}

TEST(rejections, all_are_recorded_where_no_rate_is_set)
{
    struct scene scene;
    scene_open(&scene, 0);
    assert_int_equal(scene_reject(&scene, STR("ada"), SECOND_US), 100);
    arena_release(&scene.arena);
}

TEST(rejections, a_rate_may_be_as_high_as_its_type)
{
    struct scene scene;
    scene_open(&scene, UINT32_MAX);
    assert_int_equal(scene_reject(&scene, STR("ada"), SECOND_US), 100);
    arena_release(&scene.arena);
}

TEST(rejections, counts_go_on_where_they_were_kept)
{
    char folder[FOLDER_TOOL_PATH_MAX], path[FOLDER_TOOL_PATH_MAX + 16];
    folder_tool_make(folder);
    snprintf(path, sizeof path, "%s/rejections", folder);
    for (int i = 0; i < 3; i++) { /* processes, one after the other */
        struct scene scene;
        int64_t *kept;
        scene_open(&scene, 20);
        assert_ok(rejections_open(path, &kept));
        rejections_keep(&scene.rejections, kept);
        assert_int_equal(scene_reject(&scene, STR("ada"), SECOND_US), i == 0 ? 20 : 0);
        rejections_close(kept);
        arena_release(&scene.arena);
    }
    folder_tool_remove(folder);
}

TEST(rejections, a_damaged_count_holds_nobody_up_for_longer_than_a_minute)
{
    struct scene scene;
    scene_open(&scene, 20);
    for (size_t i = 0; i < REJECTIONS_PRINCIPALS; i++) {
        scene.rejections.paid_us[i] = i % 2 == 0 ? INT64_MAX : INT64_MIN;
    }
    rejections_add(&scene.rejections, STR("acme"), STR("ada"), SECOND_US);
    assert_int_equal(scene_reject(&scene, STR("ada"), 130 * SECOND_US), 20);
    arena_release(&scene.arena);
}
