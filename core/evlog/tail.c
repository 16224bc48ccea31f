/* Finding the end.
 *
 * A crash of the process leaves a prefix of the last write; a loss of power leaves any of its
 * blocks unwritten, which read as zeros or lie beyond the file's end. Both happen only above the
 * mark and behind the last sync. Anything else is damage, and cutting there would lose what was
 * acknowledged: a flipped bit in the last append is DATA_LOSS, not a torn tail. (An embedded store
 * was tried first: of all flips of one bit in its write-ahead log, those in the length fields
 * silently ended the log there, with up to 20 of 40 acknowledged records gone.) */
#include "core/evlog/tail.h"

#include <inttypes.h>
#include <sys/stat.h>

#include "core/evlog/window.h"

enum { TAIL_BLOCK_SIZE = 512 };

struct tail {
    const struct folder *folder;
    struct window window;
    uint64_t limit;        /* log position of the file's end */
    uint64_t position;     /* of the next frame */
    uint64_t append_start; /* of the append that the next frame belongs to */
    uint64_t *ends;
};

static struct status tail_frame(struct tail *tail, enum frame_state *state, struct frame *frame)
{
    *state = window_frame(&tail->window, tail->position, frame);
    if (*state == FRAME_CUT) {
        TRY(window_fill(&tail->window, tail->position, tail->limit));
        *state = window_frame(&tail->window, tail->position, frame);
    }
    return status_ok();
}

static struct status tail_loss(const struct tail *tail, const char *what)
{
    return status_error(
        STATUS_DATA_LOSS,
        "expected %s at position %" PRIu64 " of the log in '%s', behind which %" PRIu64
        " bytes lie; verify names the record, rebuild --accept-lost-tail gives it up",
        what, tail->position, tail->folder->path, tail->limit - tail->position);
}

/* Follows whole frames to the first that is none. */
static struct status tail_walk(struct tail *tail, enum frame_state *state)
{
    struct frame frame;
    for (;;) {
        TRY(tail_frame(tail, state, &frame));
        if (*state != FRAME_WHOLE) {
            return status_ok();
        }
        uint64_t *end = &tail->ends[folder_slot(tail->folder, frame.stream, frame.partition)];
        if (frame.offset != *end) {
            return tail_loss(tail, "the partition's next record");
        }
        assert(frame.size > 0);
        ++*end;
        tail->position += frame.size;
        if (frame.batch_left == 0) {
            tail->append_start = tail->position;
        }
    }
}

/* Takes back the frames of an append that is not whole. */
static struct status tail_undo(struct tail *tail)
{
    assert(tail->append_start <= tail->position);
    uint64_t stop = tail->position;
    tail->position = tail->append_start;
    while (tail->position < stop) {
        enum frame_state state;
        struct frame frame;
        TRY(tail_frame(tail, &state, &frame));
        if (state != FRAME_WHOLE) {
            return tail_loss(tail, "a record that was there");
        }
        uint64_t *end = &tail->ends[folder_slot(tail->folder, frame.stream, frame.partition)];
        assert(*end > 0);
        --*end;
        tail->position += frame.size;
    }
    tail->position = tail->append_start;
    return status_ok();
}

static bool tail_zero(struct str bytes)
{
    for (size_t i = 0; i < bytes.size; i++) {
        if (bytes.data[i] != 0) {
            return false;
        }
    }
    return bytes.size > 0;
}

/* Whether a block behind the position was never written. */
static struct status tail_has_hole(struct tail *tail, bool *hole)
{
    assert(tail->position <= tail->limit);
    uint64_t at = (tail->position + TAIL_BLOCK_SIZE - 1) / TAIL_BLOCK_SIZE * TAIL_BLOCK_SIZE;
    *hole = false;
    while (at < tail->limit && !*hole) {
        TRY(window_fill(&tail->window, at, tail->limit));
        if (tail->window.size == 0) {
            break;
        }
        for (size_t i = 0; i < tail->window.size && !*hole; i += TAIL_BLOCK_SIZE) {
            size_t left = tail->window.size - i;
            size_t size = left < TAIL_BLOCK_SIZE ? left : TAIL_BLOCK_SIZE;
            *hole = tail_zero(str_make(tail->window.bytes + i, size));
        }
        at += tail->window.size;
    }
    window_forget(&tail->window);
    return status_ok();
}

