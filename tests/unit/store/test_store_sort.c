#include "core/store/sort.h"

#include <stdlib.h>

#include "core/base/memory.h"
#include "tests/lib/test.h"

enum { SORT_CHANGES = 5000, SORT_KEY_MAX = 24 };

static void assert_before(const struct store_change *a, const struct store_change *b)
{
    assert_true(a->family <= b->family);
    if (a->family == b->family) {
        int order = str_cmp(a->key, b->key);
        assert_true(order < 0 || (order == 0 && a < b));
    }
}

/* Keys of few different bytes, so that many are equal, or the beginning of others. */
static void assert_sorts(unsigned seed, size_t size_max, unsigned bytes)
{
    static char keys[SORT_CHANGES][SORT_KEY_MAX];
    static struct store_change changes[SORT_CHANGES];
    for (int i = 0; i < SORT_CHANGES; i++) {
        size_t size = (size_t)rand_r(&seed) % (size_max + 1);
        for (size_t j = 0; j < size; j++) {
            keys[i][j] = (char)(j < 8 ? 0 : 255 - (unsigned)rand_r(&seed) % bytes);
        }
        enum store_family family = rand_r(&seed) % 2 == 0 ? STORE_ENTITY : STORE_APPEND;
        changes[i] = (struct store_change){ .family = family, .key = str_make(keys[i], size) };
    }
    const struct store_change **sorted = store_sort(changes, SORT_CHANGES);
    for (int i = 1; i < SORT_CHANGES; i++) {
        assert_before(sorted[i - 1], sorted[i]);
    }
    mem_free(sorted);
}

TEST(store_sort, sorts_by_family_key_and_position)
{
    assert_sorts(1, 3, 2);
    assert_sorts(2, 10, 2);
    assert_sorts(3, SORT_KEY_MAX, 2);
    assert_sorts(4, SORT_KEY_MAX, 256);
}

TEST(store_sort, of_nothing_makes_nothing)
{
    mem_free(store_sort(NULL, 0));
}
