/* The acceptance rule, by cases and by all orders of a small world.
 *
 * The world: writer A owns epoch 1 and offers three records; B takes over and offers an EPOCH 2 and
 * two records that continue A's first. All of it arrives in every order, with one record doubled.
 */
#include "core/evlog/chain.h"

#include "tests/lib/test.h"

enum { CHAIN_LEVEL_KNOWN = 3 };

static struct evlog_identity chain_identity(void)
{
    struct evlog_identity identity = { .partitions_count = 4 };
    memset(identity.history_id.bytes, 'h', EVLOG_ID_SIZE);
    memset(identity.log_id.bytes, 'l', EVLOG_ID_SIZE);
    memset(identity.commands_log_id.bytes, 'c', EVLOG_ID_SIZE);
    return identity;
}

static struct chain chain_new(void)
{
    struct evlog_identity identity = chain_identity();
    struct chain chain;
    chain_init(&chain, &identity, 1, CHAIN_LEVEL_KNOWN);
    return chain;
}

static struct record_epoch epoch_of(char owner)
{
    struct record_epoch epoch = { .identity = chain_identity(), .partition = 1, .level = 1 };
    memset(epoch.leader.bytes, owner, EVLOG_ID_SIZE);
    return epoch;
}

/* The value of an EPOCH record; give it back with buf_release. */
static struct buf epoch_value(uint64_t number, const struct record_epoch *epoch)
{
    struct buf body = { 0 }, value = { 0 };
    record_epoch_encode(epoch, &body);
    struct record record = {
        .type = RECORD_EPOCH, .epoch = number, .sequence = 77, .body = buf_str(&body)
    };
    record_encode(&record, &value);
    buf_release(&body);
    return value;
}

/* The value of the record that continues `chain`. */
static struct buf next_value(const struct chain *chain, const char *body)
{
    struct buf value = { 0 };
    struct record record = { .type = RECORD_DECISION, .body = str_z(body) };
    chain_next(chain, chain->next_command_offset + 1, &record);
    record_encode(&record, &value);
    return value;
}

/* Offers and takes `value`. */
static enum chain_verdict offer(struct chain *chain, struct buf value)
{
    struct record record;
    enum chain_verdict verdict;
    assert_ok(chain_offer(chain, buf_str(&value), &record, &verdict));
    buf_release(&value);
    return verdict;
}

static struct status offer_status(struct chain *chain, struct buf value)
{
    struct record record;
    enum chain_verdict verdict;
    struct chain before = *chain;
    struct status st = chain_offer(chain, buf_str(&value), &record, &verdict);
    if (st.code != STATUS_OK) {
        assert_memory_equal(&before, chain, sizeof before);
        assert_int_equal(verdict, CHAIN_FENCED);
    }
    buf_release(&value);
    return st;
}

/* A chain in epoch 1 of owner A. */
static struct chain chain_owned(void)
{
    struct chain chain = chain_new();
    struct record_epoch epoch = epoch_of('A');
    assert_int_equal(offer(&chain, epoch_value(1, &epoch)), CHAIN_ACCEPTED);
    return chain;
}

TEST(chain, what_another_chain_has_judged_moves_it_as_well)
{
    struct chain first = chain_new(), second;
    struct record_epoch a = epoch_of('a');
    struct record record;
    enum chain_verdict verdict;
    offer(&first, epoch_value(1, &a));
    second = first;
    struct buf value = next_value(&first, "x"), other = next_value(&first, "y");
    assert_ok(chain_offer(&first, buf_str(&value), &record, &verdict));
    assert_ok(chain_offer_judged(&second, buf_str(&value), &first.head, &record, &verdict));
    assert_int_equal(verdict, CHAIN_ACCEPTED);
    assert_true(hash_eq(&second.head, &first.head));
    assert_int_equal(second.sequence, first.sequence);
    assert_int_equal(second.next_command_offset, first.next_command_offset);
    assert_ok(chain_offer_judged(&second, buf_str(&other), &first.head, &record, &verdict));
    assert_int_equal(verdict, CHAIN_FENCED);
    buf_release(&value);
    buf_release(&other);
}

