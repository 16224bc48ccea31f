/* A reader of a local log.
 *
 * One cursor goes through the files from frame to frame and hands out those that are the next of a
 * followed partition; following another partition from further back moves the cursor back, and what
 * was handed out before is passed over, since its offset is below the partition's position.
 *
 * What is damaged shows as what is missing: a header that is lost is skipped to the next frame
 * that fits its place, and when the next record of a partition turns out not to be the one at its
 * position, or a segment or the log ends before it came, that record is the damaged one. So each
 * flipped byte is named by partition and offset, and a deleted file is noticed too.
 *
 * The reader has its own files and memory and shares nothing with a handle or another process but
 * the mark, which it reads when it has come to the end that it knows. The kernel tells it when the
 * mark is written (inotify), from the first time that somebody waits; it never reads a byte above
 * the mark. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "core/evlog/evlog_local_impl.h"
#include "core/evlog/window.h"

struct evlog_local_follow {
    bool followed;
    uint64_t position; /* the offset of the next record to give */
};

struct evlog_local_reader {
    struct evlog_reader reader; /* first: a reader is its port */
    struct folder folder;
    struct window window; /* lies on the segment of the cursor */
    enum evlog_stream stream;
    int mark_file;
    int watch;                  /* -1 until somebody waits */
    struct status failure;      /* why there is no watch */
    struct folder_mark visible; /* the mark as last read */
    struct folder_mark next;    /* room to read it again */
    uint64_t cursor;            /* log position of the next frame to look at */
    struct evlog_local_follow *follows;
};

enum evlog_local_found {
    FOUND_FRAME, /* whole or damaged, at the cursor */
    FOUND_END,   /* the cursor has come to what is visible */
    FOUND_EDGE,  /* the cursor has come to the end of its segment */
    FOUND_FULL,  /* the window must move, which would take back what was given */
};

static const struct evlog_reader_ops evlog_local_reader_ops;

static uint64_t *evlog_local_reader_slot(const struct evlog_local_reader *reader, uint64_t *slots,
                                         uint32_t partition)
{
    assert(partition < reader->folder.identity.partitions_count);
    return &slots[folder_slot(&reader->folder, reader->stream, partition)];
}

/* Where the frames of the cursor's segment end, as far as is visible. The list of segments can be
 * ahead of the mark, which the owner writes last. */
static uint64_t evlog_local_reader_limit(const struct evlog_local_reader *reader)
{
    size_t next = reader->window.segment + 1;
    assert(next <= reader->folder.segments_count);
    uint64_t visible = reader->visible.position;
    if (next == reader->folder.segments_count || reader->folder.segments[next].base > visible) {
        return visible;
    }
    return reader->folder.segments[next].base;
}

/* Moves the end of what is visible to where the mark is. */
static void evlog_local_reader_look(struct evlog_local_reader *reader)
{
    if (!folder_mark_read(&reader->folder, reader->mark_file, &reader->next) ||
        reader->next.position <= reader->visible.position) {
        return;
    }
    struct folder_mark seen = reader->next;
    reader->next = reader->visible;
    reader->visible = seen;
    assert(reader->next.position < reader->visible.position);
}

static void evlog_local_reader_drain(const struct evlog_local_reader *reader)
{
    char events[4096];
    while (reader->watch >= 0 && read(reader->watch, events, sizeof events) > 0) {
    }
}

/* Looks at the frame at the cursor, moving the window if need be and allowed. */
static struct status evlog_local_reader_frame(struct evlog_local_reader *reader, bool may_fill,
                                              enum evlog_local_found *found,
                                              enum frame_state *state, struct frame *frame)
{
    uint64_t limit = evlog_local_reader_limit(reader);
    *found = FOUND_FRAME;
    *state = window_frame(&reader->window, reader->cursor, frame);
    if (*state == FRAME_CUT && !may_fill) {
        *found = FOUND_FULL;
        return status_ok();
    }
    if (*state == FRAME_CUT) {
        TRY(window_fill(&reader->window, reader->cursor, limit));
        *state = window_frame(&reader->window, reader->cursor, frame);
    }
    return status_ok();
}

/* The frame at the cursor is lost, or cut by the end of its file: the next place where one can be.
 * At the end of the last known file there may be a new one. */
