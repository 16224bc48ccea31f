/* Copying a log.
 *
 * All that counts is copied while the source still lives, and compared by heads; only then the
 * source is closed, so that whatever refuses the copy (a full disk, a damaged record, a target of
 * something else) leaves it as it was, and closing takes a moment.
 *
 * Why it may be killed at any moment, also on a log that others write: the records of a partition
 * are appended in order, each with the bytes that it had. What an earlier run had under way can
 * appear at any time among those of this run; but both are pieces of one sequence without a gap, so
 * the rule of acceptance takes each record once and in order, and calls the others fenced. How far
 * the target is is read from the target. A partition that another wrote in the meantime does not
 * have the heads of the source: that is seen, and nothing is closed.
 *
 * Left out: commands. Decisions hold what came of them; the source keeps them for an export. */
#include "replay/copy_log.h"

#include <inttypes.h>

#include "core/base/memory.h"
#include "core/base/random.h"

enum {
    COPY_LOG_RUN = 256,
    COPY_LOG_PATIENCE_US = 30 * 1000000,
    COPY_LOG_TRIES = 10,        /* to close a source that others take over at the same time */
    COPY_LOG_ANSWER_TRIES = 15, /* to find it all answered: an owner ticks each few seconds */
    COPY_LOG_ANSWER_WAIT_US = 200 * 1000,
};

/* One partition while it is copied. */
struct copy_run {
    struct copy_log *copy;
    struct copy_partition *partition;
    uint32_t number;
    uint64_t there;   /* the target's sequence when this run began: what is above is appended */
    size_t under_way; /* appended to either log, not completed */
};

/* Judges a record that was read from one of the logs. */
typedef struct status copy_take(struct copy_run *run, const struct evlog_record *record);

/* ---- appending ---- */

/* Takes the completions that have come; waits for one if `wait` says so. */
static struct status copy_complete(struct copy_run *run, struct evlog *log, bool wait)
{
    struct evlog_completion done[COPY_LOG_RUN];
    size_t count;
    TRY(evlog_poll(log, done, COPY_LOG_RUN, &count));
    while (wait && count == 0) {
        if (!evlog_wait(evlog_descriptor(log), COPY_LOG_PATIENCE_US)) {
            return status_error(STATUS_UNAVAILABLE, "expected the log to take a record in 30 s");
        }
        TRY(evlog_poll(log, done, COPY_LOG_RUN, &count));
    }
    for (size_t i = 0; i < count; i++) {
        if (done[i].offset == EVLOG_OFFSET_UNKNOWN) {
            return status_error(STATUS_UNAVAILABLE, "expected the log to take a record");
        }
    }
    run->under_way -= count;
    return status_ok();
}

static struct status copy_append(struct copy_run *run, struct evlog *log,
                                 const struct evlog_item *item)
{
    struct status st = evlog_append(log, item, 1);
    while (st.code == STATUS_RESOURCE_EXHAUSTED && run->under_way > 0) {
        TRY(copy_complete(run, log, true));
        st = evlog_append(log, item, 1);
    }
    run->under_way += st.code == STATUS_OK;
    return st;
}

static struct status copy_drain(struct copy_run *run, struct evlog *log)
{
    while (run->under_way > 0) {
        TRY(copy_complete(run, log, true));
    }
    return status_ok();
}

/* Appends an EPOCH that is the next after a place: it closes that log, or opens it. */
static struct status copy_append_epoch(struct copy_run *run, struct evlog *log,
                                       const struct copy_place *place, bool closed)
{
    const struct chain *chain = &place->chain;
    struct record_epoch epoch = {
        .identity = log->identity,
        .partition = run->number,
        .level = chain->epoch == 0 ? FORMAT_LEVEL : chain->level,
        .closed = closed,
        .configuration = buf_str(&run->partition->configuration),
    };
    struct buf body = { 0 }, value = { 0 };
    random_bytes(epoch.leader.bytes, sizeof epoch.leader.bytes);
    record_epoch_encode(&epoch, &body);
    struct record record;
    chain_next_epoch(chain, &record);
    record.body = buf_str(&body);
    record_encode(&record, &value);
    struct evlog_item item = { .stream = EVLOG_DECISIONS,
                               .partition = run->number,
                               .value = buf_str(&value) };
    struct status st = copy_append(run, log, &item);
    buf_release(&body);
    buf_release(&value);
    return st.code == STATUS_OK ? copy_drain(run, log) : st;
}

/* ---- reading ---- */

/* Moves a place over a record unless it is the EPOCH at its end, or behind it. */
static struct status copy_judge(struct copy_place *place, const struct evlog_record *record,
                                struct record *decoded, bool *counts)
{
    struct chain next = place->chain;
    enum chain_verdict verdict = CHAIN_FENCED;
    if (!place->ended) {
        TRY(chain_offer(&next, record->value, decoded, &verdict));
    }
    place->offset = record->offset + 1;
    *counts = verdict == CHAIN_ACCEPTED;
    if (*counts && decoded->type == RECORD_EPOCH) {
        place->ended = next.closed || evlog_id_eq(next.identity.log_id, place->opened_by);
        *counts = !place->ended;
    }
    if (*counts) {
        place->chain = next;
    }
    return status_ok();
}

