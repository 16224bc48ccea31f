/* Answers about times by which something is due: final only once that is decided. */
#include <string.h>

#include "core/model/moment.h"
#include "tests/lib/partition_kit.h"
#include "tests/lib/test.h"

static const int64_t SECOND_US = 1000000;

struct scene {
    struct partition_kit kit;
    struct partition *folded;
    int64_t due_us;
};

/* An org with a grant that ends; nobody has decided since. */
static void scene_open(struct scene *scene)
{
    partition_kit_open_org(&scene->kit);
    partition_kit_do(&scene->kit, NULL, "definePermission", "{\"permission\":\"a\"}");
    partition_kit_do(&scene->kit, NULL, "grantPermission",
                     "{\"grantId\":\"g\",\"permission\":\"a\",\"grantee\":{\"kind\":"
                     "\"GRANTEE_KIND_SUBJECT\",\"id\":\"root\"},\"on\":{\"kind\":"
                     "\"OBJECT_KIND_ORG\"},\"expiresAt\":\"2026-01-02T00:00:00Z\"}");
    scene->folded = partition_kit_fold(&scene->kit, scene->kit.store);
    scene->due_us = scene->kit.decider.next_due_us;
}

static void scene_close(struct scene *scene)
{
    partition_close(scene->folded);
    partition_kit_close(&scene->kit);
}

/* As somebody asks a day after the grant has ended, who knows that nothing older comes. */
static struct moment_ask ask_about(const struct scene *scene, int64_t time_us)
{
    return (struct moment_ask){ .kind = MOMENT_TIME,
                                .time_us = time_us,
                                .now_us = scene->due_us + 86400 * SECOND_US,
                                .closed_us = scene->due_us + 86400 * SECOND_US };
}

static struct status resolve(const struct scene *scene, struct moment_ask ask,
                             struct moment *moment)
{
    return moment_resolve(scene->folded->reader, &scene->folded->position, STR("acme"), &ask,
                          moment);
}

TEST(moment_due, an_answer_may_change_until_what_is_due_is_decided)
{
    struct scene scene;
    struct moment moment;
    char why[MOMENT_WHY_SIZE];
    scene_open(&scene);
    assert_ok(resolve(&scene, ask_about(&scene, scene.due_us - 1), &moment));
    assert_int_equal(moment.provisional, MOMENT_FINAL);
    assert_ok(resolve(&scene, ask_about(&scene, scene.due_us), &moment));
    assert_int_equal(moment.provisional, MOMENT_DUE);
    assert_int_equal(moment.due_count, 1);
    assert_string_equal(moment_why(&moment, why),
                        "1 thing is due since 2026-01-02T00:00:00Z not decided yet");
    scene_close(&scene);
}

TEST(moment_due, is_final_once_it_is_decided)
{
    struct scene scene;
    struct moment moment;
    scene_open(&scene);
    struct str record;
    const struct decider_due due = { .org_id = STR("acme"),
                                     .now_us = scene.due_us + 5 * SECOND_US,
                                     .until_us = INT64_MIN };
    assert_ok(decider_elapse(&scene.kit.decider, &due, &record));
    partition_kit_pass(&scene.kit, record);
    assert_ok(partition_kit_catch_up(&scene.kit, scene.folded));
    assert_ok(resolve(&scene, ask_about(&scene, scene.due_us), &moment));
    assert_int_equal(moment.provisional, MOMENT_FINAL);
    assert_int_equal(moment.org_sequence, scene.folded->position.chain.sequence - 1);
    scene_close(&scene);
}

TEST(moment_due, who_wants_it_final_gets_no_other_answer)
{
    struct scene scene;
    struct moment moment;
    scene_open(&scene);
    struct moment_ask ask = ask_about(&scene, scene.due_us);
    ask.settled = true;
    assert_code(STATUS_UNAVAILABLE, resolve(&scene, ask, &moment));
    ask.settled = false;
    ask.final = true;
    assert_code(STATUS_UNAVAILABLE, resolve(&scene, ask, &moment));
    ask.time_us = scene.due_us - 1;
    assert_ok(resolve(&scene, ask, &moment));
    scene_close(&scene);
}

TEST(moment_due, of_a_time_that_the_log_has_not_passed_an_open_answer_is_asked_for)
{
    struct scene scene;
    struct moment moment;
    scene_open(&scene);
    struct moment_ask ask = ask_about(&scene, scene.due_us - 1);
    ask.closed_us = 0;
    assert_code(STATUS_UNAVAILABLE, resolve(&scene, ask, &moment));
    ask.open = true;
    assert_ok(resolve(&scene, ask, &moment));
    assert_int_equal(moment.provisional, MOMENT_OPEN);
    ask.final = true;
    assert_code(STATUS_UNAVAILABLE, resolve(&scene, ask, &moment));
    scene_close(&scene);
}

TEST(moment_due, the_time_of_an_archived_org_stands_still)
{
    struct scene scene;
    struct moment moment;
    scene_open(&scene);
    partition_kit_do(&scene.kit, NULL, "archiveOrg", "{\"orgId\":\"acme\"}");
    assert_ok(partition_kit_catch_up(&scene.kit, scene.folded));
    assert_ok(resolve(&scene, ask_about(&scene, scene.due_us), &moment));
    assert_int_equal(moment.provisional, MOMENT_FINAL);
    partition_kit_do(&scene.kit, NULL, "restoreOrg", "{\"orgId\":\"acme\"}");
    assert_ok(partition_kit_catch_up(&scene.kit, scene.folded));
    assert_ok(resolve(&scene, ask_about(&scene, scene.due_us), &moment));
    assert_int_equal(moment.provisional, MOMENT_DUE);
    scene_close(&scene);
}

TEST(moment_due, the_time_of_an_erased_org_has_come_to_its_end)
{
    struct scene scene;
    struct moment moment;
    scene_open(&scene);
    partition_kit_do(&scene.kit, NULL, "eraseOrg", "{\"orgId\":\"acme\"}");
    assert_ok(partition_kit_catch_up(&scene.kit, scene.folded));
    assert_ok(resolve(&scene, ask_about(&scene, scene.due_us), &moment));
    assert_int_equal(moment.provisional, MOMENT_FINAL);
    scene_close(&scene);
}

TEST(moment_due, more_than_a_thousand_are_not_counted)
{
    struct moment moment = { .provisional = MOMENT_DUE, .due_count = MOMENT_DUES_MAX + 1 };
    char why[MOMENT_WHY_SIZE];
    assert_string_equal(moment_why(&moment, why),
                        "more than 1000 things are due since 1970-01-01T00:00:00Z not decided yet");
}
