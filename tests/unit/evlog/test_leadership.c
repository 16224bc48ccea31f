/* Owners of one partition on a log that delays, doubles, loses and reorders, each crashing,
 * freezing and taking over at random: no two readers disagree, nothing confirmed is lost, and each
 * command is answered exactly once.
 *
 * Commands are the numbers 0, 1, 2 ...; the answer to number n is a record with body n that moves
 * next_command_offset to n + 1. So the accepted records must be 0, 1, 2 ... whoever wrote them. */
#include "core/evlog/leadership.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/evlog/evlog_mem.h"
#include "tests/lib/log_tool.h"
#include "tests/lib/test.h"

enum { ACTORS = 3, STEPS = 4000, SEEDS = 60, CONFIRMED_MAX = 16384 };

struct actor {
    struct evlog *log;
    struct evlog_reader *reader;
    struct leadership leadership;
    unsigned frozen; /* steps for which it does nothing */
};

struct scene {
    struct evlog_mem *mem;
    struct actor actors[ACTORS];
    uint64_t confirmed[CONFIRMED_MAX]; /* by command: how often it was answered */
    uint64_t confirmed_count;          /* answers given */
    unsigned seed;
    uint8_t ids; /* EPOCHs made */
};

static unsigned scene_random(struct scene *scene, unsigned below)
{
    return (unsigned)rand_r(&scene->seed) % below;
}

static void actor_start(struct scene *scene, struct actor *actor)
{
    struct evlog_identity identity = log_tool_identity(1);
    struct chain chain;
    chain_init(&chain, &identity, 0, FORMAT_LEVEL);
    assert_ok(evlog_mem_open(scene->mem, false, &actor->log));
    assert_ok(evlog_reader_open(actor->log, EVLOG_DECISIONS, &actor->reader));
    assert_ok(evlog_reader_seek(actor->reader, 0, 0));
    leadership_init(&actor->leadership, &chain, 0, 0);
}

static void actor_stop(struct actor *actor)
{
    evlog_reader_close(actor->reader);
    evlog_close(actor->log);
    leadership_release(&actor->leadership);
}

/* Counts an answer; `next` is behind the command that it answers. */
static void scene_answer(struct scene *scene, uint64_t next)
{
    assert_true(next > 0 && next <= CONFIRMED_MAX);
    scene->confirmed[next - 1]++;
    assert_int_equal(scene->confirmed[next - 1], 1);
    scene->confirmed_count++;
}

static void actor_event(struct scene *scene, struct actor *actor, enum leadership_event event)
{
    if (event == LEADERSHIP_CONFIRMED) {
        scene_answer(scene, actor->leadership.chain.next_command_offset);
    }
}

static void actor_read(struct scene *scene, struct actor *actor)
{
    struct evlog_record raw[4];
    size_t count;
    assert_ok(evlog_reader_read(actor->reader, raw, 1 + scene_random(scene, 4), &count));
    for (size_t i = 0; i < count; i++) {
        struct record record;
        enum leadership_event event;
        assert_ok(
            leadership_offer(&actor->leadership, raw[i].offset, raw[i].value, 0, &record, &event));
        actor_event(scene, actor, event);
    }
}

static void actor_append(struct actor *actor, const struct record *record, struct str value)
{
    uint64_t token = record->epoch << 32 | (record->type == RECORD_EPOCH ? 0 : record->sequence);
    struct evlog_item item = {
        .stream = EVLOG_DECISIONS, .key = STR("org"), .value = value, .token = token
    };
    struct status st = evlog_append(actor->log, &item, 1);
    assert_true(st.code == STATUS_OK || st.code == STATUS_UNAVAILABLE);
}

static void actor_decide(struct actor *actor)
{
    struct leadership *leader = &actor->leadership;
    char body[24];
    struct buf value = { 0 };
    if (leadership_state(leader) != LEADERSHIP_LEADER ||
        leader->pending_count == LEADERSHIP_PENDING_MAX) {
        return;
    }
    uint64_t command = leader->ahead.next_command_offset;
    snprintf(body, sizeof body, "%llu", (unsigned long long)command);
    struct record record = { .type = RECORD_DECISION, .body = str_z(body) };
    leadership_next(leader, command + 1, &record);
    record_encode(&record, &value);
    actor_append(actor, &record, buf_str(&value));
    leadership_push(leader, &record, buf_str(&value));
    buf_release(&value);
}

