/* Invariants: (1) outcomes and dead letters of a partition are followed from before its first
 * command was sent, so no answer is missed; (2) commands are sent in the order of their submission,
 * and again in that order; (3) a command is answered once: by the first outcome or dead letter of
 * one of its copies, because nobody can answer any more, or by the clock.
 *
 * A log can lose what it has acknowledged (brokers that died, a retention that was too short): the
 * command, or its answer. So who gets none asks, by sending the same bytes again: the decider
 * answers a repeat. Commands of a partition are decided in their order, so only the oldest that is
 * not answered asks: where much is waiting, little is added. */
#include "writers/client/client.h"

#include <inttypes.h>
#include <poll.h>
#include <pthread.h>

#include "core/base/memory.h"
#include "core/base/murmur2.h"
#include "core/base/queue.h"
#include "core/evlog/closing.h"
#include "writers/client/in_flight.h"
#include "writers/client/reply.h"

enum { CLIENT_RUN = 256, CLIENT_WAIT_MS = 100, CLIENT_REOPEN_US = 200 * 1000 };
enum { CLIENT_LOOK_US = 50 * 1000, CLIENT_PATIENCE_US_MAX = 60 * 1000000 };
static const size_t CLIENT_ARENA_MAX = (size_t)4 << 20;

/* One of the two streams that answers come on. */
struct client_answers {
    enum evlog_stream stream;
    struct evlog_reader *reader;
    uint64_t *positions; /* of each partition that is followed, while the log is closed */
};

struct client_partition {
    bool followed;
    bool closed;   /* nobody answers there any more */
    uint64_t look; /* the last one that found a command of it: that was its oldest */
};

struct client {
    struct client_options options;
    struct evlog_identity identity;
    struct queue *submitted;
    pthread_t thread;
    /* The thread's. */
    struct evlog *log; /* NULL: broken, to be opened again */
    int64_t reopen_us;
    struct client_answers outcomes, dead_letters;
    struct client_partition *partitions;
    struct in_flight in_flight;
    int64_t look_us;    /* when to look next who waits for too long, */
    uint64_t looks;     /* and how often that was */
    struct arena arena; /* of one record */
    struct evlog_record records[CLIENT_RUN];
};

/* ---- answering ---- */

static void client_take_answer(struct client *client, enum evlog_stream stream,
                               const struct evlog_record *record)
{
    struct reply reply;
    arena_reset(&client->arena);
    if (reply_read(&client->arena, stream, record->value, &reply)) {
        in_flight_take(&client->in_flight, record->partition, &reply);
    }
}

static void client_fail(struct client *client, struct in_flight_command *command, struct status why)
{
    struct submit_answer answer = reply_failed(why.code, why.msg);
    in_flight_answer(&client->in_flight, command, &answer);
}

/* ---- the log ---- */

static void client_close_answers(struct client *client, struct client_answers *answers)
{
    for (uint32_t i = 0; answers->reader != NULL && i < client->identity.partitions_count; i++) {
        if (client->partitions[i].followed) {
            answers->positions[i] = evlog_reader_position(answers->reader, i);
        }
    }
    evlog_reader_close(answers->reader);
    answers->reader = NULL;
}

static void client_close_log(struct client *client)
{
    client_close_answers(client, &client->outcomes);
    client_close_answers(client, &client->dead_letters);
    evlog_close(client->log);
    client->log = NULL;
}

static struct status client_open_answers(struct client *client, struct client_answers *answers)
{
    TRY(evlog_reader_open(client->log, answers->stream, &answers->reader));
    for (uint32_t i = 0; i < client->identity.partitions_count; i++) {
        if (client->partitions[i].followed) {
            TRY(evlog_reader_seek(answers->reader, i, answers->positions[i]));
        }
    }
    return status_ok();
}

static struct status client_open_log(struct client *client)
{
    TRY(evlog_opener_open(&client->options.opener, false, &client->log));
    struct status st = client_open_answers(client, &client->outcomes);
    if (st.code == STATUS_OK) {
        st = client_open_answers(client, &client->dead_letters);
    }
    if (st.code != STATUS_OK) {
        client_close_log(client);
    }
    return st;
}

