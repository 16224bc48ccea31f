#include "replay/copy_log.h"

#include "replay/copy_verify.h"
#include "tests/lib/log_tool.h"
#include "tests/lib/partition_kit.h"
#include "tests/lib/test.h"
#include "tests/lib/writer_kit.h"

/* A log with decisions, and the draft of a copy of it. */
struct copy_kit {
    struct partition_kit kit;
    struct evlog_mem *mem; /* of the target */
    struct evlog *target;
};

static struct evlog_identity copy_kit_identity(char log)
{
    struct evlog_identity identity = log_tool_identity(1);
    memset(identity.log_id.bytes, log, EVLOG_ID_SIZE);
    memset(identity.commands_log_id.bytes, log, EVLOG_ID_SIZE);
    return identity;
}

static void copy_kit_open(struct copy_kit *kit, enum evlog_mem_kind kind)
{
    struct evlog_identity identity = copy_kit_identity('t');
    partition_kit_open_org(&kit->kit);
    partition_kit_do(&kit->kit, NULL, "openJobSpace", "{\"jobSpaceId\":\"one\"}");
    partition_kit_tick(&kit->kit);
    partition_kit_epoch(&kit->kit);
    partition_kit_do(&kit->kit, NULL, "openJobSpace", "{\"jobSpaceId\":\"two\"}");
    kit->mem = evlog_mem_new_draft(&identity, kind);
    assert_ok(evlog_mem_open(kit->mem, false, &kit->target));
}

static void copy_kit_close(struct copy_kit *kit)
{
    evlog_close(kit->target);
    evlog_mem_free(kit->mem);
    partition_kit_close(&kit->kit);
}

/* A run on handles of its own, as after a restart. */
static struct status copy_kit_run(struct copy_kit *kit, struct copy_log *copy)
{
    *copy = (struct copy_log){ 0 };
    evlog_close(kit->target);
    kit->target = NULL;
    TRY(evlog_mem_open(kit->mem, false, &kit->target));
    TRY(copy_log_init(copy, kit->kit.log, kit->target));
    return copy_log_run(copy);
}

/* The target has what the source had, opened by its own EPOCH, and nothing counts in the source any
 * more. */
static void copy_kit_check(const struct copy_kit *kit, const struct copy_log *copy)
{
    const struct copy_partition *partition = &copy->partitions[0];
    const struct chain *decided = &kit->kit.decided->position.chain;
    assert_true(partition->source.ended && partition->target.ended);
    assert_int_equal(partition->target.chain.sequence, decided->sequence);
    assert_true(hash_eq(&partition->target.chain.head, &decided->head));
    struct partition_options options = { .log = kit->target, .level_known = FORMAT_LEVEL };
    struct partition *folded;
    options.memory_max = 1 << 26;
    assert_ok(partition_open(&options, &folded));
    assert_ok(partition_catch_up(folded, kit->target));
    assert_int_equal(folded->position.chain.sequence, decided->sequence + 1);
    assert_true(evlog_id_eq(folded->position.chain.identity.log_id, kit->target->identity.log_id));
    assert_int_equal(folded->position.chain.next_command_offset, 0);
    assert_true(str_eq(folded->position.configuration, kit->kit.decided->position.configuration));
    partition_close(folded);
    struct partition *closed = partition_kit_fold(&kit->kit, NULL);
    assert_true(closed->position.chain.closed);
    partition_close(closed);
}

static struct status copy_kit_verify(struct copy_log *copy, struct copy_verify *verify)
{
    *verify = (struct copy_verify){ .copy = copy };
    return copy_verify_run(verify);
}

