#include <stdio.h>
#include <string.h>

#include "tests/lib/test.h"

TEST(status, context_comes_before_the_message)
{
    struct status status = status_error(STATUS_UNAVAILABLE, "broker down");
    status = status_prefix(status, "append partition %d", 3);
    assert_int_equal(status.code, STATUS_UNAVAILABLE);
    assert_string_equal(status.msg, "append partition 3: broker down");
}

TEST(status, ok_stays_ok)
{
    assert_ok(status_prefix(status_ok(), "anything"));
}

TEST(status, a_long_message_is_cut_between_characters)
{
    char text[600] = "";
    for (int i = 0; i < 200; i++) {
        memcpy(text + 3 * i, "\u20ac", 3);
    }
    text[599] = '\0';
    struct status status = status_error(STATUS_INTERNAL, "x%s", text);
    size_t size = strlen(status.msg);
    assert_true(size < STATUS_MSG_MAX);
    assert_int_equal((size - 1) % 3, 0);
}

TEST(status, names_are_those_of_grpc)
{
    assert_string_equal(status_code_name(STATUS_DATA_LOSS), "DATA_LOSS");
    assert_string_equal(status_code_name((enum status_code)99), "UNKNOWN");
}

TEST(status, codes_are_found_by_their_names)
{
    for (int code = STATUS_OK; code <= STATUS_UNAUTHENTICATED; code++) {
        assert_int_equal(status_code_named(status_code_name((enum status_code)code)), code);
    }
    assert_int_equal(status_code_named("not_found"), STATUS_UNKNOWN); /* as Connect writes it */
    assert_int_equal(status_code_named("NOT_FOUNDED"), STATUS_UNKNOWN);
    assert_int_equal(status_code_named(""), STATUS_UNKNOWN);
}
