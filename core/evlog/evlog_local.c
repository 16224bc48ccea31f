/* The writer of a local log, and handles that only read.
 *
 * An append is encoded into `waiting` by the caller's thread and gets its offsets at once, since
 * nobody else writes. The log thread takes all that waits, places it behind the last frame, writes
 * it by one call, syncs, writes the mark, then acknowledges: at low load each append has a sync of
 * its own, under load they share one; no timer decides.
 *
 * Invariants:
 *   (1) what the mark covers is durable, so a reader beside us shows nothing that can vanish;
 *   (2) a completion with an offset follows the mark that covers it;
 *   (3) after the first failed write or sync nothing is written by this handle: what was under way
 *       is unknown, and only a new handle, which reads what is there, can tell. The sync is not
 *       tried again: the kernel reports a lost page once and then forgets it. For the same reason
 *       opening drops the file's clean pages and reads what the disk has.
 *
 * Left out: dropping old commands (both streams share files, and a machine that keeps its log
 * locally keeps all of it), and preallocated files (a sync of a growing file costs one more journal
 * write, but a full disk then shows where it is expected). */
#include "core/evlog/evlog_local.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "core/evlog/evlog_local_impl.h"
#include "core/evlog/frame.h"
#include "core/evlog/tail.h"

enum {
    EVLOG_LOCAL_SEGMENT_SIZE = 64 << 20,     /* found by header, then read: tens of milliseconds */
    EVLOG_LOCAL_WAITING_SIZE_MAX = 64 << 20, /* bounds memory, and the time of one sync */
};

static const struct evlog_ops evlog_local_ops;

static size_t evlog_local_items_size(const struct evlog_item *items, size_t items_count)
{
    size_t size = 0;
    for (size_t i = 0; i < items_count; i++) {
        size += FRAME_HEADER_SIZE + FRAME_ALIGN + items[i].key.size + items[i].value.size;
    }
    return size;
}

static struct status evlog_local_may_append(const struct evlog_local *local,
                                            const struct evlog_item *items, size_t items_count)
{
    if (local->read_only) {
        return status_error(STATUS_UNAVAILABLE, "expected a handle that may write, but this one "
                                                "was opened for reading only");
    }
    TRY(local->failure);
    assert(local->pending_count <= EVLOG_PENDING_MAX);
    assert(local->waiting.frames.size <= EVLOG_LOCAL_WAITING_SIZE_MAX);
    if (items_count > EVLOG_PENDING_MAX - local->pending_count) {
        return status_error(STATUS_RESOURCE_EXHAUSTED, "expected at most %d records under way",
                            EVLOG_PENDING_MAX);
    }
    size_t size = evlog_local_items_size(items, items_count);
    if (size > EVLOG_LOCAL_WAITING_SIZE_MAX - local->waiting.frames.size) {
        return status_error(STATUS_RESOURCE_EXHAUSTED, "expected at most %d bytes under way",
                            EVLOG_LOCAL_WAITING_SIZE_MAX);
    }
    return status_ok();
}

static void evlog_local_queue(struct evlog_local *local, const struct evlog_item *items,
                              size_t items_count)
{
    struct evlog_local_group *group = &local->waiting;
    assert(group->count + items_count <= EVLOG_PENDING_MAX);
    for (size_t i = 0; i < items_count; i++) {
        const struct evlog_item *item = &items[i];
        size_t slot = folder_slot(&local->folder, item->stream, item->partition);
        struct frame frame = {
            .offset = local->nexts[slot]++,
            .stream = item->stream,
            .partition = item->partition,
            .batch_left = (uint32_t)(items_count - i - 1),
            .key = item->key,
            .value = item->value,
        };
        frame_encode(&frame, &group->frames);
        group->completions[group->count++] = (struct evlog_completion){ item->token, frame.offset };
    }
    local->pending_count += items_count;
}

static struct status evlog_local_append(struct evlog *log, const struct evlog_item *items,
                                        size_t items_count)
{
    struct evlog_local *local = (struct evlog_local *)log;
    evlog_local_lock(local);
    struct status st = evlog_local_may_append(local, items, items_count);
    if (st.code == STATUS_OK) {
        evlog_local_queue(local, items, items_count);
        pthread_cond_signal(&local->wake);
    }
    evlog_local_unlock(local);
    return st;
}

