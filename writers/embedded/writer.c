/* The loop: take what waits, decide it, append all of it as one unit, hand out what is complete;
 * when nothing is left to do, write the stores.
 *
 * Invariants: (1) an answer that tells of a record is given after the log has acknowledged it, and
 * a repeat's answer after the record that it repeats; (2) answers of a partition are given in the
 * order of its records; (3) after a write that may have failed nothing that was decided since is
 * used: partitions are closed and folded again; (4) a store that the disk refuses is no failure:
 * what was answered stands in the log, and as long as memory has room more can be.
 *
 * Left out: a thread of its own for the stores. Deciding is the smaller part of the work, but two
 * threads would let a store's write overlap the next decisions: partition_freeze, _store and _thaw
 * are made for it. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/stat.h>

#include "core/base/memory.h"
#include "core/base/murmur2.h"
#include "writers/embedded/batch.h"
#include "writers/embedded/writer_inside.h"

enum {
    BATCH_SIZE_MAX = 4 << 20,          /* bytes of them */
    CLOSED_TIME_EVERY_US = 100 * 1000, /* how far behind now a reader of the past can be */
    ELAPSE_ALONE_US = 2 * 1000,        /* of what is due, before somebody looks for commands */
    PATH_SIZE_MAX = 4096,
};

/* ---- trouble ---- */

/* Whatever waits may be in the log or not: UNAVAILABLE says so, and the client asks again with the
 * same command_id. */
static void writer_fail(struct writer *writer, struct status why)
{
    writer->failed = why;
    evlog_reporter_tell(&writer->options.reporter, EVLOG_ALL, why);
    struct status unknown = why;
    unknown.code = STATUS_UNAVAILABLE;
    unconfirmed_fail_all(&writer->unconfirmed, unknown);
    writer_set_aside(writer);
}

/* ---- the log's answers ---- */

static struct status writer_complete(struct writer *writer, const struct evlog_completion *done)
{
    if (done->offset == EVLOG_OFFSET_UNKNOWN) {
        return status_error(STATUS_UNAVAILABLE, "expected the log to take a decision");
    }
    if (done->token == BATCH_COMMAND) {
        return status_ok(); /* the command's own record: its decision comes behind it */
    }
    const struct unconfirmed *first = unconfirmed_first(&writer->unconfirmed);
    TRY(leader_confirm(first->leader, done->offset, first->record, &first->head));
    unconfirmed_answer_first(&writer->unconfirmed);
    return status_ok();
}

static struct status writer_poll(struct writer *writer)
{
    struct evlog_completion done[BATCH_MAX];
    size_t count;
    do {
        TRY(evlog_poll(writer->log, done, BATCH_MAX, &count));
        for (size_t i = 0; i < count; i++) {
            TRY(writer_complete(writer, &done[i]));
        }
    } while (count > 0);
    return status_ok();
}

/* Waits until all that was appended is answered. */
static struct status writer_drain(struct writer *writer)
{
    TRY(writer_poll(writer));
    while (unconfirmed_count(&writer->unconfirmed) > 0) {
        evlog_wait(evlog_descriptor(writer->log), WRITER_REOPEN_EVERY_US);
        TRY(writer_poll(writer));
    }
    return status_ok();
}

static struct status writer_append(struct writer *writer, const struct evlog_item *items,
                                   size_t items_count)
{
    if (items_count == 0) {
        return status_ok();
    }
    struct status st = evlog_append(writer->log, items, items_count);
    while (st.code == STATUS_RESOURCE_EXHAUSTED && unconfirmed_count(&writer->unconfirmed) > 0) {
        evlog_wait(evlog_descriptor(writer->log), WRITER_REOPEN_EVERY_US);
        TRY(writer_poll(writer));
        st = evlog_append(writer->log, items, items_count);
    }
    return st;
}

/* ---- deciding ---- */

static struct status writer_leader(struct writer *writer, uint32_t number, struct leader **leader)
{
    *leader = writer->leaders[number];
    if (*leader != NULL) {
        return status_ok();
    }
    TRY(writer_drain(writer)); /* the EPOCH's completion must be the only one */
    char path[PATH_SIZE_MAX];
    snprintf(path, sizeof path, "%s/p%02" PRIu32, writer->options.stores, number);
    struct leader_options options = { .store = path,
                                      .log = writer->log,
                                      .number = number,
                                      .clock = writer->options.clock,
                                      .now_us = writer_now(writer),
                                      .accept_clock = writer->options.accept_clock,
                                      .timed = writer->options.timed,
                                      .configuration = writer->options.configuration,
                                      .poison = writer->poison,
                                      .rejections = writer->rejections,
                                      .shelf = writer->options.shelf,
                                      .watch = writer->options.watch,
                                      .process = writer->options.process };
    TRY(leader_open(&options, leader));
    writer->leaders[number] = *leader;
    if ((*leader)->partition->rebuilt.code != STATUS_OK) {
        evlog_reporter_tell(&writer->options.reporter, number, (*leader)->partition->rebuilt);
    }
    return status_ok();
}