TEST(copy_log, gives_the_target_the_heads_and_roots_of_the_source)
{
    struct copy_kit kit;
    struct copy_log copy;
    struct copy_verify verify;
    char root[HASH_HEX_SIZE];
    copy_kit_open(&kit, EVLOG_MEM_SHARED);
    assert_ok(partition_write(kit.kit.decided));
    assert_ok(copy_kit_run(&kit, &copy));
    copy_kit_check(&kit, &copy);
    assert_int_equal(copy.records, kit.kit.decided->position.chain.sequence);
    assert_ok(copy_kit_verify(&copy, &verify));
    hash_hex(&verify.root, root);
    assert_string_equal(root, partition_kit_root(kit.kit.decided));
    assert_true(verify.entities > 0);
    assert_ok(evlog_finish(kit.target));
    assert_false(kit.target->draft);
    copy_log_release(&copy);
    copy_kit_close(&kit);
}

TEST(copy_log, leaves_void_records_behind)
{
    struct copy_kit kit;
    struct copy_log copy;
    uint64_t begin, end;
    copy_kit_open(&kit, EVLOG_MEM_SHARED);
    struct record late = { .type = RECORD_TICK, .epoch = 1, .sequence = 3 };
    struct buf value = { 0 };
    record_encode(&late, &value);
    struct evlog_item item = { .stream = EVLOG_DECISIONS, .value = buf_str(&value) };
    assert_ok(evlog_append(kit.kit.log, &item, 1));
    assert_true(log_tool_complete(kit.kit.log).offset != EVLOG_OFFSET_UNKNOWN);
    buf_release(&value);
    assert_ok(copy_kit_run(&kit, &copy));
    copy_kit_check(&kit, &copy);
    assert_ok(evlog_range(kit.target, EVLOG_DECISIONS, 0, &begin, &end));
    assert_int_equal(end, kit.kit.decided->position.chain.sequence + 1);
    copy_log_release(&copy);
    copy_kit_close(&kit);
}

TEST(copy_log, closes_nothing_while_a_command_waits_for_its_answer)
{
    struct copy_kit kit;
    struct copy_log copy;
    copy_kit_open(&kit, EVLOG_MEM_SHARED);
    log_tool_append(kit.kit.log, EVLOG_COMMANDS, 0, "one");
    log_tool_append(kit.kit.log, EVLOG_COMMANDS, 0, "two");
    struct status st = copy_kit_run(&kit, &copy);
    assert_int_equal(st.code, STATUS_FAILED_PRECONDITION);
    assert_non_null(strstr(st.msg, "2 wait"));
    copy_log_release(&copy);
    partition_kit_do(&kit.kit, NULL, "openJobSpace", "{\"jobSpaceId\":\"three\"}");
    struct partition *folded = partition_kit_fold(&kit.kit, NULL);
    assert_false(folded->position.chain.closed);
    partition_close(folded);
    copy_kit_close(&kit);
}

TEST(copy_log, takes_no_target_that_is_a_log_of_its_own)
{
    struct copy_kit kit;
    struct copy_log copy;
    copy_kit_open(&kit, EVLOG_MEM_SHARED);
    kit.target->identity.history_id.bytes[0] ^= 1;
    assert_code(STATUS_INVALID_ARGUMENT, copy_log_init(&copy, kit.kit.log, kit.target));
    kit.target->identity.history_id.bytes[0] ^= 1;
    kit.target->identity.partitions_count = 2;
    assert_code(STATUS_INVALID_ARGUMENT, copy_log_init(&copy, kit.kit.log, kit.target));
    kit.target->identity.partitions_count = 1;
    assert_ok(evlog_finish(kit.target));
    assert_code(STATUS_FAILED_PRECONDITION, copy_kit_run(&kit, &copy));
    assert_int_equal(copy.records, 0);
    copy_log_release(&copy);
    copy_kit_close(&kit);
}

TEST(copy_log, finds_nothing_to_do_when_it_is_finished)
{
    struct copy_kit kit;
    struct copy_log copy;
    copy_kit_open(&kit, EVLOG_MEM_SHARED);
    assert_ok(copy_kit_run(&kit, &copy));
    copy_log_release(&copy);
    assert_ok(evlog_finish(kit.target));
    log_tool_append(kit.target, EVLOG_COMMANDS, 0, "life goes on");
    assert_ok(copy_kit_run(&kit, &copy));
    assert_int_equal(copy.records, 0);
    copy_kit_check(&kit, &copy);
    copy_log_release(&copy);
    copy_kit_close(&kit);
}

