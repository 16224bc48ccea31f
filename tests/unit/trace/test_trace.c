/* Trace contexts and spans; suite operations shows the spans to a collector. */
#include "core/trace/otlp.h"
#include "tests/lib/test.h"

#define TRACE "4bf92f3577b34da6a3ce929d0e0e4736"
#define SPAN "00f067aa0ba902b7"
#define PARENT "00-" TRACE "-" SPAN "-01"

TEST(traceparent, comes_back_as_it_was)
{
    struct traceparent place;
    char text[TRACEPARENT_SIZE + 1];
    assert_true(traceparent_read(STR(PARENT), &place));
    assert_true(place.sampled);
    assert_int_equal(place.trace_id[0], 0x4b);
    assert_int_equal(place.span_id[7], 0xb7);
    traceparent_write(&place, text);
    assert_string_equal(text, PARENT);
    place.sampled = false;
    traceparent_write(&place, text);
    assert_string_equal(text, "00-" TRACE "-" SPAN "-00");
}

TEST(traceparent, only_the_lowest_flag_says_sampled)
{
    struct traceparent place;
    assert_true(traceparent_read(STR("00-" TRACE "-" SPAN "-fe"), &place));
    assert_false(place.sampled);
}

TEST(traceparent, of_a_later_version_is_read_as_far_as_it_is_known)
{
    struct traceparent place;
    assert_true(traceparent_read(STR("cc-" TRACE "-" SPAN "-01"), &place));
    assert_true(traceparent_read(STR("cc-" TRACE "-" SPAN "-01-what-comes"), &place));
    assert_false(traceparent_read(STR("cc-" TRACE "-" SPAN "-01.what"), &place));
}

TEST(traceparent, anything_else_is_none)
{
    static const char *const wrong[] = {
        "",
        "00",
        "ff-" TRACE "-" SPAN "-01",
        "0x-" TRACE "-" SPAN "-01",
        "00-" TRACE "-" SPAN "-1",
        "00-" TRACE "-" SPAN "-01-",
        "00-" TRACE "-" SPAN "-0g",
        "00-" TRACE "_" SPAN "-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-" SPAN "-01",
        "00-00000000000000000000000000000000-" SPAN "-01",
        "00-" TRACE "-0000000000000000-01",
        "00-" TRACE "-" SPAN "\n-01",
    };
    struct traceparent place;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        if (traceparent_read(str_z(wrong[i]), &place)) {
            fail_msg("expected none: '%s'", wrong[i]);
        }
    }
}

static struct span example(void)
{
    struct span span = { .kind = SPAN_SERVER,
                         .has_parent = true,
                         .began_us = INT64_C(1790000000000001),
                         .ended_us = INT64_C(1790000000000251) };
    assert_true(traceparent_read(STR(PARENT), &span.place));
    memcpy(span.parent_id, span.place.span_id, SPAN_ID_SIZE);
    span_name(&span, STR("agency.v1.Query/Check"));
    span_text(&span, "who", STR("a\"b\\\n\xff\xc3\xa9"));
    span_number(&span, "sequence", INT64_C(-9007199254740993));
    return span;
}

TEST(otlp, a_span_is_what_the_schema_says)
{
    struct span span = example();
    struct otlp_resource resource = { STR("agencyd"), STR("1"), STR("a1") };
    struct buf json = { 0 };
    otlp_write(&resource, &span, 1, &json);
    buf_byte(&json, '\0');
    assert_non_null(strstr(json.data, "\"spans\":[{\"traceId\":\"" TRACE "\",\"spanId\":\"" SPAN
                                      "\",\"parentSpanId\":\"" SPAN "\""));
    assert_non_null(strstr(json.data, "\"kind\":2,\"startTimeUnixNano\":\"1790000000000001000\","
                                      "\"endTimeUnixNano\":\"1790000000000251000\""));
    assert_non_null(strstr(json.data, "\"intValue\":\"-9007199254740993\""));
    assert_non_null(strstr(json.data, "a\\\"b\\\\\\u000a\\ufffd\xc3\xa9\""));
    assert_null(strstr(json.data, "\"status\""));
    buf_release(&json);
}

TEST(otlp, a_failed_span_says_why)
{
    struct span span = example();
    struct buf json = { 0 };
    span_fail(&span, STR("INTERNAL: it broke"));
    otlp_write(&(struct otlp_resource){ 0 }, &span, 1, &json);
    buf_byte(&json, '\0');
    assert_non_null(
        strstr(json.data, "\"status\":{\"code\":2,\"message\":\"INTERNAL: it broke\"}"));
    buf_release(&json);
}

TEST(span, what_is_too_long_is_cut_between_characters)
{
    struct span span = { 0 };
    char text[SPAN_NAME_SIZE + 4];
    memset(text, 'x', sizeof text);
    memcpy(text + SPAN_NAME_SIZE - 2, "\xc3\xa9", 2);
    span_name(&span, str_make(text, sizeof text));
    assert_int_equal(strlen(span.name), SPAN_NAME_SIZE - 2);
    for (int i = 0; i < SPAN_ATTRIBUTES_MAX + 2; i++) {
        span_number(&span, "n", i);
    }
    assert_int_equal(span.attributes_count, SPAN_ATTRIBUTES_MAX);
}