struct status writer_make_room(struct writer *writer, struct leader *leader)
{
    if (leader_full(leader)) {
        TRY(writer_drain(writer));
        return writer_write(writer, leader);
    }
    return unconfirmed_count(&writer->unconfirmed) == UNCONFIRMED_MAX ? writer_drain(writer)
                                                                      : status_ok();
}

static struct status writer_append_batch(struct writer *writer, struct batch *batch)
{
    struct status st = writer_append(writer, batch->items, batch->items_count);
    batch->items_count = 0;
    batch->size = 0;
    return st;
}

struct status writer_append_elapsed(struct writer *writer, struct leader *leader, struct str record)
{
    const struct evlog_item item = { .stream = EVLOG_DECISIONS,
                                     .partition = leader->number,
                                     .key = leader->decider.org_id,
                                     .value = record,
                                     .token = BATCH_DECISION };
    assert(unconfirmed_count(&writer->unconfirmed) < UNCONFIRMED_MAX);
    unconfirmed_add(&writer->unconfirmed, NULL, NULL, leader, record);
    return writer_append(writer, &item, 1);
}

/* Decides one request; *again if something else had to be decided before it. */
static struct status writer_decide(struct writer *writer, struct batch *batch,
                                   const struct request *request, bool *again)
{
    struct leader *leader = writer->leaders[request->partition];
    struct str command = request_command(request);
    struct submit_answer answer;
    struct str record;
    struct status trusted = leader_check_clock(leader, &writer->options.clock);
    if (trusted.code != STATUS_OK) {
        *again = false;
        request_fail(request, trusted);
        return status_ok();
    }
    TRY(leader_decide(leader, command, writer_now(writer), &answer, &record));
    *again = answer.outcome == SUBMIT_ELAPSED;
    if (*again) {
        TRY(writer_append_batch(writer, batch)); /* what was decided before it */
        return writer_append_elapsed(writer, leader, record);
    }
    bool confirmed = answer.sequence <= leader->partition->position.chain.sequence;
    if (answer.outcome == SUBMIT_FAILED || (answer.outcome == SUBMIT_REPEATED && confirmed)) {
        request_answer(request, &answer);
        return status_ok();
    }
    const struct unconfirmed *unconfirmed =
        unconfirmed_add(&writer->unconfirmed, request, &answer, leader, record);
    if (record.size > 0) {
        batch_add(batch, unconfirmed);
    }
    return status_ok();
}

/* Decides one request; room in the ring and in the batch is there. Any status but OK: the request
 * is still the caller's. */
static struct status writer_handle(struct writer *writer, struct batch *batch,
                                   const struct request *request)
{
    bool again;
    do {
        struct leader *leader = writer->leaders[request->partition];
        if (leader == NULL || leader_full(leader) ||
            unconfirmed_count(&writer->unconfirmed) == UNCONFIRMED_MAX) {
            TRY(writer_append_batch(writer, batch));
            TRY(writer_leader(writer, request->partition, &leader));
            TRY(writer_make_room(writer, leader));
        }
        TRY(writer_decide(writer, batch, request, &again));
    } while (again);
    return status_ok();
}

static void writer_handle_all(struct writer *writer, const struct request *requests, uint32_t count)
{
    struct batch batch;
    batch.items_count = batch.size = 0;
    uint32_t next = 0;
    struct status st = status_ok();
    while (next < count && st.code == STATUS_OK) {
        st = writer_handle(writer, &batch, &requests[next]);
        next += st.code == STATUS_OK;
        if (st.code == STATUS_OK && (next == count || batch.size >= BATCH_SIZE_MAX)) {
            st = writer_append_batch(writer, &batch);
        }
    }
    if (st.code != STATUS_OK) {
        writer_fail(writer, st);
    }
    for (; next < count; next++) {
        request_fail(&requests[next], st);
    }
}

/* ---- the loop ---- */

