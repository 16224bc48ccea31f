#include "core/base/diag.h"

#include <fcntl.h>
#include <unistd.h>

#include "tests/lib/test.h"

static struct clock_fake fake;
static struct buf lines;

static void keep(void *self, struct str line)
{
    buf_append(self, line);
}

static struct diag *start_in(enum diag_level level, enum diag_format format)
{
    fake = (struct clock_fake){ .now_us = 1500000 };
    lines.size = 0;
    return diag_open(level, format, clock_from_fake(&fake), keep, &lines);
}

static struct diag *start(enum diag_level level)
{
    return start_in(level, DIAG_LOGFMT);
}

static void note(struct diag *diag, enum diag_level level, const char *event)
{
    struct diag_line line = diag_begin(diag, level, event);
    diag_u64(&line, "partition", 3);
    diag_end(&line);
}

static void assert_lines(const char *expected)
{
    buf_byte(&lines, '\0');
    lines.size--;
    assert_string_equal(lines.data, expected);
}

TEST(diag, a_fact_is_one_line)
{
    struct diag *diag = start(DIAG_INFO);
    struct status failure = status_error(STATUS_UNAVAILABLE, "broker \"b\" down\n");
    struct diag_line line = diag_begin(diag, DIAG_WARN, "append_failed");
    diag_i64(&line, "offset", -1);
    diag_str(&line, "org", STR("acme"));
    diag_str(&line, "name", STR(""));
    diag_status(&line, &failure);
    diag_end(&line);
    diag_close(diag);
    assert_lines("time=1970-01-01T00:00:01.500Z level=warn event=append_failed offset=-1 org=acme "
                 "name=\"\" code=UNAVAILABLE error=\"broker \\\"b\\\" down\\x0a\"\n");
    buf_release(&lines);
}

TEST(diag, a_fact_is_an_object_of_json)
{
    struct diag *diag = start_in(DIAG_INFO, DIAG_JSON);
    struct status failure = status_error(STATUS_UNAVAILABLE, "broker \"b\" down\n");
    for (int i = 0; i < 2; i++) {
        struct diag_line line = diag_begin(diag, DIAG_WARN, "append_failed");
        diag_i64(&line, "offset", -1);
        diag_u64(&line, "partition", 3);
        diag_str(&line, "name", STR(""));
        diag_status(&line, &failure);
        diag_end(&line);
    }
    diag_close(diag);
#define FACT                                                                                 \
    "{\"time\":\"1970-01-01T00:00:01.500Z\",\"level\":\"warn\",\"event\":\"append_failed\"," \
    "\"offset\":-1,\"partition\":3,\"name\":\"\",\"code\":\"UNAVAILABLE\","                  \
    "\"error\":\"broker \\\"b\\\" down\\u000a\""
    assert_lines(FACT "}\n" FACT ",\"repeated\":1}\n");
    buf_release(&lines);
}

TEST(diag, what_is_not_shown_need_not_be_made)
{
    struct diag *diag = start(DIAG_INFO);
    assert_true(diag_shows(diag, DIAG_INFO));
    assert_false(diag_shows(diag, DIAG_DEBUG));
    assert_false(diag_shows(NULL, DIAG_ERROR));
    diag_close(diag);
    buf_release(&lines);
}

TEST(diag, no_screen_acts_upon_a_value_or_hides_a_part_of_it)
{
    struct diag *diag = start(DIAG_INFO);
    struct diag_line line = diag_begin(diag, DIAG_WARN, "refused");
    diag_str(&line, "org",
             STR("\xc2\x9b"
                 "31m\xe2\x80\x8b"));
    diag_str(&line, "name", STR("K\xc3\xb6ln\\"));
    diag_end(&line);
    diag_close(diag);
    assert_lines("time=1970-01-01T00:00:01.500Z level=warn event=refused org=\"\\x9b31m\\u200b\" "
                 "name=\"K\xc3\xb6ln\\\\\"\n");
    buf_release(&lines);
}

TEST(diag, levels_that_are_off_cost_nothing)
{
    struct diag *diag = start(DIAG_WARN);
    note(diag, DIAG_INFO, "opened");
    note(NULL, DIAG_ERROR, "opened");
    diag_close(diag);
    assert_lines("");
    buf_release(&lines);
}

TEST(diag, repeats_are_counted)
{
    struct diag *diag = start(DIAG_INFO);
    for (int i = 0; i < 5; i++) {
        note(diag, DIAG_INFO, "a");
        note(diag, DIAG_INFO, "b");
    }
    assert_lines("time=1970-01-01T00:00:01.500Z level=info event=a partition=3\n"
                 "time=1970-01-01T00:00:01.500Z level=info event=b partition=3\n");
    lines.size = 0;
    clock_fake_advance(&fake, 10000000);
    note(diag, DIAG_INFO, "a");
    assert_lines("time=1970-01-01T00:00:11.500Z level=info event=a partition=3 repeated=5\n");
    lines.size = 0;
    diag_close(diag);
    assert_lines("time=1970-01-01T00:00:11.500Z level=info event=b partition=3 repeated=4\n");
    buf_release(&lines);
}

TEST(diag, a_forgotten_fact_tells_its_count)
{
    struct diag *diag = start(DIAG_INFO);
    char event[] = "x?";
    note(diag, DIAG_INFO, "first");
    note(diag, DIAG_INFO, "first");
    for (char c = 'a'; c < 'a' + 16; c++) {
        event[1] = c;
        lines.size = 0;
        note(diag, DIAG_INFO, event);
    }
    assert_lines("time=1970-01-01T00:00:01.500Z level=info event=first partition=3 repeated=1\n"
                 "time=1970-01-01T00:00:01.500Z level=info event=xp partition=3\n");
    diag_close(diag);
    buf_release(&lines);
}

TEST(diag, goes_on_when_nobody_reads_what_it_says)
{
    int ends[2], standard = dup(STDERR_FILENO);
    struct clock_fake clock = { .now_us = 1 };
    assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
    while (write(ends[1], "x", 1) == 1) {
    }
    assert_int_equal(fcntl(ends[1], F_SETFL, 0), 0); /* it waits from now on */
    dup2(ends[1], STDERR_FILENO);
    struct diag *diag = diag_open(DIAG_INFO, DIAG_LOGFMT, clock_from_fake(&clock), NULL, NULL);
    alarm(20);
    note(diag, DIAG_ERROR, "unheard");
    alarm(0);
    diag_close(diag);
    dup2(standard, STDERR_FILENO);
    close(standard);
    close(ends[0]);
    close(ends[1]);
}
