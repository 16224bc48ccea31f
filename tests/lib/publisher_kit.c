#include "tests/lib/publisher_kit.h"

#include <stdio.h>

#include "agency/v1/stream.pb-c.h"
#include "core/base/time.h"
#include "core/model/decision.h"
#include "core/pb/message.h"
#include "projectors/checkpoint.h"
#include "projectors/cloud_event.h"
#include "projectors/publisher_impl.h"
#include "tests/lib/log_tool.h"
#include "tests/lib/test.h"

enum { PUBLISHER_KIT_NOTICES_MAX = 4096 };

void publisher_kit_open(struct publisher_kit *kit)
{
    *kit = (struct publisher_kit){ 0 };
    partition_kit_open_on(&kit->partition, EVLOG_MEM_SHARED);
    partition_kit_make_org(&kit->partition);
    assert_ok(partition_write(kit->partition.decided));
}

void publisher_kit_close(struct publisher_kit *kit)
{
    partition_kit_close(&kit->partition);
}

static struct status publisher_kit_open_log(void *context, bool read_only, struct evlog **log)
{
    return evlog_mem_open(((struct publisher_kit *)context)->partition.mem, read_only, log);
}

static void publisher_kit_report(void *context, uint32_t partition, struct status what)
{
    struct publisher_kit *kit = context;
    (void)partition;
    kit->reports_count += what.code != STATUS_OK;
    kit->reported = what;
}

static struct publisher *publisher_kit_start(struct publisher_kit *kit, uint64_t id, uint32_t rank,
                                             int64_t election_timeout_us)
{
    struct publisher *publisher;
    struct publisher_options options = { .opener = { publisher_kit_open_log, kit },
                                         .reporter = { publisher_kit_report, kit },
                                         .clock = clock_from_fake(&kit->clock),
                                         .partitions_count = 1,
                                         .level_known = FORMAT_LEVEL,
                                         .publisher = id,
                                         .rank = rank,
                                         .election_timeout_us = election_timeout_us };
    assert_ok(publisher_open(&options, &publisher));
    return publisher;
}

struct publisher *publisher_kit_serve(struct publisher_kit *kit, uint64_t id)
{
    return publisher_kit_start(kit, id, 0, 0);
}

struct publisher *publisher_kit_stand_by(struct publisher_kit *kit, uint64_t id, uint32_t rank)
{
    return publisher_kit_start(kit, id, rank, 1000000);
}

void publisher_kit_decide(struct publisher_kit *kit, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        char json[96];
        snprintf(json, sizeof json, "{\"subjectId\":\"s%u\",\"type\":\"SUBJECT_TYPE_AGENT\"}",
                 kit->subjects++);
        partition_kit_do(&kit->partition, NULL, "registerSubject", json);
    }
    assert_ok(partition_write(kit->partition.decided));
}

void publisher_kit_grant(struct publisher_kit *kit, unsigned count)
{
    const int64_t tomorrow_us = kit->partition.now_us + INT64_C(86400000000);
    for (unsigned i = 0; i < count; i++) {
        char json[256], ends[TIME_TEXT_SIZE];
        time_format(tomorrow_us + (int64_t)i * 1000000, ends);
        publisher_kit_decide(kit, 1);
        snprintf(json, sizeof json,
                 "{\"grantId\":\"g%u\",\"permission\":\"Read\",\"grantee\":{\"kind\":"
                 "\"GRANTEE_KIND_SUBJECT\",\"id\":\"s%u\"},\"on\":{\"kind\":\"OBJECT_KIND_ORG\"},"
                 "\"expiresAt\":\"%s\"}",
                 kit->subjects, kit->subjects - 1, ends);
        partition_kit_do(&kit->partition, NULL, "grantPermission", json);
    }
    assert_ok(partition_write(kit->partition.decided));
}

void publisher_kit_elapse(struct publisher_kit *kit)
{
    struct str record;
    kit->partition.now_us = kit->partition.decider.next_due_us;
    const struct decider_due due = { .org_id = STR("acme"),
                                     .now_us = kit->partition.now_us,
                                     .until_us = INT64_MAX };
    assert_ok(decider_elapse(&kit->partition.decider, &due, &record));
    assert_true(record.size > 0);
    partition_kit_pass(&kit->partition, record);
    assert_ok(partition_write(kit->partition.decided));
}

void publisher_kit_repeat(struct publisher_kit *kit, const char *command_id,
                          uint64_t first_sequence, enum status_code code)
{
    struct chain *chain = &kit->partition.decider.chain;
    struct buf value = { 0 };
    Agency__V1__Repeat repeat = AGENCY__V1__REPEAT__INIT;
    Agency__V1__Principal principal = AGENCY__V1__PRINCIPAL__INIT;
    char admin[] = "admin", org[] = "acme";
    principal.operator_ = admin;
    repeat.org_id = org;
    repeat.command_id = (char *)(uintptr_t)command_id;
    repeat.principal = &principal;
    repeat.first_sequence = first_sequence;
    repeat.code = code;
    struct record record = { .type = RECORD_REPEAT };
    assert_ok(pb_pack(&kit->partition.arena, &repeat.base, &record.body));
    chain_next(chain, chain->next_command_offset, &record);
    record_encode(&record, &value);
    chain_push(chain, &record, buf_str(&value));
    partition_kit_pass(&kit->partition, buf_str(&value));
    assert_ok(partition_write(kit->partition.decided));
    buf_release(&value);
}