static void actor_take(struct scene *scene, struct actor *actor)
{
    if (leadership_state(&actor->leadership) != LEADERSHIP_FOLLOWER) {
        return;
    }
    struct record_epoch epoch = { .identity = log_tool_identity(1), .level = FORMAT_LEVEL };
    struct buf body = { 0 }, value = { 0 };
    struct record record;
    memset(epoch.leader.bytes, ++scene->ids, EVLOG_ID_SIZE);
    record_epoch_encode(&epoch, &body);
    chain_next_epoch(&actor->leadership.chain, &record);
    leadership_campaign(&actor->leadership, epoch.leader);
    record.body = buf_str(&body);
    record_encode(&record, &value);
    actor_append(actor, &record, buf_str(&value));
    buf_release(&body);
    buf_release(&value);
}

/* Takes acknowledgements; a broken handle is dropped, and its owner begins again. */
static void actor_poll(struct scene *scene, struct actor *actor)
{
    struct evlog_completion done;
    size_t count;
    struct status st = evlog_poll(actor->log, &done, 1, &count);
    if (st.code == STATUS_OK && count > 0) {
        actor_event(scene, actor,
                    leadership_acked(&actor->leadership, done.token >> 32, done.token & 0xFFFFFFFF,
                                     done.offset, 0));
    }
    if (st.code != STATUS_OK || leadership_state(&actor->leadership) == LEADERSHIP_BROKEN) {
        actor_stop(actor);
        actor_start(scene, actor);
    }
}

static void scene_deliver(struct scene *scene)
{
    size_t held = evlog_mem_held_count(scene->mem);
    if (held > 0) {
        enum evlog_mem_fate fate = (enum evlog_mem_fate)scene_random(scene, EVLOG_MEM_HOLD);
        evlog_mem_deliver(scene->mem, scene_random(scene, (unsigned)held), fate);
    }
}

/* Now and then something goes wrong with the next record. */
static void scene_trouble(struct scene *scene)
{
    if (scene_random(scene, 20) == 0) {
        enum evlog_mem_fate fate = (enum evlog_mem_fate)scene_random(scene, EVLOG_MEM_HOLD + 1);
        evlog_mem_fate_at(scene->mem, (long)scene_random(scene, 3), fate);
    }
}

static void actor_step(struct scene *scene, struct actor *actor)
{
    if (actor->frozen > 0) {
        actor->frozen--;
        return;
    }
    switch (scene_random(scene, 100)) {
    case 0:
        actor->frozen = scene_random(scene, 200);
        return;
    case 1:
        actor_stop(actor);
        actor_start(scene, actor);
        return;
    case 2:
    case 3:
        actor_take(scene, actor);
        return;
    default:
        break;
    }
    switch (scene_random(scene, 3)) {
    case 0:
        actor_decide(actor);
        return;
    case 1:
        actor_poll(scene, actor);
        return;
    default:
        actor_read(scene, actor);
    }
}

/* What every reader makes of the log: accepted answers are 0, 1, 2 ... and contain all confirmed.
 */
static void scene_check(struct scene *scene)
{
    struct actor reader = { 0 };
    uint64_t begin, end;
    actor_start(scene, &reader);
    assert_ok(evlog_range(reader.log, EVLOG_DECISIONS, 0, &begin, &end));
    uint64_t next = 0;
    while (reader.leadership.next_offset < end) {
        struct evlog_record raw;
        struct record record;
        enum leadership_event event;
        size_t count;
        assert_ok(evlog_reader_read(reader.reader, &raw, 1, &count));
        assert_int_equal(count, 1);
        assert_ok(leadership_offer(&reader.leadership, raw.offset, raw.value, 0, &record, &event));
        if (event == LEADERSHIP_FOLD && record.type == RECORD_DECISION) {
            char body[24];
            snprintf(body, sizeof body, "%llu", (unsigned long long)next++);
            assert_true(str_eq(record.body, str_z(body)));
        }
    }
    for (uint64_t n = 0; n < CONFIRMED_MAX; n++) {
        assert_true(scene->confirmed[n] == 0 || n < next);
    }
    actor_stop(&reader);
}

