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

TEST(omap, walks_in_order_after_random_changes)
{
    struct omap map;
    bool there[512] = { 0 };
    unsigned seed = 1;
    omap_init(&map);
    for (int i = 0; i < 5000; i++) {
        int n = rand_r(&seed) % 512;
        char key[8];
        size_t size = (size_t)snprintf(key, sizeof key, "%03d", n);
        there[n] = i % 3 != 0;
        if (there[n]) {
            omap_put(&map, str_make(key, size), str_make(&n, sizeof n), NULL);
        } else {
            omap_delete(&map, str_make(key, size));
        }
    }
    struct omap_entry *entry = omap_lower_bound(&map, STR(""));
    for (int n = 0; n < 512; n++) {
        if (there[n]) {
            assert_memory_equal(entry->value.data, &n, sizeof n);
            entry = omap_next(entry);
        }
    }
    assert_null(entry);
    omap_release(&map);
}