static struct status evlog_local_poll(struct evlog *log, struct evlog_completion *out,
                                      size_t out_max, size_t *out_count)
{
    struct evlog_local *local = (struct evlog_local *)log;
    evlog_local_lock(local);
    struct status st = local->done_count == 0 ? local->failure : status_ok();
    size_t count = local->done_count < out_max ? local->done_count : out_max;
    assert(local->done_count <= local->pending_count);
    memcpy(out, local->done, count * sizeof *out);
    local->done_count -= count;
    local->pending_count -= count;
    memmove(local->done, local->done + count, local->done_count * sizeof *out);
    eventfd_t rung;
    if (local->done_count == 0 && local->failure.code == STATUS_OK) {
        (void)eventfd_read(local->bell, &rung); /* fails when it is silent already */
    }
    evlog_local_unlock(local);
    *out_count = count;
    return st;
}

/* A handle for reading learns from the mark what its owner has added. */
static void evlog_local_look(struct evlog_local *local)
{
    assert(local->read_only);
    uint64_t *ends = mem_zalloc(1, evlog_local_slots_size(local));
    struct folder_mark mark = { .ends = ends };
    if (folder_mark_read(&local->folder, local->mark_file, &mark) &&
        mark.position > local->durable.position) {
        local->durable.position = mark.position;
        memcpy(local->durable.ends, mark.ends, evlog_local_slots_size(local));
    }
    mem_free(ends);
}

static struct status evlog_local_range(struct evlog *log, enum evlog_stream stream,
                                       uint32_t partition, uint64_t *begin, uint64_t *end)
{
    struct evlog_local *local = (struct evlog_local *)log;
    assert(evlog_stream_is_kept(stream));
    evlog_local_lock(local);
    if (local->read_only) {
        evlog_local_look(local);
    }
    *begin = 0;
    *end = local->durable.ends[folder_slot(&local->folder, stream, partition)];
    evlog_local_unlock(local);
    return status_ok();
}

static struct status evlog_local_reader_open(struct evlog *log, enum evlog_stream stream,
                                             struct evlog_reader **reader)
{
    struct evlog_local *local = (struct evlog_local *)log;
    evlog_local_lock(local);
    struct status st = evlog_local_reader_new(local->folder.path, local->folder.io, stream,
                                              &local->durable, reader);
    evlog_local_unlock(local);
    return st;
}

static struct status evlog_local_finish(struct evlog *log)
{
    return folder_finish(&((struct evlog_local *)log)->folder);
}

static int evlog_local_descriptor(const struct evlog *log)
{
    return ((const struct evlog_local *)log)->bell;
}

static void evlog_local_group_release(struct evlog_local_group *group)
{
    buf_release(&group->frames);
    mem_free(group->completions);
}

static void evlog_local_close_file(int file)
{
    if (file >= 0) {
        close(file);
    }
}

static void evlog_local_stop(struct evlog_local *local)
{
    assert(local->running);
    evlog_local_lock(local);
    local->stopping = true;
    pthread_cond_signal(&local->wake);
    evlog_local_unlock(local);
    pthread_join(local->thread, NULL);
    if (local->failure.code == STATUS_OK) {
        (void)local->folder.io->sync(local->folder.io, local->mark_file); /* a help only */
    }
}

static void evlog_local_close(struct evlog *log)
{
    struct evlog_local *local = (struct evlog_local *)log;
    if (local->running) {
        evlog_local_stop(local);
    }
    evlog_local_close_file(local->file);
    evlog_local_close_file(local->mark_file);
    evlog_local_close_file(local->bell);
    evlog_local_close_file(local->lock); /* last of the files: then another may write */
    evlog_local_group_release(&local->waiting);
    evlog_local_group_release(&local->writing);
    mem_free(local->done);
    mem_free(local->nexts);
    mem_free(local->written.ends);
    mem_free(local->durable.ends);
    folder_release(&local->folder);
    pthread_cond_destroy(&local->wake);
    pthread_mutex_destroy(&local->mutex);
    mem_free(local);
}