/* Somebody has begun an epoch of his own where only a copy should write. */
TEST(copy_log, names_a_target_that_has_other_records)
{
    struct copy_kit kit;
    struct copy_log copy;
    struct record_epoch epoch = { .identity = copy_kit_identity('l'), .level = FORMAT_LEVEL };
    struct buf body = { 0 }, value = { 0 };
    copy_kit_open(&kit, EVLOG_MEM_SHARED);
    record_epoch_encode(&epoch, &body);
    struct record record = {
        .type = RECORD_EPOCH, .epoch = 1, .sequence = 1, .body = buf_str(&body)
    };
    record_encode(&record, &value);
    struct evlog_item item = { .stream = EVLOG_DECISIONS, .value = buf_str(&value) };
    assert_ok(evlog_append(kit.target, &item, 1));
    struct status st = copy_kit_run(&kit, &copy);
    assert_int_equal(st.code, STATUS_FAILED_PRECONDITION);
    assert_non_null(strstr(st.msg, "partition 0: source: offset 0: expected the target to have"));
    copy_log_release(&copy);
    buf_release(&body);
    buf_release(&value);
    copy_kit_close(&kit);
}

/* Fails the n-th call of one of the logs, then goes on; true when the call was not reached. */
static bool copy_with_failure(bool at_source, long n, enum evlog_mem_kind kind)
{
    struct copy_kit kit;
    struct copy_log copy;
    copy_kit_open(&kit, kind);
    struct evlog_mem *failing = at_source ? kit.kit.mem : kit.mem;
    evlog_mem_fail_at(failing, n);
    struct status st = copy_kit_run(&kit, &copy);
    bool failed = evlog_mem_failed(failing);
    evlog_mem_fail_at(failing, -1);
    assert_true(st.code == STATUS_OK || (failed && st.code == STATUS_UNAVAILABLE));
    if (st.code != STATUS_OK) {
        copy_log_release(&copy);
        evlog_close(kit.kit.log);
        assert_ok(evlog_mem_open(kit.kit.mem, false, &kit.kit.log));
        assert_ok(copy_kit_run(&kit, &copy));
    }
    copy_kit_check(&kit, &copy);
    copy_log_release(&copy);
    copy_kit_close(&kit);
    return !failed;
}

TEST(copy_log, goes_on_after_a_failure_of_any_call)
{
    for (int kind = EVLOG_MEM_EXCLUSIVE; kind <= EVLOG_MEM_SHARED; kind++) {
        for (int source = 0; source < 2; source++) {
            long n = 0;
            while (!copy_with_failure(source == 1, n, (enum evlog_mem_kind)kind)) {
                n++;
            }
            assert_in_range(n, 10, 100);
        }
    }
}

TEST(copy_log, takes_each_record_once_whatever_became_of_an_append)
{
    const enum evlog_mem_fate fates[] = { EVLOG_MEM_WRITE_UNKNOWN, EVLOG_MEM_LOSE_UNKNOWN,
                                          EVLOG_MEM_WRITE_TWICE };
    for (int i = 0; i < 3 * 7; i++) {
        struct copy_kit kit;
        struct copy_log copy;
        copy_kit_open(&kit, EVLOG_MEM_SHARED);
        evlog_mem_fate_at(kit.mem, i / 3, fates[i % 3]);
        struct status st = copy_kit_run(&kit, &copy);
        if (st.code != STATUS_OK) {
            copy_log_release(&copy);
            assert_ok(copy_kit_run(&kit, &copy));
        }
        copy_kit_check(&kit, &copy);
        copy_log_release(&copy);
        copy_kit_close(&kit);
    }
}

/* Lets one more record of a dead run appear. */
static void copy_kit_haunt(void *context, uint64_t records)
{
    struct copy_kit *kit = context;
    (void)records;
    if (evlog_mem_held_count(kit->mem) > 0) {
        evlog_mem_deliver(kit->mem, 0, EVLOG_MEM_WRITE);
    }
}