/* Waits for something to do; at once false when nothing can come. */
static bool publisher_kit_wait(const struct publisher *publisher)
{
    static const int64_t answer_us = 10 * 1000000; /* the finder answers from its own thread */
    bool asked = publisher->log_asked || publisher->slots[0].asked;
    return evlog_wait(publisher_descriptor(publisher), asked ? answer_us : 0);
}

void publisher_kit_settle(struct publisher_kit *kit, struct publisher *publisher, bool serving)
{
    do {
        publisher_step(publisher, kit->partition.decided, serving);
    } while (publisher_kit_wait(publisher));
}

void publisher_kit_publish(struct publisher_kit *kit, struct publisher *publisher)
{
    uint64_t sequence = kit->partition.decided->position.chain.sequence;
    for (int i = 0; i < 1000; i++) {
        publisher_step(publisher, kit->partition.decided, true);
        if (publisher_status(publisher, 0).sequence >= sequence) {
            return;
        }
        if (!evlog_wait(publisher_descriptor(publisher), 10000)) {
            clock_fake_advance(&kit->clock, 1000000); /* so that it tries again */
        }
    }
    fail_msg("expected sequence %llu to be published within 10 s", (unsigned long long)sequence);
}

/* --- what a reader sees --- */

/* Numbers that rise: a sequence, or a sequence and an index. */
struct publisher_kit_list {
    uint64_t items[PUBLISHER_KIT_NOTICES_MAX];
    size_t count;
    size_t dropped;
};

static void publisher_kit_add(struct publisher_kit_list *list, uint64_t sequence, uint64_t index)
{
    uint64_t item = sequence << 16 | index;
    if (list->count > 0 && item <= list->items[list->count - 1]) {
        list->dropped++;
        return;
    }
    assert_true(list->count < PUBLISHER_KIT_NOTICES_MAX);
    list->items[list->count++] = item;
}

/* What should be published of a record of the decisions. */
static void publisher_kit_expect(struct arena *arena, const struct record *record, bool events,
                                 struct publisher_kit_list *list)
{
    if (record->type == RECORD_REPEAT && !events) {
        publisher_kit_add(list, record->sequence, 0);
    } else if (record->type == RECORD_DECISION) {
        Agency__V1__Decision *decision;
        assert_ok(decision_decode(arena, record->body, &decision));
        const size_t outcomes = decision->n_elapsed == 0; /* else nobody waits for one */
        for (size_t i = 0; i < (events ? decision->n_events : outcomes); i++) {
            publisher_kit_add(list, record->sequence, i);
        }
    }
}

/* What a record of outcomes or events is about. */
static void publisher_kit_see(struct arena *arena, const struct evlog_record *record, bool events,
                              struct publisher_kit_list *list)
{
    if (events && cloud_event_is_access(record)) {
        return;
    }
    if (events) {
        Agency__V1__EntityEvent *event;
        assert_ok(pb_unpack(arena, &agency__v1__entity_event__descriptor, record->value, PB_STORED,
                            &event));
        publisher_kit_add(list, event->sequence, event->index);
    } else {
        struct checkpoint checkpoint;
        assert_int_equal(record->headers_count, 1);
        assert_ok(checkpoint_decode(record->headers[0].value, 1, &checkpoint));
        publisher_kit_add(list, checkpoint.last, 0);
    }
}

static void publisher_kit_read(const struct publisher_kit *kit, enum evlog_stream stream,
                               bool events, struct publisher_kit_list *list)
{
    uint64_t begin, end;
    struct evlog_reader *reader;
    struct arena arena;
    struct chain chain;
    struct evlog *log = kit->partition.log;
    arena_init(&arena, 1 << 24);
    chain_init(&chain, &log->identity, 0, 1);
    assert_ok(evlog_range(log, stream, 0, &begin, &end));
    assert_ok(evlog_reader_open(log, stream, &reader));
    assert_ok(evlog_reader_seek(reader, 0, begin));
    for (uint64_t i = begin; i < end; i++) {
        struct evlog_record raw;
        struct record record;
        enum chain_verdict verdict;
        arena_reset(&arena);
        log_tool_next(reader, &raw);
        if (stream != EVLOG_DECISIONS) {
            publisher_kit_see(&arena, &raw, events, list);
            continue;
        }
        assert_ok(chain_offer(&chain, raw.value, &record, &verdict));
        if (verdict == CHAIN_ACCEPTED) {
            publisher_kit_expect(&arena, &record, events, list);
        }
    }
    evlog_reader_close(reader);
    arena_release(&arena);
}

static size_t publisher_kit_check(const struct publisher_kit *kit, enum evlog_stream stream)
{
    static struct publisher_kit_list expected, seen;
    expected = seen = (struct publisher_kit_list){ .count = 0 };
    publisher_kit_read(kit, EVLOG_DECISIONS, stream == EVLOG_EVENTS, &expected);
    publisher_kit_read(kit, stream, stream == EVLOG_EVENTS, &seen);
    for (size_t i = 0; i < expected.count; i++) {
        if (i >= seen.count || seen.items[i] != expected.items[i]) {
            fail_msg("stream %d: sequence %llu, index %llu is missing at %zu", (int)stream,
                     (unsigned long long)expected.items[i] >> 16,
                     (unsigned long long)expected.items[i] & 0xffff, i);
        }
    }
    assert_int_equal(seen.count, expected.count);
    return seen.dropped;
}

size_t publisher_kit_check_outcomes(const struct publisher_kit *kit)
{
    return publisher_kit_check(kit, EVLOG_OUTCOMES);
}

size_t publisher_kit_check_events(const struct publisher_kit *kit)
{
    return publisher_kit_check(kit, EVLOG_EVENTS);
}