/* The frame at the position is not whole: is that what a crash leaves? */
static struct status tail_judge(struct tail *tail, enum frame_state state, uint64_t durable)
{
    assert(state != FRAME_WHOLE);
    bool hole = false;
    if (tail->append_start < durable) {
        return tail_loss(tail, "a whole record");
    }
    if (state != FRAME_CUT) {
        TRY(tail_has_hole(tail, &hole));
        if (!hole) {
            return tail_loss(tail, "a whole record");
        }
    }
    return tail_undo(tail);
}

/* Begins at the mark if it lies in the last segment, else where that segment begins. */
static struct status tail_init(struct tail *tail, const struct folder_mark *mark, uint64_t *ends)
{
    const struct folder *folder = tail->folder;
    size_t last = folder->segments_count - 1;
    const struct folder_segment *segment = &folder->segments[last];
    uint64_t first = segment->base + folder_header_size(folder);
    bool marked = mark != NULL && mark->position >= first;
    memcpy(ends, marked ? mark->ends : segment->starts, folder_slots_count(folder) * sizeof *ends);
    tail->ends = ends;
    tail->position = marked ? mark->position : first;
    tail->append_start = tail->position;
    window_init(&tail->window, folder);
    TRY(window_open(&tail->window, last));
    struct stat stat;
    if (fstat(tail->window.file, &stat) != 0) {
        return folder_error(folder, "look at", "a segment");
    }
    tail->limit = segment->base + (uint64_t)stat.st_size;
    if (tail->limit < tail->position) {
        return status_error(STATUS_DATA_LOSS,
                            "expected the log in '%s' to reach position %" PRIu64
                            ", but it ends at %" PRIu64
                            ": acknowledged records are missing (bring them back, or give them up "
                            "by rebuild --accept-lost-tail)",
                            folder->path, tail->position, tail->limit);
    }
    return status_ok();
}

struct status tail_find(const struct folder *folder, const struct folder_mark *mark,
                        struct folder_mark *end, bool *torn)
{
    struct tail tail = { .folder = folder };
    enum frame_state state;
    struct status st = tail_init(&tail, mark, end->ends);
    *torn = false;
    if (st.code == STATUS_OK) {
        st = tail_walk(&tail, &state);
    }
    if (st.code == STATUS_OK && (tail.position < tail.limit || tail.append_start < tail.position)) {
        *torn = true;
        st = tail_judge(&tail, state, mark == NULL ? 0 : mark->position);
    }
    end->position = tail.position;
    window_release(&tail.window);
    return st;
}

/* Whether a whole frame lies anywhere behind the position: a frame knows its place, so that none is
 * found by chance. */
static struct status tail_check_last(struct tail *tail)
{
    assert(tail->append_start <= tail->position && tail->position <= tail->limit);
    for (uint64_t at = tail->position + FRAME_ALIGN; at < tail->limit; at += FRAME_ALIGN) {
        struct frame frame;
        enum frame_state state = window_frame(&tail->window, at, &frame);
        if (state == FRAME_CUT) {
            TRY(window_fill(&tail->window, at, tail->limit));
            state = window_frame(&tail->window, at, &frame);
        }
        if (state == FRAME_WHOLE) {
            return status_error(STATUS_DATA_LOSS,
                                "expected nothing whole behind the damage at position %" PRIu64
                                " of the log in '%s', but there is a record at %" PRIu64
                                ": only an end can be given up; take the log from a backup",
                                tail->position, tail->folder->path, at);
        }
    }
    return status_ok();
}

struct status tail_give_up(const struct folder *folder, struct folder_mark *end, bool *torn)
{
    struct tail tail = { .folder = folder };
    enum frame_state state;
    struct status st = tail_init(&tail, NULL, end->ends);
    if (st.code == STATUS_OK) {
        st = tail_walk(&tail, &state);
    }
    *torn = st.code == STATUS_OK && tail.append_start < tail.limit;
    if (*torn) {
        st = tail_check_last(&tail);
    }
    if (*torn && st.code == STATUS_OK) {
        st = tail_undo(&tail);
    }
    end->position = tail.position;
    window_release(&tail.window);
    return st;
}
