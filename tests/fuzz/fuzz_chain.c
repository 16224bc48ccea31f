/* A chain under any input: the bytes are records, each behind two bytes of size; whatever is wrong
 * with one, the rule holds, and an undamaged next record is accepted. */
#include <stdlib.h>

#include "core/evlog/chain.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fuzz_require(bool holds)
{
    if (!holds) {
        abort();
    }
}

/* What an offer may do to a chain. */
static void fuzz_judge(const struct chain *before, const struct chain *after,
                       const struct record *record, enum chain_verdict verdict, struct status st)
{
    if (st.code != STATUS_OK || verdict == CHAIN_FENCED) {
        fuzz_require(memcmp(before, after, sizeof *before) == 0);
        return;
    }
    bool epoch = record->type == RECORD_EPOCH;
    fuzz_require(!before->closed);
    fuzz_require(after->sequence == before->sequence + 1);
    fuzz_require(after->epoch == before->epoch + (epoch ? 1 : 0));
    fuzz_require(record->epoch == after->epoch);
    fuzz_require(epoch || record->sequence == after->sequence);
    fuzz_require(after->level >= before->level && after->level <= after->level_known);
    fuzz_require(!hash_eq(&before->head, &after->head));
}

static void fuzz_offer(struct chain *chain, struct str value)
{
    struct chain before = *chain;
    struct record record;
    enum chain_verdict verdict;
    struct status st = chain_offer(chain, value, &record, &verdict);
    fuzz_judge(&before, chain, &record, verdict, st);
}

/* The input cannot guess a hash: its record's prev is replaced by the head when asked to. */
static void fuzz_offer_linked(struct chain *chain, struct str value)
{
    struct record record;
    struct buf linked = { 0 };
    if (record_decode(value, &record).code == STATUS_OK) {
        record.prev = chain->head;
        record_encode(&record, &linked);
        fuzz_offer(chain, buf_str(&linked));
    }
    buf_release(&linked);
}

static void fuzz_continue(struct chain *chain)
{
    if (chain->epoch == 0 || chain->closed) {
        return;
    }
    struct buf value = { 0 };
    struct record record = { .type = RECORD_TICK, .body = STR("t") };
    enum chain_verdict verdict;
    chain_next(chain, chain->next_command_offset, &record);
    record_encode(&record, &value);
    struct status st = chain_offer(chain, buf_str(&value), &record, &verdict);
    fuzz_require(st.code == STATUS_OK && verdict == CHAIN_ACCEPTED);
    buf_release(&value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct evlog_identity identity = { .partitions_count = 2 };
    struct chain chain;
    struct str left = str_make(data, size);
    chain_init(&chain, &identity, 1, 3);
    while (left.size >= 2) {
        size_t want = (size_t)(uint8_t)left.data[0] << 8 | (uint8_t)left.data[1];
        bool link = want >= 0x8000;
        want &= 0x7FFF;
        left = str_from(left, 2);
        struct str value = { left.data, want < left.size ? want : left.size };
        left = str_from(left, value.size);
        if (link) {
            fuzz_offer_linked(&chain, value);
        } else {
            fuzz_offer(&chain, value);
        }
    }
    fuzz_continue(&chain);
    return 0;
}
