/* Invariants: (1) outcomes and rejected of a partition are followed from before its first command
 * was sent, so no answer is missed; (2) parcels are sent in the order of their submission, and
 * again in that order; (3) a parcel is answered once: by the first outcome of its org and
 * command_id in its partition, by the record of its refusal, because nobody can answer any more, or
 * by the clock.
 *
 * A log can lose what it has acknowledged (brokers that died, a retention that was too short): the
 * command, or its answer. So who gets none asks, by sending the same bytes again: the decider
 * answers a repeat. Commands of a partition are decided in their order, so only the oldest that is
 * not answered asks: where much is waiting, little is added. */
#include "writers/courier.h"

#include <inttypes.h>
#include <poll.h>
#include <pthread.h>

#include "core/base/memory.h"
#include "core/base/murmur2.h"
#include "core/base/queue.h"
#include "core/evlog/closing.h"
#include "writers/letter.h"
#include "writers/parcels.h"

enum { COURIER_RUN = 256, COURIER_WAIT_MS = 100, COURIER_REOPEN_US = 200 * 1000 };
enum { COURIER_LOOK_US = 50 * 1000, COURIER_PATIENCE_US_MAX = 60 * 1000000 };
static const size_t COURIER_ARENA_MAX = (size_t)4 << 20;

/* One of the two streams that answers come on. */
struct courier_ear {
    enum evlog_stream stream;
    struct evlog_reader *reader;
    uint64_t *positions; /* of each partition that is followed, while the log is closed */
};

struct courier_partition {
    bool followed;
    bool closed;   /* nobody answers there any more */
    uint64_t look; /* the last one that found a parcel of it: that was its oldest */
};

struct courier {
    struct courier_options options;
    struct evlog_identity identity;
    struct queue *parcels_new;
    pthread_t thread;
    /* The thread's. */
    struct evlog *log; /* NULL: broken, to be opened again */
    int64_t reopen_us;
    struct courier_ear outcomes, rejected;
    struct courier_partition *partitions;
    struct parcels parcels;
    int64_t look_us;    /* when to look next who waits for too long, */
    uint64_t looks;     /* and how often that was */
    struct arena arena; /* of one record */
    struct evlog_record records[COURIER_RUN];
};

/* ---- answering ---- */

static void courier_check_refusal(struct courier *courier, struct parcel *parcel)
{
    if (!parcel->answered && parcel->offset != EVLOG_OFFSET_UNKNOWN &&
        parcel->refused_offset == parcel->offset) {
        parcels_answer(&courier->parcels, parcel, &parcel->refusal);
    }
}

static void courier_take_outcome(struct courier *courier, uint32_t partition,
                                 const struct letter *letter)
{
    struct parcel *parcel =
        parcels_find(&courier->parcels, partition, letter->org_id, letter->command_id);
    if (parcel != NULL) {
        parcels_answer(&courier->parcels, parcel, &letter->answer);
    }
}

/* The parcel at an offset, or one that may come to lie there: its acknowledgement can come later
 * than its refusal. */
static struct parcel *courier_find_refused(struct courier *courier, uint32_t partition,
                                           const struct letter *letter)
{
    struct parcel *parcel = parcels_find_at(&courier->parcels, partition, letter->offset);
    if (parcel != NULL) {
        return parcel;
    }
    parcel = parcels_find(&courier->parcels, partition, letter->org_id, letter->command_id);
    return parcel != NULL && parcel->offset == EVLOG_OFFSET_UNKNOWN ? parcel : NULL;
}

static void courier_take_rejected(struct courier *courier, uint32_t partition,
                                  const struct letter *letter)
{
    struct parcel *parcel = courier_find_refused(courier, partition, letter);
    if (parcel != NULL) {
        parcel->refused_offset = letter->offset;
        parcel->refusal = letter->answer;
        courier_check_refusal(courier, parcel);
    }
}

static void courier_take_answer(struct courier *courier, enum evlog_stream stream,
                                const struct evlog_record *record)
{
    struct letter letter;
    arena_reset(&courier->arena);
    if (!letter_read(&courier->arena, stream, record->value, &letter)) {
        return;
    }
    if (stream == EVLOG_OUTCOMES) {
        courier_take_outcome(courier, record->partition, &letter);
    } else {
        courier_take_rejected(courier, record->partition, &letter);
    }
}

static void courier_refuse(struct courier *courier, struct parcel *parcel, struct status why)
{
    struct decider_answer answer = letter_refusal(why.code, why.msg);
    parcels_answer(&courier->parcels, parcel, &answer);
}

/* ---- the log ---- */

