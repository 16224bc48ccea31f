#include "writers/poison.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/lib/test.h"

static const char *const path = "poison.tmp";

/* A process that dies while it decides a batch that begins with `command`. */
static void die_at(struct str command)
{
    pid_t child = fork();
    if (child == 0) {
        struct poison *poison;
        if (poison_open(path, &poison).code == STATUS_OK) {
            poison_begin(poison, command);
        }
        abort();
    }
    assert_int_equal(waitpid(child, NULL, 0), child);
}

TEST(poison, a_command_is_refused_after_three_deaths)
{
    unlink(path);
    struct poison *poison;
    die_at(STR("bad"));
    die_at(STR("bad"));
    assert_ok(poison_open(path, &poison));
    assert_false(poison_is(poison, STR("bad")));
    poison_begin(poison, STR("bad"));
    poison_close(poison); /* without poison_end: the third death */
    assert_ok(poison_open(path, &poison));
    assert_true(poison_is(poison, STR("bad")));
    assert_false(poison_is(poison, STR("good")));
    poison_close(poison);
    unlink(path);
}

TEST(poison, deaths_at_different_commands_are_nobodys_fault)
{
    unlink(path);
    struct poison *poison;
    for (int i = 0; i < 5; i++) {
        die_at(STR("good"));
        die_at(STR("fine"));
    }
    assert_ok(poison_open(path, &poison));
    assert_false(poison_is(poison, STR("good")));
    assert_false(poison_is(poison, STR("fine")));
    poison_close(poison);
    unlink(path);
}

TEST(poison, a_death_after_the_decision_does_not_count)
{
    unlink(path);
    struct poison *poison;
    for (int i = 0; i < 5; i++) {
        assert_ok(poison_open(path, &poison));
        assert_false(poison_is(poison, STR("good")));
        poison_begin(poison, STR("good"));
        poison_end(poison);
        poison_close(poison);
    }
    unlink(path);
}

TEST(poison, a_large_command_is_told_by_its_beginning)
{
    unlink(path);
    static char large[1 << 17] = "org and command id";
    for (int i = 0; i < 3; i++) {
        die_at(str_make(large, sizeof large));
    }
    struct poison *poison;
    assert_ok(poison_open(path, &poison));
    assert_true(poison_is(poison, str_make(large, sizeof large)));
    assert_false(poison_is(poison, str_make(large, 18)));
    poison_close(poison);
    unlink(path);
}
