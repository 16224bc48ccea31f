/* Invariants: (1) outcomes and rejected of a partition are followed from before its first command
 * was sent, so no answer is missed; (2) parcels are sent in the order of their submission, and
 * again in that order; (3) a parcel is answered once: by the first outcome of its org and
 * command_id in its partition, by the record of its refusal, or by the clock.
 *
 * Parcels lie in a ring by their number; those before `first` are all answered. Finding one by its
 * command_id is a walk from there: answers come nearly in order. */
#include "writers/courier.h"

#include <poll.h>
#include <pthread.h>

#include "agency/v1/stream.pb-c.h"
#include "core/base/memory.h"
#include "core/base/murmur2.h"
#include "core/base/queue.h"
#include "core/domain/fields.h"
#include "core/pb/message.h"

enum { COURIER_RUN = 256, COURIER_WAIT_MS = 100, COURIER_REOPEN_US = 200 * 1000 };
static const size_t COURIER_ARENA_MAX = (size_t)4 << 20;

/* A command on its way. */
struct parcel {
    struct request request;
    char command_id[ID_SIZE_MAX + 1];
    uint64_t offset;               /* among the commands; EVLOG_OFFSET_UNKNOWN: not acknowledged */
    uint64_t refused_offset;       /* a refusal that came before the acknowledgement; */
    struct decider_answer refusal; /* it counts if it is of the same offset */
    int64_t until_us;
    bool answered;
};

/* One of the two streams that answers come on. */
struct courier_ear {
    enum evlog_stream stream;
    struct evlog_reader *reader;
    uint64_t *positions; /* of each partition that is followed, while the log is closed */
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
    bool *followed;             /* by partition */
    struct parcel *parcels;     /* ring by number */
    uint64_t first, sent, next; /* numbers: unanswered from, sent before, taken before */
    struct arena arena;         /* of one record */
    struct evlog_record records[COURIER_RUN];
};

static struct parcel *courier_parcel(struct courier *courier, uint64_t number)
{
    return &courier->parcels[number % COURIER_MAX];
}

/* ---- answering ---- */

static void courier_answer(struct courier *courier, struct parcel *parcel,
                           const struct decider_answer *answer)
{
    parcel->answered = true;
    request_answer(&parcel->request, answer);
    while (courier->first < courier->next && courier_parcel(courier, courier->first)->answered) {
        courier->first++;
    }
    courier->sent = courier->sent < courier->first ? courier->first : courier->sent;
}

static enum status_code courier_code(const char *name)
{
    for (int code = STATUS_OK; code <= STATUS_UNAUTHENTICATED; code++) {
        if (strcmp(status_code_name((enum status_code)code), name) == 0) {
            return (enum status_code)code;
        }
    }
    return STATUS_UNKNOWN;
}

static void courier_reason(struct decider_answer *answer, const char *reason)
{
    size_t size = strlen(reason), most = sizeof answer->reason - 1;
    memcpy(answer->reason, reason, size < most ? size : most);
}

static void courier_check_refusal(struct courier *courier, struct parcel *parcel)
{
    if (!parcel->answered && parcel->offset != EVLOG_OFFSET_UNKNOWN &&
        parcel->refused_offset == parcel->offset) {
        courier_answer(courier, parcel, &parcel->refusal);
    }
}

static struct parcel *courier_find(struct courier *courier, uint32_t partition, const char *org_id,
                                   const char *command_id)
{
    for (uint64_t number = courier->first; number < courier->sent; number++) {
        struct parcel *parcel = courier_parcel(courier, number);
        if (!parcel->answered && parcel->request.partition == partition &&
            strcmp(parcel->command_id, command_id) == 0 &&
            str_eq(request_org(&parcel->request), str_z(org_id))) {
            return parcel;
        }
    }
    return NULL;
}

/* Streams are for everybody: what cannot be read is not about our commands. */
static void courier_take_outcome(struct courier *courier, const struct evlog_record *record)
{
    Agency__V1__Outcome *outcome;
    struct status st = pb_unpack(&courier->arena, &agency__v1__outcome__descriptor, record->value,
                                 PB_OUTSIDE, &outcome);
    if (st.code != STATUS_OK || outcome->answer == NULL) {
        return;
    }
    const Agency__V1__SubmitResponse *said = outcome->answer;
    struct parcel *parcel =
        courier_find(courier, record->partition, outcome->org_id, said->command_id);
    if (parcel != NULL) {
        struct decider_answer answer = {
            .outcome = said->repeated ? DECIDER_REPEATED : DECIDER_DECIDED,
            .code = courier_code(said->code),
            .sequence = said->sequence,
            .org_sequence = said->org_sequence,
            .events_count = said->events,
            .recorded_at_us = fields_time_us(said->recorded_at),
        };
        courier_reason(&answer, said->reason);
        courier_answer(courier, parcel, &answer);
    }
}

/* The parcel at an offset, or one that may come to lie there: its acknowledgement can come later
 * than its refusal. */
static struct parcel *courier_find_refused(struct courier *courier, uint32_t partition,
                                           const Agency__V1__RejectedCommand *rejected)
{
    for (uint64_t number = courier->first; number < courier->sent; number++) {
        struct parcel *parcel = courier_parcel(courier, number);
        if (!parcel->answered && parcel->request.partition == partition &&
            parcel->offset == rejected->offset) {
            return parcel;
        }
    }
    struct parcel *parcel =
        courier_find(courier, partition, rejected->org_id, rejected->command_id);
    return parcel != NULL && parcel->offset == EVLOG_OFFSET_UNKNOWN ? parcel : NULL;
}

