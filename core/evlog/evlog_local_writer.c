/* The log thread of a local log: see evlog_local.c. */
#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "core/evlog/evlog_local_impl.h"
#include "core/evlog/frame.h"

void evlog_local_lock(struct evlog_local *local)
{
    int failed = pthread_mutex_lock(&local->mutex);
    assert(failed == 0);
}

void evlog_local_unlock(struct evlog_local *local)
{
    int failed = pthread_mutex_unlock(&local->mutex);
    assert(failed == 0);
}

size_t evlog_local_slots_size(const struct evlog_local *local)
{
    return folder_slots_count(&local->folder) * sizeof(uint64_t);
}

/* Gives the frames their place and counts them. */
static void evlog_local_seal(struct evlog_local *local)
{
    struct buf *frames = &local->writing.frames;
    for (size_t at = 0; at < frames->size;) {
        struct frame frame;
        size_t size = frame_seal(frames->data + at, local->written.position);
        enum frame_state state =
            frame_decode(str_make(frames->data + at, size), local->written.position,
                         local->folder.identity.partitions_count, &frame);
        assert(state == FRAME_WHOLE);
        uint64_t *end =
            &local->written.ends[folder_slot(&local->folder, frame.stream, frame.partition)];
        assert(frame.offset == *end);
        ++*end;
        at += size;
        local->written.position += size;
    }
}

uint64_t evlog_local_base(const struct evlog_local *local)
{
    return local->folder.segments[local->folder.segments_count - 1].base;
}

/* Begins a new segment when the last one is large enough. */
static struct status evlog_local_roll(struct evlog_local *local)
{
    assert(local->written.position >= evlog_local_base(local));
    if (local->written.position - evlog_local_base(local) < local->segment_size) {
        return status_ok();
    }
    uint64_t base = local->written.position;
    TRY(folder_segment_add(&local->folder, base, local->written.ends));
    close(local->file);
    local->file = -1;
    TRY(folder_segment_open(&local->folder, local->folder.segments_count - 1, true, &local->file));
    local->written.position = base + folder_header_size(&local->folder);
    return status_ok();
}

static struct status evlog_local_write(struct evlog_local *local)
{
    assert(local->writing.count > 0 && local->writing.frames.size > 0);
    TRY(evlog_local_roll(local));
    const struct folder_io *io = local->folder.io;
    uint64_t at = local->written.position - evlog_local_base(local);
    evlog_local_seal(local);
    struct str left = buf_str(&local->writing.frames);
    while (left.size > 0) {
        ssize_t size = io->write(io, local->file, left.data, left.size, at);
        if (size < 0 && errno != EINTR) {
            return folder_error(&local->folder, "write", "the last segment");
        }
        at += size > 0 ? (uint64_t)size : 0;
        left = str_from(left, size > 0 ? (size_t)size : 0);
    }
    if (io->sync(io, local->file) != 0) {
        return folder_error(&local->folder, "sync", "the last segment");
    }
    return folder_mark_write(&local->folder, local->mark_file, &local->written);
}

static void evlog_local_finish(struct evlog_local *local, struct evlog_local_group *group,
                               bool known)
{
    for (size_t i = 0; i < group->count; i++) {
        struct evlog_completion completion = group->completions[i];
        completion.offset = known ? completion.offset : EVLOG_OFFSET_UNKNOWN;
        assert(local->done_count < EVLOG_PENDING_MAX);
        local->done[local->done_count++] = completion;
    }
    group->count = 0;
    group->frames.size = 0;
}

/* Hands over the outcome of a write; the mutex is held. */
static void evlog_local_settle(struct evlog_local *local, struct status st)
{
    assert(local->failure.code == STATUS_OK); /* nothing is written after a failure */
    assert(local->durable.position <= local->written.position);
    evlog_local_finish(local, &local->writing, st.code == STATUS_OK);
    if (st.code == STATUS_OK) {
        local->durable.position = local->written.position;
        memcpy(local->durable.ends, local->written.ends, evlog_local_slots_size(local));
    } else {
        local->failure = status_prefix(st, "the log is broken until it is opened again");
        local->failure.code = STATUS_UNAVAILABLE;
        evlog_local_finish(local, &local->waiting, false);
    }
    int failed = eventfd_write(local->bell, 1);
    assert(failed == 0);
}

static bool evlog_local_take(struct evlog_local *local)
{
    while (local->waiting.count == 0 && !local->stopping) {
        int failed = pthread_cond_wait(&local->wake, &local->mutex);
        assert(failed == 0);
    }
    if (local->stopping || local->failure.code != STATUS_OK) {
        return false;
    }
    assert(local->writing.count == 0 && local->writing.frames.size == 0);
    struct evlog_local_group taken = local->waiting;
    local->waiting = local->writing;
    local->writing = taken;
    return true;
}

void *evlog_local_run(void *argument)
{
    struct evlog_local *local = argument;
    evlog_local_lock(local);
    while (evlog_local_take(local)) {
        evlog_local_unlock(local);
        struct status st = evlog_local_write(local);
        evlog_local_lock(local);
        evlog_local_settle(local, st);
    }
    evlog_local_unlock(local);
    return NULL;
}
