/* The stores behind the log: written when nothing is under way, and shown to readers of other
 * threads. */
#include "core/base/disk_room.h"
#include "core/base/memory.h"
#include "writers/embedded/writer_inside.h"

enum {
    FLUSH_EVERY_US = 10 * 1000000,
    SHOW_EVERY_US = 20 * 1000, /* how old under load what is shown can be */
    /* What is due changes hundreds of entities in a decision, and commands wait while they are
     * written: so many rows take some milliseconds. */
    ELAPSED_ROWS_MAX = 4096,
};

/* What a store leaves free, and some for what is folded again. */
static const uint64_t WRITER_ROOM_MIN = (uint64_t)128 << 20;

void writer_set_aside(struct writer *writer)
{
    for (uint32_t i = 0; i < writer->partitions_count; i++) {
        if (writer->leaders[i] != NULL) {
            assert(writer->aside[i] == NULL);
            writer->aside[i] = writer->leaders[i];
            writer->leaders[i] = NULL;
        }
    }
}

static bool writer_has_aside(const struct writer *writer)
{
    for (uint32_t i = 0; i < writer->partitions_count; i++) {
        if (writer->aside[i] != NULL) {
            return true;
        }
    }
    return false;
}

struct status writer_check_room(const struct writer *writer)
{
    return writer_has_aside(writer) ? disk_room(writer->options.stores, WRITER_ROOM_MIN)
                                    : status_ok();
}

void writer_drop_aside(struct writer *writer)
{
    for (uint32_t i = 0; i < writer->partitions_count; i++) {
        leader_close(writer->aside[i]);
        writer->aside[i] = NULL;
    }
}

int64_t writer_now(struct writer *writer)
{
    int64_t now = decider_clock_now_us(&writer->decider_clock);
    int64_t closed = closed_time_get(writer->closed_time);
    return now > closed ? now : closed + 1;
}

struct status writer_tick(struct writer *writer, struct leader *leader)
{
    struct str record;
    struct evlog_completion done = { 0 };
    size_t count = 0;
    if (leader_check_clock(leader, &writer->options.clock).code != STATUS_OK) {
        return status_ok();
    }
    TRY(leader_tick(leader, writer_now(writer), &record));
    struct evlog_item item = { .stream = EVLOG_DECISIONS,
                               .partition = leader->number,
                               .value = record };
    TRY(evlog_append(writer->log, &item, 1));
    TRY(evlog_poll(writer->log, &done, 1, &count));
    while (count == 0) {
        evlog_wait(evlog_descriptor(writer->log), WRITER_REOPEN_EVERY_US);
        TRY(evlog_poll(writer->log, &done, 1, &count));
    }
    if (done.offset == EVLOG_OFFSET_UNKNOWN) {
        return status_error(STATUS_UNAVAILABLE, "expected the log to take a TICK");
    }
    return leader_confirm(leader, done.offset, record, &leader->decider.chain.head);
}

struct status writer_write(struct writer *writer, struct leader *leader)
{
    assert(leader_settled(leader));
    bool boundary = partition_boundary_at(leader->decider.chain.sequence);
    TRY(partition_write(leader->partition));
    if (boundary) {
        TRY(writer_tick(writer, leader));
        TRY(partition_write(leader->partition));
    }
    return status_ok();
}

struct status writer_note(struct writer *writer, uint32_t number, struct status st)
{
    bool refused = st.code == STATUS_UNAVAILABLE;
    if (refused && !writer->unwritten) {
        evlog_reporter_tell(&writer->options.reporter, number, st);
    }
    writer->unwritten = refused;
    return refused ? status_ok() : st;
}

static struct status writer_write_all(struct writer *writer)
{
    for (uint32_t i = 0; i < writer->partitions_count; i++) {
        if (writer->leaders[i] != NULL && leader_dirty(writer->leaders[i])) {
            TRY(writer_note(writer, i, writer_write(writer, writer->leaders[i])));
        }
    }
    return status_ok();
}

struct status writer_catch_up_stores(struct writer *writer)
{
    TRY(writer_write_all(writer));
    writer->written_us = clock_monotonic_us(&writer->options.clock);
    if (writer_clock_stands(writer)) {
        closed_time_set(writer->closed_time, decider_clock_now_us(&writer->decider_clock));
    }
    if (writer->options.shelf != NULL && !writer->unwritten) { /* they see the stores alone */
        shelf_set_closed_time(writer->options.shelf, closed_time_get(writer->closed_time));
    }
    return status_ok();
}

bool writer_changed_much(const struct writer *writer)
{
    size_t rows = 0;
    for (uint32_t i = 0; i < writer->partitions_count; i++) {
        const struct leader *leader = writer->leaders[i];
        rows += leader == NULL ? 0 : leader->partition->fold.active_changes.count;
    }
    return writer->options.shelf != NULL && rows >= ELAPSED_ROWS_MAX;
}

bool writer_show_due(const struct writer *writer)
{
    return writer->options.shelf != NULL &&
           clock_monotonic_us(&writer->options.clock) - writer->written_us >= SHOW_EVERY_US;
}

struct status writer_flush(struct writer *writer, int64_t now_us)
{
    if (now_us - writer->flushed_us < FLUSH_EVERY_US) {
        return status_ok();
    }
    writer->flushed_us = now_us;
    for (uint32_t i = 0; i < writer->partitions_count; i++) {
        if (writer->leaders[i] != NULL) {
            struct status st = partition_flush(writer->leaders[i]->partition);
            TRY(st.code == STATUS_UNAVAILABLE ? status_ok() : st); /* more is folded again */
        }
    }
    return status_ok();
}

void writer_tell_watch(struct writer *writer, int64_t now_us)
{
    const struct writer_watch *watch = writer->options.watch;
    if (watch == NULL || now_us - writer->told_us < WRITER_WATCH_EVERY_US) {
        return;
    }
    writer->told_us = now_us;
    watch->queue(watch->self, queue_count(writer->requests));
    watch->ahead(watch->self, decider_clock_ahead_us(&writer->decider_clock));
    for (uint32_t i = 0; i < writer->partitions_count; i++) {
        if (writer->leaders[i] != NULL) {
            struct pace pace = leader_pace(writer->leaders[i]);
            watch->partition(watch->self, writer->leaders[i]->partition);
            watch->pace(watch->self, i, &pace);
        }
    }
}