TEST(chain, begins_with_an_epoch_only)
{
    struct chain chain = chain_new();
    struct record record = {
        .type = RECORD_DECISION, .epoch = 1, .sequence = 1, .prev = chain.head, .body = STR("x")
    };
    struct buf value = { 0 };
    record_encode(&record, &value);
    assert_int_equal(offer(&chain, value), CHAIN_FENCED);
    struct record_epoch epoch = epoch_of('A');
    assert_int_equal(offer(&chain, epoch_value(2, &epoch)), CHAIN_FENCED);
    assert_int_equal(offer(&chain, epoch_value(1, &epoch)), CHAIN_ACCEPTED);
    assert_int_equal(chain.sequence, 1);
    assert_int_equal(chain.epoch, 1);
}

TEST(chain, accepts_what_continues_it_and_moves)
{
    struct chain chain = chain_owned();
    struct hash head = chain.head;
    assert_int_equal(offer(&chain, next_value(&chain, "one")), CHAIN_ACCEPTED);
    assert_int_equal(chain.sequence, 2);
    assert_int_equal(chain.next_command_offset, 1);
    assert_false(hash_eq(&head, &chain.head));
}

TEST(chain, head_zero_depends_on_history_partition_and_count)
{
    struct evlog_identity identity = chain_identity();
    struct chain base = chain_new(), other;
    chain_init(&other, &identity, 2, CHAIN_LEVEL_KNOWN);
    assert_false(hash_eq(&base.head, &other.head));
    identity.partitions_count = 8;
    chain_init(&other, &identity, 1, CHAIN_LEVEL_KNOWN);
    assert_false(hash_eq(&base.head, &other.head));
    identity = chain_identity();
    identity.history_id.bytes[15]++;
    chain_init(&other, &identity, 1, CHAIN_LEVEL_KNOWN);
    assert_false(hash_eq(&base.head, &other.head));
    identity = chain_identity();
    identity.log_id.bytes[0]++; /* survives a copy to another log */
    chain_init(&other, &identity, 1, CHAIN_LEVEL_KNOWN);
    assert_true(hash_eq(&base.head, &other.head));
}

TEST(chain, a_doubled_record_is_void)
{
    struct chain chain = chain_owned();
    struct chain before = chain;
    assert_int_equal(offer(&chain, next_value(&before, "one")), CHAIN_ACCEPTED);
    assert_int_equal(offer(&chain, next_value(&before, "one")), CHAIN_FENCED);
    assert_int_equal(offer(&chain, next_value(&chain, "two")), CHAIN_ACCEPTED);
}

TEST(chain, a_record_ahead_of_its_turn_is_void)
{
    struct chain chain = chain_owned();
    struct chain ahead = chain;
    assert_int_equal(offer(&ahead, next_value(&chain, "one")), CHAIN_ACCEPTED);
    assert_int_equal(offer(&chain, next_value(&ahead, "two")), CHAIN_FENCED);
}

TEST(chain, a_zombies_record_is_void)
{
    struct chain chain = chain_owned();
    struct chain zombie = chain;
    struct record_epoch epoch = epoch_of('B');
    assert_int_equal(offer(&chain, epoch_value(2, &epoch)), CHAIN_ACCEPTED);
    assert_int_equal(offer(&chain, next_value(&zombie, "late")), CHAIN_FENCED);
    assert_int_equal(offer(&chain, next_value(&chain, "one")), CHAIN_ACCEPTED);
}

TEST(chain, the_first_of_racing_epochs_wins)
{
    struct chain chain = chain_owned(), loser = chain;
    struct record_epoch b = epoch_of('B'), c = epoch_of('C');
    assert_int_equal(offer(&loser, epoch_value(2, &c)), CHAIN_ACCEPTED);
    assert_int_equal(offer(&chain, epoch_value(2, &b)), CHAIN_ACCEPTED);
    assert_int_equal(offer(&chain, epoch_value(2, &c)), CHAIN_FENCED);
    assert_memory_equal(chain.leader.bytes, b.leader.bytes, EVLOG_ID_SIZE);
    /* The loser believes in its own epoch 2 until it reads: its record is a contradiction. */
    assert_code(STATUS_DATA_LOSS, offer_status(&chain, next_value(&loser, "wrong")));
}

TEST(chain, an_epoch_counts_wherever_it_lands)
{
    struct chain chain = chain_owned();
    struct record_epoch epoch = epoch_of('B');
    for (int i = 0; i < 5; i++) {
        assert_int_equal(offer(&chain, next_value(&chain, "busy")), CHAIN_ACCEPTED);
    }
    assert_int_equal(offer(&chain, epoch_value(2, &epoch)), CHAIN_ACCEPTED);
    assert_int_equal(chain.sequence, 7);
    assert_int_equal(chain.next_command_offset, 5);
}

