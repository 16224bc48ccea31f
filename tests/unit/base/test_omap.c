#include "core/base/omap.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/lib/test.h"

TEST(omap, keeps_what_was_put_last)
{
    struct omap map;
    bool replaced;
    omap_init(&map);
    omap_put(&map, STR("a"), STR("1"), &replaced);
    assert_false(replaced);
    struct omap_entry *entry = omap_put(&map, STR("a"), STR("two"), &replaced);
    assert_true(replaced);
    assert_ptr_equal(entry, omap_find(&map, STR("a")));
    assert_true(str_eq(entry->value, STR("two")));
    assert_int_equal(map.count, 1);
    omap_release(&map);
}

TEST(omap, deletes_once)
{
    struct omap map;
    omap_init(&map);
    omap_put(&map, STR(""), STR(""), NULL);
    assert_true(omap_delete(&map, STR("")));
    assert_false(omap_delete(&map, STR("")));
    assert_null(omap_find(&map, STR("")));
    assert_int_equal(map.count, 0);
    omap_release(&map);
}

TEST(omap, a_key_may_hold_any_bytes)
{
    struct omap map;
    omap_init(&map);
    omap_put(&map, str_make("a\0b", 3), STR("1"), NULL);
    omap_put(&map, str_make("a\0", 2), STR("2"), NULL);
    omap_put(&map, STR("\xff"), STR("3"), NULL);
    assert_true(str_eq(omap_lower_bound(&map, STR(""))->value, STR("2")));
    assert_true(str_eq(omap_find(&map, str_make("a\0b", 3))->value, STR("1")));
    assert_null(omap_find(&map, STR("a")));
    assert_true(str_eq(omap_lower_bound(&map, STR("b"))->value, STR("3")));
    omap_release(&map);
}

TEST(omap, bounds_lie_on_both_sides)
{
    struct omap map;
    omap_init(&map);
    omap_put(&map, STR("b"), STR(""), NULL);
    omap_put(&map, STR("d"), STR(""), NULL);
    assert_true(str_eq(omap_lower_bound(&map, STR("b"))->key, STR("b")));
    assert_true(str_eq(omap_lower_bound(&map, STR("c"))->key, STR("d")));
    assert_null(omap_lower_bound(&map, STR("e")));
    assert_null(omap_before(&map, STR("b")));
    assert_true(str_eq(omap_before(&map, STR("d"))->key, STR("b")));
    assert_true(str_eq(omap_before(&map, STR("e"))->key, STR("d")));
    omap_release(&map);
}

enum { OMAP_KEYS = 4096, OMAP_CHANGES = 60000 };

static void assert_holds(const struct omap *map, const uint8_t *sizes)
{
    struct omap_entry *entry = omap_lower_bound(map, STR(""));
    char key[8], value[256];
    size_t count = 0;
    for (unsigned n = 0; n < OMAP_KEYS; n++) {
        size_t size = (size_t)snprintf(key, sizeof key, "k%04u", n);
        struct omap_entry *found = omap_find(map, str_make(key, size));
        if (sizes[n] == 0) {
            assert_null(found);
            continue;
        }
        memset(value, (int)n, sizeof value);
        assert_ptr_equal(found, entry);
        assert_true(str_eq(entry->value, str_make(value, sizes[n])));
        assert_int_equal((uintptr_t)entry->value.data % 16, 0);
        entry = omap_next(entry);
        count++;
    }
    assert_null(entry);
    assert_int_equal(map->count, count);
}

TEST(omap, equals_a_naive_list_after_random_changes)
{
    struct omap map;
    static uint8_t sizes[OMAP_KEYS]; /* of the values; 0: not there */
    unsigned seed = 1;
    char key[8], value[256];
    omap_init(&map);
    for (int i = 0; i < OMAP_CHANGES; i++) {
        unsigned n = (unsigned)rand_r(&seed) % OMAP_KEYS;
        size_t size = (size_t)snprintf(key, sizeof key, "k%04u", n);
        bool there = sizes[n] > 0, replaced = false;
        if (rand_r(&seed) % 3 > 0) {
            sizes[n] = (uint8_t)(1 + rand_r(&seed) % 255);
            memset(value, (int)n, sizeof value);
            omap_put(&map, str_make(key, size), str_make(value, sizes[n]), &replaced);
            assert_int_equal(replaced, there);
        } else {
            assert_int_equal(omap_delete(&map, str_make(key, size)), there);
            sizes[n] = 0;
        }
    }
    assert_holds(&map, sizes);
    omap_release(&map);
}
