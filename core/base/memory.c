#include "core/base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { MEM_STACK_WIPED = 64 * 1024 };

/* malloc(0) may give NULL without having failed; one byte keeps "never NULL" true. */
static size_t mem_size(size_t size)
{
    return size == 0 ? 1 : size;
}

void *mem_alloc(size_t size)
{
    void *memory = malloc(mem_size(size));
    if (memory == NULL) {
        abort();
    }
    return memory;
}

void *mem_zalloc(size_t count, size_t size)
{
    void *memory = calloc(mem_size(count), mem_size(size));
    if (memory == NULL) {
        abort();
    }
    return memory;
}

void *mem_zalloc_lines(size_t count)
{
    if (count > SIZE_MAX / MEM_LINE_SIZE) {
        abort();
    }
    size_t size = mem_size(count) * MEM_LINE_SIZE;
    void *memory = aligned_alloc(MEM_LINE_SIZE, size);
    if (memory == NULL) {
        abort();
    }
    return memset(memory, 0, size);
}

void *mem_realloc(void *memory, size_t size)
{
    void *grown = realloc(memory, mem_size(size));
    if (grown == NULL) {
        abort();
    }
    return grown;
}

void mem_free(void *memory)
{
    free(memory);
}

__attribute__((noinline)) void mem_wipe_stack(void)
{
    char left[MEM_STACK_WIPED];
    explicit_bzero(left, sizeof left);
}
