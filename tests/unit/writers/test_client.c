/* The client on a shared log in memory; the test plays who decides. */
#include "writers/client/client.h"

#include <stdio.h>
#include <unistd.h>

#include "agency/v1/stream.pb-c.h"
#include "core/base/murmur2.h"
#include "core/evlog/evlog_mem.h"
#include "core/evlog/record.h"
#include "core/model/submit_and_wait.h"
#include "core/pb/message.h"
#include "tests/lib/log_tool.h"
#include "tests/lib/test.h"

enum { PARTITIONS = 4 };

struct client_kit {
    struct evlog_mem *mem;
    struct evlog *log; /* of who decides */
    struct evlog_reader *commands;
    struct client *client;
    struct arena arena;
    uint32_t partition; /* of org acme */
};

static struct status client_kit_log(void *context, bool read_only, struct evlog **log)
{
    return evlog_mem_open(context, read_only, log);
}

static void client_kit_open_with(struct client_kit *kit, int64_t timeout_us, int64_t patience_us)
{
    struct evlog_identity identity = log_tool_identity(PARTITIONS);
    kit->mem = evlog_mem_new(&identity, EVLOG_MEM_SHARED);
    struct client_options options = { .opener = { client_kit_log, kit->mem },
                                      .clock = clock_real(),
                                      .timeout_us = timeout_us,
                                      .patience_us = patience_us };
    kit->partition = murmur2_partition(STR("acme"), PARTITIONS);
    arena_init(&kit->arena, 1 << 20);
    assert_ok(evlog_mem_open(kit->mem, false, &kit->log));
    assert_ok(evlog_reader_open(kit->log, EVLOG_COMMANDS, &kit->commands));
    assert_ok(evlog_reader_seek(kit->commands, kit->partition, 0));
    assert_ok(client_open(&options, &kit->client));
}

static void client_kit_open(struct client_kit *kit, int64_t timeout_us)
{
    client_kit_open_with(kit, timeout_us, timeout_us);
}

static void client_kit_close(struct client_kit *kit)
{
    client_close(kit->client);
    evlog_reader_close(kit->commands);
    evlog_close(kit->log);
    evlog_mem_free(kit->mem);
    arena_release(&kit->arena);
}

/* Waits for the next command. */
static uint64_t client_kit_await(struct client_kit *kit, const char *expected)
{
    struct evlog_record record;
    size_t count = 0;
    while (count == 0) {
        assert_ok(evlog_reader_read(kit->commands, &record, 1, &count));
        assert_true(count > 0 || evlog_wait(evlog_reader_descriptor(kit->commands), 10000000));
    }
    assert_true(str_eq(record.value, str_z(expected)));
    assert_true(str_eq(record.key, STR("acme")));
    return record.offset;
}

static void client_kit_append(struct client_kit *kit, enum evlog_stream stream,
                              const ProtobufCMessage *message)
{
    struct str value;
    assert_ok(pb_pack(&kit->arena, message, &value));
    struct evlog_item item = { .stream = stream, .partition = kit->partition, .value = value };
    assert_ok(evlog_append(kit->log, &item, 1));
    assert_true(log_tool_complete(kit->log).offset != EVLOG_OFFSET_UNKNOWN);
}

/* An outcome that somebody's command of that id got, which lies at the offset. */
static void client_kit_answer(struct client_kit *kit, const char *id, const char *whose,
                              uint64_t offset, uint64_t sequence)
{
    char org[] = "acme", code[] = "OK", command[16], principal[16];
    Agency__V1__SubmitResponse answer = AGENCY__V1__SUBMIT_RESPONSE__INIT;
    Agency__V1__Outcome outcome = AGENCY__V1__OUTCOME__INIT;
    snprintf(command, sizeof command, "%s", id);
    snprintf(principal, sizeof principal, "%s", whose);
    answer.command_id = command;
    answer.code = code;
    answer.sequence = sequence;
    outcome.org_id = org;
    outcome.answer = &answer;
    outcome.offset = offset;
    outcome.principal = principal;
    client_kit_append(kit, EVLOG_OUTCOMES, &outcome.base);
}

