/* The publisher on a log in memory: what it publishes, and that nothing is missing or out of order,
 * whatever is lost, doubled or late, and whenever it dies. */
#include "projectors/publisher.h"

#include <stdlib.h>

#include "agency/v1/stream.pb-c.h"
#include "core/model/decision.h"
#include "core/pb/message.h"
#include "projectors/checkpoint.h"
#include "tests/lib/log_tool.h"
#include "tests/lib/publisher_kit.h"
#include "tests/lib/test.h"

/* Decodes the record of a stream at an offset; all lies in the kit's arena. */
static struct evlog_record publisher_record(struct publisher_kit *kit, enum evlog_stream stream,
                                            uint64_t offset)
{
    struct evlog_reader *reader;
    struct evlog_record record;
    assert_ok(evlog_reader_open(kit->partition.log, stream, &reader));
    assert_ok(evlog_reader_seek(reader, 0, offset));
    log_tool_next(reader, &record);
    evlog_reader_close(reader); /* the bytes lie in the log */
    return record;
}

static Agency__V1__Outcome *publisher_outcome(struct publisher_kit *kit, uint64_t offset)
{
    Agency__V1__Outcome *outcome;
    struct evlog_record record = publisher_record(kit, EVLOG_OUTCOMES, offset);
    assert_ok(pb_unpack(&kit->partition.arena, &agency__v1__outcome__descriptor, record.value,
                        PB_STORED, &outcome));
    assert_true(str_eq(record.key, str_z(outcome->answer->command_id)));
    return outcome;
}

static Agency__V1__EntityEvent *publisher_event(struct publisher_kit *kit, uint64_t offset)
{
    Agency__V1__EntityEvent *event;
    struct evlog_record record = publisher_record(kit, EVLOG_EVENTS, offset);
    assert_ok(pb_unpack(&kit->partition.arena, &agency__v1__entity_event__descriptor, record.value,
                        PB_STORED, &event));
    assert_true(str_eq(record.key, STR("acme")));
    return event;
}

static uint64_t publisher_end(struct publisher_kit *kit, enum evlog_stream stream)
{
    uint64_t begin, end;
    assert_ok(evlog_range(kit->partition.log, stream, 0, &begin, &end));
    return end;
}

TEST(publisher, an_answer_is_published_as_the_submitter_gets_it)
{
    struct publisher_kit kit;
    publisher_kit_open(&kit);
    publisher_kit_decide(&kit, 1);
    struct publisher *publisher = publisher_kit_serve(&kit, 1);
    publisher_kit_publish(&kit, publisher);
    const Agency__V1__Outcome *outcome = publisher_outcome(&kit, 1);
    assert_string_equal(outcome->org_id, "acme");
    assert_string_equal(outcome->answer->command_id, "c2");
    assert_string_equal(outcome->answer->code, "OK");
    assert_int_equal(outcome->answer->events, 1);
    assert_int_equal(outcome->answer->org_sequence, 2);
    assert_int_equal(outcome->answer->sequence, 3);
    assert_true(outcome->answer->token[0] != '\0');
    assert_false(outcome->answer->repeated);
    publisher_close(publisher);
    publisher_kit_close(&kit);
}

static const char *publisher_fingerprint(struct publisher_kit *kit, const char *principal)
{
    char *fingerprint;
    assert_ok(decision_fingerprint(&kit->partition.arena, str_z(principal), &fingerprint));
    return fingerprint;
}

TEST(publisher, an_outcome_says_whose_command_it_is_and_where_that_lies)
{
    struct publisher_kit kit;
    publisher_kit_open(&kit);
    publisher_kit_decide(&kit, 1);
    publisher_kit_repeat(&kit, "c2", 3, STATUS_OK);
    publisher_kit_repeat(&kit, "c2", 0, STATUS_INVALID_ARGUMENT);
    struct publisher *publisher = publisher_kit_serve(&kit, 1);
    publisher_kit_publish(&kit, publisher);
    for (uint64_t i = 1; i <= 3; i++) {
        const Agency__V1__Outcome *outcome = publisher_outcome(&kit, i);
        assert_string_equal(outcome->principal, publisher_fingerprint(&kit, "operator:admin"));
        assert_int_equal(outcome->offset + 1, kit.partition.decider.chain.next_command_offset);
    }
    publisher_close(publisher);
    publisher_kit_close(&kit);
}

