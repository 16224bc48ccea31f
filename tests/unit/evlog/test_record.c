#include "core/evlog/record.h"

#include "tests/lib/test.h"

static struct record record_sample(void)
{
    struct record record = {
        .type = RECORD_DECISION,
        .epoch = 7,
        .sequence = 0x0102030405060708,
        .next_command_offset = 99,
        .body = STR("body"),
    };
    memset(record.prev.bytes, 0xAB, HASH_SIZE);
    return record;
}

static struct record_epoch record_epoch_sample(void)
{
    struct record_epoch epoch = {
        .identity.partitions_count = 16,
        .partition = 3,
        .level = 2,
        .closed = true,
        .configuration = STR("org_creators=admin"),
    };
    memset(epoch.identity.history_id.bytes, 1, EVLOG_ID_SIZE);
    memset(epoch.identity.log_id.bytes, 2, EVLOG_ID_SIZE);
    memset(epoch.identity.commands_log_id.bytes, 3, EVLOG_ID_SIZE);
    memset(epoch.leader.bytes, 4, EVLOG_ID_SIZE);
    return epoch;
}

TEST(record, decodes_to_what_was_encoded)
{
    struct buf value = { 0 };
    struct record in = record_sample(), out;
    record_encode(&in, &value);
    assert_int_equal(value.size, RECORD_ENVELOPE_SIZE + 4);
    assert_ok(record_decode(buf_str(&value), &out));
    assert_int_equal(out.type, in.type);
    assert_int_equal(out.epoch, in.epoch);
    assert_int_equal(out.sequence, in.sequence);
    assert_int_equal(out.next_command_offset, in.next_command_offset);
    assert_true(hash_eq(&out.prev, &in.prev));
    assert_true(str_eq(out.body, in.body));
    buf_release(&value);
}

TEST(record, layout_is_the_documented_one)
{
    struct buf value = { 0 };
    struct record in = record_sample();
    record_encode(&in, &value);
    static const unsigned char start[] = { 1, 1, 0, 0, 0, 0, 0, 0, 0,   7,
                                           1, 2, 3, 4, 5, 6, 7, 8, 0xAB };
    assert_memory_equal(value.data, start, sizeof start);
    static const unsigned char rest[] = { 0xAB, 0, 0, 0, 0, 0, 0, 0, 99, 'b', 'o', 'd', 'y' };
    assert_memory_equal(value.data + 49, rest, sizeof rest);
    buf_release(&value);
}

TEST(record, shorter_than_an_envelope_is_data_loss)
{
    struct buf value = { 0 };
    struct record record = record_sample();
    record_encode(&record, &value);
    for (size_t size = 0; size < RECORD_ENVELOPE_SIZE; size++) {
        assert_code(STATUS_DATA_LOSS, record_decode(str_make(value.data, size), &record));
    }
    buf_release(&value);
}

TEST(record, unknown_format_or_type_is_data_loss)
{
    struct buf value = { 0 };
    struct record record = record_sample();
    record_encode(&record, &value);
    value.data[0] = 2;
    assert_code(STATUS_DATA_LOSS, record_decode(buf_str(&value), &record));
    value.data[0] = 1;
    value.data[1] = 5;
    assert_code(STATUS_DATA_LOSS, record_decode(buf_str(&value), &record));
    value.data[1] = 0;
    assert_code(STATUS_DATA_LOSS, record_decode(buf_str(&value), &record));
    buf_release(&value);
}

TEST(record, epoch_decodes_to_what_was_encoded)
{
    struct buf body = { 0 };
    struct record_epoch in = record_epoch_sample(), out;
    record_epoch_encode(&in, &body);
    assert_ok(record_epoch_decode(buf_str(&body), &out));
    assert_memory_equal(&out.identity, &in.identity, sizeof in.identity);
    assert_true(evlog_id_eq(out.leader, in.leader));
    assert_int_equal(out.partition, 3);
    assert_int_equal(out.level, 2);
    assert_true(out.closed);
    assert_true(str_eq(out.configuration, in.configuration));
    buf_release(&body);
}

TEST(record, epoch_of_an_impossible_partition_is_data_loss)
{
    struct buf body = { 0 };
    struct record_epoch epoch = record_epoch_sample();
    record_epoch_encode(&epoch, &body);
    body.data[67] = 3; /* partitions_count: 3, so there is no partition 3 */
    assert_code(STATUS_DATA_LOSS, record_epoch_decode(buf_str(&body), &epoch));
    body.data[67] = 0;
    assert_code(STATUS_DATA_LOSS, record_epoch_decode(buf_str(&body), &epoch));
    body.data[64] = 1; /* 2^24 partitions */
    assert_code(STATUS_DATA_LOSS, record_epoch_decode(buf_str(&body), &epoch));
    buf_release(&body);
}

TEST(record, epoch_with_another_flag_is_data_loss)
{
    struct buf body = { 0 };
    struct record_epoch epoch = record_epoch_sample();
    record_epoch_encode(&epoch, &body);
    body.data[76] = 2;
    assert_code(STATUS_DATA_LOSS, record_epoch_decode(buf_str(&body), &epoch));
    assert_code(STATUS_DATA_LOSS, record_epoch_decode(str_make(body.data, 76), &epoch));
    buf_release(&body);
}