static void courier_close_ear(struct courier *courier, struct courier_ear *ear)
{
    for (uint32_t i = 0; ear->reader != NULL && i < courier->identity.partitions_count; i++) {
        if (courier->partitions[i].followed) {
            ear->positions[i] = evlog_reader_position(ear->reader, i);
        }
    }
    evlog_reader_close(ear->reader);
    ear->reader = NULL;
}

static void courier_close_log(struct courier *courier)
{
    courier_close_ear(courier, &courier->outcomes);
    courier_close_ear(courier, &courier->rejected);
    evlog_close(courier->log);
    courier->log = NULL;
}

static struct status courier_open_ear(struct courier *courier, struct courier_ear *ear)
{
    TRY(evlog_reader_open(courier->log, ear->stream, &ear->reader));
    for (uint32_t i = 0; i < courier->identity.partitions_count; i++) {
        if (courier->partitions[i].followed) {
            TRY(evlog_reader_seek(ear->reader, i, ear->positions[i]));
        }
    }
    return status_ok();
}

static struct status courier_open_log(struct courier *courier)
{
    TRY(courier->options.open_log(courier->options.context, &courier->log));
    struct status st = courier_open_ear(courier, &courier->outcomes);
    if (st.code == STATUS_OK) {
        st = courier_open_ear(courier, &courier->rejected);
    }
    if (st.code != STATUS_OK) {
        courier_close_log(courier);
    }
    return st;
}

/* What was not acknowledged may be in the log or not: it is sent again. */
static void courier_broke(struct courier *courier, struct status why)
{
    if (courier->options.report != NULL) {
        courier->options.report(courier->options.context, why);
    }
    courier_close_log(courier);
    courier->parcels.sent = courier->parcels.first;
    courier->reopen_us = clock_monotonic_us(&courier->options.clock) + COURIER_REOPEN_US;
}

/* ---- sending ---- */

static struct status courier_follow_on(struct courier *courier, struct courier_ear *ear,
                                       uint32_t partition)
{
    uint64_t begin;
    TRY(evlog_range(courier->log, ear->stream, partition, &begin, &ear->positions[partition]));
    return evlog_reader_seek(ear->reader, partition, ear->positions[partition]);
}

static struct status courier_follow(struct courier *courier, uint32_t partition)
{
    if (courier->partitions[partition].followed) {
        return status_ok();
    }
    TRY(courier_follow_on(courier, &courier->outcomes, partition));
    TRY(courier_follow_on(courier, &courier->rejected, partition));
    courier->partitions[partition].followed = true;
    return status_ok();
}

/* RESOURCE_EXHAUSTED: later. */
static struct status courier_append(struct courier *courier, uint64_t number)
{
    const struct request *request = &parcels_at(&courier->parcels, number)->request;
    struct evlog_item item = { .stream = EVLOG_COMMANDS,
                               .partition = request->partition,
                               .key = request_org(request),
                               .value = request_command(request),
                               .token = number };
    return evlog_append(courier->log, &item, 1);
}

static struct status courier_send(struct courier *courier)
{
    struct parcels *parcels = &courier->parcels;
    for (; parcels->sent < parcels->next; parcels->sent++) {
        const struct parcel *parcel = parcels_at(parcels, parcels->sent);
        if (parcel->answered || parcel->offset != EVLOG_OFFSET_UNKNOWN) {
            continue; /* it was there already when the log broke */
        }
        TRY(courier_follow(courier, parcel->request.partition));
        struct status st = courier_append(courier, parcels->sent);
        if (st.code == STATUS_RESOURCE_EXHAUSTED) {
            return status_ok();
        }
        TRY(st);
    }
    return status_ok();
}

static struct status courier_poll(struct courier *courier)
{
    struct evlog_completion done[COURIER_RUN];
    size_t count;
    do {
        TRY(evlog_poll(courier->log, done, COURIER_RUN, &count));
        for (size_t i = 0; i < count; i++) {
            if (done[i].token >= courier->parcels.first) {
                struct parcel *parcel = parcels_at(&courier->parcels, done[i].token);
                parcel->offset = done[i].offset;
                courier_check_refusal(courier, parcel);
            }
        }
    } while (count > 0);
    return status_ok();
}

/* ---- receiving ---- */

static struct status courier_hear(struct courier *courier, struct courier_ear *ear)
{
    size_t count;
    do {
        TRY(evlog_reader_read(ear->reader, courier->records, COURIER_RUN, &count));
        for (size_t i = 0; i < count; i++) {
            courier_take_answer(courier, ear->stream, &courier->records[i]);
        }
    } while (count > 0);
    return status_ok();
}

