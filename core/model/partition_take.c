/* What one record of the log does to a partition: the acceptance rule judges it; an accepted
 * decision is folded, an EPOCH brings its configuration, a TICK tells the time and may carry a root
 * to compare with. */
#include <inttypes.h>

#include "core/model/decision.h"
#include "core/model/partition.h"
#include "core/pb/message.h"

static void partition_take_time(struct partition *partition, int64_t time_us)
{
    if (time_us > partition->position.time_us) {
        partition->position.time_us = time_us;
    }
}

static struct status partition_take_decision(struct partition *partition, struct str body,
                                             bool folded)
{
    Agency__V1__Decision *decision;
    assert(partition->position.chain.sequence > 0);
    if (folded) {
        partition_take_time(partition, decision_recorded_at_us(body));
        return status_ok();
    }
    TRY(decision_decode(&partition->arena, body, &decision));
    struct fold_place place = { .sequence = partition->position.chain.sequence, .body = body };
    TRY(fold_apply(&partition->fold, &partition->arena, decision, &place));
    partition_take_time(partition, decision->recorded_at_us);
    return status_ok();
}

/* Roots compare only within one fold_version, and only while ours is still known. */
static struct status partition_check_root(struct partition *partition, const Agency__V1__Tick *tick)
{
    if (partition->frozen_boundary && tick->root_sequence == partition->frozen_sequence) {
        TRY(partition_settle(partition)); /* it is being written just now */
    }
    const struct hash *known = position_root(&partition->position, tick->root_sequence);
    if (known == NULL || tick->root_sequence == 0 || tick->fold_version != FOLD_VERSION) {
        return status_ok();
    }
    if (!str_eq(hash_str(known), str_make(tick->root.data, tick->root.len))) {
        return status_error(STATUS_DATA_LOSS,
                            "expected the state root of sequence '%" PRIu64
                            "' that the log tells, but the store has another",
                            tick->root_sequence);
    }
    return status_ok();
}

static struct status partition_take_tick(struct partition *partition, struct str body)
{
    Agency__V1__Tick *tick;
    TRY(pb_unpack(&partition->arena, &agency__v1__tick__descriptor, body, PB_STORED, &tick));
    TRY(partition_check_root(partition, tick));
    partition_take_time(partition, tick->time_us);
    partition->boundary = true;
    return status_ok();
}

static struct status partition_take_epoch(struct partition *partition, struct str body)
{
    struct record_epoch epoch;
    TRY(record_epoch_decode(body, &epoch));
    struct position *position = &partition->position;
    const struct repeats repeats = repeats_of(position->configuration, position->forgotten_us);
    position->forgotten_us = repeats_forgotten_at(&repeats, position->time_us);
    partition->configuration.size = 0;
    buf_append(&partition->configuration, epoch.configuration);
    position->configuration = buf_str(&partition->configuration);
    return status_ok();
}

static struct status partition_take_accepted(struct partition *partition,
                                             const struct record *record, bool folded)
{
    switch (record->type) {
    case RECORD_DECISION:
        return partition_take_decision(partition, record->body, folded);
    case RECORD_REPEAT:
        return status_ok(); /* the answer is known already */
    case RECORD_EPOCH:
        return partition_take_epoch(partition, record->body);
    case RECORD_TICK:
        return partition_take_tick(partition, record->body);
    }
    return status_error(STATUS_DATA_LOSS, "expected a type of record, but it is '%u'",
                        (unsigned)record->type);
}

static struct status partition_take_value(struct partition *partition, uint64_t offset,
                                          struct str value, const struct hash *head, bool folded,
                                          struct record *record, bool *accepted)
{
    struct position *position = &partition->position;
    struct hash before = position->chain.head;
    enum chain_verdict verdict;
    TRY(chain_offer_judged(&position->chain, value, head, record, &verdict));
    position->offset = offset + 1;
    *accepted = verdict == CHAIN_ACCEPTED;
    if (!*accepted) {
        return status_ok();
    }
    assert(position->chain.sequence > 0);
    position->head_before = before;
    position->head_offset = offset;
    arena_reset(&partition->arena);
    TRY(partition_take_accepted(partition, record, folded));
    if (partition_boundary_at(position->chain.sequence)) {
        partition->boundary = true;
    }
    return status_ok();
}

/* What can be tried again does not stop the partition: the record is as if it had not come. */
static struct status partition_take_failed(struct partition *partition,
                                           const struct position *before, uint64_t offset,
                                           struct status st)
{
    assert(st.code != STATUS_OK);
    partition->position = *before;
    st = status_prefix(st, "partition '%" PRIu32 "', offset '%" PRIu64 "'", before->chain.partition,
                       offset);
    if (st.code != STATUS_UNAVAILABLE) {
        partition->stopped = st;
    }
    return st;
}

static struct status partition_take_next(struct partition *partition, uint64_t offset,
                                         struct str value, const struct hash *head, bool folded,
                                         struct record *record, bool *accepted)
{
    struct position before = partition->position;
    struct record unused;
    bool ignored;
    assert(!partition->boundary);
    if (partition->stopped.code != STATUS_OK) {
        return partition->stopped;
    }
    assert(offset >= before.offset && offset < EVLOG_OFFSET_UNKNOWN);
    struct status st = partition_take_value(partition, offset, value, head, folded,
                                            record == NULL ? &unused : record,
                                            accepted == NULL ? &ignored : accepted);
    return st.code == STATUS_OK ? st : partition_take_failed(partition, &before, offset, st);
}

struct status partition_take(struct partition *partition, uint64_t offset, struct str value,
                             struct record *record, bool *accepted)
{
    return partition_take_next(partition, offset, value, NULL, false, record, accepted);
}

struct status partition_take_judged(struct partition *partition, uint64_t offset, struct str value,
                                    const struct hash *head)
{
    return partition_take_next(partition, offset, value, head, false, NULL, NULL);
}

struct status partition_pass(struct partition *partition, uint64_t offset, struct str value,
                             const struct hash *head, bool *accepted)
{
    return partition_take_next(partition, offset, value, head, true, NULL, accepted);
}

static void partition_tell(const struct partition *partition, uint64_t end)
{
    const struct partition_progress *progress = &partition->progress;
    if (progress->step != NULL) {
        progress->step(progress->self, partition, end);
    }
}

static struct status partition_take_to(struct partition *partition, struct evlog_reader *reader,
                                       uint64_t end)
{
    enum { RECORDS = 256 };
    struct evlog_record records[RECORDS];
    uint32_t number = partition->position.chain.partition;
    size_t count;
    do {
        partition_tell(partition, end);
        TRY(evlog_reader_read_to(reader, number, end, records, RECORDS, &count));
        for (size_t i = 0; i < count; i++) {
            if (partition_due(partition)) {
                TRY(partition_write_behind(partition));
            }
            TRY(partition_take(partition, records[i].offset, records[i].value, NULL, NULL));
        }
    } while (count > 0);
    return partition_write(partition);
}

struct status partition_catch_up(struct partition *partition, struct evlog *log)
{
    struct evlog_reader *reader;
    uint64_t begin, end;
    uint32_t number = partition->position.chain.partition;
    TRY(evlog_range(log, EVLOG_DECISIONS, number, &begin, &end));
    TRY(evlog_reader_open(log, EVLOG_DECISIONS, &reader));
    struct status st = evlog_reader_seek(reader, number, partition->position.offset);
    if (st.code == STATUS_OK) {
        st = partition_take_to(partition, reader, end);
    }
    evlog_reader_close(reader);
    return st;
}
