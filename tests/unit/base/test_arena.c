#include "core/base/arena.h"

#include <stdint.h>

#include "tests/lib/test.h"

TEST(arena, gives_null_above_its_cap)
{
    struct arena arena;
    arena_init(&arena, 64);
    assert_non_null(arena_alloc(&arena, 48));
    assert_null(arena_alloc(&arena, 17));
    assert_non_null(arena_alloc(&arena, 16));
    arena_release(&arena);
}

TEST(arena, memory_is_aligned)
{
    struct arena arena;
    arena_init(&arena, 1 << 20);
    for (size_t size = 1; size < 5000; size += 37) {
        assert_int_equal((uintptr_t)arena_alloc(&arena, size) % 16, 0);
    }
    arena_release(&arena);
}

TEST(arena, reset_gives_the_whole_cap_back)
{
    struct arena arena;
    arena_init(&arena, 1 << 16);
    for (int i = 0; i < 100; i++) {
        assert_non_null(arena_alloc(&arena, 1 << 16));
        arena_reset(&arena);
    }
    arena_release(&arena);
}

TEST(arena, reset_wipes_what_it_keeps)
{
    struct arena arena;
    arena_init(&arena, 1 << 16);
    char *text = arena_alloc(&arena, 64);
    memset(text, 's', 64);
    arena_reset(&arena);
    char *again = arena_alloc(&arena, 64);
    assert_ptr_equal(again, text);
    for (int i = 0; i < 64; i++) {
        assert_int_equal(again[i], 0);
    }
    arena_release(&arena);
}

TEST(arena, fails_at_the_allocation_asked_for)
{
    struct arena arena;
    arena_init(&arena, 1 << 16);
    arena_fail_at(1);
    assert_non_null(arena_alloc(&arena, 1));
    assert_null(arena_alloc(&arena, 1));
    assert_non_null(arena_alloc(&arena, 1));
    arena_fail_at(-1);
    arena_release(&arena);
}

TEST(arena, printf_ends_with_nul)
{
    struct arena arena;
    arena_init(&arena, 1 << 16);
    struct str text = arena_printf(&arena, "%s/%d", "a", 7);
    assert_int_equal(text.size, 3);
    assert_string_equal(text.data, "a/7");
    arena_release(&arena);
}

TEST(arena, joins_texts_and_ends_them_with_nul)
{
    struct arena arena;
    arena_init(&arena, 32);
    const struct str parts[] = { STR("ab"), STR(""), STR("c"), { 0 } };
    struct str text = arena_join(&arena, parts, 4);
    assert_int_equal(text.size, 3);
    assert_string_equal(text.data, "abc");
    assert_string_equal(arena_join(&arena, parts, 0).data, "");
    const struct str large[] = { STR("abcdefgh"), STR("ijklmnop") };
    assert_null(arena_join(&arena, large, 2).data);
    arena_release(&arena);
}

TEST(arena, a_list_grows_and_keeps_its_items)
{
    struct arena arena;
    uint32_t *items = NULL;
    size_t room = 0;
    arena_init(&arena, 1 << 16);
    for (uint32_t i = 0; i < 1000; i++) {
        uint32_t *before = items;
        const bool full = i == room;
        items = arena_grow(&arena, items, i, sizeof *items, &room);
        assert_non_null(items);
        assert_true(room > i);
        assert_int_equal(items == before, !full); /* only a full one is copied */
        items[i] = i;
    }
    for (uint32_t i = 0; i < 1000; i++) {
        assert_int_equal(items[i], i);
    }
    arena_release(&arena);
}

TEST(arena, a_list_at_the_cap_keeps_its_room)
{
    struct arena arena;
    size_t room = 0;
    arena_init(&arena, 100);
    void *items = arena_grow(&arena, NULL, 0, 8, &room);
    assert_non_null(items);
    const size_t had = room;
    assert_null(arena_grow(&arena, items, had, 8, &room));
    assert_int_equal(room, had);
    arena_release(&arena);
}
