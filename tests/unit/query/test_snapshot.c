/* Which moment somebody asks for; what is answered of it, tests/cli and tests/truth show. */
#include "query/snapshot.h"

#include "tests/lib/test.h"

static const int64_t now_us = INT64_C(1767225600000000); /* 2026-01-01T00:00:00Z */

static struct status asked(const char *as_of, const char *at_least, struct moment_ask *ask)
{
    static struct arena arena;
    arena_release(&arena);
    arena_init(&arena, 1 << 16);
    return snapshot_ask(&arena, str_z(as_of), str_z(at_least), now_us, ask);
}

TEST(snapshot, is_of_the_moment_that_the_words_name)
{
    struct moment_ask ask;
    assert_ok(asked("", "", &ask));
    assert_int_equal(ask.kind, MOMENT_LATEST);
    assert_int_equal(ask.now_us, now_us);
    assert_ok(asked("#17", "", &ask));
    assert_int_equal(ask.kind, MOMENT_VERSION);
    assert_int_equal(ask.org_sequence, 17);
    assert_ok(asked("2025-12-31", "", &ask));
    assert_int_equal(ask.kind, MOMENT_TIME);
    assert_int_equal(ask.time_us, now_us - INT64_C(86400000000));
}

TEST(snapshot, of_no_moment_is_refused)
{
    static const char *const wrong[] = {
        "#x", "#99999999999999999999", "# 1", "2025-13-01", "soon", "yesteryear", "9999999999"
    };
    struct moment_ask ask;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct status st = asked(wrong[i], "", &ask);
        assert_code(STATUS_INVALID_ARGUMENT, st);
        assert_non_null(strstr(st.msg, wrong[i][0] == '#' ? "the number of a decision"
                                                          : "as of #DECISION, a token or a time"));
    }
    assert_code(STATUS_INVALID_ARGUMENT, asked("", "no token", &ask));
}
