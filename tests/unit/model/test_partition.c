#include <pthread.h>
#include <stdio.h>

#include "core/model/partition.h"
#include "core/pb/message.h"
#include "tests/lib/log_tool.h"
#include "tests/lib/partition_kit.h"
#include "tests/lib/test.h"

static void register_subject(struct partition_kit *kit, const char *id)
{
    char json[256];
    snprintf(json, sizeof json, "{\"subjectId\":\"%s\",\"type\":\"SUBJECT_TYPE_HUMAN\"}", id);
    partition_kit_do(kit, NULL, "registerSubject", json);
}

static bool knows_subject(struct partition *partition, const char *id)
{
    struct org_view org;
    const Agency__V1__Subject *subject;
    org_view_init(&org, &partition->fold.scratch.source, STR("acme"));
    assert_ok(view_subject(&org.view, str_z(id), &subject));
    return subject != NULL;
}

TEST(partition, a_fold_of_the_log_gives_the_root_of_the_decider)
{
    struct partition_kit kit;
    char root[HASH_HEX_SIZE];
    partition_kit_open_org(&kit);
    register_subject(&kit, "ada");
    assert_ok(partition_write(kit.decided));
    register_subject(&kit, "bob");
    assert_ok(partition_write(kit.decided));
    snprintf(root, sizeof root, "%s", partition_kit_root(kit.decided));
    struct partition *in_memory = partition_kit_fold(&kit, NULL);
    struct partition *on_disk = partition_kit_fold(&kit, kit.store);
    assert_string_equal(partition_kit_root(in_memory), root);
    assert_string_equal(partition_kit_root(on_disk), root);
    assert_true(knows_subject(on_disk, "bob"));
    partition_close(in_memory);
    partition_close(on_disk);
    partition_kit_close(&kit);
}

TEST(partition, a_store_goes_on_where_it_was)
{
    struct partition_kit kit;
    partition_kit_open_org(&kit);
    partition_close(partition_kit_fold(&kit, kit.store));
    register_subject(&kit, "ada");
    struct partition *again = partition_kit_fold(&kit, kit.store);
    assert_int_equal(again->rebuilt.code, STATUS_OK);
    assert_true(knows_subject(again, "ada"));
    assert_int_equal(again->position.chain.sequence, 3);
    partition_close(again);
    partition_kit_close(&kit);
}

TEST(partition, a_reader_beside_the_owner_sees_what_is_not_flushed)
{
    struct partition_kit kit;
    char private[FOLDER_TOOL_PATH_MAX + 16];
    partition_kit_open_org(&kit);
    struct partition *owner = partition_kit_fold(&kit, kit.store), *reader;
    assert_ok(partition_flush(owner));
    register_subject(&kit, "ada");
    assert_ok(partition_kit_catch_up(&kit, owner));
    register_subject(&kit, "bob");
    struct partition_options options = partition_kit_options(&kit, kit.store);
    snprintf(private, sizeof private, "%s/private", kit.folder);
    options.secondary = private;
    assert_ok(partition_open(&options, &reader));
    assert_true(reader->position.chain.sequence == 2);
    assert_ok(partition_kit_catch_up(&kit, reader));
    assert_true(knows_subject(reader, "ada") && knows_subject(reader, "bob"));
    assert_ok(partition_kit_catch_up(&kit, owner));
    assert_ok(store_root(owner->reader, &(struct hash){ 0 }, &(uint64_t){ 0 }));
    char root[HASH_HEX_SIZE];
    snprintf(root, sizeof root, "%s", partition_kit_root(owner));
    assert_string_equal(partition_kit_root(reader), root);
    partition_close(reader);
    partition_close(owner);
    partition_kit_close(&kit);
}

TEST(partition, a_log_that_lost_its_tail_stops_it)
{
    struct partition_kit kit;
    struct partition *partition;
    partition_kit_open_org(&kit);
    register_subject(&kit, "ada");
    partition_close(partition_kit_fold(&kit, kit.store));
    evlog_mem_cut(kit.mem, EVLOG_DECISIONS, 0, 2);
    struct partition_options options = partition_kit_options(&kit, kit.store);
    assert_code(STATUS_DATA_LOSS, partition_open(&options, &partition));
    partition_kit_close(&kit);
}