/* ---- what waits for too long ---- */

/* Whether nobody will ever answer there. Who may not read the decisions does not know. */
static bool courier_is_closed(struct courier *courier, struct courier_partition *partition,
                              uint32_t number)
{
    bool closed = false;
    struct status st =
        partition->closed ? status_ok() : closing_find(courier->log, number, &closed);
    partition->closed |= st.code == STATUS_OK && closed;
    return partition->closed;
}

static void courier_turn_away(struct courier *courier, struct parcel *parcel)
{
    courier_refuse(courier, parcel,
                   status_error(STATUS_FAILED_PRECONDITION,
                                "expected an open log, but partition %" PRIu32 " was closed by log "
                                "copy: send the same command id to the log that it moved to",
                                parcel->request.partition));
}

/* At first it only looks whether there is anybody to ask. What is not acknowledged is still on its
 * way. */
static struct status courier_ask(struct courier *courier, uint64_t number, int64_t now_us)
{
    struct parcel *parcel = parcels_at(&courier->parcels, number);
    uint32_t partition = parcel->request.partition;
    int64_t wait_us = 2 * parcel->ask_wait_us;
    parcel->ask_wait_us = wait_us < COURIER_PATIENCE_US_MAX ? wait_us : COURIER_PATIENCE_US_MAX;
    parcel->ask_us = now_us + parcel->ask_wait_us;
    if (courier_is_closed(courier, &courier->partitions[partition], partition)) {
        courier_turn_away(courier, parcel);
        return status_ok();
    }
    if (parcel->asked++ == 0 || parcel->offset == EVLOG_OFFSET_UNKNOWN) {
        return status_ok();
    }
    struct status st = courier_append(courier, number);
    if (st.code == STATUS_RESOURCE_EXHAUSTED) {
        return status_ok(); /* the next time */
    }
    parcel->offset = EVLOG_OFFSET_UNKNOWN;
    return st;
}

static struct status courier_look(struct courier *courier, int64_t now_us)
{
    struct parcels *parcels = &courier->parcels;
    struct status late = status_error(
        STATUS_UNAVAILABLE, "expected an answer in time: is an agencyd running as writer? the "
                            "same command id can be sent again");
    if (now_us < courier->look_us) {
        return status_ok();
    }
    courier->look_us = now_us + COURIER_LOOK_US;
    courier->looks++;
    for (uint64_t number = parcels->first; number < parcels->next; number++) {
        struct parcel *parcel = parcels_at(parcels, number);
        struct courier_partition *partition = &courier->partitions[parcel->request.partition];
        bool oldest = partition->look != courier->looks;
        if (parcel->answered) {
            continue;
        }
        partition->look = courier->looks;
        if (parcel->until_us <= now_us) {
            courier_refuse(courier, parcel, late);
        } else if (partition->closed) {
            courier_turn_away(courier, parcel);
        } else if (oldest && courier->log != NULL && parcel->ask_us <= now_us) {
            TRY(courier_ask(courier, number, now_us));
        }
    }
    return status_ok();
}

/* ---- the loop ---- */

static void courier_take(struct courier *courier, int64_t now_us)
{
    const struct courier_options *options = &courier->options;
    struct parcels *parcels = &courier->parcels;
    struct parcel parcel;
    while (parcels->next - parcels->first < PARCELS_MAX &&
           queue_pop(courier->parcels_new, &parcel, 1) == 1) {
        parcel.until_us = now_us + options->timeout_us;
        parcel.ask_wait_us = options->patience_us;
        parcel.ask_us = now_us + options->patience_us;
        parcels_add(parcels, &parcel);
    }
}

static struct status courier_work(struct courier *courier, int64_t now_us)
{
    if (courier->log == NULL && now_us < courier->reopen_us) {
        return status_ok();
    }
    if (courier->log == NULL) {
        TRY(courier_open_log(courier));
    }
    TRY(courier_send(courier));
    TRY(courier_poll(courier));
    TRY(courier_hear(courier, &courier->outcomes));
    return courier_hear(courier, &courier->rejected);
}

static void courier_wait(struct courier *courier)
{
    int parcels = -1;
    struct status st = queue_descriptor(courier->parcels_new, &parcels);
    assert(st.code == STATUS_OK); /* courier_open made it */
    bool open = courier->log != NULL;
    bool full = courier->parcels.next - courier->parcels.first == PARCELS_MAX ||
                queue_stopped(courier->parcels_new);
    struct pollfd all[] = {
        { .fd = full ? -1 : parcels, .events = POLLIN },
        { .fd = open ? evlog_descriptor(courier->log) : -1, .events = POLLIN },
        { .fd = open ? evlog_reader_descriptor(courier->outcomes.reader) : -1, .events = POLLIN },
        { .fd = open ? evlog_reader_descriptor(courier->rejected.reader) : -1, .events = POLLIN },
    };
    poll(all, sizeof all / sizeof all[0], COURIER_WAIT_MS);
}