/* A run dies with `ghosts` records under way; `early` of them are there when the next run begins,
 * the others appear while it runs and behind it. */
static void copy_with_ghosts(long ghosts, long early)
{
    struct copy_kit kit;
    struct copy_log copy;
    copy_kit_open(&kit, EVLOG_MEM_SHARED);
    evlog_mem_fate_always(kit.mem, EVLOG_MEM_HOLD);
    evlog_mem_fate_at(kit.mem, ghosts, EVLOG_MEM_LOSE_UNKNOWN);
    assert_code(STATUS_UNAVAILABLE, copy_kit_run(&kit, &copy));
    copy_log_release(&copy);
    evlog_mem_fate_always(kit.mem, EVLOG_MEM_WRITE);
    for (long i = 0; i < early; i++) {
        copy_kit_haunt(&kit, 0);
    }
    evlog_close(kit.target);
    assert_ok(evlog_mem_open(kit.mem, false, &kit.target));
    assert_ok(copy_log_init(&copy, kit.kit.log, kit.target));
    copy.progress = copy_kit_haunt;
    copy.context = &kit;
    assert_ok(copy_log_run(&copy));
    while (evlog_mem_held_count(kit.mem) > 0) {
        copy_kit_haunt(&kit, 0);
    }
    copy_kit_check(&kit, &copy);
    copy_log_release(&copy);
    copy_kit_close(&kit);
}

TEST(copy_log, is_not_led_astray_by_late_records_of_a_dead_run)
{
    for (long ghosts = 0; ghosts < 6; ghosts++) {
        for (long early = 0; early <= ghosts; early++) {
            copy_with_ghosts(ghosts, early);
        }
    }
}

/* Copies the log of a writer that has stopped, and gives the finished copy. */
static struct evlog_mem *copy_of(struct evlog_mem *mem)
{
    struct evlog_identity identity = log_tool_identity(2);
    struct evlog *source, *target;
    struct copy_log copy;
    memset(identity.log_id.bytes, 't', EVLOG_ID_SIZE);
    memset(identity.commands_log_id.bytes, 't', EVLOG_ID_SIZE);
    struct evlog_mem *other = evlog_mem_new_draft(&identity, EVLOG_MEM_EXCLUSIVE);
    assert_ok(evlog_mem_open(mem, false, &source));
    assert_ok(evlog_mem_open(other, false, &target));
    assert_ok(copy_log_init(&copy, source, target));
    assert_ok(copy_log_run(&copy));
    assert_ok(evlog_finish(target));
    copy_log_release(&copy);
    evlog_close(target);
    evlog_close(source);
    return other;
}

TEST(copy_log, the_source_takes_no_commands_any_more_and_the_copy_does)
{
    struct writer_kit kit;
    static const char space[] = "{\"jobSpaceId\":\"js\"}", more[] = "{\"jobSpaceId\":\"more\"}";
    writer_kit_open(&kit);
    writer_kit_make_org(&kit, "acme");
    struct submit_answer first = writer_kit_call(&kit, "acme", "c1", "openJobSpace", space);
    writer_kit_stop(&kit);
    struct evlog_mem *source = kit.mem, *copy = copy_of(source);
    writer_kit_start(&kit);
    struct submit_answer late = writer_kit_call(&kit, "acme", "c2", "openJobSpace", more);
    assert_int_equal(late.code, STATUS_FAILED_PRECONDITION);
    struct status closed = writer_close(kit.writer);
    (void)closed; /* it may say the same */
    kit.mem = copy;
    writer_kit_start(&kit);
    struct submit_answer again = writer_kit_call(&kit, "acme", "c1", "openJobSpace", space);
    assert_int_equal(again.outcome, SUBMIT_REPEATED);
    assert_int_equal(again.sequence, first.sequence);
    assert_int_equal(writer_kit_call(&kit, "acme", "c2", "openJobSpace", more).org_sequence, 3);
    evlog_mem_free(source);
    writer_kit_close(&kit);
}