/* What was not acknowledged may be in the log or not: it is sent again. */
static void client_broke(struct client *client, struct status why)
{
    evlog_reporter_tell(&client->options.reporter, EVLOG_ALL, why);
    client_close_log(client);
    client->in_flight.sent = client->in_flight.first;
    client->reopen_us = clock_monotonic_us(&client->options.clock) + CLIENT_REOPEN_US;
}

/* ---- sending ---- */

static struct status client_follow_on(struct client *client, struct client_answers *answers,
                                      uint32_t partition)
{
    uint64_t begin;
    TRY(evlog_range(client->log, answers->stream, partition, &begin,
                    &answers->positions[partition]));
    return evlog_reader_seek(answers->reader, partition, answers->positions[partition]);
}

static struct status client_follow(struct client *client, uint32_t partition)
{
    if (client->partitions[partition].followed) {
        return status_ok();
    }
    TRY(client_follow_on(client, &client->outcomes, partition));
    TRY(client_follow_on(client, &client->dead_letters, partition));
    client->partitions[partition].followed = true;
    return status_ok();
}

/* RESOURCE_EXHAUSTED: later. */
static struct status client_append(struct client *client, uint64_t number)
{
    const struct request *request = &in_flight_at(&client->in_flight, number)->request;
    struct evlog_item item = { .stream = EVLOG_COMMANDS,
                               .partition = request->partition,
                               .key = request_org(request),
                               .value = request_command(request),
                               .token = number };
    return evlog_append(client->log, &item, 1);
}

static struct status client_send(struct client *client)
{
    struct in_flight *in_flight = &client->in_flight;
    for (; in_flight->sent < in_flight->next; in_flight->sent++) {
        const struct in_flight_command *command = in_flight_at(in_flight, in_flight->sent);
        if (command->answered || command->acknowledged) {
            continue; /* it was there already when the log broke */
        }
        TRY(client_follow(client, command->request.partition));
        struct status st = client_append(client, in_flight->sent);
        if (st.code == STATUS_RESOURCE_EXHAUSTED) {
            return status_ok();
        }
        TRY(st);
    }
    return status_ok();
}

static struct status client_poll(struct client *client)
{
    struct evlog_completion done[CLIENT_RUN];
    size_t count;
    do {
        TRY(evlog_poll(client->log, done, CLIENT_RUN, &count));
        for (size_t i = 0; i < count; i++) {
            if (done[i].token >= client->in_flight.first &&
                done[i].offset != EVLOG_OFFSET_UNKNOWN) {
                in_flight_acknowledge(&client->in_flight,
                                      in_flight_at(&client->in_flight, done[i].token),
                                      done[i].offset);
            }
        }
    } while (count > 0);
    return status_ok();
}

/* ---- receiving ---- */

static struct status client_receive(struct client *client, struct client_answers *answers)
{
    size_t count;
    do {
        TRY(evlog_reader_read(answers->reader, client->records, CLIENT_RUN, &count));
        for (size_t i = 0; i < count; i++) {
            client_take_answer(client, answers->stream, &client->records[i]);
        }
    } while (count > 0);
    return status_ok();
}

/* ---- what waits for too long ---- */

/* Whether nobody will ever answer there. Who may not read the decisions does not know. */
static bool client_is_closed(struct client *client, struct client_partition *partition,
                             uint32_t number)
{
    bool closed = false;
    struct status st = partition->closed ? status_ok() : closing_find(client->log, number, &closed);
    partition->closed |= st.code == STATUS_OK && closed;
    return partition->closed;
}

static void client_turn_away(struct client *client, struct in_flight_command *command)
{
    client_fail(client, command,
                status_error(STATUS_FAILED_PRECONDITION,
                             "expected an open log, but partition %" PRIu32 " was closed by log "
                             "copy: send the same command id to the log that it moved to",
                             command->request.partition));
}

/* At first it only looks whether there is anybody to ask. What is not acknowledged is still on its
 * way. */