static struct status evlog_local_reader_skip(struct evlog_local_reader *reader,
                                             enum frame_state state)
{
    assert(state == FRAME_LOST || state == FRAME_CUT);
    uint64_t limit = evlog_local_reader_limit(reader);
    if (state == FRAME_LOST) {
        reader->cursor += FRAME_ALIGN;
        return status_ok();
    }
    size_t known = reader->folder.segments_count;
    TRY(folder_refresh(&reader->folder));
    if (reader->folder.segments_count == known) {
        reader->cursor = limit;
    }
    return status_ok();
}

/* Finds the next frame from the cursor on. */
static struct status evlog_local_reader_find(struct evlog_local_reader *reader, bool may_fill,
                                             enum evlog_local_found *found, struct frame *frame,
                                             bool *whole)
{
    for (;;) {
        enum frame_state state;
        uint64_t limit = evlog_local_reader_limit(reader);
        if (reader->cursor >= limit) {
            *found = reader->cursor >= reader->visible.position ? FOUND_END : FOUND_EDGE;
            return status_ok();
        }
        TRY(evlog_local_reader_frame(reader, may_fill, found, &state, frame));
        *whole = state == FRAME_WHOLE;
        if (*found == FOUND_FULL || state == FRAME_WHOLE || state == FRAME_DAMAGED) {
            return status_ok();
        }
        TRY(evlog_local_reader_skip(reader, state));
    }
}

static struct status evlog_local_reader_loss(const struct evlog_local_reader *reader,
                                             uint32_t partition, struct evlog_record *out)
{
    assert(reader->follows[partition].followed);
    uint64_t offset = reader->follows[partition].position;
    *out = (struct evlog_record){ .partition = partition, .offset = offset };
    return status_error(
        STATUS_DATA_LOSS,
        "expected a whole record at offset %" PRIu64 " of partition %u of the %s, "
        "but it is damaged or missing, before position %" PRIu64 " of segment '%016" PRIx64 ".log'",
        offset, partition, reader->stream == EVLOG_COMMANDS ? "commands" : "decisions",
        reader->cursor - reader->folder.segments[reader->window.segment].base,
        reader->folder.segments[reader->window.segment].base);
}

/* All records before `ends` have passed: a partition that still waits for one will not get it. */
static struct status evlog_local_reader_check(const struct evlog_local_reader *reader,
                                              uint64_t *ends, struct evlog_record *out)
{
    for (uint32_t p = 0; p < reader->folder.identity.partitions_count; p++) {
        const struct evlog_local_follow *follow = &reader->follows[p];
        if (follow->followed && follow->position < *evlog_local_reader_slot(reader, ends, p)) {
            return evlog_local_reader_loss(reader, p, out);
        }
    }
    return status_ok();
}

/* Goes to the next segment. */
static struct status evlog_local_reader_cross(struct evlog_local_reader *reader,
                                              struct evlog_record *out)
{
    size_t next = reader->window.segment + 1;
    assert(next < reader->folder.segments_count);
    assert(reader->cursor >= reader->folder.segments[next].base);
    TRY(evlog_local_reader_check(reader, reader->folder.segments[next].starts, out));
    TRY(window_open(&reader->window, next));
    reader->cursor = reader->folder.segments[next].base + folder_header_size(&reader->folder);
    return status_ok();
}

/* At the end: is there more by now? If not, has everybody got all that there is? */
static struct status evlog_local_reader_rest(struct evlog_local_reader *reader, bool *more,
                                             struct evlog_record *out)
{
    assert(reader->cursor >= reader->visible.position);
    evlog_local_reader_drain(reader);
    evlog_local_reader_look(reader);
    *more = reader->cursor < reader->visible.position;
    if (*more) {
        return status_ok();
    }
    TRY(evlog_local_reader_check(reader, reader->visible.ends, out));
    for (uint32_t p = 0; p < reader->folder.identity.partitions_count; p++) {
        uint64_t end = *evlog_local_reader_slot(reader, reader->visible.ends, p);
        const struct evlog_local_follow *follow = &reader->follows[p];
        if (follow->followed && follow->position > end) {
            *out = (struct evlog_record){ .partition = p, .offset = follow->position };
            return status_error(STATUS_OUT_OF_RANGE,
                                "expected an offset of partition %u from 0 to %" PRIu64
                                ", but it is %" PRIu64,
                                p, end, follow->position);
        }
    }
    return status_ok();
}