TEST(chain, an_epoch_that_skips_or_repeats_a_number_is_void)
{
    struct chain chain = chain_owned();
    struct record_epoch epoch = epoch_of('B');
    assert_int_equal(offer(&chain, epoch_value(1, &epoch)), CHAIN_FENCED);
    assert_int_equal(offer(&chain, epoch_value(3, &epoch)), CHAIN_FENCED);
    assert_int_equal(offer(&chain, epoch_value(UINT64_MAX, &epoch)), CHAIN_FENCED);
}

TEST(chain, an_epoch_of_a_lower_level_is_void)
{
    struct chain chain = chain_owned();
    struct record_epoch epoch = epoch_of('B');
    epoch.level = 2;
    assert_int_equal(offer(&chain, epoch_value(2, &epoch)), CHAIN_ACCEPTED);
    epoch.level = 1;
    assert_int_equal(offer(&chain, epoch_value(3, &epoch)), CHAIN_FENCED);
    epoch.level = 2;
    assert_int_equal(offer(&chain, epoch_value(3, &epoch)), CHAIN_ACCEPTED);
}

TEST(chain, a_level_above_ours_asks_for_an_upgrade)
{
    struct chain chain = chain_owned();
    struct record_epoch epoch = epoch_of('B');
    epoch.level = CHAIN_LEVEL_KNOWN + 1;
    assert_code(STATUS_FAILED_PRECONDITION, offer_status(&chain, epoch_value(2, &epoch)));
    assert_int_equal(offer(&chain, epoch_value(9, &epoch)), CHAIN_FENCED);
}

TEST(chain, another_history_partition_or_count_is_data_loss_even_when_stale)
{
    for (int i = 0; i < 3; i++) {
        for (uint64_t number = 1; number < 4; number++) {
            struct chain chain = chain_owned();
            struct record_epoch epoch = epoch_of('B');
            epoch.identity.history_id.bytes[0] ^= (uint8_t)(i == 0);
            epoch.partition ^= (uint32_t)(i == 1);
            epoch.identity.partitions_count += (uint32_t)(i == 2);
            assert_code(STATUS_DATA_LOSS, offer_status(&chain, epoch_value(number, &epoch)));
        }
    }
}

TEST(chain, the_next_sequence_on_another_head_is_data_loss)
{
    struct chain chain = chain_owned();
    struct chain other = chain;
    other.head.bytes[0] ^= 1;
    assert_code(STATUS_DATA_LOSS, offer_status(&chain, next_value(&other, "fork")));
}

TEST(chain, commands_never_go_back)
{
    struct chain chain = chain_owned();
    struct chain back = chain;
    chain.next_command_offset = 5;
    assert_code(STATUS_DATA_LOSS, offer_status(&chain, next_value(&back, "back")));
}

TEST(chain, bytes_that_are_no_record_are_data_loss)
{
    struct chain chain = chain_owned();
    struct buf value = { 0 };
    buf_append(&value, STR("no record"));
    assert_code(STATUS_DATA_LOSS, offer_status(&chain, value));
}

TEST(chain, nothing_counts_after_a_closing_epoch)
{
    struct chain chain = chain_owned();
    struct record_epoch epoch = epoch_of('B');
    epoch.closed = true;
    assert_int_equal(offer(&chain, epoch_value(2, &epoch)), CHAIN_ACCEPTED);
    struct chain open = chain;
    open.closed = false;
    assert_int_equal(offer(&chain, next_value(&open, "late")), CHAIN_FENCED);
    epoch.closed = false;
    assert_int_equal(offer(&chain, epoch_value(3, &epoch)), CHAIN_FENCED);
    assert_true(chain.closed);
}

TEST(chain, another_command_log_begins_at_its_offset_zero)
{
    struct chain chain = chain_owned();
    struct record_epoch epoch = epoch_of('B');
    chain.next_command_offset = 5;
    assert_int_equal(offer(&chain, epoch_value(2, &epoch)), CHAIN_ACCEPTED);
    assert_int_equal(chain.next_command_offset, 5);
    epoch.identity.commands_log_id.bytes[0]++;
    assert_int_equal(offer(&chain, epoch_value(3, &epoch)), CHAIN_ACCEPTED);
    assert_int_equal(chain.next_command_offset, 0);
}