TEST(publisher, a_rejection_has_an_outcome_and_no_event)
{
    struct publisher_kit kit;
    publisher_kit_open(&kit);
    partition_kit_decide(&kit.partition, NULL, "removeSubject", "{\"subjectId\":\"nobody\"}");
    assert_ok(partition_write(kit.partition.decided));
    struct publisher *publisher = publisher_kit_serve(&kit, 1);
    uint64_t events = 0;
    publisher_kit_publish(&kit, publisher);
    for (uint64_t i = 0; i < publisher_end(&kit, EVLOG_EVENTS); i++) {
        events += publisher_event(&kit, i)->org_sequence > 1;
    }
    assert_int_equal(events, 0);
    assert_string_equal(publisher_outcome(&kit, 1)->answer->code, "NOT_FOUND");
    assert_true(publisher_outcome(&kit, 1)->answer->reason[0] != '\0');
    publisher_close(publisher);
    publisher_kit_close(&kit);
}

TEST(publisher, a_repeat_is_answered_as_the_first_time)
{
    struct publisher_kit kit;
    publisher_kit_open(&kit);
    publisher_kit_decide(&kit, 1);
    publisher_kit_repeat(&kit, "c2", 3, STATUS_OK);
    publisher_kit_repeat(&kit, "c2", 0, STATUS_INVALID_ARGUMENT);
    struct publisher *publisher = publisher_kit_serve(&kit, 1);
    publisher_kit_publish(&kit, publisher);
    const Agency__V1__SubmitResponse *first = publisher_outcome(&kit, 1)->answer;
    Agency__V1__SubmitResponse *again = publisher_outcome(&kit, 2)->answer;
    assert_true(again->repeated);
    again->repeated = false;
    assert_true(pb_equal(&first->base, &again->base));
    const Agency__V1__SubmitResponse *other = publisher_outcome(&kit, 3)->answer;
    assert_string_equal(other->code, "INVALID_ARGUMENT");
    assert_string_equal(other->token, "");
    assert_int_equal(publisher_kit_check_outcomes(&kit), 0);
    publisher_close(publisher);
    publisher_kit_close(&kit);
}

static struct str publisher_header(const struct evlog_record *record, const char *name)
{
    for (size_t i = 0; i < record->headers_count; i++) {
        if (str_eq(record->headers[i].name, str_z(name))) {
            return record->headers[i].value;
        }
    }
    fail_msg("expected a header '%s'", name);
    return STR("");
}

TEST(publisher, an_event_is_a_cloud_event)
{
    struct publisher_kit kit;
    publisher_kit_open(&kit);
    publisher_kit_decide(&kit, 1);
    struct publisher *publisher = publisher_kit_serve(&kit, 1);
    publisher_kit_publish(&kit, publisher);
    struct evlog_record record =
        publisher_record(&kit, EVLOG_EVENTS, publisher_end(&kit, EVLOG_EVENTS) - 1);
    static const char *const expected[][2] = {
        { "ce_specversion", "1.0" },
        { "ce_id", "0-3-0" },
        { "ce_source", "/agencygrid/68686868686868686868686868686868" },
        { "ce_type", "agency.v1.SubjectRegistered" },
        { "ce_subject", "subject/s0" },
        { "ce_time", "2026-01-01T00:00:02Z" },
        { "ce_partitionkey", "acme" },
        { "content-type", "application/protobuf" },
    };
    assert_int_equal(record.headers_count, sizeof expected / sizeof expected[0]);
    for (size_t i = 0; i < record.headers_count; i++) {
        struct str value = publisher_header(&record, expected[i][0]);
        if (!str_eq(value, str_z(expected[i][1]))) {
            fail_msg("%s is '%.*s'", expected[i][0], STR_ARG(value));
        }
    }
    publisher_close(publisher);
    publisher_kit_close(&kit);
}

/* Of the last three events, which register, suspend and resume a subject. */
static void publisher_check_entities(struct publisher_kit *kit)
{
    uint64_t end = publisher_end(kit, EVLOG_EVENTS);
    static const Agency__V1__EntityStatus expected[] = { LIFE_ACTIVE, LIFE_SUSPENDED, LIFE_ACTIVE };
    for (size_t i = 0; i < 3; i++) {
        const Agency__V1__EntityEvent *event = publisher_event(kit, end - 3 + i);
        Agency__V1__Subject *subject;
        assert_string_equal(event->after->type_url, "type.googleapis.com/agency.v1.Subject");
        assert_ok(pb_unpack(&kit->partition.arena, &agency__v1__subject__descriptor,
                            str_make(event->after->value.data, event->after->value.len), PB_STORED,
                            &subject));
        assert_int_equal(subject->status, expected[i]);
        assert_int_equal(subject->version, event->org_sequence);
        assert_string_equal(event->entity->id, "s0");
    }
}

