#include "writers/embedded/writer.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/lib/test.h"
#include "tests/lib/writer_kit.h"

TEST(writer, answers_with_the_decision)
{
    struct writer_kit kit;
    writer_kit_open(&kit);
    writer_kit_make_org(&kit, "acme");
    struct submit_answer answer =
        writer_kit_call(&kit, "acme", "c1", "openJobSpace", "{\"jobSpaceId\":\"js\"}");
    assert_int_equal(answer.outcome, SUBMIT_DECIDED);
    assert_int_equal(answer.code, STATUS_OK);
    assert_int_equal(answer.org_sequence, 2);
    assert_int_equal(answer.events_count, 1);
    writer_kit_close(&kit);
}

TEST(writer, a_repeat_gets_the_first_answer_also_after_a_restart)
{
    struct writer_kit kit;
    writer_kit_open(&kit);
    writer_kit_make_org(&kit, "acme");
    struct submit_answer first =
        writer_kit_call(&kit, "acme", "c1", "openJobSpace", "{\"jobSpaceId\":\"js\"}");
    for (int i = 0; i < 2; i++) {
        struct submit_answer again =
            writer_kit_call(&kit, "acme", "c1", "openJobSpace", "{\"jobSpaceId\":\"js\"}");
        assert_int_equal(again.outcome, SUBMIT_REPEATED);
        assert_int_equal(again.sequence, first.sequence);
        assert_int_equal(again.org_sequence, 2);
        writer_kit_restart(&kit);
    }
    writer_kit_close(&kit);
}

TEST(writer, the_same_id_with_another_content_is_refused)
{
    struct writer_kit kit;
    writer_kit_open(&kit);
    writer_kit_make_org(&kit, "acme");
    writer_kit_call(&kit, "acme", "c1", "openJobSpace", "{\"jobSpaceId\":\"js\"}");
    struct submit_answer other =
        writer_kit_call(&kit, "acme", "c1", "openJobSpace", "{\"jobSpaceId\":\"js2\"}");
    assert_int_equal(other.outcome, SUBMIT_FAILED);
    assert_int_equal(other.code, STATUS_INVALID_ARGUMENT);
    writer_kit_close(&kit);
}

TEST(writer, a_rejection_is_recorded_and_repeated)
{
    struct writer_kit kit;
    writer_kit_open(&kit);
    writer_kit_make_org(&kit, "acme");
    struct submit_answer first =
        writer_kit_call(&kit, "acme", "c1", "closeJobSpace", "{\"jobSpaceId\":\"no\"}");
    assert_int_equal(first.code, STATUS_NOT_FOUND);
    assert_true(first.sequence > 0);
    struct submit_answer again =
        writer_kit_call(&kit, "acme", "c1", "closeJobSpace", "{\"jobSpaceId\":\"no\"}");
    assert_int_equal(again.outcome, SUBMIT_REPEATED);
    assert_int_equal(again.code, STATUS_NOT_FOUND);
    assert_string_equal(again.reason, first.reason);
    writer_kit_close(&kit);
}

TEST(writer, what_waits_for_a_later_part_is_not_recorded)
{
    struct writer_kit kit;
    writer_kit_open(&kit);
    writer_kit_make_org(&kit, "acme");
    struct submit_answer answer = writer_kit_call(&kit, "acme", "c1", "defineRoleType",
                                                  "{\"roleType\":\"t\",\"evaluation\":\"true\"}");
    assert_int_equal(answer.outcome, SUBMIT_FAILED);
    assert_int_equal(answer.code, STATUS_UNIMPLEMENTED);
    writer_kit_close(&kit);
}

/* A write that may have failed: the answer is "unknown", and the same command again finds out. */
static void ask_after(enum evlog_mem_fate fate, enum submit_outcome expected)
{
    struct writer_kit kit;
    writer_kit_open(&kit);
    writer_kit_make_org(&kit, "acme");
    evlog_mem_fate_at(kit.mem, 0, fate);
    struct submit_answer answer =
        writer_kit_call(&kit, "acme", "c1", "openJobSpace", "{\"jobSpaceId\":\"js\"}");
    assert_int_equal(answer.code, STATUS_UNAVAILABLE);
    answer = writer_kit_insist(&kit, "acme", "c1", "openJobSpace", "{\"jobSpaceId\":\"js\"}");
    assert_int_equal(answer.code, STATUS_OK);
    assert_int_equal(answer.outcome, expected);
    assert_int_equal(answer.org_sequence, 2);
    assert_true(kit.reports > 0);
    writer_kit_close(&kit);
}

