#include "core/evlog/window.h"

#include <errno.h>
#include <unistd.h>

void window_init(struct window *window, const struct folder *folder)
{
    *window = (struct window){ .folder = folder, .file = -1 };
    window->bytes = mem_alloc(WINDOW_SIZE);
}

void window_release(struct window *window)
{
    if (window->bytes != NULL && window->file >= 0) {
        close(window->file);
    }
    mem_free(window->bytes);
    *window = (struct window){ .file = -1 };
}

struct status window_open(struct window *window, size_t segment)
{
    assert(segment < window->folder->segments_count);
    if (window->file >= 0) {
        close(window->file);
    }
    window->segment = segment;
    window->position = window->folder->segments[segment].base;
    window->size = 0;
    return folder_segment_open(window->folder, segment, false, &window->file);
}

void window_forget(struct window *window)
{
    window->size = 0;
}

enum frame_state window_frame(const struct window *window, uint64_t position, struct frame *frame)
{
    struct str bytes = { 0 };
    if (position >= window->position && position - window->position < window->size) {
        size_t from = (size_t)(position - window->position);
        assert(from < window->size);
        bytes = str_make(window->bytes + from, window->size - from);
    }
    return frame_decode(bytes, position, window->folder->identity.partitions_count, frame);
}

struct status window_fill(struct window *window, uint64_t position, uint64_t limit)
{
    uint64_t base = window->folder->segments[window->segment].base;
    assert(position >= base && position <= limit);
    uint64_t left = limit - position;
    size_t want = left < WINDOW_SIZE ? (size_t)left : WINDOW_SIZE;
    window->position = position;
    window->size = 0;
    while (window->size < want) {
        off_t at = (off_t)(position - base + window->size);
        ssize_t got = pread(window->file, window->bytes + window->size, want - window->size, at);
        if (got < 0 && errno != EINTR) {
            return folder_error(window->folder, "read", "a segment");
        }
        if (got == 0) {
            break;
        }
        window->size += got > 0 ? (size_t)got : 0;
    }
    assert(window->size <= want);
    return status_ok();
}