TEST(publisher, an_event_has_its_entity_as_the_decision_left_it)
{
    struct publisher_kit kit;
    publisher_kit_open(&kit);
    publisher_kit_decide(&kit, 1);
    partition_kit_do(&kit.partition, NULL, "suspendSubject", "{\"subjectId\":\"s0\"}");
    partition_kit_do(&kit.partition, NULL, "resumeSubject", "{\"subjectId\":\"s0\"}");
    assert_ok(partition_write(kit.partition.decided));
    struct publisher *publisher = publisher_kit_serve(&kit, 1);
    publisher_kit_publish(&kit, publisher);
    publisher_check_entities(&kit);
    publisher_close(publisher);
    publisher_kit_close(&kit);
}

TEST(publisher, an_event_has_its_entity_while_the_store_has_only_some_of_it)
{
    struct publisher_kit kit;
    publisher_kit_open(&kit);
    publisher_kit_decide(&kit, 1);
    partition_kit_do(&kit.partition, NULL, "suspendSubject", "{\"subjectId\":\"s0\"}");
    partition_freeze(kit.partition.decided);
    partition_kit_do(&kit.partition, NULL, "resumeSubject", "{\"subjectId\":\"s0\"}");
    struct publisher *publisher = publisher_kit_serve(&kit, 1);
    publisher_kit_publish(&kit, publisher);
    publisher_check_entities(&kit);
    assert_ok(partition_settle(kit.partition.decided));
    publisher_close(publisher);
    publisher_kit_close(&kit);
}

TEST(publisher, an_event_has_its_entity_before_the_store_has_it)
{
    struct publisher_kit kit;
    publisher_kit_open(&kit);
    struct publisher *publisher = publisher_kit_serve(&kit, 1);
    partition_kit_do(&kit.partition, NULL, "registerSubject",
                     "{\"subjectId\":\"s0\",\"type\":\"SUBJECT_TYPE_AGENT\"}");
    partition_kit_do(&kit.partition, NULL, "suspendSubject", "{\"subjectId\":\"s0\"}");
    partition_kit_do(&kit.partition, NULL, "resumeSubject", "{\"subjectId\":\"s0\"}");
    publisher_kit_publish(&kit, publisher);
    publisher_check_entities(&kit);
    publisher_close(publisher);
    publisher_kit_close(&kit);
}

TEST(publisher, an_event_that_removed_its_entity_has_none)
{
    struct publisher_kit kit;
    publisher_kit_open(&kit);
    publisher_kit_decide(&kit, 1);
    partition_kit_do(&kit.partition, NULL, "removeSubject", "{\"subjectId\":\"s0\"}");
    partition_kit_do(&kit.partition, NULL, "restoreSubject", "{\"subjectId\":\"s0\"}");
    assert_ok(partition_write(kit.partition.decided));
    struct publisher *publisher = publisher_kit_serve(&kit, 1);
    publisher_kit_publish(&kit, publisher);
    uint64_t end = publisher_end(&kit, EVLOG_EVENTS);
    const Agency__V1__EntityEvent *removed = publisher_event(&kit, end - 2);
    assert_string_equal(removed->entity->id, "s0");
    assert_null(removed->after);
    assert_non_null(publisher_event(&kit, end - 1)->after);
    publisher_close(publisher);
    publisher_kit_close(&kit);
}

TEST(publisher, nothing_is_published_that_the_partition_has_not_taken)
{
    struct publisher_kit kit;
    publisher_kit_open(&kit);
    struct publisher *publisher = publisher_kit_serve(&kit, 1);
    publisher_kit_publish(&kit, publisher);
    uint64_t end = publisher_end(&kit, EVLOG_OUTCOMES);
    struct partition *late = partition_kit_fold(&kit.partition, NULL);
    struct partition *decided = kit.partition.decided;
    publisher_kit_decide(&kit, 1);
    kit.partition.decided = late;
    publisher_kit_settle(&kit, publisher, true);
    assert_int_equal(publisher_end(&kit, EVLOG_OUTCOMES), end);
    assert_ok(partition_kit_catch_up(&kit.partition, late));
    publisher_kit_publish(&kit, publisher);
    assert_int_equal(publisher_end(&kit, EVLOG_OUTCOMES), end + 1);
    kit.partition.decided = decided;
    partition_close(late);
    publisher_close(publisher);
    publisher_kit_close(&kit);
}

