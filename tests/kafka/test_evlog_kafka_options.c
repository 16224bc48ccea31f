/* What is refused before any broker is asked. */
#include "core/evlog/evlog_kafka.h"

#include "tests/lib/test.h"

static struct status open_with(const char *prefix, const char *name, const char *value)
{
    struct evlog_kafka_property property = { name, value };
    struct evlog_kafka_options options = { .brokers = "127.0.0.1:1",
                                           .prefix = prefix,
                                           .timeout_ms = 1,
                                           .properties = &property,
                                           .properties_count = name == NULL ? 0 : 1 };
    struct evlog *log = NULL;
    struct status st = evlog_kafka_open(&options, &log);
    evlog_close(log);
    return st;
}

TEST(evlog_kafka_options, a_prefix_is_one_that_topics_can_have)
{
    char longest[KAFKA_PREFIX_SIZE_MAX + 2];
    static const char *const wrong[] = { "", "a b", "../../etc", "a/b", "\xc3\xa4", "a\n" };
    memset(longest, 'a', sizeof longest);
    longest[KAFKA_PREFIX_SIZE_MAX] = '\0';
    assert_code(STATUS_UNAVAILABLE, open_with("a.b_c-D9", NULL, NULL));
    assert_code(STATUS_UNAVAILABLE, open_with(longest, NULL, NULL));
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        assert_code(STATUS_INVALID_ARGUMENT, open_with(wrong[i], NULL, NULL));
    }
    longest[KAFKA_PREFIX_SIZE_MAX] = 'a';
    longest[KAFKA_PREFIX_SIZE_MAX + 1] = '\0';
    assert_code(STATUS_INVALID_ARGUMENT, open_with(longest, NULL, NULL));
}

TEST(evlog_kafka_options, properties_that_would_break_a_rule_are_refused)
{
    static const char *const fixed[] = { "acks", "group.id", "message.max.bytes",
                                         "queue.buffering.max.kbytes" };
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++) {
        assert_code(STATUS_INVALID_ARGUMENT, open_with("agency", fixed[i], "1"));
    }
    assert_code(STATUS_INVALID_ARGUMENT, open_with("agency", "no.such.property", "1"));
    assert_code(STATUS_INVALID_ARGUMENT, open_with("agency", "receive.message.max.bytes", "1000"));
}
