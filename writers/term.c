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

static struct status term_judge(struct decider *decider, struct decider_command command,
                                struct submit_answer *answer, struct str *record)
{
    struct poison *poison = decider->poison;
    if (poison == NULL) {
        return decider_decide(decider, &command, answer, record);
    }
    command.poisoned = poison_is(poison, command.bytes);
    poison_begin(poison, command.bytes);
    struct status st = decider_decide(decider, &command, answer, record);
    poison_end(poison);
    return st;
}

static void term_show(const struct decider *decider, const struct submit_answer *answer,
                      int64_t began_us)
{
    const struct writer_watch *watch = decider->watch;
    struct decided decided = { .partition = decider->chain.partition,
                               .command = decider->command,
                               .org_id = decider->org_id,
                               .command_id = decider->command_id,
                               .trace = decider->trace,
                               .answer = answer,
                               .began_us = began_us,
                               .ended_us = clock_monotonic_us(&watch->clock) };
    watch->decided(watch->self, &decided);
}

static struct status term_judge_shown(struct decider *decider, struct decider_command command,
                                      struct submit_answer *answer, struct str *record)
{
    if (decider->watch == NULL) {
        return term_judge(decider, command, answer, record);
    }
    int64_t began_us = clock_monotonic_us(&decider->watch->clock);
    TRY(term_judge(decider, command, answer, record));
    if (answer->outcome != SUBMIT_LATER && answer->outcome != SUBMIT_ELAPSED) {
        term_show(decider, answer, began_us);
    }
    return status_ok();
}

/* What is refused until more is decided gets its org turns up to there: one that takes imports has
 * none otherwise. */
static void term_note(struct timers *timers, const struct decider *decider,
                      const struct submit_answer *answer)
{
    const bool owes = decider->owed_until_us != INT64_MIN;
    if (owes) {
        timers_note_until(timers, decider->org_id, decider->owed_until_us);
    }
    if (owes || answer->outcome == SUBMIT_DECIDED || answer->outcome == SUBMIT_ELAPSED) {
        timers_note(timers, decider->org_id, decider->next_due_us);
    }
}

struct status term_decide(struct decider *decider, struct timers *timers,
                          struct decider_command command, struct submit_answer *answer,
                          struct str *record)
{
    command.waits = timers == NULL;
    TRY(term_judge_shown(decider, command, answer, record));
    if (timers != NULL) {
        term_note(timers, decider, answer);
    }
    return status_ok();
}

/* An org in which nothing can be decided, though something is due, waits for its next command: it
 * is archived, or takes imports. */
struct status term_elapse(struct decider *decider, struct timers *timers, int64_t now_us, bool *due,
                          struct str *record)
{
    struct timer_turn turn;
    *record = (struct str){ 0 };
    *due = timers_take(timers, now_us, &turn);
    if (!*due) {
        return status_ok();
    }
    const struct decider_due given = { .org_id = turn.org_id,
                                       .now_us = now_us,
                                       .until_us = turn.until_us,
                                       .next_command_offset = decider->chain.next_command_offset };
    TRY(decider_elapse(decider, &given, record));
    const bool stands = record->size == 0 && decider->next_due_us <= now_us;
    timers_note(timers, turn.org_id, stands ? INT64_MAX : decider->next_due_us);
    return status_ok();
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