TEST(publisher, what_it_is_told_of_it_does_not_read)
{
    struct publisher_kit kit;
    publisher_kit_open(&kit);
    struct publisher *publisher = publisher_kit_serve(&kit, 1);
    publisher_kit_publish(&kit, publisher);
    for (unsigned i = 0; i < 3; i++) {
        uint64_t offset = publisher_end(&kit, EVLOG_DECISIONS);
        publisher_kit_decide(&kit, 1);
        struct evlog_record record = publisher_record(&kit, EVLOG_DECISIONS, offset);
        evlog_mem_damage(kit.partition.mem, EVLOG_DECISIONS, 0, offset);
        publisher_offer(publisher, 0, offset, record.value, &kit.partition.decider.chain.head);
        publisher_kit_publish(&kit, publisher);
    }
    assert_int_equal(publisher_end(&kit, EVLOG_OUTCOMES), 4);
    assert_int_equal(kit.reports_count, 0);
    publisher_close(publisher);
    publisher_kit_close(&kit);
}

TEST(publisher, what_it_is_not_told_of_it_reads)
{
    struct publisher_kit kit;
    publisher_kit_open(&kit);
    struct publisher *publisher = publisher_kit_serve(&kit, 1);
    publisher_kit_publish(&kit, publisher);
    for (unsigned i = 0; i < 3; i++) {
        uint64_t offset = publisher_end(&kit, EVLOG_DECISIONS);
        publisher_kit_decide(&kit, 3);
        publisher_offer(publisher, 0, offset, publisher_record(&kit, EVLOG_DECISIONS, offset).value,
                        NULL);
        publisher_offer(publisher, 0, offset + 2,
                        publisher_record(&kit, EVLOG_DECISIONS, offset + 2).value, NULL);
        publisher_kit_publish(&kit, publisher);
    }
    assert_int_equal(publisher_kit_check_outcomes(&kit), 0);
    assert_int_equal(publisher_kit_check_events(&kit), 0);
    publisher_close(publisher);
    publisher_kit_close(&kit);
}

TEST(publisher, more_than_may_be_under_way_is_published_piece_by_piece)
{
    struct publisher_kit kit;
    publisher_kit_open(&kit);
    publisher_kit_decide(&kit, 1500);
    struct publisher *publisher = publisher_kit_serve(&kit, 1);
    evlog_mem_fate_always(kit.partition.mem, EVLOG_MEM_HOLD);
    publisher_kit_settle(&kit, publisher, true);
    size_t held = evlog_mem_held_count(kit.partition.mem);
    assert_in_range(held, 2 * 1000, 2 * 1050);
    evlog_mem_fate_always(kit.partition.mem, EVLOG_MEM_WRITE);
    while (evlog_mem_held_count(kit.partition.mem) > 0) {
        evlog_mem_deliver(kit.partition.mem, 0, EVLOG_MEM_WRITE);
    }
    publisher_kit_publish(&kit, publisher);
    assert_int_equal(publisher_kit_check_outcomes(&kit), 0);
    assert_int_equal(publisher_kit_check_events(&kit), 0);
    publisher_close(publisher);
    publisher_kit_close(&kit);
}

TEST(publisher, outcomes_whose_events_were_lost_are_published_again)
{
    struct publisher_kit kit;
    publisher_kit_open(&kit);
    struct publisher *publisher = publisher_kit_serve(&kit, 1);
    publisher_kit_publish(&kit, publisher);
    publisher_kit_decide(&kit, 5);
    evlog_mem_fate_always(kit.partition.mem, EVLOG_MEM_HOLD);
    publisher_kit_settle(&kit, publisher, true);
    assert_int_equal(evlog_mem_held_count(kit.partition.mem), 10);
    evlog_mem_deliver(kit.partition.mem, 0, EVLOG_MEM_LOSE_UNKNOWN); /* an event */
    evlog_mem_deliver(kit.partition.mem, 0, EVLOG_MEM_WRITE);        /* its outcome */
    publisher_close(publisher);
    evlog_mem_fate_always(kit.partition.mem, EVLOG_MEM_WRITE);
    while (evlog_mem_held_count(kit.partition.mem) > 0) {
        evlog_mem_deliver(kit.partition.mem, 0, EVLOG_MEM_LOSE_UNKNOWN);
    }
    publisher = publisher_kit_serve(&kit, 2);
    publisher_kit_publish(&kit, publisher);
    assert_int_equal(publisher_kit_check_events(&kit), 0);
    assert_int_equal(publisher_kit_check_outcomes(&kit), 1);
    publisher_close(publisher);
    publisher_kit_close(&kit);
}
