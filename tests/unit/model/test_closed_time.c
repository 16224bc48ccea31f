#include "core/model/closed_time.h"

#include "tests/lib/test.h"
#include "tests/lib/writer_kit.h"

TEST(closed_time, a_reader_sees_the_last_word)
{
    char folder[FOLDER_TOOL_PATH_MAX];
    struct closed_time *closed = NULL;
    folder_tool_make(folder);
    assert_int_equal(closed_time_read(folder), 0);
    assert_ok(closed_time_open(folder, &closed));
    closed_time_set(closed, 1000);
    assert_int_equal(closed_time_read(folder), 1000);
    closed_time_close(closed);
    assert_int_equal(closed_time_read(folder), 1000);
    folder_tool_remove(folder);
}

TEST(closed_time, the_word_never_falls)
{
    char folder[FOLDER_TOOL_PATH_MAX];
    struct closed_time *closed = NULL;
    folder_tool_make(folder);
    assert_ok(closed_time_open(folder, &closed));
    closed_time_set(closed, 1000);
    closed_time_set(closed, 999);
    assert_int_equal(closed_time_get(closed), 1000);
    closed_time_close(closed);
    assert_ok(closed_time_open(folder, &closed));
    assert_int_equal(closed_time_get(closed), 1000);
    closed_time_close(closed);
    folder_tool_remove(folder);
}

/* A word from the future, as after a clock that went back. */
TEST(closed_time, nothing_is_decided_at_or_before_the_word)
{
    struct writer_kit kit;
    struct closed_time *closed = NULL;
    writer_kit_open(&kit);
    writer_kit_make_org(&kit, "acme");
    writer_kit_stop(&kit);
    struct clock clock = clock_real();
    int64_t word = clock_now_us(&clock) + INT64_C(3600000000);
    assert_ok(closed_time_open(kit.folder, &closed));
    closed_time_set(closed, word);
    closed_time_close(closed);
    writer_kit_start(&kit);
    struct submit_answer answer =
        writer_kit_call(&kit, "acme", "c1", "openJobSpace", "{\"jobSpaceId\":\"js\"}");
    assert_int_equal(answer.code, STATUS_OK);
    assert_true(answer.recorded_at_us > word);
    writer_kit_close(&kit);
}

TEST(closed_time, a_reader_who_vouches_leaves_the_word_behind)
{
    char folder[FOLDER_TOOL_PATH_MAX];
    struct closed_time *closed = NULL;
    int64_t word = 0;
    folder_tool_make(folder);
    assert_ok(closed_time_vouch(folder, 1000, &word));
    assert_int_equal(word, 1000);
    assert_ok(closed_time_vouch(folder, 900, &word)); /* his clock was set back */
    assert_int_equal(word, 1000);
    assert_ok(closed_time_open(folder, &closed)); /* who decides next */
    assert_int_equal(closed_time_get(closed), 1000);
    closed_time_close(closed);
    folder_tool_remove(folder);
    assert_code(STATUS_UNAVAILABLE, closed_time_vouch(folder, 1000, &word));
}