/* Waits for a request, for the log, or until something is to be done by itself. */
static void writer_wait(struct writer *writer)
{
    int requests = -1;
    struct status st = queue_descriptor(writer->requests, &requests);
    assert(st.code == STATUS_OK);
    struct pollfd both[] = { { .fd = requests, .events = POLLIN },
                             { .fd = writer->log == NULL ? -1 : evlog_descriptor(writer->log),
                               .events = POLLIN } };
    poll(both, 2, (int)((writer_until_due_us(writer, CLOSED_TIME_EVERY_US) + 999) / 1000));
}

static uint32_t writer_take(struct writer *writer, struct request *requests)
{
    uint32_t room = (uint32_t)(UNCONFIRMED_MAX - unconfirmed_count(&writer->unconfirmed));
    uint32_t most = room < BATCH_MAX ? room : BATCH_MAX;
    return most == 0 ? 0 : queue_pop(writer->requests, requests, most);
}

/* What is shown is all of it: also what no command has come for. */
static void writer_open_all(struct writer *writer)
{
    bool all = writer->options.shelf != NULL;
    struct status st = status_ok();
    for (uint32_t i = 0; all && st.code == STATUS_OK && i < writer->partitions_count; i++) {
        struct leader *leader;
        st = writer_leader(writer, i, &leader);
    }
    if (st.code != STATUS_OK) {
        writer_fail(writer, st);
    }
}

static void writer_reopen(struct writer *writer)
{
    evlog_close(writer->log);
    writer->log = NULL;
    writer->failed = writer_check_room(writer);
    if (writer->failed.code == STATUS_OK) {
        writer->failed = evlog_opener_open(&writer->options.opener, false, &writer->log);
    }
    if (writer->failed.code == STATUS_OK) {
        writer_drop_aside(writer);
        writer_open_all(writer);
    }
    if (writer->failed.code != STATUS_OK) {
        evlog_wait(-1, WRITER_REOPEN_EVERY_US);
    }
}

/* After some requests and turns: what is complete is answered, and stored when there is nothing
 * else to do. */
static struct status writer_settle(struct writer *writer, uint32_t count, uint32_t turns)
{
    bool due = writer_show_due(writer) || (turns > 0 && writer_changed_much(writer));
    TRY(due ? writer_drain(writer) : writer_poll(writer));
    if (unconfirmed_count(&writer->unconfirmed) == 0 && (due || count + turns == 0)) {
        TRY(writer_catch_up_stores(writer));
    }
    return writer_flush(writer, clock_monotonic_us(&writer->options.clock));
}

/* While commands wait, what is due gets as much time as they. */
static struct status writer_work(struct writer *writer, const struct request *requests,
                                 uint32_t count, uint32_t *turns)
{
    const int64_t began_us = clock_monotonic_us(&writer->options.clock);
    if (count > 0) {
        writer_handle_all(writer, requests, count);
    }
    if (writer->failed.code != STATUS_OK) {
        return status_ok();
    }
    const int64_t took_us = clock_monotonic_us(&writer->options.clock) - began_us;
    TRY(writer_elapse(writer, count > 0 ? took_us : ELAPSE_ALONE_US, turns));
    return writer_settle(writer, count, *turns);
}

static void writer_step(struct writer *writer)
{
    struct request requests[BATCH_MAX];
    uint32_t count = writer_take(writer, requests);
    if (writer->failed.code != STATUS_OK) {
        for (uint32_t i = 0; i < count; i++) {
            request_fail(&requests[i], writer->failed);
        }
        writer_reopen(writer);
        return;
    }
    uint32_t turns = 0;
    struct status st = writer_work(writer, requests, count, &turns);
    writer_tell_watch(writer, clock_monotonic_us(&writer->options.clock));
    if (st.code != STATUS_OK) {
        writer_fail(writer, st);
    } else if (count == 0 && turns == 0) {
        writer_wait(writer);
    }
}

static bool writer_finished(struct writer *writer)
{
    return queue_stopped(writer->requests) && queue_count(writer->requests) == 0 &&
           (unconfirmed_count(&writer->unconfirmed) == 0 || writer->failed.code != STATUS_OK);
}

static void *writer_run(void *self)
{
    struct writer *writer = self;
    writer_open_all(writer);
    while (!writer_finished(writer)) {
        writer_step(writer);
    }
    return NULL;
}

/* ---- life ---- */

