/* The bookmark lies beside what it speaks of, so the two cannot disagree: a record of outcomes that
 * is in the log says what was acknowledged when it was sent. A late record of a publisher that is
 * gone says less than the truth, but nothing wrong: then some is published again.
 *
 * Outcomes are dropped after some days. A partition that was silent for longer has none left, and
 * its events, which are kept, tell the last decision with events that was published; outcomes of
 * later decisions, all of them old, come again. (Where there never was an outcome, events alone say
 * nothing: their outcomes can have been lost on the way.) */
#include "projectors/bookmark.h"

#include "agency/v1/stream.pb-c.h"
#include "core/base/num.h"
#include "core/pb/message.h"

/* Records that are read from the end backwards at first, and by how much more each time: the last
 * offsets can be gaps. */
enum { BOOKMARK_STEP = 1, BOOKMARK_STEP_FACTOR = 16, BOOKMARK_RECORDS = 64 };

static const size_t BOOKMARK_ARENA_MAX = (size_t)8 << 20;

void bookmark_encode(const struct bookmark *bookmark, struct buf *out)
{
    char numbers[24];
    num_put_u64be(numbers, bookmark->publisher);
    num_put_u64be(numbers + 8, bookmark->last);
    num_put_u64be(numbers + 16, bookmark->offset);
    buf_append(out, str_make(numbers, sizeof numbers));
    chain_encode(&bookmark->chain, out);
}

struct status bookmark_decode(struct str in, uint32_t level_known, struct bookmark *bookmark)
{
    if (in.size != BOOKMARK_SIZE) {
        return status_error(STATUS_DATA_LOSS, "expected a bookmark of %d bytes, but it has %zu",
                            BOOKMARK_SIZE, in.size);
    }
    *bookmark = (struct bookmark){ .publisher = num_get_u64be(in.data),
                                   .last = num_get_u64be(in.data + 8),
                                   .offset = num_get_u64be(in.data + 16) };
    return chain_decode(str_from(in, 24), level_known, &bookmark->chain);
}

/* --- the last record of a stream --- */

/* Keeps what is wanted of a record; `found` says whether it was there. */
typedef struct status bookmark_visit(void *self, const struct evlog_record *record, bool *found);

static struct status bookmark_visit_from(struct evlog_reader *reader, uint32_t partition,
                                         uint64_t from, uint64_t end, bookmark_visit *visit,
                                         void *self, bool *found)
{
    struct evlog_record records[BOOKMARK_RECORDS];
    size_t count;
    TRY(evlog_reader_seek(reader, partition, from));
    do {
        TRY(evlog_reader_read_to(reader, partition, end, records, BOOKMARK_RECORDS, &count));
        for (size_t i = 0; i < count; i++) {
            TRY(visit(self, &records[i], found));
        }
    } while (count > 0);
    return status_ok();
}

/* Visits the last records of a stream, going back until one has what is wanted. */
static struct status bookmark_visit_last(struct evlog_reader *reader, uint32_t partition,
                                         uint64_t begin, uint64_t end, bookmark_visit *visit,
                                         void *self, bool *found)
{
    struct status st = status_ok();
    uint64_t from = end;
    *found = false;
    for (uint64_t step = BOOKMARK_STEP; st.code == STATUS_OK && !*found && from > begin;
         step *= BOOKMARK_STEP_FACTOR) {
        from = end - begin > step ? end - step : begin;
        st = bookmark_visit_from(reader, partition, from, end, visit, self, found);
    }
    evlog_reader_leave(reader, partition);
    return st;
}

/* --- what is wanted --- */

struct bookmark_found {
    struct bookmark *bookmark;
    uint32_t level_known;
};

static struct status bookmark_visit_outcome(void *self, const struct evlog_record *record,
                                            bool *found)
{
    struct bookmark_found *wanted = self;
    for (size_t i = 0; i < record->headers_count; i++) {
        if (str_eq(record->headers[i].name, STR(BOOKMARK_HEADER))) {
            *found = true;
            return bookmark_decode(record->headers[i].value, wanted->level_known, wanted->bookmark);
        }
    }
    return status_ok();
}

static struct status bookmark_visit_event(void *self, const struct evlog_record *record,
                                          bool *found)
{
    struct bookmark_found *wanted = self;
    struct arena arena;
    Agency__V1__EntityEvent *event;
    arena_init(&arena, BOOKMARK_ARENA_MAX);
    struct status st =
        pb_unpack(&arena, &agency__v1__entity_event__descriptor, record->value, PB_STORED, &event);
    if (st.code == STATUS_OK) {
        *found = true;
        wanted->bookmark->skip_below = event->sequence;
    }
    arena_release(&arena);
    return st;
}

/* --- the search --- */

void bookmark_search_release(struct bookmark_search *search)
{
    evlog_reader_close(search->outcomes);
    search->outcomes = NULL;
}

static struct status bookmark_find_outcome(struct bookmark_search *search, uint32_t partition,
                                           struct bookmark_found *wanted, bool *found)
{
    uint64_t begin, end;
    TRY(evlog_range(search->log, EVLOG_OUTCOMES, partition, &begin, &end));
    if (search->outcomes == NULL) {
        TRY(evlog_reader_open(search->log, EVLOG_OUTCOMES, &search->outcomes));
    }
    TRY(bookmark_visit_last(search->outcomes, partition, begin, end, bookmark_visit_outcome, wanted,
                            found));
    wanted->bookmark->end = end;
    return status_ok();
}

static struct status bookmark_find_event(struct bookmark_search *search, uint32_t partition,
                                         struct bookmark_found *wanted)
{
    uint64_t begin, end;
    bool found;
    struct evlog_reader *reader;
    TRY(evlog_range(search->log, EVLOG_EVENTS, partition, &begin, &end));
    TRY(evlog_reader_open(search->log, EVLOG_EVENTS, &reader));
    struct status st =
        bookmark_visit_last(reader, partition, begin, end, bookmark_visit_event, wanted, &found);
    evlog_reader_close(reader);
    return st;
}

struct status bookmark_find(struct bookmark_search *search, uint32_t partition,
                            struct bookmark *bookmark)
{
    bool found;
    const struct evlog_identity *identity = &search->log->identity;
    const struct chain *chain = &bookmark->chain;
    struct bookmark_found wanted = { .bookmark = bookmark, .level_known = search->level_known };
    *bookmark = (struct bookmark){ 0 };
    TRY(bookmark_find_outcome(search, partition, &wanted, &found));
    if (!found) {
        chain_init(&bookmark->chain, identity, partition, search->level_known);
    }
    if (!found && bookmark->end > 0) {
        TRY(bookmark_find_event(search, partition, &wanted));
    }
    if (chain->partition != partition ||
        !evlog_id_eq(chain->identity.history_id, identity->history_id) ||
        chain->identity.partitions_count != identity->partitions_count) {
        return status_error(STATUS_DATA_LOSS,
                            "expected the outcomes of partition '%u' to bear bookmarks of it, but "
                            "the last one is of another log or partition",
                            partition);
    }
    return status_ok();
}