TEST(chain, survives_a_store)
{
    struct chain chain = chain_owned(), back;
    assert_int_equal(offer(&chain, next_value(&chain, "one")), CHAIN_ACCEPTED);
    struct buf bytes = { 0 };
    chain_encode(&chain, &bytes);
    assert_ok(chain_decode(buf_str(&bytes), CHAIN_LEVEL_KNOWN, &back));
    assert_int_equal(offer(&back, next_value(&chain, "two")), CHAIN_ACCEPTED);
    assert_code(STATUS_DATA_LOSS, chain_decode(str_make(bytes.data, CHAIN_SIZE - 1), 1, &back));
    bytes.data[CHAIN_SIZE - 1] = 2;
    assert_code(STATUS_DATA_LOSS, chain_decode(buf_str(&bytes), 1, &back));
    buf_release(&bytes);
}

/* The small world: its records in the order of their making. */
enum { WORLD_A1, WORLD_A2, WORLD_A3, WORLD_B_EPOCH, WORLD_B1, WORLD_B2, WORLD_COUNT };

static void world_make(struct buf world[WORLD_COUNT])
{
    struct chain a = chain_owned();
    world[WORLD_A1] = next_value(&a, "a1");
    struct record record;
    enum chain_verdict verdict;
    assert_ok(chain_offer(&a, buf_str(&world[WORLD_A1]), &record, &verdict));
    struct chain b = a;
    world[WORLD_A2] = next_value(&a, "a2");
    assert_ok(chain_offer(&a, buf_str(&world[WORLD_A2]), &record, &verdict));
    world[WORLD_A3] = next_value(&a, "a3");
    struct record_epoch epoch = epoch_of('B');
    world[WORLD_B_EPOCH] = epoch_value(2, &epoch);
    assert_ok(chain_offer(&b, buf_str(&world[WORLD_B_EPOCH]), &record, &verdict));
    world[WORLD_B1] = next_value(&b, "b1");
    assert_ok(chain_offer(&b, buf_str(&world[WORLD_B1]), &record, &verdict));
    world[WORLD_B2] = next_value(&b, "b2");
}

/* What must hold after one record of the world was judged. */
static void world_check(int which, enum chain_verdict verdict, const struct chain *before)
{
    bool of_a = which <= WORLD_A3;
    if (verdict == CHAIN_ACCEPTED && of_a) {
        assert_int_equal(before->epoch, 1);
        assert_int_equal(before->sequence, 1 + which);
    }
    if (which == WORLD_B_EPOCH) {
        assert_int_equal(verdict == CHAIN_ACCEPTED, before->epoch == 1);
    }
    if (verdict == CHAIN_ACCEPTED && which > WORLD_B_EPOCH) {
        assert_int_equal(before->epoch, 2);
        assert_int_equal(before->sequence, 3 + which - WORLD_B1);
    }
}

/* Offers every sequence of `left` more records; counts them. A DATA_LOSS ends a sequence: it may
 * come only when B wrote without having read its own EPOCH at the place where it thought it lay. */
static size_t world_walk(const struct buf world[WORLD_COUNT], const struct chain *chain, int left)
{
    size_t walked = 1;
    for (int which = 0; left > 0 && which < WORLD_COUNT; which++) {
        struct chain next = *chain;
        struct record record;
        enum chain_verdict verdict;
        struct status st = chain_offer(&next, buf_str(&world[which]), &record, &verdict);
        if (st.code == STATUS_OK) {
            world_check(which, verdict, chain);
            walked += world_walk(world, &next, left - 1);
        } else {
            assert_int_equal(st.code, STATUS_DATA_LOSS);
            assert_int_equal(chain->epoch, 2);
            assert_true(which >= WORLD_B1);
        }
    }
    return walked;
}

TEST(chain, holds_its_rules_in_all_orders_of_a_small_world)
{
    struct buf world[WORLD_COUNT];
    world_make(world);
    struct chain chain = chain_owned();
    assert_true(world_walk(world, &chain, WORLD_COUNT + 1) > 100000);
    for (int i = 0; i < WORLD_COUNT; i++) {
        buf_release(&world[i]);
    }
}
