/* The checkpoint lies beside what it speaks of, so the two cannot disagree: a record that is in the
 * log says what was acknowledged when it was sent. A late record of a publisher that is gone says
 * less than the truth, but nothing wrong: then some is published again.
 *
 * Outcomes are dropped after some days. A partition that was silent for longer has none left, and
 * its events, which are kept, tell the last decision with events that was published; outcomes of
 * later decisions, all of them old, come again. (Where there never was an outcome, events alone say
 * nothing: their outcomes can have been lost on the way.) */
#include "projectors/checkpoint.h"

#include "agency/v1/stream.pb-c.h"
#include "core/base/num.h"
#include "core/pb/message.h"
#include "projectors/cloud_event.h"
#include "projectors/record_header.h"

/* Records that are read from the end backwards at first, and by how much more each time: the last
 * offsets can be gaps. */
enum { CHECKPOINT_STEP = 1, CHECKPOINT_STEP_FACTOR = 16, CHECKPOINT_RECORDS = 64 };

static const size_t CHECKPOINT_ARENA_MAX = (size_t)8 << 20;

void checkpoint_encode(const struct checkpoint *checkpoint, struct buf *out)
{
    char numbers[24];
    num_put_u64be(numbers, checkpoint->publisher);
    num_put_u64be(numbers + 8, checkpoint->last);
    num_put_u64be(numbers + 16, checkpoint->offset);
    buf_append(out, str_make(numbers, sizeof numbers));
    chain_encode(&checkpoint->chain, out);
}

struct status checkpoint_mark(struct arena *arena, const struct checkpoint *checkpoint,
                              struct evlog_item *item)
{
    char room[CHECKPOINT_SIZE];
    struct buf mark = buf_in(room, sizeof room);
    checkpoint_encode(checkpoint, &mark);
    struct status st = record_header_add(arena, item, STR(CHECKPOINT_HEADER), buf_str(&mark));
    buf_release(&mark);
    return st;
}

struct status checkpoint_decode(struct str in, uint32_t level_known, struct checkpoint *checkpoint)
{
    if (in.size != CHECKPOINT_SIZE) {
        return status_error(STATUS_DATA_LOSS, "expected a checkpoint of %d bytes, but it has %zu",
                            CHECKPOINT_SIZE, in.size);
    }
    *checkpoint = (struct checkpoint){ .publisher = num_get_u64be(in.data),
                                       .last = num_get_u64be(in.data + 8),
                                       .offset = num_get_u64be(in.data + 16) };
    return chain_decode(str_from(in, 24), level_known, &checkpoint->chain);
}

/* --- the last record of a stream --- */

static struct status checkpoint_visit_from(struct evlog_reader *reader, uint32_t partition,
                                           uint64_t from, uint64_t end, checkpoint_visit *visit,
                                           void *self, bool *found)
{
    struct evlog_record records[CHECKPOINT_RECORDS];
    size_t count;
    TRY(evlog_reader_seek(reader, partition, from));
    do {
        TRY(evlog_reader_read_to(reader, partition, end, records, CHECKPOINT_RECORDS, &count));
        for (size_t i = 0; i < count; i++) {
            TRY(visit(self, &records[i], found));
        }
    } while (count > 0);
    return status_ok();
}

struct status checkpoint_visit_last(struct evlog_reader *reader, uint32_t partition, uint64_t begin,
                                    uint64_t end, checkpoint_visit *visit, void *self, bool *found)
{
    struct status st = status_ok();
    uint64_t from = end;
    *found = false;
    for (uint64_t step = CHECKPOINT_STEP; st.code == STATUS_OK && !*found && from > begin;
         step *= CHECKPOINT_STEP_FACTOR) {
        from = end - begin > step ? end - step : begin;
        st = checkpoint_visit_from(reader, partition, from, end, visit, self, found);
    }
    evlog_reader_leave(reader, partition);
    return st;
}

/* --- what is wanted --- */

struct checkpoint_found {
    struct checkpoint *checkpoint;
    uint32_t level_known;
};