static struct status copy_read_to(struct copy_run *run, struct evlog_reader *reader,
                                  const struct copy_place *place, uint64_t end, copy_take *take)
{
    struct evlog_record records[COPY_LOG_RUN];
    size_t count;
    TRY(evlog_reader_seek(reader, run->number, place->offset));
    do {
        TRY(evlog_reader_read_to(reader, run->number, end, records, COPY_LOG_RUN, &count));
        for (size_t i = 0; i < count; i++) {
            TRY(status_prefix(take(run, &records[i]), "offset %" PRIu64, records[i].offset));
        }
        if (run->copy->progress != NULL) {
            run->copy->progress(run->copy->context, run->copy->records);
        }
    } while (count > 0);
    return status_ok();
}

/* Takes all that a log has of the partition now, from a place on. */
static struct status copy_read(struct copy_run *run, struct evlog *log,
                               const struct copy_place *place, copy_take *take)
{
    struct evlog_reader *reader;
    uint64_t begin, end;
    TRY(evlog_range(log, EVLOG_DECISIONS, run->number, &begin, &end));
    if (place->offset >= end) {
        return status_ok();
    }
    TRY(evlog_reader_open(log, EVLOG_DECISIONS, &reader));
    struct status st = copy_read_to(run, reader, place, end, take);
    evlog_reader_close(reader);
    return st;
}

static struct status copy_take_target(struct copy_run *run, const struct evlog_record *record)
{
    struct record decoded;
    bool counts;
    return copy_judge(&run->partition->target, record, &decoded, &counts);
}

static struct status copy_same_head(const struct copy_run *run)
{
    const struct chain *source = &run->partition->source.chain;
    const struct chain *target = &run->partition->target.chain;
    if (source->sequence == target->sequence && hash_eq(&source->head, &target->head)) {
        return status_ok();
    }
    return status_error(STATUS_FAILED_PRECONDITION,
                        "expected the target to have the first %" PRIu64
                        " records of the source and no others, but it has %" PRIu64 ", or others",
                        source->sequence, target->sequence);
}

static struct status copy_note_epoch(struct copy_run *run, struct str body)
{
    struct record_epoch epoch;
    struct buf *configuration = &run->partition->configuration;
    TRY(record_epoch_decode(body, &epoch));
    configuration->size = 0;
    buf_append(configuration, epoch.configuration);
    return status_ok();
}

/* Nothing is ever appended to a log that others use already. */
static struct status copy_need_draft(const struct copy_run *run)
{
    return run->copy->target->draft
               ? status_ok()
               : status_error(STATUS_FAILED_PRECONDITION,
                              "expected an empty target, or an unfinished copy of this log, but it "
                              "is a log of its own");
}

/* What counts goes to the target, unless it is there. */
static struct status copy_take_source(struct copy_run *run, const struct evlog_record *record)
{
    struct record decoded;
    bool counts;
    struct copy_place *source = &run->partition->source;
    TRY(copy_judge(source, record, &decoded, &counts));
    if (!counts) {
        return status_ok();
    }
    if (decoded.type == RECORD_EPOCH) {
        TRY(copy_note_epoch(run, decoded.body));
    }
    if (source->chain.sequence == run->there) {
        return copy_same_head(run);
    }
    if (source->chain.sequence < run->there || run->partition->target.ended) {
        return status_ok();
    }
    TRY(copy_need_draft(run));
    struct evlog_item item = { .stream = EVLOG_DECISIONS,
                               .partition = run->number,
                               .key = record->key,
                               .value = record->value };
    run->copy->records++;
    return copy_append(run, run->copy->target, &item);
}

/* ---- the steps ---- */

/* Copies what the source has now, and shows by heads that the target has it. */
static struct status copy_fill(struct copy_run *run)
{
    struct copy_partition *partition = run->partition;
    TRY(status_prefix(copy_read(run, run->copy->target, &partition->target, copy_take_target),
                      "target"));
    run->there = partition->target.chain.sequence;
    TRY(status_prefix(copy_read(run, run->copy->source, &partition->source, copy_take_source),
                      "source"));
    TRY(copy_drain(run, run->copy->target));
    TRY(status_prefix(copy_read(run, run->copy->target, &partition->target, copy_take_target),
                      "target"));
    return copy_same_head(run);
}

static struct status copy_close(struct copy_run *run)
{
    TRY(run->partition->source.ended ? status_ok() : copy_need_draft(run));
    for (int i = 0; i < COPY_LOG_TRIES && !run->partition->source.ended; i++) {
        TRY(copy_append_epoch(run, run->copy->source, &run->partition->source, true));
        TRY(copy_fill(run));
    }
    return run->partition->source.ended
               ? status_ok()
               : status_error(STATUS_UNAVAILABLE,
                              "expected to close the source, but others begin epoch after epoch");
}

