#include "core/base/fsm.h"

#include "tests/lib/test.h"

enum { STARTING, SERVING, CLOSED, STATES };

static const uint32_t moves[STATES] = {
    [STARTING] = BIT(SERVING) | BIT(CLOSED),
    [SERVING] = BIT(CLOSED),
};
static const char *const names[STATES] = { "starting", "serving", "closed" };

static void count_checks(const void *self)
{
    ++*(int *)(uintptr_t)self;
}

TEST(fsm, moves_only_along_its_table)
{
    struct fsm fsm;
    int checks = 0;
    fsm_init(&fsm, moves, names, STATES, STARTING);
    fsm.check = count_checks;
    fsm.self = &checks;
    fsm_move(&fsm, SERVING);
    assert_int_equal(checks, 1);
    assert_string_equal(fsm_name(&fsm), "serving");
    assert_false(fsm_may(&fsm, STARTING));
    assert_true(fsm_may(&fsm, CLOSED));
    assert_false(fsm_may(&fsm, STATES));
}