static struct status client_ask_again(struct client *client, uint64_t number, int64_t now_us)
{
    struct in_flight_command *command = in_flight_at(&client->in_flight, number);
    uint32_t partition = command->request.partition;
    int64_t wait_us = 2 * command->ask_wait_us;
    command->ask_wait_us = wait_us < CLIENT_PATIENCE_US_MAX ? wait_us : CLIENT_PATIENCE_US_MAX;
    command->ask_us = now_us + command->ask_wait_us;
    if (client_is_closed(client, &client->partitions[partition], partition)) {
        client_turn_away(client, command);
        return status_ok();
    }
    if (command->asked++ == 0 || !command->acknowledged) {
        return status_ok();
    }
    struct status st = client_append(client, number);
    if (st.code == STATUS_RESOURCE_EXHAUSTED) {
        return status_ok(); /* the next time */
    }
    command->acknowledged = false;
    return st;
}

static struct status client_look(struct client *client, int64_t now_us)
{
    struct in_flight *in_flight = &client->in_flight;
    struct status late = status_error(
        STATUS_UNAVAILABLE, "expected an answer in time: is an agencyd running as writer? the "
                            "same command id can be sent again");
    if (now_us < client->look_us) {
        return status_ok();
    }
    client->look_us = now_us + CLIENT_LOOK_US;
    client->looks++;
    for (uint64_t number = in_flight->first; number < in_flight->next; number++) {
        struct in_flight_command *command = in_flight_at(in_flight, number);
        struct client_partition *partition = &client->partitions[command->request.partition];
        bool oldest = partition->look != client->looks;
        if (command->answered) {
            continue;
        }
        partition->look = client->looks;
        if (command->until_us <= now_us) {
            client_fail(client, command, late);
        } else if (partition->closed) {
            client_turn_away(client, command);
        } else if (oldest && client->log != NULL && command->ask_us <= now_us) {
            TRY(client_ask_again(client, number, now_us));
        }
    }
    return status_ok();
}

/* ---- the loop ---- */

static void client_take(struct client *client, int64_t now_us)
{
    const struct client_options *options = &client->options;
    struct in_flight *in_flight = &client->in_flight;
    struct in_flight_command command;
    while (in_flight->next - in_flight->first < IN_FLIGHT_MAX &&
           queue_pop(client->submitted, &command, 1) == 1) {
        command.until_us = now_us + options->timeout_us;
        command.ask_wait_us = options->patience_us;
        command.ask_us = now_us + options->patience_us;
        in_flight_add(in_flight, &command);
    }
}

static struct status client_work(struct client *client, int64_t now_us)
{
    if (client->log == NULL && now_us < client->reopen_us) {
        return status_ok();
    }
    if (client->log == NULL) {
        TRY(client_open_log(client));
    }
    TRY(client_send(client));
    TRY(client_poll(client));
    TRY(client_receive(client, &client->outcomes));
    return client_receive(client, &client->dead_letters);
}

static void client_wait(struct client *client)
{
    int in_flight = -1;
    struct status st = queue_descriptor(client->submitted, &in_flight);
    assert(st.code == STATUS_OK); /* client_open made it */
    bool open = client->log != NULL;
    bool full = client->in_flight.next - client->in_flight.first == IN_FLIGHT_MAX ||
                queue_stopped(client->submitted);
    struct pollfd all[] = {
        { .fd = full ? -1 : in_flight, .events = POLLIN },
        { .fd = open ? evlog_descriptor(client->log) : -1, .events = POLLIN },
        { .fd = open ? evlog_reader_descriptor(client->outcomes.reader) : -1, .events = POLLIN },
        { .fd = open ? evlog_reader_descriptor(client->dead_letters.reader) : -1,
          .events = POLLIN },
    };
    poll(all, sizeof all / sizeof all[0], CLIENT_WAIT_MS);
}

static bool client_finished(const struct client *client)
{
    return queue_stopped(client->submitted) && queue_count(client->submitted) == 0 &&
           client->in_flight.first == client->in_flight.next;
}