TEST(partition, another_record_where_the_store_was_stops_it)
{
    struct partition_kit kit;
    struct partition *partition;
    partition_kit_open_org(&kit);
    register_subject(&kit, "ada");
    partition_close(partition_kit_fold(&kit, kit.store));
    evlog_mem_cut(kit.mem, EVLOG_DECISIONS, 0, 2);
    assert_int_equal(log_tool_append(kit.log, EVLOG_DECISIONS, 0, "another record"), 2);
    struct partition_options options = partition_kit_options(&kit, kit.store);
    assert_code(STATUS_DATA_LOSS, partition_open(&options, &partition));
    partition_kit_close(&kit);
}

TEST(partition, a_store_of_another_log_is_begun_anew)
{
    struct partition_kit kit, other;
    partition_kit_open_org(&kit);
    register_subject(&kit, "ada");
    partition_close(partition_kit_fold(&kit, kit.store));
    partition_kit_open_org(&other);
    other.log->identity.log_id.bytes[0] ^= 1; /* its records are of one history, but another log */
    struct partition_options options = partition_kit_options(&other, kit.store);
    struct partition *partition;
    assert_ok(partition_open(&options, &partition));
    assert_int_equal(partition->rebuilt.code, STATUS_FAILED_PRECONDITION);
    assert_int_equal(partition->position.chain.sequence, 0);
    assert_false(knows_subject(partition, "ada"));
    partition_close(partition);
    partition_kit_close(&other);
    partition_kit_close(&kit);
}

TEST(partition, a_store_goes_on_in_a_log_whose_records_were_copied_from_another)
{
    struct partition_kit kit;
    partition_kit_open_org(&kit);
    kit.log->identity.log_id.bytes[0] ^= 1; /* its EPOCH names the log that it was copied from */
    partition_close(partition_kit_fold(&kit, kit.store));
    register_subject(&kit, "ada");
    struct partition *again = partition_kit_fold(&kit, kit.store);
    assert_int_equal(again->rebuilt.code, STATUS_OK);
    assert_true(knows_subject(again, "ada"));
    partition_close(again);
    partition_kit_close(&kit);
}

TEST(partition, a_damaged_store_is_begun_anew)
{
    struct partition_kit kit;
    char path[FOLDER_TOOL_PATH_MAX + 32];
    partition_kit_open_org(&kit);
    partition_close(partition_kit_fold(&kit, kit.store));
    snprintf(path, sizeof path, "%s/CURRENT", kit.store);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs("MANIFEST-999999\n", file);
    fclose(file);
    struct partition *partition = partition_kit_fold(&kit, kit.store);
    assert_int_equal(partition->rebuilt.code, STATUS_DATA_LOSS);
    assert_int_equal(partition->position.chain.sequence, 2);
    partition_close(partition);
    partition_kit_close(&kit);
}

TEST(partition, a_tick_ends_a_batch_and_its_root_is_remembered)
{
    struct partition_kit kit;
    partition_kit_open_org(&kit);
    partition_kit_tick(&kit);
    register_subject(&kit, "ada");
    partition_close(partition_kit_fold(&kit, kit.store));
    struct partition *partition = partition_kit_fold(&kit, kit.store);
    assert_int_equal(partition->position.roots_count, 1);
    assert_non_null(position_root(&partition->position, 3));
    assert_null(position_root(&partition->position, 4));
    assert_true(
        hash_eq(position_root(&partition->position, 3), position_root(&kit.decided->position, 3)));
    partition_close(partition);
    partition_kit_close(&kit);
}

TEST(partition, a_record_that_cannot_be_folded_stops_it_before)
{
    struct partition_kit kit;
    partition_kit_open_org(&kit);
    struct partition *partition = partition_kit_fold(&kit, NULL);
    struct record record = { .type = RECORD_DECISION, .body = STR("no decision") };
    struct buf value = { 0 };
    chain_next(&partition->position.chain, 0, &record);
    record_encode(&record, &value);
    assert_code(STATUS_DATA_LOSS, partition_take(partition, 2, buf_str(&value), NULL, NULL));
    assert_int_equal(partition->position.offset, 2);
    assert_int_equal(partition->position.chain.sequence, 2);
    assert_code(STATUS_DATA_LOSS, partition_take(partition, 2, buf_str(&value), NULL, NULL));
    assert_ok(partition_write(partition));
    buf_release(&value);
    partition_close(partition);
    partition_kit_close(&kit);
}

