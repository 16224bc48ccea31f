/* The acceptance rule.
 *
 * A decision partition may be written by more than one process at a time: a leader who was frozen
 * goes on writing when another has taken over, records of a dead one become visible late, two
 * followers take over at once. No fence of the log itself stops them, so what counts is decided by
 * reading:
 *
 *   (1) an EPOCH counts iff its epoch is the current one + 1 and its level is not lower, wherever
 *       it lands; if it had to chain on the head, it would never win against a busy leader;
 *   (2) any other record counts iff its epoch is the current one, its sequence the next, and `prev`
 *       is the head;
 *   (3) the head covers every accepted value, so two readers with one head read the same history;
 *   (4) a record of the current epoch with the next sequence but another `prev`, or an EPOCH of
 *       another history, partition or number of partitions, cannot come from a correct writer:
 *       DATA_LOSS;
 *   (5) after an EPOCH that closes nothing counts.
 *
 * The leader's random bytes make the EPOCHs of two contenders differ, so that the records of the
 * one who lost cannot continue the head of the one who won by accident. */
#include "core/evlog/chain.h"

#include "core/base/num.h"

static struct hash chain_head_zero(const struct chain *chain)
{
    char numbers[8];
    num_put_u32be(numbers, chain->partition);
    num_put_u32be(numbers + 4, chain->identity.partitions_count);
    const struct str parts[] = {
        STR("agencygrid/1"),
        evlog_id_str(&chain->identity.history_id),
        str_make(numbers, sizeof numbers),
    };
    return hash_sha256(parts, 3);
}

void chain_init(struct chain *chain, const struct evlog_identity *identity, uint32_t partition,
                uint32_t level_known)
{
    assert(identity->partitions_count > 0 && identity->partitions_count <= PARTITIONS_MAX);
    assert(partition < identity->partitions_count);
    *chain = (struct chain){
        .identity.history_id = identity->history_id,
        .identity.partitions_count = identity->partitions_count,
        .partition = partition,
        .level_known = level_known,
    };
    chain->head = chain_head_zero(chain);
}

/* `head`: as somebody has computed it already; NULL: nobody has. */
static void chain_move(struct chain *chain, struct str value, const struct hash *head)
{
    assert(!chain->closed);
    const struct str parts[] = { hash_str(&chain->head), value };
    chain->head = head != NULL ? *head : hash_sha256(parts, 2);
    chain->sequence++;
}

static struct status chain_check_epoch(const struct chain *chain, const struct record_epoch *epoch)
{
    if (!evlog_id_eq(epoch->identity.history_id, chain->identity.history_id)) {
        return status_error(STATUS_DATA_LOSS, "expected an EPOCH of this history, not of another");
    }
    if (epoch->partition != chain->partition ||
        epoch->identity.partitions_count != chain->identity.partitions_count) {
        return status_error(STATUS_DATA_LOSS,
                            "expected an EPOCH of partition %u of %u, but it is of %u of %u",
                            chain->partition, chain->identity.partitions_count, epoch->partition,
                            epoch->identity.partitions_count);
    }
    return status_ok();
}

static void chain_move_epoch(struct chain *chain, const struct record_epoch *epoch)
{
    const struct evlog_id commands = epoch->identity.commands_log_id;
    if (!evlog_id_eq(commands, chain->identity.commands_log_id)) {
        chain->next_command_offset = 0; /* offsets of another log mean nothing here */
    }
    chain->identity = epoch->identity;
    chain->epoch++;
    chain->leader = epoch->leader;
    chain->level = epoch->level;
}

static struct status chain_offer_epoch(struct chain *chain, struct str value,
                                       const struct hash *head, const struct record *record,
                                       enum chain_verdict *verdict)
{
    struct record_epoch epoch;
    TRY(record_epoch_decode(record->body, &epoch));
    TRY(chain_check_epoch(chain, &epoch));
    if (chain->closed || record->epoch != chain->epoch + 1 || epoch.level < chain->level) {
        return status_ok();
    }
    if (epoch.level > chain->level_known) {
        return status_error(STATUS_FAILED_PRECONDITION,
                            "upgrade needed: the log has format level %u, this program knows %u",
                            epoch.level, chain->level_known);
    }
    chain_move(chain, value, head);
    chain_move_epoch(chain, &epoch);
    chain->closed = epoch.closed;
    *verdict = CHAIN_ACCEPTED;
    return status_ok();
}

static struct status chain_check_next(const struct chain *chain, const struct record *record)
{
    if (!hash_eq(&record->prev, &chain->head)) {
        return status_error(
            STATUS_DATA_LOSS, "expected record %llu of epoch %llu to continue the head",
            (unsigned long long)record->sequence, (unsigned long long)record->epoch);
    }
    if (record->next_command_offset < chain->next_command_offset) {
        return status_error(STATUS_DATA_LOSS,
                            "expected record %llu to answer commands from offset %llu on, but it "
                            "goes back to %llu",
                            (unsigned long long)record->sequence,
                            (unsigned long long)chain->next_command_offset,
                            (unsigned long long)record->next_command_offset);
    }
    return status_ok();
}

