#include "core/base/hmap.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/lib/test.h"

static void *put(struct hmap *map, struct str key, void *value)
{
    struct hmap_entry *entry = hmap_put(map, key, hmap_hash(key));
    void *before = entry->value;
    entry->value = value;
    return before;
}

static void *find(const struct hmap *map, struct str key)
{
    struct hmap_entry *entry = hmap_find(map, key, hmap_hash(key));
    return entry == NULL ? NULL : entry->value;
}

TEST(hmap, gives_what_was_put_last)
{
    struct hmap map = { 0 };
    int a, b;
    assert_null(find(&map, STR("a")));
    assert_null(put(&map, STR("a"), &a));
    assert_ptr_equal(put(&map, STR("a"), &b), &a);
    assert_ptr_equal(find(&map, STR("a")), &b);
    assert_int_equal(map.count, 1);
    hmap_release(&map);
    assert_null(find(&map, STR("a")));
}

TEST(hmap, a_key_may_hold_any_bytes_or_none)
{
    struct hmap map = { 0 };
    int values[4];
    put(&map, (struct str){ 0 }, &values[0]);
    put(&map, str_make("\0", 1), &values[1]);
    put(&map, str_make("\0\0", 2), &values[2]);
    put(&map, STR("a long key of more than eight bytes"), &values[3]);
    assert_ptr_equal(find(&map, STR("")), &values[0]);
    assert_ptr_equal(find(&map, str_make("\0", 1)), &values[1]);
    assert_ptr_equal(find(&map, str_make("\0\0", 2)), &values[2]);
    assert_ptr_equal(find(&map, STR("a long key of more than eight bytes")), &values[3]);
    assert_null(find(&map, STR("a long key of more than eight bytez")));
    hmap_release(&map);
}

enum { HMAP_KEYS = 4096, HMAP_CHANGES = 60000 };

/* Few hashes, so that searches run into each other and over the end. */
static uint64_t crowded(unsigned n)
{
    return UINT64_MAX - n % 16;
}

static void assert_holds(const struct hmap *map, char keys[][8], const bool *there)
{
    size_t count = 0, at = 0, seen = 0;
    for (unsigned n = 0; n < HMAP_KEYS; n++) {
        const struct hmap_entry *entry = hmap_find(map, str_z(keys[n]), crowded(n));
        assert_int_equal(entry != NULL, there[n]);
        if (entry != NULL) {
            assert_ptr_equal(entry->value, keys[n]);
            count++;
        }
    }
    while (hmap_next(map, &at) != NULL) {
        seen++;
    }
    assert_int_equal(map->count, count);
    assert_int_equal(seen, count);
}

TEST(hmap, is_empty_when_it_was_cleared_and_takes_as_many_again)
{
    enum { MANY = 1000 };
    struct hmap map = { 0 };
    char keys[MANY][8];
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < MANY; i++) {
            snprintf(keys[i], sizeof keys[i], "%d", i);
            assert_null(put(&map, str_z(keys[i]), keys[i]));
        }
        size_t cap = map.cap;
        hmap_clear(&map);
        assert_null(find(&map, STR("7")));
        assert_int_equal(map.count, 0);
        assert_int_equal(map.cap, cap);
    }
    put(&map, STR("7"), &map);
    hmap_clear(&map);
    assert_int_equal(map.cap, 0); /* it was by far too much */
    hmap_clear(&map);
    hmap_release(&map);
}

TEST(hmap, equals_a_naive_list_after_random_changes)
{
    static char keys[HMAP_KEYS][8];
    static bool there[HMAP_KEYS];
    struct hmap map = { 0 };
    unsigned seed = 1;
    for (unsigned n = 0; n < HMAP_KEYS; n++) {
        snprintf(keys[n], sizeof keys[n], "k%04u", n);
    }
    for (int i = 0; i < HMAP_CHANGES; i++) {
        unsigned n = (unsigned)rand_r(&seed) % (i < HMAP_CHANGES / 2 ? 64 : HMAP_KEYS / 8);
        if (rand_r(&seed) % 2 > 0) {
            hmap_put(&map, str_z(keys[n]), crowded(n))->value = keys[n];
            there[n] = true;
        } else {
            assert_int_equal(hmap_delete(&map, str_z(keys[n]), crowded(n)), there[n]);
            there[n] = false;
        }
    }
    assert_holds(&map, keys, there);
    hmap_release(&map);
}