/* When nothing goes wrong any more, an owner alone gets on, whatever state it is in. */
static void scene_check_progress(struct scene *scene)
{
    struct actor *actor = &scene->actors[0];
    uint64_t before = scene->confirmed_count;
    evlog_mem_fate_at(scene->mem, -1, EVLOG_MEM_WRITE);
    for (int i = 0; i < 3000 && scene->confirmed_count == before; i++) {
        actor_read(scene, actor);
        actor_poll(scene, actor);
        actor_decide(actor);
        actor_take(scene, actor);
    }
    assert_true(scene->confirmed_count > before);
}

static struct scene *scene_new(unsigned seed)
{
    struct scene *scene = mem_zalloc(1, sizeof *scene);
    struct evlog_identity identity = log_tool_identity(1);
    scene->seed = seed;
    scene->mem = evlog_mem_new(&identity, EVLOG_MEM_SHARED);
    for (int i = 0; i < ACTORS; i++) {
        actor_start(scene, &scene->actors[i]);
    }
    return scene;
}

static uint64_t scene_run(unsigned seed)
{
    struct scene *scene = scene_new(seed);
    for (int step = 0; step < STEPS; step++) {
        scene_trouble(scene);
        if (scene_random(scene, 10) == 0) {
            scene_deliver(scene);
        }
        actor_step(scene, &scene->actors[scene_random(scene, ACTORS)]);
    }
    while (evlog_mem_held_count(scene->mem) > 0) {
        scene_deliver(scene);
    }
    scene_check_progress(scene);
    scene_check(scene);
    for (int i = 0; i < ACTORS; i++) {
        actor_stop(&scene->actors[i]);
    }
    uint64_t confirmed = scene->confirmed_count;
    evlog_mem_free(scene->mem);
    mem_free(scene);
    return confirmed;
}

TEST(leadership, answers_each_command_once_whatever_the_log_and_the_others_do)
{
    uint64_t confirmed = 0;
    for (unsigned seed = 1; seed <= SEEDS; seed++) {
        confirmed += scene_run(seed);
    }
    assert_true(confirmed > SEEDS * 20);
}

/* --- one leader, step by step --- */

/* A scene whose first actor serves, and has read all. */
static struct scene *scene_served(void)
{
    struct scene *scene = scene_new(1);
    struct actor *actor = &scene->actors[0];
    actor_take(scene, actor);
    while (leadership_state(&actor->leadership) != LEADERSHIP_LEADER) {
        actor_read(scene, actor);
    }
    assert_int_equal(log_tool_complete(actor->log).offset, 0);
    return scene;
}

static void scene_free(struct scene *scene)
{
    for (int i = 0; i < ACTORS; i++) {
        actor_stop(&scene->actors[i]);
    }
    evlog_mem_free(scene->mem);
    mem_free(scene);
}

static enum leadership_event actor_ack(struct actor *actor)
{
    struct evlog_completion done = log_tool_complete(actor->log);
    return leadership_acked(&actor->leadership, done.token >> 32, done.token & 0xFFFFFFFF,
                            done.offset, 0);
}

TEST(leadership, answers_on_an_acknowledgement_at_the_next_offset)
{
    struct scene *scene = scene_served();
    actor_decide(&scene->actors[0]);
    actor_decide(&scene->actors[0]);
    for (uint64_t i = 1; i <= 2; i++) {
        struct record record;
        assert_int_equal(actor_ack(&scene->actors[0]), LEADERSHIP_CONFIRMED);
        assert_ok(record_decode(leadership_confirmed(&scene->actors[0].leadership), &record));
        assert_int_equal(record.next_command_offset, i);
        assert_int_equal(scene->actors[0].leadership.chain.next_command_offset, i);
    }
    scene_free(scene);
}

TEST(leadership, reads_when_somebody_wrote_between)
{
    struct scene *scene = scene_served();
    struct actor *actor = &scene->actors[0];
    evlog_mem_fate_at(scene->mem, 0, EVLOG_MEM_WRITE_TWICE);
    actor_decide(actor);
    actor_decide(actor);
    assert_int_equal(actor_ack(actor), LEADERSHIP_CONFIRMED);
    assert_int_equal(actor_ack(actor), LEADERSHIP_READ); /* behind the double of the first */
    actor_read(scene, actor);
    while (scene->confirmed_count == 0) {
        actor_read(scene, actor);
    }
    assert_int_equal(actor->leadership.chain.next_command_offset, 2);
    scene_free(scene);
}