static bool courier_finished(const struct courier *courier)
{
    return queue_stopped(courier->parcels_new) && queue_count(courier->parcels_new) == 0 &&
           courier->parcels.first == courier->parcels.next;
}

static void *courier_run(void *self)
{
    struct courier *courier = self;
    while (!courier_finished(courier)) {
        int64_t now_us = clock_monotonic_us(&courier->options.clock);
        courier_take(courier, now_us);
        struct status st = courier_work(courier, now_us);
        if (st.code == STATUS_OK) {
            st = courier_look(courier, now_us);
        }
        if (st.code != STATUS_OK) {
            courier_broke(courier, st);
        }
        if (!courier_finished(courier)) {
            courier_wait(courier);
        }
    }
    return NULL;
}

/* ---- life ---- */

static void courier_free(struct courier *courier)
{
    courier_close_log(courier);
    queue_close(courier->parcels_new);
    mem_free(courier->outcomes.positions);
    mem_free(courier->rejected.positions);
    mem_free(courier->partitions);
    parcels_release(&courier->parcels);
    arena_release(&courier->arena);
    mem_free(courier);
}

static struct status courier_start(struct courier *courier)
{
    int descriptor;
    TRY(courier->options.open_log(courier->options.context, &courier->log));
    courier->identity = courier->log->identity;
    uint32_t count = courier->identity.partitions_count;
    courier->partitions = mem_zalloc(count, sizeof *courier->partitions);
    courier->outcomes.positions = mem_zalloc(count, sizeof(uint64_t));
    courier->rejected.positions = mem_zalloc(count, sizeof(uint64_t));
    TRY(courier_open_ear(courier, &courier->outcomes));
    TRY(courier_open_ear(courier, &courier->rejected));
    TRY(queue_descriptor(courier->parcels_new, &descriptor));
    if (pthread_create(&courier->thread, NULL, courier_run, courier) != 0) {
        return status_error(STATUS_UNAVAILABLE, "expected to start a thread");
    }
    return status_ok();
}

struct status courier_open(const struct courier_options *options, struct courier **out)
{
    struct courier *courier = mem_zalloc(1, sizeof *courier);
    assert(options->patience_us > 0);
    courier->options = *options;
    courier->outcomes.stream = EVLOG_OUTCOMES;
    courier->rejected.stream = EVLOG_REJECTED;
    parcels_init(&courier->parcels);
    courier->parcels_new = queue_open(PARCELS_MAX, sizeof(struct parcel));
    arena_init(&courier->arena, COURIER_ARENA_MAX);
    struct status st = courier_start(courier);
    if (st.code != STATUS_OK) {
        courier_free(courier);
        courier = NULL;
    }
    *out = courier;
    return st;
}

void courier_close(struct courier *courier)
{
    if (courier != NULL) {
        queue_stop(courier->parcels_new);
        pthread_join(courier->thread, NULL);
        courier_free(courier);
    }
}

const struct evlog_identity *courier_identity(const struct courier *courier)
{
    return &courier->identity;
}

/* ---- submitting ---- */

struct status courier_submit(struct courier *courier, struct str org_id, struct str command_id,
                             struct str record, request_done *done, void *context)
{
    struct parcel parcel = { .offset = EVLOG_OFFSET_UNKNOWN,
                             .refused_offset = EVLOG_OFFSET_UNKNOWN };
    uint32_t partition = murmur2_partition(org_id, courier->identity.partitions_count);
    if (command_id.size > ID_SIZE_MAX) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected a command id of at most %d bytes, but it has %zu",
                            ID_SIZE_MAX, command_id.size);
    }
    memcpy(parcel.command_id, command_id.data, command_id.size);
    parcel.request = request_make(org_id, record, partition, done, context);
    if (queue_push(courier->parcels_new, &parcel)) {
        return status_ok();
    }
    request_release(&parcel.request);
    return queue_stopped(courier->parcels_new)
               ? status_error(STATUS_UNAVAILABLE, "expected a courier that is not closing")
               : status_error(STATUS_RESOURCE_EXHAUSTED,
                              "expected at most %d commands to wait: try again soon", PARCELS_MAX);
}