static void client_kit_decide(struct client_kit *kit, const char *id, uint64_t offset,
                              uint64_t sequence)
{
    client_kit_answer(kit, id, "mine", offset, sequence);
}

static void client_kit_submit(struct client_kit *kit, struct submit_and_wait *call,
                              struct submit_answer *answer, const char *id)
{
    const struct submit_command command = { STR("acme"), str_z(id), STR("mine"), str_z(id) };
    submit_and_wait_init(call, answer);
    assert_ok(client_submit(kit->client, &command, submit_and_wait_done, call));
}

static void client_kit_bury(struct client_kit *kit, const char *id, uint64_t offset,
                            const char *why)
{
    char org[] = "acme", code[] = "UNAUTHENTICATED", command[16], reason[32];
    Agency__V1__DeadLetter letter = AGENCY__V1__DEAD_LETTER__INIT;
    snprintf(command, sizeof command, "%s", id);
    snprintf(reason, sizeof reason, "%s", why);
    letter.org_id = org;
    letter.command_id = command;
    letter.offset = offset;
    letter.code = code;
    letter.reason = reason;
    client_kit_append(kit, EVLOG_DEAD_LETTERS, &letter.base);
}

TEST(client, brings_each_command_its_own_answer)
{
    struct client_kit kit;
    struct submit_and_wait calls[2];
    struct submit_answer answers[2];
    client_kit_open(&kit, 10000000);
    client_kit_decide(&kit, "one", 0, 1); /* of an earlier time: nobody waits for it */
    client_kit_submit(&kit, &calls[0], &answers[0], "one");
    client_kit_submit(&kit, &calls[1], &answers[1], "two");
    uint64_t one = client_kit_await(&kit, "one");
    uint64_t two = client_kit_await(&kit, "two");
    client_kit_decide(&kit, "other", 17, 2);
    client_kit_decide(&kit, "two", two, 3);
    client_kit_decide(&kit, "one", one, 4);
    submit_and_wait_wait(&calls[0]);
    submit_and_wait_wait(&calls[1]);
    assert_int_equal(answers[0].outcome, SUBMIT_DECIDED);
    assert_int_equal(answers[0].sequence, 4);
    assert_int_equal(answers[1].sequence, 3);
    client_kit_close(&kit);
}

TEST(client, an_answer_to_another_command_of_the_same_id_is_none)
{
    struct client_kit kit;
    struct submit_and_wait call;
    struct submit_answer answer;
    client_kit_open(&kit, 10000000);
    client_kit_submit(&kit, &call, &answer, "one");
    uint64_t own = client_kit_await(&kit, "one");
    client_kit_answer(&kit, "one", "his", own + 1, 1); /* another's command */
    client_kit_answer(&kit, "one", "his", own, 2);     /* no command of his lies there */
    client_kit_decide(&kit, "one", own + 1, 3);        /* his own id again, with other content */
    client_kit_decide(&kit, "two", own, 4);
    client_kit_decide(&kit, "one", EVLOG_OFFSET_UNKNOWN, 5); /* in the log of before */
    client_kit_bury(&kit, "one", own + 1, "not mine");
    client_kit_decide(&kit, "one", own, 6);
    submit_and_wait_wait(&call);
    assert_int_equal(answer.outcome, SUBMIT_DECIDED);
    assert_int_equal(answer.sequence, 6);
    client_kit_close(&kit);
}

TEST(client, brings_a_dead_letter_found_by_its_offset)
{
    struct client_kit kit;
    struct submit_and_wait call;
    struct submit_answer answer;
    client_kit_open(&kit, 10000000);
    client_kit_submit(&kit, &call, &answer, "one");
    client_kit_bury(&kit, "one", client_kit_await(&kit, "one"), "who are you");
    submit_and_wait_wait(&call);
    assert_int_equal(answer.outcome, SUBMIT_FAILED);
    assert_int_equal(answer.code, STATUS_UNAUTHENTICATED);
    assert_string_equal(answer.reason, "who are you");
    client_kit_close(&kit);
}