static void *store_frozen(void *partition)
{
    assert_ok(partition_store(partition));
    return NULL;
}

TEST(partition, a_batch_is_stored_by_another_thread_while_more_is_taken)
{
    struct partition_kit kit;
    char id[16];
    partition_kit_open_org(&kit);
    for (int i = 0; i < 40; i++) {
        pthread_t thread;
        snprintf(id, sizeof id, "s%d", i);
        register_subject(&kit, id);
        partition_freeze(kit.decided);
        assert_int_equal(pthread_create(&thread, NULL, store_frozen, kit.decided), 0);
        snprintf(id, sizeof id, "t%d", i);
        register_subject(&kit, id);
        assert_true(knows_subject(kit.decided, id));
        pthread_join(thread, NULL);
        assert_ok(partition_thaw(kit.decided));
    }
    assert_ok(partition_write(kit.decided));
    char root[HASH_HEX_SIZE];
    snprintf(root, sizeof root, "%s", partition_kit_root(kit.decided));
    struct partition *again = partition_kit_fold(&kit, NULL);
    assert_string_equal(partition_kit_root(again), root);
    partition_close(again);
    partition_kit_close(&kit);
}

TEST(partition, a_write_behind_that_fails_is_done_again)
{
    struct partition_kit kit;
    char id[16];
    partition_kit_open_org(&kit);
    for (int i = 0; i < 30; i++) {
        snprintf(id, sizeof id, "s%d", i);
        register_subject(&kit, id);
        if (i == 10) {
            assert_ok(partition_write(kit.decided));
            register_subject(&kit, "one-more");
            store_mem_fail_at(kit.decided->store, 0);
        }
        assert_ok(partition_write_behind(kit.decided));
        if (i == 10) {
            assert_code(STATUS_UNAVAILABLE, partition_write(kit.decided));
        }
    }
    assert_ok(partition_write(kit.decided));
    char root[HASH_HEX_SIZE];
    snprintf(root, sizeof root, "%s", partition_kit_root(kit.decided));
    struct partition *again = partition_kit_fold(&kit, NULL);
    assert_string_equal(partition_kit_root(again), root);
    struct store_reader *first = kit.decided->reader;
    assert_ok(store_compare(first, again->reader));
    partition_close(again);
    partition_kit_close(&kit);
}

/* Folds a log whose last record tells a root of sequence 3, right or wrong in its first bit. */
static struct status take_told_root(uint8_t wrong)
{
    struct partition_kit kit;
    struct partition *partition;
    partition_kit_open_org(&kit);
    partition_kit_tick(&kit);
    register_subject(&kit, "ada");
    struct hash root = *position_root(&kit.decided->position, 3);
    root.bytes[0] ^= wrong;
    partition_kit_tell_root(&kit, 3, &root);
    struct partition_options options = partition_kit_options(&kit, NULL);
    assert_ok(partition_open(&options, &partition));
    struct status st = partition_kit_catch_up(&kit, partition);
    partition_close(partition);
    partition_kit_close(&kit);
    return st;
}

TEST(partition, a_tick_that_tells_another_root_stops_it)
{
    assert_ok(take_told_root(0));
    assert_code(STATUS_DATA_LOSS, take_told_root(1));
}

TEST(partition, little_memory_makes_it_write_more_often)
{
    struct partition_kit kit;
    struct partition *partition;
    char json[96];
    partition_kit_open_org(&kit);
    for (int i = 0; i < 200; i++) {
        snprintf(json, sizeof json, "s%d", i);
        register_subject(&kit, json);
    }
    struct partition_options options = partition_kit_options(&kit, NULL);
    options.memory_max = 32 << 10;
    assert_ok(partition_open(&options, &partition));
    assert_ok(partition_kit_catch_up(&kit, partition));
    for (int i = 0; i < 200; i++) {
        snprintf(json, sizeof json, "{\"subjectId\":\"s%d\"}", i);
        partition_kit_do(&kit, NULL, "suspendSubject", json);
    }
    assert_ok(partition_kit_catch_up(&kit, partition));
    assert_ok(partition_write(kit.decided));
    assert_ok(store_compare(kit.decided->reader, partition->reader));
    partition_close(partition);
    partition_kit_close(&kit);
}
