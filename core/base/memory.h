/* The heap, for what outlives a request (what does not lives in an arena). Failure of the heap
 * aborts: a restart from the log is always safe, so nobody tests for NULL. malloc and its kin are
 * banned outside core/base. Thread-safe. */
#ifndef CORE_BASE_MEMORY_H
#define CORE_BASE_MEMORY_H

#include <stddef.h>

/* `size` uninitialised bytes, 16-byte aligned; give them back with mem_free. Never NULL. */
void *mem_alloc(size_t size);
/* `count` zeroed items of `size` bytes each. Never NULL; aborts when the product overflows. */
void *mem_zalloc(size_t count, size_t size);
/* `count` zeroed cache lines. Never NULL. */
enum { MEM_LINE_SIZE = 64 };
void *mem_zalloc_lines(size_t count);
/* Grows or shrinks; takes `memory` (may be NULL) and gives what replaces it. Never NULL. */
void *mem_realloc(void *memory, size_t size);
/* Takes `memory`; NULL is fine. */
void mem_free(void *memory);

/* Wipes what functions that have returned have left on this thread's stack, some 64 KiB deep: of
 * what was personal there may be some. For where a thread has nothing to do: it takes a
 * microsecond. */
void mem_wipe_stack(void);

#endif
