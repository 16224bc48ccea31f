#include "core/model/repeats.h"

#include "agency/v1/decision.pb-c.h"
#include "core/base/arena.h"
#include "core/domain/kernel/fields.h"
#include "core/model/key.h"
#include "core/pb/message.h"
#include "tests/lib/test.h"

enum { SECOND = 1000000, DAY_SECONDS = 86400 };
static const int64_t NOW_US = (int64_t)1700000000 * SECOND;
static const int64_t DAY_US = (int64_t)DAY_SECONDS * SECOND;

static enum status_code check(const struct repeats *repeats, int64_t issued_us)
{
    struct arena arena;
    Agency__V1__Command command = AGENCY__V1__COMMAND__INIT;
    arena_init(&arena, 4096);
    if (issued_us != 0) {
        assert_ok(fields_time_new(&arena, issued_us, &command.issued_at));
    }
    struct status st = repeats_check(repeats, &command, NOW_US);
    arena_release(&arena);
    return st.code;
}

TEST(repeats, are_known_for_ever_unless_it_is_said)
{
    const struct repeats repeats = repeats_of(STR(""), 0);
    assert_int_equal(check(&repeats, 0), STATUS_OK);
    assert_int_equal(check(&repeats, NOW_US - 1000 * DAY_US), STATUS_OK);
    assert_int_equal(repeats_forgotten_at(&repeats, NOW_US), 0);
}

TEST(repeats, what_may_be_forgotten_is_refused)
{
    Agency__V1__DecidingConfiguration said = AGENCY__V1__DECIDING_CONFIGURATION__INIT;
    struct arena arena;
    struct str packed;
    arena_init(&arena, 4096);
    said.repeats_known_seconds = DAY_SECONDS;
    assert_ok(pb_pack(&arena, &said.base, &packed));
    const struct repeats repeats = repeats_of(packed, 0);
    arena_release(&arena);
    assert_int_equal(repeats.known_us, DAY_US);
    assert_int_equal(check(&repeats, 0), STATUS_INVALID_ARGUMENT);
    assert_int_equal(check(&repeats, NOW_US), STATUS_OK);
    assert_int_equal(check(&repeats, NOW_US + 60 * SECOND), STATUS_OK);
    assert_int_equal(check(&repeats, NOW_US + 60 * SECOND + 1), STATUS_INVALID_ARGUMENT);
    assert_int_equal(check(&repeats, NOW_US - DAY_US + 1), STATUS_OK);
    assert_int_equal(check(&repeats, NOW_US - DAY_US), STATUS_FAILED_PRECONDITION);
}

TEST(repeats, what_was_forgotten_once_stays_so)
{
    const struct repeats longer = { .known_us = 7 * DAY_US, .forgotten_us = NOW_US - DAY_US };
    const struct repeats ever = { .forgotten_us = NOW_US - DAY_US };
    assert_int_equal(check(&longer, NOW_US - DAY_US), STATUS_FAILED_PRECONDITION);
    assert_int_equal(check(&longer, NOW_US - DAY_US + 1), STATUS_OK);
    assert_int_equal(check(&ever, NOW_US - DAY_US), STATUS_FAILED_PRECONDITION);
    assert_int_equal(check(&ever, 0), STATUS_INVALID_ARGUMENT);
}

/* The floor is such that every command that finds its row gone is refused. */
TEST(repeats, only_rows_that_nobody_asks_for_are_forgotten)
{
    struct repeats_floor floor = { 0 };
    struct buf key = { 0 };
    struct arena arena;
    struct str value;
    Agency__V1__AnswerRow row = AGENCY__V1__ANSWER_ROW__INIT;
    arena_init(&arena, 4096);
    row.recorded_at_us = NOW_US - DAY_US - 60 * SECOND;
    assert_ok(pb_pack(&arena, &row.base, &value));
    key_answer(&key, STR("acme"), STR("operator:admin"), STR("c1"));
    assert_false(repeats_forget(&floor, buf_str(&key), value));
    repeats_floor_rise(&floor, NOW_US - DAY_US - 1);
    assert_false(repeats_forget(&floor, buf_str(&key), value));
    repeats_floor_rise(&floor, NOW_US - DAY_US);
    assert_true(repeats_forget(&floor, buf_str(&key), value));
    key.size = 0;
    key_head(&key, STR("acme"));
    assert_false(repeats_forget(&floor, buf_str(&key), value));
    assert_false(repeats_forget(&floor, STR(""), value));
    buf_release(&key);
    arena_release(&arena);
}