static struct status writer_prepare_folder(struct writer *writer)
{
    if (mkdir(writer->options.stores, 0700) != 0 && errno != EEXIST) {
        return status_error(STATUS_UNAVAILABLE, "expected to make the folder '%s': %s",
                            writer->options.stores, strerror(errno));
    }
    TRY(closed_time_open(writer->options.stores, &writer->closed_time));
    const int64_t word_us = closed_time_get(writer->closed_time);
    writer->old_word = word_us > 0 && !writer->options.accept_clock &&
                       writer_now(writer) - word_us > DECIDER_CLOCK_OLD_US;
    char path[PATH_SIZE_MAX];
    snprintf(path, sizeof path, "%s/poison", writer->options.stores);
    TRY(poison_open(path, &writer->poison));
    snprintf(path, sizeof path, "%s/rejections", writer->options.stores);
    return rejections_open(path, &writer->rejections);
}

static struct status writer_start(struct writer *writer)
{
    decider_clock_init(&writer->decider_clock, &writer->options.clock,
                       writer->options.accept_clock);
    TRY(writer_prepare_folder(writer));
    TRY(evlog_opener_open(&writer->options.opener, false, &writer->log));
    writer->partitions_count = writer->log->identity.partitions_count;
    writer->leaders = mem_zalloc(writer->partitions_count, sizeof(void *));
    writer->aside = mem_zalloc(writer->partitions_count, sizeof(void *));
    unconfirmed_init(&writer->unconfirmed);
    writer->requests = queue_open(WRITER_QUEUE_MAX, sizeof(struct request));
    writer->flushed_us = clock_monotonic_us(&writer->options.clock);
    int descriptor;
    TRY(queue_descriptor(writer->requests, &descriptor));
    if (pthread_create(&writer->thread, NULL, writer_run, writer) != 0) {
        return status_error(STATUS_UNAVAILABLE, "expected to start a thread");
    }
    return status_ok();
}

static void writer_free(struct writer *writer)
{
    if (writer->leaders != NULL) {
        writer_set_aside(writer);
        writer_drop_aside(writer);
    }
    evlog_close(writer->log);
    poison_close(writer->poison);
    rejections_close(writer->rejections);
    closed_time_close(writer->closed_time);
    queue_close(writer->requests);
    mem_free(writer->leaders);
    mem_free(writer->aside);
    unconfirmed_release(&writer->unconfirmed);
    mem_free(writer);
}

struct status writer_open(const struct writer_options *options, struct writer **writer)
{
    *writer = mem_zalloc(1, sizeof **writer);
    (*writer)->options = *options;
    struct status st = writer_start(*writer);
    if (st.code != STATUS_OK) {
        writer_free(*writer);
        *writer = NULL;
    }
    return st;
}

/* The TICK at the end lets readers without a writer answer about the last moments. */
static struct status writer_finish_leader(struct writer *writer, struct leader *leader)
{
    TRY(writer_tick(writer, leader));
    TRY(partition_write(leader->partition));
    return partition_flush(leader->partition);
}

static struct status writer_finish(struct writer *writer)
{
    TRY(writer->failed);
    for (uint32_t i = 0; i < writer->partitions_count; i++) {
        if (writer->leaders[i] != NULL) {
            TRY(writer_note(writer, i, writer_finish_leader(writer, writer->leaders[i])));
        }
    }
    return status_ok();
}

struct status writer_close(struct writer *writer)
{
    if (writer == NULL) {
        return status_ok();
    }
    queue_stop(writer->requests);
    pthread_join(writer->thread, NULL);
    struct status st = writer_finish(writer);
    writer_free(writer);
    return st;
}

/* ---- submitting ---- */

uint32_t writer_partition(const struct writer *writer, struct str org_id)
{
    return murmur2_partition(org_id, writer->partitions_count);
}

struct status writer_submit(struct writer *writer, const struct submit_command *command,
                            submit_done *done, void *context)
{
    uint32_t partition = writer_partition(writer, command->org_id);
    struct request request =
        request_make(command->org_id, command->record, partition, done, context);
    if (queue_push(writer->requests, &request)) {
        return status_ok();
    }
    request_release(&request);
    if (queue_stopped(writer->requests)) {
        return status_error(STATUS_UNAVAILABLE, "expected a writer that is not closing");
    }
    return status_error(STATUS_RESOURCE_EXHAUSTED,
                        "expected at most %d commands to wait: try again soon", WRITER_QUEUE_MAX);
}

static struct status writer_take_cb(void *self, const struct submit_command *command,
                                    submit_done *done, void *context)
{
    return writer_submit(self, command, done, context);
}

struct submit writer_port(struct writer *writer)
{
    return (struct submit){ writer, writer_take_cb };
}
