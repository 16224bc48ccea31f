#include <stdio.h>

#include "core/evlog/evlog_mem.h"
#include "projectors/outbox.h"
#include "tests/lib/log_tool.h"
#include "tests/lib/test.h"

struct outbox_kit {
    struct evlog_mem *mem;
    struct evlog *log;
    struct outbox outbox;
};

static void outbox_kit_open(struct outbox_kit *kit)
{
    struct evlog_identity identity = log_tool_identity(1);
    kit->mem = evlog_mem_new(&identity, EVLOG_MEM_SHARED);
    assert_ok(evlog_mem_open(kit->mem, false, &kit->log));
    outbox_init(&kit->outbox);
}

static void outbox_kit_close(struct outbox_kit *kit)
{
    outbox_release(&kit->outbox);
    evlog_close(kit->log);
    evlog_mem_free(kit->mem);
}

static void outbox_kit_put(struct outbox_kit *kit, const char *text)
{
    char key[32], value[32], said[32];
    snprintf(key, sizeof key, "key %s", text);
    snprintf(value, sizeof value, "value %s", text);
    snprintf(said, sizeof said, "said %s", text);
    const struct evlog_header headers[] = { { STR("first"), str_z(said) },
                                            { STR("second"), STR("") } };
    const struct evlog_item item = { .stream = EVLOG_OUTCOMES,
                                     .key = str_z(key),
                                     .value = str_z(value),
                                     .token = 7,
                                     .headers = headers,
                                     .headers_count = 2 };
    assert_ok(outbox_put(&kit->outbox, &item));
    memset(key, 'x', sizeof key); /* it is copied */
    memset(value, 'x', sizeof value);
    memset(said, 'x', sizeof said);
}

static size_t outbox_kit_read(struct outbox_kit *kit, struct evlog_reader **reader,
                              struct evlog_record *records, size_t max)
{
    size_t count;
    assert_ok(evlog_reader_open(kit->log, EVLOG_OUTCOMES, reader));
    assert_ok(evlog_reader_seek(*reader, 0, 0));
    assert_ok(evlog_reader_read(*reader, records, max, &count));
    return count;
}

TEST(outbox, offers_all_records_in_order_and_is_empty_then)
{
    struct outbox_kit kit;
    struct evlog_reader *reader;
    struct evlog_record records[4];
    outbox_kit_open(&kit);
    outbox_kit_put(&kit, "one");
    outbox_kit_put(&kit, "two");
    assert_ok(outbox_flush(&kit.outbox, kit.log));
    assert_int_equal(outbox_count(&kit.outbox), 0);
    assert_ok(outbox_flush(&kit.outbox, kit.log));
    assert_int_equal(outbox_kit_read(&kit, &reader, records, 4), 2);
    assert_true(str_eq(records[0].key, STR("key one")));
    assert_true(str_eq(records[0].value, STR("value one")));
    assert_int_equal(records[1].headers_count, 2);
    assert_true(str_eq(records[1].headers[0].name, STR("first")));
    assert_true(str_eq(records[1].headers[0].value, STR("said two")));
    assert_int_equal(records[1].headers[1].value.size, 0);
    evlog_reader_close(reader);
    outbox_kit_close(&kit);
}

TEST(outbox, keeps_what_the_log_does_not_take)
{
    struct outbox_kit kit;
    struct evlog_reader *reader;
    struct evlog_record records[4];
    outbox_kit_open(&kit);
    outbox_kit_put(&kit, "one");
    outbox_kit_put(&kit, "two");
    outbox_kit_put(&kit, "three");
    evlog_mem_fail_at(kit.mem, 1);
    assert_code(STATUS_UNAVAILABLE, outbox_flush(&kit.outbox, kit.log));
    assert_int_equal(outbox_count(&kit.outbox), 2);
    assert_ok(outbox_flush(&kit.outbox, kit.log));
    assert_int_equal(outbox_count(&kit.outbox), 0);
    assert_int_equal(outbox_kit_read(&kit, &reader, records, 4), 3);
    assert_true(str_eq(records[1].key, STR("key two")));
    evlog_reader_close(reader);
    outbox_kit_close(&kit);
}

TEST(outbox, is_full_by_count_or_by_size)
{
    struct outbox_kit kit;
    static char large[256 << 10];
    const struct evlog_item item = { .stream = EVLOG_EVENTS, .value = { large, sizeof large } };
    outbox_kit_open(&kit);
    for (int i = 0; i < OUTBOX_MAX; i++) {
        assert_false(outbox_is_full(&kit.outbox));
        outbox_kit_put(&kit, "one");
    }
    assert_true(outbox_is_full(&kit.outbox));
    outbox_clear(&kit.outbox);
    while (!outbox_is_full(&kit.outbox)) {
        assert_ok(outbox_put(&kit.outbox, &item));
    }
    assert_int_equal(outbox_count(&kit.outbox), 4);
    outbox_kit_close(&kit);
}