/* Hands out the frame at the cursor if it is the next of a followed partition. */
static struct status evlog_local_reader_give(struct evlog_local_reader *reader,
                                             const struct frame *frame, bool whole,
                                             struct evlog_record *out, bool *given)
{
    struct evlog_local_follow *follow = &reader->follows[frame->partition];
    bool wanted =
        frame->stream == reader->stream && follow->followed && frame->offset >= follow->position;
    *given = false;
    if (wanted && (!whole || frame->offset > follow->position)) {
        return evlog_local_reader_loss(reader, frame->partition, out);
    }
    assert(frame->size > 0);
    reader->cursor += frame->size;
    if (wanted) {
        *out = (struct evlog_record){
            .partition = frame->partition,
            .offset = follow->position++,
            .key = frame->key,
            .value = frame->value,
        };
        *given = true;
    }
    return status_ok();
}

/* One step: looks at one frame or passes one edge. */
static struct status evlog_local_reader_step(struct evlog_local_reader *reader,
                                             struct evlog_record *out, bool first, bool *given,
                                             bool *more)
{
    enum evlog_local_found found;
    struct frame frame;
    bool whole;
    *given = false;
    *more = true;
    TRY(evlog_local_reader_find(reader, first, &found, &frame, &whole));
    switch (found) {
    case FOUND_FRAME:
        return evlog_local_reader_give(reader, &frame, whole, out, given);
    case FOUND_EDGE:
        *more = first;
        return first ? evlog_local_reader_cross(reader, out) : status_ok();
    case FOUND_END:
        *more = first;
        return first ? evlog_local_reader_rest(reader, more, out) : status_ok();
    case FOUND_FULL:
        *more = false;
        return status_ok();
    }
    return status_ok();
}

static struct status evlog_local_reader_read(struct evlog_reader *port, struct evlog_record *out,
                                             size_t out_max, size_t *out_count)
{
    struct evlog_local_reader *reader = (struct evlog_local_reader *)port;
    bool more = true;
    TRY(reader->failure);
    while (*out_count < out_max && more) {
        bool given;
        struct status st =
            evlog_local_reader_step(reader, &out[*out_count], *out_count == 0, &given, &more);
        if (st.code != STATUS_OK) {
            /* What was given before the failure is given; the failure comes again. */
            return *out_count == 0 ? st : status_ok();
        }
        *out_count += given;
    }
    return status_ok();
}

/* The last segment that begins at or before a log position. */
static size_t evlog_local_reader_segment(const struct evlog_local_reader *reader, uint64_t position)
{
    size_t segment = reader->folder.segments_count - 1;
    assert(reader->folder.segments_count > 0);
    while (segment > 0 && reader->folder.segments[segment].base > position) {
        segment--;
    }
    return segment;
}

/* Where a partition's record of that offset can be found: at the very end, or somewhere in the last
 * segment that begins at or before it. */
static struct status evlog_local_reader_place(struct evlog_local_reader *reader, uint32_t partition,
                                              uint64_t offset, bool alone)
{
    uint64_t place = reader->visible.position;
    size_t segment = evlog_local_reader_segment(reader, place);
    if (offset < *evlog_local_reader_slot(reader, reader->visible.ends, partition)) {
        while (segment > 0 &&
               offset < *evlog_local_reader_slot(reader, reader->folder.segments[segment].starts,
                                                 partition)) {
            segment--;
        }
        place = reader->folder.segments[segment].base + folder_header_size(&reader->folder);
    }
    if (alone || place < reader->cursor) {
        TRY(window_open(&reader->window, segment));
        reader->cursor = place;
    }
    return status_ok();
}

static struct status evlog_local_reader_seek(struct evlog_reader *port, uint32_t partition,
                                             uint64_t offset)
{
    struct evlog_local_reader *reader = (struct evlog_local_reader *)port;
    struct evlog_local_follow *follow = &reader->follows[partition];
    assert(partition < reader->folder.identity.partitions_count);
    bool alone = true;
    for (uint32_t p = 0; p < reader->folder.identity.partitions_count; p++) {
        alone = alone && (!reader->follows[p].followed || p == partition);
    }
    /* Forward of where it is the cursor has not been. */
    if (!follow->followed || offset < follow->position) {
        TRY(folder_refresh(&reader->folder));
        TRY(evlog_local_reader_place(reader, partition, offset, alone));
    }
    *follow = (struct evlog_local_follow){ true, offset };
    return status_ok();
}