TEST(client, a_dead_letter_of_an_earlier_copy_is_no_answer)
{
    struct client_kit kit;
    struct submit_and_wait calls[2];
    struct submit_answer answers[2];
    client_kit_open(&kit, 300000);
    client_kit_submit(&kit, &calls[0], &answers[0], "one");
    uint64_t early = client_kit_await(&kit, "one");
    submit_and_wait_wait(&calls[0]);
    assert_int_equal(answers[0].code, STATUS_UNAVAILABLE); /* nobody answered in time */
    client_kit_submit(&kit, &calls[1], &answers[1], "one");
    uint64_t late = client_kit_await(&kit, "one");
    client_kit_bury(&kit, "one", early, "too late");
    client_kit_bury(&kit, "one", late, "again");
    submit_and_wait_wait(&calls[1]);
    assert_string_equal(answers[1].reason, "again");
    client_kit_close(&kit);
}

TEST(client, a_dead_letter_can_come_before_the_acknowledgement)
{
    struct client_kit kit;
    struct submit_and_wait call;
    struct submit_answer answer;
    client_kit_open(&kit, 10000000);
    evlog_mem_fate_at(kit.mem, 0, EVLOG_MEM_HOLD);
    client_kit_submit(&kit, &call, &answer, "one");
    while (evlog_mem_held_count(kit.mem) == 0) {
        usleep(1000);
    }
    client_kit_bury(&kit, "one", 0, "early");
    usleep(50000); /* it is read meanwhile */
    evlog_mem_deliver(kit.mem, 0, EVLOG_MEM_WRITE);
    submit_and_wait_wait(&call);
    assert_string_equal(answer.reason, "early");
    client_kit_close(&kit);
}

TEST(client, sends_again_what_may_not_have_come)
{
    static const enum evlog_mem_fate fates[] = { EVLOG_MEM_LOSE_UNKNOWN, EVLOG_MEM_WRITE_UNKNOWN };
    for (size_t i = 0; i < 2; i++) {
        struct client_kit kit;
        struct submit_and_wait call;
        struct submit_answer answer;
        client_kit_open(&kit, 10000000);
        evlog_mem_fate_at(kit.mem, 0, fates[i]);
        client_kit_submit(&kit, &call, &answer, "one");
        uint64_t last = client_kit_await(&kit, "one");
        if (fates[i] == EVLOG_MEM_WRITE_UNKNOWN) {
            client_kit_decide(&kit, "one", last, 6); /* nobody can tell that it is our copy */
            last = client_kit_await(&kit, "one");
        }
        client_kit_decide(&kit, "one", last, 7);
        submit_and_wait_wait(&call);
        assert_int_equal(answer.sequence, 7);
        client_kit_close(&kit);
    }
}

TEST(client, sends_again_before_anything_new)
{
    struct client_kit kit;
    struct submit_and_wait calls[3];
    struct submit_answer answers[3];
    const char *const ids[] = { "one", "two", "three" };
    client_kit_open(&kit, 10000000);
    evlog_mem_fate_at(kit.mem, 0, EVLOG_MEM_LOSE_UNKNOWN);
    for (int i = 0; i < 3; i++) {
        client_kit_submit(&kit, &calls[i], &answers[i], ids[i]);
    }
    for (int i = 0; i < 3; i++) {
        client_kit_decide(&kit, ids[i], client_kit_await(&kit, ids[i]), (uint64_t)i + 1);
    }
    for (int i = 0; i < 3; i++) {
        submit_and_wait_wait(&calls[i]);
        assert_int_equal(answers[i].outcome, SUBMIT_DECIDED);
    }
    client_kit_close(&kit);
}

TEST(client, says_when_nobody_answers)
{
    struct client_kit kit;
    struct submit_and_wait call;
    struct submit_answer answer;
    client_kit_open(&kit, 200000);
    client_kit_submit(&kit, &call, &answer, "one");
    submit_and_wait_wait(&call);
    assert_int_equal(answer.code, STATUS_UNAVAILABLE);
    assert_int_equal(answer.outcome, SUBMIT_FAILED);
    client_kit_close(&kit);
}