static void courier_take_rejected(struct courier *courier, const struct evlog_record *record)
{
    Agency__V1__RejectedCommand *rejected;
    struct status st = pb_unpack(&courier->arena, &agency__v1__rejected_command__descriptor,
                                 record->value, PB_OUTSIDE, &rejected);
    if (st.code != STATUS_OK) {
        return;
    }
    struct parcel *parcel = courier_find_refused(courier, record->partition, rejected);
    if (parcel != NULL) {
        parcel->refused_offset = rejected->offset;
        parcel->refusal = (struct decider_answer){ .outcome = DECIDER_REFUSED,
                                                   .code = courier_code(rejected->code) };
        courier_reason(&parcel->refusal, rejected->reason);
        courier_check_refusal(courier, parcel);
    }
}

static void courier_refuse(struct courier *courier, struct parcel *parcel, struct status why)
{
    struct decider_answer answer = { .outcome = DECIDER_REFUSED, .code = why.code };
    courier_reason(&answer, why.msg);
    courier_answer(courier, parcel, &answer);
}

static void courier_expire(struct courier *courier, int64_t now_us)
{
    struct status late = status_error(
        STATUS_UNAVAILABLE, "expected an answer in time: is an agencyd running as writer? the "
                            "same command id can be sent again");
    for (uint64_t number = courier->first; number < courier->next; number++) {
        struct parcel *parcel = courier_parcel(courier, number);
        if (!parcel->answered && parcel->until_us <= now_us) {
            courier_refuse(courier, parcel, late);
        }
    }
}

/* ---- the log ---- */

static void courier_close_ear(struct courier *courier, struct courier_ear *ear)
{
    for (uint32_t i = 0; ear->reader != NULL && i < courier->identity.partitions_count; i++) {
        if (courier->followed[i]) {
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
        if (courier->followed[i]) {
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
    courier->sent = courier->first;
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
    if (courier->followed[partition]) {
        return status_ok();
    }
    TRY(courier_follow_on(courier, &courier->outcomes, partition));
    TRY(courier_follow_on(courier, &courier->rejected, partition));
    courier->followed[partition] = true;
    return status_ok();
}

static struct status courier_send(struct courier *courier)
{
    for (; courier->sent < courier->next; courier->sent++) {
        const struct parcel *parcel = courier_parcel(courier, courier->sent);
        const struct request *request = &parcel->request;
        if (parcel->answered || parcel->offset != EVLOG_OFFSET_UNKNOWN) {
            continue; /* it was there already when the log broke */
        }
        TRY(courier_follow(courier, request->partition));
        struct evlog_item item = { .stream = EVLOG_COMMANDS,
                                   .partition = request->partition,
                                   .key = request_org(request),
                                   .value = request_command(request),
                                   .token = courier->sent };
        struct status st = evlog_append(courier->log, &item, 1);
        if (st.code == STATUS_RESOURCE_EXHAUSTED) {
            return status_ok(); /* later */
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
            if (done[i].token >= courier->first) {
                struct parcel *parcel = courier_parcel(courier, done[i].token);
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
            arena_reset(&courier->arena);
            if (ear->stream == EVLOG_OUTCOMES) {
                courier_take_outcome(courier, &courier->records[i]);
            } else {
                courier_take_rejected(courier, &courier->records[i]);
            }
        }
    } while (count > 0);
    return status_ok();
}

/* ---- the loop ---- */

static void courier_take(struct courier *courier, int64_t now_us)
{
    struct parcel parcel;
    while (courier->next - courier->first < COURIER_MAX &&
           queue_pop(courier->parcels_new, &parcel, 1) == 1) {
        parcel.until_us = now_us + courier->options.timeout_us;
        *courier_parcel(courier, courier->next++) = parcel;
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
    bool full =
        courier->next - courier->first == COURIER_MAX || queue_stopped(courier->parcels_new);
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
           courier->first == courier->next;
}

static void *courier_run(void *self)
{
    struct courier *courier = self;
    while (!courier_finished(courier)) {
        int64_t now_us = clock_monotonic_us(&courier->options.clock);
        courier_take(courier, now_us);
        struct status st = courier_work(courier, now_us);
        if (st.code != STATUS_OK) {
            courier_broke(courier, st);
        }
        courier_expire(courier, now_us);
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
    mem_free(courier->followed);
    mem_free(courier->parcels);
    arena_release(&courier->arena);
    mem_free(courier);
}

static struct status courier_start(struct courier *courier)
{
    int descriptor;
    TRY(courier->options.open_log(courier->options.context, &courier->log));
    courier->identity = courier->log->identity;
    uint32_t count = courier->identity.partitions_count;
    courier->followed = mem_zalloc(count, sizeof *courier->followed);
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
    courier->options = *options;
    courier->outcomes.stream = EVLOG_OUTCOMES;
    courier->rejected.stream = EVLOG_REJECTED;
    courier->parcels = mem_zalloc(COURIER_MAX, sizeof *courier->parcels);
    courier->parcels_new = queue_open(COURIER_MAX, sizeof(struct parcel));
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
                              "expected at most %d commands to wait: try again soon", COURIER_MAX);
}