/* An empty partition has nothing that would be of another log: whoever writes it first opens it. */
static struct status copy_open(struct copy_run *run)
{
    struct copy_partition *partition = run->partition;
    if (partition->target.ended || partition->target.chain.sequence == 0) {
        return status_ok();
    }
    TRY(copy_need_draft(run));
    TRY(copy_append_epoch(run, run->copy->target, &partition->target, false));
    TRY(copy_fill(run));
    return partition->target.ended
               ? status_ok()
               : status_error(STATUS_FAILED_PRECONDITION,
                              "expected the target's new EPOCH to count: who else writes there?");
}

/* ---- commands that nobody has answered ---- */

static struct status copy_count_from(struct copy_run *run, struct evlog_reader *reader,
                                     uint64_t from, uint64_t end, uint64_t *waiting)
{
    struct evlog_record records[COPY_LOG_RUN];
    size_t count;
    TRY(evlog_reader_seek(reader, run->number, from));
    do {
        TRY(evlog_reader_read_to(reader, run->number, end, records, COPY_LOG_RUN, &count));
        *waiting += count;
    } while (count > 0);
    return status_ok();
}

/* Adds the commands behind the last that was answered. */
static struct status copy_count_waiting(struct copy_run *run, uint64_t *waiting)
{
    struct evlog *source = run->copy->source;
    const struct chain *chain = &run->partition->source.chain;
    struct evlog_reader *reader;
    uint64_t begin, end, from = 0;
    if (evlog_id_eq(chain->identity.commands_log_id, source->identity.commands_log_id)) {
        from = chain->next_command_offset;
    }
    TRY(evlog_range(source, EVLOG_COMMANDS, run->number, &begin, &end));
    if (end <= from) {
        return status_ok();
    }
    TRY(evlog_reader_open(source, EVLOG_COMMANDS, &reader));
    struct status st = copy_count_from(run, reader, from < begin ? begin : from, end, waiting);
    evlog_reader_close(reader);
    return st;
}

static struct status copy_check_answered(struct copy_run *run)
{
    uint64_t waiting = 0;
    if (run->partition->source.ended) {
        return status_ok();
    }
    TRY(copy_count_waiting(run, &waiting));
    return waiting == 0
               ? status_ok()
               : status_error(STATUS_FAILED_PRECONDITION,
                              "expected every command to be answered before the log is closed, but "
                              "%" PRIu64 " wait: keep clients from sending, let a writer answer",
                              waiting);
}

static struct status copy_count_late(struct copy_run *run)
{
    return copy_count_waiting(run, &run->copy->late_commands);
}

/* ---- all partitions ---- */

typedef struct status copy_step(struct copy_run *run);

static struct status copy_each(struct copy_log *copy, copy_step *step)
{
    for (uint32_t i = 0; i < copy->source->identity.partitions_count; i++) {
        struct copy_run run = { .copy = copy, .partition = &copy->partitions[i], .number = i };
        TRY(status_prefix(step(&run), "partition %" PRIu32, i));
    }
    return status_ok();
}

/* Copies what there is until all of it is answered. */
static struct status copy_catch_up(struct copy_log *copy)
{
    struct status st;
    for (int i = 0; i < COPY_LOG_ANSWER_TRIES; i++) {
        TRY(copy_each(copy, copy_fill));
        st = copy_each(copy, copy_check_answered);
        if (st.code != STATUS_FAILED_PRECONDITION) {
            break;
        }
        evlog_wait(-1, COPY_LOG_ANSWER_WAIT_US);
    }
    return st;
}

struct status copy_log_run(struct copy_log *copy)
{
    TRY(copy_catch_up(copy));
    TRY(copy_each(copy, copy_close));
    TRY(copy_each(copy, copy_count_late));
    return copy_each(copy, copy_open);
}

struct status copy_log_init(struct copy_log *copy, struct evlog *source, struct evlog *target)
{
    const struct evlog_identity *from = &source->identity, *to = &target->identity;
    *copy = (struct copy_log){ .source = source, .target = target };
    if (!evlog_id_eq(from->history_id, to->history_id)) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected a copy of this log's history, but the target has another");
    }
    if (from->partitions_count != to->partitions_count || evlog_id_eq(from->log_id, to->log_id)) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected another log of %u partitions, but the target has %u",
                            from->partitions_count, to->partitions_count);
    }
    copy->partitions = mem_zalloc(from->partitions_count, sizeof *copy->partitions);
    for (uint32_t i = 0; i < from->partitions_count; i++) {
        chain_init(&copy->partitions[i].source.chain, from, i, FORMAT_LEVEL);
        chain_init(&copy->partitions[i].target.chain, to, i, FORMAT_LEVEL);
        copy->partitions[i].target.opened_by = to->log_id;
    }
    return status_ok();
}

void copy_log_release(struct copy_log *copy)
{
    for (uint32_t i = 0; copy->partitions != NULL && i < copy->source->identity.partitions_count;
         i++) {
        buf_release(&copy->partitions[i].configuration);
    }
    mem_free(copy->partitions);
    *copy = (struct copy_log){ 0 };
}
