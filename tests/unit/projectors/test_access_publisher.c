/* Changes of access as events: each decision's told once to a reader who drops what does not rise,
 * whoever told it and however often he began anew. */
#include "projectors/access_publisher.h"

#include <stdio.h>

#include "agency/v1/stream.pb-c.h"
#include "core/pb/message.h"
#include "projectors/cloud_event.h"
#include "tests/lib/log_tool.h"
#include "tests/lib/publisher_kit.h"
#include "tests/lib/test.h"

static struct publisher_kit kit;
static struct shelf *shelf;
static struct publisher *events;
static bool serving;

static bool serves(void *context, uint32_t partition)
{
    (void)context;
    (void)partition;
    return serving;
}

static struct status open_log(void *context, bool read_only, struct evlog **log)
{
    (void)context;
    return evlog_mem_open(kit.partition.mem, read_only, log);
}

static struct access_publisher *start(void)
{
    const struct access_publisher_options options = {
        .opener = { open_log, NULL }, .shelf = shelf, .partitions_count = 1, .serves = serves
    };
    return access_publisher_open(&options);
}

static void open_kit(void)
{
    publisher_kit_open(&kit);
    shelf = shelf_new(1);
    partition_show(kit.partition.decided, shelf);
    events = publisher_kit_serve(&kit, 1);
    serving = true;
    partition_kit_do(&kit.partition, NULL, "registerSubject", "{\"subjectId\":\"ada\"}");
    partition_kit_do(&kit.partition, NULL, "createGroup", "{\"groupId\":\"g\"}");
}

static void close_kit(void)
{
    publisher_close(events);
    publisher_kit_close(&kit);
    shelf_free(shelf);
}

static void grant(unsigned number)
{
    char json[256];
    snprintf(json, sizeof json,
             "{\"grantId\":\"x%u\",\"permission\":\"%s\",\"grantee\":{\"kind\":"
             "\"GRANTEE_KIND_SUBJECT\",\"id\":\"ada\"},\"on\":{\"kind\":\"OBJECT_KIND_GROUP\","
             "\"id\":\"g\"}}",
             number, number % 2 == 0 ? "Read" : "act_as");
    partition_kit_do(&kit.partition, NULL, "grantPermission", json);
}

static void revoke(unsigned number)
{
    char json[64];
    snprintf(json, sizeof json, "{\"grantId\":\"x%u\"}", number);
    partition_kit_do(&kit.partition, NULL, "revokePermission", json);
}

/* Publishes the events, and steps until access is told of all. */
static void tell(struct access_publisher *publisher)
{
    assert_ok(partition_write(kit.partition.decided));
    publisher_kit_publish(&kit, events);
    uint64_t last = kit.partition.decided->position.chain.sequence;
    for (int i = 0; i < 2000 && access_publisher_told(publisher, 0) < last; i++) {
        access_publisher_step(publisher, 1000);
    }
    assert_int_equal(access_publisher_told(publisher, 0), last);
}

/* What a reader keeps: "+Read 5" for what was gained by decision 5. Gives how many were dropped. */
static size_t told(char *out, size_t size)
{
    uint64_t begin, end, last = 0;
    struct evlog_reader *reader;
    struct arena arena;
    size_t dropped = 0, used = 0;
    arena_init(&arena, 1 << 24);
    assert_ok(evlog_range(kit.partition.log, EVLOG_EVENTS, 0, &begin, &end));
    assert_ok(evlog_reader_open(kit.partition.log, EVLOG_EVENTS, &reader));
    assert_ok(evlog_reader_seek(reader, 0, begin));
    out[0] = '\0';
    for (uint64_t i = begin; i < end; i++) {
        struct evlog_record record;
        Agency__V1__AccessEvent *event;
        log_tool_next(reader, &record);
        if (!cloud_event_is_access(&record)) {
            continue;
        }
        assert_ok(pb_unpack(&arena, &agency__v1__access_event__descriptor, record.value, PB_STORED,
                            &event));
        if (event->sequence <= last) {
            dropped++;
            continue;
        }
        last = event->sequence;
        for (size_t j = 0; j < event->n_lines; j++) {
            used +=
                (size_t)snprintf(out + used, size - used, "%c%s ",
                                 event->lines[j]->gained ? '+' : '-', event->lines[j]->permission);
        }
    }
    evlog_reader_close(reader);
    arena_release(&arena);
    return dropped;
}

TEST(access_publisher, tells_who_gained_and_lost_what_in_order)
{
    char text[256];
    open_kit();
    struct access_publisher *publisher = start();
    grant(1);
    grant(2);
    tell(publisher);
    revoke(1);
    tell(publisher);
    assert_int_equal(told(text, sizeof text), 0);
    assert_string_equal(text, "+* +act_as +Read -act_as ");
    publisher_kit_check_events(&kit);
    access_publisher_close(publisher);
    close_kit();
}

TEST(access_publisher, goes_on_where_the_log_says)
{
    char text[256];
    open_kit();
    for (unsigned i = 1; i <= 4; i++) {
        struct access_publisher *publisher = start();
        grant(i * 2);
        revoke(i * 2);
        tell(publisher);
        access_publisher_close(publisher);
    }
    assert_int_equal(told(text, sizeof text), 0);
    assert_string_equal(text, "+* +Read -Read +Read -Read +Read -Read +Read -Read ");
    close_kit();
}

/* Each of the two tells what the other has not told when it looked. */
TEST(access_publisher, says_twice_what_two_say_and_a_reader_drops_it)
{
    char text[256];
    open_kit();
    struct access_publisher *first = start(), *second = start();
    access_publisher_step(first, 0);
    access_publisher_step(second, 0);
    grant(2);
    revoke(2);
    assert_ok(partition_write(kit.partition.decided));
    publisher_kit_publish(&kit, events);
    tell(first);
    tell(second);
    told(text, sizeof text);
    assert_string_equal(text, "+* +Read -Read ");
    access_publisher_close(first);
    access_publisher_close(second);
    close_kit();
}

TEST(access_publisher, tells_nothing_where_it_does_not_serve)
{
    char text[256];
    open_kit();
    struct access_publisher *publisher = start();
    serving = false;
    grant(2);
    assert_ok(partition_write(kit.partition.decided));
    publisher_kit_publish(&kit, events);
    access_publisher_step(publisher, 0);
    assert_int_equal(told(text, sizeof text), 0);
    assert_string_equal(text, "");
    serving = true;
    tell(publisher);
    told(text, sizeof text);
    assert_string_equal(text, "+* +Read ");
    access_publisher_close(publisher);
    close_kit();
}

/* So that where to go on is never far back. */
TEST(access_publisher, says_now_and_then_that_there_was_nothing)
{
    open_kit();
    struct access_publisher *publisher = start();
    tell(publisher);
    uint64_t begin, before, after;
    publisher_kit_decide(&kit, 600);
    publisher_kit_publish(&kit, events);
    assert_ok(evlog_range(kit.partition.log, EVLOG_EVENTS, 0, &begin, &before));
    tell(publisher);
    assert_ok(evlog_range(kit.partition.log, EVLOG_EVENTS, 0, &begin, &after));
    assert_int_equal(after - before, 1);
    access_publisher_close(publisher);
    close_kit();
}
