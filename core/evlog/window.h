/* A window on one segment file: reads it in large pieces and finds frames in them. */
#ifndef CORE_EVLOG_WINDOW_H
#define CORE_EVLOG_WINDOW_H

#include "core/evlog/folder.h"
#include "core/evlog/frame.h"

enum { WINDOW_SIZE = 1 << 20 };
static_assert((int)WINDOW_SIZE >= (int)FRAME_SIZE_MAX, "a frame fits");

struct window {
    const struct folder *folder;
    int file;          /* -1 when none is open */
    size_t segment;    /* its index in the folder */
    char *bytes;       /* WINDOW_SIZE of them */
    uint64_t position; /* log position of bytes[0] */
    size_t size;       /* how many are valid */
};

/* Borrows `folder`. */
void window_init(struct window *window, const struct folder *folder);
void window_release(struct window *window);
/* Looks at another segment. UNAVAILABLE. */
MUST_USE struct status window_open(struct window *window, size_t segment);
/* Forgets what was read: the file may have changed behind it. */
void window_forget(struct window *window);
/* The frame at `position` as far as the window has read. FRAME_CUT: fill, then ask again; CUT
 * after a fill means that the file or `limit` ends there. Borrowed until the next fill. */
enum frame_state window_frame(const struct window *window, uint64_t position, struct frame *frame);
/* Reads the file from `position` on, but nothing at or above `limit`. UNAVAILABLE. */
MUST_USE struct status window_fill(struct window *window, uint64_t position, uint64_t limit);

#endif
