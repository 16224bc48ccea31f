#include "core/evlog/record.h"

#include "core/base/num.h"

/* Where the parts of an envelope begin. */
enum {
    RECORD_AT_FORMAT = 0,
    RECORD_AT_TYPE = 1,
    RECORD_AT_EPOCH = 2,
    RECORD_AT_SEQUENCE = 10,
    RECORD_AT_PREV = 18,
    RECORD_AT_COMMANDS = 50,
};
static_assert(RECORD_AT_COMMANDS + 8 == RECORD_ENVELOPE_SIZE, "the body follows the envelope");

/* The body of an EPOCH: four ids, three numbers, a flag, then the configuration. */
enum {
    RECORD_EPOCH_AT_HISTORY = 0,
    RECORD_EPOCH_AT_LOG = 16,
    RECORD_EPOCH_AT_COMMANDS = 32,
    RECORD_EPOCH_AT_LEADER = 48,
    RECORD_EPOCH_AT_COUNT = 64,
    RECORD_EPOCH_AT_PARTITION = 68,
    RECORD_EPOCH_AT_LEVEL = 72,
    RECORD_EPOCH_AT_CLOSED = 76,
    RECORD_EPOCH_SIZE = 77,
};

void record_encode(const struct record *record, struct buf *value)
{
    assert(record->type >= RECORD_DECISION && record->type <= RECORD_TICK);
    assert(record->epoch > 0);
    assert(record->sequence > 0);
    assert(record->body.size <= RECORD_BODY_SIZE_MAX);
    char *out = buf_reserve(value, RECORD_ENVELOPE_SIZE);
    out[RECORD_AT_FORMAT] = RECORD_FORMAT;
    out[RECORD_AT_TYPE] = (char)record->type;
    num_put_u64be(out + RECORD_AT_EPOCH, record->epoch);
    num_put_u64be(out + RECORD_AT_SEQUENCE, record->sequence);
    memcpy(out + RECORD_AT_PREV, record->prev.bytes, HASH_SIZE);
    num_put_u64be(out + RECORD_AT_COMMANDS, record->next_command_offset);
    value->size += RECORD_ENVELOPE_SIZE;
    buf_append(value, record->body);
}

static struct status record_check_head(struct str value)
{
    if (value.size < RECORD_ENVELOPE_SIZE || value.size > RECORD_VALUE_SIZE_MAX) {
        return status_error(STATUS_DATA_LOSS, "expected a record of %d to %d bytes, but it has %zu",
                            RECORD_ENVELOPE_SIZE, RECORD_VALUE_SIZE_MAX, value.size);
    }
    uint8_t format = (uint8_t)value.data[RECORD_AT_FORMAT];
    if (format != RECORD_FORMAT) {
        return status_error(STATUS_DATA_LOSS, "expected record format '%d', but it is '%d'",
                            RECORD_FORMAT, format);
    }
    uint8_t type = (uint8_t)value.data[RECORD_AT_TYPE];
    if (type < RECORD_DECISION || type > RECORD_TICK) {
        return status_error(STATUS_DATA_LOSS, "expected a record type of 1 to %d, but it is '%d'",
                            RECORD_TICK, type);
    }
    return status_ok();
}

struct status record_decode(struct str value, struct record *record)
{
    TRY(record_check_head(value));
    *record = (struct record){
        .type = (enum record_type)value.data[RECORD_AT_TYPE],
        .epoch = num_get_u64be(value.data + RECORD_AT_EPOCH),
        .sequence = num_get_u64be(value.data + RECORD_AT_SEQUENCE),
        .next_command_offset = num_get_u64be(value.data + RECORD_AT_COMMANDS),
        .body = str_from(value, RECORD_ENVELOPE_SIZE),
    };
    memcpy(record->prev.bytes, value.data + RECORD_AT_PREV, HASH_SIZE);
    if (record->epoch == 0 || record->sequence == 0) {
        return status_error(STATUS_DATA_LOSS, "expected a record's epoch and sequence from 1 on");
    }
    return status_ok();
}