TEST(leadership, drops_what_is_unconfirmed_when_another_takes_over)
{
    struct scene *scene = scene_served();
    struct actor *old = &scene->actors[0], *new = &scene->actors[1];
    while (new->leadership.chain.epoch == 0) {
        actor_read(scene, new);
    }
    actor_take(scene, new);
    actor_decide(old);
    assert_int_equal(actor_ack(old), LEADERSHIP_READ);
    while (leadership_state(&old->leadership) == LEADERSHIP_LEADER) {
        actor_read(scene, old);
    }
    assert_int_equal(leadership_state(&old->leadership), LEADERSHIP_FOLLOWER);
    assert_int_equal(old->leadership.pending_count, 0);
    assert_int_equal(scene->confirmed_count, 0);
    scene_free(scene);
}

TEST(leadership, breaks_when_it_does_not_know)
{
    struct scene *scene = scene_served();
    evlog_mem_fate_at(scene->mem, 0, EVLOG_MEM_WRITE_UNKNOWN);
    actor_decide(&scene->actors[0]);
    assert_int_equal(actor_ack(&scene->actors[0]), LEADERSHIP_BROKE);
    leadership_begin(&scene->actors[0].leadership, 0);
    assert_int_equal(leadership_state(&scene->actors[0].leadership), LEADERSHIP_FOLLOWER);
    scene_free(scene);
}

TEST(leadership, breaks_when_a_record_of_its_own_is_fenced)
{
    struct scene *scene = scene_served();
    struct actor *actor = &scene->actors[0];
    evlog_mem_fate_at(scene->mem, 0, EVLOG_MEM_HOLD);
    actor_decide(actor);
    actor_decide(actor);
    assert_int_equal(actor_ack(actor),
                     LEADERSHIP_READ); /* of the second, ahead of the first: void */
    actor_read(scene, actor);
    evlog_mem_deliver(scene->mem, 0, EVLOG_MEM_WRITE);
    assert_int_equal(actor_ack(actor), LEADERSHIP_CONFIRMED);
    assert_int_equal(leadership_state(&actor->leadership), LEADERSHIP_BROKEN);
    scene_free(scene);
}

TEST(leadership, takes_over_after_its_ranks_silence)
{
    struct scene *scene = scene_served();
    struct leadership_timing timing = { .election_timeout_us = 300, .rank = 1, .jitter_us = 50 };
    const struct leadership *standby = &scene->actors[1].leadership,
                            *leader = &scene->actors[0].leadership;
    assert_false(leadership_election_due(standby, &timing, 649));
    assert_true(leadership_election_due(standby, &timing, 650));
    assert_false(leadership_election_due(leader, &timing, 650));
    assert_false(leadership_heartbeat_due(leader, &timing, 99));
    assert_true(leadership_heartbeat_due(leader, &timing, 100));
    assert_false(leadership_heartbeat_due(standby, &timing, 100));
    scene_free(scene);
}

TEST(leadership, leaves_a_closed_log_alone_for_ever)
{
    struct scene *scene = scene_served();
    struct leadership *leader = &scene->actors[0].leadership;
    struct leadership_timing timing = { .election_timeout_us = 300 };
    struct record_epoch epoch = { .identity = log_tool_identity(1), .level = FORMAT_LEVEL };
    struct buf body = { 0 }, value = { 0 };
    enum leadership_event event;
    epoch.closed = true;
    record_epoch_encode(&epoch, &body);
    struct record record = { .type = RECORD_EPOCH, .epoch = 2, .sequence = 2 };
    record.body = buf_str(&body);
    record_encode(&record, &value);
    assert_ok(leadership_offer(leader, 1, buf_str(&value), 0, &record, &event));
    assert_int_equal(event, LEADERSHIP_LOST);
    assert_int_equal(leadership_state(leader), LEADERSHIP_FOLLOWER);
    assert_false(leadership_election_due(leader, &timing, 1000000));
    buf_release(&body);
    buf_release(&value);
    scene_free(scene);
}
