/* What is due without a command, and which clock it goes by. */
#include "writers/embedded/writer_inside.h"

/* One turn of a partition, if something is due there. */
static struct status writer_take_turn(struct writer *writer, struct leader *leader, bool *due)
{
    struct str record = { 0 };
    *due = false;
    if (leader == NULL || leader_check_clock(leader, &writer->options.clock).code != STATUS_OK) {
        return status_ok();
    }
    TRY(writer_make_room(writer, leader));
    TRY(leader_elapse(leader, writer_now(writer), due, &record));
    return record.size == 0 ? status_ok() : writer_append_elapsed(writer, leader, record);
}

struct status writer_elapse(struct writer *writer, int64_t budget_us, uint32_t *turns)
{
    const struct clock *clock = &writer->options.clock;
    const int64_t until_us = clock_monotonic_us(clock) + budget_us;
    uint32_t idle = 0; /* partitions in a row in which nothing is due */
    *turns = 0;
    while (
        writer->options.timed && idle < writer->partitions_count &&
        (*turns == 0 || (clock_monotonic_us(clock) < until_us && !writer_changed_much(writer)))) {
        bool due;
        TRY(writer_take_turn(writer, writer->leaders[writer->turn], &due));
        writer->turn = (writer->turn + 1) % writer->partitions_count;
        *turns += due;
        idle = due ? 0 : idle + 1;
    }
    return status_ok();
}

int64_t writer_until_due_us(struct writer *writer, int64_t most_us)
{
    const int64_t now_us = writer_now(writer);
    int64_t left_us = most_us;
    for (uint32_t i = 0; i < writer->partitions_count; i++) {
        const struct leader *leader = writer->leaders[i];
        if (leader != NULL && leader->timed && leader->mute_us == 0) {
            left_us = timers_left_us(&leader->timers, now_us, left_us);
        }
    }
    return left_us;
}

bool writer_clock_stands(struct writer *writer)
{
    for (uint32_t i = 0; i < writer->partitions_count; i++) {
        struct leader *leader = writer->leaders[i];
        bool stands = leader == NULL
                          ? !writer->old_word
                          : leader_check_clock(leader, &writer->options.clock).code == STATUS_OK;
        if (!stands) {
            return false;
        }
    }
    return true;
}
