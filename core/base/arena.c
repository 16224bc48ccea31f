/* A bump allocator in a list of blocks.
 *
 * Blocks double from 4 KiB up to 1 MiB; a larger request gets a block of its own. The cap counts
 * what is handed out, not what blocks waste, so that the same work gives the same answer whatever
 * came before in the arena.
 *
 * What was in it may have been personal: memory that is used again is wiped here, freed memory by
 * the allocator (agencyd.c). */
#include "core/base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { ARENA_ALIGN = 16, ARENA_BLOCK_MIN = 4096, ARENA_BLOCK_MAX = 1 << 20, ARENA_ITEMS_MIN = 8 };

struct arena_block {
    struct arena_block *older;
    size_t size; /* of data */
    size_t used; /* of data */
    size_t unused_padding;
    unsigned char data[];
};
static_assert(sizeof(struct arena_block) % ARENA_ALIGN == 0, "data starts aligned");

static _Thread_local long arena_fail_countdown = -1;

void arena_fail_at(long n)
{
    arena_fail_countdown = n;
}

static bool arena_fails_now(void)
{
    if (arena_fail_countdown < 0) {
        return false;
    }
    return arena_fail_countdown-- == 0;
}

void arena_init(struct arena *arena, size_t cap)
{
    *arena = (struct arena){ .cap = cap };
}

static void arena_free_blocks(struct arena_block *block)
{
    while (block != NULL) {
        struct arena_block *older = block->older;
        free(block);
        block = older;
    }
}

void arena_release(struct arena *arena)
{
    arena_free_blocks(arena->block);
    *arena = (struct arena){ .cap = arena->cap };
}

void arena_reset(struct arena *arena)
{
    if (arena->block != NULL) {
        arena_free_blocks(arena->block->older);
        explicit_bzero(arena->block->data, arena->block->used);
        arena->block->older = NULL;
        arena->block->used = 0;
    }
    arena->used = 0;
}

static void arena_add_block(struct arena *arena, size_t size)
{
    size_t block_size = arena->block == NULL ? ARENA_BLOCK_MIN : arena->block->size * 2;
    if (block_size > ARENA_BLOCK_MAX) {
        block_size = ARENA_BLOCK_MAX;
    }
    if (block_size < size) {
        block_size = size;
    }
    struct arena_block *block = malloc(sizeof *block + block_size);
    if (block == NULL) {
        abort();
    }
    block->older = arena->block;
    block->size = block_size;
    block->used = 0;
    arena->block = block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    if (size > SIZE_MAX / 4 || arena_fails_now()) {
        return NULL;
    }
    size_t rounded = (size + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN;
    if (rounded > arena->cap - arena->used) {
        return NULL;
    }
    if (arena->block == NULL || rounded > arena->block->size - arena->block->used) {
        arena_add_block(arena, rounded);
    }
    void *memory = arena->block->data + arena->block->used;
    arena->block->used += rounded;
    arena->used += rounded;
    return memory;
}

void *arena_zalloc(struct arena *arena, size_t size)
{
    void *memory = arena_alloc(arena, size);
    return memory == NULL ? NULL : memset(memory, 0, size);
}

void *arena_grow(struct arena *arena, void *items, size_t count, size_t size, size_t *room)
{
    assert(count <= *room);
    if (count < *room) {
        return items;
    }
    size_t more = count == 0 ? ARENA_ITEMS_MIN : count * 2;
    void *grown = arena_alloc(arena, more * size);
    if (grown != NULL && count > 0) {
        memcpy(grown, items, count * size);
    }
    *room = grown == NULL ? *room : more;
    return grown;
}

struct str arena_copy(struct arena *arena, struct str s)
{
    char *copy = s.size == SIZE_MAX ? NULL : arena_alloc(arena, s.size + 1);
    if (copy == NULL) {
        return (struct str){ 0 };
    }
    if (s.size > 0) {
        memcpy(copy, s.data, s.size);
    }
    copy[s.size] = '\0';
    return (struct str){ copy, s.size };
}

struct status arena_text(struct arena *arena, struct str s, char **text)
{
    struct str copy = arena_copy(arena, s);
    *text = (char *)(uintptr_t)copy.data;
    return copy.data == NULL ? arena_full(arena) : status_ok();
}

struct str arena_join(struct arena *arena, const struct str *parts, size_t parts_count)
{
    size_t size = 0, at = 0;
    for (size_t i = 0; i < parts_count; i++) {
        size += parts[i].size;
    }
    char *joined = arena_alloc(arena, size + 1);
    if (joined == NULL) {
        return (struct str){ 0 };
    }
    for (size_t i = 0; i < parts_count; i++) {
        if (parts[i].size > 0) {
            memcpy(joined + at, parts[i].data, parts[i].size);
        }
        at += parts[i].size;
    }
    joined[size] = '\0';
    return (struct str){ joined, size };
}

struct str arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = length < 0 ? NULL : arena_alloc(arena, (size_t)length + 1);
    if (text != NULL) {
        vsnprintf(text, (size_t)length + 1, format, again);
    }
    va_end(again);
    return text == NULL ? (struct str){ 0 } : (struct str){ text, (size_t)length };
}

struct status arena_full(const struct arena *arena)
{
    return status_error(STATUS_RESOURCE_EXHAUSTED, "expected to need at most %zu bytes of memory",
                        arena->cap);
}
