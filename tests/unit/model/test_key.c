#include "core/model/key.h"

#include "tests/lib/test.h"

/* Texts that end, begin or consist of what delimits parts. */
static const struct str parts[] = {
    { "", 0 },
    { "a", 1 },
    { "ada~r-1", 7 },
    { "\0", 1 },
    { "\0\0", 2 },
    { "a\0", 2 },
    { "\0a", 2 },
    { "a\0b", 3 },
    { "\xff", 1 },
    { "\xff\xff", 2 },
    { "\0\xff", 2 },
    { "a\0\xff", 3 },
    { "\xff\0", 2 },
    { "\0\0\xff\0\0", 5 },
    { "a\xff"
      "b",
      3 },
};
enum { PARTS = sizeof parts / sizeof parts[0] };

TEST(key, the_last_part_of_a_row_is_its_id)
{
    struct arena arena;
    arena_init(&arena, 1 << 20);
    for (size_t i = 0; i < PARTS * PARTS * PARTS; i++) {
        const struct str id = parts[i % PARTS];
        const struct index_row row = { .index = INDEX_NAME,
                                       .parts = { parts[i / PARTS % PARTS],
                                                  parts[i / PARTS / PARTS] },
                                       .parts_count = i % 3 };
        struct buf key = { 0 }, begin = { 0 };
        struct str found;
        key_index(&begin, STR("org"), INDEX_NAME, (struct str){ 0 });
        key_index_row(&key, STR("org"), &row, id);
        assert_true(str_starts(buf_str(&key), buf_str(&begin)));
        assert_ok(key_last_part(&arena, str_from(buf_str(&key), begin.size), &found));
        assert_true(str_eq(found, id));
        buf_release(&key);
        buf_release(&begin);
    }
    arena_release(&arena);
}

TEST(key, what_is_no_key_has_no_last_part)
{
    static const struct str broken[] = {
        { "", 0 }, { "a", 1 }, { "a\0", 2 }, { "a\0b\0\0", 5 }, { "a\0\0b", 4 },
    };
    struct arena arena;
    arena_init(&arena, 1 << 20);
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        struct str found;
        assert_code(STATUS_DATA_LOSS, key_last_part(&arena, broken[i], &found));
    }
    arena_release(&arena);
}