void record_epoch_encode(const struct record_epoch *epoch, struct buf *body)
{
    const struct evlog_identity *identity = &epoch->identity;
    assert(identity->partitions_count > 0 && identity->partitions_count <= PARTITIONS_MAX);
    assert(epoch->partition < identity->partitions_count);
    assert(epoch->configuration.size <= RECORD_CONFIGURATION_SIZE_MAX);
    char *out = buf_reserve(body, RECORD_EPOCH_SIZE);
    memcpy(out + RECORD_EPOCH_AT_HISTORY, identity->history_id.bytes, EVLOG_ID_SIZE);
    memcpy(out + RECORD_EPOCH_AT_LOG, identity->log_id.bytes, EVLOG_ID_SIZE);
    memcpy(out + RECORD_EPOCH_AT_COMMANDS, identity->commands_log_id.bytes, EVLOG_ID_SIZE);
    memcpy(out + RECORD_EPOCH_AT_LEADER, epoch->leader.bytes, EVLOG_ID_SIZE);
    num_put_u32be(out + RECORD_EPOCH_AT_COUNT, identity->partitions_count);
    num_put_u32be(out + RECORD_EPOCH_AT_PARTITION, epoch->partition);
    num_put_u32be(out + RECORD_EPOCH_AT_LEVEL, epoch->level);
    out[RECORD_EPOCH_AT_CLOSED] = epoch->closed ? 1 : 0;
    body->size += RECORD_EPOCH_SIZE;
    buf_append(body, epoch->configuration);
}

static void record_epoch_read(struct str body, struct record_epoch *epoch)
{
    struct evlog_identity *identity = &epoch->identity;
    memcpy(identity->history_id.bytes, body.data + RECORD_EPOCH_AT_HISTORY, EVLOG_ID_SIZE);
    memcpy(identity->log_id.bytes, body.data + RECORD_EPOCH_AT_LOG, EVLOG_ID_SIZE);
    memcpy(identity->commands_log_id.bytes, body.data + RECORD_EPOCH_AT_COMMANDS, EVLOG_ID_SIZE);
    memcpy(epoch->leader.bytes, body.data + RECORD_EPOCH_AT_LEADER, EVLOG_ID_SIZE);
    identity->partitions_count = num_get_u32be(body.data + RECORD_EPOCH_AT_COUNT);
    epoch->partition = num_get_u32be(body.data + RECORD_EPOCH_AT_PARTITION);
    epoch->level = num_get_u32be(body.data + RECORD_EPOCH_AT_LEVEL);
    epoch->closed = body.data[RECORD_EPOCH_AT_CLOSED] == 1;
    epoch->configuration = str_from(body, RECORD_EPOCH_SIZE);
}

struct status record_epoch_decode(struct str body, struct record_epoch *epoch)
{
    if (body.size < RECORD_EPOCH_SIZE ||
        body.size > RECORD_EPOCH_SIZE + RECORD_CONFIGURATION_SIZE_MAX) {
        return status_error(STATUS_DATA_LOSS, "expected an EPOCH of %d to %d bytes, but it has %zu",
                            RECORD_EPOCH_SIZE, RECORD_EPOCH_SIZE + RECORD_CONFIGURATION_SIZE_MAX,
                            body.size);
    }
    record_epoch_read(body, epoch);
    uint32_t partitions_count = epoch->identity.partitions_count;
    if (partitions_count == 0 || partitions_count > PARTITIONS_MAX ||
        epoch->partition >= partitions_count) {
        return status_error(STATUS_DATA_LOSS,
                            "expected an EPOCH of a partition below 1 to %d partitions, but it is "
                            "of partition %u of %u",
                            PARTITIONS_MAX, epoch->partition, partitions_count);
    }
    if ((uint8_t)body.data[RECORD_EPOCH_AT_CLOSED] > 1) {
        return status_error(STATUS_DATA_LOSS, "expected an EPOCH's closed flag to be 0 or 1");
    }
    return status_ok();
}
