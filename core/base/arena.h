/* One arena per request or record, freed whole. It has a cap: an allocation above it gives NULL,
 * which the caller reports as RESOURCE_EXHAUSTED (ARENA_TRY). Failure of the heap itself aborts.
 * Not thread-safe. */
#ifndef CORE_BASE_ARENA_H
#define CORE_BASE_ARENA_H

#include <stddef.h>

#include "core/base/status.h"
#include "core/base/str.h"

struct arena_block;

struct arena {
    struct arena_block *block; /* the newest; older ones hang behind it */
    size_t used;               /* bytes handed out since init or reset */
    size_t cap;                /* bytes that may be handed out */
};

/* An empty arena that hands out at most `cap` bytes; takes no memory before the first allocation.
 */
void arena_init(struct arena *arena, size_t cap);
/* Frees all memory; a zeroed arena is fine. */
void arena_release(struct arena *arena);
/* Forgets all allocations, wiped, but keeps the newest block for reuse. */
void arena_reset(struct arena *arena);

/* Uninitialised bytes, 16-byte aligned, valid until reset or release; NULL above the cap. */
void *arena_alloc(struct arena *arena, size_t size);
/* The same, zeroed. */
void *arena_zalloc(struct arena *arena, size_t size);
/* The `count` items of a list, each of `size` bytes, with room for one more: where they have none
 * (*room of them are allocated) a copy in twice as much, and the old one is left to the arena. NULL
 * above the cap. */
void *arena_grow(struct arena *arena, void *items, size_t count, size_t size, size_t *room);
/* A copy with a NUL after it (not counted); NULL data above the cap. */
struct str arena_copy(struct arena *arena, struct str s);
/* The same as generated messages hold texts. RESOURCE_EXHAUSTED above the cap. */
MUST_USE struct status arena_text(struct arena *arena, struct str s, char **text);
/* The parts one behind the other, as arena_copy gives them. */
struct str arena_join(struct arena *arena, const struct str *parts, size_t parts_count);
/* Formatted text with a NUL after it; NULL data above the cap. */
struct str arena_printf(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);

/* The status of an arena at its cap. */
MUST_USE struct status arena_full(const struct arena *arena);

/* For tests: the n-th allocation from now on (0 = the next) of this thread gives NULL; -1 = never.
 */
void arena_fail_at(long n);

/* Assigns an allocation, or returns RESOURCE_EXHAUSTED. */
#define ARENA_TRY(arena, pointer, allocation) \
    do {                                      \
        (pointer) = (allocation);             \
        if ((pointer) == NULL) {              \
            return arena_full(arena);         \
        }                                     \
    } while (0)

#endif