TEST(client, asks_again_for_what_gets_no_answer)
{
    struct client_kit kit;
    struct submit_and_wait calls[2];
    struct submit_answer answers[2];
    client_kit_open_with(&kit, 10000000, 50000);
    client_kit_submit(&kit, &calls[0], &answers[0], "one"); /* the oldest asks for all */
    client_kit_submit(&kit, &calls[1], &answers[1], "two");
    client_kit_await(&kit, "one");
    client_kit_await(&kit, "two");
    uint64_t again = client_kit_await(&kit, "one");
    client_kit_bury(&kit, "one", again, "late");
    client_kit_decide(&kit, "two", client_kit_await(&kit, "two"), 1);
    submit_and_wait_wait(&calls[0]);
    submit_and_wait_wait(&calls[1]);
    assert_string_equal(answers[0].reason, "late");
    assert_int_equal(answers[1].sequence, 1);
    client_kit_close(&kit);
}

static void client_kit_epoch(struct client_kit *kit, uint64_t number, bool closed)
{
    struct record_epoch epoch = { .identity = kit->log->identity,
                                  .partition = kit->partition,
                                  .level = FORMAT_LEVEL,
                                  .closed = closed };
    struct buf body = { 0 }, value = { 0 };
    record_epoch_encode(&epoch, &body);
    struct record record = {
        .type = RECORD_EPOCH, .epoch = number, .sequence = number, .body = buf_str(&body)
    };
    record_encode(&record, &value);
    struct evlog_item item = { .stream = EVLOG_DECISIONS,
                               .partition = kit->partition,
                               .value = buf_str(&value) };
    assert_ok(evlog_append(kit->log, &item, 1));
    assert_true(log_tool_complete(kit->log).offset != EVLOG_OFFSET_UNKNOWN);
    buf_release(&value);
    buf_release(&body);
}

TEST(client, says_soon_that_a_log_is_closed)
{
    struct client_kit kit;
    struct submit_and_wait call;
    struct submit_answer answer;
    client_kit_open_with(&kit, 10000000, 50000);
    client_kit_epoch(&kit, 1, false);
    client_kit_epoch(&kit, 2, true);
    for (int i = 0; i < 2; i++) {
        client_kit_submit(&kit, &call, &answer, "one");
        submit_and_wait_wait(&call);
        assert_int_equal(answer.code, STATUS_FAILED_PRECONDITION);
        assert_int_equal(answer.outcome, SUBMIT_FAILED);
    }
    client_kit_close(&kit);
}

TEST(client, an_epoch_that_closes_in_vain_is_no_end)
{
    struct client_kit kit;
    struct submit_and_wait call;
    struct submit_answer answer;
    client_kit_open_with(&kit, 10000000, 50000);
    client_kit_epoch(&kit, 1, false);
    client_kit_epoch(&kit, 1, true);
    client_kit_submit(&kit, &call, &answer, "one");
    client_kit_await(&kit, "one");
    client_kit_decide(&kit, "one", client_kit_await(&kit, "one"), 1); /* it looked, then asked */
    submit_and_wait_wait(&call);
    assert_int_equal(answer.outcome, SUBMIT_DECIDED);
    client_kit_close(&kit);
}

TEST(client, a_log_that_fails_is_opened_again)
{
    struct client_kit kit;
    client_kit_open(&kit, 10000000);
    for (long n = 0; n < 12; n++) {
        struct submit_and_wait call;
        struct submit_answer answer;
        char id[16];
        snprintf(id, sizeof id, "c%ld", n);
        evlog_mem_fail_at(kit.mem, n);
        client_kit_submit(&kit, &call, &answer, id);
        usleep(20000);
        evlog_mem_fail_at(kit.mem, -1);
        client_kit_decide(&kit, id, client_kit_await(&kit, id), (uint64_t)n + 1);
        submit_and_wait_wait(&call);
        assert_int_equal(answer.sequence, n + 1);
        while (evlog_reader_position(kit.commands, kit.partition) > 0) {
            struct evlog_record record;
            size_t count;
            assert_ok(evlog_reader_read(kit.commands, &record, 1, &count));
            if (count == 0) {
                break; /* what was sent twice is read over */
            }
        }
    }
    client_kit_close(&kit);
}
