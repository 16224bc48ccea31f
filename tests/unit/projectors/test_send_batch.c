#include <stdio.h>

#include "core/evlog/evlog_mem.h"
#include "projectors/send_batch.h"
#include "tests/lib/log_tool.h"
#include "tests/lib/test.h"

struct send_batch_kit {
    struct evlog_mem *mem;
    struct evlog *log;
    struct send_batch batch;
};

static void send_batch_kit_open(struct send_batch_kit *kit)
{
    struct evlog_identity identity = log_tool_identity(1);
    kit->mem = evlog_mem_new(&identity, EVLOG_MEM_SHARED);
    assert_ok(evlog_mem_open(kit->mem, false, &kit->log));
    send_batch_init(&kit->batch);
}

static void send_batch_kit_close(struct send_batch_kit *kit)
{
    send_batch_release(&kit->batch);
    evlog_close(kit->log);
    evlog_mem_free(kit->mem);
}

static void send_batch_kit_put(struct send_batch_kit *kit, const char *text)
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
    assert_ok(send_batch_put(&kit->batch, &item));
    memset(key, 'x', sizeof key); /* it is copied */
    memset(value, 'x', sizeof value);
    memset(said, 'x', sizeof said);
}

static size_t send_batch_kit_read(struct send_batch_kit *kit, struct evlog_reader **reader,
                                  struct evlog_record *records, size_t max)
{
    size_t count;
    assert_ok(evlog_reader_open(kit->log, EVLOG_OUTCOMES, reader));
    assert_ok(evlog_reader_seek(*reader, 0, 0));
    assert_ok(evlog_reader_read(*reader, records, max, &count));
    return count;
}

TEST(batch, offers_all_records_in_order_and_is_empty_then)
{
    struct send_batch_kit kit;
    struct evlog_reader *reader;
    struct evlog_record records[4];
    send_batch_kit_open(&kit);
    send_batch_kit_put(&kit, "one");
    send_batch_kit_put(&kit, "two");
    assert_ok(send_batch_flush(&kit.batch, kit.log));
    assert_int_equal(send_batch_count(&kit.batch), 0);
    assert_ok(send_batch_flush(&kit.batch, kit.log));
    assert_int_equal(send_batch_kit_read(&kit, &reader, records, 4), 2);
    assert_true(str_eq(records[0].key, STR("key one")));
    assert_true(str_eq(records[0].value, STR("value one")));
    assert_int_equal(records[1].headers_count, 2);
    assert_true(str_eq(records[1].headers[0].name, STR("first")));
    assert_true(str_eq(records[1].headers[0].value, STR("said two")));
    assert_int_equal(records[1].headers[1].value.size, 0);
    evlog_reader_close(reader);
    send_batch_kit_close(&kit);
}

TEST(batch, keeps_what_the_log_does_not_take)
{
    struct send_batch_kit kit;
    struct evlog_reader *reader;
    struct evlog_record records[4];
    send_batch_kit_open(&kit);
    send_batch_kit_put(&kit, "one");
    send_batch_kit_put(&kit, "two");
    send_batch_kit_put(&kit, "three");
    evlog_mem_fail_at(kit.mem, 1);
    assert_code(STATUS_UNAVAILABLE, send_batch_flush(&kit.batch, kit.log));
    assert_int_equal(send_batch_count(&kit.batch), 2);
    assert_ok(send_batch_flush(&kit.batch, kit.log));
    assert_int_equal(send_batch_count(&kit.batch), 0);
    assert_int_equal(send_batch_kit_read(&kit, &reader, records, 4), 3);
    assert_true(str_eq(records[1].key, STR("key two")));
    evlog_reader_close(reader);
    send_batch_kit_close(&kit);
}

TEST(batch, is_full_by_count_or_by_size)
{
    struct send_batch_kit kit;
    static char large[256 << 10];
    const struct evlog_item item = { .stream = EVLOG_EVENTS, .value = { large, sizeof large } };
    send_batch_kit_open(&kit);
    for (int i = 0; i < SEND_BATCH_MAX; i++) {
        assert_false(send_batch_is_full(&kit.batch));
        send_batch_kit_put(&kit, "one");
    }
    assert_true(send_batch_is_full(&kit.batch));
    send_batch_clear(&kit.batch);
    while (!send_batch_is_full(&kit.batch)) {
        assert_ok(send_batch_put(&kit.batch, &item));
    }
    assert_int_equal(send_batch_count(&kit.batch), 4);
    send_batch_kit_close(&kit);
}
