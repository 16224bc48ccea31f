#include "writers/term.h"

void term_epoch(const struct chain *chain, const struct evlog_identity *log, struct evlog_id leader,
                struct str configuration, struct buf *value)
{
    struct record record;
    struct buf body = { 0 };
    struct record_epoch epoch = { .identity = *log,
                                  .partition = chain->partition,
                                  .leader = leader,
                                  .level = FORMAT_LEVEL,
                                  .configuration = configuration };
    assert(!chain->closed);
    assert(chain->level <= FORMAT_LEVEL);
    chain_next_epoch(chain, &record);
    record_epoch_encode(&epoch, &body);
    record.body = buf_str(&body);
    record_encode(&record, value);
    buf_release(&body);
}

struct status term_decide(struct decider *decider, struct poison *poison,
                          struct decider_command command, struct submit_answer *answer,
                          struct str *record)
{
    if (poison == NULL) {
        return decider_decide(decider, &command, answer, record);
    }
    command.poisoned = poison_is(poison, command.bytes);
    poison_begin(poison, command.bytes);
    struct status st = decider_decide(decider, &command, answer, record);
    poison_end(poison);
    return st;
}

struct status term_tick(struct decider *decider, const struct position *position, int64_t now_us,
                        uint64_t next_command_offset, struct str *record)
{
    Agency__V1__Tick tick = AGENCY__V1__TICK__INIT;
    if (position->roots_count > 0) {
        const struct position_root *root = &position->roots[position->roots_count - 1];
        tick.root_sequence = root->sequence;
        tick.fold_version = FOLD_VERSION;
        tick.root = (ProtobufCBinaryData){ HASH_SIZE, (uint8_t *)(uintptr_t)root->root.bytes };
    }
    return decider_tick(decider, &tick, now_us, next_command_offset, record);
}