static struct status checkpoint_visit_outcome(void *self, const struct evlog_record *record,
                                              bool *found)
{
    struct checkpoint_found *wanted = self;
    for (size_t i = 0; i < record->headers_count; i++) {
        if (str_eq(record->headers[i].name, STR(CHECKPOINT_HEADER))) {
            *found = true;
            return checkpoint_decode(record->headers[i].value, wanted->level_known,
                                     wanted->checkpoint);
        }
    }
    return status_ok();
}

/* The last event bears a checkpoint as an outcome does, or says at least its decision. */
static struct status checkpoint_visit_event(void *self, const struct evlog_record *record,
                                            bool *found)
{
    struct checkpoint_found *wanted = self;
    struct arena arena;
    Agency__V1__EntityEvent *event;
    if (cloud_event_is_access(record)) {
        return status_ok(); /* it is of some decision before */
    }
    *wanted->checkpoint = (struct checkpoint){ 0 };
    arena_init(&arena, CHECKPOINT_ARENA_MAX);
    struct status st =
        pb_unpack(&arena, &agency__v1__entity_event__descriptor, record->value, PB_STORED, &event);
    if (st.code == STATUS_OK) {
        *found = true;
        wanted->checkpoint->skip_below = event->sequence;
        st = checkpoint_visit_outcome(self, record, found);
    }
    arena_release(&arena);
    return st;
}

/* --- the search --- */

void checkpoint_search_release(struct checkpoint_search *search)
{
    evlog_reader_close(search->outcomes);
    evlog_reader_close(search->events);
    search->outcomes = NULL;
    search->events = NULL;
}

/* By the last records of a stream. */
static struct status checkpoint_find_in(struct checkpoint_search *search, enum evlog_stream stream,
                                        struct evlog_reader **reader, uint32_t partition,
                                        checkpoint_visit *visit, struct checkpoint *checkpoint)
{
    struct checkpoint_found wanted = { checkpoint, search->level_known };
    uint64_t begin, end;
    bool found;
    TRY(evlog_range(search->log, stream, partition, &begin, &end));
    if (*reader == NULL) {
        TRY(evlog_reader_open(search->log, stream, reader));
    }
    TRY(checkpoint_visit_last(*reader, partition, begin, end, visit, &wanted, &found));
    checkpoint->end = end;
    return status_ok();
}

static bool checkpoint_is_there(const struct checkpoint *checkpoint)
{
    return checkpoint->last > 0;
}

/* Of the last outcome and the last event the later one. */
static struct status checkpoint_find_last(struct checkpoint_search *search, uint32_t partition,
                                          struct checkpoint *checkpoint)
{
    struct checkpoint outcome = { 0 }, event = { 0 };
    TRY(checkpoint_find_in(search, EVLOG_OUTCOMES, &search->outcomes, partition,
                           checkpoint_visit_outcome, &outcome));
    TRY(checkpoint_find_in(search, EVLOG_EVENTS, &search->events, partition, checkpoint_visit_event,
                           &event));
    *checkpoint = event.last > outcome.last ? event : outcome;
    checkpoint->end = outcome.end + event.end;
    if (!checkpoint_is_there(checkpoint) && outcome.end > 0) {
        checkpoint->skip_below = event.skip_below;
    }
    return status_ok();
}

struct status checkpoint_find(struct checkpoint_search *search, uint32_t partition,
                              struct checkpoint *checkpoint)
{
    const struct evlog_identity *identity = &search->log->identity;
    const struct chain *chain = &checkpoint->chain;
    TRY(checkpoint_find_last(search, partition, checkpoint));
    if (!checkpoint_is_there(checkpoint)) {
        chain_init(&checkpoint->chain, identity, partition, search->level_known);
    }
    if (chain->partition != partition ||
        !evlog_id_eq(chain->identity.history_id, identity->history_id) ||
        chain->identity.partitions_count != identity->partitions_count) {
        return status_error(
            STATUS_DATA_LOSS,
            "expected the outcomes and events of partition '%u' to bear checkpoints of it, but "
            "the last one is of another log or partition",
            partition);
    }
    return status_ok();
}