static void *client_run(void *self)
{
    struct client *client = self;
    while (!client_finished(client)) {
        int64_t now_us = clock_monotonic_us(&client->options.clock);
        client_take(client, now_us);
        struct status st = client_work(client, now_us);
        if (st.code == STATUS_OK) {
            st = client_look(client, now_us);
        }
        if (st.code != STATUS_OK) {
            client_broke(client, st);
        }
        if (!client_finished(client)) {
            client_wait(client);
        }
    }
    return NULL;
}

/* ---- life ---- */

static void client_free(struct client *client)
{
    client_close_log(client);
    queue_close(client->submitted);
    mem_free(client->outcomes.positions);
    mem_free(client->dead_letters.positions);
    mem_free(client->partitions);
    in_flight_release(&client->in_flight);
    arena_release(&client->arena);
    mem_free(client);
}

static struct status client_start(struct client *client)
{
    int descriptor;
    TRY(evlog_opener_open(&client->options.opener, false, &client->log));
    client->identity = client->log->identity;
    uint32_t count = client->identity.partitions_count;
    client->partitions = mem_zalloc(count, sizeof *client->partitions);
    client->outcomes.positions = mem_zalloc(count, sizeof(uint64_t));
    client->dead_letters.positions = mem_zalloc(count, sizeof(uint64_t));
    TRY(client_open_answers(client, &client->outcomes));
    TRY(client_open_answers(client, &client->dead_letters));
    TRY(queue_descriptor(client->submitted, &descriptor));
    if (pthread_create(&client->thread, NULL, client_run, client) != 0) {
        return status_error(STATUS_UNAVAILABLE, "expected to start a thread");
    }
    return status_ok();
}

struct status client_open(const struct client_options *options, struct client **out)
{
    struct client *client = mem_zalloc(1, sizeof *client);
    assert(options->patience_us > 0);
    client->options = *options;
    client->outcomes.stream = EVLOG_OUTCOMES;
    client->dead_letters.stream = EVLOG_DEAD_LETTERS;
    in_flight_init(&client->in_flight);
    client->submitted = queue_open(IN_FLIGHT_MAX, sizeof(struct in_flight_command));
    arena_init(&client->arena, CLIENT_ARENA_MAX);
    struct status st = client_start(client);
    if (st.code != STATUS_OK) {
        client_free(client);
        client = NULL;
    }
    *out = client;
    return st;
}

void client_close(struct client *client)
{
    if (client != NULL) {
        queue_stop(client->submitted);
        pthread_join(client->thread, NULL);
        client_free(client);
    }
}

const struct evlog_identity *client_identity(const struct client *client)
{
    return &client->identity;
}

/* ---- submitting ---- */

struct status client_submit(struct client *client, const struct submit_command *given,
                            submit_done *done, void *context)
{
    struct in_flight_command command = { .early_offset = EVLOG_OFFSET_UNKNOWN };
    uint32_t partition = murmur2_partition(given->org_id, client->identity.partitions_count);
    if (given->command_id.size > ID_SIZE_MAX) {
        return status_error(STATUS_INVALID_ARGUMENT,
                            "expected a command id of at most %d bytes, but it has %zu",
                            ID_SIZE_MAX, given->command_id.size);
    }
    assert(given->principal.size < sizeof command.principal);
    memcpy(command.command_id, given->command_id.data, given->command_id.size);
    memcpy(command.principal, given->principal.data, given->principal.size);
    command.request = request_make(given->org_id, given->record, partition, done, context);
    if (queue_push(client->submitted, &command)) {
        return status_ok();
    }
    request_release(&command.request);
    return queue_stopped(client->submitted)
               ? status_error(STATUS_UNAVAILABLE, "expected a client that is not closing")
               : status_error(STATUS_RESOURCE_EXHAUSTED,
                              "expected less than %d commands to wait: try again", IN_FLIGHT_MAX);
}

static struct status client_take_cb(void *self, const struct submit_command *command,
                                    submit_done *done, void *context)
{
    return client_submit(self, command, done, context);
}

struct submit client_port(struct client *client)
{
    return (struct submit){ client, client_take_cb };
}
