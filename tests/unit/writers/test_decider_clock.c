#include "writers/decider_clock.h"

#include "tests/lib/random.h"
#include "tests/lib/test.h"

static const int64_t SECOND_US = 1000000;
static const int64_t HOUR_US = INT64_C(3600000000);
/* Some day in 2026. */
static const int64_t START_US = INT64_C(1780000000000000);

struct scene {
    struct clock_fake machine;
    struct decider_clock clock;
};

static void scene_open(struct scene *scene)
{
    *scene = (struct scene){ .machine = { .now_us = START_US, .monotonic_us = 5 * SECOND_US } };
    struct clock machine = clock_from_fake(&scene->machine);
    decider_clock_init(&scene->clock, &machine, false);
}

/* Lets time pass, and asks now and then as a decider does. Gives how far it is from START_US. */
static int64_t scene_pass(struct scene *scene, int64_t us)
{
    int64_t step_us = us / 100;
    for (int i = 0; i < 100; i++) {
        clock_fake_advance(&scene->machine, step_us);
        (void)decider_clock_now_us(&scene->clock);
    }
    return decider_clock_now_us(&scene->clock) - START_US;
}

/* The machine's clock leaps. */
static void scene_leap(struct scene *scene, int64_t us)
{
    scene->machine.now_us += us;
    (void)decider_clock_now_us(&scene->clock);
}

TEST(decider_clock, runs_with_the_machines)
{
    struct scene scene;
    scene_open(&scene);
    assert_int_equal(scene_pass(&scene, HOUR_US), HOUR_US);
    assert_int_equal(decider_clock_ahead_us(&scene.clock), 0);
}

TEST(decider_clock, a_leap_that_comes_back_is_never_seen)
{
    struct scene scene;
    scene_open(&scene);
    scene_leap(&scene, HOUR_US);
    assert_int_equal(scene_pass(&scene, 59 * SECOND_US), 59 * SECOND_US);
    assert_int_equal(decider_clock_ahead_us(&scene.clock), HOUR_US);
    scene_leap(&scene, -HOUR_US);
    assert_int_equal(scene_pass(&scene, HOUR_US), HOUR_US + 59 * SECOND_US);
    assert_int_equal(decider_clock_ahead_us(&scene.clock), 0);
}

TEST(decider_clock, a_leap_that_stands_for_a_minute_is_taken)
{
    struct scene scene;
    scene_open(&scene);
    scene_leap(&scene, HOUR_US);
    assert_int_equal(scene_pass(&scene, 59 * SECOND_US), 59 * SECOND_US);
    assert_int_equal(scene_pass(&scene, 1 * SECOND_US), HOUR_US + 60 * SECOND_US);
    assert_int_equal(decider_clock_ahead_us(&scene.clock), 0);
}

TEST(decider_clock, a_leap_that_goes_on_leaping_is_another_one)
{
    struct scene scene;
    scene_open(&scene);
    scene_leap(&scene, HOUR_US);
    scene_pass(&scene, 40 * SECOND_US);
    scene_leap(&scene, 2 * SECOND_US);
    assert_int_equal(scene_pass(&scene, 59 * SECOND_US), 99 * SECOND_US);
    assert_int_equal(scene_pass(&scene, 1 * SECOND_US), HOUR_US + 102 * SECOND_US);
}

TEST(decider_clock, follows_back_at_once)
{
    struct scene scene;
    scene_open(&scene);
    scene_leap(&scene, -HOUR_US);
    assert_int_equal(decider_clock_now_us(&scene.clock) - START_US, -HOUR_US);
}

TEST(decider_clock, a_machine_that_slept_has_not_leapt)
{
    struct scene scene;
    scene_open(&scene);
    clock_fake_advance(&scene.machine, 5 * HOUR_US); /* boottime went on */
    assert_int_equal(decider_clock_now_us(&scene.clock) - START_US, 5 * HOUR_US);
}

TEST(decider_clock, creeps_by_ten_seconds_a_minute_at_most)
{
    struct scene scene;
    scene_open(&scene);
    for (int i = 0; i < 600; i++) { /* each second another one ahead */
        scene.machine.now_us += SECOND_US;
        clock_fake_advance(&scene.machine, SECOND_US);
        (void)decider_clock_now_us(&scene.clock);
    }
    int64_t crept_us = decider_clock_now_us(&scene.clock) - START_US - 600 * SECOND_US;
    assert_true(crept_us >= 10 * SECOND_US);
    assert_true(crept_us <= 110 * SECOND_US);
}

TEST(decider_clock, asking_often_does_not_keep_it_from_following)
{
    struct scene scene;
    scene_open(&scene);
    scene_leap(&scene, 10 * SECOND_US); /* all that is followed in a minute */
    for (int i = 0; i < 12 * 1000 * 1000; i++) {
        clock_fake_advance(&scene.machine, 1);
        (void)decider_clock_now_us(&scene.clock);
    }
    scene_leap(&scene, 2 * SECOND_US - 1);
    assert_int_equal(decider_clock_ahead_us(&scene.clock), 0);
}

TEST(decider_clock, a_person_can_vouch_for_the_machines)
{
    struct scene scene;
    scene_open(&scene);
    scene.clock.accepts = true;
    scene_leap(&scene, HOUR_US);
    assert_int_equal(decider_clock_now_us(&scene.clock) - START_US, HOUR_US);
}

TEST(decider_clock, a_leap_is_taken_when_the_logs_clock_agrees)
{
    struct scene scene;
    scene_open(&scene);
    scene_leap(&scene, HOUR_US);
    decider_clock_hear(&scene.clock, scene.machine.now_us - HOUR_US); /* as before the leap */
    assert_int_equal(decider_clock_now_us(&scene.clock) - START_US, 0);
    decider_clock_hear(&scene.clock, scene.machine.now_us - SECOND_US / 2);
    assert_int_equal(decider_clock_now_us(&scene.clock) - START_US, HOUR_US);
    assert_int_equal(decider_clock_ahead_us(&scene.clock), 0);
}

/* Leaps of every size that heal within the minute. */
static void history_of_leaps(struct random_state *random)
{
    struct scene scene;
    scene_open(&scene);
    int64_t true_us = START_US, leap_us = 0, heals_us = 0;
    for (int i = 0; i < 4000; i++) {
        static const int64_t leaps[] = { 3600, 50, -50, 20000 };
        int64_t passed_us = (int64_t)random_below(random, 10) * SECOND_US / 10;
        clock_fake_advance(&scene.machine, passed_us);
        true_us += passed_us;
        if (leap_us == 0 && random_below(random, 100) == 0) {
            leap_us = leaps[random_below(random, 4)] * SECOND_US;
            heals_us = true_us + (int64_t)(1 + random_below(random, 54)) * SECOND_US;
            scene.machine.now_us += leap_us;
        } else if (leap_us != 0 && true_us > heals_us) {
            scene.machine.now_us -= leap_us;
            leap_us = 0;
        }
        int64_t early_us = decider_clock_now_us(&scene.clock) - true_us;
        assert_true(early_us <= 0 && early_us >= -100 * SECOND_US);
    }
}

TEST(decider_clock, is_never_early_for_leaps_that_heal)
{
    for (uint64_t seed = 1; seed <= 200; seed++) {
        history_of_leaps(&(struct random_state){ .state = seed });
    }
}
