#include "writers/owned.h"

#include <inttypes.h>

#include "core/base/memory.h"
#include "core/base/random.h"

/* The format level that this program knows, and begins epochs with. */
/* The log's own thread answers within one sync; a disk that takes longer than this is broken. */
enum { OWNED_EPOCH_TIMEOUT_US = 30 * 1000000 };
/* Decoded entities that a decider keeps at hand. */
static const size_t OWNED_MEMORY_MAX = (size_t)256 << 20;

static struct status owned_wait(struct evlog *log, uint64_t *offset)
{
    struct evlog_completion completion;
    size_t count = 0;
    TRY(evlog_poll(log, &completion, 1, &count));
    while (count == 0) {
        if (!evlog_wait(evlog_descriptor(log), OWNED_EPOCH_TIMEOUT_US)) {
            return status_error(STATUS_UNAVAILABLE, "expected the log to answer within 30 s");
        }
        TRY(evlog_poll(log, &completion, 1, &count));
    }
    *offset = completion.offset;
    return completion.offset != EVLOG_OFFSET_UNKNOWN
               ? status_ok()
               : status_error(STATUS_UNAVAILABLE, "expected the log to take an EPOCH");
}

static void owned_make_epoch(const struct owned_options *options, const struct chain *chain,
                             struct buf *value)
{
    struct record_epoch epoch = { .identity = options->log->identity,
                                  .partition = options->number,
                                  .level = FORMAT_LEVEL,
                                  .configuration = options->configuration };
    random_bytes(epoch.owner.bytes, sizeof epoch.owner.bytes);
    struct buf body = { 0 };
    record_epoch_encode(&epoch, &body);
    struct record record = { .type = RECORD_EPOCH,
                             .epoch = chain->epoch + 1,
                             .sequence = chain->sequence + 1,
                             .prev = chain->head,
                             .next_command_offset = chain->next_command_offset,
                             .body = buf_str(&body) };
    record_encode(&record, value);
    buf_release(&body);
}

static struct status owned_begin_epoch(struct owned *owned, const struct owned_options *options)
{
    struct buf value = { 0 };
    owned_make_epoch(options, &owned->partition->position.chain, &value);
    struct evlog_item item = { .stream = EVLOG_DECISIONS,
                               .partition = owned->number,
                               .value = buf_str(&value) };
    uint64_t offset;
    bool accepted = false;
    struct status st;
    TRY_OUT(evlog_append(owned->log, &item, 1));
    TRY_OUT(owned_wait(owned->log, &offset));
    TRY_OUT(partition_take(owned->partition, offset, buf_str(&value), NULL, &accepted));
    if (!accepted) {
        st = status_error(STATUS_DATA_LOSS, "expected the EPOCH of the only writer to count");
    }
    owned->decisions_end = offset + 1;
out:
    buf_release(&value);
    return st;
}

static struct status owned_start(struct owned *owned, const struct owned_options *options)
{
    struct partition_options partition = { .store = options->store,
                                           .log = options->log,
                                           .number = options->number,
                                           .level_known = FORMAT_LEVEL,
                                           .memory_max = OWNED_MEMORY_MAX };
    TRY(partition_open(&partition, &owned->partition));
    TRY(partition_catch_up(owned->partition, owned->log));
    if (owned->partition->position.chain.closed) {
        return status_error(STATUS_FAILED_PRECONDITION,
                            "expected an open log, but it was closed when it was copied: its "
                            "history goes on in the copy");
    }
    TRY(owned_begin_epoch(owned, options));
    uint64_t begin;
    TRY(evlog_range(owned->log, EVLOG_COMMANDS, owned->number, &begin, &owned->commands_end));
    const struct position *position = &owned->partition->position;
    return decider_init(&owned->decider, &owned->partition->fold, &position->chain,
                        position->time_us, position->configuration);
}

struct status owned_open(const struct owned_options *options, struct owned **owned)
{
    *owned = mem_zalloc(1, sizeof **owned);
    (*owned)->log = options->log;
    (*owned)->number = options->number;
    struct status st = owned_start(*owned, options);
    if (st.code != STATUS_OK) {
        owned_close(*owned);
        *owned = NULL;
    }
    return status_prefix(st, "partition %" PRIu32, options->number);
}

void owned_close(struct owned *owned)
{
    if (owned != NULL) {
        decider_release(&owned->decider);
        partition_close(owned->partition);
        mem_free(owned);
    }
}

struct status owned_decide(struct owned *owned, struct str command, int64_t now_us, bool poisoned,
                           struct decider_answer *answer, struct str *record)
{
    struct decider_command given = { .bytes = command,
                                     .now_us = now_us,
                                     .next_command_offset = owned->commands_end + 1,
                                     .poisoned = poisoned };
    TRY(decider_decide(&owned->decider, &given, answer, record));
    if (answer->outcome == DECIDER_DECIDED) {
        owned->commands_end++;
    }
    return status_ok();
}

struct status owned_tick(struct owned *owned, int64_t now_us, struct str *record)
{
    const struct position *position = &owned->partition->position;
    Agency__V1__Tick tick = AGENCY__V1__TICK__INIT;
    if (position->roots_count > 0) {
        const struct position_root *root = &position->roots[position->roots_count - 1];
        tick.root_sequence = root->sequence;
        tick.fold_version = FOLD_VERSION;
        tick.root = (ProtobufCBinaryData){ HASH_SIZE, (uint8_t *)(uintptr_t)root->root.bytes };
    }
    return decider_tick(&owned->decider, &tick, now_us, owned->decider.chain.next_command_offset,
                        record);
}

struct status owned_confirm(struct owned *owned, uint64_t offset, struct str value)
{
    bool accepted = false;
    if (offset != owned->decisions_end) {
        return status_error(STATUS_DATA_LOSS,
                            "expected the record at offset %" PRIu64 ", but it is at %" PRIu64,
                            owned->decisions_end, offset);
    }
    TRY(partition_pass(owned->partition, offset, value, NULL, &accepted));
    owned->decisions_end++;
    return accepted ? status_ok()
                    : status_error(STATUS_DATA_LOSS, "expected the only writer's record to count");
}

bool owned_settled(const struct owned *owned)
{
    return owned->decider.chain.sequence == owned->partition->position.chain.sequence;
}

bool owned_full(const struct owned *owned)
{
    return owned->partition->boundary || partition_due(owned->partition) ||
           (!owned_settled(owned) && owned->decider.chain.sequence % OWNED_BOUNDARY == 0);
}

bool owned_dirty(const struct owned *owned)
{
    return owned->partition->fold.active_changes.count > 0;
}