static struct status evlog_local_sync(const struct evlog_local *local)
{
    if (local->folder.io->sync(local->folder.io, local->file) != 0) {
        return folder_error(&local->folder, "sync", "the last segment");
    }
    return status_ok();
}

/* For the writer: makes what no sync has confirmed durable, or shows that it is gone. */
static struct status evlog_local_settle_file(struct evlog_local *local)
{
    assert(!local->read_only);
    TRY(evlog_local_sync(local));
    (void)posix_fadvise(local->file, 0, 0, POSIX_FADV_DONTNEED); /* advice may be ignored */
    return status_ok();
}

/* Tells of what the mark knows and the log has no more. */
static void evlog_local_tell_lost(const struct evlog_local *local,
                                  const struct evlog_local_options *options,
                                  const struct folder_mark *mark)
{
    assert(options->give_up != NULL);
    struct evlog_local_lost lost = { .position = local->written.position };
    uint32_t count = local->folder.identity.partitions_count * EVLOG_STREAMS_KEPT;
    for (uint32_t i = 0; i < count; i++) {
        lost.stream = (enum evlog_stream)(i % EVLOG_STREAMS_KEPT);
        lost.partition = i / EVLOG_STREAMS_KEPT;
        size_t slot = folder_slot(&local->folder, lost.stream, lost.partition);
        lost.begin = local->written.ends[slot];
        lost.end = mark->ends[slot];
        if (lost.begin < lost.end) {
            options->give_up(options->give_up_context, &lost);
        }
    }
}

static struct status evlog_local_give_up(struct evlog_local *local,
                                         const struct evlog_local_options *options,
                                         const struct folder_mark *mark, bool *torn)
{
    TRY(tail_give_up(&local->folder, &local->written, torn));
    struct evlog_local_lost unknown = { .position = local->written.position };
    if (mark != NULL) {
        evlog_local_tell_lost(local, options, mark);
    } else if (*torn) {
        options->give_up(options->give_up_context, &unknown);
    }
    return status_ok();
}

/* Finds where the log ends behind the mark (NULL: there is none that can be read). A writer cuts
 * off what is torn; a reader makes sure that what it will show is durable. */
static struct status evlog_local_settle_end(struct evlog_local *local,
                                            const struct evlog_local_options *options,
                                            const struct folder_mark *mark)
{
    bool torn;
    bool gives_up = options->give_up != NULL && !local->read_only;
    TRY(gives_up ? evlog_local_give_up(local, options, mark, &torn)
                 : tail_find(&local->folder, mark, &local->written, &torn));
    if (local->read_only) {
        bool known = mark != NULL && local->written.position <= mark->position;
        return known ? status_ok() : evlog_local_sync(local);
    }
    assert(local->written.position >= evlog_local_base(local));
    uint64_t size = local->written.position - evlog_local_base(local);
    if (torn && (ftruncate(local->file, (off_t)size) != 0 || fsync(local->file) != 0)) {
        return folder_error(&local->folder, "cut", "the last segment");
    }
    return status_ok();
}

/* Finds where the log ends. The mark is read before the files are listed: an owner beside us writes
 * it last, so what it covers is there by then. */
static struct status evlog_local_find_end(struct evlog_local *local,
                                          const struct evlog_local_options *options)
{
    struct folder *folder = &local->folder;
    struct folder_mark mark = { .ends = mem_zalloc(1, evlog_local_slots_size(local)) };
    bool marked = folder_mark_read(folder, local->mark_file, &mark);
    struct status st;
    TRY_OUT(folder_refresh(folder));
    TRY_OUT(
        folder_segment_open(folder, folder->segments_count - 1, !local->read_only, &local->file));
    if (!local->read_only) {
        TRY_OUT(evlog_local_settle_file(local));
    }
    TRY_OUT(evlog_local_settle_end(local, options, marked ? &mark : NULL));
    local->durable.position = local->written.position;
    memcpy(local->durable.ends, local->written.ends, evlog_local_slots_size(local));
    memcpy(local->nexts, local->written.ends, evlog_local_slots_size(local));
out:
    mem_free(mark.ends);
    return st;
}

static struct status evlog_local_check_count(const struct evlog_local *local, uint32_t expected)
{
    uint32_t count = local->folder.identity.partitions_count;
    if (expected != 0 && expected != count) {
        return status_error(STATUS_FAILED_PRECONDITION,
                            "expected a log of %u partitions in '%s', but it was made with %u",
                            expected, local->folder.path, count);
    }
    return status_ok();
}