TEST(writer, recovers_from_a_write_that_was_lost)
{
    ask_after(EVLOG_MEM_LOSE_UNKNOWN, SUBMIT_DECIDED);
}

TEST(writer, recovers_from_a_write_that_was_not_acknowledged)
{
    ask_after(EVLOG_MEM_WRITE_UNKNOWN, SUBMIT_REPEATED);
}

TEST(writer, shows_what_it_had_while_the_log_cannot_be_written)
{
    struct writer_kit kit;
    struct store_reader *reader = NULL;
    writer_kit_open(&kit);
    writer_kit_stop(&kit);
    kit.shelf = shelf_new(16);
    writer_kit_start(&kit);
    writer_kit_make_org(&kit, "acme");
    uint32_t number = writer_partition(kit.writer, STR("acme"));
    kit.closed = true;
    evlog_mem_fate_at(kit.mem, 0, EVLOG_MEM_LOSE_UNKNOWN);
    for (int i = 0; i < 10; i++) {
        struct submit_answer answer =
            writer_kit_call(&kit, "acme", "c1", "openJobSpace", "{\"jobSpaceId\":\"js\"}");
        assert_int_equal(answer.code, STATUS_UNAVAILABLE);
        assert_ok(shelf_open(kit.shelf, number, &reader));
        shelf_close(kit.shelf, number, reader);
    }
    kit.closed = false;
    writer_kit_insist(&kit, "acme", "c1", "openJobSpace", "{\"jobSpaceId\":\"js\"}");
    assert_ok(shelf_open(kit.shelf, number, &reader));
    shelf_close(kit.shelf, number, reader);
    writer_kit_stop(&kit);
    shelf_free(kit.shelf);
    kit.shelf = NULL;
    writer_kit_start(&kit);
    writer_kit_close(&kit);
}

TEST(writer, lost_stores_are_folded_again)
{
    struct writer_kit kit;
    writer_kit_open(&kit);
    writer_kit_make_org(&kit, "acme");
    writer_kit_call(&kit, "acme", "c1", "openJobSpace", "{\"jobSpaceId\":\"js\"}");
    writer_kit_stop(&kit);
    writer_kit_lose_stores(&kit);
    writer_kit_start(&kit);
    struct submit_answer answer =
        writer_kit_call(&kit, "acme", "c2", "openJobSpace", "{\"jobSpaceId\":\"js\"}");
    assert_int_equal(answer.code, STATUS_ALREADY_EXISTS);
    writer_kit_close(&kit);
}

struct crowd {
    atomic_int answered;
    atomic_int accepted;
    uint64_t sequence; /* of the last answer; the writer's thread only */
};

static void crowd_done(void *context, const struct submit_answer *answer)
{
    struct crowd *crowd = context;
    if (answer->sequence <= crowd->sequence) {
        abort(); /* answers of a partition come in the order of its records */
    }
    crowd->sequence = answer->sequence;
    atomic_fetch_add(&crowd->accepted, answer->code == STATUS_OK);
    atomic_fetch_add(&crowd->answered, 1);
}

TEST(writer, answers_many_in_the_order_of_their_records)
{
    enum { COMMANDS = 3000 };
    struct writer_kit kit;
    struct crowd crowd = { 0 };
    writer_kit_open(&kit);
    writer_kit_make_org(&kit, "acme");
    for (int i = 0; i < COMMANDS; i++) {
        char id[32], json[64];
        snprintf(id, sizeof id, "c%d", i);
        snprintf(json, sizeof json, "{\"jobSpaceId\":\"js%d\"}", i);
        struct str record = writer_kit_command(&kit, "acme", id, "openJobSpace", json);
        const struct submit_command sent = { .org_id = STR("acme"), .record = record };
        assert_ok(writer_submit(kit.writer, &sent, crowd_done, &crowd));
    }
    writer_kit_stop(&kit);
    assert_int_equal(crowd.answered, COMMANDS);
    assert_int_equal(crowd.accepted, COMMANDS);
    writer_kit_close(&kit);
}

TEST(writer, an_unknown_org_is_refused)
{
    struct writer_kit kit;
    writer_kit_open(&kit);
    struct str record = writer_kit_command(&kit, "acme", "c", "archiveOrg", "{\"orgId\":\"acme\"}");
    struct submit_answer answer;
    const struct submit port = writer_port(kit.writer);
    const struct submit_command sent = { .org_id = STR("acme"), .record = record };
    assert_ok(submit_and_wait(&port, &sent, &answer));
    assert_int_equal(answer.code, STATUS_NOT_FOUND);
    writer_kit_close(&kit);
}