static void evlog_local_reader_leave(struct evlog_reader *port, uint32_t partition)
{
    ((struct evlog_local_reader *)port)->follows[partition].followed = false;
}

static uint64_t evlog_local_reader_position(const struct evlog_reader *port, uint32_t partition)
{
    return ((const struct evlog_local_reader *)port)->follows[partition].position;
}

static uint64_t evlog_local_reader_end(const struct evlog_reader *port, uint32_t partition)
{
    const struct evlog_local_reader *reader = (const struct evlog_local_reader *)port;
    return *evlog_local_reader_slot(reader, reader->visible.ends, partition);
}

/* Watches the mark from now on. Opening it once more is an event, too, so that the first wait looks
 * again at what came before the watch. */
static struct status evlog_local_reader_watch(struct evlog_local_reader *reader)
{
    assert(reader->watch < 0);
    char path[64];
    int again;
    snprintf(path, sizeof path, "/proc/self/fd/%d", reader->mark_file);
    reader->watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (reader->watch < 0 || inotify_add_watch(reader->watch, path, IN_MODIFY | IN_OPEN) < 0) {
        return folder_error(&reader->folder, "watch", "mark");
    }
    TRY(folder_mark_open(&reader->folder, false, &again));
    close(again);
    return status_ok();
}

/* Made when it is asked for: closing a watch takes the kernel milliseconds, and most readers never
 * wait. When it cannot be made, a file that is always readable brings the caller to the next read,
 * which says why. */
static int evlog_local_reader_descriptor(struct evlog_reader *port)
{
    struct evlog_local_reader *reader = (struct evlog_local_reader *)port;
    if (reader->watch < 0 && reader->failure.code == STATUS_OK) {
        reader->failure = evlog_local_reader_watch(reader);
    }
    return reader->failure.code == STATUS_OK ? reader->watch : reader->mark_file;
}

static void evlog_local_reader_close(struct evlog_reader *port)
{
    struct evlog_local_reader *reader = (struct evlog_local_reader *)port;
    if (reader->mark_file >= 0) {
        close(reader->mark_file);
    }
    if (reader->watch >= 0) {
        close(reader->watch);
    }
    window_release(&reader->window);
    folder_release(&reader->folder);
    mem_free(reader->visible.ends);
    mem_free(reader->next.ends);
    mem_free(reader->follows);
    mem_free(reader);
}

static struct status evlog_local_reader_load(struct evlog_local_reader *reader,
                                             const struct folder_mark *durable)
{
    assert(durable->ends != NULL);
    size_t slots_count = folder_slots_count(&reader->folder);
    reader->visible.position = durable->position;
    reader->visible.ends = mem_zalloc(slots_count, sizeof *durable->ends);
    memcpy(reader->visible.ends, durable->ends, slots_count * sizeof *durable->ends);
    reader->next.ends = mem_zalloc(slots_count, sizeof *durable->ends);
    reader->follows = mem_zalloc(reader->folder.identity.partitions_count, sizeof *reader->follows);
    reader->cursor = durable->position;
    window_init(&reader->window, &reader->folder);
    TRY(folder_mark_open(&reader->folder, false, &reader->mark_file));
    return window_open(&reader->window, evlog_local_reader_segment(reader, reader->cursor));
}

struct status evlog_local_reader_new(const char *path, const struct folder_io *io,
                                     enum evlog_stream stream, const struct folder_mark *durable,
                                     struct evlog_reader **out)
{
    assert(evlog_stream_is_kept(stream));
    struct evlog_local_reader *reader = mem_zalloc(1, sizeof *reader);
    reader->reader.ops = &evlog_local_reader_ops;
    reader->stream = stream;
    reader->mark_file = reader->watch = reader->window.file = -1;
    struct status st = folder_open(path, io, &reader->folder);
    if (st.code == STATUS_OK) {
        st = evlog_local_reader_load(reader, durable);
    }
    if (st.code != STATUS_OK) {
        evlog_local_reader_close(&reader->reader);
        return st;
    }
    *out = &reader->reader;
    return st;
}

static const struct evlog_reader_ops evlog_local_reader_ops = {
    .seek = evlog_local_reader_seek,
    .leave = evlog_local_reader_leave,
    .read = evlog_local_reader_read,
    .position = evlog_local_reader_position,
    .end = evlog_local_reader_end,
    .descriptor = evlog_local_reader_descriptor,
    .close = evlog_local_reader_close,
};