static struct status evlog_local_check_draft(const struct evlog_local *local, bool draft)
{
    if (local->folder.draft && !draft) {
        return status_error(STATUS_NOT_FOUND,
                            "expected a whole log in '%s', but it is an unfinished copy: go on "
                            "with that first",
                            local->folder.path);
    }
    return status_ok();
}

static struct status evlog_local_load(struct evlog_local *local,
                                      const struct evlog_local_options *options)
{
    TRY(evlog_local_check_count(local, options->partitions_count));
    TRY(evlog_local_check_draft(local, options->draft));
    if (!local->read_only) {
        TRY(folder_lock(&local->folder, &local->lock));
        folder_clean(&local->folder);
    }
    size_t size = evlog_local_slots_size(local);
    local->written.ends = mem_zalloc(1, size);
    local->durable.ends = mem_zalloc(1, size);
    local->nexts = mem_zalloc(1, size);
    TRY(folder_mark_open(&local->folder, !local->read_only, &local->mark_file));
    return evlog_local_find_end(local, options);
}

static struct status evlog_local_start(struct evlog_local *local)
{
    assert(!local->running);
    assert(local->written.position == local->durable.position);
    size_t size = sizeof(struct evlog_completion);
    local->waiting.completions = mem_zalloc(EVLOG_PENDING_MAX, size);
    local->writing.completions = mem_zalloc(EVLOG_PENDING_MAX, size);
    local->done = mem_zalloc(EVLOG_PENDING_MAX, size);
    if (local->read_only) {
        return status_ok();
    }
    TRY(folder_mark_write(&local->folder, local->mark_file, &local->written));
    int failed = pthread_create(&local->thread, NULL, evlog_local_run, local);
    if (failed != 0) {
        return status_error(STATUS_UNAVAILABLE, "cannot start the log's thread");
    }
    local->running = true;
    return status_ok();
}

static struct evlog_local *evlog_local_new(const struct evlog_local_options *options)
{
    struct evlog_local *local = mem_zalloc(1, sizeof *local);
    local->log.ops = &evlog_local_ops;
    local->read_only = options->read_only;
    local->segment_size =
        options->segment_size == 0 ? EVLOG_LOCAL_SEGMENT_SIZE : options->segment_size;
    local->lock = local->mark_file = local->file = -1;
    local->bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    assert(local->bell >= 0);
    int failed = pthread_mutex_init(&local->mutex, NULL) + pthread_cond_init(&local->wake, NULL);
    assert(failed == 0);
    return local;
}

struct status evlog_local_open(const char *path, const struct evlog_local_options *options,
                               struct evlog **log)
{
    struct evlog_local *local = evlog_local_new(options);
    const struct folder_io *io = options->io == NULL ? &folder_io_system : options->io;
    struct status st = folder_open(path, io, &local->folder);
    if (st.code == STATUS_DATA_LOSS && options->give_up != NULL && !options->read_only) {
        st = folder_drop_cut(&local->folder, st);
    }
    if (st.code == STATUS_OK) {
        st = evlog_local_load(local, options);
    }
    if (st.code == STATUS_OK) {
        st = evlog_local_start(local);
    }
    if (st.code != STATUS_OK) {
        evlog_local_close(&local->log);
        return st;
    }
    local->log.identity = local->folder.identity;
    local->log.atomic_append = true;
    local->log.exclusive = !local->read_only;
    local->log.draft = local->folder.draft;
    *log = &local->log;
    return st;
}

struct status evlog_local_create(const char *path, const struct evlog_identity *identity)
{
    return folder_create(path, identity, false);
}

struct status evlog_local_create_draft(const char *path, const struct evlog_identity *identity)
{
    return folder_create(path, identity, true);
}

static const struct evlog_ops evlog_local_ops = {
    .append = evlog_local_append,
    .poll = evlog_local_poll,
    .range = evlog_local_range,
    .reader_open = evlog_local_reader_open,
    .finish = evlog_local_finish,
    .descriptor = evlog_local_descriptor,
    .close = evlog_local_close,
};