struct status chain_offer(struct chain *chain, struct str value, struct record *record,
                          enum chain_verdict *verdict)
{
    return chain_offer_judged(chain, value, NULL, record, verdict);
}

struct status chain_offer_judged(struct chain *chain, struct str value, const struct hash *head,
                                 struct record *record, enum chain_verdict *verdict)
{
    *verdict = CHAIN_FENCED;
    TRY(record_decode(value, record));
    if (record->type == RECORD_EPOCH) {
        return chain_offer_epoch(chain, value, head, record, verdict);
    }
    if (chain->closed || record->epoch != chain->epoch || record->sequence != chain->sequence + 1) {
        return status_ok();
    }
    TRY(chain_check_next(chain, record));
    chain_move(chain, value, head);
    chain->next_command_offset = record->next_command_offset;
    *verdict = CHAIN_ACCEPTED;
    return status_ok();
}

void chain_next(const struct chain *chain, uint64_t next_command_offset, struct record *record)
{
    assert(chain->epoch > 0);
    assert(!chain->closed);
    assert(next_command_offset >= chain->next_command_offset);
    record->epoch = chain->epoch;
    record->sequence = chain->sequence + 1;
    record->prev = chain->head;
    record->next_command_offset = next_command_offset;
}

void chain_next_epoch(const struct chain *chain, struct record *record)
{
    *record = (struct record){
        .type = RECORD_EPOCH,
        .epoch = chain->epoch + 1,
        .sequence = chain->sequence + 1,
        .prev = chain->head,
        .next_command_offset = chain->next_command_offset,
    };
}

void chain_push(struct chain *chain, const struct record *record, struct str value)
{
    assert(record->type != RECORD_EPOCH);
    assert(record->epoch == chain->epoch);
    assert(record->sequence == chain->sequence + 1);
    assert(record->next_command_offset >= chain->next_command_offset);
    chain_move(chain, value, NULL);
    chain->next_command_offset = record->next_command_offset;
}

void chain_encode(const struct chain *chain, struct buf *out)
{
    size_t start = out->size;
    char numbers[37];
    num_put_u32be(numbers, chain->identity.partitions_count);
    num_put_u32be(numbers + 4, chain->partition);
    num_put_u64be(numbers + 8, chain->epoch);
    num_put_u64be(numbers + 16, chain->sequence);
    num_put_u64be(numbers + 24, chain->next_command_offset);
    num_put_u32be(numbers + 32, chain->level);
    numbers[36] = chain->closed ? 1 : 0;
    buf_append(out, evlog_id_str(&chain->identity.history_id));
    buf_append(out, evlog_id_str(&chain->identity.log_id));
    buf_append(out, evlog_id_str(&chain->identity.commands_log_id));
    buf_append(out, evlog_id_str(&chain->leader));
    buf_append(out, hash_str(&chain->head));
    buf_append(out, str_make(numbers, sizeof numbers));
    assert(out->size - start == CHAIN_SIZE);
}

struct status chain_decode(struct str in, uint32_t level_known, struct chain *chain)
{
    if (in.size < CHAIN_SIZE) {
        return status_error(STATUS_DATA_LOSS, "expected a chain of %d bytes, but there are %zu",
                            CHAIN_SIZE, in.size);
    }
    const char *numbers = in.data + 4 * EVLOG_ID_SIZE + HASH_SIZE;
    *chain = (struct chain){
        .identity.partitions_count = num_get_u32be(numbers),
        .partition = num_get_u32be(numbers + 4),
        .level_known = level_known,
        .epoch = num_get_u64be(numbers + 8),
        .sequence = num_get_u64be(numbers + 16),
        .next_command_offset = num_get_u64be(numbers + 24),
        .level = num_get_u32be(numbers + 32),
        .closed = numbers[36] == 1,
    };
    memcpy(chain->identity.history_id.bytes, in.data, EVLOG_ID_SIZE);
    memcpy(chain->identity.log_id.bytes, in.data + EVLOG_ID_SIZE, EVLOG_ID_SIZE);
    memcpy(chain->identity.commands_log_id.bytes, in.data + 2 * EVLOG_ID_SIZE, EVLOG_ID_SIZE);
    memcpy(chain->leader.bytes, in.data + 3 * EVLOG_ID_SIZE, EVLOG_ID_SIZE);
    memcpy(chain->head.bytes, in.data + 4 * EVLOG_ID_SIZE, HASH_SIZE);
    if (chain->identity.partitions_count > PARTITIONS_MAX ||
        chain->partition >= chain->identity.partitions_count || (uint8_t)numbers[36] > 1) {
        return status_error(STATUS_DATA_LOSS, "expected a chain of partition below 1 to %d",
                            PARTITIONS_MAX);
    }
    return status_ok();
}
